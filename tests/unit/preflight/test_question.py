# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host is asked for all that is compared with its plan, and its secrets go where Ansible does not show them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.question import OPTIONS
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.deployment import HostPlan
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.desired import desired_state
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.ownership import marks
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.question import question
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.distributions import (
    DISTRIBUTIONS,
    Distribution,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.plan.test_properties import inventories, secrets
from tests.unit.plan_inventories import Inventory, cluster, plan, single
from tests.unit.preflight.hosts import as_desired

SECRET = {"user_password", "admin_password", "former_admin_password", "workspace_url"}


def asked(planned: dict[str, Any], name: str = "chat", contents: bool = False) -> dict[str, Any]:
    return question(planned["root_url"], HostPlan(**planned["hosts"][name]), contents)


@examples(times=0.4)
@given(inventories(), st.sampled_from(DISTRIBUTIONS), st.booleans(), st.booleans())
def test_all_that_is_desired_is_asked_for_on_every_host(
    inventory: Inventory, on: Distribution, ipv6: bool, contents: bool
) -> None:
    planned = plan(inventory)
    for name, host in planned["hosts"].items():
        desired = desired_state(HostPlan(**host), on, ipv6, default_site=ipv6)
        facts = as_desired(desired, host["mongodb"])
        options = asked(planned, name, contents)
        for kind in ("packages", "units", "files"):
            assert set(facts[kind]) <= set(options[kind])
        told = {one.path: marks(one) for state in desired.values() for one in state.all_resources}
        assert {path: options["origins"].get(path) for path in told} == told
        assert [container["service"] for container in facts["docker"]["containers"]] == options["containers"]
        texts = {path for path in facts["texts"] if contents or path.endswith(("/compose.yaml", "/hosts"))}
        assert texts <= set(options["texts"])
        assert all(len(set(names)) == len(names) for names in options.values() if isinstance(names, list))


@examples(times=0.4)
@given(inventories(), secrets, st.booleans())
def test_secrets_are_in_secret_options_alone(
    inventory: Inventory, given_secrets: dict[str, str], contents: bool
) -> None:
    planned = plan(inventory, **given_secrets)
    for name, host in planned["hosts"].items():
        options = asked(planned, name, contents)
        assert "S3CRET" not in json.dumps({key: value for key, value in options.items() if key not in SECRET})
        hidden = {path for role in ("nats", "rocketchat") if host[role] for path in host[role].get("env_files", {})}
        assert not {*hidden, "/opt/nats/nats.conf", "/etc/mongod.keyfile"} & set(options["texts"])


def test_secret_options_are_so_in_the_module() -> None:
    assert {name for name, option in OPTIONS.items() if option.get("no_log")} == SECRET


def test_the_module_takes_all_that_it_is_asked() -> None:
    validated = ArgumentSpecValidator(OPTIONS).validate(asked(plan(single())))
    assert validated.error_messages == []
    assert validated.validated_parameters["mongodb"]["user"] == {
        "name": "rocketchat",
        "roles": [{"role": "readWrite", "db": "rocketchat"}, {"role": "rocketchatStatus", "db": "admin"}],
    }


def test_replica_set_is_asked_on_every_member_and_what_it_lacks_on_one() -> None:
    planned = plan(cluster("one", "two"))
    members = ["one.mongodb.internal:27017", "two.mongodb.internal:27017"]
    for name in ("one", "two"):
        assert asked(planned, name)["mongodb"]["members"] == members
        assert asked(planned, name)["mongodb"]["first"] is (name == "one")
        assert asked(planned, name)["own_mongodb"]
    assert "workspace" in asked(planned, "one")
    assert "workspace" not in asked(planned, "two")


def test_data_are_asked_for_where_they_may_be_or_have_been() -> None:
    uploads = {"rocketchat_file_upload_storage": "directory", "rocketchat_file_upload_directory": "/srv/uploads"}
    assert asked(plan(single(**uploads)))["data"] == ["/var/lib/mongodb", "/srv/uploads"]
    elsewhere = cluster("one", "two", groups={"mongodb": ["one"], "nginx": ["one"]})
    options = asked(plan(elsewhere), "two")
    assert options["data"] == ["/var/lib/mongodb"]
    assert "mongod.service" in options["units"]
    assert "/etc/nginx/conf.d/rocketchat.conf" in options["files"]


@pytest.mark.parametrize("source", ["docker", "distribution"])
def test_packages_of_all_distributions_are_asked_for(source: str) -> None:
    """Which one the host has is one of its answers; and what could not stay beside them."""
    named = set(asked(plan(single(docker_source=source)))["packages"])
    assert {"docker-ce", "docker.io", "docker-compose", "podman-docker"} <= named
    assert ("docker-compose-v2" in named) and ("containerd.io" in named)
