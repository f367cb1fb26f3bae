# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules with secrets leave in the log of the host: AnsibleModule writes its options there on every run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible.module_utils.testing import patch_module_args
from ansible_collections.rocketops.rocketchat.plugins.modules import container_health, deployment_health, host_files

# Written as a part of a list or mapping, it is escaped, and Ansible does not recognise it any more.
SECRET = "one line\nwith 'both' \"quotes\", a back\\slash and hidden-here\n"


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines that would go to syslog, and what would go to the journal besides."""
    lines: list[str] = []

    def log(_module: basic.AnsibleModule, msg: str, log_args: dict[str, Any] | None = None) -> None:
        lines.append(f"{msg} {log_args}")

    monkeypatch.setattr(basic.AnsibleModule, "log", log)
    return lines


def run(main: Callable[[], None], capsys: pytest.CaptureFixture[str], **arguments: Any) -> dict[str, Any]:
    """The module's result."""
    with patch_module_args(arguments), pytest.raises(SystemExit):
        main()
    return dict(json.loads(capsys.readouterr().out))


def test_host_files_logs_no_secret(logged: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = str(tmp_path / "env")
    files = [{"path": path, "mode": "0600"}]
    result = run(host_files.main, capsys, files=files, secret_contents={path: SECRET}, _ansible_check_mode=True)
    assert result["changed"]
    assert path in logged[0]
    assert "hidden-here" not in str(result)
    assert "hidden-here" not in "".join(logged)


def test_container_health_logs_no_secret(logged: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    container = {"name": "account-1", "service": "account", "image": "image:1", "hostname": "chat-account-1"}
    result = run(
        container_health.main,
        capsys,
        containers=[container],
        secret_environments={"account-1": {"MONGO_URL": SECRET}},
        socket=str(tmp_path / "docker.sock"),
        timeout=0,
        fail_on_unhealthy=False,
    )
    assert result["engine"]["fault"] == "stopped"
    assert "account-1" in logged[0]
    assert "hidden-here" not in str(result)
    assert "hidden-here" not in "".join(logged)


def test_deployment_health_logs_no_secret(
    logged: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    container = {"name": "account-1", "service": "account", "image": "image:1", "hostname": "chat-account-1"}
    result = run(
        deployment_health.main,
        capsys,
        containers={"containers": [container], "socket": str(tmp_path / "docker.sock")},
        secrets=json.dumps({"containers": {"secret_environments": {"account-1": {"MONGO_URL": SECRET}}}}),
    )
    assert result["answers"]["containers"]["engine"]["fault"] == "stopped"
    assert "account-1" in logged[0]
    assert "hidden-here" not in str(result)
    assert "hidden-here" not in "".join(logged)
