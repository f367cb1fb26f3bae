# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers on loopback for the probes to ask: healthy ones and ones with every fault we name."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Page:
    """What a path answers, and how long that takes."""

    body: str = "ok"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0


@dataclass
class Seen:
    """What a server saw of its clients."""

    url: str
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that give up are part of the tests."""


@contextlib.contextmanager
def http_server(
    answer: Callable[[str], Page],
    context: ssl.SSLContext | None = None,
    address: tuple[str, int] = ("127.0.0.1", 0),
    refuse_tunnels: int = 501,
) -> Iterator[Seen]:
    seen = Seen("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with seen.lock:
                seen.requests.append((self.path, dict(self.headers)))
                seen.at_once += 1
                seen.most_at_once = max(seen.most_at_once, seen.at_once)
            page = answer(self.path)
            time.sleep(page.delay)
            with seen.lock:
                seen.at_once -= 1
            body = page.body.encode()
            self.send_response(page.status)
            for name, value in {"Content-Length": str(len(body)), **page.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_CONNECT(self) -> None:
            """As a proxy that leads nowhere."""
            with seen.lock:
                seen.requests.append((self.path, dict(self.headers)))
            self.send_error(refuse_tunnels)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = _HttpServer(address, Handler)
    if context:
        # the handshake belongs into the handler's thread, not into accept()
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    seen.url = f"{'https' if context else 'http'}://{address[0]}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def raw_server(behave: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """Accepts and does with each connection what it is told, until the event says the test is over. Yields the port."""
    over = threading.Event()
    # so that a product without a limit fails its test instead of stopping it for ever
    end = threading.Timer(30, over.set)
    end.start()
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.settimeout(0.05)

    def serve_one(sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError):
            behave(sock, over)

    def accept() -> None:
        while not over.is_set():
            with contextlib.suppress(socket.timeout):
                threading.Thread(target=serve_one, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        end.cancel()
        over.set()
        thread.join()
        listener.close()


def hang(_sock: socket.socket, over: threading.Event) -> None:
    over.wait(60)


def hang_up(sock: socket.socket, _over: threading.Event) -> None:
    sock.recv(4096)


def say(text: str) -> Callable[[socket.socket, threading.Event], None]:
    def behave(sock: socket.socket, _over: threading.Event) -> None:
        sock.recv(4096)
        sock.sendall(text.encode())

    return behave


def greet(text: str) -> Callable[[socket.socket, threading.Event], None]:
    """Speaks first, as servers of other protocols do."""

    def behave(sock: socket.socket, _over: threading.Event) -> None:
        sock.sendall(text.encode())
        sock.recv(4096)

    return behave


def drip(sock: socket.socket, over: threading.Event) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not over.wait(0.05):
        sock.sendall(b"x")


def drip_a_while(sock: socket.socket, over: threading.Event) -> None:
    """Long enough for a timeout that begins anew with each byte to take twice its time."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _byte in range(9):
        over.wait(0.05)
        sock.sendall(b"x")
    over.wait(60)


def continue_forever(sock: socket.socket, over: threading.Event) -> None:
    while not over.is_set():
        # so much at once that the reader never waits
        sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000)


@contextlib.contextmanager
def deaf_port() -> Iterator[int]:
    """A port that answers no connection attempt, as behind a firewall that drops: its queue is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _queued in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@contextlib.contextmanager
def dead_name_server() -> Iterator[str]:
    """Takes questions and answers none. Yields its address; PermissionError if we may not listen on port 53."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.53.53", 53))
        yield "127.0.53.53"


_CHILD = """
import dataclasses, json, os, resource, sys, threading, time
sys.path.insert(0, sys.argv[1])
from ansible_collections.rocketops.rocketchat.plugins.module_utils.http import probe as http_probe
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.tls import Trust

options = json.load(sys.stdin)
endpoints = [http_probe.Endpoint(url, url) for url in options["urls"]]
timeouts = http_probe.Timeouts(options["timeout"], options["request_timeout"])
over, threads, descriptors = threading.Event(), [0], [0]

def watch():
    while not over.wait(0.005):
        threads.append(threading.active_count())
        descriptors.append(len(os.listdir("/proc/self/fd")))

watcher = threading.Thread(target=watch)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
watcher.start()
started = time.monotonic()
results = http_probe.probe_endpoints(endpoints, timeouts, Trust(), options["concurrency"])
seconds = time.monotonic() - started
over.set()
watcher.join()
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
peak = {"threads": max(threads), "descriptors": max(descriptors), "kibibytes": after - before, "seconds": seconds}
print(json.dumps({"results": [dataclasses.asdict(result) for result in results], "peak": peak}))
"""


@dataclass
class Measured:
    """What a process of its own found out, and what it needed for that."""

    results: list[dict[str, Any]]
    threads: int
    descriptors: int
    kibibytes: int
    seconds: float


def probe_in_child(
    urls: Sequence[str],
    timeout: float = 0,
    request_timeout: float = 1,
    concurrency: int = 32,
    within: Sequence[str] = (),
) -> Measured:
    """Asks in a process of its own, started by the command `within` if there is one."""
    options = {"urls": urls, "timeout": timeout, "request_timeout": request_timeout, "concurrency": concurrency}
    command = [*within, sys.executable, "-c", _CHILD, str(ROOT / ".cache" / "collections")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30, input=json.dumps(options))
    answer = json.loads(done.stdout)
    return Measured(answer["results"], **answer["peak"])


def with_names(directory: Path, hosts: str = "", resolv: str = "") -> list[str]:
    """A command that gives another one /etc/hosts and /etc/resolv.conf of its own. Needs root."""
    (directory / "hosts").write_text(hosts)
    (directory / "resolv.conf").write_text(resolv)
    mounts = 'mount --bind "$0/hosts" /etc/hosts && mount --bind "$0/resolv.conf" /etc/resolv.conf && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", mounts, str(directory)]


def free_port() -> int:
    """Below those that the kernel gives away by itself: nobody else gets it before it is used, as other tests run, too.

    From 32768 on: /proc/sys/net/ipv4/ip_local_port_range.
    """
    while True:
        port = 10_000 + secrets.randbelow(22_000)
        with socket.socket() as sock, contextlib.suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port
