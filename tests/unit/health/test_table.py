# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in the terminal."""

from __future__ import annotations

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.diagnosis import diagnose
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.table import as_text

from tests.unit.health import answers as ill
from tests.unit.health.answers import Fault, gone, healthy, one_host, registered, three_hosts, together


def lines(*faults: Fault) -> list[str]:
    answers = healthy(one_host())
    together(*faults)(answers)
    return as_text(diagnose(one_host(), registered(answers), options="-i chat"), one_host()).splitlines()


def test_all_healthy() -> None:
    assert lines() == [
        "service        host  replica  state    latency  on NATS",
        "-------------  ----  -------  -------  -------  -------",
        "docker         chat  -        healthy  -        -",
        "mongodb        chat  primary  healthy  12 ms    -",
        "nats           chat  1        healthy  1 ms     -",
        "rocketchat     chat  1        healthy  6 ms     yes",
        "ddp-streamer   chat  1        healthy  6 ms     yes",
        "authorization  chat  1        healthy  6 ms     yes",
        "account        chat  1        healthy  6 ms     yes",
        "presence       chat  1        healthy  6 ms     yes",
        "stream-hub     chat  1        healthy  6 ms     yes",
        "nginx          chat  -        healthy  2 ms     -",
        "",
        "Rocket.Chat 7.9.3 at https://198.18.0.11: all healthy",
    ]


def test_a_cause_with_affected_parts_and_what_to_type() -> None:
    told = lines(
        ill.container("chat", "nats", "stopped"),
        ill.nats_silent("chat"),
        ill.container("chat", "account-1", "crash_loop"),
        ill.no_port("chat", "account-1"),
    )
    assert "nats           chat  1        UNHEALTHY [1]         -        -" in told
    assert "account        chat  1        affected by nats [1]  -        NO" in told
    assert told[-5:] == [
        "Rocket.Chat 7.9.3 at https://198.18.0.11: 1 fault, and 6 parts suffer from it",
        "",
        "[1] nats on chat: The sentence of stopped.",
        "    affects: rocketchat-1, ddp-streamer-1, authorization-1, account-1, presence-1, stream-hub-1",
        "    next: chat$ sudo docker start nats",
    ]


def test_what_ansible_mends_is_typed_on_the_controller() -> None:
    assert lines(ill.container("chat", "account-1", "image"))[-2:] == [
        "[1] account-1 on chat: The sentence of image.",
        "    next: controller$ ansible-playbook -i chat rocketops.rocketchat.site",
    ]


@pytest.mark.parametrize("fault", ["second_stream_hub", "hostname"])
def test_a_container_of_nobodys_plan_that_disturbs_is_to_be_stopped(fault: str) -> None:
    told = lines(ill.unplanned("chat", "stray", "chat-account-1", fault))
    assert told[-1] == "    next: chat$ sudo docker stop stray"


def test_a_container_of_nobodys_plan_that_may_be_needed_is_to_be_looked_at() -> None:
    told = lines(ill.unplanned("chat", "stray", "stray", "unplanned"))
    assert told[-1].startswith("    next: chat$ sudo docker inspect --format '{{.Created}} ")


def test_a_second_cause_in_the_same_component_is_told_too() -> None:
    told = lines(
        ill.mongodb_check("chat", "privileges", "privilege_missing"), ill.mongodb_check("chat", "disk", "disk_full")
    )
    assert told[-4:-1] == [
        "",
        "[1] mongodb on chat: The sentence of disk_full.",
        "    also: The sentence of privilege_missing.",
    ]


def test_a_service_that_is_not_on_the_bus() -> None:
    told = lines(gone("chat", "account-1"))
    assert "account        chat  1        UNHEALTHY [1]  -        NO" in told


def test_a_host_that_is_away_still_gives_the_table() -> None:
    told = lines(ill.unreachable("chat"))
    assert told[2] == "docker         chat  -        affected by chat [1]  -        -"
    assert told[-4:] == [
        "",
        "[1] chat: Ansible cannot work on host chat, so nothing there was asked: "
        "Failed to connect to the host via ssh: timed out",
        "    affects: docker, mongodb, nats, rocketchat-1, ddp-streamer-1 and 5 more",
        "    next: controller$ ansible -i chat chat -m ansible.builtin.ping",
    ]


def test_affected_parts_on_other_hosts_are_named_with_their_host() -> None:
    planned, answers = three_hosts(), healthy(three_hosts())
    together(
        *(ill.container(host, "rocketchat-1", "stopped") for host in "abc"),
        ill.container("b", "account-1", "crash_loop"),
    )(answers)
    text = as_text(diagnose(planned, registered(answers)), planned)
    assert "3 faults, and 1 part suffers from them" in text
    assert text.count("    affects: account-1\n") == 1
    assert text.count("    affects: b/account-1\n") == 2


def test_sentences_with_line_feeds_stay_in_their_line() -> None:
    told = lines(
        ill.failed("chat", "ddp", "Task failed: Module failed: Traceback:\n  File x\nNo module named websockets")
    )
    assert "[1] probes on chat: ddp_health could not run on chat: Traceback: File x No module named websockets" in told


def test_what_is_told_of_a_host_on_which_the_module_fails() -> None:
    told = lines(ill.crashed("chat", "Timed out after 120 second(s)."))
    assert told[-3:] == [
        "[1] probes on chat: deployment_health could not run on chat: Timed out after 120 second(s).",
        "    affects: docker, mongodb, nats, rocketchat-1, ddp-streamer-1 and 5 more",
        "    next: controller$ ansible-playbook -i chat rocketops.rocketchat.health -vvv --limit chat",
    ]
