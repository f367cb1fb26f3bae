# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook `plan` as people call it, on hosts that are not there, and what the inner playbooks say to people."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.utils.collection_loader import AnsibleCollectionRef
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory import self_signed
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.settings import SECRET_VARIABLES

from tests.deployment import BIN, ROOT, ansible
from tests.unit.license_texts import license_text

GROUPS = ("mongodb", "nats", "rocketchat", "nginx")
# Nothing listens on port 1: away at once, and not after a timeout.
AWAY = {"ansible_host": "127.0.0.1", "ansible_port": 1}
HERE = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
SECRETS_FILE = ".rocketchat_secrets.yml"
EXPIRED = license_text(ends="2020-01-01T00:00:00.000Z")
VARIABLES = {"rocketchat_root_url": "https://chat.example.com", "nginx_certificate": "self_signed"}


def inventory(directory: Path, hosts: dict[str, Any], **variables: Any) -> str:
    groups = {group: {"hosts": {name: {} for name in hosts}} for group in GROUPS}
    content = {"all": {"hosts": hosts, "children": groups, "vars": {**VARIABLES, **variables}}}
    (directory / "hosts.yml").write_text(yaml.safe_dump(content))
    return str(directory / "hosts.yml")


def run(path: str, *arguments: str, playbook: str = "plan") -> subprocess.CompletedProcess[str]:
    result = ansible("ansible-playbook", "-i", path, f"playbooks/{playbook}.yml", *arguments, check=False)
    assert "Traceback" not in result.stdout + result.stderr
    return result


# All that an operator's own ansible.cfg may say and that would change what a run means, and JSON for programs.
OTHER_CONFIGURATION = """[defaults]
collections_path = {root}/.cache/collections
strategy = free
any_errors_fatal = true
gathering = explicit
task_timeout = 1
stdout_callback = ansible.posix.json
[privilege_escalation]
become = true
become_user = nobody
"""


def words(result: subprocess.CompletedProcess[str]) -> str:
    return " ".join((result.stdout + result.stderr).split())


def test_a_host_that_does_not_exist_yet(tmp_path: Path) -> None:
    # a line without a value says nothing
    unset = dict.fromkeys(("rocketchat_secrets_file", "rocketchat_report", "rocketchat_replicas", "mongodb_port"))
    path = inventory(tmp_path, {"chat": AWAY}, rocketchat_backup_window="night", **unset)
    result = run(path)
    assert result.returncode == 0
    told = words(result)
    for part in (
        "Rocket.Chat 8.9.1 at https://chat.example.com is planned as follows; nothing was changed.",
        "unknown: it cannot be reached",
        f"site generates these secrets and keeps them in {tmp_path / SECRETS_FILE}:",
        *SECRET_VARIABLES.values(),
        "warning: rocketchat_license is empty",
        "warning: rocketchat_root_url = 'https://chat.example.com' is an example that belongs to nobody.",
        "warning: No role of this collection knows rocketchat_backup_window",
        f"Next: ansible-playbook -i {path} rocketops.rocketchat.site --check --diff",
        "ok=3 changed=0 unreachable=0 failed=0 skipped=0 rescued=0 ignored=0",
    ):
        assert part in told
    # each warning once, and none in red
    assert told.count("rocketchat_license is empty") == 1
    assert "[WARNING]: No role" not in told and "fatal" not in told
    assert [each.name for each in tmp_path.iterdir()] == ["hosts.yml"]


def test_hosts_that_are_there_away_and_left_out(tmp_path: Path) -> None:
    addresses = {name: f"192.0.2.{number}" for number, name in enumerate(("here", "away", "other"), 1)}
    hosts = {
        name: {**(HERE if name == "here" else AWAY), "rocketchat_private_address": address}
        for name, address in addresses.items()
    }
    # one that is promised makes up for one that expired
    promised = {"rocketchat_license": EXPIRED, "rocketchat_license_in_workspace": True}
    # whose certificates are not kept yet
    without = {"nats_tls": False, "mongodb_tls": False}
    path = inventory(tmp_path, hosts, **promised, **without)
    secrets = tmp_path / SECRETS_FILE
    kept = dict.fromkeys(SECRET_VARIABLES.values(), "S3CRET") | self_signed.make("chat.example.com", datetime.now(UTC))
    secrets.write_text(yaml.safe_dump(kept))
    before = (secrets.read_bytes(), secrets.stat().st_mtime_ns)
    report = tmp_path / "report"
    wants = ("-e", f"rocketchat_report={report}")
    checked = run(path, "--check", "--diff", *wants)
    assert checked.returncode == 0 and not report.exists()
    result = run(path, "--limit", "here,away", *wants)
    assert result.returncode == 0
    sizes = [line.split() for line in result.stdout.splitlines() if line.startswith(("here  ", "away  ", "other  "))]
    said = {line[0]: line for line in sizes if line[1] != ":"}
    assert said["here"][1].isdigit() and said["here"][3].isdigit()
    assert said["away"][-4:] == ["it", "cannot", "be", "reached"]
    assert said["other"][-4:] == ["it", "was", "not", "asked"]
    assert "generates" not in result.stdout and "S3CRET" not in result.stdout
    assert {each.name: each.stat().st_mode & 0o777 for each in report.iterdir()} == {
        "plan.json": 0o600,
        "plan.html": 0o600,
    }
    assert "<svg" in (report / "plan.html").read_text(encoding="utf-8")
    assert (secrets.read_bytes(), secrets.stat().st_mtime_ns) == before


def test_a_configuration_of_the_operators_own_and_a_program_that_reads(tmp_path: Path) -> None:
    hosts = {name: {**AWAY, "rocketchat_private_address": f"192.0.2.{number}"} for number, name in enumerate("abc", 1)}
    path = inventory(tmp_path, hosts, rocketchat_license_in_workspace=True)
    (tmp_path / "ansible.cfg").write_text(OTHER_CONFIGURATION.format(root=ROOT))
    command = [str(BIN / "ansible-playbook"), "-i", path, str(ROOT / "playbooks" / "plan.yml")]
    result = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    told = json.loads(result.stdout)
    assert result.returncode == 0, result.stderr
    # the sentences are for people, and each is said once
    assert result.stderr.count("is planned as follows; nothing was changed.") == 1
    played = [{name for task in play["tasks"] for name in task["hosts"]} for play in told["plays"]]
    assert played == [{"a"}, {"a", "b", "c"}, {"a"}]


def test_a_misspelt_tag(tmp_path: Path) -> None:
    result = run(inventory(tmp_path, {"chat": AWAY}), "--tags", "ngnix", playbook="site")
    assert result.returncode == 2
    told = words(result)
    sentence = "1. --tags = 'ngnix': is no tag of this collection's playbooks. Did you mean nginx? Known are docker,"
    assert told.count("is no tag of this collection's playbooks") == told.count(sentence) == 1
    assert "PLAY [Preflight]" not in told
    assert [each.name for each in tmp_path.iterdir()] == ["hosts.yml"]


def test_all_that_site_would_refuse_in_one_message(tmp_path: Path) -> None:
    variables = {
        "rocketchat_license": EXPIRED,
        "nginx_certificate": "files",
        "nginx_certificate_file": "/nowhere/chat.pem",
        "nginx_certificate_key_file": "/nowhere/chat.key",
        "docker_registry_certificates": {"registry.test": "/nowhere/ca.pem"},
        "mongodb_port": 0,
    }
    result = run(inventory(tmp_path, {"chat": AWAY}, **variables))
    assert result.returncode == 2
    told = words(result)
    assert "5 problems in the inventory; nothing was changed." in told
    for part in (
        "rocketchat_license: the licence given expired on 2020-01-01",
        "nginx_certificate_file = '/nowhere/chat.pem': is no file",
        "nginx_certificate_key_file = '/nowhere/chat.key': is no file",
        "docker_registry_certificates.registry.test = '/nowhere/ca.pem': is no file",
        "mongodb_port = 0: is not a port",
    ):
        assert told.count(part) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["hosts.yml"]


def test_the_licence_alone_is_reason_enough(tmp_path: Path) -> None:
    """`site` first asks the workspace for its own; nobody is asked here, and the remedy says how to promise one."""
    result = run(inventory(tmp_path, {"chat": AWAY}, rocketchat_license=EXPIRED))
    assert result.returncode == 2
    told = words(result)
    assert "1 problem in the inventory; nothing was changed. 1. rocketchat_license: the licence given expired" in told
    assert "or write rocketchat_license_in_workspace: true" in told
    assert "PLAY [Sizes]" not in told


def test_an_encrypted_secrets_file_that_lacks_some(tmp_path: Path) -> None:
    path = inventory(tmp_path, {"chat": AWAY})
    (tmp_path / "password").write_text("vault")
    vault = VaultLib([("default", VaultSecret(b"vault"))])
    (tmp_path / SECRETS_FILE).write_bytes(vault.encrypt(yaml.safe_dump({"nats_password": "S3CRET"})))
    result = run(path, "--vault-password-file", str(tmp_path / "password"))
    assert result.returncode == 2
    assert words(result).count("is encrypted, and rocketchat_admin_password, ") == 1


@pytest.mark.parametrize(
    ("kept", "sentence"),
    [
        (None, "this deployment has not been made from this inventory yet."),
        ("- no mapping\n", f"{SECRETS_FILE} is not a secrets file of this collection."),
    ],
)
def test_a_refusal_of_one_sentence_is_told_once(tmp_path: Path, kept: str | None, sentence: str) -> None:
    if kept:
        (tmp_path / SECRETS_FILE).write_text(kept)
    result = run(inventory(tmp_path, {"chat": AWAY}), playbook="health")
    assert result.returncode == 2
    assert words(result).count(sentence) == 1
    assert "Nothing was changed. See above." in words(result)


def test_a_report_that_cannot_be_written_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run(inventory(tmp_path, {"chat": AWAY}), "-e", f"rocketchat_report={tmp_path}/file/reports")
    assert result.returncode == 2
    assert words(result).count("The plan could not be written to ") == 1


def test_inner_playbooks_have_no_public_name() -> None:
    """Ansible takes the path below `playbooks` for the rest of a name; one with a hyphen is none."""
    names = {
        ".".join(["rocketops.rocketchat", *path.relative_to(ROOT / "playbooks").with_suffix("").parts])
        for path in (ROOT / "playbooks").rglob("*.yml")
    }
    public = [name for name in names if AnsibleCollectionRef.is_valid_fqcr(name)]
    assert sorted(name.rpartition(".")[2] for name in public) == [
        "health",
        "pin_images",
        "plan",
        "preflight",
        "rotate",
        "site",
        "teardown",
        "verify",
    ]
    assert len(names) == len(public) + 3


@pytest.mark.parametrize(
    ("name", "arguments", "instead"),
    [
        ("preflight", (), "`ansible-playbook rocketops.rocketchat.site --check`"),
        ("verify", ("--limit", "chat"), "`ansible-playbook rocketops.rocketchat.health`"),
    ],
)
def test_inner_playbooks_say_what_to_call_instead(
    tmp_path: Path, name: str, arguments: tuple[str, ...], instead: str
) -> None:
    result = run(inventory(tmp_path, {"chat": AWAY}), *arguments, playbook=name)
    assert result.returncode == 2
    assert instead in words(result)


def test_inner_playbooks_differ_in_what_they_say_alone() -> None:
    """What one of them does with a limit or without, the other does, too."""
    alike = []
    for name in ("preflight", "verify"):
        [play] = yaml.safe_load((ROOT / "playbooks" / f"{name}.yml").read_text(encoding="utf-8"))
        [task] = play["tasks"]
        assert name in task.pop("ansible.builtin.fail")["msg"]
        alike.append({**play, "name": "", "tasks": [task]})
    assert alike[0] == alike[1]


def test_the_report_reads_what_the_playbook_registers() -> None:
    plays = yaml.safe_load((ROOT / "playbooks" / "plan.yml").read_text(encoding="utf-8"))
    source = (ROOT / "plugins" / "action" / "plan_report.py").read_text(encoding="utf-8")
    planned, size = (play["tasks"][0]["register"] for play in plays[:2])
    assert f'REGISTERED = "{size}"\n' in source
    assert f'variables["{planned}"]' in source


# -- rotate ------------------------------------------------------------------------------------------------------------

KEPT = {
    "mongodb_admin_password": "admin-S3CRET",
    "mongodb_keyfile": "keyfileS3CRET",
    "nats_cluster_password": "cluster-S3CRET",
    "nats_password": "nats-S3CRET",
    "rocketchat_admin_password": "first-S3CRET",
    "rocketchat_mongodb_password": "user-S3CRET",
}


@pytest.mark.parametrize(
    ("variables", "arguments", "sentence"),
    [
        ({}, ("--tags", "nats"), "--tags = 'nats': leaves out a part of the deployment"),
        ({}, ("-e", "rocketchat_rotate=nats_pasword"), "Did you mean nats_password?"),
        ({"nats_password": "mine"}, ("-e", "rocketchat_rotate=nats_password"), "is set in the inventory"),
    ],
)
def test_what_cannot_be_rotated_leaves_the_secrets_as_they_are(
    tmp_path: Path, variables: dict[str, Any], arguments: tuple[str, ...], sentence: str
) -> None:
    text = yaml.safe_dump(KEPT)
    (tmp_path / SECRETS_FILE).write_text(text)
    path = inventory(tmp_path, {"chat": AWAY}, rocketchat_license_in_workspace=True, **variables)
    result = run(path, *arguments, playbook="rotate")
    assert result.returncode == 2
    assert sentence in words(result)
    assert (tmp_path / SECRETS_FILE).read_text() == text


def test_secrets_are_kept_beside_the_former_before_any_host_is_asked(tmp_path: Path) -> None:
    (tmp_path / SECRETS_FILE).write_text(yaml.safe_dump(KEPT))
    path = inventory(tmp_path, {"chat": AWAY}, rocketchat_license_in_workspace=True)
    assert run(path, "--check", playbook="rotate").returncode != 0, "the host is not there"
    assert yaml.safe_load((tmp_path / SECRETS_FILE).read_text()) == KEPT
    result = run(path, "-e", "rocketchat_rotate=nats_password", playbook="rotate")
    kept = yaml.safe_load((tmp_path / SECRETS_FILE).read_text())
    pair = {name: kept.pop(name) for name in list(kept) if name.startswith("nginx_self_signed")}
    assert kept.pop("nats_password") not in words(result)
    assert len(pair) == 2
    assert kept == {
        **{name: value for name, value in KEPT.items() if name != "nats_password"},
        "former_nats_password": "nats-S3CRET",
        "nats_username_suffix": "_b",
        "rotation_stage": "switching",
    }
    assert "S3CRET" not in words(result)
    limited = run(path, "--limit", "chat", playbook="site")
    assert "--limit = 'chat': leaves out a part of the deployment" in words(limited)
