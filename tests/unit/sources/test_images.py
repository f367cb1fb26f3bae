# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a registry has an image: asked of one that speaks the API V2, with every answer that stops a pull."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.sources import credentials, images, registry
from ansible_collections.rocketops.rocketchat.plugins.module_utils.sources.credentials import Login, login
from ansible_collections.rocketops.rocketchat.plugins.module_utils.sources.reference import parse
from ansible_collections.rocketops.rocketchat.plugins.module_utils.sources.way import Way

from tests.unit.probe_servers import Page, http_server
from tests.unit.tls_authority import Authority

MANIFEST = "/v2/chat/nats/manifests/2.12"
INDEX = {"manifests": [{"platform": {"os": "linux", "architecture": "amd64"}}, {"platform": {"os": "unknown"}}]}
SINGLE = {"config": {"digest": "sha256:c0"}}
DIGEST = f"sha256:{'c0' * 32}"
NOTHING = Page(json.dumps({"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}), 404)


@pytest.fixture(autouse=True)
def nobody_is_logged_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(registry, "login", lambda host: login(host, str(tmp_path / "config.json")))


def of_registry(pages: dict[str, Page]) -> Callable[[str], Page]:
    return lambda path: pages.get(path, NOTHING)


def fault(pages: dict[str, Page], architecture: str = "x86_64", name: str = "chat/nats:2.12") -> dict[str, str] | None:
    """What is wrong with the image; a registry on loopback needs no certificate."""
    with http_server(of_registry(pages)) as server:
        found = images.ask([f"{urlsplit(server.url).netloc}/{name}"], architecture, Way(), "", 20).faults
    return found[0] if found else None


@pytest.mark.parametrize("manifest", [INDEX, SINGLE, {}])
def test_an_image_that_is_there(manifest: dict[str, Any]) -> None:
    blob = Page(json.dumps({"os": "linux", "architecture": "amd64"}))
    assert fault({MANIFEST: Page(json.dumps(manifest)), "/v2/chat/nats/blobs/sha256:c0": blob}) is None


def test_a_registry_says_what_a_tag_stands_for() -> None:
    """And not of which of them, where one does not."""
    manifest, silent = (Page(json.dumps(INDEX), headers=one) for one in ({"Docker-Content-Digest": DIGEST}, {}))
    pages = {MANIFEST: manifest, "/v2/chat/other/manifests/1": silent}
    with http_server(of_registry(pages)) as server:
        host = urlsplit(server.url).netloc
        told = images.ask([f"{host}/chat/nats:2.12", f"{host}/chat/other:1"], "x86_64", Way(), "", 20)
    assert (told.faults, told.digests) == ([], {f"{host}/chat/nats:2.12": DIGEST})


@pytest.mark.parametrize("manifest", [INDEX, SINGLE])
def test_an_image_for_other_processors(manifest: dict[str, Any]) -> None:
    blob = Page(json.dumps({"os": "linux", "architecture": "amd64"}))
    found = fault({MANIFEST: Page(json.dumps(manifest)), "/v2/chat/nats/blobs/sha256:c0": blob}, "aarch64")
    assert found
    assert (found["kind"], found["sentence"]) == ("platform", "made for amd64, and the host is arm64")


def test_an_image_that_is_not_there() -> None:
    found = fault({})
    assert found
    assert found["kind"] == "missing"
    assert found["sentence"] == f'{found["registry"]} does not have this (it answers 404: "manifest unknown")'


@pytest.mark.parametrize(("status", "kind"), [(401, "denied"), (403, "denied"), (429, "refused"), (503, "refused")])
def test_a_registry_that_does_not_give_it(status: int, kind: str) -> None:
    found = fault({MANIFEST: Page("<html>", status)})
    assert found
    assert found["kind"] == kind
    assert f"answers {status})" in found["sentence"]


def test_a_registry_that_nobody_answers_for() -> None:
    with http_server(of_registry({})) as server:
        gone = urlsplit(server.url).netloc
    [found] = images.ask([f"{gone}/nats:1"], "x86_64", Way(), "", 20).faults
    assert (found["kind"], found["sentence"]) == ("unreachable", f"{gone} does not answer: Connection refused")


def test_a_registry_that_is_too_slow_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry.Question, "ask", lambda question: time.sleep(30))
    [found] = images.ask(["registry.example.com/nats:1"], "x86_64", Way(), "", 0).faults
    assert found["kind"] == "unreachable"


def test_a_token_is_fetched_with_the_login_and_never_sent_elsewhere(tmp_path: Path) -> None:
    user = base64.b64encode(b"me:secret").decode()
    with http_server(lambda path: Page(json.dumps({"token": "T0KEN"}))) as authority:
        challenge = f'Bearer realm="{authority.url}/token",service="registry"'

        def answer(path: str) -> Page:
            given = server.requests[-1][1].get("Authorization")
            if given == "Bearer T0KEN":
                return Page(json.dumps(INDEX))
            return Page(status=401, headers={"WWW-Authenticate": challenge})

        with http_server(answer) as server:
            host = urlsplit(server.url).netloc
            (tmp_path / "config.json").write_text(json.dumps({"auths": {host: {"auth": user}}}))
            assert images.ask([f"{host}/chat/nats:2.12"], "x86_64", Way(), "", 20).faults == []
    [(path, headers)] = authority.requests
    assert path == "/token?scope=repository%3Achat%2Fnats%3Apull&service=registry"
    assert headers["Authorization"] == f"Basic {user}"


@pytest.mark.parametrize("planned", [True, False])
def test_the_planned_authority_of_a_registry_is_trusted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, planned: bool
) -> None:
    """Before it is on the host."""
    monkeypatch.setattr(Way, "is_insecure", lambda self, host: False)
    authority = Authority(tmp_path)
    with http_server(of_registry({MANIFEST: Page(json.dumps(INDEX))}), authority.server_context()) as server:
        host = urlsplit(server.url).netloc
        trusted = {host: authority.ca.read_text()} if planned else {}
        found = images.ask([f"{host}/chat/nats:2.12"], "x86_64", Way(certificates=trusted), "", 20).faults
    assert [one["kind"] for one in found] == ([] if planned else ["certificate"])


@pytest.mark.parametrize("digest", [DIGEST, None])
def test_an_engine_that_runs_has_the_last_word(monkeypatch: pytest.MonkeyPatch, digest: str | None) -> None:
    """It may know a password of a proxy that nobody else can read."""
    monkeypatch.setattr(images, "_engine_finds", lambda *asked: digest)
    with http_server(of_registry({})) as server:
        image = f"{urlsplit(server.url).netloc}/chat/nats:2.12"
        told = images.ask([image], "x86_64", Way(), "/var/run/docker.sock", 20)
    assert (len(told.faults), told.digests) == ((0, {image: digest}) if digest else (1, {}))


@pytest.mark.parametrize(
    ("image", "host", "repository", "familiar"),
    [
        ("nats", "registry-1.docker.io", "library/nats", "nats:latest"),
        ("docker.io/nats:2.12-alpine", "registry-1.docker.io", "library/nats", "nats:2.12-alpine"),
        ("rocketchat/account-service:8.9.1", "registry-1.docker.io", "rocketchat/account-service", None),
        ("registry.rocket.chat/rocketchat/rocket.chat:8.9.1", "registry.rocket.chat", "rocketchat/rocket.chat", None),
        ("mirror:5000/library/nats:2", "mirror:5000", "library/nats", None),
        ("localhost/nats:2", "localhost", "nats", None),
        ("mirror:5000/nats@sha256:c0", "mirror:5000", "nats", None),
        ("nats:2@sha256:c0", "registry-1.docker.io", "library/nats", "nats@sha256:c0"),
    ],
)
def test_names_of_images_are_read_as_docker_does(image: str, host: str, repository: str, familiar: str | None) -> None:
    found = parse(image)
    assert (found.host, found.repository, found.familiar) == (host, repository, familiar or image)


HUB = "https://index.docker.io/v1/"


@pytest.mark.parametrize(
    ("config", "registry_host", "expected"),
    [
        ({"auths": {"mirror:5000": {"auth": "bWU6czpjcmV0"}}}, "mirror:5000", Login("me", "s:cret")),
        ({"auths": {"https://mirror:5000": {"auth": "bWU6czpjcmV0"}}}, "mirror:5000", Login("me", "s:cret")),
        ({"auths": {HUB: {"auth": "bWU6czpjcmV0"}}}, "docker.io", Login("me", "s:cret")),
        ({"auths": {"other:5000": {"auth": "bWU6czpjcmV0"}}}, "mirror:5000", Login()),
        ({"auths": {"mirror:5000": {"identitytoken": "x"}}}, "mirror:5000", Login(known=False)),
        ({"auths": {"mirror:5000": {"registrytoken": "x"}}}, "mirror:5000", Login(known=False)),
        ({"auths": {"mirror:5000": {}}}, "mirror:5000", Login()),
        ({"auths": []}, "mirror:5000", Login()),
        ({"auths": {"mirror:5000": {"auth": "?"}}}, "mirror:5000", Login()),
    ],
)
def test_logins_are_those_of_dockers_client(tmp_path: Path, config: Any, registry_host: str, expected: Login) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    assert login(registry_host, str(path)) == expected


def test_a_login_that_a_helper_keeps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    helper = tmp_path / "docker-credential-test"
    helper.write_text('#!/bin/sh\nread name; echo "{\\"Username\\": \\"of $name\\", \\"Secret\\": \\"secret\\"}"\n')
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "config.json").write_text('{"credsStore": "test"}')
    assert credentials.login("mirror:5000", str(tmp_path / "config.json")) == Login("of mirror:5000", "secret")


def test_where_a_helper_keeps_logins_no_other_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As Docker's client does, which would pull without a login here."""
    helper = tmp_path / "docker-credential-test"
    helper.write_text("#!/bin/sh\ncat > /dev/null\necho credentials not found in native keychain\nexit 1\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    config = {"credHelpers": {"mirror:5000": "test"}, "auths": {"mirror:5000": {"auth": "bWU6czpjcmV0"}}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert credentials.login("mirror:5000", str(tmp_path / "config.json")) == Login()


@pytest.mark.parametrize(
    ("host", "insecure"),
    [("127.0.0.1:5000", True), ("localhost", True), ("plain:80", True), ("10.2.0.9", True), ("mirror:5000", False)],
)
def test_insecure_registries_are_the_engines(host: str, insecure: bool) -> None:
    assert Way({"insecure-registries": ["plain:80", "10.0.0.0/8"]}).is_insecure(host) is insecure


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (None, "docker-credential-test cannot be run: No such file or directory"),
        ("echo locked; exit 1", "docker-credential-test fails: locked"),
        ("echo s3cret", "docker-credential-test answers something else than a login"),
    ],
)
def test_a_helper_that_does_not_work_keeps_compose_from_any_pull(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str | None, said: str
) -> None:
    """Also where the engine would get the image without a login."""
    if script:
        (tmp_path / "docker-credential-test").write_text(f"#!/bin/sh\ncat > /dev/null\n{script}\n")
        (tmp_path / "docker-credential-test").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(images, "_engine_finds", lambda *asked: True)
    (tmp_path / "config.json").write_text('{"credsStore": "test"}')
    [found] = images.ask(["mirror.example.com/nats:1"], "x86_64", Way(), "/var/run/docker.sock", 20).faults
    expected = f"Docker's client cannot find out the login to mirror.example.com: {said}"
    assert (found["kind"], found["sentence"]) == ("login", expected)
