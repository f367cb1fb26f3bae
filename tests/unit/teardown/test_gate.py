# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a teardown refuses and tells."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.ledger import EMPTY
from ansible_collections.rocketops.rocketchat.plugins.module_utils.teardown.question import OPTIONS
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.teardown.found import Found, question
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.teardown.gate import (
    as_text,
    host_problems,
    host_warnings,
    option_problems,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.teardown.removal import Removal, removal

from tests.unit.hostile import HOSTILE, assert_harmless, places
from tests.unit.teardown.remains import apt, deployed, engine, found

DEPLOYED = deployed()


def problems(**facts: Any) -> list[str]:
    return [str(one) for one in host_problems(found({**deepcopy(DEPLOYED), **facts}))]


def ledger(state: str) -> dict[str, Any]:
    return {"state": state, "collection": "9.0.0" if state == "newer" else "", "content": EMPTY}


def test_host_that_can_be_torn_down_has_no_problem() -> None:
    assert problems() == []
    bare = engine(state="absent", networks=[])
    assert problems(ledger=ledger("absent"), docker=bare) == []


def test_options_that_would_leave_half_of_it_are_refused() -> None:
    assert list(option_problems(["all"], [], ["chat1"], ["chat1"])) == []
    [tags, skipped, name] = option_problems(["nginx"], ["mongodb"], ["chat"], ["chat1", "chat2"])
    assert str(tags) == (
        "--tags = 'nginx': would leave a part of the deployment without the others. Leave it out. Single services end "
        "when the inventory says `replicas: 0` for them and site runs."
    )
    assert skipped.variable == "--skip-tags"
    assert str(name) == (
        "rocketchat_remove_data = 'chat': is no host of this run. Did you mean chat2? Name hosts as the inventory "
        "does, each by itself: chat1, chat2."
    )


def test_record_that_says_nothing_is_refused_where_there_is_something() -> None:
    assert "written by a newer version of this collection (9.0.0)" in problems(ledger=ledger("newer"))[0]
    assert "nothing else says that. Move it away. Run site" in problems(ledger=ledger("damaged"))[0]
    [absent] = problems(ledger=ledger("absent"))
    assert "is not there, and nats, rocketchat-1" in absent and "Run site from this inventory once" in absent


def test_silent_engine_and_apt_without_an_answer_are_told() -> None:
    [silent] = problems(docker=engine(state="stopped", networks=[]))
    assert silent.startswith("Docker Engine of host chat: does not answer, so nobody knows which containers there are.")
    asked = Found("chat", DEPLOYED, apt([], fault="E: dpkg was interrupted\nrun dpkg --configure -a"))
    assert [str(one) for one in host_problems(asked)] == [
        "apt of host chat: does not say what goes with packages: E: dpkg was interrupted run dpkg --configure -a. Mend "
        "that there, and call teardown again."
    ]


def test_hosts_that_are_left_out_are_told() -> None:
    facts = deepcopy(DEPLOYED)
    facts["ledger"]["content"]["hosts"] = {"chat": ["nginx"], "talk": ["mongodb"]}
    assert list(host_warnings({"chat": found(facts)})) == [
        "talk of the same deployment are no part of this run: they run on, without what chat had for them, and take "
        "them for failed until the inventory has them no more."
    ]
    assert list(host_warnings({"chat": found(facts), "talk": found(facts)})) == []


def test_list_says_what_goes_and_what_stays() -> None:
    assert as_text({"chat": Removal()}) == "Nothing to remove."
    text = as_text({"chat": removal(found(deepcopy(DEPLOYED)))}).splitlines()
    assert text[0] == "Planned removals:"
    assert text[1] == "  chat: will stop nginx.service"
    assert "Left as they are:" in text
    assert text[-1] == "  chat: /var/lib/rocketops/ledger.json: says whose the rest is"


def test_host_is_asked_what_its_module_knows() -> None:
    assert ArgumentSpecValidator(OPTIONS).validate(question()).error_messages == []


def test_no_fact_forges_a_line() -> None:
    """Names of files and packages are those of the record, which a host may have filled with anything."""
    for facts in each_hostile(deepcopy(DEPLOYED)):
        one = found(facts)
        text = as_text({"chat": removal(one)})
        assert all(line.startswith(("  chat: ", "Planned", "Left", "Nothing")) for line in text.splitlines())
        told = [text, *map(str, host_problems(one)), *host_warnings({"chat": one})]
        for words in told:
            assert_harmless(words)


def each_hostile(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for put, before in places(tree):
        put(before + HOSTILE)
        yield tree
        put(before)
