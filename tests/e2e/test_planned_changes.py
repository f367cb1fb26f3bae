# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run says it will change is what it then changes: container by container, as Docker sees them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.docker import exists
from lab.names import HOSTS, host_container
from tests.deployment import ROOT, Deployment
from tests.e2e.faults import COMPATIBLE_WITH_THE_RELEASE_BEFORE
from tests.e2e.report import broken

NOTHING = "Nothing to change."
NATS = "mirror.lab.internal:5000/library/nats"
SPARE = "chat3"

# Container -> its identity, image and state.
Containers = dict[str, tuple[str, str, str]]

# A replica has an address of its own, which they name.
RULES = "will change the rules about who reaches the ports of this deployment, and what its containers reach"


def containers(deployment: Deployment) -> Containers:
    rows = deployment.run("docker ps --all --no-trunc --format '{{.Names}} {{.ID}} {{.Image}} {{.State}}'").splitlines()
    return {name: (identity, image, state) for name, identity, image, state in map(str.split, rows)}


def listed(output: str, host: str) -> list[str]:
    """The planned changes of a host in a run's output; the run has to say that there are none, too."""
    found = re.findall(rf"(?m)^  {host}: ((?:will|may) .*)$", output)
    assert (NOTHING in output) is not bool(found)
    assert output.count("Planned changes:") == bool(found)
    return found


def site(deployment: Deployment, *options: str, **variables: Any) -> list[str]:
    return listed(deployment.playbook("site", *options, "-e", json.dumps(variables)).stdout, deployment.host)


def told(changes: list[str]) -> set[tuple[str, str]]:
    """Verb and container; "nats: image ..." is about nats."""
    of_containers = [change for change in changes if change != RULES]
    return {(words[1], words[2].rstrip(":")) for words in map(str.split, of_containers)}


def seen(before: Containers, after: Containers) -> set[tuple[str, str]]:
    """The same of what happened."""
    both = before.keys() & after.keys()
    return {
        *(("create", name) for name in after.keys() - before.keys()),
        *(("remove", name) for name in before.keys() - after.keys()),
        *(("replace", name) for name in both if before[name][0] != after[name][0]),
        *(("start", name) for name in both if before[name][0] == after[name][0] and before[name] != after[name]),
    }


def run_and_compare(deployment: Deployment, expected: list[str], **variables: Any) -> None:
    """In check mode and for real, the list is as expected, and is then what happened."""
    before = containers(deployment)
    assert site(deployment, "--check", **variables) == expected
    assert containers(deployment) == before
    assert site(deployment, **variables) == expected
    assert seen(before, containers(deployment)) == told(expected)


def test_converged_host_has_nothing_to_change(deployment: Deployment) -> None:
    assert site(deployment, "--check") == []


def test_replica_is_listed_with_the_proxy_that_has_to_know_it(deployment: Deployment) -> None:
    more = {"rocketchat_replicas": {"ddp_streamer": 2}}
    changes = [RULES, "will create ddp-streamer-2", "will change the site in nginx and reload it"]
    assert site(deployment, "--check", **more) == changes
    assert site(deployment, "--check", "--tags", "nginx", **more) == changes[2:]
    assert site(deployment, "--check", "--skip-tags", "nginx", **more) == changes[:2]


def test_list_is_what_then_happens(deployment: Deployment) -> None:
    deployment.run(f"docker tag {NATS}:2.12.8-alpine {NATS}:2.12.9-alpine && docker stop authorization-1")
    other = {
        "nats_image": f"{NATS}:2.12.9-alpine",
        "rocketchat_replicas": {"account": 2},
        "rocketchat_resources": {"presence": {"memory": "300m"}},
    }
    there = [
        RULES,
        "will replace nats: image 2.12.8-alpine -> 2.12.9-alpine",
        "will start authorization-1",
        "will create account-2",
        "will replace presence-1: mem_limit changed",
    ]
    run_and_compare(deployment, there, **other)
    back = [
        RULES,
        "will replace nats: image 2.12.9-alpine -> 2.12.8-alpine",
        "will replace presence-1: mem_limit changed",
        "will remove account-2",
    ]
    run_and_compare(deployment, back)
    deployment.run(f"docker rmi {NATS}:2.12.9-alpine")


def test_stranger_on_a_port_stops_the_run(deployment: Deployment) -> None:
    """The port of a replica that is still to come: what runs has its own already."""
    unit = "systemd-run --unit=stranger --collect python3 -m http.server --bind 127.0.0.1 13301"
    deployment.run(f"{unit} && for n in $(seq 50); do ss -tln | grep -q 13301 && break; sleep 0.1; done")
    before = containers(deployment)
    try:
        more = json.dumps({"rocketchat_replicas": {"account": 2}, "rocketchat_metrics": True})
        result = deployment.playbook("site", "-e", more, check=False)
    finally:
        deployment.run("systemctl stop stranger")
    message = " ".join(result.stdout.split())
    assert result.returncode != 0
    assert (
        f"1. port 13301 of host {deployment.host}: belongs to python3 (stranger.service), which listens on "
        "127.0.0.1:13301, and account-2 needs it."
    ) in message
    assert "PLAY [Docker]" not in message
    assert containers(deployment) == before


def test_compatibility_version_that_was_not_raised_stops_an_upgrade(deployment: Deployment) -> None:
    """mongod would refuse to start with the data of a release that is two steps older."""
    with broken(deployment, COMPATIBLE_WITH_THE_RELEASE_BEFORE):
        result = deployment.playbook("site", "--check", "-e", "mongodb_version=7.0", check=False)
    message = " ".join(result.stdout.split())
    assert "1 problem with the hosts; nothing was changed on them. 1. mongodb_version = '7.0'" in message
    assert "needs featureCompatibilityVersion 6.0 first, and it is 5.0." in message


@pytest.fixture
def bare(deployment: Deployment, tmp_path: Path) -> Iterator[Deployment]:
    """Another host of the lab, with the inventory of the first."""
    if exists("container", host_container(SPARE)):
        pytest.skip(f"the lab's host {SPARE} is in use")
    lab = [sys.executable, "-m", "lab"]
    subprocess.run([*lab, "up", SPARE], cwd=ROOT, check=True, timeout=300, capture_output=True)
    variables = ROOT / "inventories" / "lab" / "group_vars"
    (tmp_path / "group_vars").symlink_to(variables)
    hosts = f"{SPARE} ansible_host={HOSTS[SPARE]}\n"
    groups = "".join(f"[{group}]\n{SPARE}\n" for group in ("mongodb", "nats", "rocketchat", "nginx"))
    (tmp_path / "hosts").write_text(hosts + groups)
    yield Deployment.of(str(tmp_path))
    subprocess.run([*lab, "down", SPARE], cwd=ROOT, check=True, timeout=120, capture_output=True)


def test_bare_host_gets_what_a_converged_one_has(deployment: Deployment, bare: Deployment) -> None:
    changes = site(bare, "--check")
    others = [change for change in changes if not change.startswith("will create ") or "network" in change]
    assert others == [
        "will install nftables",
        RULES,
        "will start the firewall",
        "will install Docker Engine",
        "will create network rocketchat with 172.31.250.0/24",
        "will install MongoDB 6.0",
        "will install nginx",
    ]
    assert told(changes) - told(others) == {("create", name) for name in containers(deployment)}
