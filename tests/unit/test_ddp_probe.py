"""The DDP probe against real websocket servers that have, one at a time, the faults we name."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.ddp_probe import DdpHealth, probe_ddp
from ansible_collections.rocketops.rocketchat.plugins.module_utils.http_probe import Patience, tls_context

from tests.unit import probe_servers
from tests.unit.probe_servers import Authority, Streamer

ONCE = Patience(timeout=0, request_timeout=0.5)
PATH = ["sockjs_info", "websocket", "ddp_connect", "ddp_ping", "sockjs_websocket", "sockjs_connect", "monolith"]


def probe(url: str, patience: Patience = ONCE, ca: Path | None = None, connect_to: str | None = None) -> DdpHealth:
    return probe_ddp(url, patience, tls_context(True, str(ca) if ca else None), connect_to)[0]


def faults(health: DdpHealth) -> dict[str, str]:
    assert [check.name for check in health.checks] == PATH
    return {check.name: check.fault for check in health.checks if check.fault}


def skipped(health: DdpHealth) -> list[str]:
    return [check.name for check in health.checks if check.state == "skipped"]


def sentence(health: DdpHealth, name: str) -> str:
    return next(check.diagnosis or "" for check in health.checks if check.name == name)


def test_a_healthy_deployment() -> None:
    with probe_servers.ddp_server(Streamer()) as port:
        health = probe(f"http://127.0.0.1:{port}")
    assert faults(health) == {}
    assert health.healthy
    assert health.ping_ms is not None and 0 < health.ping_ms < 500


def test_a_root_url_with_a_path_puts_it_in_front_of_everything() -> None:
    streamer = Streamer()
    with probe_servers.ddp_server(streamer) as port:
        assert probe(f"http://127.0.0.1:{port}/chat/").healthy
    assert streamer.paths[0] == "/chat/sockjs/info"
    assert streamer.paths[1] == "/chat/websocket"
    assert streamer.paths[2].startswith("/chat/sockjs/")
    assert streamer.paths[3] == "/chat/"


def test_tls_and_another_address_keep_the_name_of_the_url(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    streamer = Streamer()
    with probe_servers.ddp_server(streamer, authority.server_context("DNS:chat.test")) as port:
        health = probe("https://chat.test", ca=authority.ca, connect_to=f"127.0.0.1:{port}")
        stranger = probe("https://other.test", ca=authority.ca, connect_to=f"127.0.0.1:{port}")
    assert faults(health) == {}
    assert set(streamer.hosts) == {"chat.test"}
    assert faults(stranger) == {"sockjs_info": "certificate_name"}


def test_the_split_is_missing() -> None:
    with probe_servers.ddp_server(Streamer(info=probe_servers.MONOLITH_INFO)) as port:
        health = probe(f"http://127.0.0.1:{port}")
    assert faults(health) == {"sockjs_info": "split_missing"}
    assert sentence(health, "sockjs_info").startswith("The monolith answered /sockjs/info, not ddp-streamer")


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


def test_a_redirect_is_named_and_not_followed() -> None:
    answer = probe_servers.Page("", 301, {"Location": "https://chat.test/sockjs/info"})
    with probe_servers.http_server(lambda _path: answer) as server:
        health = probe(server.url)
    assert faults(health) == {"sockjs_info": "redirected"}
    assert "https://chat.test/sockjs/info" in sentence(health, "sockjs_info")


@pytest.mark.parametrize("location", ["/login", "https://chat.test/websocket", "ws://127.0.0.1/websocket"])
def test_a_redirect_instead_of_an_upgrade(location: str) -> None:
    info = probe_servers.Page(json.dumps(probe_servers.STREAMER_INFO))
    moved = probe_servers.Page("", 302, {"Location": location})
    with probe_servers.http_server(lambda path: moved if path.endswith("/websocket") else info) as server:
        health = probe(server.url)
    assert faults(health) == {"websocket": "upgrade_refused", "sockjs_websocket": "upgrade_refused"}
    assert "status 302" in sentence(health, "websocket")


@pytest.mark.parametrize("status", [200, 400, 426])
def test_the_proxy_strips_the_upgrade_headers(status: int) -> None:
    with probe_servers.ddp_server(Streamer(answers={"/websocket": (status, "ok")})) as port:
        health = probe(f"http://127.0.0.1:{port}")
    assert faults(health) == {"websocket": "upgrade_stripped", "sockjs_websocket": "upgrade_stripped"}
    assert skipped(health) == ["ddp_connect", "ddp_ping", "sockjs_connect"]
    assert "the proxy strips the Upgrade and Connection headers" in sentence(health, "websocket")


@pytest.mark.parametrize(("status", "fault"), [(502, "upstream_down"), (504, "upstream_silent")])
@pytest.mark.parametrize(
    ("answers", "ill", "culprit"),
    [
        (["/sockjs/info", "/websocket"], ["sockjs_info", "websocket", "sockjs_websocket"], "ddp-streamer"),
        (["/"], ["monolith"], "monolith"),
    ],
)
def test_an_upstream_is_down(status: int, fault: str, answers: list[str], ill: list[str], culprit: str) -> None:
    with probe_servers.ddp_server(Streamer(answers=dict.fromkeys(answers, (status, "<html>")))) as port:
        health = probe(f"http://127.0.0.1:{port}")
    assert faults(health) == dict.fromkeys(ill, fault)
    assert all(culprit in sentence(health, name) for name in ill)


@pytest.mark.parametrize(
    ("switches", "fault"),
    [
        ({"silent": True}, "silent_timeout"),
        ({"close_code": 1002}, "closed"),
        ({"version": "pre1"}, "ddp"),
    ],
)
def test_ddp_goes_wrong(switches: Mapping[str, Any], fault: str) -> None:
    with probe_servers.ddp_server(Streamer(**switches)) as port:
        health = probe(f"http://127.0.0.1:{port}")
    assert faults(health) == {"ddp_connect": fault, "sockjs_connect": fault}
    assert skipped(health) == ["ddp_ping"]
    assert health.ping_ms is None


def test_sockjs_framing_is_missing() -> None:
    with probe_servers.ddp_server(Streamer(always_plain=True)) as port:
        health = probe(f"http://127.0.0.1:{port}")
    assert faults(health) == {"sockjs_connect": "framing"}


def test_an_upgrade_that_hangs_is_bounded() -> None:
    started = time.monotonic()
    with probe_servers.raw_server(probe_servers.hang) as port:
        health = probe(f"http://127.0.0.1:{port}")
        took = time.monotonic() - started
    assert faults(health) == {
        "sockjs_info": "read_timeout",
        "websocket": "upgrade_timeout",
        "sockjs_websocket": "upgrade_timeout",
        "monolith": "read_timeout",
    }
    assert took < 4 * ONCE.request_timeout + 1


def test_no_way_to_the_proxy_is_said_once() -> None:
    health = probe(f"http://127.0.0.1:{probe_servers.free_port()}")
    assert faults(health) == {"sockjs_info": "refused"}
    assert skipped(health) == PATH[1:]


def test_waits_until_the_deadline_and_no_longer() -> None:
    streamer = Streamer(silent=True)
    with probe_servers.ddp_server(streamer) as port:
        started = time.monotonic()
        health = probe(f"http://127.0.0.1:{port}", Patience(timeout=1.5, request_timeout=5))
        took = time.monotonic() - started
        assert faults(health)["ddp_connect"] == "silent_timeout"
        assert 1.4 < took < 2.5
        streamer.silent = False
        assert probe(f"http://127.0.0.1:{port}", Patience(timeout=1.5)).healthy


@pytest.mark.parametrize("url", ["chat.test", "http://chat.test/?x=1", "http://chat.test/#x"])
def test_a_wrong_url_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="root URL|does not begin with http"):
        probe(url)


def test_the_module_names_every_check_that_failed() -> None:
    with probe_servers.ddp_server(Streamer(info=probe_servers.MONOLITH_INFO)) as port:
        url = f"http://127.0.0.1:{port}"
        failed = probe_servers.run_module("ddp_health", {"url": url, "timeout": 0})
    with probe_servers.ddp_server(Streamer()) as port:
        fine = probe_servers.run_module("ddp_health", {"url": f"http://127.0.0.1:{port}"}, check=False)
    assert failed["msg"].startswith(f"Clients cannot use Rocket.Chat at {url}:\n- sockjs_info: The monolith answered")
    assert (fine["changed"], fine["healthy"], fine["attempts"]) == (False, True, 1)
    assert [check["name"] for check in fine["checks"]] == PATH
