# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate that nginx shows: its end is told while there is time to renew it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.answers import read
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.diagnosis import diagnose
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.document import document
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.table import as_text
from jsonschema import Draft202012Validator

from tests.deployment import ROOT
from tests.unit.health.answers import healthy, registered
from tests.unit.plan_inventories import plan, single

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SELF_SIGNED = plan(single())
FILES = plan(
    single(nginx_certificate="files", nginx_certificate_file="/pki/c.pem", nginx_certificate_key_file="/pki/k.pem"),
    {"/pki/c.pem": "certificate", "/pki/k.pem": "key"},
)
ACME = plan(single(nginx_certificate="acme"))
SHOWS = "The certificate that nginx of chat shows for chat.example.com (/etc/nginx/rocketchat/certificate.pem) expires "
RENEW = (
    "Renew it, put the new files where nginx_certificate_file and nginx_certificate_key_file point, and run the site "
    "playbook."
)


def shown(planned: dict[str, Any], lived: float, left: float) -> dict[str, Any]:
    """Registered answers with a certificate that is so many days old, and has so many left."""
    answers = healthy(planned)
    dates = {"begins": (NOW - timedelta(days=lived)).timestamp(), "ends": (NOW + timedelta(days=left)).timestamp()}
    answers["chat"]["ddp"]["certificate"] = {"fault": None, "diagnosis": None, **dates}
    return registered(answers)


@pytest.mark.parametrize(
    ("planned", "lived", "left", "sentence"),
    [
        (FILES, 335, 30, ""),
        (FILES, 336, 29, f"{SHOWS}on 2026-12-23, in 29 days. {RENEW}"),
        # a third of the life of those with 90 days is left when they are renewed
        (FILES, 60, 30, ""),
        (FILES, 70, 20, f"{SHOWS}on 2026-12-14, in 20 days. {RENEW}"),
        (
            ACME,
            70,
            20,
            f"{SHOWS}on 2026-12-14, in 20 days. A timer should have had it renewed: `journalctl --unit "
            "rocketops-acme.service` on that host tells why it was not. The site playbook tries again.",
        ),
        (SELF_SIGNED, 364, 0.5, f"{SHOWS}on 2026-11-25, in less than a day. The site playbook makes another one."),
    ],
)
def test_an_end_that_is_near_is_no_fault_and_is_told(
    planned: dict[str, Any], lived: float, left: float, sentence: str
) -> None:
    answers = shown(planned, lived, left)
    diagnosis = diagnose(planned, answers, now=NOW)
    assert diagnosis.healthy
    assert [warning.sentence for warning in diagnosis.warnings] == [sentence] * bool(sentence)
    assert as_text(diagnosis, planned).endswith(f"warning: {sentence}" if sentence else "all healthy")
    told = document(diagnosis, planned, read(planned, answers), "2026-11-24T12:00:00Z")
    schema = json.loads((ROOT / "docs" / "health.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(json.dumps(told)))
    assert [warning["kind"] for warning in told["warnings"]] == ["certificate.ends_soon"] * bool(sentence)


def test_dates_are_looked_at_with_a_clock_only() -> None:
    assert diagnose(FILES, shown(FILES, 336, 29)).warnings == []
