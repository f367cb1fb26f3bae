# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that says anything forges no line of what people read, whatever road its words take."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.rocketops.rocketchat.plugins.action import preflight
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils import shown
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.answers import read
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.diagnosis import diagnose
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.document import document
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.html import page
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.table import as_text
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import (
    file_diffs,
    host_differences,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.judge import judge
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.sources import source_problems
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preview import document as preview
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preview.html import page as preview_page
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preview.text import as_text as preview_text
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.printed import fit_to_print

from tests.deployment import ROOT
from tests.unit.health import answers as ill
from tests.unit.hostile import HOSTILE, assert_harmless, places
from tests.unit.plan_inventories import plan, single
from tests.unit.preflight.hosts import before_a_run_of, converged, with_facts

PLAN = plan(single())
HOST = converged(PLAN)
OTHER_PLAN = plan(single(rocketchat_version="8.9.1", nats_port=4333))


NUMBER = 40


def told_of(*hosts: Host, planned: dict[str, Any]) -> None:
    """All that the gate has to say."""
    verdict = judge(planned, list(hosts))
    message = verdict.message()
    assert len(message.splitlines()) == 1 + len(verdict.problems)
    for warning in verdict.warnings:
        assert len(warning.splitlines()) == 1
        assert_harmless(warning)
    assert_harmless(message)
    for host in hosts:
        differences = host_differences(host)
        changes = preflight.as_text({host.name: differences})
        assert all(line.startswith(f"  {host.name}: ") for line in changes.splitlines()[1:])
        assert_harmless(changes)
        for diff in file_diffs(host, differences):
            for text in diff.values():
                # its lines are those of a file, which Ansible marks as such
                assert_harmless(text.replace("\n", "\n+"))


def each_hostile(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Again and again, each time with another of its texts gone bad."""
    bad = copy.deepcopy(tree)
    for put, before in places(bad):
        put(before + HOSTILE)
        yield bad
        put(before)


@pytest.mark.parametrize("planned", [PLAN, OTHER_PLAN], ids=["as planned", "otherwise"])
def test_no_fact_forges_a_line_of_the_gate(planned: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[str] = []
    monkeypatch.setattr(shown.Display, "display", lambda _self, text, **_options: printed.append(text))
    host = before_a_run_of(planned, HOST)
    seen = 0
    for facts in each_hostile(dict(host.facts)):
        try:
            with shown.understanding_hosts():
                told_of(before_a_run_of(planned, replace(host, facts=facts)), planned=planned)
                seen += 1
        except AnsibleActionFail as failure:
            assert_harmless(str(failure))
    assert seen > NUMBER
    for text in printed:
        assert_harmless(text)


def test_no_file_of_a_host_forges_more_than_lines_of_its_diff() -> None:
    files = {path: {**file, "digest": "0" * 64} for path, file in HOST.facts["files"].items()}
    host = with_facts(
        HOST, files=files, texts=dict.fromkeys(HOST.facts["texts"] | files, HOSTILE.replace("\ud800", ""))
    )
    diffs = file_diffs(host, host_differences(host))
    assert len(diffs) > 5
    for diff in diffs:
        assert_harmless(diff["before"].replace("\n", "\n+"))


FAULTS = ill.together(
    ill.container("chat", "account-1", "crash_loop", log_line="Error: lost"),
    ill.unplanned("chat", "hub", "stray", "second_stream_hub"),
    ill.unexpected_client("chat", "stray-7"),
    ill.mongodb_check("chat", "disk", "disk_full"),
    ill.proxy("chat", ("websocket", "upstream_down")),
    ill.locked(900.0),
)


def report(planned: dict[str, Any], registered: dict[str, Any]) -> None:
    diagnosis = diagnose(planned, registered)
    text = as_text(diagnosis, planned)
    told = document(diagnosis, planned, read(planned, registered), "2026-11-27T10:00:00Z")
    for one in (text, json.dumps(told, ensure_ascii=False), page(told)):
        assert_harmless(one)
    for finding in diagnosis.findings:
        assert len(finding.next.command.splitlines()) == 1
    assert len(text.splitlines()) < 80


def test_no_answer_forges_a_line_of_the_report() -> None:
    answers = ill.healthy(PLAN)
    FAULTS(answers)
    seen = 0
    for bad in each_hostile(answers):
        try:
            with shown.understanding_hosts():
                report(PLAN, ill.registered(bad))
                seen += 1
        except AnsibleActionFail as failure:
            assert_harmless(str(failure))
    assert seen > NUMBER


@pytest.mark.parametrize("key", ["unreachable", "failed"])
def test_what_ansible_says_of_a_host_forges_none(key: str) -> None:
    report(PLAN, {"chat": {key: True, "msg": f"Failed to connect: {HOSTILE}"}})


def test_no_size_forges_a_line_of_the_preview() -> None:
    facts = {
        "os": {"id": "debian", "version": "13", "family": ["debian"], "name": "Debian"},
        "cores": 4,
        "memory_mb": 9,
    }
    for bad in each_hostile(facts):
        told = preview.document(PLAN, {"chat": {"facts": bad}}, [])
        for text in (preview_text(told, "secrets.yml", ""), json.dumps(told, ensure_ascii=False), preview_page(told)):
            assert_harmless(text)


def test_neither_apt_nor_a_registry_forges_a_problem() -> None:
    image = {"image": HOSTILE, "registry": HOSTILE, "kind": "missing", "sentence": HOSTILE}
    [*problems] = source_problems([HOST], {"chat": {"images": [image], "packages": [HOSTILE]}})
    assert len(problems) == 2
    for problem in problems:
        assert len(str(problem).splitlines()) == 1
        assert_harmless(str(problem))


def test_what_ansible_prints_of_our_modules_is_harmless() -> None:
    told = dict.fromkeys(("msg", "exception", "module_stdout", "module_stderr"), HOSTILE)
    result = fit_to_print({**told, "warnings": [HOSTILE], "diff": {"before": HOSTILE, "after": "a\n\tb\n"}, "rc": 0})
    for key in told:
        assert_harmless(result[key].replace("\n    FORGED", "\n    > FORGED"))
        # in the first column stand words of Ansible alone
        assert all(line.startswith("    ") for line in result[key].split("\n")[1:])
    assert_harmless(result["warnings"][0])
    assert result["diff"]["after"] == "a\n\tb\n"
    assert "\x1b" not in result["diff"]["before"]
    assert result["rc"] == 0


def test_every_module_of_ours_has_its_result_made_fit() -> None:
    """One without an action of its own name would be printed as it is."""
    names = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    assert names == {path.stem for path in (ROOT / "plugins" / "action").glob("*.py")}


def test_an_answer_that_cannot_be_understood_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[str] = []
    monkeypatch.setattr(shown.Display, "display", lambda _self, text, **_options: printed.append(text))
    with pytest.raises(AnsibleActionFail) as failure, shown.understanding_hosts():
        raise ValueError(HOSTILE)
    assert str(failure.value) == "Nothing was changed. See above."
    assert printed[-1].startswith("A host answered what cannot be understood (ValueError: x")
    for text in printed:
        assert_harmless(text)
