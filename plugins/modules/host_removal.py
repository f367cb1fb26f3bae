#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_removal
short_description: Removes files, directories and data of a deployment, and notes that they are gone
version_added: 0.2.0
description:
  - Removes what it is handed, in the order of its options, and nothing else. What is not there any more is left out.
  - Part of this collection's C(teardown) playbook, which decides what that is.
author:
  - rocketops maintainers (@rocketops)
attributes:
  check_mode:
    description: Says what would be removed.
    support: full
  diff_mode:
    description: The result names what was removed.
    support: none
options:
  put_back:
    description: Copies of files that others had, each with the C(path) that it takes again and the C(copy).
    type: list
    elements: dict
    default: []
  settings:
    description:
      - What is taken out of JSON files that others have settings in, too, each with its C(path) and the names to
        C(remove), as M(rocketops.rocketchat.settings_file) takes them.
    type: list
    elements: dict
    default: []
  files:
    description: Files, and directories as far as they are empty then, in the order of removing.
    type: list
    elements: path
    default: []
  trees:
    description:
      - Directories that are removed with all that is in them on the same file system. Of one that is a mount point, the
        content.
    type: list
    elements: path
    default: []
  forgets:
    description: Names of resources that M(rocketops.rocketchat.ledger) noted and that are gone then.
    type: list
    elements: str
    default: []
  forgets_data:
    description: Directories with data whose place M(rocketops.rocketchat.ledger) noted and that are gone then.
    type: list
    elements: path
    default: []
  ends:
    description:
      - Whether nothing of the deployment runs any more, so that the record is only about what is left. Where that is
        nothing, it is removed, too.
    type: bool
    default: false
  ledger:
    description: Absolute path of the record.
    type: path
    default: /var/lib/rocketops/ledger.json
"""

EXAMPLES = r"""
- name: Remove the site
  rocketops.rocketchat.host_removal:
    files: [/etc/nginx/conf.d/rocketchat.conf]
    forgets: [file /etc/nginx/conf.d/rocketchat.conf]
"""

RETURN = r"""
removed:
  description: What was there, and is not any more or is what it was before.
  returned: success
  type: list
  elements: str
  sample: [/etc/nginx/conf.d/rocketchat.conf]
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.facts.ledger import PATH
from ..module_utils.teardown.removing import Stays, forget, put_back, remove, remove_tree, take_out

_PATHS = {"type": "list", "elements": "path", "default": []}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "put_back": {"type": "list", "elements": "dict", "default": []},
            "settings": {"type": "list", "elements": "dict", "default": []},
            "files": _PATHS,
            "trees": _PATHS,
            "forgets": {"type": "list", "elements": "str", "default": []},
            "forgets_data": _PATHS,
            "ends": {"type": "bool", "default": False},
            "ledger": {"type": "path", "default": PATH},
        },
        supports_check_mode=True,
    )
    wanted, tries = module.params, module.check_mode
    try:
        removed = [one["path"] for one in wanted["put_back"] if put_back(one["path"], one["copy"], tries)]
        removed += [one["path"] for one in wanted["settings"] if take_out(one["path"], one["remove"], tries)]
        removed += [path for path in wanted["files"] if remove(path, tries)]
        removed += [path for path in wanted["trees"] if remove_tree(path, tries)]
        forgot = forget(wanted["ledger"], wanted["forgets"], wanted["forgets_data"], wanted["ends"], tries)
    except (OSError, ValueError, Stays) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=bool(removed) or forgot, removed=removed)


if __name__ == "__main__":
    main()
