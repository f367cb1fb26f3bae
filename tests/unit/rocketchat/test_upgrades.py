# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a running deployment to the planned one: which ways there are."""

from __future__ import annotations

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.upgrades import (
    upgrade_problems,
    upgrade_warnings,
)

# running and planned Rocket.Chat; running and planned MongoDB, featureCompatibilityVersion
Way = tuple[str | None, str, str | None, str, str | None]

OPEN: list[Way] = [
    (None, "8.9.1", None, "8.0", None),
    ("7.9.3", "7.9.3", "6.0.5", "6.0", "6.0"),
    ("7.9.3", "7.10.0", "6.0.5", "6.0", "5.0"),
    # MongoDB stays as it is
    ("7.9.3", "7.13.9", "6.0.5", "7.0", "6.0"),
    ("7.13.9", "8.9.1", "8.0.12", "8.0", "8.0"),
    ("6.0.0", "7.9.3", "5.0.12", "5.0", "5.0"),
    # newer than the table
    ("9.0.0", "10.0.0", "8.0.4", "9.0", "8.0"),
    ("9.0.0", "10.0.0", "8.2.1", "9.0", "8.2"),
    # it works with 8.2, and is left with it
    ("8.1.0", "8.9.1", "8.2.0", "8.2", "8.2"),
    ("8.9.1", "9.0.0", "8.0.4", "8.2", "8.0"),
    # not asked, or of a form nobody knows
    ("7.9.3", "8.9.1", None, "8.0", None),
    ("7.9.3-rc.1", "7.0.0", "unknown", "8.0", "?"),
    ("7.9.3", "7.0.0-rc.1", None, "8.0", None),
    ("7.9.3", "7.9.3", "6", "8.0", "8"),
    ("7.9.3", "7.9.3", "٥.٠", "8.0", "5.0"),
    ("7.9.3", "latest", "4.4.1", "", "4.4"),
    # without a Rocket.Chat that runs, preflight tells on which host MongoDB is too old
    (None, "8.9.1", "7.0.5", "8.0", "7.0"),
    # a MongoDB of the operator's own
    ("7.9.3", "7.13.9", "8.0.1", "", None),
    ("7.9.3", "7.10.0", "5.0.1", "", None),
    ("8.9.1", "9.0.0", "9.0.1", "", None),
    ("10.0.0", "10.0.1", "9.0.0", "", None),
]

FCV = "Run db.adminCommand({{setFeatureCompatibilityVersion: {}}})."
RAISED = " and raise MongoDB's featureCompatibilityVersion after each of its steps"
NO_WAY = (
    "every way leads over a release that does not accept its MongoDB, or that this collection does not know. Choose {}."
)
CLOSED: list[tuple[Way, list[str]]] = [
    (
        ("8.9.1", "8.9.0", None, "8.0", None),
        [
            "rocketchat_version = '8.9.0': is older than the running 8.9.1, which has changed the database already. "
            "Choose 8.9.1 or newer, or restore a backup made before the upgrade."
        ],
    ),
    (
        ("7.9.3", "9.0.0", "6.0.5", "8.0", "6.0"),
        [
            "rocketchat_version = '9.0.0': leaves out 8.x after the running 7.9.3, and no major can be left out. "
            f"Go by 7.13.9, MongoDB 7.0, MongoDB 8.0, 8.9.1, 9.0.0{RAISED}. "
            'First write rocketchat_version: 7.13.9 and mongodb_version: "6.0".'
        ],
    ),
    (
        # nobody knows which MongoDB there is
        ("6.2.0", "9.0.0", None, "", None),
        [
            "rocketchat_version = '9.0.0': leaves out 7.x, 8.x after the running 6.2.0, and no major can be left out. "
            "Go by 7.13.9, 8.9.1, 9.0.0. First write rocketchat_version: 7.13.9."
        ],
    ),
    (
        ("8.9.1", "12.0.0", "8.0.4", "9.0", "8.0"),
        [
            "rocketchat_version = '12.0.0': cannot be reached from the running 8.9.1 with MongoDB 8.0: "
            + NO_WAY.format("another")
        ],
    ),
    (
        # nothing before it works with what 8.1 demands
        ("7.13.9", "8.1.0", "8.0.4", "8.2", "8.0"),
        [
            "rocketchat_version = '8.1.0': cannot be reached from the running 7.13.9 with MongoDB 8.0: "
            + NO_WAY.format("8.9.1, to which there is a way")
        ],
    ),
    (
        ("7.13.9", "8.0.0", "7.0.1", "8.2", "7.0"),
        [
            "rocketchat_version = '8.0.0': cannot be reached from the running 7.13.9 with MongoDB 7.0: "
            + NO_WAY.format("8.9.1, to which there is a way")
        ],
    ),
    (
        ("7.9.3", "8.9.1", "7.0.5", "8.0", "7.0"),
        [
            "rocketchat_version = '8.9.1': is not made for the running MongoDB 7.0. "
            f"Go by 7.13.9, MongoDB 8.0, 8.9.1{RAISED}. "
            'First write rocketchat_version: 7.13.9 and mongodb_version: "7.0".',
        ],
    ),
    (
        ("7.13.9", "8.9.1", "7.0.5", "8.0", "7.0"),
        [
            "rocketchat_version = '8.9.1': is not made for the running MongoDB 7.0. "
            f"Go by MongoDB 8.0, 8.9.1{RAISED}. First upgrade MongoDB to 8.0, as its manual says, and write "
            'rocketchat_version: 7.13.9 and mongodb_version: "8.0".'
        ],
    ),
    (
        ("8.9.1", "8.9.1", "7.0.5", "8.0", "7.0"),
        [
            "rocketchat_version = '8.9.1': is not made for the running MongoDB 7.0. "
            f"Go by MongoDB 8.0{RAISED}. First upgrade MongoDB to 8.0, as its manual says, and write "
            'rocketchat_version: 8.9.1 and mongodb_version: "8.0".'
        ],
    ),
    (
        ("7.13.9", "7.13.9", "7.0.1", "6.0", "7.0"),
        [
            "mongodb_version = '6.0': is older than the running 7.0, and MongoDB has no way back. "
            'Write mongodb_version: "7.0".'
        ],
    ),
    (
        ("8.1.0", "8.9.1", "8.2.0", "8.0", "8.2"),
        [
            "mongodb_version = '8.0': is older than the running 8.2, and MongoDB has no way back. "
            'Write mongodb_version: "8.2".'
        ],
    ),
    (
        (None, "7.9.3", "8.0.4", "7.0", "8.0"),
        [
            "mongodb_version = '7.0': is older than the running 8.0, and MongoDB has no way back. "
            "Choose 8.0 or newer, and a rocketchat_version that accepts it."
        ],
    ),
    (
        ("7.13.9", "7.13.9", "5.0.32", "8.0", "5.0"),
        [
            "mongodb_version = '8.0': leaves out 6.0, 7.0 on the way from the running 5.0. "
            f"Go by MongoDB 6.0, MongoDB 7.0, MongoDB 8.0{RAISED}. First upgrade MongoDB to 6.0, as its manual says, "
            'and write rocketchat_version: 7.13.9 and mongodb_version: "6.0".'
        ],
    ),
    (
        (None, "7.13.9", "5.0.32", "8.0", "5.0"),
        [
            "mongodb_version = '8.0': leaves out 6.0, 7.0 on the way from the running 5.0. "
            "Upgrade to 6.0 first, with a rocketchat_version that accepts it."
        ],
    ),
    (
        ("7.9.3", "7.9.3", "6.0.5", "7.0", "5.0"),
        ["mongodb_version = '7.0': needs featureCompatibilityVersion 6.0 first, and it is 5.0. " + FCV.format('"6.0"')],
    ),
    (
        ("7.13.9", "7.13.9", "7.0.5", "8.0", "6.0"),
        [
            "mongodb_version = '8.0': needs featureCompatibilityVersion 7.0 first, and it is 6.0. "
            + FCV.format('"7.0", confirm: true')
        ],
    ),
    (
        ("9.0.0", "7.9.3", "5.0.1", "7.0", "4.4"),
        [
            "rocketchat_version = '7.9.3': is older than the running 9.0.0, which has changed the database already. "
            "Choose 9.0.0 or newer, or restore a backup made before the upgrade.",
            "mongodb_version = '7.0': leaves out 6.0 on the way from the running 5.0. "
            "Upgrade to 6.0 first, with a rocketchat_version that accepts it.",
            "mongodb_version = '7.0': needs featureCompatibilityVersion 5.0 first, and it is 4.4. "
            + FCV.format('"5.0"'),
        ],
    ),
    (
        # a build of a distribution
        ("7.9.3", "8.9.1", "7.0.5-rc1", "", "7.0"),
        [
            "rocketchat_version = '8.9.1': is not made for MongoDB 7.0 of rocketchat_mongodb_url. "
            f"Go by 7.13.9, MongoDB 8.0, 8.9.1{RAISED}. First write rocketchat_version: 7.13.9."
        ],
    ),
    (
        ("6.0.0", "7.9.3", "4.4.1", "", None),
        [
            "rocketchat_version = '7.9.3': is not made for MongoDB 4.4 of rocketchat_mongodb_url. "
            f"Go by MongoDB 5.0, 7.9.3{RAISED}. First upgrade MongoDB to 5.0, as its manual says, and write "
            "rocketchat_version: 6.0.0."
        ],
    ),
    (
        (None, "7.9.3", "4.4.1", "", None),
        [
            "rocketchat_version = '7.9.3': is not made for MongoDB 4.4 of rocketchat_mongodb_url. "
            "Give it MongoDB 5.0 or 6.0 or 7.0."
        ],
    ),
]


@pytest.mark.parametrize("way", OPEN)
def test_open_ways(way: Way) -> None:
    assert upgrade_problems(*way) == []


@pytest.mark.parametrize(("way", "problems"), CLOSED)
def test_closed_ways(way: Way, problems: list[str]) -> None:
    assert [str(problem) for problem in upgrade_problems(*way)] == problems


@pytest.mark.parametrize(
    ("running", "planned", "directory", "owner"),
    [
        ("8.4.2", "8.5.0", "/srv/uploads", "65533"),
        ("7.9.3", "9.0.0", "/srv/uploads", "65533"),
        ("8.5.0", "8.9.1", "/srv/uploads", ""),
        ("8.4.1", "8.4.2", "/srv/uploads", ""),
        ("8.4.2", "8.5.0", "", ""),
        (None, "8.5.0", "/srv/uploads", ""),
        ("8.4.2", "newest", "/srv/uploads", ""),
    ],
)
def test_a_new_owner_of_uploads(running: str | None, planned: str, directory: str, owner: str) -> None:
    warnings = upgrade_warnings(running, planned, directory)
    assert warnings == (
        [
            f"Rocket.Chat {planned} runs as user 65533, and {running} as 999: with it stopped, run "
            "chown -R 65533:65533 /srv/uploads on its host, or it cannot write there."
        ]
        if owner
        else []
    )
