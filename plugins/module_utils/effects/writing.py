# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and directories as they are to be: what differs is replaced, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Any

from .units import Refused

if TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule


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
    """Raises Refused where the content is not valid; of a secret one, the command may have repeated any part."""
    code, output, errors = module.run_command(entry["validate"] % candidate)
    if code != 0:
        reason = "What is wrong with it is as secret as the content." if entry["secret"] else errors or output
        raise Refused(f"{entry['path']} was not written: its new content is not valid.\n{reason}".rstrip())


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
            raise Refused(f"{path} is to be a directory and is none. Move it away.")
    elif os.path.isdir(path):
        if os.listdir(path):
            raise Refused(f"{path} is to be a file and is a directory that is not empty. Move it away.")
        if not module.check_mode:
            os.rmdir(path)


def attributes(module: AnsibleModule, entry: dict[str, Any]) -> dict[str, Any]:
    wanted = {"path": entry["path"], "mode": entry["mode"], "owner": entry["owner"], "group": entry["owner"]}
    arguments: dict[str, Any] = module.load_file_common_arguments(wanted)
    return arguments


def _content(entry: dict[str, Any]) -> str | None:
    """What others issued to the host goes before what is given, which is for the time until then."""
    given: str | None = entry["content"]
    if not entry["issued"]:
        return given
    there = read(entry["path"]) if entry["keeps"] else None
    return next((content for content in (read(entry["issued"]), there) if content is not None), given)


def apply(module: AnsibleModule, entry: dict[str, Any], backups: list[str]) -> dict[str, Any] | None:
    """Brings one entry about; its difference, None where there was none. Adds to ``backups``."""
    path = entry["path"]
    content = _content(entry)
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
