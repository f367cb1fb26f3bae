# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles' READMEs, from what Ansible itself checks: argument_specs.yml, and the plays of site.yml."""

from __future__ import annotations

import re
from itertools import starmap
from pathlib import Path
from typing import Any

import yaml

from tools import ROOT

ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())

HEAD = """\
<!-- Generated from meta/argument_specs.yml: python -m tools.generated --write -->
# {role}: {title}

{description}

## Variables

{variables}
## Use

Part of [playbooks/site.yml](../../playbooks/site.yml), where it runs on the hosts of {groups}{alone}
"""

VARIABLES = """\
Set them in the inventory, such as in `group_vars/all.yml`: the plan reads them there before any host is changed.

| Variable | Type | Default | Meaning |
|---|---|---|---|
{rows}

`{role}_plan` and, where there are secrets, `{role}_secrets` are internal: the gate hands them over, and nobody sets \
them.
"""
NO_VARIABLES = "None; `{role}_plan` is internal: the gate hands it over.\n"
ALONE = """.
To apply only this role, after the whole playbook has run once:

```sh
ansible-playbook -i INVENTORY rocketops.rocketchat.site --tags {role}
```"""
WITH_OTHERS = ", for whichever roles `--tags` chooses."


def wanted() -> dict[Path, str]:
    return {readme(role): render(role) for role in ROLES}


def render(role: str) -> str:
    """The README a role should have."""
    specification = _read_yaml(readme(role).parent / "meta/argument_specs.yml")["argument_specs"]["main"]
    internal = (f"{role}_plan", f"{role}_secrets")
    options = {name: option for name, option in specification["options"].items() if name not in internal}
    return HEAD.format(
        role=role,
        title=specification["short_description"],
        description=_text(specification["description"]),
        variables=(VARIABLES if options else NO_VARIABLES).format(
            role=role, rows="\n".join(starmap(_row, options.items()))
        ),
        groups=_groups(role),
        alone=ALONE.format(role=role) if any(role in play["tags"] for play in _plays(role)) else WITH_OTHERS,
    )


def readme(role: str) -> Path:
    return ROOT / "roles" / role / "README.md"


def _read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _row(name: str, option: dict[str, Any]) -> str:
    description = _text(option["description"])
    if "choices" in option:
        description += f" One of {', '.join(f'`{choice}`' for choice in option['choices'])}."
    if option.get("no_log"):
        description = f"**Secret.** {description}"
    cells = (f"`{name}`", option["type"], _default(option), description)
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _default(option: dict[str, Any]) -> str:
    if option.get("required"):
        return "**required**"
    if "default" not in option:
        return "-"
    default = option["default"]
    return "empty" if default in ("", {}, []) else f"`{default}`"


def _text(description: str | list[str]) -> str:
    """A description in Markdown: Ansible's V(value), O(option=value) and C(code) become code."""
    sentences = [description] if isinstance(description, str) else description
    text = re.sub(r"\b[VC]\(([^)]*)\)", r"`\1`", " ".join(sentences))
    return re.sub(r"\bO\(([^)=]*)=?([^)]*)\)", lambda found: f"`{': '.join(filter(None, found.groups()))}`", text)


def _groups(role: str) -> str:
    """The inventory groups of the plays that run the role."""
    # `group[0]` and `group[1:]` are hosts of the same group
    groups = dict.fromkeys(group for play in _plays(role) for group in re.sub(r"\[.*?\]", "", play["hosts"]).split(":"))
    return f"the group{'s' if len(groups) > 1 else ''} {' and '.join(f'`{group}`' for group in groups)}"


def _plays(role: str) -> list[dict[str, Any]]:
    name = f"rocketops.rocketchat.{role}"
    plays = _read_yaml(ROOT / "playbooks/site.yml")
    found = [play for play in plays for task in play.get("tasks", []) if _role(task) == name]
    if not found:
        raise SystemExit(f"No play of playbooks/site.yml runs the role {role}.")
    return found


def _role(task: dict[str, Any]) -> str | None:
    role: str | None = task.get("ansible.builtin.import_role", {}).get("name")
    return role
