# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what follows from something else, so that nobody has to keep it.

The catalogue of services decides the options per service in the role's specs, and the README's table of them; the
specs decide the roles' defaults and READMEs. `python -m tools.generated --write` writes all of it; a unit test says
when something is out of date.
"""

from __future__ import annotations

import sys

from tools import ROOT, role_defaults, role_readmes, service_lists

# Each reads what those before it have written.
GENERATORS = (service_lists.wanted, role_defaults.wanted, role_readmes.wanted)


def stale(write: bool = False) -> list[str]:
    """The files that are not what they should be, once for each reason; written where that is wanted."""
    found = []
    for wanted in GENERATORS:
        for path, text in wanted().items():
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                found.append(str(path.relative_to(ROOT)))
                if write:
                    path.write_text(text, encoding="utf-8")
    return found


def main() -> int:
    write = "--write" in sys.argv[1:]
    found = stale(write)
    for name in found:
        print(f"wrote {name}" if write else f"{name} is out of date: run python -m tools.generated --write")
    return 1 if found and not write else 0


if __name__ == "__main__":
    sys.exit(main())
