# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thousands of clients that send their requests in drops leave a normal one alone, and are given up."""

from __future__ import annotations

import json
import shlex
import subprocess
import time

import pytest

from tests.deployment import Deployment
from tests.waiting import wait_until

SLOW = 2000
# From another address than the normal client. Says how many are connected, and then waits to be given up.
CLIENT = """
import resource, select, socket, ssl, sys
count, head, port = int(sys.argv[1]), sys.argv[2].encode(), int(sys.argv[3])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
opened = []
for _ in range(count):
    plain = socket.create_connection(("127.0.0.1", port), 10, ("127.0.7.7", 0))
    opened.append(context.wrap_socket(plain))
    opened[-1].sendall(head)
print(len(opened), flush=True)
for one in opened:
    one.settimeout(60)
    try:
        while one.recv(4096):
            pass
    except OSError:
        pass
print("given up", flush=True)
"""
HEADER = "GET / HTTP/1.1\r\nHost: chat\r\nX-Slow: "
BODY = "POST /websocket HTTP/1.1\r\nHost: chat\r\nContent-Length: 1000\r\n\r\n{"


@pytest.mark.parametrize("head", [HEADER, BODY], ids=["headers", "bodies"])
def test_slow_clients_leave_others_alone(deployment: Deployment, head: str) -> None:
    words = " ".join(map(shlex.quote, ["python3", "-c", CLIENT, str(SLOW), head, "443"]))
    with subprocess.Popen(deployment.command(words), stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout
        assert int(client.stdout.readline()) == SLOW
        timings = [normal(deployment) for _ in range(5)]
        began = time.monotonic()
        assert client.stdout.readline() == "given up\n"
        seconds = time.monotonic() - began
        print(f"a normal client waited {max(timings):.3f} s, the slow ones were given up in {seconds:.0f} s")
    assert max(timings) < 1
    wait_until(lambda: normal(deployment) < 1, 10, "the proxy")


def normal(deployment: Deployment) -> float:
    """Seconds that ddp-streamer takes to answer."""
    form = json.dumps({"status": "%{http_code}", "seconds": "%{time_total}"})
    command = f"curl --silent --insecure --max-time 5 --output /dev/null --write-out {shlex.quote(form)}"
    answer = json.loads(deployment.run(f"{command} {deployment.root_url}/sockjs/info"))
    assert answer["status"] == "200"
    return float(answer["seconds"])
