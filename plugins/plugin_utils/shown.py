# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people are shown, beside what Ansible itself prints of a run."""

from __future__ import annotations

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.utils.display import Display


def show(text: str) -> None:
    """On standard output; on the other one where a program reads it, which would stumble over sentences."""
    Display().display(text, stderr=is_read_by_a_program())


def is_read_by_a_program() -> bool:
    """Whether Ansible prints JSON: ansible.posix has such callbacks, json and jsonl."""
    return "json" in str(constants.DEFAULT_STDOUT_CALLBACK).rpartition(".")[2]


def refusal(message: str, head: str = "Nothing was changed.") -> AnsibleActionFail:
    """To raise, with all lines of the message shown once. ``head``: what stands for a message of one line.

    Since ansible-core 2.19 a failure is printed twice, and its second copy, in JSON, is not for people to read.
    """
    first, _line_feed, rest = message.partition("\n")
    if is_read_by_a_program():
        return AnsibleActionFail(message)
    show(message)
    return AnsibleActionFail(f"{first if rest else head} See above.")
