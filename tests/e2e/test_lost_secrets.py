# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployed host, and an inventory whose secrets file is gone: nothing may change, MongoDB's keyfile least of all."""

from __future__ import annotations

from pathlib import Path

from tests.deployment import Deployment

EVIDENCE = "sha256sum /etc/mongod.keyfile; systemctl show -P ActiveEnterTimestamp mongod; docker ps --format '{{.ID}}'"


def test_new_secrets_are_refused(deployment: Deployment, tmp_path: Path) -> None:
    before = deployment.run(EVIDENCE)
    result = deployment.playbook("site", "-e", f"rocketchat_secrets_file={tmp_path}/secrets.yml", check=False)
    assert result.returncode != 0
    message = " ".join(result.stdout.split())
    assert "mongodb_keyfile: is not the one MongoDB on host" in message
    assert "restore it from its backup" in message
    assert "PLAY [Docker]" not in message, "no host was changed, and no role even began"
    assert "changed=1 " in result.stdout, "only the new secrets file was written, on this machine"
    assert deployment.run(EVIDENCE) == before
