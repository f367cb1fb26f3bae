#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: docker_engine
short_description: Has the Docker Engine run with its settings, and puts old ones back if it does not
version_added: 0.2.0
description:
  - The engine also starts at every boot from then on.
  - An engine that does not start with its new settings gets the old ones back and is started with these, and the module
    fails with what the engine said.
  - Before a restart that is to leave containers running, the engine takes up C(live-restore) without one, and has to
    say so; else it is not restarted.
author:
  - rocketops maintainers (@rocketops)
attributes:
  check_mode:
    description: Not supported; a restart cannot be tried.
    support: none
  diff_mode:
    description: Nothing to show.
    support: none
options:
  state:
    description: Whether it is to run, to reload its settings, or to restart with them.
    type: str
    choices: [started, reloaded, restarted]
    required: true
  unit:
    description: The engine's unit of systemd.
    type: str
    default: docker.service
  socket:
    description: The engine's socket.
    type: path
    default: /var/run/docker.sock
  keeps_containers:
    description: Whether containers are to run on while the engine restarts, as its settings say.
    type: bool
    default: false
  put_back:
    description: What M(rocketops.rocketchat.settings_file) returned, if it changed the engine's settings.
    type: dict
  ledger:
    description:
      - Where M(rocketops.rocketchat.ledger) keeps what the engine still has to take up, which is nothing any more once
        this module ends well.
    type: dict
    suboptions:
      path:
        description: Absolute path of the record.
        type: path
        default: /var/lib/rocketops/ledger.json
      collection:
        description: Version of the collection that writes.
        type: str
        required: true
      took_up:
        description: As of M(rocketops.rocketchat.ledger), noted at the same time.
        type: dict
        default: {}
      settings:
        description: As of M(rocketops.rocketchat.ledger), noted at the same time.
        type: dict
        default: {}
"""

EXAMPLES = r"""
- name: Have the engine take up its settings
  rocketops.rocketchat.docker_engine:
    state: restarted
    keeps_containers: true
    put_back: "{{ settings.put_back }}"
"""

RETURN = r""" # """

import os
import time
from dataclasses import replace
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.containers.docker_api import SOCKET, greet
from ..module_utils.effects import keeping, noting
from ..module_utils.effects.keeping import Kept, keep
from ..module_utils.effects.noting import note_taken_up
from ..module_utils.probing.fault import Fault

# The engine reloads its settings a moment after it was told to; one that starts says so to systemd.
RELOAD_SECONDS = 10
LEDGER = {**noting.OPTIONS, "settings": {"type": "dict", "default": {}}}


class EngineError(Exception):
    """Why the engine did not take up its settings."""


def systemctl(module: AnsibleModule, *arguments: str) -> None:
    code, _output, errors = module.run_command(["systemctl", *arguments])
    if code != 0:
        raise EngineError(errors.strip())


def is_now(module: AnsibleModule, state: str) -> bool:
    """``active`` or ``enabled``, in that very word: one that is so until the next boot is `enabled-runtime`."""
    _code, output, _errors = module.run_command(["systemctl", f"is-{state}", module.params["unit"]])
    return bool(output.strip() == state)


def start(module: AnsibleModule, verb: str) -> None:
    """Docker's unit may start three times a minute, and no more: an attempt that failed is not to count."""
    module.run_command(["systemctl", "reset-failed", module.params["unit"]])
    since = time.strftime("%Y-%m-%d %H:%M:%S")
    try:
        systemctl(module, verb, module.params["unit"])
    except EngineError as error:
        command = ["journalctl", "--unit", module.params["unit"], "--since", since, "--output", "cat", "--no-pager"]
        _code, said, _errors = module.run_command(command)
        raise EngineError(last_words(said) or str(error)) from None


def last_words(said: str) -> str:
    """What dockerd ends with; the lines around it are systemd's."""
    lines = [line for line in said.splitlines() if line.startswith(("failed to ", "unable to "))]
    return lines[-1] if lines else ""


def live_restore(socket: str) -> bool | None:
    until = time.monotonic() + 2
    try:
        return bool(greet(socket, until).info(until).get("LiveRestoreEnabled"))
    except Fault:
        return None


def reload(module: AnsibleModule) -> None:
    systemctl(module, "reload", module.params["unit"])
    until = time.monotonic() + RELOAD_SECONDS
    while module.params["keeps_containers"] and not live_restore(module.params["socket"]):
        if time.monotonic() > until:
            raise EngineError("it did not take up live-restore, and a restart would have ended all containers")
        time.sleep(0.2)


def take_up(module: AnsibleModule) -> None:
    state = module.params["state"]
    if state == "started":
        start(module, "start")
    elif state == "reloaded" or module.params["keeps_containers"]:
        reload(module)
    if state == "restarted":
        start(module, "restart")


def put_back(module: AnsibleModule, settings: dict[str, Any]) -> str:
    """Brings the file back to what it was, with owner and mode, and says what became of the engine."""
    path, backup = settings["path"], settings["backup"]
    former = Kept(path, None, None)
    if backup:
        os.stat(backup)  # one that is gone must not stand for a file that never was
        former = replace(keep(backup), path=path)
    keeping.put_back([former])
    try:
        if module.params["state"] == "reloaded":
            systemctl(module, "reload", module.params["unit"])
        else:
            start(module, "restart")
    except EngineError as error:
        return f"{path} was put back as it was, and it does not start with that either: {error}."
    return f"{path} was put back as it was, and the engine runs with that."


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "choices": ["started", "reloaded", "restarted"], "required": True},
            "unit": {"type": "str", "default": "docker.service"},
            "socket": {"type": "path", "default": SOCKET},
            "keeps_containers": {"type": "bool", "default": False},
            "put_back": {"type": "dict"},
            "ledger": {"type": "dict", "options": LEDGER},
        },
    )
    was_active = is_now(module, "active")
    was_enabled = is_now(module, "enabled")
    try:
        take_up(module)
    except EngineError as error:
        message = f"The Docker Engine does not take up its settings: {error}."
        settings = module.params["put_back"]
        module.fail_json(msg=f"{message} {put_back(module, settings)}" if settings else message)
    try:
        if not was_enabled:
            systemctl(module, "enable", module.params["unit"])
        if module.params["ledger"]:
            note_taken_up(module.params["unit"], module.params["ledger"])
    except (EngineError, ValueError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=module.params["state"] != "started" or not was_active or not was_enabled)


if __name__ == "__main__":
    main()
