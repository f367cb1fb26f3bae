# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""health.yml as an operator runs it, on a deployment that is well or was broken."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.deployment import Deployment, ansible
from tests.e2e.faults import Fault
from tests.waiting import wait_until

SHOWS_WITHIN = 60
HEALS_WITHIN = 120


def health(deployment: Deployment, directory: Path, *arguments: str, check: bool = False) -> dict[str, Any]:
    """The report, which has to agree with the exit code."""
    result = deployment.playbook("health", "-e", f"rocketchat_health_report={directory}", *arguments, check=check)
    text = (directory / "health.json").read_text(encoding="utf-8")
    report: dict[str, Any] = json.loads(text)
    assert (result.returncode == 0) == report["healthy"], result.stdout[-3000:]
    for name, secret in deployment.secrets().items():
        assert secret not in text + result.stdout, name
    return report


def follow(deployment: Deployment, told: dict[str, str]) -> str:
    """What the command prints that a finding says to type next; one that fails is an error."""
    if told["where"] == "controller":
        program, *arguments = shlex.split(told["command"])
        return ansible(program, *arguments).stdout
    return deployment.run(told["command"])


def commands(deployment: Deployment, fault: Fault, *texts: str) -> list[str]:
    """What makes and mends a fault, or other texts of it, with the names and passwords of this deployment."""
    words = {"HOST": deployment.host, "ADDRESS": deployment.address, **deployment.secrets()}
    wanted = texts or (fault.make, fault.mend)
    return [re.sub("@([A-Za-z_]+)@", lambda word: words[word[1]], text) for text in wanted]


@contextmanager
def broken(deployment: Deployment, fault: Fault) -> Iterator[None]:
    """With the fault there; afterwards everything is well again."""
    make, mend, seen = commands(deployment, fault, fault.make, fault.mend, fault.seen)
    try:
        deployment.run(make)
        if seen:
            wait_until(lambda: deployment.attempt(seen).returncode == 0, SHOWS_WITHIN, "the fault shows")
        yield
    finally:
        deployment.run(mend)
        deployment.playbook("health", "-e", f"rocketchat_health_timeout={HEALS_WITHIN}")


def named_and_mended(deployment: Deployment, directory: Path, fault: Fault) -> None:
    """The cause is named and nothing else, and the command to type next mends it or shows something."""
    with broken(deployment, fault):
        report = health(deployment, directory)
        for finding in report["findings"]:
            print(finding["sentence"], "next:", finding["next"])
        assert [finding["component"] for finding in report["findings"]] == [fault.cause]
        [finding] = report["findings"]
        assert finding["kind"] in fault.kinds
        said = follow(deployment, finding["next"])
        if fault.next_mends:
            health(deployment, directory, "-e", f"rocketchat_health_timeout={HEALS_WITHIN}", check=True)
        else:
            assert said.strip()
