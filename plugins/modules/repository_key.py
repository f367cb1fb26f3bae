#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: repository_key
short_description: Fetches the key of a package repository as apt fetches its packages
version_added: 0.2.0
description:
  - Other ways of fetching a file know nothing of the proxies and logins that apt is set up with.
  - A key that is there is only fetched again if that is asked for. The file is root's, and replaced atomically.
author:
  - rocketops maintainers (@rocketops)
attributes:
  check_mode:
    description: Says whether the file would change, without fetching the key.
    support: full
  diff_mode:
    description: A key says nothing to people.
    support: none
options:
  url:
    description: Where the key is.
    type: str
    required: true
  path:
    description: Absolute path of the file.
    type: path
    required: true
  mode:
    description: Permissions, in octal.
    type: str
    default: "0644"
  force:
    description: Whether the key is fetched although the file is there.
    type: bool
    default: false
  timeout:
    description: Seconds that it may take.
    type: float
    default: 60
"""

EXAMPLES = r"""
- name: Have the key of a repository
  rocketops.rocketchat.repository_key:
    url: https://repository.example.com/key.asc
    path: /etc/apt/keyrings/example.asc
"""

RETURN = r"""#"""

import os
import tempfile

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.sources.key import fetch


def fetched(module: AnsibleModule) -> str:
    """The path of a copy."""
    path = os.path.join(tempfile.mkdtemp(dir=module.tmpdir), "key")
    reason = fetch(module.params["url"], path, module.params["timeout"])
    if reason:
        module.fail_json(msg=f"The key {module.params['url']} cannot be fetched: {reason}")
    return path


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "url": {"type": "str", "required": True},
            "path": {"type": "path", "required": True},
            "mode": {"type": "str", "default": "0644"},
            "force": {"type": "bool", "default": False},
            "timeout": {"type": "float", "default": 60},
        },
        supports_check_mode=True,
    )
    path, changed = module.params["path"], False
    exists = os.path.exists(path)
    if module.params["force"] or not exists:
        if module.check_mode:
            module.exit_json(changed=True)
        candidate = fetched(module)
        changed = not exists or module.sha256(candidate) != module.sha256(path)
        if changed:
            module.atomic_move(candidate, path)
    attributes = {"path": path, "mode": module.params["mode"], "owner": "root", "group": "root"}
    changed = module.set_fs_attributes_if_different(module.load_file_common_arguments(attributes), changed)
    module.exit_json(changed=changed)


if __name__ == "__main__":
    main()
