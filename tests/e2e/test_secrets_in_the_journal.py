# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible logs on the host what its modules are asked: no secret may be in that."""

from __future__ import annotations

from tests.deployment import Deployment


def test_the_journal_knows_no_secret(deployment: Deployment) -> None:
    deployment.playbook("site")
    journal = deployment.run("journalctl --no-pager --quiet --output cat")
    assert "Invoked with" in journal, "Ansible's modules no longer log here, so this shows nothing"
    # a text with line feeds is logged in one line
    leaked = [
        name for name, secret in deployment.secrets().items() if secret in journal or repr(secret)[1:-1] in journal
    ]
    assert leaked == []
