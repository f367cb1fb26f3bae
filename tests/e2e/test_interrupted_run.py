# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that ends between writing a file and having a program take it up is finished by the next one."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest

from tests.deployment import Deployment
from tests.e2e.drift import LEDGER
from tests.e2e.test_planned_changes import listed

OTHER = ("-e", "nginx_client_max_body_size=201m")
PENDING = (
    f"import json; path = {LEDGER!r}; ledger = json.load(open(path)); "
    "ledger['pending'] = {'nginx.service': 'reload'}; json.dump(ledger, open(path, 'w'))"
)
WORKERS = "pgrep --parent $(cat /run/nginx.pid) | sort"


@pytest.fixture
def usual_size(deployment: Deployment) -> Iterator[None]:
    """Afterwards the proxy has the settings of its inventory again."""
    yield
    deployment.playbook("site")


@pytest.mark.usefixtures("usual_size")
def test_settings_that_were_only_written_are_taken_up_by_the_next_run(deployment: Deployment) -> None:
    deployment.playbook("site", *OTHER)
    # As it is where the host died between the writing and the reload: before its first change, a run notes what is to
    # be taken up, and the task that has it taken up strikes that out at its end.
    deployment.run(f"python3 -c {shlex.quote(PENDING)}")
    planned = listed(deployment.playbook("site", "--check", *OTHER).stdout, deployment.host)
    assert planned == ["will reload nginx, which an earlier run did not come to"]
    before = deployment.run(WORKERS)
    deployment.playbook("site", *OTHER)
    assert deployment.run(WORKERS) != before
    assert listed(deployment.playbook("site", "--check", *OTHER).stdout, deployment.host) == []
