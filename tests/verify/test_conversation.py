"""If two people can talk, every part of the deployment works."""

from __future__ import annotations

from tests.deployment import Deployment
from tests.e2e.talk import talk


def test_two_people_can_talk(deployment: Deployment) -> None:
    result = talk(deployment)
    assert result.ok, result.steps[-1].problem
