# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""health.html and plan.html as people see them: in a real browser, as wide as a desk or a phone, in light and in dark.

The pictures that the tests take are left in .cache/screenshots.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.machine import install
from tests.browser import Tab, browser
from tests.deployment import ROOT, Deployment
from tests.e2e.faults import ALL
from tests.e2e.report import broken, health

SCREENSHOTS = ROOT / ".cache" / "screenshots"
LOOKS = (Path(__file__).parent / "looks.js").read_text(encoding="utf-8")
# As high as no page is, so that nothing of it is out of sight.
HEIGHT = 6000


@pytest.fixture(scope="module")
def report(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Of a deployment that has a cause and affected parts, and the page beside it."""
    directory = tmp_path_factory.mktemp("report")
    with broken(deployment, ALL["NATS stopped"]):
        return {**health(deployment, directory), "page": directory / "health.html"}


@pytest.fixture(scope="module")
def plan(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    directory = tmp_path_factory.mktemp("plan")
    deployment.playbook("plan", "-e", f"rocketchat_report={directory}")
    told: dict[str, Any] = json.loads((directory / "plan.json").read_text(encoding="utf-8"))
    return {**told, "page": directory / "plan.html"}


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    install({"chromium": "chromium"})
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with browser() as tab:
        yield tab


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1400, 375])
@pytest.mark.parametrize("about", ["report", "plan"])
def test_page_reads_well(request: pytest.FixtureRequest, tab: Tab, about: str, width: int, dark: bool) -> None:
    page: Path = request.getfixturevalue(about)["page"]
    tab.show(page, width, HEIGHT, dark)
    tab.screenshot(SCREENSHOTS / f"{page.stem}-{width}-{'dark' if dark else 'light'}.png")
    assert tab.ask(LOOKS) == []


def test_page_shows_the_report_and_fetches_nothing(tab: Tab, report: dict[str, Any]) -> None:
    tab.show(report["page"], 1400, HEIGHT, dark=False)
    assert tab.requests == [report["page"].as_uri()]
    assert tab.ask("document.querySelector('#verdict').innerText").lower() == report["summary"].lower()
    shown = tab.ask("[...document.querySelectorAll('.finding > p:first-of-type')].map(p => p.innerText)")
    assert shown == [finding["sentence"] for finding in report["findings"]]
    drawn = tab.ask("document.querySelector('.picture > svg.wide').textContent").lower()
    assert [part["name"] for part in report["parts"] if part["name"] not in drawn] == []


def test_page_shows_the_plan_and_fetches_nothing(tab: Tab, plan: dict[str, Any]) -> None:
    tab.show(plan["page"], 1400, HEIGHT, dark=False)
    assert tab.requests == [plan["page"].as_uri()]
    assert plan["version"] in tab.ask("document.querySelector('h1').innerText")
    assert tab.ask("[...document.querySelectorAll('.warning > p')].map(p => p.innerText)") == plan["warnings"]
    drawn = tab.ask("document.querySelector('.picture > svg.wide').textContent").lower()
    assert [part["name"] for part in plan["parts"] if part["name"] not in drawn] == []
    rows = tab.ask("[...document.querySelectorAll('table')][0].innerText").lower()
    assert [part["service"] for part in plan["parts"] if part["service"] not in rows] == []
