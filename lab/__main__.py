# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m lab up|down|status`: the door to the lab."""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from lab import down, status
from lab.command import LabError
from lab.names import DEFAULT_HOSTS, HOME, HOSTS
from lab.progress import Progress
from lab.up import up


def main() -> int:
    """Do what the command line asks; return the exit code."""
    arguments = _parser().parse_args()
    progress = Progress()
    try:
        if arguments.command == "status":
            print("\n".join(status.lines()))
            return 0
        with _alone(progress):
            if arguments.command == "up":
                up(arguments.hosts or DEFAULT_HOSTS, progress)
            elif arguments.hosts:
                down.remove_hosts(arguments.hosts, progress)
            else:
                down.remove_everything(progress)
    except LabError as error:
        progress.close()
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description="The fake datacentre of this collection.")
    commands = parser.add_subparsers(dest="command", required=True)
    bring_up = commands.add_parser("up", help="bring up the mirror and hosts")
    bring_up.add_argument("hosts", nargs="*", metavar="HOST", help=f"of {', '.join(HOSTS)}; chat1 if none is named")
    take_down = commands.add_parser("down", help="remove hosts, or everything")
    take_down.add_argument("hosts", nargs="*", metavar="HOST", help="remove only these; everything if none is named")
    commands.add_parser("status", help="say what is there")
    return parser


@contextmanager
def _alone(progress: Progress) -> Iterator[None]:
    """Keep two lab commands from changing the lab at the same time."""
    # the folder around the lab's home: it outlives the lab, and locking it leaves no file behind
    folder = os.open(HOME.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        progress.say("another lab command is at work: waiting for it to end")
        fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(folder)


if __name__ == "__main__":
    sys.exit(main())
