# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A firewall between containers and the host is told from a server that is away, over real sockets."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.containers import way


@pytest.fixture
def server() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture(autouse=True)
def container(monkeypatch: pytest.MonkeyPatch) -> None:
    """One runs, and its network is this machine's."""
    monkeypatch.setattr(way, "_running", lambda names, _socket: dict.fromkeys(names, (1, [])))
    monkeypatch.setattr(way.network, "socket_of", lambda _process, *kind: socket.socket(*kind))


def firewall(monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    """In the network of the container connections end like this."""

    class Kept(socket.socket):
        def connect(self, _address: object) -> None:
            raise error

    monkeypatch.setattr(way.network, "socket_of", lambda _process, *kind: Kept(*kind))


def test_open_way(server: str) -> None:
    assert way.blocked({server: "MongoDB"}, ["account-1"], "/nowhere") == []


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (TimeoutError(), "silent"),
        (OSError(errno.ECONNREFUSED, ""), "rejected"),
        (OSError(errno.EHOSTUNREACH, ""), "rejected"),
        # the container is in no network any more: another question's to tell
        (OSError(errno.ENETUNREACH, ""), ""),
    ],
)
def test_blocked_way(monkeypatch: pytest.MonkeyPatch, server: str, error: OSError, fault: str) -> None:
    firewall(monkeypatch, error)
    monkeypatch.setattr(way, "keeper", lambda: "ufw")
    told = {"address": server, "part": "MongoDB", "fault": fault, "containers": [], "firewall": "ufw"}
    assert way.blocked({server: "MongoDB"}, ["account-1"], "/nowhere") == ([told] if fault else [])


def test_only_some_containers_are_kept_from_it(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    """As by rules about an address."""
    monkeypatch.setattr(way, "_running", lambda _names, _socket: {"account-1": (1, []), "presence-1": (2, [])})
    monkeypatch.setattr(way, "_attempt_within", lambda process, _address: "rejected" if process == 2 else "")
    [told] = way.blocked({server: "NATS"}, ["account-1", "presence-1"], "/nowhere")
    assert (told["part"], told["containers"], told["fault"]) == ("NATS", ["presence-1"], "rejected")


def test_a_container_that_is_cut_off_is_kept_from_nothing(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    """Its network has no way to anywhere, and that is told of itself."""
    found = {"account-1": (1, ["172.31.250.248"]), "presence-1": (2, ["172.31.250.246"])}
    monkeypatch.setattr(way, "_running", lambda _names, _socket: found)
    monkeypatch.setattr(way, "reaches", lambda address: address == "172.31.250.246")
    monkeypatch.setattr(way, "_attempt_within", lambda process, _address: "silent" if process == 1 else "")
    assert way.blocked({server: "NATS"}, ["account-1", "presence-1"], "/nowhere") == []


def test_server_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """No firewall is to blame for it."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = f"127.0.0.1:{gone.getsockname()[1]}"
    firewall(monkeypatch, TimeoutError())
    assert way.blocked({address: "MongoDB"}, ["account-1"], "/nowhere") == []


def test_no_container_to_try_it_from(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    firewall(monkeypatch, TimeoutError())
    monkeypatch.setattr(way, "_running", lambda _names, _socket: {})
    assert way.blocked({server: "MongoDB"}, ["account-1"], "/nowhere") == []
