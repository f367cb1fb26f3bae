# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that is missing, /etc/hosts written anew, and a host under another name: the deployment stays what it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.deployment import Deployment, ansible
from tests.e2e.report import health
from tests.e2e.test_planned_changes import listed
from tests.waiting import wait_until

DATA, AWAY = "/var/lib/mongodb", "/var/lib/mongodb.away"
# What the gate must leave as it is.
EVIDENCE = (
    "sha256sum /etc/mongod.conf /etc/mongod.keyfile /etc/hosts /var/lib/rocketops/ledger.json;"
    " find /opt -type f -exec sha256sum {} + | sort; docker ps --no-trunc --format '{{.ID}}';"
    f" test -e {DATA}/WiredTiger && echo a database"
)


@pytest.fixture
def without_data(deployment: Deployment) -> Iterator[Deployment]:
    """As a boot leaves the host while the disk with the data is missing."""
    deployment.run(f"systemctl stop mongod; mv {DATA} {AWAY}; install -d -o mongodb -g mongodb {DATA}")
    yield deployment
    deployment.run(f"systemctl stop mongod; rm -r {DATA}; mv {AWAY} {DATA}; systemctl start mongod")
    deployment.playbook("health", "-e", "rocketchat_health_timeout=120")


def refusal(deployment: Deployment) -> str:
    """What site says that refuses, and changes nothing."""
    before = deployment.attempt(EVIDENCE).stdout
    result = deployment.playbook("site", check=False)
    assert result.returncode != 0
    assert "PLAY [Record]" not in result.stdout
    assert deployment.attempt(EVIDENCE).stdout == before
    return " ".join(result.stdout.split())


def test_missing_disk_stops_the_run_and_is_named(without_data: Deployment, tmp_path: Path) -> None:
    assert f"are not there: {DATA} has no database, and this host had one" in refusal(without_data)
    without_data.run("systemctl start mongod")
    wait_until(lambda: without_data.attempt("ss -ltn | grep -q :27017").returncode == 0, 60, "mongod listens")
    assert f"are not there: mongod has begun anew in {DATA}" in refusal(without_data)
    report = health(without_data, tmp_path)
    assert "mongodb.data_missing" in [finding["kind"] for finding in report["findings"]]
    assert report["changes"] == [], "nothing that site would refuse to do"


def test_names_of_members_survive_a_new_hosts_file(deployment: Deployment) -> None:
    """As cloud-init's manage_etc_hosts writes it at boot, before mongod starts."""
    deployment.run("sed -i '/mongodb.internal/d; /rocketops.rocketchat/d' /etc/hosts && systemctl restart mongod")
    deployment.playbook("health", "-e", "rocketchat_health_timeout=120")
    assert listed(deployment.playbook("site").stdout, deployment.host) == []


def test_mongod_that_did_not_find_itself_is_mended(deployment: Deployment) -> None:
    name = f"{deployment.host}.mongodb.internal"
    deployment.run(f"sed -i 's/^[0-9.]* {name}$/203.0.113.9 {name}/' /etc/hosts && systemctl restart mongod")
    changes = listed(deployment.playbook("site").stdout, deployment.host)
    assert "will restart mongod, as it has not found its own name among the members of the replica set" in changes
    deployment.playbook("health")
    assert listed(deployment.playbook("site", "--check").stdout, deployment.host) == []


def test_renamed_host_is_refused_and_may_keep_its_member(deployment: Deployment, tmp_path: Path) -> None:
    arguments = ["-i", deployment.inventory, "--list"]
    variables = json.loads(ansible("ansible-inventory", *arguments).stdout)["_meta"]["hostvars"][deployment.host]
    inventory = tmp_path / "renamed"
    inventory.mkdir()
    groups = {group: {"hosts": {"talk": {}}} for group in ("mongodb", "nats", "rocketchat", "nginx")}
    variables |= {"ansible_host": deployment.address, "rocketchat_secrets_file": str(deployment.secrets_file)}
    hosts = {"all": {"children": groups, "hosts": {"talk": variables}}}
    (inventory / "hosts.yml").write_text(yaml.safe_dump(hosts), encoding="utf-8")
    renamed = Deployment.of(str(inventory))
    before = deployment.attempt(EVIDENCE).stdout
    refused = " ".join(renamed.playbook("site", check=False).stdout.split())
    member = f"{deployment.host}.mongodb.internal"
    assert f"Write mongodb_member_name: {member} in the variables of talk" in refused
    planned = renamed.playbook("site", "--check", "-e", f"mongodb_member_name={member}").stdout
    assert not [change for change in listed(planned, "talk") if "mongod" in change or "member" in change]
    assert deployment.attempt(EVIDENCE).stdout == before
