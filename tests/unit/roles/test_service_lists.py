"""What lists Rocket.Chat's services, in the role's specs and in the README, lists those of the catalogue."""

from __future__ import annotations

from tests.deployment import ROOT
from tools import service_lists


def test_what_is_generated_is_up_to_date() -> None:
    assert service_lists.stale() == [], "run tools/service_lists.py --write, then tools/role_readmes.py --write"


def test_everything_that_can_be_generated_has_its_place() -> None:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in service_lists.FILES]
    assert sorted(found["what"] for text in texts for found in service_lists.MARKED.finditer(text)) == sorted(
        service_lists.CONTENTS
    )
