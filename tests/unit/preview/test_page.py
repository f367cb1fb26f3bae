# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preview as files: the same every time, without secrets, and without a way to break out of the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.files import write_both
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.picture import Picture
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preview.html import page
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preview.text import as_text

from tests.unit.health.test_document import SCRIPT, Page
from tests.unit.plan_inventories import SECRETS, cluster, plan, single
from tests.unit.preview.previews import preview, there

ALIKE = {"groups": {}}
ONE_JOB_EACH = {"groups": {"mongodb": ["a"], "nats": ["b"], "rocketchat": ["c", "d"], "nginx": ["e"]}}


def test_every_part_is_planned_and_says_where_it_listens() -> None:
    parts = preview(plan(single(rocketchat_replicas={"account": 2})))["parts"]
    assert {part["state"] for part in parts} == {"planned"}
    assert {part["name"]: part["address"] for part in parts} == {
        "docker": "",
        "mongodb": "172.31.250.1:27017",
        "nats": "nats:4222",
        "rocketchat-1": "172.31.250.254:3000",
        "ddp-streamer-1": "172.31.250.252:3000",
        "authorization-1": "172.31.250.250:3000",
        "account-1": "172.31.250.248:3000",
        "account-2": "172.31.250.228:3000",
        "presence-1": "172.31.250.246:3000",
        "nginx": "*:443",
    }
    several = preview(plan(cluster("a", "b", "c")))["parts"]
    assert [part["address"] for part in several if part["id"] in ("b/mongodb", "b/nats", "b/rocketchat-1")] == [
        "198.18.0.12:27017",
        "198.18.0.12:4222",
        "198.18.0.12:3000",
    ]


def test_a_host_for_each_job() -> None:
    found = preview(plan(cluster("a", "b", "c", "d", "e", **ONE_JOB_EACH)))
    assert [part["service"] for part in found["parts"] if part["host"] in ("a", "e")] == ["mongodb", "nginx"]
    assert [part["service"] for part in found["parts"] if part["host"] == "b"] == ["docker", "nats"]


@pytest.mark.parametrize("groups", [ALIKE, ONE_JOB_EACH], ids=["alike", "one job each"])
def test_the_picture_has_every_part_once(groups: dict[str, Any]) -> None:
    found = preview(plan(cluster("a", "b", "c", "d", "e", **groups)))
    svg = ElementTree.fromstring(Picture({**found, "findings": [], "versions": {"docker": {}}}, 3, 2).svg("wide"))
    drawn = [group.attrib["class"] for group in svg.iter("g") if group.attrib["class"].startswith("part")]
    assert drawn == ["part plan"] * sum(part["kind"] != "docker" for part in found["parts"])
    words = {text.text for text in svg.iter("text")}
    assert {part["address"] for part in found["parts"] if part["kind"] != "docker"} <= words


def test_the_page_tells_what_the_document_tells() -> None:
    planned = plan(cluster("a", "b", "c"))
    planned["warnings"] = ["It is unwise."]
    found = preview(planned, a=there(1, 512))
    seen = Page(page(found)).text
    told = [
        *(one["source"] for one in found["versions"]),
        *(one["variable"] for one in found["ports"]),
        "It is unwise.",
        "too small",
        "unknown: it cannot be reached",
        "private:27017",
        "Planned; nothing was changed",
    ]
    assert [one for one in told if one not in seen] == []
    assert "healthy" not in seen


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    text = page(preview(plan(cluster("a", "b"))))
    seen = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & {tag for tag, _ in seen.elements}
    assert {attributes["href"] for _, attributes in seen.elements if attributes.get("href")} == {
        "https://chat.example.com"
    }
    assert "default-src 'none'; style-src 'unsafe-inline'" in text


def test_everything_is_escaped() -> None:
    found = preview(plan(single()))
    found["version"] = found["root_url"] = SCRIPT
    found["warnings"] = [SCRIPT]
    for part in found["parts"]:
        part.update(name=SCRIPT, service=SCRIPT, address=SCRIPT)
    for version in found["versions"]:
        version.update(part=SCRIPT, version=SCRIPT, source=SCRIPT, hosts=[SCRIPT])
    for port in found["ports"]:
        port.update(address=SCRIPT, part=SCRIPT, reach=SCRIPT, variable=SCRIPT, hosts=[SCRIPT])
    found["sizes"][0].update(host=SCRIPT, unknown=SCRIPT)
    text = page(found)
    assert "<script" not in text and text.count("&lt;script&gt;") > 20
    assert SCRIPT in Page(text).text


def test_no_secret_is_in_any_of_it() -> None:
    license_text = "LICENSE-secret"
    variables = {
        "rocketchat_mail_url": "smtp://me:mail-secret@mail.test",
        "rocketchat_registration_token": "token-secret",
        "rocketchat_environment": {"MY_KEY": "environment-secret"},
        "rocketchat_service_environment": {"account": {"MY_KEY": "service-secret"}},
    }
    planned = plan(cluster("a", "b", "c", **variables))
    found = preview(planned, tuple(SECRETS))
    secrets = {
        *SECRETS.values(),
        license_text,
        "mail-secret",
        "token-secret",
        "environment-secret",
        "service-secret",
    }
    for text in (json.dumps(found), page(found), as_text(found, "secrets.yml", "-i chat")):
        assert [secret for secret in secrets if secret in text] == []


def test_the_same_plan_gives_the_same_files(tmp_path: Path) -> None:
    """Whatever the secrets are that nobody set: another run has others."""
    texts = []
    for password in ("nats-one", "nats-two"):
        found = preview(plan(cluster("a", "b"), nats_password=password))
        written = write_both(tmp_path, "plan", found, page(found))
        assert written == [str(tmp_path / "plan.json"), str(tmp_path / "plan.html")]
        texts.append([Path(path).read_bytes() for path in written])
    assert texts[0] == texts[1]
    assert json.loads(texts[0][0])["schema"] == 1
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
