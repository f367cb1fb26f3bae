#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: settings_file
short_description: Changes some settings of a JSON file and leaves all others as they are
version_added: 0.2.0
description:
  - For a file that several people or programs have settings in, such as C(/etc/docker/daemon.json). Where everything is
    as wanted, the file is not touched; else it is validated and replaced atomically, and the old one is kept beside it
    with the time in its name.
author:
  - rocketops maintainers (@rocketops)
attributes:
  check_mode:
    description: Says whether the file would change.
    support: full
  diff_mode:
    description: Shows what changes, without passwords and tokens.
    support: full
options:
  path:
    description: Absolute path of the file. One that is missing or empty has no settings yet.
    type: path
    required: true
  mode:
    description: Permissions, in octal, of a file that is root's. Without it, owner and permissions stay as they are.
    type: str
  set:
    description: Settings by name. One within another is named with a slash, such as C(log-opts/max-size).
    type: dict
    default: {}
  remove:
    description: Names of settings that are not to be there.
    type: list
    elements: str
    default: []
  validate:
    description:
      - Command that has to accept the file before it is put in place; C(%s) stands for its path. Not run while its
        program is not installed.
    type: str
"""

EXAMPLES = r"""
- name: Have containers outlive the engine
  rocketops.rocketchat.settings_file:
    path: /etc/docker/daemon.json
    set:
      live-restore: true
    validate: dockerd --validate --config-file %s
"""

RETURN = r"""
put_back:
  description:
    - What brings the file back to what it was, for M(rocketops.rocketchat.docker_engine). C(backup) is the copy that
      was kept, or empty where there was no file. V(null) where nothing was changed.
  returned: success
  type: dict
  sample: {path: /etc/docker/daemon.json, backup: /etc/docker/daemon.json.3120.2026-11-24@04:12:33~}
"""

import os
import shutil
import tempfile
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.facts.settings import as_text, changed, masked, parsed

OPTIONS: dict[str, Any] = {
    "path": {"type": "path", "required": True},
    "mode": {"type": "str"},
    "set": {"type": "dict", "default": {}},
    "remove": {"type": "list", "elements": "str", "default": []},
    "validate": {"type": "str"},
}


def validated(module: AnsibleModule, candidate: str) -> None:
    command = module.params["validate"]
    if not command or not shutil.which(command.split()[0]):
        return
    code, output, errors = module.run_command(command % candidate)
    if code != 0:
        reason = (errors or output).replace(candidate, module.params["path"])
        module.fail_json(msg=f"{module.params['path']} was left as it is, as it would not be valid.\n{reason}".rstrip())


def replace(module: AnsibleModule, path: str, document: dict[str, Any]) -> dict[str, str]:
    """Whole or not at all. Ansible gives the new file the owner and mode that the old one has."""
    descriptor, candidate = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(as_text(document))
    validated(module, candidate)
    backup = module.backup_local(path) if os.path.exists(path) else ""
    module.atomic_move(candidate, path)
    return {"path": path, "backup": backup}


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    # a link stays one
    path, mode = os.path.realpath(module.params["path"]), module.params["mode"]
    try:
        before = parsed(path)
    except (OSError, ValueError) as error:
        module.fail_json(msg=f"{path} was left as it is, as its settings cannot be read: {error}")
    after = changed(before, module.params["set"], module.params["remove"])
    put_back = replace(module, path, after) if after != before and not module.check_mode else None
    differs = after != before
    if mode and os.path.exists(path):
        wanted = {"path": path, "mode": mode, "owner": "root", "group": "root"}
        differs = module.set_fs_attributes_if_different(module.load_file_common_arguments(wanted), differs)
    texts = {"before": as_text(masked(before)), "after": as_text(masked(after))}
    module.exit_json(changed=differs, put_back=put_back, diff={"before_header": path, "after_header": path, **texts})


if __name__ == "__main__":
    main()
