# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Ansible was called, for commands that its operator is to type next: which inventory, and how it may log in."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

# By their names in ansible.context.CLIARGS, those that say which secrets are read and how hosts are reached.
_FLAGS = {"ask_vault_pass": "--ask-vault-pass", "ask_pass": "--ask-pass", "become_ask_pass": "--ask-become-pass"}
_VALUES = {
    "inventory": "-i",
    "vault_ids": "--vault-id",
    "vault_password_files": "--vault-password-file",
    "connection_password_file": "--connection-password-file",
    "become_password_file": "--become-password-file",
    "remote_user": "--user",
    "private_key_file": "--private-key",
    "ssh_common_args": "--ssh-common-args",
    "ssh_extra_args": "--ssh-extra-args",
}

# Variables that the plan does not depend on.
_OF_REPORTS = ("rocketchat_health_report=", "rocketchat_health_timeout=", "rocketchat_report=")


def options(arguments: Mapping[str, Any]) -> str:
    """Words for `ansible` and `ansible-playbook`. Variables given one by one are left out: one may be a secret."""
    return shlex.join(_repeated(arguments))


def leaves_out(arguments: Mapping[str, Any]) -> bool:
    """Whether variables were given that the plan may depend on."""
    given = [str(value) for value in arguments.get("extra_vars") or ()]
    return not all(value.startswith(("@", *_OF_REPORTS)) for value in given)


def _repeated(arguments: Mapping[str, Any]) -> Iterator[str]:
    for name, word in _VALUES.items():
        given = arguments.get(name) or ()
        for value in [given] if isinstance(given, str) else given:
            yield from (word, str(value))
    for name, word in _FLAGS.items():
        if arguments.get(name):
            yield word
    for value in arguments.get("extra_vars") or ():
        if str(value).startswith("@"):
            yield from ("-e", str(value))
