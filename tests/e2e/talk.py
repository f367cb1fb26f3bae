# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conversation of conversation.py with the deployment of an inventory: `python -m tests.e2e.talk INVENTORY`."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.deployment import Deployment
from tests.e2e.conversation import Conversation, Result, Settings, Step, print_step, tls_context


def talk(deployment: Deployment, timeout: float = 15.0, on_step: Callable[[Step], None] = lambda step: None) -> Result:
    settings = Settings(
        url=deployment.root_url,
        admin_user="admin",
        admin_password=deployment.secrets()["rocketchat_admin_password"],
        context=tls_context(deployment.root_url, None, True),  # the lab's certificate is self-signed
        timeout=timeout,
    )
    return Conversation(settings, on_step=on_step).run()


@contextmanager
def people_talking(deployment: Deployment) -> Iterator[list[str]]:
    """What went wrong in conversations one after another: while containers are replaced, there is nobody to talk to."""
    problems: list[str] = []
    over = threading.Event()

    def go_on() -> None:
        while not over.is_set():
            last = talk(deployment, timeout=10).steps[-1]
            problems.append(last.problem)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield problems
    finally:
        over.set()
        thread.join()


def main(inventory: str) -> int:
    result = talk(Deployment.of(inventory), on_step=print_step)
    last = result.steps[-1]
    print("The conversation works." if result.ok else f"The conversation failed. {last.problem}")
    return 0 if result.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
