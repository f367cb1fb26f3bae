# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make venv` installs: what requirements-dev.txt says, and of everything the very files that were looked at."""

from __future__ import annotations

import re

import pytest

from tests.deployment import ROOT

LOCKS = {"requirements-dev": ["requirements.txt"], "requirements-sslyze": []}


def named(path: str) -> dict[str, str]:
    """Versions by name, "" where any will do; names are told apart as pip does."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    words = [line.partition("==") for line in lines if line and not line.startswith(("#", "-r", " "))]
    return {re.sub("[-_.]+", "-", name).lower(): version for name, _equals, version in words}


@pytest.mark.parametrize(("lock", "others"), LOCKS.items())
def test_a_lock_is_of_these_requirements(lock: str, others: list[str]) -> None:
    """`tools/lock` writes it."""
    locked = {name: version.split()[0] for name, version in named(f"{lock}.lock").items()}
    for text in [f"{lock}.txt", *others]:
        for name, version in named(text).items():
            assert locked[name] == version if version else name in locked


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_has_a_version_and_digests_and_nothing_says_where_it_is_from(lock: str) -> None:
    text = (ROOT / f"{lock}.lock").read_text(encoding="utf-8")
    requirements = re.split(r"\n(?=\S)", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    for requirement in requirements:
        assert re.match(r"[a-z0-9.-]+==\S+ (; .+ )?\\\n    --hash=sha256:[0-9a-f]{64}", requirement), requirement
    assert "://" not in text
    assert "file:" not in text
