# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way the engine goes to a registry: through which proxy, from where it knows that, and what keeps it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.sources import environment, images
from ansible_collections.rocketops.rocketchat.plugins.module_utils.sources.proxies import Proxies
from ansible_collections.rocketops.rocketchat.plugins.module_utils.sources.way import Way

from tests.unit.probe_servers import Page, Seen, http_server

IMAGE = "registry.example.com/chat/nats:2.12"
INDEX = json.dumps({"manifests": [{"platform": {"os": "linux", "architecture": "amd64"}}]})


# -- the rules of Go's library -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exceptions", "host", "directly"),
    [
        ("", "registry.example.com", False),
        ("", "localhost:5000", True),
        ("", "127.0.0.1:5000", True),
        ("", "[::1]:5000", True),
        ("*", "registry.example.com", True),
        ("example.com", "registry.example.com", True),
        ("example.com", "example.com", True),
        ("Example.COM", "EXAMPLE.com:5000", True),
        (" other.com , example.com", "example.com", True),
        ("example.com", "notexample.com", False),
        # only what is below it
        (".example.com", "registry.example.com", True),
        (".example.com", "example.com", False),
        ("*.example.com", "registry.example.com", True),
        ("*.example.com", "example.com", False),
        ("example.com:5000", "registry.example.com:5000", True),
        ("example.com:5000", "registry.example.com", False),
        ("example.com:443", "registry.example.com", True),
        ("10.0.0.0/8", "10.1.2.3:5000", True),
        ("10.0.0.0/8", "11.1.2.3:5000", False),
        ("10.0.0.0/8", "registry.example.com", False),
        ("10.1.2.3", "10.1.2.3:5000", True),
        ("10.1.2.3:80", "10.1.2.3:5000", False),
        ("fd00::1", "[fd00::1]:5000", True),
        ("[fd00::1]:5000", "[fd00::1]:5000", True),
    ],
)
def test_exceptions(exceptions: str, host: str, directly: bool) -> None:
    found = Proxies("http://plain:1", "http://proxy:3128", exceptions).of("https", host)
    assert found == ("" if directly else "http://proxy:3128")


def test_a_proxy_without_a_scheme_speaks_http() -> None:
    assert Proxies(https="proxy:3128").of("https", "mirror") == "http://proxy:3128"
    assert Proxies(https="proxy:3128").of("http", "mirror") == ""


@pytest.mark.parametrize(
    ("settings", "variables", "expected"),
    [
        ({}, {}, Proxies()),
        ({}, {"https_proxy": "http://low", "HTTPS_PROXY": "http://high"}, Proxies("", "http://high", "")),
        # each by itself, as the engine sets each variable anew
        ({"https-proxy": "http://set"}, {"HTTPS_PROXY": "http://a", "NO_PROXY": "b"}, Proxies("", "http://set", "b")),
        (
            {"no-proxy": "c", "http-proxy": ""},
            {"http_proxy": "http://a", "NO_PROXY": "b"},
            Proxies("http://a", "", "c"),
        ),
    ],
)
def test_settings_take_the_place_of_variables(
    settings: dict[str, Any], variables: dict[str, str], expected: Proxies
) -> None:
    assert Way({"proxies": settings}, environment=variables).proxies == expected


# -- the environment of the engine -------------------------------------------------------------------------------------


@pytest.fixture
def unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What systemd says, and has below a directory; somebody's login has a proxy that is not the engine's."""
    told: dict[str, Any] = {"pid": 0, "show": "LoadState=not-found\n", "all": "", "root": tmp_path}
    monkeypatch.setenv("HTTPS_PROXY", "http://of-the-login:1")
    monkeypatch.setattr(environment, "DIRECTORIES", (f"{tmp_path}/usr", f"{tmp_path}/etc"))
    monkeypatch.setattr(environment, "main_process", lambda name: told["pid"])
    monkeypatch.setattr(environment, "output", lambda command: told["all" if "show-environment" in command else "show"])
    yield told


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def test_a_login_is_not_the_engine(unit: dict[str, Any]) -> None:
    assert environment.of_engine(goes_on=False) == {}


def test_an_engine_that_is_not_there_yet_will_have_its_drop_ins(unit: dict[str, Any]) -> None:
    root = unit["root"]
    unit["all"] = "PATH=/bin\nNO_PROXY=of-all\n"
    write(root / "usr/docker.service.d/10-a.conf", "[Service]\nEnvironment=HTTP_PROXY=http://hidden\n")
    write(root / "etc/docker.service.d/10-a.conf", "[Service]\nEnvironment=\"HTTP_PROXY=http://a\" 'NO_PROXY=b,c d'\n")
    write(root / "etc/service.d/z.conf", "[Service]\nEnvironment=HTTP_PROXY=http://of-every-service\n")
    write(
        root / "etc/docker.service.d/20-b.conf", f"# x\n[Service]\nEnvironmentFile=-{root}/file\nEnvironmentFile=-/no\n"
    )
    write(root / "file", "# PATH=/x\nHTTPS_PROXY='http://file:1'\n")
    expected = {"PATH": "/bin", "HTTP_PROXY": "http://a", "NO_PROXY": "b,c d", "HTTPS_PROXY": "http://file:1"}
    assert environment.of_engine(goes_on=False) == expected
    write(root / "etc/docker.service.d/30-c.conf", "[Service]\nEnvironment=\nEnvironmentFile=\n")
    assert environment.of_engine(goes_on=False) == {"PATH": "/bin", "NO_PROXY": "of-all"}


def test_an_engine_that_is_stopped_will_have_what_its_unit_says(unit: dict[str, Any]) -> None:
    write(unit["root"] / "default", "NO_PROXY=file\n")
    unit["show"] = (
        'LoadState=loaded\nEnvironment=HTTPS_PROXY=http://unit:1 "NO_PROXY=a b"\n'
        f"EnvironmentFiles={unit['root']}/default (ignore_errors=yes)\n"
    )
    assert environment.of_engine(goes_on=False) == {"HTTPS_PROXY": "http://unit:1", "NO_PROXY": "file"}


def test_an_engine_that_runs_has_what_it_was_started_with(
    unit: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    unit["pid"] = "42"
    monkeypatch.setattr(environment, "text", {"/proc/42/environ": "HTTP_PROXY=http://process:1\0PATH=/bin\0"}.get)
    assert environment.of_engine(goes_on=True) == {"HTTP_PROXY": "http://process:1", "PATH": "/bin"}
    assert environment.of_engine(goes_on=False) == {}, "it is started anew"


# -- on the way --------------------------------------------------------------------------------------------------------


def through(proxy: str, image: str = IMAGE, **settings: Any) -> dict[str, str] | None:
    proxies = {"http-proxy": proxy, "https-proxy": proxy}
    found = images.ask([image], "x86_64", Way({"proxies": proxies, **settings}), "", 20).faults
    return found[0] if found else None


def place(server: Seen) -> str:
    return urlsplit(server.url).netloc


@pytest.mark.parametrize(("status", "said"), [(403, "403 Forbidden"), (407, "407 Proxy Authentication Required")])
def test_a_proxy_that_refuses(status: int, said: str) -> None:
    """The server knows no CONNECT, and answers with what is patched in."""
    with http_server(lambda path: Page(), refuse_tunnels=status) as server:
        found = through(f"http://me:s3cret@{place(server)}")
    assert found
    assert found["kind"] == "proxy"
    sentence = f"the proxy http://{place(server)} does not let the host through to registry.example.com (it answers "
    assert found["sentence"] == f"{sentence}{said})"


def test_a_proxy_that_does_not_answer() -> None:
    with http_server(lambda path: Page()) as server:
        gone = place(server)
    found = through(f"http://{gone}")
    assert found
    expected = f"the proxy http://{gone} on the way to registry.example.com does not answer: Connection refused"
    assert (found["kind"], found["sentence"]) == ("proxy", expected)


def test_a_proxy_is_given_its_login_and_no_exception_of_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with http_server(lambda path: Page(INDEX), refuse_tunnels=502) as server:
        proxy = f"http://me:s3%40cret@{place(server)}"
        assert through(proxy, **{"insecure-registries": ["registry.example.com"]}) is None
    [_tunnel, (url, headers)] = server.requests
    assert url == "http://registry.example.com/v2/chat/nats/manifests/2.12"
    assert headers["Proxy-Authorization"] == f"Basic {base64.b64encode(b'me:s3@cret').decode()}"


def test_a_proxy_that_wants_a_login_for_plain_http_is_not_taken_for_the_registry() -> None:
    with http_server(lambda path: Page("", 407), refuse_tunnels=502) as server:
        found = through(f"http://{place(server)}", **{"insecure-registries": ["registry.example.com"]})
    assert found
    assert found["kind"] == "proxy"


def test_a_proxy_that_only_the_engine_can_use_is_nothing_to_tell() -> None:
    assert through("socks5://proxy:1080") is None
