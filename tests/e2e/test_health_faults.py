"""health.yml names the part that is broken, and no other, for every fault an operator meets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deployment import Deployment
from tests.e2e.faults import ALL
from tests.e2e.report import broken, health


def test_the_healthy_deployment_has_no_findings(deployment: Deployment, tmp_path: Path) -> None:
    assert health(deployment, tmp_path)["findings"] == []


@pytest.mark.parametrize("name", ALL)
def test_the_cause_is_named_and_nothing_else(deployment: Deployment, tmp_path: Path, name: str) -> None:
    fault = ALL[name]
    with broken(deployment, fault):
        report = health(deployment, tmp_path)
    for finding in report["findings"]:
        print(finding["sentence"], "next:", finding["next"])
    assert [finding["component"] for finding in report["findings"]] == [fault.cause]
    assert report["findings"][0]["kind"] in fault.kinds
