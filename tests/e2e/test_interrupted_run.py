# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that ends between writing a file and having a program take it up is finished by the next one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.deployment import BIN, ROOT, Deployment
from tests.e2e.test_planned_changes import listed
from tests.waiting import wait_until

OTHER = ("-e", "nginx_client_max_body_size=201m")
SITE = "/etc/nginx/conf.d/rocketchat.conf"
WORKERS = "pgrep --parent $(cat /run/nginx.pid) | sort"


@pytest.fixture
def usual_size(deployment: Deployment) -> Iterator[None]:
    """Afterwards the proxy has the settings of its inventory again."""
    yield
    deployment.playbook("site")


def end_during(deployment: Deployment, task: str, *options: str) -> None:
    """Run the site playbook until a task begins, and kill it. What was sent to the host by then is still done there."""
    command = [str(BIN / "ansible-playbook"), "-i", deployment.inventory, "playbooks/site.yml", *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "ANSIBLE_NOCOLOR": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        begun = any(line.startswith("TASK") and task in line for line in run.stdout)
        run.kill()
    assert begun, f"the run never came to {task!r}"


@pytest.mark.usefixtures("usual_size")
def test_settings_that_were_only_written_are_taken_up_by_the_next_run(deployment: Deployment) -> None:
    before = deployment.run(WORKERS)
    end_during(deployment, "Write the certificate and the site", *OTHER)
    wait_until(lambda: "201m" in deployment.run(f"cat {SITE}"), 30, "the site written")
    # the host goes on with what it was sent; that it came to its end, nobody has noted
    wait_until(lambda: deployment.run(WORKERS) != before, 30, "nginx reloaded")
    planned = listed(deployment.playbook("site", "--check", *OTHER).stdout, deployment.host)
    assert planned == ["will reload nginx, which an earlier run did not come to"]
    before = deployment.run(WORKERS)
    deployment.playbook("site", *OTHER)
    assert deployment.run(WORKERS) != before
    assert listed(deployment.playbook("site", "--check", *OTHER).stdout, deployment.host) == []
