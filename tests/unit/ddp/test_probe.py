# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The DDP probe against real websocket servers that have, one at a time, the faults we name."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.ddp.probe import Account, DdpHealth, Proxy, probe_ddp
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.polling import Timeouts
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.tls import Trust
from ansible_collections.rocketops.rocketchat.plugins.modules import ddp_health
from websockets.sync.server import ServerConnection
from websockets.utils import accept_key

from tests.unit import probe_servers
from tests.unit.ddp import servers as ddp_servers
from tests.unit.ddp.servers import Streamer
from tests.unit.modules.running import run
from tests.unit.tls_authority import TODAY, Authority
from tests.waiting import within

ONCE = Timeouts(timeout=0, request_timeout=0.5)
PATH = [
    "sockjs_info",
    "websocket",
    "ddp_connect",
    "ddp_ping",
    "account",
    "sockjs_websocket",
    "sockjs_connect",
    "monolith",
]


def probe(
    url: str,
    timeouts: Timeouts = ONCE,
    ca: Path | None = None,
    connect_to: str | None = None,
    account: Account | None = None,
    quiet: float = 0,
    validate_certs: bool = True,
) -> DdpHealth:
    trust = Trust(validate_certs, str(ca) if ca else None)
    return probe_ddp(Proxy(url, timeouts, trust, connect_to, account), quiet)[0]


def faults(health: DdpHealth, path: Sequence[str] = PATH) -> dict[str, str]:
    assert [check.name for check in health.checks] == list(path)
    return {check.name: check.fault for check in health.checks if check.fault}


def skipped(health: DdpHealth) -> list[str]:
    return [check.name for check in health.checks if check.state == "skipped"]


def sentence(health: DdpHealth, name: str) -> str:
    return next(check.diagnosis or "" for check in health.checks if check.name == name)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def test_a_healthy_deployment() -> None:
    with ddp_servers.ddp_server(Streamer()) as port:
        health = probe(f"http://127.0.0.1:{port}")
    assert faults(health) == {}
    assert health.healthy
    assert health.ping_ms is not None and 0 < health.ping_ms < 10_000


def test_a_root_url_with_a_path_puts_it_in_front_of_everything() -> None:
    streamer = Streamer()
    with ddp_servers.ddp_server(streamer) as port:
        assert probe(f"http://127.0.0.1:{port}/chat/").healthy
    assert streamer.paths[0] == "/chat/sockjs/info"
    assert streamer.paths[1] == "/chat/websocket"
    assert streamer.paths[2].startswith("/chat/sockjs/")
    assert streamer.paths[3] == "/chat/"


def test_tls_and_another_address_keep_the_name_of_the_url(authority: Authority) -> None:
    streamer = Streamer()
    with ddp_servers.ddp_server(streamer, authority.server_context(["chat.test"])) as port:
        health = probe("https://chat.test", ca=authority.ca, connect_to=f"127.0.0.1:{port}")
        other = probe("https://other.test", ca=authority.ca, connect_to=f"127.0.0.1:{port}")
    assert faults(health) == {}
    assert set(streamer.hosts) == {"chat.test"}
    assert faults(other) == {"sockjs_info": "certificate_name"}


def test_the_split_is_missing() -> None:
    with ddp_servers.ddp_server(Streamer(info=ddp_servers.MONOLITH_INFO)) as port:
        health = probe(f"http://127.0.0.1:{port}")
    assert faults(health) == {"sockjs_info": "split_missing"}
    assert sentence(health, "sockjs_info").startswith("The monolith answered /sockjs/info, not ddp-streamer")
    assert skipped(health) == PATH[1:-1], "the monolith would upgrade too, and hide what is missing"


OTHER_ANSWERS = ["{}", "null", "[]", "<html><title>Welcome to nginx!</title></html>", "ok", '{"status":"ok"}']


@pytest.mark.parametrize("body", OTHER_ANSWERS)
def test_another_answer_in_place_of_ddp_streamers_or_the_monoliths(body: str) -> None:
    with ddp_servers.ddp_server(Streamer(answers={"/sockjs/info": (200, body)})) as port:
        assert faults(probe(f"http://127.0.0.1:{port}")) == {"sockjs_info": "not_rocketchat"}
    # also ddp-streamer's, which answers every path
    for page in (body, json.dumps(ddp_servers.STREAMER_INFO)):
        with ddp_servers.ddp_server(Streamer(answers={"/": (200, page)})) as port:
            health = probe(f"http://127.0.0.1:{port}")
        assert faults(health) == {"monolith": "not_rocketchat"}
        assert sentence(health, "monolith").startswith("The page is not Rocket.Chat's: another program answered 200 OK")


@pytest.mark.parametrize("greeting", [{"msg": "server_id", "server_id": "0"}, {"server_id": "0"}])
def test_both_generations_of_first_frames(greeting: dict[str, str]) -> None:
    with ddp_servers.ddp_server(Streamer(greeting=greeting)) as port:
        assert probe(f"http://127.0.0.1:{port}").healthy


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        ("{}", "not_rocketchat"),
        ('{"msg":"connected","session":"s1"}', "not_rocketchat"),
        ('{"status":"ok"}', "not_rocketchat"),
        ("null", "framing"),
        ("ok", "framing"),
        ("<html>", "framing"),
    ],
)
def test_another_websocket_in_place_of_ddp_streamers(frame: str, fault: str) -> None:
    """It says the same whatever it is told."""

    class Parrot(Streamer):
        def send(self, websocket: ServerConnection, message: Mapping[str, Any], framed: bool) -> None:
            websocket.send("a" + json.dumps([frame]) if framed else frame)

    with ddp_servers.ddp_server(Parrot()) as port:
        health = probe(f"http://127.0.0.1:{port}")
    assert faults(health) == {"ddp_connect": fault, "sockjs_connect": fault}


@pytest.mark.parametrize(
    ("reply", "check"),
    [
        ({"msg": "connected"}, "ddp_connect"),
        ({"msg": "connected", "session": None}, "ddp_connect"),
        ({"msg": "pong"}, "ddp_ping"),
        ({"msg": "pong", "id": "another's"}, "ddp_ping"),
    ],
)
def test_an_answer_to_something_else(reply: dict[str, Any], check: str) -> None:
    class Absent(Streamer):
        def replies(self, message: dict[str, Any]) -> list[dict[str, Any]]:
            asked = {"connected": "connect", "pong": "ping"}[reply["msg"]]
            return [reply] if message["msg"] == asked else super().replies(message)

    with ddp_servers.ddp_server(Absent()) as port:
        assert check in faults(probe(f"http://127.0.0.1:{port}"))


def test_not_rocketchat() -> None:
    with probe_servers.http_server(lambda _path: probe_servers.Page("<h1>Welcome to nginx</h1>", 404)) as server:
        health = probe(server.url)
    assert faults(health) == {
        "sockjs_info": "not_rocketchat",
        "websocket": "upgrade_refused",
        "sockjs_websocket": "upgrade_refused",
        "monolith": "status",
    }
    assert "Welcome to nginx" in sentence(health, "sockjs_info")


def test_an_answer_nested_without_end_is_not_rocketchat() -> None:
    with probe_servers.http_server(lambda _path: probe_servers.Page("[" * 60_000)) as server:
        assert faults(probe(server.url))["sockjs_info"] == "not_rocketchat"


def test_a_redirect_is_named_and_not_followed() -> None:
    answer = probe_servers.Page("", 301, {"Location": "https://chat.test/sockjs/info"})
    with probe_servers.http_server(lambda _path: answer) as server:
        health = probe(server.url)
    assert faults(health) == {"sockjs_info": "redirected"}
    assert "https://chat.test/sockjs/info" in sentence(health, "sockjs_info")


@pytest.mark.parametrize("location", ["/login", "https://chat.test/websocket", "ws://127.0.0.1/websocket"])
def test_a_redirect_instead_of_an_upgrade(location: str) -> None:
    pages = {
        "/": probe_servers.Page(ddp_servers.PAGE),
        "/sockjs/info": probe_servers.Page(json.dumps(ddp_servers.STREAMER_INFO)),
    }
    moved = probe_servers.Page("", 302, {"Location": location})
    with probe_servers.http_server(lambda path: pages.get(path, moved)) as server:
        health = probe(server.url)
    assert faults(health) == {"websocket": "upgrade_refused", "sockjs_websocket": "upgrade_refused"}
    assert "status 302" in sentence(health, "websocket")


@pytest.mark.parametrize("status", [200, 400, 426])
def test_the_proxy_strips_the_upgrade_headers(status: int) -> None:
    with ddp_servers.ddp_server(Streamer(answers={"/websocket": (status, "ok")})) as port:
        health = probe(f"http://127.0.0.1:{port}")
    assert faults(health) == {"websocket": "upgrade_stripped", "sockjs_websocket": "upgrade_stripped"}
    assert skipped(health) == ["ddp_connect", "ddp_ping", "account", "sockjs_connect"]
    assert "the proxy strips the Upgrade and Connection headers" in sentence(health, "websocket")


@pytest.mark.parametrize(("status", "fault"), [(502, "upstream_down"), (504, "upstream_silent")])
@pytest.mark.parametrize(
    ("answers", "ill", "named"),
    [
        (["/sockjs/info", "/websocket"], ["sockjs_info"], "ddp-streamer"),
        (["/websocket"], ["websocket", "sockjs_websocket"], "ddp-streamer"),
        (["/"], ["monolith"], "monolith"),
    ],
)
def test_an_upstream_is_down(status: int, fault: str, answers: list[str], ill: list[str], named: str) -> None:
    with ddp_servers.ddp_server(Streamer(answers=dict.fromkeys(answers, (status, "<html>")))) as port:
        health = probe(f"http://127.0.0.1:{port}")
    assert faults(health) == dict.fromkeys(ill, fault)
    assert all(named in sentence(health, name) for name in ill)


@pytest.mark.parametrize(
    ("switches", "fault"),
    [
        ({"silent": True}, "silent_timeout"),
        ({"close_code": 1002}, "closed"),
        ({"version": "pre1"}, "ddp"),
    ],
)
def test_ddp_goes_wrong(switches: Mapping[str, Any], fault: str) -> None:
    with ddp_servers.ddp_server(Streamer(**switches)) as port:
        health = probe(f"http://127.0.0.1:{port}")
    assert faults(health) == {"ddp_connect": fault, "sockjs_connect": fault}
    assert skipped(health) == ["ddp_ping", "account"]
    assert health.ping_ms is None


def test_sockjs_framing_is_missing() -> None:
    with ddp_servers.ddp_server(Streamer(always_plain=True)) as port:
        health = probe(f"http://127.0.0.1:{port}")
    assert faults(health) == {"sockjs_connect": "framing"}


@pytest.mark.parametrize("reply", ["[" * 60_000, '{"msg"'])
def test_a_frame_is_not_ddp(reply: str) -> None:
    class Babbler(Streamer):
        def send(self, websocket: ServerConnection, message: Mapping[str, Any], framed: bool) -> None:
            websocket.send("a" + json.dumps([reply]) if framed else reply)

    with ddp_servers.ddp_server(Babbler()) as port:
        health = probe(f"http://127.0.0.1:{port}")
    assert faults(health) == {"ddp_connect": "framing", "sockjs_connect": "framing"}


def test_a_subscription_that_is_ready_in_a_shape_of_its_own() -> None:
    class Babbler(Streamer):
        def subscribe(self, message: dict[str, Any]) -> dict[str, Any]:
            return {"msg": "ready", "subs": 5}

    with ddp_servers.ddp_server(Babbler(users={"health": "correct horse"})) as port:
        health = probe(f"http://127.0.0.1:{port}", account=HEALTH)
    assert faults(health, AS_USER) == {"subscription": "silent_timeout"}


def test_a_peer_that_never_pauses_is_bounded() -> None:
    """It sends pongs faster than they are read."""

    def behave(sock: socket.socket, over: threading.Event) -> None:
        request = sock.recv(4096)
        if b"Upgrade" not in request:
            body = ddp_servers.PAGE if request.startswith(b"GET / ") else json.dumps(ddp_servers.STREAMER_INFO)
            sock.sendall(f"HTTP/1.1 200 OK\r\n\r\n{body}".encode())
            return
        key = request.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0].decode()
        upgrade = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept_key(key)}\r\n\r\n"
        sock.sendall(f"HTTP/1.1 101 Switching Protocols\r\n{upgrade}".encode())
        while not over.is_set():
            # as large as a pong may be: what was read before time was up is still looked through, frame by frame
            sock.sendall((b"\x8a\x7d" + 125 * b"x") * 500)

    with probe_servers.raw_server(behave) as port:
        # two conversations, and two closing handshakes of as long
        health = within(4 * ONCE.request_timeout + 1, lambda: probe(f"http://127.0.0.1:{port}"))
    assert faults(health) == {"ddp_connect": "silent_timeout", "sockjs_connect": "silent_timeout"}


def test_an_upgrade_that_hangs_is_bounded() -> None:
    # what answers one GET and hangs from then on is most of a proxy in front of a paused ddp-streamer
    def behave(sock: socket.socket, over: threading.Event) -> None:
        if sock.recv(4096).startswith(b"GET /sockjs/info"):
            sock.sendall(f"HTTP/1.1 200 OK\r\n\r\n{json.dumps(ddp_servers.STREAMER_INFO)}".encode())
        else:
            over.wait(60)

    with probe_servers.raw_server(behave) as port:
        health = within(3 * ONCE.request_timeout + 1, lambda: probe(f"http://127.0.0.1:{port}"))
    assert faults(health) == {
        "websocket": "upgrade_timeout",
        "sockjs_websocket": "upgrade_timeout",
        "monolith": "upstream_silent",
    }


def test_a_streamer_that_hangs_is_waited_for_once() -> None:
    with probe_servers.raw_server(probe_servers.hang) as port:
        health = probe(f"http://127.0.0.1:{port}")
    assert faults(health) == {"sockjs_info": "upstream_silent", "monolith": "upstream_silent"}
    assert "the ddp-streamer behind it hangs or is paused" in sentence(health, "sockjs_info")


def test_no_way_to_the_proxy_is_said_once() -> None:
    health = probe(f"http://127.0.0.1:{probe_servers.free_port()}")
    assert faults(health) == {"sockjs_info": "refused"}
    assert skipped(health) == PATH[1:]


# -- the certificate ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "days", "kind"),
    [
        (["chat.test"], TODAY, None),
        (["chat.test"], (-3, -2), "certificate_expired"),
        (["chat.test"], (2, 3), "certificate_early"),
        (["other.test"], TODAY, "certificate_name"),
    ],
)
def test_a_certificate_is_looked_at_even_when_it_is_not_verified(
    authority: Authority, names: Sequence[str], days: tuple[int, int], kind: str | None
) -> None:
    with ddp_servers.ddp_server(Streamer(), authority.server_context(names, days)) as port:
        unverified = probe("https://chat.test", connect_to=f"127.0.0.1:{port}", validate_certs=False)
        verified = probe("https://chat.test", connect_to=f"127.0.0.1:{port}", ca=authority.ca)
    assert unverified.healthy
    assert shown(unverified) == kind
    assert faults(verified) == ({"sockjs_info": kind} if kind else {})
    assert shown(verified) == kind


def test_who_issued_a_certificate_is_not_its_own_fault(authority: Authority) -> None:
    with ddp_servers.ddp_server(Streamer(), authority.server_context(["chat.test"])) as port:
        health = probe("https://chat.test", connect_to=f"127.0.0.1:{port}")
    assert faults(health) == {"sockjs_info": "certificate_ca"}
    assert shown(health) is None


def test_its_dates_are_told(authority: Authority) -> None:
    with ddp_servers.ddp_server(Streamer(), authority.server_context(["chat.test"], (-2, 12))) as port:
        certificate = probe("https://chat.test", connect_to=f"127.0.0.1:{port}", validate_certs=False).certificate
    assert certificate and certificate.begins and certificate.ends
    assert certificate.ends - certificate.begins == 14 * 24 * 3600
    assert certificate.begins == pytest.approx(time.time() - 2 * 24 * 3600, abs=60)


def shown(health: DdpHealth) -> str | None:
    """What is wrong with the certificate."""
    assert health.certificate
    return health.certificate.fault.kind if health.certificate.fault else None


# -- as a user ---------------------------------------------------------------------------------------------------------

AS_USER = [*PATH[:5], "login", "subscription", *PATH[5:]]
HEALTH = Account("health", "correct horse")


def test_a_login_and_a_subscription() -> None:
    streamer = Streamer(users={"health": "correct horse"})
    with ddp_servers.ddp_server(streamer) as port:
        health = probe(f"http://127.0.0.1:{port}", account=HEALTH)
    assert faults(health, AS_USER) == {}
    assert skipped(health) == []
    assert streamer.tokens == [], "the login left a token behind"


@pytest.mark.parametrize(
    ("switches", "fault", "text"),
    [
        ({"account_error": 500}, "login_failed", "the account service is not on NATS, or has no MongoDB"),
        ({"unanswered": ["login"]}, "silent_timeout", "A login gets no answer: the account service hangs"),
        # what ddp-streamer makes of a call to a service that is not on the bus
        ({"account": {"result": {}}}, "account_missing", "at once and empty: the account service is not on the bus"),
        ({"account": {}}, "account_missing", "the account service is not on the bus"),
        ({"account": {"result": None}}, "account_missing", "the account service is not on the bus"),
        ({"account": {"result": {"id": "u2"}}}, "login_unexpected", "instead of error 403"),
        ({"account": {"result": "<html>"}}, "login_unexpected", "instead of error 403"),
        ({"account_error": 404}, "login_unexpected", "answered with error 404 (You've been logged out by the server)"),
        ({"account": {"error": "no"}}, "login_unexpected", "answered with error None (no)"),
    ],
)
def test_logins_go_wrong(switches: Mapping[str, Any], fault: str, text: str) -> None:
    with ddp_servers.ddp_server(Streamer(users={"health": "correct horse"}, **switches)) as port:
        health, as_user = (probe(f"http://127.0.0.1:{port}", account=account) for account in (None, HEALTH))
    assert faults(health) == {"account": fault}
    assert text in sentence(health, "account")
    assert faults(as_user, AS_USER) == {"account": fault, "login": fault}


def test_the_account_service_does_not_know_the_monoliths_token() -> None:
    streamer = Streamer(login=(200, {"status": "success", "data": {"userId": "u1", "authToken": "elsewhere"}}))
    with ddp_servers.ddp_server(streamer) as port:
        health = probe(f"http://127.0.0.1:{port}", account=HEALTH)
    assert faults(health, AS_USER) == {"login": "login_failed"}
    assert "Do both use the same MongoDB" in sentence(health, "login")


REFUSED = {"status": "error", "success": False}


@pytest.mark.parametrize(
    ("answer", "fault", "text"),
    [
        (None, "login_refused", "The login as health was refused (Unauthorized): see username and password."),
        ((401, {"success": False, "error": "unauthorized"}), "login_refused", "(unauthorized)"),
        ((401, {**REFUSED, "error": "totp-required", "message": "TOTP Required"}), "login_second_factor", "a second"),
        ((429, {"success": False, "error": "Error, too many requests."}), "login_limited", "too many requests"),
        ((401, {**REFUSED, "error": "error-login-blocked-for-user"}), "login_limited", "blocked-for-user"),
        ((401, {**REFUSED, "error": 403, "message": "not correct horse"}), "login_refused", "(not ********)"),
        ((500, {"success": False, "error": "Internal server error"}), "login_failed", "its log says why"),
        ((401, "<html><title>Sign in</title>"), "not_rocketchat", "refused, but not by Rocket.Chat"),
        ((404, "<html>"), "not_rocketchat", "/api/v1/login does not answer as Rocket.Chat's REST API does"),
        ((200, "<html>"), "not_rocketchat", "/api/v1/login does not answer"),
        ((200, {}), "not_rocketchat", "/api/v1/login does not answer"),
        ((200, None), "not_rocketchat", "/api/v1/login does not answer"),
        ((200, {"data": {"userId": "u1", "authToken": None}}), "not_rocketchat", "/api/v1/login does not answer"),
        ((200, {"authToken": "t0ken-of-health"}), "not_rocketchat", "it answered 200 OK"),
        ((502, "<html>"), "upstream_down", "The proxy reaches no monolith"),
    ],
)
def test_the_monolith_gives_no_token(answer: Any, fault: str, text: str) -> None:
    streamer = Streamer(login=answer)
    with ddp_servers.ddp_server(streamer) as port:
        health = probe(f"http://127.0.0.1:{port}", account=HEALTH)
    assert faults(health, AS_USER) == {"login": fault}
    assert skipped(health) == ["subscription"]
    assert text in sentence(health, "login")
    assert "correct horse" not in repr(health) + repr(HEALTH)
    assert "t0ken" not in repr(health)
    assert streamer.logins == [{"user": "health", "password": "correct horse"}]


def test_a_refused_password_is_not_offered_again() -> None:
    streamer = Streamer()
    with ddp_servers.ddp_server(streamer) as port:
        health = probe(f"http://127.0.0.1:{port}", Timeouts(timeout=5), account=HEALTH)
    assert faults(health, AS_USER) == {"login": "login_refused"}
    assert len(streamer.logins) == 1


@pytest.mark.parametrize(("switch", "fault"), [("denied", "subscription_refused"), ("unanswered", "silent_timeout")])
def test_a_subscription_goes_wrong(switch: str, fault: str) -> None:
    streamer = Streamer(users={"health": "correct horse"}, **{switch: ["stream-notify-logged"]})
    with ddp_servers.ddp_server(streamer) as port:
        health = probe(f"http://127.0.0.1:{port}", account=HEALTH)
    assert faults(health, AS_USER) == {"subscription": fault}
    assert streamer.tokens == [], "the login left a token behind"


# -- quiet -------------------------------------------------------------------------------------------------------------

QUIET = [*PATH, "quiet"]


def test_a_quiet_websocket_lives_and_answers_pings() -> None:
    streamer = Streamer(pings_after=0.2)
    with ddp_servers.ddp_server(streamer) as port, ddp_servers.idle_proxy(port, idle=5) as proxy:
        health = probe(f"http://127.0.0.1:{proxy}", quiet=0.8)
    assert faults(health, QUIET) == {}
    assert len(streamer.pongs) >= 2
    assert 800 <= (health.checks[-1].latency_ms or 0) < 20_000


def test_a_proxy_that_closes_idle_websockets() -> None:
    with ddp_servers.ddp_server(Streamer()) as port, ddp_servers.idle_proxy(port, idle=0.8) as proxy:
        started = time.monotonic()
        health = probe(f"http://127.0.0.1:{proxy}", quiet=60)
        took = time.monotonic() - started
    assert faults(health, QUIET) == {"quiet": "idle_closed"}
    assert sentence(health, "quiet") == ("The proxy closed an idle websocket after 1 s: its read timeout is too short.")
    assert took < 30


def test_a_firewall_that_forgets_idle_websockets() -> None:
    with ddp_servers.ddp_server(Streamer()) as port, ddp_servers.idle_proxy(port, 0.6, forgets=True) as proxy:
        health = probe(f"http://127.0.0.1:{proxy}", quiet=0.9)
    assert faults(health, QUIET) == {"quiet": "idle_lost"}


def test_quiet_needs_a_websocket_that_works() -> None:
    with ddp_servers.ddp_server(Streamer(silent=True)) as port:
        health = probe(f"http://127.0.0.1:{port}", quiet=5)
    assert skipped(health)[-1] == "quiet"


# -- waiting -----------------------------------------------------------------------------------------------------------


def test_waits_until_the_deadline_and_no_longer() -> None:
    streamer = Streamer(silent=True)
    with ddp_servers.ddp_server(streamer) as port:
        started = time.monotonic()
        timeouts = Timeouts(timeout=1.5, request_timeout=5)
        health = within(2.5, lambda: probe(f"http://127.0.0.1:{port}", timeouts))
        assert faults(health)["ddp_connect"] == "silent_timeout"
        assert time.monotonic() - started > 1.4
        streamer.silent = False
        assert probe(f"http://127.0.0.1:{port}", Timeouts(timeout=1.5)).healthy


def test_a_negative_quiet_is_refused() -> None:
    with pytest.raises(ValueError, match="quiet must be 0 or more"):
        probe("http://chat.test", quiet=-1)


@pytest.mark.parametrize("url", ["chat.test", "http://chat.test/?x=1", "http://chat.test/#x"])
def test_a_wrong_url_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="root URL|does not begin with http"):
        probe(url)


def test_the_module_names_every_check_that_failed(authority: Authority) -> None:
    expired = authority.server_context(["127.0.0.1"], (-3, -2))
    account = {"username": "health", "password": "correct horse"}
    with ddp_servers.ddp_server(Streamer(info=ddp_servers.MONOLITH_INFO)) as port:
        url = f"http://127.0.0.1:{port}"
        failed = run(ddp_health.main, check=True, url=url, timeout=0)
    with ddp_servers.ddp_server(Streamer(users={"health": "correct horse"}), expired) as port:
        options = {"url": f"https://127.0.0.1:{port}", "validate_certs": False, **account}
        fine = run(ddp_health.main, **options)
    assert failed["msg"].startswith(f"Clients cannot use Rocket.Chat at {url}:\n- sockjs_info: The monolith answered")
    assert (fine["changed"], fine["healthy"], fine["attempts"]) == (False, True, 1)
    assert [check["name"] for check in fine["checks"]] == AS_USER
    assert fine["certificate"]["fault"] == "certificate_expired"
    assert failed["certificate"] is None
    assert "correct horse" not in json.dumps(fine)
