# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks HTTP(S) endpoints until they are healthy or time is up, and says in a sentence what is wrong. No Ansible here.

Every step of a question ends at one point in time (`until`, of time.monotonic), so that an endpoint that hangs,
drips single bytes or hides behind a dead name server costs its limit and no more.
"""

from __future__ import annotations

import concurrent.futures
import errno
import heapq
import http.client
import io
import math
import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable, Protocol
from urllib.parse import urlsplit

BODY_MAX = 64 * 1024
LINE_MAX = 120
INTERVAL_MAX = 2.0

# OpenSSL's X509_V_ERR_* (openssl/x509_vfy.h)
_NOT_YET_VALID = 9
_EXPIRED = 10
_UNKNOWN_CA = (18, 19, 20, 21)
_WRONG_NAME = (62, 64)
# what OpenSSL 1.1/3.0 and 3.2+ call a peer that answers a TLS handshake in another protocol
_NOT_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE")


class Fault(Exception):
    """What is wrong: `kind` is a fixed word for programs, `sentence` is for people."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence

    @property
    def timed_out(self) -> bool:
        return self.kind.endswith("timeout")


class HasHealth(Protocol):
    """What `poll` must know of an answer."""

    @property
    def healthy(self) -> bool: ...

    @property
    def timed_out(self) -> bool: ...


# -- where to ask ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Target:
    """A parsed URL and the address to connect to, which is the URL's own unless somebody says otherwise."""

    tls: bool
    host: str
    port: int
    path: str
    connect_host: str
    connect_port: int

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"

    @property
    def peer(self) -> str:
        host = f"[{self.connect_host}]" if ":" in self.connect_host else self.connect_host
        return f"{host}:{self.connect_port}"


def parse_url(url: str, connect_to: str | None = None) -> Target:
    """Raises ValueError with a sentence when the URL or `connect_to` (host:port) is unusable."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{url!r} is not a URL ({error}).") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"{url!r} does not begin with http:// or https://.")
    if not parts.hostname or parts.hostname.startswith("."):
        raise ValueError(f"{url!r} names no host.")
    if "@" in parts.netloc:
        raise ValueError(f"The URL for {parts.hostname} carries a user or password; send an Authorization header.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii() or not path.isprintable() or " " in path:
        raise ValueError(f"{url!r} has characters in its path that must be percent-encoded.")
    tls = parts.scheme == "https"
    port = port or (443 if tls else 80)
    connect_host, connect_port = _parse_connect_to(connect_to) if connect_to else (parts.hostname, port)
    return Target(tls, parts.hostname, port, path, connect_host, connect_port)


def _parse_connect_to(text: str) -> tuple[str, int]:
    host, _colon, port = text.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"connect_to must be host:port, for example 198.18.0.11:443, but is {text!r}.")
    return host, int(port)


def tls_context(validate_certs: bool = True, ca_path: str | None = None) -> ssl.SSLContext:
    """Trusts `ca_path` alone if given, else the system's authorities. ValueError when the file cannot be used."""
    try:
        context = ssl.create_default_context(cafile=ca_path)
    except OSError as error:
        raise ValueError(f"ca_path {ca_path} cannot be used as a file of PEM certificates: {error}.") from error
    if not validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


# -- connect -----------------------------------------------------------------------------------------------------------


def remaining(until: float) -> float:
    """Seconds left; never 0, which would switch a socket to non-blocking."""
    return max(until - time.monotonic(), 0.001)


def connect(target: Target, until: float, context: ssl.SSLContext) -> socket.socket:
    """A connected socket, through TLS if the URL says so. Raises Fault."""
    sock = _connect_tcp(target, until)
    if not target.tls:
        return sock
    try:
        sock.settimeout(remaining(until))
        return context.wrap_socket(sock, server_hostname=target.host)
    except OSError as error:
        sock.close()
        raise _tls_fault(target, error) from error


def _connect_tcp(target: Target, until: float) -> socket.socket:
    addresses = _resolve(target.connect_host, target.connect_port, until)
    failure: OSError = OSError("no address")
    for tried, (family, kind, protocol, _name, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            # one address that swallows packets must leave time for the others
            sock.settimeout(remaining(until) / (len(addresses) - tried))
            sock.connect(address)
            return sock
        except OSError as error:
            sock.close()
            failure = error
    raise _connect_fault(target, failure)


def _resolve(host: str, port: int, until: float) -> list[tuple[Any, ...]]:
    """getaddrinfo knows no timeout, and a dead name server holds it for long: a thread asks that may be left behind."""
    found: queue.Queue[list[tuple[Any, ...]] | Exception] = queue.Queue(1)

    def look_up() -> None:
        try:
            found.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as error:
            found.put(error)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        answer = found.get(timeout=remaining(until))
    except queue.Empty:
        sentence = f"The name {host} did not resolve in time: does the name server answer?"
        raise Fault("resolve_timeout", sentence) from None
    if isinstance(answer, Exception):
        reason = getattr(answer, "strerror", None) or str(answer)
        raise Fault("resolve", f"The name {host} does not resolve ({reason}).")
    return answer


def _connect_fault(target: Target, error: OSError) -> Fault:
    peer = target.peer
    if isinstance(error, ConnectionRefusedError):
        return Fault("refused", f"Connection refused: nothing listens on {peer}.")
    if isinstance(error, socket.timeout) or error.errno == errno.ETIMEDOUT:
        return Fault("connect_timeout", f"No connection to {peer} in time: host down, or a firewall drops packets?")
    return Fault("unreachable", f"No connection to {peer}: {error.strerror or error}.")


def _tls_fault(target: Target, error: OSError) -> Fault:
    peer, host = target.peer, target.host
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code == _EXPIRED:
            return Fault("certificate_expired", f"The certificate of {peer} has expired: renew it.")
        if error.verify_code == _NOT_YET_VALID:
            return Fault("certificate_early", f"The certificate of {peer} is not valid yet: is a clock wrong?")
        if error.verify_code in _WRONG_NAME:
            return Fault("certificate_name", f"The certificate of {peer} is not made out for {host}.")
        if error.verify_code in _UNKNOWN_CA:
            reason = error.verify_message
            return Fault("certificate_ca", f"The certificate of {peer} comes from an unknown authority ({reason}).")
        return Fault("certificate", f"The certificate of {peer} is not valid: {error.verify_message}.")
    if isinstance(error, socket.timeout):
        return Fault("tls_timeout", f"{peer} took the connection but did not finish the TLS handshake in time.")
    if isinstance(error, ssl.SSLError) and error.reason in _NOT_TLS:
        return Fault("tls", f"{peer} does not speak TLS although the URL begins with https://.")
    if isinstance(error, (ssl.SSLEOFError, ConnectionError)):
        return Fault("tls", f"{peer} closed the connection during the TLS handshake.")
    return Fault("tls", f"The TLS handshake with {peer} failed: {getattr(error, 'reason', None) or error}.")


# -- ask once ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; of the body no more than was asked for."""

    status: int
    reason: str
    location: str | None
    body: bytes

    @property
    def first_line(self) -> str:
        """The first line with text in it, short and harmless in a terminal."""
        text = self.body[: 8 * LINE_MAX].decode("utf-8", "replace").strip()
        line = "".join(char if char.isprintable() else " " for char in text.split("\n", 1)[0].strip())
        return line if len(line) <= LINE_MAX else line[: LINE_MAX - 3] + "..."


class _TimedReader(io.RawIOBase):
    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if time.monotonic() >= self._until:
            raise socket.timeout("time is up")
        self._sock.settimeout(remaining(self._until))
        return self._sock.recv_into(buffer)


class _TimedSocket:
    """For http.client, which would grant an endpoint that drips bytes a full timeout for each of them."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(remaining(self._until))
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._sock, self._until))

    def close(self) -> None:
        """Whoever connected closes: http.client would do so before the body is read."""


def fetch(
    target: Target,
    until: float,
    context: ssl.SSLContext,
    headers: Mapping[str, str] | None = None,
    body_max: int = BODY_MAX,
) -> Answer:
    """GET the target. Follows no redirect and uses no proxy: the question is about this very endpoint. Raises Fault."""
    sock = connect(target, until, context)
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = _TimedSocket(sock, until)
    try:
        connection.request("GET", target.path, headers=_with_defaults(target, headers or {}))
        response = connection.getresponse()
        location = response.getheader("Location")
        return Answer(response.status, response.reason, location, response.read(body_max))
    except socket.timeout:
        sentence = f"{target.peer} took the connection but did not finish its answer in time."
        raise Fault("read_timeout", sentence) from None
    except ConnectionError:
        raise _closed_fault(target) from None
    except (http.client.HTTPException, OSError) as error:
        sentence = f"{target.peer} does not answer in HTTP ({type(error).__name__}): another program listens there."
        raise Fault("protocol", sentence) from None
    finally:
        sock.close()


def _with_defaults(target: Target, headers: Mapping[str, str]) -> dict[str, str]:
    defaults = {"Host": target.host_header, "User-Agent": "rocketops-health", "Connection": "close"}
    given = {name.lower() for name in headers}
    return {**{name: value for name, value in defaults.items() if name.lower() not in given}, **headers}


def _closed_fault(target: Target) -> Fault:
    # Docker's port publishing accepts for a container in which nothing listens; and a service of Rocket.Chat opens no
    # port before a monolith is on its NATS bus (observed on services of 6.14, with the bus withheld).
    return Fault(
        "reset",
        f"{target.peer} closed the connection without an answer: behind a published container port this means that "
        "the container runs but nothing in it listens (yet); a service waits like this for NATS and the monolith.",
    )


# -- ask many, again and again -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Patience:
    """How long to wait: `timeout` for everything (0: ask once), `request_timeout` for one question; in seconds."""

    timeout: float = 60.0
    request_timeout: float = 5.0
    interval: float = 0.2

    def __post_init__(self) -> None:
        if self.timeout < 0:
            raise ValueError(f"timeout must be 0 or more seconds, but is {self.timeout}.")
        if self.request_timeout <= 0 or self.interval <= 0:
            raise ValueError("request_timeout and interval must be more than 0 seconds.")

    def limit(self, stop: float) -> float:
        """When a question that begins now must be over."""
        return min(time.monotonic() + self.request_timeout, stop)


@dataclass
class Polled:
    """How one question fared: the last answer that tells something, and how it came."""

    answer: Any = None
    attempts: int = 0
    healthy_after: float | None = None

    def take(self, answer: HasHealth, started: float, stop: float) -> None:
        self.attempts += 1
        # the deadline cut this attempt short: what an earlier, complete one found out is worth more
        if not (answer.timed_out and self.answer is not None and time.monotonic() >= stop):
            self.answer = answer
        if answer.healthy:
            self.healthy_after = round(time.monotonic() - started, 3)


def poll(asks: Sequence[Callable[[float], HasHealth]], patience: Patience, concurrency: int = 1) -> list[Polled]:
    """Puts every question until its answer is healthy or time is up, at most `concurrency` at once.

    A question gets the time at which all must be over and has to respect it. Nobody is asked again before everybody
    was asked once, so that endpoints that hang cannot starve the others.
    """
    started = time.monotonic()
    stop = started + patience.timeout if patience.timeout else math.inf
    results = [Polled() for _ask in asks]
    due = [(started, number) for number in range(len(asks))]
    running: dict[concurrent.futures.Future[HasHealth], int] = {}
    with concurrent.futures.ThreadPoolExecutor(max_workers=concurrency) as pool:
        while running or (due and time.monotonic() < stop):
            while due and len(running) < concurrency and due[0][0] <= time.monotonic() < stop:
                number = heapq.heappop(due)[1]
                running[pool.submit(asks[number], stop)] = number
            can_start = due and len(running) < concurrency and time.monotonic() < stop
            for number, answer in _next_answers(running, due[0][0] if can_start else None):
                results[number].take(answer, started, stop)
                again = time.monotonic() + _pause(patience, results[number].attempts)
                if not answer.healthy and again < stop < math.inf:
                    heapq.heappush(due, (again, number))
    return results


def _next_answers(
    running: dict[concurrent.futures.Future[HasHealth], int], until: float | None
) -> list[tuple[int, HasHealth]]:
    """Takes the finished questions out of `running`; waits for the first of them, or till the next is due."""
    wait = None if until is None else remaining(until)
    if not running:
        time.sleep(wait or 0)
    done = concurrent.futures.wait(running, wait, concurrent.futures.FIRST_COMPLETED).done
    return [(running.pop(future), future.result()) for future in done]


def _pause(patience: Patience, attempts: int) -> float:
    doubled = patience.interval * float(2 ** min(attempts - 1, 16))
    return min(doubled, max(INTERVAL_MAX, patience.interval))


# -- health of endpoints -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Endpoint:
    """One URL and what a healthy answer from it looks like."""

    name: str
    url: str
    status: tuple[int, ...] = (200,)
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Attempt:
    """One answer, judged."""

    fault: Fault | None
    status: int | None
    latency_ms: float

    @property
    def healthy(self) -> bool:
        return self.fault is None

    @property
    def timed_out(self) -> bool:
        return self.fault is not None and self.fault.timed_out


@dataclass(frozen=True)
class EndpointHealth:
    """What the module returns for an endpoint."""

    name: str
    url: str
    state: str
    status: int | None
    attempts: int
    healthy_after: float | None
    latency_ms: float | None
    fault: str | None
    diagnosis: str | None


def probe_endpoints(
    endpoints: Sequence[Endpoint], patience: Patience, context: ssl.SSLContext, concurrency: int = 32
) -> list[EndpointHealth]:
    """The health of every endpoint, in the order given. ValueError when an endpoint or `concurrency` is unusable."""
    if concurrency < 1:
        raise ValueError(f"concurrency must be at least 1, but is {concurrency}.")
    asks = [_asker(endpoint, parse_url(endpoint.url), patience, context) for endpoint in endpoints]
    results = poll(asks, patience, concurrency)
    return [_health(endpoint, polled) for endpoint, polled in zip(endpoints, results)]


def _asker(
    endpoint: Endpoint, target: Target, patience: Patience, context: ssl.SSLContext
) -> Callable[[float], Attempt]:
    def ask(stop: float) -> Attempt:
        started = time.monotonic()
        status = fault = None
        try:
            answer = fetch(target, patience.limit(stop), context, endpoint.headers)
            status = answer.status
            fault = judge(endpoint, answer)
        except Fault as caught:
            fault = caught
        return Attempt(fault, status, milliseconds_since(started))

    return ask


def judge(endpoint: Endpoint, answer: Answer) -> Fault | None:
    """Whether the answer is the expected one."""
    if answer.status not in endpoint.status:
        expected = " or ".join(str(code) for code in endpoint.status)
        return Fault("status", f"{describe(answer)} instead of {expected}{quote(answer)}.")
    if endpoint.body is not None and endpoint.body not in answer.body.decode("utf-8", "replace"):
        said = f"begins with {answer.first_line!r}" if answer.body else "is empty"
        return Fault(
            "body",
            f"Answered {answer.status}, but {endpoint.body!r} is not in the body, which {said}: "
            "something other than the service answers there.",
        )
    return None


def describe(answer: Answer) -> str:
    moved = f" (redirected to {answer.location})" if answer.location else ""
    return f"Answered {answer.status} {answer.reason}".rstrip() + moved


def quote(answer: Answer) -> str:
    return f": {answer.first_line!r}" if answer.first_line else ""


def milliseconds_since(started: float) -> float:
    return round((time.monotonic() - started) * 1000, 1)


def _health(endpoint: Endpoint, polled: Polled) -> EndpointHealth:
    attempt: Attempt | None = polled.answer
    if attempt is None:
        fault: Fault | None = Fault("not_asked", "Time was up before its turn came: raise timeout or concurrency.")
    else:
        fault = attempt.fault
    return EndpointHealth(
        name=endpoint.name,
        url=endpoint.url,
        state="unhealthy" if fault else "healthy",
        status=attempt.status if attempt else None,
        attempts=polled.attempts,
        healthy_after=polled.healthy_after,
        latency_ms=attempt.latency_ms if attempt else None,
        fault=fault.kind if fault else None,
        diagnosis=fault.sentence if fault else None,
    )
