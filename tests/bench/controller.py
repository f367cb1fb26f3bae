# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine Ansible runs on, as users have it: the collection installed from its tarball, and one ansible.cfg."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.timing import run
from tests.deployment import ROOT

BIN = Path(sys.executable).parent
COLLECTION = "rocketops.rocketchat"


@dataclass(frozen=True)
class Controller:
    """``folder`` holds the collections, the configuration that all commands have, and what the benchmark writes."""

    folder: Path

    def ping(self, inventory: Path) -> str:
        return self._ansible("ansible", "-i", inventory, "all", "-m", "ansible.builtin.ping")

    def playbook(self, inventory: Path, name: str, *arguments: str, profile: bool = False) -> str:
        callbacks = {"ANSIBLE_CALLBACKS_ENABLED": "ansible.posix.profile_tasks"} if profile else {}
        return self._ansible("ansible-playbook", "-i", inventory, f"{COLLECTION}.{name}", *arguments, **callbacks)

    def nothing_to_do(self, inventory: Path, *arguments: str, profile: bool = False) -> str:
        """A run of the site playbook, which must not find anything."""
        output = self.playbook(inventory, "site", *arguments, profile=profile)
        if "Nothing to change." not in output or re.search(r"changed=[1-9]", output):
            sys.exit(f"The run was not one with nothing to do:\n{output[-3000:]}")
        return output

    def template(self, inventory: Path, host: str, text: str) -> Any:
        """What Ansible makes of a template that yields JSON."""
        arguments = ("-m", "ansible.builtin.debug", "-a", json.dumps({"msg": text}))
        output = self._ansible("ansible", "-i", inventory, host, *arguments, ANSIBLE_CALLBACK_RESULT_FORMAT="json")
        answer = json.loads(output.split("=>", 1)[1])["msg"]
        return answer if isinstance(answer, dict) else json.loads(answer)

    def galaxy(self, *arguments: str | Path) -> str:
        return self._ansible("ansible-galaxy", "collection", *arguments)

    def _ansible(self, program: str, *arguments: str | Path, **variables: str) -> str:
        return run(BIN / program, *arguments, environment=self.environment(**variables))

    def environment(self, **variables: str) -> dict[str, str]:
        """What the caller has set for runs of its own does not belong to those that are measured."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
        settings = {
            "HOME": str(self.folder),
            "ANSIBLE_CONFIG": str(self.folder / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
        }
        return {**own, **settings, **variables}


def _checkout_settings() -> str:
    """This checkout's ansible.cfg, with the collections where they are installed to."""
    settings = (ROOT / "ansible.cfg").read_text(encoding="utf-8")
    own, count = re.subn("(?m)^collections_path = .*", "collections_path = .ansible/collections", settings)
    assert count == 1
    return own


@contextmanager
def installed(settings: str | None = None) -> Iterator[Controller]:
    """Builds the tarball from this checkout and installs it. Other collections come with Ansible.

    ``settings``: of ansible.cfg, those of this checkout unless they are given; "" is as if there was none.
    """
    with tempfile.TemporaryDirectory(prefix="rocketops-bench-") as name:
        controller = Controller(Path(name))
        (controller.folder / "ansible.cfg").write_text(
            _checkout_settings() if settings is None else settings, encoding="utf-8"
        )
        controller.galaxy("build", "--output-path", controller.folder, ROOT)
        [tarball] = controller.folder.glob("*.tar.gz")
        controller.galaxy("install", "--no-deps", tarball)
        yield controller
