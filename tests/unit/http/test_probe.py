# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP probe against real servers, healthy and broken."""

from __future__ import annotations

import os
import ssl
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.http import probe as http_probe
from ansible_collections.rocketops.rocketchat.plugins.module_utils.http.probe import (
    Body,
    Endpoint,
    EndpointHealth,
    Timeouts,
)
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.fetching import fetch
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.target import parse_url
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.tls import Trust
from ansible_collections.rocketops.rocketchat.plugins.modules import service_health

from tests.unit import probe_servers
from tests.unit.modules.running import run
from tests.unit.probe_servers import Page
from tests.unit.tls_authority import NAMES, TODAY, Authority
from tests.waiting import within

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="a name service of the test's own needs root")
ONCE = Timeouts(timeout=0, request_timeout=0.5)
# how http.server calls itself
PYTHON = f"{BaseHTTPRequestHandler.server_version} {BaseHTTPRequestHandler.sys_version}"
CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def probe_one(
    url: str,
    timeouts: Timeouts = ONCE,
    ca: Path | None = None,
    bodies: tuple[Body, ...] = (),
    headers: dict[str, str] | None = None,
    status: tuple[int, ...] = (200,),
) -> EndpointHealth:
    trust = Trust(True, str(ca) if ca else None)
    endpoint = Endpoint("it", url, status, bodies, headers or {})
    return http_probe.probe_endpoints([endpoint], timeouts, trust)[0]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def test_a_healthy_endpoint_says_so() -> None:
    with probe_servers.http_server(lambda _path: Page("ok")) as server:
        result = probe_one(f"{server.url}/health?x=1", bodies=("ok",), headers={"X-Asked-By": "test"})
    assert (result.state, result.status, result.attempts, result.diagnosis) == ("healthy", 200, 1, None)
    assert result.healthy_after is not None
    path, headers = server.requests[0]
    assert path == "/health?x=1"
    assert headers["X-Asked-By"] == "test"
    assert headers["Host"] == server.url.removeprefix("http://")


@pytest.mark.parametrize(
    ("behave", "kind", "sentence"),
    [
        (probe_servers.hang, "read_timeout", "did not finish its answer in time"),
        (probe_servers.drip, "read_timeout", "did not finish its answer in time"),
        (probe_servers.drip_a_while, "read_timeout", "did not finish its answer in time"),
        (probe_servers.continue_forever, "read_timeout", "did not finish its answer in time"),
        (probe_servers.hang_up, "reset", "closed the connection without an answer"),
        (probe_servers.say("220 smtp.test ESMTP\r\n"), "protocol", "does not answer in HTTP"),
        (probe_servers.say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"), "cut_off", "in the middle of its"),
        (probe_servers.say(CHUNKED + "9\r\nshort"), "cut_off", "in the middle of its"),
    ],
)
def test_a_broken_server_is_diagnosed(behave: object, kind: str, sentence: str) -> None:
    with probe_servers.raw_server(behave) as port:  # type: ignore[arg-type]
        result = within(ONCE.request_timeout + 0.3, lambda: probe_one(f"http://127.0.0.1:{port}/"))
    assert (result.state, result.fault) == ("unhealthy", kind)
    assert sentence in (result.diagnosis or "")


def test_nothing_listens() -> None:
    result = probe_one(f"http://127.0.0.1:{probe_servers.free_port()}/")
    assert result.fault == "refused"
    assert "nothing listens on 127.0.0.1:" in (result.diagnosis or "")


def test_a_firewall_that_drops() -> None:
    with probe_servers.deaf_port() as port:
        result = probe_one(f"http://127.0.0.1:{port}/")
    assert result.fault == "connect_timeout"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 64 + ".invalid"])
def test_a_name_that_does_not_resolve(host: str) -> None:
    result = within(ONCE.request_timeout + 0.5, lambda: probe_one(f"http://{host}/"))
    # a machine without a name server learns it from the time that passes
    assert result.fault in ("resolve", "resolve_timeout")
    assert host in (result.diagnosis or "")


def test_an_unexpected_status_is_quoted() -> None:
    with probe_servers.http_server(lambda _path: Page("\nboom \x1b[31m\nmore", 500)) as server:
        result = probe_one(server.url)
    assert (result.fault, result.status) == ("status", 500)
    assert result.diagnosis == f"It answered 500 Internal Server Error from {PYTHON} instead of 200: 'boom'."


def test_of_a_page_the_title_is_quoted() -> None:
    page = Page("<html>\r\n<head><title>502 Bad Gateway</title></head>", 502, {"Location": "/a\x1bb"})
    with probe_servers.http_server(lambda _path: page) as server:
        result = probe_one(server.url)
    assert (result.diagnosis or "").endswith("(redirected to /a b) instead of 200: '502 Bad Gateway'.")


def test_a_redirect_is_named_and_not_followed() -> None:
    with probe_servers.http_server(lambda _path: Page("", 302, {"Location": "/setup"})) as server:
        refused = probe_one(server.url)
        accepted = probe_one(server.url, status=(200, 302))
    assert "(redirected to /setup) instead of 200" in (refused.diagnosis or "")
    assert accepted.state == "healthy"
    assert [path for path, _headers in server.requests] == ["/", "/"]


def test_something_else_answers() -> None:
    with probe_servers.http_server(lambda _path: Page("<title>Welcome to nginx!</title>")) as server:
        result = probe_one(server.url, bodies=("ok", {"status": "ok"}))
    assert result.fault == "body"
    assert "instead of 'ok' or {'status': 'ok'} the body begins with 'Welcome to nginx!'" in (result.diagnosis or "")


HEALTH_OF_THE_MONOLITH: tuple[Body, ...] = ("ok", {"status": "ok"})


@pytest.mark.parametrize("body", ["ok", "ok\n", '{"status":"ok"}', '{"status": "ok", "checks": {"mongo": {}}}'])
def test_what_the_monolith_answers(body: str) -> None:
    with probe_servers.http_server(lambda _path: Page(body)) as server:
        assert probe_one(server.url, bodies=HEALTH_OF_THE_MONOLITH).state == "healthy"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "null",
        "[]",
        "[" * 60_000,
        '"ok"',
        "not ok",
        "<html><title>Book of tokens</title>",
        '{"status":"unavailable"}',
        '{"websocket":true,"ms":true}',
        "It looks like you are trying to access MongoDB over HTTP on the native driver port.",
    ],
)
@pytest.mark.parametrize("bodies", [("ok",), ("ok", "not healthy"), HEALTH_OF_THE_MONOLITH])
def test_another_answer_in_place_of_a_services(body: str, bodies: tuple[Body, ...]) -> None:
    with probe_servers.http_server(lambda _path: Page(body)) as server:
        assert probe_one(server.url, bodies=bodies).fault == "body"


def test_a_huge_body_is_not_read_to_its_end() -> None:
    with probe_servers.http_server(lambda _path: Page("x" * 5_000_000 + "needle")) as server:
        assert probe_one(server.url, bodies=("needle",)).fault == "body"


def test_a_good_certificate(authority: Authority) -> None:
    with probe_servers.http_server(lambda _path: Page(), authority.server_context()) as server:
        assert probe_one(server.url, ca=authority.ca).state == "healthy"


@pytest.mark.parametrize(
    ("names", "days", "trusted", "kind"),
    [
        (NAMES, (-3, -2), True, "certificate_expired"),
        (NAMES, (2, 3), True, "certificate_early"),
        (["other.test"], TODAY, True, "certificate_name"),
        (["198.18.0.9"], TODAY, True, "certificate_name"),
        (NAMES, TODAY, False, "certificate_ca"),
    ],
)
def test_a_bad_certificate(
    authority: Authority, names: Sequence[str], days: tuple[int, int], trusted: bool, kind: str
) -> None:
    with probe_servers.http_server(lambda _path: Page(), authority.server_context(names, days)) as server:
        result = probe_one(server.url, ca=authority.ca if trusted else None)
        anything = Trust(validate_certs=False)
        unchecked = http_probe.probe_endpoints([Endpoint("it", server.url)], ONCE, anything)[0]
    assert result.fault == kind
    assert unchecked.state == "healthy"


def test_https_to_a_plain_server_and_to_one_that_hangs() -> None:
    with probe_servers.http_server(lambda _path: Page()) as server:
        plain = probe_one(server.url.replace("http://", "https://"))
    with probe_servers.raw_server(probe_servers.hang) as port:
        silent = probe_one(f"https://127.0.0.1:{port}")
    assert (plain.fault, silent.fault) == ("tls", "tls_timeout")
    assert "does not speak TLS" in (plain.diagnosis or "")


def test_a_server_that_demands_a_certificate_of_ours(authority: Authority) -> None:
    context = authority.server_context()
    context.verify_mode = ssl.CERT_REQUIRED
    with probe_servers.http_server(lambda _path: Page(), context) as server:
        result = probe_one(server.url, ca=authority.ca)
    assert result.fault == "tls"
    assert "does it demand a client certificate?" in (result.diagnosis or "")


def test_waits_until_a_service_is_there() -> None:
    asked: list[str] = []

    def answer(path: str) -> Page:
        asked.append(path)
        return Page("ok") if len(asked) > 2 else Page("starting", 503)

    with probe_servers.http_server(answer) as server:
        result = probe_one(server.url, Timeouts(timeout=20, request_timeout=10, interval=0.05))
    assert result.state == "healthy"
    assert result.attempts == 3
    assert 0.1 <= (result.healthy_after or 0) < 20


def test_an_attempt_cut_short_by_the_deadline_does_not_hide_what_was_found() -> None:
    answers = iter([Page("broken", 500)])
    with probe_servers.http_server(lambda _path: next(answers, Page(delay=3))) as server:
        result = probe_one(server.url, Timeouts(timeout=1, request_timeout=5))
    assert (result.fault, result.attempts) == ("status", 2)


def test_two_hundred_endpoints_of_which_twenty_hang() -> None:
    concurrency = 16
    with (
        probe_servers.http_server(lambda _path: Page("x" * 1_000_000)) as server,
        probe_servers.raw_server(probe_servers.hang) as port,
    ):
        urls = [f"http://127.0.0.1:{port}/{n}" if n % 10 == 0 else f"{server.url}/{n}" for n in range(200)]
        measured = probe_servers.probe_in_child(urls, timeout=5, request_timeout=1, concurrency=concurrency)
    assert measured.seconds < 5 + 2
    assert [result["url"] for result in measured.results] == urls
    assert [result["url"] for result in measured.results if result["state"] == "unhealthy"] == urls[::10]
    assert {result["fault"] for result in measured.results} == {None, "read_timeout"}
    # beside the workers: the main thread and the one that watches
    assert measured.threads <= concurrency + 2
    # beside their sockets: standard input, output and error, and what the watching thread opens
    assert measured.descriptors <= concurrency + 5
    # 180 MB were on offer
    assert measured.kibibytes < 16 * 1024


def test_the_deadline_leaves_no_thread_behind() -> None:
    with probe_servers.raw_server(probe_servers.hang) as port:
        endpoints = [Endpoint("hangs", f"http://127.0.0.1:{port}")] * 8
        http_probe.probe_endpoints(endpoints, Timeouts(timeout=0.3), Trust(), concurrency=8)
        left = [thread.name for thread in threading.enumerate() if "Pool" in thread.name or "look_up" in thread.name]
    assert left == []


def test_endpoints_that_hang_do_not_starve_the_others() -> None:
    timeouts = Timeouts(timeout=1.2, request_timeout=0.1)
    with (
        probe_servers.http_server(lambda _path: Page()) as server,
        probe_servers.raw_server(probe_servers.hang) as port,
    ):
        endpoints = [Endpoint("hangs", f"http://127.0.0.1:{port}")] * 4 + [Endpoint("fine", server.url)]
        results = http_probe.probe_endpoints(endpoints, timeouts, Trust(), concurrency=1)
    assert results[-1].state == "healthy"


def test_whose_turn_never_came_is_said() -> None:
    with probe_servers.raw_server(probe_servers.hang) as port:
        endpoints = [Endpoint("hangs", f"http://127.0.0.1:{port}")] * 3
        timeouts = Timeouts(timeout=0.4, request_timeout=1)
        results = http_probe.probe_endpoints(endpoints, timeouts, Trust(), concurrency=1)
    assert [result.fault for result in results] == ["read_timeout", "not_asked", "not_asked"]
    assert "raise timeout or concurrency" in (results[1].diagnosis or "")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("chat.test/health", "does not begin with http"),
        ("ftp://chat.test", "does not begin with http"),
        ("http://", "names no host"),
        ("http://chat.test:99999", "is not a URL"),
        ("http://user:secret@chat.test", "carries a user or password"),
        ("http://chat.test/a b", "percent-encoded"),
        (f"https://b\u00fccher{'x' * 64}.example/", "cannot be written as DNS needs it"),
    ],
)
def test_a_wrong_url_is_refused_at_once(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        probe_one(url)
    assert "secret" not in str(caught.value)


def test_a_host_beyond_ascii_is_asked_under_its_name_in_dns() -> None:
    target = parse_url("https://b\u00fccher.example/", "127.0.0.1:443")
    assert (target.host, target.host_header) == ("xn--bcher-kva.example", "xn--bcher-kva.example")
    with probe_servers.http_server(lambda _path: Page("ok")) as server:
        port = server.url.rpartition(":")[2]
        answer = fetch(parse_url("http://b\u00fccher.example/", f"127.0.0.1:{port}"), time.monotonic() + 2, Trust())
    assert (answer.status, server.requests[0][1]["Host"]) == (200, "xn--bcher-kva.example")


@pytest.mark.parametrize("headers", [{"X-Token": "secret\r\nX: y"}, {"X-Token": "\u2603secret"}, {"X Token": "secret"}])
def test_a_wrong_header_is_refused_without_its_value(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="header") as caught:
        probe_one("http://127.0.0.1:1/", headers=headers)
    assert "secret" not in str(caught.value)


def test_wrong_options_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for path in (str(empty), "/no/such/file"):
        with pytest.raises(ValueError, match="cannot be used as a file of PEM certificates"):
            Trust(ca_path=path)
    with pytest.raises(ValueError, match="timeout must be 0 or more"):
        Timeouts(timeout=-1)
    with pytest.raises(ValueError, match="connect_to must be host:port"):
        parse_url("http://chat.test", "198.18.0.11")
    assert parse_url("http://chat.test", "[::1]:81").peer == "[::1]:81"


@needs_root
def test_a_dead_name_server_costs_its_limit_and_one_thread(tmp_path: Path) -> None:
    with probe_servers.dead_name_server() as address:
        within = probe_servers.with_names(tmp_path, resolv=f"nameserver {address}\n")
        measured = probe_servers.probe_in_child(
            ["http://chat.test/"] * 8, timeout=1.5, request_timeout=0.3, concurrency=8, within=within
        )
    assert {result["fault"] for result in measured.results} == {"resolve_timeout"}
    assert max(result["latency_ms"] for result in measured.results) < 10_000
    assert min(result["attempts"] for result in measured.results) >= 2
    # the workers, the main thread, the one that watches, and one for the name
    assert measured.threads <= 8 + 3


@needs_root
def test_an_address_that_swallows_packets_leaves_time_for_the_next(tmp_path: Path) -> None:
    with probe_servers.deaf_port() as port:
        within = probe_servers.with_names(tmp_path, hosts="127.0.0.1 chat.test\n127.0.0.2 chat.test\n")
        with probe_servers.http_server(lambda _path: Page(), address=("127.0.0.2", port)):
            measured = probe_servers.probe_in_child([f"http://chat.test:{port}/"], within=within)
    result = measured.results[0]
    assert result["state"] == "healthy"
    assert result["latency_ms"] > 400, "the silent address should have been tried first"


def test_the_module_tells_texts_from_objects() -> None:
    with probe_servers.http_server(lambda _path: Page('{"status":"ok"}')) as server:
        good, bad = (
            [{"name": "it", "url": server.url, "body": body}] for body in (["ok", {"status": "ok"}], ["ok", "well"])
        )
        fine = run(service_health.main, endpoints=good, timeout=0)
        failed = run(service_health.main, endpoints=bad, timeout=0)
    assert fine["healthy"]
    assert failed["endpoints"][0]["fault"] == "body"
    refused = run(service_health.main, endpoints=[{"name": "it", "url": "x", "body": [5]}])
    assert "5 is neither a string nor a dictionary" in refused["msg"]


def test_the_module_lists_every_unhealthy_endpoint() -> None:
    port = probe_servers.free_port()
    with probe_servers.http_server(lambda _path: Page()) as server:
        endpoints = [{"name": "good", "url": server.url}, {"name": "bad", "url": f"http://127.0.0.1:{port}"}]
        failed = run(service_health.main, endpoints=endpoints, timeout=0)
        asked = run(service_health.main, endpoints=endpoints, timeout=0, fail_on_unhealthy=False)
    assert failed["msg"].startswith(
        f"1 of 2 endpoints are unhealthy:\n- bad (http://127.0.0.1:{port}): Connection refused"
    )
    assert [one["state"] for one in failed["endpoints"]] == ["healthy", "unhealthy"]
    assert (asked["changed"], asked["healthy"], "failed" in asked) == (False, False, False)
