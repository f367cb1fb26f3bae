# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as files: valid, whole, for their owner only, without secrets, and without a way to break out of it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health import diagnosis, files
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.answers import read
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.document import document
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.html import page
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.picture import Picture
from jsonschema import Draft202012Validator

from tests.deployment import ROOT
from tests.unit.health import answers as ill
from tests.unit.health.answers import Fault, gone, healthy, one_host, registered, three_hosts, together
from tests.unit.plan_inventories import SECRETS, cluster, plan

SCHEMA = json.loads((ROOT / "docs" / "health.schema.json").read_text(encoding="utf-8"))
SCRIPT = "<script>alert('x')</script>\"'&"
VOID = {"meta", "br"}


def told(planned: dict[str, Any], *faults: Fault) -> dict[str, Any]:
    answers = healthy(planned)
    together(*faults)(answers)
    return document(
        diagnosis.diagnose(planned, registered(answers), "-i chat"),
        planned,
        read(planned, registered(answers)),
        "2026-11-24T03:47:12Z",
    )


def many_faults() -> Fault:
    return together(
        ill.unreachable("c"),
        ill.container("a", "account-1", "image", image="account:6", drift=["It runs account:6."]),
        gone("a", "account-1"),
        ill.unplanned("b", "hub", "hub", "second_stream_hub"),
        ill.certificate("a", "certificate_expired"),
        ill.clock("b", 100),
        ill.nats("a", "slow"),
        ill.engine("b", "stopped"),
    )


class Page(HTMLParser):
    """What a browser would see: the elements, and whether each that was opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


@pytest.mark.parametrize("faults", [[], [many_faults()]], ids=["healthy", "ill"])
def test_the_document_is_what_the_schema_says(faults: list[Fault]) -> None:
    found = told(three_hosts(), *faults)
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(found)))
    assert found["healthy"] is not bool(faults)


def test_a_monolith_that_lags_is_a_warning_of_the_document() -> None:
    document = told(one_host(), ill.short_of_time("chat", "rocketchat-1", "It lags."))
    Draft202012Validator(SCHEMA).validate(document)
    assert document["warnings"] == [{"kind": "http.degraded", "sentence": "rocketchat-1 on chat: It lags."}]


def test_the_schema_knows_every_property() -> None:
    found = told(three_hosts(), many_faults())
    described = SCHEMA["$defs"]
    assert set(found) == set(SCHEMA["properties"]) == set(SCHEMA["required"])
    for entry, definition in ((found["parts"][0], described["part"]), (found["findings"][0], described["finding"])):
        assert set(entry) == set(definition["properties"]) == set(definition["required"])
    drift = SCHEMA["properties"]["drift"]["items"]
    assert set(found["drift"][0]) == set(drift["properties"]) == set(drift["required"])


def test_versions() -> None:
    assert told(one_host())["versions"] == {
        "rocketchat": "7.9.3",
        "mongodb": {"planned": "6.0", "running": "6.0.5", "feature_compatibility_version": "6.0"},
        "nats": {"chat": "2.12.8"},
        "docker": {"chat": "26.1.5"},
    }
    assert told(one_host(), ill.unreachable("chat"))["versions"]["docker"] == {"chat": None}


def test_drift_is_what_runs_otherwise_than_planned() -> None:
    assert told(one_host())["drift"] == []
    drift = told(
        one_host(),
        ill.container("chat", "account-1", "image", image="account:6", drift=["It runs account:6."]),
        ill.container("chat", "presence-1", "absent", image=None),
        ill.container("chat", "ddp-streamer-1", "stopped"),
        ill.unplanned("chat", "hub", "hub", None),
        lambda answers: answers["chat"]["mongodb"].update(version="5.0.9"),
    )["drift"]
    assert {one["name"]: (one["running"], one["sentences"]) for one in drift} == {
        "account-1": ("account:6", ["It runs account:6."]),
        "presence-1": (None, ["The sentence of absent."]),
        "hub": ("rocketchat/stream-hub-service:7.9.3", ["Nobody planned it."]),
        "mongodb": ("5.0.9", ["MongoDB 5.0.9 runs, and 6.0 is planned."]),
    }


def test_files_are_for_their_owner_and_replaced_whole(tmp_path: Path) -> None:
    directory = tmp_path / "of" / "mine"
    for healthy_again in (False, True):
        written = files.write(directory, told(one_host(), *([] if healthy_again else [gone("chat", "account-1")])))
        assert written == [str(directory / "health.json"), str(directory / "health.html")]
        assert json.loads((directory / "health.json").read_text(encoding="utf-8"))["healthy"] is healthy_again
    assert {path.name: path.stat().st_mode & 0o777 for path in directory.iterdir()} == {
        "health.json": 0o600,
        "health.html": 0o600,
    }
    assert directory.stat().st_mode & 0o777 == 0o700


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "health.json").mkdir()
    with pytest.raises(OSError):
        files.write(tmp_path, told(one_host()))
    assert [path.name for path in tmp_path.iterdir()] == ["health.json"]


def test_no_secret_is_in_any_of_it() -> None:
    planned = plan(cluster("a", "b", "c", rocketchat_version="7.9.3"))
    environments = [
        variables
        for host in planned["hosts"].values()
        for variables in host["probes"]["containers"]["secret_environments"].values()
    ]
    secrets = {*SECRETS.values(), *(value for each in environments for value in each.values())} - {""}
    assert len(secrets) > len(SECRETS)
    spill = " ".join(secrets)
    found = told(
        planned,
        ill.container("a", "account-1", "crash_loop", diagnosis=spill, drift=[spill]),
        ill.unplanned("a", "hub", "hub", None),
        ill.failed("b", "ddp", spill),
        lambda answers: answers["a"]["containers"]["unplanned"][0].update(diagnosis=spill),
        lambda answers: answers["c"]["nats"].update(fault="status", diagnosis=spill),
    )
    for text in (json.dumps(found), page(found)):
        assert "********" in text
        assert not [secret for secret in secrets if secret in text]


def test_nothing_in_the_page_comes_from_elsewhere() -> None:
    for planned, faults in ((one_host(), ()), (three_hosts(), (many_faults(),))):
        seen = Page(page(told(planned, *faults)))
        assert not {"script", "link", "img", "iframe", "object", "base", "form"} & {tag for tag, _ in seen.elements}
        assert not [name for _, attributes in seen.elements for name in attributes if name in ("src", "onload")]
        links = {attributes["href"] for _, attributes in seen.elements if attributes.get("href")}
        assert links == {planned["root_url"]}


def test_the_page_tells_what_the_document_tells() -> None:
    found = told(three_hosts(), many_faults())
    seen = Page(page(found))
    for finding in found["findings"]:
        assert finding["sentence"] in seen.text and finding["next"]["command"] in seen.text
    rows = [attributes.get("class") for tag, attributes in seen.elements if tag == "tr" and attributes.get("class")]
    assert len(rows) == len(found["parts"])
    assert rows.count("bad") == sum(part["state"] == "UNHEALTHY" for part in found["parts"])
    assert "It runs account:6." in seen.text


def test_everything_is_escaped() -> None:
    found = told(
        one_host(), ill.container("chat", "account-1", "image", diagnosis=SCRIPT, image=SCRIPT, drift=[SCRIPT])
    )
    for key in ("component", "kind"):
        found["findings"][0][key] = SCRIPT
    found["findings"][0]["next"] = {"where": SCRIPT, "command": SCRIPT}
    found["findings"][0]["evidence"] = [SCRIPT]
    found["versions"]["docker"]["chat"] = found["versions"]["rocketchat"] = SCRIPT
    for part in found["parts"]:
        part.update(name=SCRIPT, service=SCRIPT, replica=SCRIPT)
    text = page(found)
    assert "<script" not in text and text.count("&lt;script&gt;") > 20
    assert SCRIPT in Page(text).text


@pytest.mark.parametrize("hosts_in_a_row", [1, 2, 3])
@pytest.mark.parametrize(
    "groups",
    [{}, {"mongodb": ["a"], "nats": ["b"], "rocketchat": ["c", "d"], "nginx": ["e"]}],
    ids=["alike", "one job each"],
)
def test_the_picture_has_every_part_once_and_inside(hosts_in_a_row: int, groups: dict[str, list[str]]) -> None:
    replicas = {"ddp_streamer": 3, "omnichannel_transcript": 1}
    planned = plan(cluster("a", "b", "c", "d", "e", groups=groups, rocketchat_replicas=replicas))
    found = told(planned)
    svg = ElementTree.fromstring(Picture(found, hosts_in_a_row, 2).svg("wide"))
    width, height = map(float, svg.attrib["viewBox"].split()[2:])
    boxes = [group.find("rect") for group in svg.iter("g") if group.attrib["class"].startswith("part")]
    assert len(boxes) == sum(part["kind"] != "docker" for part in found["parts"])
    places = [
        tuple(float(box.attrib[key]) for key in ("x", "y", "width", "height")) for box in boxes if box is not None
    ]
    for number, (x, y, wide, high) in enumerate(places):
        assert x >= 0 and x + wide <= width and y >= 0 and y + high <= height
        for other_x, other_y, other_wide, other_high in places[number + 1 :]:
            assert (
                x + wide <= other_x or other_x + other_wide <= x or y + high <= other_y or other_y + other_high <= y
            ), "two boxes overlap"
