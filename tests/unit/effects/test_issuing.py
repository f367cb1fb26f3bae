# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told where no certificate was issued."""

from __future__ import annotations

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.effects.issuing import issue
from ansible_collections.rocketops.rocketchat.plugins.module_utils.effects.units import Refused, Unit

SAID = "Saving debug log to /var/log/x\nDetail: 198.18.0.11: Connection refused\nAsk for help or search at x"


def test_it_tells_why_and_what_becomes_of_the_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Unit, "run", lambda _unit: SAID)
    with pytest.raises(Refused) as refused:
        issue("acme.service", "acme.timer", ["chat.example.com", "talk.example.com"])
    assert str(refused.value) == (
        "No certificate for chat.example.com, talk.example.com is in place. certbot and nginx said:\n"
        "Detail: 198.18.0.11: Connection refused\n"
        "nginx runs on with the one that it had; until a first one is issued, that is signed by itself. acme.timer "
        "tries again twice a day, and so does the next run of this playbook."
    )


def test_nothing_is_told_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Unit, "run", lambda _unit: None)
    issue("acme.service", "acme.timer", ["chat.example.com"])
