"""Real servers on loopback for the probes to ask: healthy ones and ones with every fault we name."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

ROOT = Path(__file__).resolve().parents[2]
STREAMER_INFO = {"websocket": True, "origins": ["*:*"], "ms": True}
MONOLITH_INFO = {"websocket": True, "origins": ["*:*"]}


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
    answer: Callable[[str], Page], context: ssl.SSLContext | None = None, address: tuple[str, int] = ("127.0.0.1", 0)
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
import dataclasses, json, sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.rocketops.rocketchat.plugins.module_utils import http_probe
patience = http_probe.Patience(timeout=0, request_timeout=1)
results = http_probe.probe_endpoints([http_probe.Endpoint("it", sys.argv[2])], patience, http_probe.tls_context())
print(json.dumps(dataclasses.asdict(results[0])))
"""


def probe_with_names(directory: Path, url: str, hosts: str = "", resolv: str = "") -> dict[str, Any]:
    """Asks a URL once in a process that has /etc/hosts and /etc/resolv.conf of its own. Needs root."""
    (directory / "hosts").write_text(hosts)
    (directory / "resolv.conf").write_text(resolv)
    mounts = 'mount --bind "$0/hosts" /etc/hosts && mount --bind "$0/resolv.conf" /etc/resolv.conf && exec "$@"'
    python = [sys.executable, "-c", _CHILD, str(ROOT / ".cache" / "collections"), url]
    command = ["unshare", "--mount", "sh", "-c", mounts, str(directory), *python]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)
    return dict(json.loads(done.stdout))


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


# -- TLS ---------------------------------------------------------------------------------------------------------------


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ca = directory / "ca.pem"
        self._request("ca", "/CN=test authority", "-x509", "-days", "2", "-out", str(self.ca))

    def _request(self, name: str, subject: str, *options: str) -> None:
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key"]
        self._openssl("req", *key, "-subj", subject, *options)

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.directory, check=True, capture_output=True)

    def server_context(self, names: str = "IP:127.0.0.1,DNS:chat.test", days: int = 1) -> ssl.SSLContext:
        self._request("leaf", "/CN=leaf", "-addext", f"subjectAltName={names}", "-out", "leaf.csr")
        signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-days", str(days), "-copy_extensions", "copy"]
        self._openssl("x509", "-req", "-in", "leaf.csr", *signed, "-out", "leaf.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.directory / "leaf.pem", self.directory / "leaf.key")
        return context


# -- DDP ---------------------------------------------------------------------------------------------------------------


@dataclass
class Streamer:
    """A ddp-streamer with the proxy's page beside it; its faults are switches."""

    info: Mapping[str, Any] = field(default_factory=lambda: STREAMER_INFO)
    silent: bool = False
    close_code: int | None = None
    always_plain: bool = False
    version: str = "1"
    answers: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    hosts: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def page(self, websocket: ServerConnection, request: Request) -> Response | None:
        self.hosts.append(request.headers["Host"])
        self.paths.append(request.path)
        for path, (status, text) in self.answers.items():
            if request.path.endswith(path):
                return websocket.respond(status, text)
        if request.path.endswith("/sockjs/info"):
            return websocket.respond(200, json.dumps(self.info))
        return None if request.path.endswith("/websocket") else websocket.respond(200, "<html>")

    def talk(self, websocket: ServerConnection) -> None:
        path = websocket.request.path if websocket.request else ""
        framed = "/sockjs/" in path and not self.always_plain
        websocket.send("o" if framed else '{"server_id":"0"}')
        for frame in websocket:
            if self.close_code:
                websocket.close(self.close_code)
                return
            for text in json.loads(frame) if framed else [frame]:
                reply = self.reply(json.loads(text))
                if reply and not self.silent:
                    self.answer(websocket, json.dumps(reply), framed)

    def answer(self, websocket: ServerConnection, text: str, framed: bool) -> None:
        if framed:
            websocket.send("h")
        websocket.send("a" + json.dumps([text]) if framed else text)

    def reply(self, message: dict[str, Any]) -> dict[str, Any] | None:
        if message["msg"] == "connect" and message["version"] != self.version:
            return {"msg": "failed", "version": self.version}
        if message["msg"] == "connect":
            return {"msg": "connected", "session": "s1"}
        return {"msg": "pong", "id": message["id"]} if message["msg"] == "ping" else None


@contextlib.contextmanager
def ddp_server(streamer: Streamer, context: ssl.SSLContext | None = None) -> Iterator[int]:
    server = serve(streamer.talk, "127.0.0.1", 0, ssl=context, process_request=streamer.page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.socket.getsockname()[1]
    finally:
        server.shutdown()
        thread.join()


# -- Ansible -----------------------------------------------------------------------------------------------------------


def run_module(name: str, options: Mapping[str, Any], check: bool = True) -> dict[str, Any]:
    """Runs a module of ours as Ansible does, packed and copied, on this machine."""
    command = [str(Path(sys.executable).parent / "ansible"), "localhost", "-m", f"rocketops.rocketchat.{name}"]
    collections = str(ROOT / ".cache" / "collections")
    settings = {"ANSIBLE_COLLECTIONS_PATH": collections, "ANSIBLE_CALLBACK_RESULT_FORMAT": "json"}
    done = subprocess.run(
        [*command, "-a", json.dumps(options), *(["--check"] if check else [])],
        env={**os.environ, **settings},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "=> {" in done.stdout, done.stdout + done.stderr
    return dict(json.loads(done.stdout[done.stdout.index("=> {") + 3 :]))
