# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the commands to type next repeat of how Ansible was called."""

from __future__ import annotations

import shlex

import pytest
from ansible.cli.playbook import PlaybookCLI
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.cli_options import leaves_out, options


def called(*words: str) -> dict[str, object]:
    """As Ansible's own parser reads them; PlaybookCLI's constructor alone parses nothing."""
    line = PlaybookCLI(["ansible-playbook", *words, "site.yml"])
    line.init_parser()
    return vars(line.parser.parse_args([*words, "site.yml"]))


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("-i", "my chat"),
        ("-i", "chat", "-i", "more/hosts.yml", "--ask-vault-pass"),
        ("-i", "chat", "--vault-id", "prod@prompt", "--vault-id", "lab@/run/lab"),
        ("-i", "chat", "--vault-password-file", "/run/vault", "--user", "ops", "--private-key", "/run/key"),
        ("-i", "chat", "--connection-password-file", "/run/ssh", "--become-password-file", "/run/sudo"),
        ("-i", "chat", "--ask-pass", "--ask-become-pass"),
        ("-i", "chat", "-e", "@/run/more.yml"),
    ],
)
def test_what_reads_secrets_and_reaches_hosts_is_repeated(words: tuple[str, ...]) -> None:
    assert sorted(shlex.split(options(called(*words)))) == sorted(words)


def test_variables_and_tags_are_not_repeated() -> None:
    words = (
        "-e",
        "rocketchat_license=secret",
        "--tags",
        "nginx",
        "--limit",
        "one",
        "--check",
        "-e",
        "rocketchat_health_report=/x",
    )
    assert options(called("-i", "chat", *words)) == "-i chat"


@pytest.mark.parametrize(
    ("words", "lacks"),
    [
        ((), False),
        (("-e", "@/run/more.yml", "-e", "rocketchat_health_report=/x", "-e", "rocketchat_health_timeout=60"), False),
        (("-e", "rocketchat_version=9.0.0"), True),
        (("-e", '{"rocketchat_replicas": {"account": 2}}'), True),
    ],
)
def test_that_variables_were_left_out_is_known(words: tuple[str, ...], lacks: bool) -> None:
    assert leaves_out(called("-i", "chat", *words)) is lacks
