# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Migrations that were killed half-way: health names them, the gate stops at them, and unlocking mends both."""

from __future__ import annotations

from pathlib import Path

from tests.deployment import Deployment
from tests.e2e.faults import MIGRATIONS_LOCKED
from tests.e2e.report import broken, follow, health


def test_locked_migrations_are_a_cause_and_stop_a_run(deployment: Deployment, tmp_path: Path) -> None:
    with broken(deployment, MIGRATIONS_LOCKED):
        report = health(deployment, tmp_path)
        site = deployment.playbook("site", "--check", check=False)
        [finding] = report["findings"]
        said = follow(deployment, finding["next"])
    assert (finding["component"], finding["kind"]) == ("migrations", "migrations.locked")
    assert f"{deployment.host}/rocketchat-1" in finding["affected"]
    assert "db.getSiblingDB('rocketchat').migrations.updateOne" in finding["sentence"]
    assert "control is locked" in said
    message = " ".join(site.stdout.split())
    assert site.returncode != 0
    assert "1 problem with the hosts; nothing was changed on them. 1. migrations of the database: are locked" in message
    assert "PLAY [Docker]" not in message
    assert "Nothing to change." in deployment.playbook("site", "--check").stdout
