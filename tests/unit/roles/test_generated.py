# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from the catalogue of services and from the roles' specs says what they say."""

from __future__ import annotations

from tools import generated, service_lists


def test_what_is_generated_is_up_to_date() -> None:
    assert generated.stale() == [], "run .venv/bin/python -m tools.generated --write"


def test_everything_about_the_services_has_its_place() -> None:
    texts = service_lists.wanted().values()
    assert sorted(found["what"] for text in texts for found in service_lists.MARKED.finditer(text)) == sorted(
        service_lists.CONTENTS
    )
