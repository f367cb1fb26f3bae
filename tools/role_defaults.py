# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles' defaults/main.yml, from the defaults that their argument_specs.yml name."""

from __future__ import annotations

from pathlib import Path

import yaml

from tools import ROOT

HEAD = "---\n# Generated from meta/argument_specs.yml: python -m tools.generated --write\n"


class _Indented(yaml.SafeDumper):
    """Lists as yamllint wants them: further in than their name."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def wanted() -> dict[Path, str]:
    found = {}
    for specs in sorted(ROOT.glob("roles/*/meta/argument_specs.yml")):
        options = yaml.safe_load(specs.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
        defaults = {name: option["default"] for name, option in options.items() if "default" in option}
        text = yaml.dump(defaults, Dumper=_Indented, sort_keys=False, width=1000).replace(": ''\n", ': ""\n')
        found[specs.parents[1] / "defaults" / "main.yml"] = HEAD + text
    return found
