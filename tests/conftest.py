# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes this checkout importable as ansible_collections.rocketops.rocketchat, wherever it was cloned to."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.deployment import Deployment
from tests.examples import register_profiles

ROOT = Path(__file__).resolve().parents[1]
COLLECTIONS = ROOT / ".cache" / "collections"


def _link_checkout() -> None:
    link = COLLECTIONS / "ansible_collections" / "rocketops" / "rocketchat"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(ROOT)


_link_checkout()
sys.path.insert(0, str(COLLECTIONS))
register_profiles()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--inventory",
        default=str(ROOT / "molecule" / "default" / "inventory"),
        help="the deployment that tests/verify and tests/e2e look at and disturb",
    )


@pytest.fixture(scope="session")
def deployment(request: pytest.FixtureRequest) -> Deployment:
    return Deployment.of(request.config.getoption("--inventory"))
