# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for the preview of any valid inventory, whatever its hosts answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.ports import needs
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preview.html import page
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preview.text import as_text
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.deployment import ROOT
from tests.examples import examples
from tests.unit.health.test_document import Page
from tests.unit.plan.test_properties import inventories, secrets
from tests.unit.plan_inventories import Inventory, plan
from tests.unit.preview.previews import AWAY, DEBIAN, preview, there

SCHEMA = json.loads(Path(ROOT / "docs" / "plan.schema.json").read_text(encoding="utf-8"))
UBUNTU = {"id": "ubuntu", "version": "24.04", "family": ["ubuntu", "debian"], "name": "Ubuntu 24.04"}
UNKNOWN = {"id": "plan9", "version": "", "family": ["plan9"], "name": "Plan 9"}

numbers = st.none() | st.integers(1, 65536)
answers = st.just(AWAY) | st.builds(there, numbers, numbers, st.sampled_from([DEBIAN, UBUNTU, UNKNOWN]))


@examples(times=0.8)
@given(inventories(), secrets, st.lists(answers, min_size=4, max_size=4))
def test_any_plan_can_be_shown(inventory: Inventory, given_secrets: dict[str, str], said: list[dict[str, Any]]) -> None:
    planned = plan(inventory, **given_secrets)
    found = preview(planned, **dict(zip(planned["hosts"], said, strict=False)))
    Draft202012Validator(SCHEMA).validate(found)
    text, html = as_text(found, "secrets.yml", "-i chat"), page(found)
    Page(html)
    for shown in (text, html, json.dumps(found)):
        assert "S3CRET" not in shown
    for name, host in planned["hosts"].items():
        told = {(port["address"], port["port"]) for port in found["ports"] if name in port["hosts"]}
        assert {(need.address, need.port) for need in needs(host)} <= told
        assert {container["name"] for container in host["containers"]} <= {
            part["name"] for part in found["parts"] if part["host"] == name and part["address"]
        }


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["required"]) == set(SCHEMA["properties"])
