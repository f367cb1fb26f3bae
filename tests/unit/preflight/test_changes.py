# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of planned changes: every sentence, and the silence when there is nothing to change."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import yaml
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts import parts
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.changes import planned_changes
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host

from tests.deployment import ROOT
from tests.unit.plan_inventories import plan, single
from tests.unit.preflight.hosts import BARE, asked, converged

OLD = plan(single())
SERVICES = ["rocketchat-1", "ddp-streamer-1", "authorization-1", "account-1", "presence-1"]


def sentences(host: Host) -> list[str]:
    changes = planned_changes(host)
    assert all(str(change) == f"chat: {change.sentence}" for change in changes)
    return [change.sentence for change in changes]


def after(**variables: Any) -> list[str]:
    """What a run changes that comes after a run of the default settings; secrets that are rotated are `secrets`."""
    secrets = variables.pop("secrets", {})
    new = plan(single(**variables), **secrets)
    before = converged(OLD)
    host = Host("chat", new["hosts"]["chat"], before.facts, before.asked, projects=before.projects,
                files={**before.files, **new["hosts"]["chat"]["rocketchat"]["env_files"]})  # fmt: skip
    return sentences(host)


def drifted(**facts: Any) -> list[str]:
    """What a run changes where something else than the settings did."""
    return sentences(converged(OLD, **facts))


def containers(**states: str | None) -> dict[str, Any]:
    """The engine, with containers in other states; None is one that is gone."""
    engine = deepcopy(converged(OLD).facts["docker"])
    changed = {name.replace("_", "-"): state for name, state in states.items()}
    engine["containers"] = [
        {**container, "state": changed.get(container["name"], container["state"])}
        for container in engine["containers"]
        if changed.get(container["name"], "running") is not None
    ]
    return engine


def test_bare_host() -> None:
    assert sentences(asked(OLD)) == [
        "will install Docker Engine",
        "will create network rocketchat with 172.31.250.0/24",
        "will install MongoDB 8.0",
        "will create nats",
        *(f"will create {name}" for name in SERVICES),
        "will install nginx",
    ]


def test_nothing() -> None:
    assert after() == []


def test_replica_more_and_replica_less() -> None:
    assert after(rocketchat_replicas={"ddp_streamer": 2}) == ["will create ddp-streamer-2"]
    assert after(rocketchat_replicas={"queue_worker": 1, "presence": 2, "account": 3}) == [
        "will create account-2",
        "will create account-3",
        "will create presence-2",
        "will create queue-worker-1",
    ]
    two = converged(plan(single(rocketchat_replicas={"ddp_streamer": 2})))
    host = Host("chat", OLD["hosts"]["chat"], two.facts, two.asked, projects=two.projects, files=two.files)
    assert sentences(host) == ["will remove ddp-streamer-2"]


def test_version() -> None:
    found = after(rocketchat_version="8.9.2")
    assert found == [f"will replace {name}: image 8.9.1 -> 8.9.2" for name in SERVICES]


def test_image_from_elsewhere() -> None:
    found = after(nats_image="registry.example.com/nats:2.12-alpine")
    before = OLD["hosts"]["chat"]["nats"]["compose"]["services"]["nats"]["image"]
    assert found == [f"will replace nats: image {before} -> registry.example.com/nats:2.12-alpine"]


def test_settings_of_services() -> None:
    assert after(rocketchat_ports={"account": 3333}) == ["will replace account-1: ports changed"]
    assert after(rocketchat_log_level="info") == [
        f"will replace {name}: environment (MOLECULER_LOG_LEVEL) changed" for name in SERVICES
    ]
    assert after(rocketchat_admin_username="root") == [
        "will replace rocketchat-1: environment (ADMIN_USERNAME) changed"
    ]


def test_rotated_secret_of_nats() -> None:
    found = after(secrets={"nats_password": "another"})
    assert found[0] == "will replace nats: configuration changed"
    assert found[1:] == [f"will replace {name}: /opt/rocketchat/env/services.env changed" for name in SERVICES]
    assert "another" not in str(found)


def test_license_concerns_the_monolith_alone() -> None:
    assert after(rocketchat_license="renewed") == [
        "will replace rocketchat-1: /opt/rocketchat/env/rocketchat.env changed"
    ]


def test_network() -> None:
    found = after(rocketchat_network_subnet="172.31.251.0/24")
    assert found[0] == "will replace network rocketchat: 172.31.250.0/24 -> 172.31.251.0/24"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"docker": containers(account_1="exited")}, ["will start account-1"]),
        ({"docker": containers(account_1="created", nats="dead")}, ["will start nats", "will start account-1"]),
        ({"docker": containers(account_1="restarting")}, []),
        ({"docker": containers(account_1="paused")}, ["may not be able to start account-1: it is paused"]),
        ({"docker": containers(account_1=None, nats=None)}, ["will create nats", "will create account-1"]),
    ],
    ids=["stopped", "never started", "crash-looping", "paused", "gone"],
)
def test_containers_that_do_not_run(facts: dict[str, Any], expected: list[str]) -> None:
    assert drifted(**facts) == expected


def test_container_of_another_image_than_its_project_says() -> None:
    """As a run leaves it that ended between writing the project and replacing the containers."""
    engine = containers()
    engine["containers"][1]["image"] = engine["containers"][1]["image"].replace("8.9.1", "8.9.0")
    assert drifted(docker=engine) == ["will replace rocketchat-1: image 8.9.0 -> 8.9.1"]


def test_what_only_compose_can_tell() -> None:
    without = converged(OLD)
    host = Host("chat", without.plan, without.facts, without.asked, projects={}, files=without.files)
    gone = "what it was made from is not on the host any more"
    assert sentences(host) == [f"may replace {name}: {gone}" for name in ("nats", *SERVICES)]
    projects = deepcopy(dict(without.projects))
    projects["rocketchat"]["account-1"]["depends_on"] = {}
    host = Host("chat", without.plan, without.facts, without.asked, projects=projects, files=without.files)
    assert sentences(host) == ["may replace account-1: what it depends on changed"]


@pytest.mark.parametrize("state", ["stopped", "silent"])
def test_engine_that_cannot_be_asked(state: str) -> None:
    engine = {"state": state, "containers": [], "networks": []}
    units = {**converged(OLD).facts["units"], "docker.service": {"found": True, "active": False, "enabled": True}}
    assert drifted(docker=engine, units=units) == [
        "will start Docker",
        "may create or replace containers of project nats: the Docker Engine does not answer yet",
        "may create or replace containers of project rocketchat: the Docker Engine does not answer yet",
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (parts.DAEMON_SETTINGS, "will change Docker's settings and restart the engine; containers keep running"),
        (parts.MONGOD_SETTINGS, "will change mongod's settings and restart it"),
        (parts.MONGOD_UNIT_SETTINGS, "will change mongod's settings and restart it"),
        (parts.NGINX_SITE, "will change the site in nginx and reload it"),
        (parts.CERTIFICATE, "will install another certificate and reload nginx"),
        (parts.CERTIFICATE_KEY, "will install another certificate and reload nginx"),
    ],
)
def test_files(path: str, expected: str) -> None:
    for digests in ({path: "0" * 64}, {path: None}):
        assert drifted(digests={**converged(OLD).facts["digests"], **digests}) == [expected]


def test_members_of_the_replica_set() -> None:
    assert drifted(texts=BARE["texts"]) == ["will change the members of the replica set in /etc/hosts"]


def test_packages() -> None:
    packages = converged(OLD).packages
    without = {name: version for name, version in packages.items() if name not in ("nginx", "python3-pymongo")}
    assert drifted(packages=without) == ["will install python3-pymongo", "will install nginx"]


def test_packages_that_ask_a_database_of_the_operators_own() -> None:
    planned = deepcopy(OLD)
    planned["hosts"]["chat"]["rocketchat"]["packages"] = ["python3-pymongo"]
    host = converged(planned)
    assert sentences(host) == []
    packages = {name: version for name, version in host.packages.items() if name != "python3-pymongo"}
    bare = converged(planned, packages=packages)
    assert [str(c) for c in planned_changes(bare) if c.role == "rocketchat"] == ["chat: will install python3-pymongo"]


def test_units() -> None:
    off = {"found": True, "active": False, "enabled": False}
    units = {**converged(OLD).facts["units"], "mongod.service": off, "nginx.service": {**off, "active": True}}
    assert drifted(units=units) == ["will start mongod", "will have nginx start at boot"]
    assert drifted(units=None) == []


def test_changes_know_the_role_that_makes_them() -> None:
    found = {change.role for change in planned_changes(asked(OLD))}
    assert found == {"docker", "mongodb", "nats", "rocketchat", "nginx"}


def test_packages_are_those_the_roles_install() -> None:
    def named(role: str) -> Any:
        return yaml.safe_load((ROOT / f"roles/{role}/vars/main.yml").read_text())[f"{role}_packages"]

    assert {source: list(names) for source, names in parts.DOCKER_PACKAGES.items()} == named("docker")
    assert list(parts.MONGODB_PACKAGES) == named("mongodb")
    assert list(parts.NGINX_PACKAGES) == named("nginx")
