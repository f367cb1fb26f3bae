# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser for pages that the product writes: Debian's chromium, headless, told over its DevTools what to do."""

from __future__ import annotations

import base64
import itertools
import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.waiting import wait_until

# Nothing of its own on the network, and root may run it.
QUIET = """
    --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --hide-scrollbars
"""
STARTS_WITHIN = LOADS_WITHIN = 60


class Tab:
    """``requests``: the addresses of everything that the page wanted to load."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self.requests: list[str] = []
        self._command("Network.enable")

    def show(self, page: Path, width: int, height: int, dark: bool) -> None:
        """As a screen of that size shows it, in the colours its owner prefers."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._command("Emulation.setEmulatedMedia", features=[scheme])
        mobile = width < 600
        self._command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile
        )
        self.requests.clear()
        self._command("Page.navigate", url=page.absolute().as_uri())
        loaded = f"location.href === {json.dumps(page.absolute().as_uri())} && document.readyState === 'complete'"
        wait_until(lambda: self.ask(loaded) is True, LOADS_WITHIN, f"{page} is loaded", 0.05)

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        answer = self._command("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def screenshot(self, to: Path) -> None:
        """Of the whole page, whatever the height of the screen."""
        size = self.ask("({width: innerWidth, height: document.body.getBoundingClientRect().bottom})")
        picture = self._command("Page.captureScreenshot", clip={"x": 0, "y": 0, "scale": 1, **size})["data"]
        to.write_bytes(base64.b64decode(picture))

    def _command(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._connection.recv(timeout=LOADS_WITHIN))
            if message.get("method") == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
            if message.get("id") == number:
                assert "error" not in message, message
                return dict(message["result"])


@contextmanager
def browser() -> Iterator[Tab]:
    """One tab, as long as the context lasts."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = ["chromium", *QUIET.split(), "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                tab = _first_tab(Path(profile))
                with connect(tab, max_size=None, proxy=None, ping_interval=None) as connection:
                    yield Tab(connection)
            finally:
                process.terminate()


def _first_tab(profile: Path) -> str:
    """The address at which the tab takes commands, found by way of the file in which chromium says its port."""
    told = profile / "DevToolsActivePort"
    wait_until(lambda: told.exists() and "\n" in told.read_text(), STARTS_WITHIN, "chromium says its port", 0.05)
    port, path = told.read_text().splitlines()
    with connect(f"ws://127.0.0.1:{port}{path}", proxy=None) as connection:
        connection.send(json.dumps({"id": 1, "method": "Target.getTargets"}))
        targets = json.loads(connection.recv(timeout=STARTS_WITHIN))["result"]["targetInfos"]
    tab = next(target["targetId"] for target in targets if target["type"] == "page")
    return f"ws://127.0.0.1:{port}/devtools/page/{tab}"
