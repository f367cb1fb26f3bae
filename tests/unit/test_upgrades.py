"""From a running deployment to the planned one: which ways there are."""

from __future__ import annotations

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.plan.upgrades import (
    MONGODB_STEPS,
    upgrade_problems,
    upgrade_warnings,
)
from ansible_collections.rocketops.rocketchat.plugins.module_utils.plan.versions import COMPATIBILITY

# running and planned Rocket.Chat; running and planned MongoDB, featureCompatibilityVersion
Way = tuple[str | None, str, str | None, str, str | None]

OPEN: list[Way] = [
    (None, "8.9.1", None, "8.0", None),
    ("7.9.3", "7.9.3", "6.0.5", "6.0", "6.0"),
    ("7.9.3", "7.10.0", "6.0.5", "6.0", "5.0"),
    ("7.9.3", "7.13.9", "6.0.5", "7.0", "6.0"),
    ("7.13.9", "8.9.1", "7.0.12", "8.0", "7.0"),
    ("8.9.1", "12.0.0", "8.0.4", "9.0", "8.0"),
    # 8.2 is no step that every way to a newer series leads over
    ("8.9.1", "12.0.0", "8.2.1", "9.0", "8.2"),
    # not asked, or of a form nobody knows
    ("7.9.3", "8.9.1", "6.0.5", "7.0", None),
    ("7.9.3-rc.1", "7.0.0", "unknown", "8.0", "?"),
    ("7.9.3", "7.0.0-rc.1", None, "8.0", None),
    ("7.9.3", "7.9.3", "6", "8.0", "8"),
    ("7.9.3", "7.9.3", "٥.٠", "8.0", "5.0"),
    ("7.9.3", "latest", "4.4.1", "", "4.4"),
    # a MongoDB of the operator's own
    ("7.9.3", "7.13.9", "8.0.1", "", None),
    ("7.9.3", "7.10.0", "5.0.1", "", None),
    # newer than the table
    ("12.0.0", "12.0.1", "9.0.0", "", None),
]

FCV = "Run db.adminCommand({{setFeatureCompatibilityVersion: {}}})."
CLOSED: list[tuple[Way, list[str]]] = [
    (
        ("8.9.1", "8.9.0", None, "8.0", None),
        [
            "rocketchat_version = '8.9.0': is older than the running 8.9.1, which has changed the database already. "
            "Choose 8.9.1 or newer, or restore a backup made before the upgrade."
        ],
    ),
    (
        ("7.13.9", "7.13.9", "7.0.1", "6.0", "7.0"),
        [
            "mongodb_version = '6.0': is older than the running 7.0, and MongoDB has no way back. "
            "Choose 7.0 or newer, and a rocketchat_version that accepts it."
        ],
    ),
    (
        # 8.0 and 8.1 demand what 8.2 does not accept
        ("8.1.0", "8.9.1", "8.2.0", "8.0", "8.2"),
        [
            "mongodb_version = '8.0': is older than the running 8.2, and MongoDB has no way back. "
            "Choose 8.2 or newer, and a rocketchat_version that accepts it."
        ],
    ),
    (
        ("7.13.9", "8.9.1", "5.0.32", "8.0", "5.0"),
        [
            "mongodb_version = '8.0': leaves out 6.0, 7.0 on the way from the running 5.0. "
            "Upgrade to 6.0 first, with a rocketchat_version that accepts it."
        ],
    ),
    (
        ("7.13.9", "8.0.0", "7.0.1", "8.2", "7.0"),
        [
            "mongodb_version = '8.2': leaves out 8.0 on the way from the running 7.0. "
            "Upgrade to 8.0 first, with a rocketchat_version that accepts it."
        ],
    ),
    (
        ("7.9.3", "7.9.3", "6.0.5", "7.0", "5.0"),
        ["mongodb_version = '7.0': needs featureCompatibilityVersion 6.0 first, and it is 5.0. " + FCV.format('"6.0"')],
    ),
    (
        ("7.13.9", "8.9.1", "7.0.5", "8.0", "6.0"),
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
        ("7.9.3", "8.9.1", "7.0.5", "", "7.0"),
        ["rocketchat_version = '8.9.1': is not made for MongoDB 7.0 of rocketchat_mongodb_url. Give it MongoDB 8.0."],
    ),
    (
        # a build of a distribution
        ("7.9.3", "8.9.1", "7.0.5-rc1", "", "7.0"),
        ["rocketchat_version = '8.9.1': is not made for MongoDB 7.0 of rocketchat_mongodb_url. Give it MongoDB 8.0."],
    ),
    (
        ("6.0.0", "7.9.3", "4.4.1", "", None),
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


def test_every_step_is_a_series_that_some_release_accepts() -> None:
    accepted = {series for row in COMPATIBILITY for series in row.mongodb}
    assert set(MONGODB_STEPS) <= accepted
    # rapid releases are none
    assert accepted - set(MONGODB_STEPS) == {"8.2"}
