# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A link with a delay, run on a host: forwards connections to PORT on to TARGET, every answer SECONDS late.

Usage: slow_link.py PORT TARGET TARGET_PORT SECONDS
"""

import socket
import sys
import threading
import time


def pump(source: socket.socket, sink: socket.socket, seconds: float) -> None:
    while data := source.recv(65536):
        time.sleep(seconds)
        sink.sendall(data)
    sink.shutdown(socket.SHUT_WR)


def main(port: str, target: str, target_port: str, seconds: str) -> None:
    server = socket.create_server(("", int(port)))
    while True:
        client, _address = server.accept()
        upstream = socket.create_connection((target, int(target_port)))
        for job in ((client, upstream, 0.0), (upstream, client, float(seconds))):
            threading.Thread(target=pump, args=job, daemon=True).start()


main(*sys.argv[1:])
