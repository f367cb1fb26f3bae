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
"""

RETURN = r"""
backup_files:
  description: The copies that were kept, one for each replaced file with O(files[].backup).
  returned: always
  type: list
  elements: str
  sample: [/etc/docker/daemon.json.3120.2026-11-24@04:12:33~]
"""

import os
import tempfile
from typing import Any

from ansible.module_utils.basic import AnsibleModule

OPTIONS = {
    "path": {"type": "path", "required": True},
    "content": {"type": "str"},
    "mode": {"type": "str", "required": True},
    "owner": {"type": "str", "default": "root"},
    "backup": {"type": "bool", "default": False},
    "validate": {"type": "str"},
}


def entries(files: list[dict[str, Any]], secrets: dict[str, Any]) -> list[dict[str, Any]]:
    """The files with their contents, and whether those are secret. A mistake is a ValueError that names the path."""
    contents = {file["path"]: file["content"] for file in files}
    for path, secret in secrets.items():
        if path not in contents:
            raise ValueError(f"secret_contents has a content for {path}, which is not in files.")
        if contents[path] is not None:
            raise ValueError(f"{path} has a content in files and another in secret_contents: leave one of them out.")
        if not isinstance(secret, str):
            raise ValueError(f"The content of {path} in secret_contents is not a text.")
    return [
        {**file, "content": secrets.get(file["path"], file["content"]), "secret": file["path"] in secrets}
        for file in files
    ]


def read(path: str) -> str | None:
    """The content of a file, None where there is none."""
    if not os.path.isfile(path):
        return None
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def validated(module: AnsibleModule, entry: dict[str, Any], candidate: str) -> None:
    """Ends the module where the content is not valid; of a secret one, the command may have repeated any part."""
    code, output, errors = module.run_command(entry["validate"] % candidate)
    if code != 0:
        reason = "What is wrong with it is as secret as the content." if entry["secret"] else errors or output
        module.fail_json(msg=f"{entry['path']} was not written: its new content is not valid.\n{reason}".rstrip())


def replace(module: AnsibleModule, entry: dict[str, Any], content: str) -> list[str]:
    """Whole or not at all; mkstemp makes the candidate readable by its owner only. The backups it made: one or none."""
    descriptor, candidate = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(content)
    if entry["validate"]:
        validated(module, entry, candidate)
    module.set_fs_attributes_if_different(attributes(module, {**entry, "path": candidate}), False)
    keep = entry["backup"] and os.path.exists(entry["path"])
    backups = [module.backup_local(entry["path"])] if keep else []
    module.atomic_move(candidate, entry["path"])
    return backups


def make_way(module: AnsibleModule, path: str, content: str | None) -> None:
    """Removes an empty directory where a file is to be: Docker makes one in place of a missing file that it mounts."""
    if content is None:
        if os.path.exists(path) and not os.path.isdir(path):
            module.fail_json(msg=f"{path} is to be a directory and is none. Move it away.")
    elif os.path.isdir(path):
        if os.listdir(path):
            module.fail_json(msg=f"{path} is to be a file and is a directory that is not empty. Move it away.")
        if not module.check_mode:
            os.rmdir(path)


def attributes(module: AnsibleModule, entry: dict[str, Any]) -> dict[str, Any]:
    wanted = {"path": entry["path"], "mode": entry["mode"], "owner": entry["owner"], "group": entry["owner"]}
    return module.load_file_common_arguments(wanted)


def apply(module: AnsibleModule, entry: dict[str, Any], backups: list[str]) -> dict[str, Any] | None:
    """Brings one entry about; its difference, None where there was none. Adds to ``backups``."""
    path, content = entry["path"], entry["content"]
    make_way(module, path, content)
    before = read(path)
    missing = not os.path.exists(path)
    changed = missing or (content is not None and before != content)
    if changed and not module.check_mode:
        if content is None:
            os.makedirs(path, mode=0o700)
        else:
            backups += replace(module, entry, content)
    attributes_diff: dict[str, Any] = {"before": {}, "after": {}}
    if not missing or not module.check_mode:
        changed |= module.set_fs_attributes_if_different(attributes(module, entry), False, attributes_diff)
    if not changed:
        return None
    if entry["secret"] or content is None or before == content:
        return {"before_header": path, "after_header": path, **shown(attributes_diff)}
    return {"before_header": path, "after_header": path, "before": before or "", "after": content}


def shown(difference: dict[str, Any]) -> dict[str, str]:
    return {
        side: "".join(f"{name}: {value}\n" for name, value in difference[side].items()) for side in ("before", "after")
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "files": {"type": "list", "elements": "dict", "required": True, "options": OPTIONS},
            "secret_contents": {"type": "dict", "default": {}, "no_log": True},
        },
        supports_check_mode=True,
    )
    try:
        wanted = entries(module.params["files"], module.params["secret_contents"])
    except ValueError as error:
        module.fail_json(msg=str(error))
    backups: list[str] = []
    differences = [apply(module, entry, backups) for entry in wanted]
    changes = [difference for difference in differences if difference is not None]
    module.exit_json(changed=bool(changes), backup_files=backups, diff=changes)


if __name__ == "__main__":
    main()
