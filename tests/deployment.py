# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deployment an inventory describes, as the tests see it: its variables, its secrets, and ways in."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
WANTED = """{{ {"host": inventory_hostname, "address": ansible_host, "root_url": rocketchat_root_url, "secrets_file":
 rocketchat_secrets_file | default(inventory_dir ~ "/.rocketchat_secrets.yml"), "version": rocketchat_version |
 default("")} | to_json }}"""
DEFAULTS = yaml.safe_load((ROOT / "roles" / "rocketchat" / "defaults" / "main.yml").read_text())


@dataclass(frozen=True)
class Deployment:
    inventory: str
    host: str
    address: str
    root_url: str
    secrets_file: Path
    version: str

    @classmethod
    def of(cls, inventory: str) -> Deployment:
        """Ask Ansible: only it knows how an inventory's variables come together."""
        arguments = ["-m", "ansible.builtin.debug", "-a", json.dumps({"msg": WANTED})]
        output = ansible("ansible", "-i", inventory, "rocketchat[0]", *arguments, result_format="json").stdout
        answer = json.loads(output.split("=>", 1)[1])["msg"]
        answer = answer if isinstance(answer, dict) else json.loads(answer)
        answer["version"] = answer["version"] or DEFAULTS["rocketchat_version"]
        return cls(inventory=inventory, **{**answer, "secrets_file": Path(answer["secrets_file"])})

    def secrets(self) -> dict[str, str]:
        """By variable, each in one line: of a key the first one that is its own.

        Certificates are for everybody, as is which of two users a client is after a rotation.
        """
        kept: dict[str, str] = yaml.safe_load(self.secrets_file.read_text())
        found = {}
        for name, value in kept.items():
            _before, key, rest = value.partition("-----BEGIN PRIVATE KEY-----\n")
            if not name.endswith("_username_suffix") and (key or "-----BEGIN CERTIFICATE-----" not in value):
                found[name] = (rest if key else value).splitlines()[0]
        return found

    def playbook(self, name: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        result = ansible("ansible-playbook", "-i", self.inventory, f"playbooks/{name}.yml", *arguments, check=check)
        silent = changed_in_silence(result.stdout)
        assert not silent, f"changed, and not among the planned changes: {silent}"
        return result

    def run(self, command: str, timeout: float = 120) -> str:
        """What a shell command prints on the host, run as root; a failing one is an error."""
        return self.attempt(command, timeout=timeout, check=True).stdout

    def attempt(self, command: str, timeout: float = 120, check: bool = False) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(command), capture_output=True, text=True, timeout=timeout, check=check)

    def command(self, command: str) -> list[str]:
        """The words that run a shell command on the host, for another program to run."""
        # through the container that is the host: ssh would go away with what the tests take away
        return ["docker", "exec", f"rocketops-lab-{self.host}", "sh", "-c", command]


def changed_in_silence(output: str) -> list[str]:
    """Hosts on which a role changed something although the gate had listed nothing for them."""
    told = set(re.findall(r"(?m)^  (\S+): (?:will|may) ", output))
    changed = []
    in_role = False
    for line in output.splitlines():
        if line.startswith(("TASK [", "RUNNING HANDLER [")):
            in_role = "[rocketops.rocketchat." in line
        elif in_role and (match := re.match(r"changed: \[([^\]]+)\]", line)):
            changed.append(match[1])
    return sorted(set(changed) - told)


def ansible(
    program: str, *arguments: str, result_format: str = "yaml", check: bool = True
) -> subprocess.CompletedProcess[str]:
    # What Molecule sets for its own runs must not leak into one that stands for an operator's.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment |= {"ANSIBLE_CALLBACK_RESULT_FORMAT": result_format, "ANSIBLE_NOCOLOR": "1"}
    command = [str(BIN / program), *arguments]
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    if check and result.returncode != 0:
        raise AssertionError(f"{' '.join(command)} failed\n{result.stdout[-6000:]}\n{result.stderr[-2000:]}")
    return result
