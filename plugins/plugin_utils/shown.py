# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people are shown, beside what Ansible itself prints of a run."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.utils.display import Display

from ..module_utils.text import lines, one_line


def show(text: str) -> None:
    """On standard output; on the other one where a program reads it, which would stumble over sentences."""
    Display().display(lines(text), stderr=is_read_by_a_program())


def is_read_by_a_program() -> bool:
    """Whether Ansible prints JSON: ansible.posix has such callbacks, json and jsonl."""
    return "json" in str(constants.DEFAULT_STDOUT_CALLBACK).rpartition(".")[2]


def refusal(message: str, head: str = "Nothing was changed.") -> AnsibleActionFail:
    """To raise, with all lines of the message shown once. ``head``: what stands for a message of one line.

    Since ansible-core 2.19 a failure is printed twice, and its second copy, in JSON, is not for people to read.
    """
    message = lines(message)
    first, _line_feed, rest = message.partition("\n")
    if is_read_by_a_program():
        return AnsibleActionFail(message)
    show(message)
    return AnsibleActionFail(f"{first if rest else head} See above.")


@contextmanager
def understanding_hosts() -> Iterator[None]:
    """What judges them takes their answers for those of our modules. One that is none would end the run with a
    traceback, in which Ansible prints the host's words as they are.
    """
    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        told = one_line(f"{type(error).__name__}: {error}", 400)
        Display().vvv(lines("".join(traceback.format_exception(error))))
        raise refusal(
            f"A host answered what cannot be understood ({told}). Call this again with -vvv to see where, and report "
            "it; or somebody else rules that host."
            # Ansible would add the words of a cause to these, as they are
        ) from None
