# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make venv` installs: what requirements-dev.txt says, and of everything the very files that were looked at."""

from __future__ import annotations

import re

from tests.deployment import ROOT

LOCK = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")


def named(path: str) -> dict[str, str]:
    """Versions by name, "" where any will do; names are told apart as pip does."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    words = [line.partition("==") for line in lines if line and not line.startswith(("#", "-r", " "))]
    return {re.sub("[-_.]+", "-", name).lower(): version for name, _equals, version in words}


def test_the_lock_is_of_these_requirements() -> None:
    """`tools/lock` writes it."""
    locked = {name: version.split()[0] for name, version in named("requirements-dev.lock").items()}
    for name, version in {**named("requirements.txt"), **named("requirements-dev.txt")}.items():
        assert locked[name] == version if version else name in locked


def test_everything_has_a_version_and_digests_and_nothing_says_where_it_is_from() -> None:
    requirements = re.split(r"\n(?=\S)", "\n".join(line for line in LOCK.splitlines() if not line.startswith("#")))
    for requirement in requirements:
        assert re.match(r"[a-z0-9.-]+==\S+ (; .+ )?\\\n    --hash=sha256:[0-9a-f]{64}", requirement), requirement
    assert "://" not in LOCK
    assert "file:" not in LOCK
