# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is made of the answers of /readyz, in the words of Rocket.Chat's own source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.http import probe as http_probe
from ansible_collections.rocketops.rocketchat.plugins.module_utils.http.probe import (
    Endpoint,
    EndpointHealth,
    Timeouts,
    probe_endpoints,
)
from ansible_collections.rocketops.rocketchat.plugins.module_utils.http.readiness import PAUSES
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.tls import Trust

from tests.unit import probe_servers
from tests.unit.probe_servers import Page
from tests.waiting import within

OK: dict[str, Any] = {
    "memory": {"status": "ok", "percentile": 41.2},
    "eventLoop": {"status": "ok", "lagMs": 11.4},
    "mongo": {"status": "ok"},
}
LAG: dict[str, Any] = {"eventLoop": {"status": "degraded", "lagMs": 93.5}}
HEAP: dict[str, Any] = {"memory": {"status": "degraded", "percentile": 91.25}}
STILL_LAGS = (
    "It serves, but calls itself not ready: its event loop lags by 93.5 ms, time and again (the limit is "
    "EVENT_LOOP_LAG_MS, 70 unless set)."
)
ONCE = Timeouts(timeout=0, request_timeout=0.5)
NO_MONGODB: dict[str, Any] = {"mongo": {"status": "degraded", "error": "Server selection timed out after 30000 ms"}}


def ready() -> Page:
    return Page(json.dumps({"status": "ok", "checks": OK}))


def unready(**checks: dict[str, Any]) -> Page:
    return Page(json.dumps({"status": "unavailable", "checks": {**OK, **checks}}), 503)


def ask(*pages: Page, timeouts: Timeouts = ONCE) -> tuple[EndpointHealth, int]:
    """The health of a monolith that gives these answers, the last of them for ever; how often it was asked."""
    left: Iterator[Page] = iter(pages)
    with probe_servers.http_server(lambda _path: next(left, pages[-1])) as server:
        endpoint = Endpoint("rocketchat-1", f"{server.url}/readyz", readiness=True)
        found = probe_endpoints([endpoint], timeouts, Trust())[0]
    return found, len(server.requests)


def test_ready() -> None:
    found, asked = ask(ready())
    assert (found.state, found.status, found.diagnosis, found.warning, asked) == ("healthy", 200, None, None, 1)


def test_other_checks_than_ours_do_not_matter_to_one_that_is_ready() -> None:
    assert ask(Page('{"status":"ok"}'))[0].state == "healthy"


FULL = "91.25 % of its heap are in use (the limit is HEAP_USAGE_PERCENT)"


@pytest.mark.parametrize(
    ("checks", "fault", "sentence"),
    [
        (
            NO_MONGODB,
            "not_ready",
            "It is not ready: MongoDB does not answer it (Server selection timed out after 30000 ms).",
        ),
        ({"mongo": {"status": "degraded"}}, "not_ready", "It is not ready: MongoDB does not answer it."),
        ({**HEAP, **NO_MONGODB}, "not_ready", f"It is not ready: {FULL}; MongoDB does not answer it ("),
        ({"nats": {"status": "degraded"}}, "not_ready", "It is not ready: its check nats failed."),
        (
            {"mongo": {"status": "degraded", "error": "a\x1b[2Jb"}},
            "not_ready",
            "It is not ready: MongoDB does not answer it (ab).",
        ),
    ],
)
def test_failed_check_is_named_at_once(checks: dict[str, Any], fault: str, sentence: str) -> None:
    found, asked = ask(unready(**checks))
    assert (found.fault, found.status, asked) == (fault, 503, 1)
    assert (found.diagnosis or "").startswith(sentence)


@pytest.mark.parametrize(
    ("checks", "sentence"),
    [
        (HEAP, f"{FULL}."),
        ({**HEAP, **LAG}, f"{FULL}; its event loop lags by 93.5 ms"),
        ({"memory": {"status": "degraded", "percentile": "\x1b[2J"}}, "? % of its heap are in use"),
        ({"memory": 1}, "? % of its heap are in use"),
    ],
)
def test_who_is_short_of_memory_serves_all_the_same(checks: dict[str, Any], sentence: str) -> None:
    found, asked = ask(unready(**checks), timeouts=Timeouts(5, 0.5))
    assert (found.state, found.fault, found.diagnosis, found.status, asked) == ("healthy", None, None, 503, 1)
    assert (found.warning or "").startswith(f"It serves, but calls itself not ready: {sentence}")


def test_503_without_a_failed_check() -> None:
    found, _asked = ask(unready())
    assert (found.fault, found.diagnosis) == ("not_ready", "It is not ready: it does not say why.")


@pytest.fixture
def shorter_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_probe, "PAUSES", [pause / 10 for pause in PAUSES])


@pytest.mark.usefixtures("shorter_pauses")
def test_single_lag_is_asked_about_again() -> None:
    found, asked = ask(unready(**LAG), unready(**LAG), ready())
    assert (found.state, found.warning, found.attempts, asked) == ("healthy", None, 1, 3)


@pytest.mark.usefixtures("shorter_pauses")
def test_nobody_waits_for_a_lag_that_lasts() -> None:
    found, asked = ask(unready(**LAG), timeouts=Timeouts(20, 0.5))
    assert (found.state, found.diagnosis, found.warning, asked) == ("healthy", None, STILL_LAGS, 1 + len(PAUSES))
    assert sum(PAUSES) < 2


@pytest.mark.usefixtures("shorter_pauses")
def test_lag_that_hides_something_else() -> None:
    found, asked = ask(unready(**LAG), unready(**NO_MONGODB))
    assert (found.fault, found.warning, asked) == ("not_ready", None, 2)


def test_time_is_up_while_it_lags() -> None:
    found, asked = within(1, lambda: ask(unready(**LAG), timeouts=Timeouts(0.5, 0.3)))
    assert (found.state, found.warning, asked) == ("healthy", STILL_LAGS, 2)


def test_it_is_waited_for() -> None:
    found, asked = ask(unready(**NO_MONGODB), unready(**NO_MONGODB), ready(), timeouts=Timeouts(5, 0.5, 0.05))
    assert (found.state, found.attempts, asked) == ("healthy", 3, 3)


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        (Page("ok"), "body"),
        (Page("{}"), "body"),
        (Page("null"), "body"),
        (Page("[]"), "body"),
        (Page('{"status":"unavailable"}'), "body"),
        (Page("<html><title>Welcome to nginx!</title></html>"), "body"),
        (Page("[" * 60_000), "body"),
        (Page('{"status":"ok"}', 404), "status"),
        (Page("<title>503 Service Temporarily Unavailable</title>", 503), "status"),
        (Page('{"status":"unavailable","checks":7}', 503), "status"),
        (Page("null", 503), "status"),
    ],
)
def test_something_else_answers(page: Page, fault: str) -> None:
    found, asked = ask(page)
    assert (found.fault, asked) == (fault, 1)
    assert "instead of whether it is ready" in (found.diagnosis or "")


def test_mongodb_hangs() -> None:
    found, asked = ask(Page("", delay=1), timeouts=Timeouts(0, 0.2))
    assert (found.fault, asked) == ("read_timeout", 1)
    assert (found.diagnosis or "").endswith("It says whether it is ready only when MongoDB has answered it.")


def test_nothing_listens() -> None:
    endpoint = Endpoint("rocketchat-1", f"http://127.0.0.1:{probe_servers.free_port()}/readyz", readiness=True)
    assert probe_endpoints([endpoint], ONCE, Trust())[0].fault == "refused"
