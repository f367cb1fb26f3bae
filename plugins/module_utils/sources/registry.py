# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks a registry whether it has an image for a host: its HTTP API V2, with the authentication by tokens.

distribution.github.io/distribution/spec: "api" and "auth/token". Only reads.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..probing.clock import remaining
from ..probing.fault import Fault
from ..probing.fetching import sanitized
from .credentials import Login, login
from .reference import DOCKER_HUB, Reference
from .way import Way

_REQUEST_TIMEOUT = 8.0
_BODY_MAX = 4 * 1024 * 1024
# RFC 9110, 15.5.8
_PROXY_WANTS_LOGIN = 407
# Python's http.client, HTTPConnection._tunnel
_NO_TUNNEL = "Tunnel connection failed: "
_LISTS = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
_MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
# Of uname -m, as images call it (go.dev/doc/install/source#environment, GOARCH).
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Question:
    """``architecture``: of the host, as uname says."""

    reference: Reference
    architecture: str
    way: Way
    until: float

    def ask(self) -> str:
        """The digest that the reference stands for now, "" where the registry does not say.

        Raises Fault: `missing`, `denied`, `login`, `refused`, `platform`, `certificate`, `proxy` or `unreachable`.
        `unknown` where only the engine itself, or its client, can ask.
        """
        found = login(self.reference.registry)
        if found.fault:
            raise Fault(
                "login", f"Docker's client cannot find out the login to {self.reference.registry}: {found.fault}"
            )
        mirrors = self.way.mirrors if self.reference.registry == DOCKER_HUB else []
        for url in mirrors:
            try:
                return self._ask_at(url, Login())
            except Fault:
                # as the engine does, which goes on to the next and at last to the registry itself
                continue
        host = self.reference.host
        try:
            return self._ask_at(f"https://{host}", found)
        except Fault as fault:
            if fault.kind not in ("unreachable", "certificate", "proxy") or not self.way.is_insecure(host):
                raise
        return self._ask_at(f"http://{host}", found)

    def _ask_at(self, url: str, found: Login) -> str:
        # Docker Hub counts a GET as a pull, and no HEAD (docs.docker.com/docker-hub/usage/pulls)
        looks = self.reference.registry != DOCKER_HUB or self.architecture != "x86_64"
        talk = _Talk(self, url, found)
        path = f"/v2/{self.reference.repository}/manifests/{self.reference.version}"
        answer = talk.get(path, "GET" if looks else "HEAD")
        if answer.status != 200:
            raise _refusal(self.reference, answer, found)
        wanted = ARCHITECTURES.get(self.architecture)
        built = _architectures(talk, self.reference, answer.body) if looks and wanted else set()
        check_architecture(built, wanted)
        # distribution.github.io/distribution/spec/api, "Existing Manifests"
        return answer.headers.get("docker-content-digest", "")


def check_architecture(built: set[str], wanted: str | None) -> None:
    """``built``: those that an image is made for, empty where that is not known."""
    if built and wanted and wanted not in built:
        raise Fault("platform", f"made for {', '.join(sorted(built))}, and the host is {wanted}")


class _Talk:
    """With one registry, about one image."""

    def __init__(self, question: Question, url: str, found: Login) -> None:
        self._until, self._url, self._login = question.until, url, found
        self._opener = question.way.opener(urllib.parse.urlsplit(url).netloc)
        self._way = question.way
        self._repository = question.reference.repository
        self._authorization = ""

    def get(self, path: str, method: str = "GET") -> Answer:
        answer = self._request(self._url + path, method, self._authorization)
        challenge = answer.headers.get("www-authenticate", "")
        if answer.status == 401 and challenge and not self._authorization:
            self._authorization = self._authorized(challenge)
            if self._authorization:
                answer = self._request(self._url + path, method, self._authorization)
        return answer

    def _authorized(self, challenge: str) -> str:
        """The value of the header that meets a challenge, "" where nothing does."""
        scheme, _space, rest = challenge.partition(" ")
        if scheme.lower() == "basic":
            return self._login.basic
        fields = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        if scheme.lower() != "bearer" or "realm" not in fields:
            return ""
        query = {"scope": fields.get("scope") or f"repository:{self._repository}:pull"}
        if "service" in fields:
            query["service"] = fields["service"]
        url = f"{fields['realm']}?{urllib.parse.urlencode(query)}"
        opener = self._way.opener(urllib.parse.urlsplit(url).netloc)
        answer = self._request(url, "GET", self._login.basic, opener)
        try:
            told = json.loads(answer.body)
            return f"Bearer {told.get('token') or told['access_token']}" if answer.status == 200 else ""
        except (ValueError, KeyError, AttributeError):
            return ""

    def _request(
        self, url: str, method: str, authorization: str, opener: urllib.request.OpenerDirector | None = None
    ) -> Answer:
        request = urllib.request.Request(url, method=method, headers={"Accept": ", ".join((*_LISTS, *_MANIFESTS))})
        if authorization:
            # a redirect leads to somebody else's storage
            request.add_unredirected_header("Authorization", authorization)
        try:
            with (opener or self._opener).open(request, timeout=min(_REQUEST_TIMEOUT, remaining(self._until))) as got:
                return Answer(got.status, _lower(got.headers), got.read(_BODY_MAX))
        except urllib.error.HTTPError as error:
            with error:
                answer = Answer(error.code, _lower(error.headers), error.read(_BODY_MAX))
            if error.code == _PROXY_WANTS_LOGIN:
                raise _of_proxy(self._proxy(url), url, f"{error.code} {error.reason}") from None
            return answer
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _unreachable(url, self._proxy(url), error) from None

    def _proxy(self, url: str) -> str:
        """Without its password."""
        parts = urllib.parse.urlsplit(url)
        proxy = urllib.parse.urlsplit(self._way.proxies.of(parts.scheme, parts.netloc))
        return f"{proxy.scheme}://{proxy.netloc.rpartition('@')[2]}" if proxy.netloc else ""


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _architectures(talk: _Talk, reference: Reference, body: bytes) -> set[str]:
    """Of a list of manifests those that it names, of a single one what its configuration says; empty if unknown."""
    try:
        manifest = json.loads(body)
        if "manifests" in manifest:
            return architectures(one.get("platform") or {} for one in manifest["manifests"])
        answer = talk.get(f"/v2/{reference.repository}/blobs/{manifest['config']['digest']}")
        return architectures([json.loads(answer.body)]) if answer.status == 200 else set()
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()


def architectures(platforms: Any) -> set[str]:
    """What is no image, as an attestation, is called `unknown`."""
    found = {one.get("architecture", "") for one in platforms if one.get("os") == "linux"}
    return found - {"", "unknown"}


def _refusal(reference: Reference, answer: Answer, found: Login) -> Fault:
    said = _said(answer)
    quoted = f': "{said}"' if said else ""
    if answer.status == 404:
        return Fault("missing", f"{reference.registry} does not have this (it answers 404{quoted})")
    if answer.status in (401, 403):
        if not found.known:
            return Fault("unknown", "a login that only Docker's own client can use is needed")
        who = f"its user {found.user}" if found.user else "a client without a login"
        return Fault("denied", f"{reference.registry} refuses this to {who} (it answers {answer.status}{quoted})")
    return Fault("refused", f"{reference.registry} does not give this now (it answers {answer.status}{quoted})")


def _said(answer: Answer) -> str:
    try:
        [first, *_others] = json.loads(answer.body)["errors"]
        return sanitized(str(first.get("message") or first.get("code") or ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


def _unreachable(url: str, proxy: str, error: Exception) -> Fault:
    reason = getattr(error, "reason", error)
    peer = urllib.parse.urlsplit(url).netloc
    if isinstance(reason, ssl.SSLCertVerificationError):
        return Fault("certificate", f"the certificate of {peer} is not trusted: {reason.verify_message}")
    told = sanitized(str(getattr(reason, "strerror", None) or reason))
    if proxy and told.startswith(_NO_TUNNEL):
        return _of_proxy(proxy, url, told[len(_NO_TUNNEL) :])
    if proxy and not isinstance(reason, ssl.SSLError):
        return Fault("proxy", f"the proxy {proxy} on the way to {peer} does not answer: {told}")
    return Fault("unreachable", f"{peer} does not answer: {told}")


def _of_proxy(proxy: str, url: str, said: str) -> Fault:
    peer = urllib.parse.urlsplit(url).netloc
    return Fault("proxy", f"the proxy {proxy} does not let the host through to {peer} (it answers {said})")
