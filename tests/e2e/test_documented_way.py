# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way the README describes, on a bare host: the collection from its tarball, the inventory to copy with its address
and three settings filled in, no ansible.cfg, and a user whose `sudo` asks for a password; then away with it again.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.openpgp import fingerprints

from lab.docker import exists
from lab.names import HOME, HOSTS, host_container
from tests.bench.controller import BIN, Controller, installed
from tests.certificates import Issuer, make_certificate, make_key
from tests.deployment import ROOT
from tests.e2e.test_planned_changes import NOTHING

# not that of another file, which may run at the same time
SPARE = "chat2"
NAME = "chat.lab.internal"
PASSWORD = "of the user ops"
# Stands for DNS.
NAMED = f"echo {HOSTS[SPARE]} {NAME} >> /etc/hosts"
SUDO = f"echo 'ops:{PASSWORD}' | chpasswd && rm -f /etc/sudoers.d/* && echo 'ops ALL=(ALL) ALL' > /etc/sudoers.d/ops"
# True of the lab's hosts, and for an operator to know.
EXPECTED_WARNINGS = {"nothing synchronises the clock of chat; use systemd-timesyncd or chrony."}
# Of a host that is a container itself, with figures of the machine.
OF_A_CONTAINER = ("host chat is a container and has the kernel of its machine, ", "mongod on host chat may open ")
# Of the engine for each container, as the lab's kernel counts no processes of theirs.
NO_LIMIT = "PIDs limit discarded."
# What an operator's host reaches, and the lab's does not.
LAB = ROOT / "inventories" / "lab" / "group_vars" / "all"
ELSEWHERE = ("rocketchat_image_registry", "nats_image", "mongodb_repository_url", "mongodb_repository_key_url")
REGISTRY = "mirror.lab.internal:5000"


@dataclass(frozen=True)
class Operator:
    """Who follows the README, in a home of their own."""

    controller: Controller

    def playbook(self, name: str, *arguments: str) -> str:
        """All that it prints. Warnings of it are those that are expected."""
        folder = self.controller.folder
        ssh = f"-o UserKnownHostsFile={HOME}/ssh/known_hosts -o StrictHostKeyChecking=yes"
        environment = self.controller.environment(
            ANSIBLE_PRIVATE_KEY_FILE=f"{HOME}/ssh/id_ed25519", ANSIBLE_SSH_COMMON_ARGS=ssh
        )
        command = [
            *(str(BIN / "ansible-playbook"), "-i", "chat", f"rocketops.rocketchat.{name}"),
            *("--become-password-file", "sudo", "-e", "@lab.json", *arguments),
        ]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
        )
        output = done.stdout + done.stderr
        assert done.returncode == 0, output[-6000:]
        assert warnings(output) <= EXPECTED_WARNINGS
        return output


def warnings(output: str) -> set[str]:
    found = re.findall(r"(?ms)^\[(?:WARNING|DEPRECATION WARNING)\]: (.*?)$", output)
    told = {text.strip() for text in found}
    return {text for text in told if not text.endswith(NO_LIMIT) and not text.startswith(OF_A_CONTAINER)}


@pytest.fixture(scope="module")
def operator() -> Iterator[Operator]:
    if exists("container", host_container(SPARE)):
        pytest.skip(f"the lab's host {SPARE} is in use")
    lab = [sys.executable, "-m", "lab"]
    subprocess.run([*lab, "up", SPARE], cwd=ROOT, check=True, timeout=300, capture_output=True)
    on_the_host(f"{SUDO} && {NAMED}")
    with installed(settings="") as controller:
        prepare(controller.folder)
        yield Operator(controller)
    subprocess.run([*lab, "down", SPARE], cwd=ROOT, check=True, timeout=120, capture_output=True)


def prepare(home: Path) -> None:
    """The second step of the README, and what the lab needs beside it."""
    collection = home / ".ansible" / "collections" / "ansible_collections" / "rocketops" / "rocketchat"
    shutil.copytree(collection / "inventories" / "single", home / "chat")
    fill_in(home / "chat" / "hosts.yml", {"192.0.2.10": HOSTS[SPARE], "ansible_user: root": "ansible_user: ops"})
    settings = {
        "https://chat.example.com": f"https://{NAME}",
        'rocketchat_license: ""': "rocketchat_license: LAB-LICENSE-scalability",
        "~/chat.example.com/fullchain.pem": f"~/{NAME}/fullchain.pem",
        "~/chat.example.com/privkey.pem": f"~/{NAME}/privkey.pem",
    }
    fill_in(home / "chat" / "group_vars" / "all.yml", settings)
    write_certificate(home / NAME)
    (home / "sudo").write_text(PASSWORD)
    lab = {**yaml.safe_load((LAB / "rocketchat.yml").read_text()), **yaml.safe_load((LAB / "versions.yml").read_text())}
    reached = {name: lab[name] for name in (*ELSEWHERE, "rocketchat_version", "mongodb_version")}
    certificates = {"docker_registry_certificates": {REGISTRY: f"{HOME}/ca/ca.pem"}}
    [key] = fingerprints((HOME / "apt" / "mongodb" / "server-6.0.asc").read_text())
    signed = {f"{role}_repository_key_fingerprint": key for role in ("docker", "mongodb")}
    (home / "lab.json").write_text(json.dumps({**reached, **certificates, **signed}))


def write_certificate(folder: Path) -> None:
    folder.mkdir()
    (key, pem), (authority, _pem) = make_key(), make_key()
    now = datetime.now(UTC)
    life = (now - timedelta(days=1), now + timedelta(days=90))
    own = make_certificate(key, [NAME], *life, Issuer("Authority", authority))
    (folder / "fullchain.pem").write_bytes(own + make_certificate(authority, ["Authority"], *life, authority=True))
    (folder / "privkey.pem").write_bytes(pem)


def fill_in(path: Path, changes: dict[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for before, after in changes.items():
        assert text.count(before) == 1
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


def on_the_host(command: str) -> str:
    words = ["docker", "exec", host_container(SPARE), "sh", "-ec", command]
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=120).stdout


def test_the_documented_way(operator: Operator) -> None:
    operator.playbook("plan")
    assert "will install MongoDB" in operator.playbook("site", "--check", "--diff")

    first = operator.playbook("site")
    secrets = operator.controller.folder / "chat" / ".rocketchat_secrets.yml"
    assert "all healthy" in first
    told = f"Sign in at https://{NAME} as admin. The password is rocketchat_admin_password in {secrets}."
    password = yaml.safe_load(secrets.read_text())["rocketchat_admin_password"]
    assert told in first
    assert password not in first

    # as after a first run that ended before it could say so
    second = operator.playbook("site")
    assert NOTHING in second
    assert told in second
    login = shlex.quote(json.dumps({"user": "admin", "password": password}))
    on_the_host(f"curl -sSf -H 'Content-Type: application/json' -d {login} http://172.31.250.254:3000/api/v1/login")
    assert "Sign in" not in operator.playbook("site")
    assert set(re.findall(r"changed=(\d+)", second)) == {"0"}
    assert "all healthy" in operator.playbook("health")


def test_away_again(operator: Operator) -> None:
    """Nothing is left that the record names as made here."""
    ledger = json.loads(on_the_host("cat /var/lib/rocketops/ledger.json"))["resources"]
    made = [name.partition(" ")[::2] for name, whose in ledger.items() if whose == "made"]
    assert "Planned removals:" in operator.playbook("teardown", "--check")
    operator.playbook("teardown", "-e", "rocketchat_remove_data=chat")
    files = [name for kind, name in made if kind in ("file", "project")]
    assert files
    assert [path for path in files if on_the_host(f"test -e {path} && echo there || true")] == []
    assert "rocketops" not in on_the_host("cat /etc/hosts; ls /etc /var/lib /etc/systemd/system")
    assert on_the_host("command -v dockerd mongod nginx || true") == ""
