#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_remains
short_description: Reports what a deployment has left on a host, and what of others depends on it
version_added: 0.2.0
description:
  - Reads M(rocketops.rocketchat.ledger)'s record, and looks at everything that it names.
  - Asks the Docker Engine what it has beside containers of this collection.
  - Only reads. Run it as root.
author:
  - rocketops maintainers (@rocketops)
attributes:
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Nothing is changed.
    support: none
options:
  ledger:
    description: Absolute path of the record.
    type: path
    default: /var/lib/rocketops/ledger.json
  docker_socket:
    description: The socket of the Docker Engine.
    type: path
    default: /var/run/docker.sock
  mark:
    description: What is written into every file that carries a mark of this collection.
    type: str
    default: ""
  units:
    description: Units of systemd to look at, beside those that are files of the record.
    type: list
    elements: str
    default: []
  trees:
    description: Directories that packages make as they run; those that are there are told.
    type: list
    elements: path
    default: []
  texts:
    description: Files whose content is told.
    type: list
    elements: path
    default: []
  sites:
    description: Directories in which others may have settings; what no package brought there is told.
    type: list
    elements: path
    default: []
  users:
    description: Names of users; those that exist are told.
    type: list
    elements: str
    default: []
  groups:
    description: Names of groups; those that exist are told with their members.
    type: list
    elements: str
    default: []
  settings_of:
    description: Packages whose changed settings are told, beside those of the packages in the record.
    type: list
    elements: str
    default: []
  packages:
    description:
      - Instead of all that, asks apt which of these packages nothing else needs, and what came along with them and
        would be of no use without them.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Look at what is left of a deployment
  rocketops.rocketchat.host_remains:
    units: [nginx.service]
  become: true
  register: left
"""

RETURN = r"""
facts:
  description: What was found, a field for each of what was asked.
  returned: success
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.teardown.question import OPTIONS, answer


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    module.exit_json(**answer(module.params).result)


if __name__ == "__main__":
    main()
