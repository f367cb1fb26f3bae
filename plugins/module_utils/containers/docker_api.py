# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the Docker Engine API over its unix socket. Nothing but GET, and every answer ends at a deadline. No Ansible.

Which version is spoken is negotiated, because no fixed one is understood everywhere: Docker 20.10 knows none above
1.41, Docker 29 none below 1.44 (docs.docker.com/reference/api/engine, "API version matrix"; only /version and /_ping
are asked without one). What is read here looks the same in all of them.
"""

from __future__ import annotations

import calendar
import errno
import http.client
import os
import re
import socket
import subprocess
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..probing.clock import remaining
from ..probing.decoding import SHAPE_ERRORS, decoded
from ..probing.fault import Fault
from ..probing.fetching import TimedSocket, sanitized

SOCKET = "/var/run/docker.sock"
# How many questions an engine is asked at the same time.
AT_ONCE = 8

# the newest version whose answers were read when this was written
_API_VERSION = (1, 44)
_BODY_MAX = 16 * 1024 * 1024
# the engine keeps a line in pieces of 16 KiB (moby, daemon/logger/copier.go): room for as many as are asked for
_LOG_LINES = 50
_LOG_MAX = _LOG_LINES * 17 * 1024


class _UnixConnection(http.client.HTTPConnection):
    """Over an open unix socket; each of its reads and writes ends at the deadline."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        super().__init__("docker")
        self._unix = sock
        self._until = until

    def connect(self) -> None:
        self.sock = TimedSocket(self._unix, self._until)


@dataclass(frozen=True)
class Engine:
    """An engine that has said which versions it speaks."""

    socket_path: str
    version: str
    api_version: str

    def containers(self, until: float) -> list[dict[str, Any]]:
        """All containers, running or not, without their settings; one that is just being removed has lost its names."""
        found = self._read("/containers/json?all=1", until)
        if not isinstance(found, list) or not all(isinstance(entry, dict) and "Names" in entry for entry in found):
            raise not_an_engine(self.socket_path)
        return [entry for entry in found if entry["Names"]]

    def info(self, until: float) -> dict[str, Any]:
        """In which mode it works."""
        return dict(self._read("/info", until))

    def components(self, until: float) -> list[str]:
        """What it is made of: engines that only speak Docker's language tell their own name here."""
        return [entry["Name"] for entry in self._read("/version", until).get("Components") or []]

    def networks(self, until: float) -> list[dict[str, Any]]:
        """All networks with their ranges."""
        return list(self._read("/networks", until))

    def images(self, until: float) -> set[str]:
        """Their names with tag or digest; one that lost its tags is none."""
        found = self._read("/images/json", until)
        return {name for entry in found for key in ("RepoTags", "RepoDigests") for name in entry.get(key) or []}

    def volumes(self, until: float) -> list[dict[str, Any]]:
        """All of them, with where each lies on the host."""
        return list(self._read("/volumes", until).get("Volumes") or [])

    def in_registry(self, image: str, login: str, until: float) -> tuple[str, list[dict[str, Any]]]:
        """The digest and the platforms of an image that need not be here, asked of its registry by the engine on its
        own way.

        ``login``: as the header X-Registry-Auth takes it. Raises Fault where the registry does not have it.
        """
        path = f"/v{self.api_version}/distribution/{urllib.parse.quote(image)}/json"
        answer = _get(self.socket_path, path, until, _BODY_MAX, {"X-Registry-Auth": login} if login else {})
        told = _decoded(self.socket_path, *answer)
        return str((told.get("Descriptor") or {}).get("digest") or ""), list(told.get("Platforms") or [])

    def inspect(self, identity: str, until: float) -> dict[str, Any] | None:
        """State and settings of a container, None if there is none (any more)."""
        found = self._read(f"/containers/{identity}/json", until, or_none=404)
        return None if found is None else dict(found)

    def image_environment(self, identity: str, until: float) -> list[str]:
        """What an image sets in every container of it."""
        found = self._read(f"/images/{identity}/json", until, or_none=404) or {}
        return list((found.get("Config") or {}).get("Env") or [])

    def log(self, identity: str, since: int, until: float, dated: bool = False) -> bytes:
        """The last lines since a second of the epoch, as the engine frames them; ``dated``: each after its moment.

        Raises Fault, `log` where the engine says that it cannot read it; its sentence is only the reason.
        """
        query = f"stdout=1&stderr=1&tail={_LOG_LINES}&since={since}&timestamps={int(dated)}"
        url = f"/v{self.api_version}/containers/{identity}/logs?{query}"
        status, body = _get(self.socket_path, url, until, _LOG_MAX)
        if status != 200:
            raise Fault("log", _said(body) or f"status {status}")
        return body

    def _read(self, path: str, until: float, or_none: int | None = None) -> Any:
        status, body = _get(self.socket_path, f"/v{self.api_version}{path}", until, _BODY_MAX)
        return None if status == or_none else _decoded(self.socket_path, status, body)


def greet(socket_path: str, until: float) -> Engine:
    """The engine at the socket. Raises Fault: `stopped`, `silent`, `denied`, `unreachable`, `protocol` or `error`."""
    if systemd_waits_at(socket_path, until):
        raise Fault(
            "stopped",
            "The Docker Engine is stopped: systemd only holds its socket and would start it for the next docker "
            "command. `systemctl status docker` says why; start it with `sudo systemctl start docker`.",
        )
    answer = _decoded(socket_path, *_get(socket_path, "/version", until, _BODY_MAX))
    try:
        return Engine(socket_path, str(answer.get("Version", "")), negotiated(answer))
    except SHAPE_ERRORS:
        raise not_an_engine(socket_path) from None


def negotiated(answer: dict[str, Any]) -> str:
    """Ours, or the nearest to it that the engine speaks."""
    newest = _numbers(answer["ApiVersion"])
    oldest = _numbers(answer.get("MinAPIVersion") or "1.24")
    return ".".join(map(str, max(min(_API_VERSION, newest), oldest)))


def _numbers(version: str) -> tuple[int, ...]:
    found = re.findall(r"\d+", version)
    if not found:
        raise ValueError(f"{version!r} is no version")
    return tuple(map(int, found))


def systemd_waits_at(socket_path: str, until: float) -> bool:
    """Whether a connection would start a stopped engine: a question must not do that.

    `docker.socket` is "listening" as long as its service does not run, and "running" then (systemd.socket(5)).
    """
    command = ["systemctl", "show", "docker.socket", "--property=SubState,Listen"]
    try:
        shown = subprocess.run(command, capture_output=True, text=True, check=False, timeout=remaining(until)).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    held = re.search(r"^Listen=(\S+)", shown, re.MULTILINE)
    waits = re.search(r"^SubState=listening$", shown, re.MULTILINE)
    return bool(held and waits and os.path.realpath(held[1]) == os.path.realpath(socket_path))


def _get(
    socket_path: str, url: str, until: float, body_max: int, headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        try:
            sock.settimeout(remaining(until))
            sock.connect(socket_path)
            connection = _UnixConnection(sock, until)
            standard = {"User-Agent": "rocketops-health", "Connection": "close"}
            connection.request("GET", url, headers={**standard, **(headers or {})})
            response = connection.getresponse()
            return response.status, response.read(body_max)
        except OSError as error:
            raise _fault(socket_path, error) from None
        except http.client.HTTPException:
            raise not_an_engine(socket_path) from None


def _decoded(socket_path: str, status: int, body: bytes) -> Any:
    if status != 200:
        raise Fault("error", f"The Docker Engine at {socket_path} cannot answer: {_message(status, body)}.")
    try:
        return decoded(body)
    except ValueError:
        raise not_an_engine(socket_path) from None


def _message(status: int, body: bytes) -> str:
    said = _said(body)
    return f"{said} ({status})" if said else f"status {status}"


def _said(body: bytes) -> str:
    """What an engine says of an error; its messages end with no full stop."""
    try:
        return sanitized(decoded(body)["message"]).strip()
    except SHAPE_ERRORS:
        return ""


def epoch(stamp: str) -> float:
    """Docker writes UTC with nanoseconds; year 1 stands for never."""
    return max(0, calendar.timegm(time.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S")))


def not_an_engine(socket_path: str) -> Fault:
    return Fault("protocol", f"{socket_path} answers, but not as a Docker Engine does: another program listens there.")


def _fault(socket_path: str, error: OSError) -> Fault:
    if isinstance(error, (FileNotFoundError, ConnectionRefusedError)):
        how = "there is no socket" if isinstance(error, FileNotFoundError) else "nobody listens"
        return Fault(
            "stopped",
            f"The Docker Engine does not run: {how} at {socket_path}. Start it with `sudo systemctl start docker`.",
        )
    # a full queue of connections that are not taken answers EAGAIN at once
    if isinstance(error, (socket.timeout, BlockingIOError)) or error.errno == errno.EAGAIN:
        return Fault(
            "silent",
            f"The Docker Engine takes connections at {socket_path} but did not answer in time: it hangs, or starts "
            "just now. Containers run on, but nobody restarts one that ends. Look at `sudo journalctl -u docker`.",
        )
    if isinstance(error, PermissionError):
        return Fault("denied", f"No permission for {socket_path}: ask as root (become: true) or in the group docker.")
    if isinstance(error, ConnectionError):
        return Fault("protocol", f"{socket_path} closed the connection without an answer: is the engine just stopping?")
    return Fault("unreachable", f"No connection to {socket_path}: {error.strerror or error}.")
