#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_files
short_description: Writes many small files and directories of a host at once
version_added: 0.1.0
description:
  - Does for a whole list, in one round trip, what M(ansible.builtin.file) and M(ansible.builtin.copy) do one by one
    with two or three round trips each. A run that has nothing to change is mostly made of those.
  - Each file is replaced atomically, and validated before that.
  - If one of them cannot be written, O(validate_all) refuses what they are together, or O(unit) does not take it up,
    then all of them are put back as they were.
author:
  - rocketops maintainers (@rocketops)
attributes:
  check_mode:
    description: Says what would change.
    support: full
  diff_mode:
    description: Shows what changes, except in files of O(secret_contents).
    support: full
options:
  files:
    description: The files and directories, in the order of writing.
    type: list
    elements: dict
    required: true
    suboptions:
      path:
        description: Absolute path on the host.
        type: path
        required: true
      content:
        description: What the file holds. Without it, and without one in O(secret_contents), the path is a directory.
        type: str
      mode:
        description: Permissions, in octal.
        type: str
        required: true
      owner:
        description: Owner, user and group.
        type: str
        default: root
      backup:
        description: Whether a file that is replaced is kept beside the new one, with the time in its name.
        type: bool
        default: false
      validate:
        description: Command that has to accept a file before it is put in place; C(%s) stands for its path.
        type: str
      issued:
        description:
          - Absolute path of a file on the host whose content takes the place of what is given, where there is one.
          - For what others renew there, such as a certificate.
        type: path
      keeps:
        description: Whether, until there is a file O(files[].issued), one that is there already keeps its content.
        type: bool
        default: false
  validate_all:
    description:
      - Command that has to accept the whole of what the host then has, with all files in place. Run where one of them
        changed or O(unit) is to take them up.
    type: str
  unit:
    description: Unit of systemd that takes up what was written. It does nothing to a unit that is V(started) and runs.
    type: dict
    suboptions:
      name:
        description: Its name.
        type: str
        required: true
      state:
        description: What it has to do.
        type: str
        choices: [started, restarted, reloaded]
        required: true
      port:
        description: TCP port on which it listens once it is up; V(0) where it has none of its own.
        type: int
        default: 0
      log:
        description: Absolute path of its log, for what it says of itself; else the journal is read.
        type: str
        default: ""
      enabled:
        description: Whether it is to start at every boot.
        type: bool
        default: false
  ledger:
    description:
      - Where M(rocketops.rocketchat.ledger) keeps what O(unit) still has to take up, which is nothing any more once
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
  secret_contents:
    description:
      - What files hold, by O(files[].path), never shown in output, diff or log.
      - They are not a part of O(files), because Ansible logs an option with parts on the host, escaped, and does not
        recognise a secret in that.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Write the Compose project
  rocketops.rocketchat.host_files:
    files:
      - path: /opt/rocketchat
        mode: "0750"
      - path: /opt/rocketchat/env/services.env
        mode: "0600"
    secret_contents:
      /opt/rocketchat/env/services.env: "{{ services_env }}"

- name: Write a site, unless nginx does not take it up
  rocketops.rocketchat.host_files:
    files:
      - path: /etc/nginx/conf.d/chat.conf
        content: "{{ site }}"
        mode: "0644"
    validate_all: nginx -t -q
    unit:
      name: nginx.service
      state: reloaded
      log: /var/log/nginx/error.log
"""

RETURN = r"""
backup_files:
  description: The copies that were kept, one for each replaced file with O(files[].backup).
  returned: always
  type: list
  elements: str
  sample: [/etc/docker/daemon.json.3120.2026-11-24@04:12:33~]
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.effects import noting
from ..module_utils.effects.transaction import Transaction
from ..module_utils.effects.units import Refused
from ..module_utils.effects.writing import entries

OPTIONS = {
    "path": {"type": "path", "required": True},
    "content": {"type": "str"},
    "mode": {"type": "str", "required": True},
    "owner": {"type": "str", "default": "root"},
    "backup": {"type": "bool", "default": False},
    "validate": {"type": "str"},
    "issued": {"type": "path"},
    "keeps": {"type": "bool", "default": False},
}
UNIT = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "required": True, "choices": ["started", "restarted", "reloaded"]},
    "port": {"type": "int", "default": 0},
    "log": {"type": "str", "default": ""},
    "enabled": {"type": "bool", "default": False},
}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "files": {"type": "list", "elements": "dict", "required": True, "options": OPTIONS},
            "validate_all": {"type": "str"},
            "unit": {"type": "dict", "options": UNIT},
            "ledger": {"type": "dict", "options": noting.OPTIONS},
            "secret_contents": {"type": "dict", "default": {}, "no_log": True},
        },
        supports_check_mode=True,
    )
    try:
        transaction = Transaction(module, entries(module.params["files"], module.params["secret_contents"]))
        transaction.run()
    except (ValueError, Refused) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=transaction.changed, backup_files=transaction.backups, diff=transaction.differences)


if __name__ == "__main__":
    main()
