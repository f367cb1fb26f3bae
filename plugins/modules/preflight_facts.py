#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_facts
short_description: Reports what a host is and what runs there, as far as a deployment depends on it
version_added: 0.2.0
description:
  - Tells in one round trip what M(rocketops.rocketchat.preflight) judges before a deployment changes anything - the
    system, its size and clock, who listens on which port, routes, names, and which parts of a deployment are there
    already.
  - Only reads. Needs nothing on the host but Python, and works on a bare one. Run it as root, or the processes behind
    the ports, and Docker, stay unknown.
  - A fact that the host does not know is V(null); that is never an error.
author:
  - rocketops maintainers (@rocketops)
attributes:
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Nothing is changed.
    support: none
  action:
    description: An action plugin notes the controller's time around the question, for RV(asked).
    support: full
options:
  names:
    description: Names to resolve on the host.
    type: list
    elements: str
    default: []
  resolve_timeout:
    description: Seconds that the resolution of all O(names) together may take.
    type: float
    default: 3
  docker_socket:
    description:
      - Socket of the Docker Engine. It is not asked while systemd holds it for an engine that is stopped, as that would
        start the engine.
    type: path
    default: /var/run/docker.sock
"""

EXAMPLES = r"""
- name: Ask the host what it is
  rocketops.rocketchat.preflight_facts:
    names: [chat.example.com]
  become: true
  register: preflight

- name: Show who listens on port 80
  ansible.builtin.debug:
    msg: "{{ preflight.facts.listening | selectattr('port', 'eq', 80) }}"
"""

RETURN = r"""
asked:
  description: The controller's time, in seconds of the epoch, just before and just after the host was asked.
  returned: success
  type: dict
  contains:
    before:
      description: Before.
      type: float
    after:
      description: After.
      type: float
facts:
  description: What the host said.
  returned: success
  type: dict
  contains:
    os:
      description: Fields of os-release(5). RV(facts.os) C(family) begins with C(id), followed by what it resembles.
      type: dict
      sample: {id: debian, version: "13", family: [debian], name: Debian GNU/Linux 13 (trixie)}
    architecture:
      description: Of the processor, as C(uname -m) says.
      type: str
      sample: x86_64
    avx:
      description: Whether the processor has the AVX instructions.
      type: bool
    cores:
      description: Number of processors.
      type: int
    memory_mb:
      description: Memory in MiB.
      type: int
    file_systems:
      description:
        - For each C(directory) that will grow, C(size_mb) and C(free_mb) in MiB of the file system it is on, or of the
          nearest parent that was C(found).
      type: list
      elements: dict
    clock:
      description:
        - Seconds of the epoch, and whether the kernel regards its clock as synchronised (adjtimex(2), as
          C(timedatectl show) does).
      type: dict
      sample: {epoch: 1795494288.25, synchronised: true}
    listening:
      description: Every TCP socket that listens, with C(address), C(port), C(pid), C(process) and C(unit).
      type: list
      elements: dict
      sample: [{address: 0.0.0.0, port: 80, pid: 812, process: nginx, unit: nginx.service}]
    routes:
      description: IPv4 routes without the default one, as C(network) and C(interface).
      type: list
      elements: dict
    addresses:
      description: The host's own addresses without loopback.
      type: list
      elements: str
    names:
      description: For each of O(names) its C(addresses) and a C(fault), V(null), V(unknown) or V(timeout).
      type: dict
    packages:
      description: Versions of those packages of the roles that are installed; V(null) where there is no dpkg.
      type: dict
    units:
      description:
        - For C(docker.service), C(mongod.service) and C(nginx.service) whether it is C(found), C(active) and
          C(enabled); V(null) without systemd.
      type: dict
    docker:
      description:
        - C(state) is V(running), V(stopped), V(absent) or V(silent).
        - C(containers) have C(name), C(image), C(state), Compose's C(project) and C(service), this collection's
          C(labels), and what they have C(published). C(networks) have C(name), C(interface) and C(subnets).
      type: dict
    digests:
      description: SHA-256 of those files of the roles that are there; some of them hold secrets.
      type: dict
    texts:
      description: Content of the Compose projects and of /etc/hosts; no secrets. V(null) for a file that is missing.
      type: dict
    last_backup:
      description:
        - When the newest entry of /var/backups/rocketchat was written, in seconds of the epoch; V(null) without any.
      type: int
"""

import os
import time
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.facts import engine, machine, parts, surroundings


def collect(names: list[str], resolve_timeout: float, docker_socket: str) -> dict[str, Any]:
    units = machine.units(list(parts.UNITS))
    installed = (units or {}).get(parts.DOCKER_UNIT, {}).get("found", False)
    return {
        "os": machine.operating_system(),
        "architecture": os.uname().machine,
        "avx": machine.has_avx(),
        "cores": os.cpu_count(),
        "memory_mb": machine.memory_mb(),
        "file_systems": [machine.file_system(directory) for directory in parts.DIRECTORIES],
        "clock": {"epoch": time.time(), "synchronised": machine.clock_is_synchronised()},
        "listening": surroundings.listening(),
        "routes": surroundings.routes(),
        "addresses": surroundings.addresses(),
        "names": surroundings.resolved(names, resolve_timeout),
        "packages": machine.packages(list(parts.PACKAGES)),
        "units": units,
        "docker": engine.ask(docker_socket, installed),
        "digests": machine.digests(list(parts.DIGESTS)),
        "texts": {path: machine.text(path) for path in parts.TEXTS},
        "last_backup": machine.last_change(parts.BACKUPS),
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "names": {"type": "list", "elements": "str", "default": []},
            "resolve_timeout": {"type": "float", "default": 3},
            "docker_socket": {"type": "path", "default": "/var/run/docker.sock"},
        },
        supports_check_mode=True,
    )
    module.exit_json(changed=False, facts=collect(**module.params))


if __name__ == "__main__":
    main()
