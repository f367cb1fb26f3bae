# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One line per finished step, and a sign of life while long steps run."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

ALIVE_EVERY = 10.0


class Progress:
    """Prints what steps, possibly several at a time, are doing."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._running: dict[str, float] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        threading.Thread(target=self._show_life, daemon=True).start()

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Time one step, and print its line when it has gone well."""
        began = time.monotonic()
        with self._lock:
            self._running[title] = began
        try:
            yield
        except BaseException:
            self.say(f"{title}: FAILED after {time.monotonic() - began:.1f} s")
            raise
        else:
            self.say(f"{title} ({time.monotonic() - began:.1f} s)")
        finally:
            with self._lock:
                del self._running[title]

    def say(self, line: str) -> None:
        """Print one line with the time since the start."""
        with self._lock:
            print(f"[{time.monotonic() - self._began:6.1f} s] {line}", flush=True)

    def close(self) -> None:
        """End the signs of life."""
        self._ended.set()

    def _show_life(self) -> None:
        while not self._ended.wait(ALIVE_EVERY):
            now = time.monotonic()
            with self._lock:
                busy = [f"{title} ({now - began:.0f} s)" for title, began in self._running.items()]
            if busy:
                self.say("... still at work: " + ", ".join(busy))
