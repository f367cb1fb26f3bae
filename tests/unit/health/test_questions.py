# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is asked: made from its plan, as the module takes it, and its secrets apart."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.rocketops.rocketchat.plugins.module_utils.verification.order import PARTS
from ansible_collections.rocketops.rocketchat.plugins.module_utils.verification.questions import question_of
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.questions import as_options, questions

from tests.unit.plan_inventories import SECRETS, cluster, lab, plan

DEPLOYMENTS = {
    "one host": plan(lab()),
    "a host for each": plan(
        cluster("a", "b", "c", groups={"mongodb": ["a"], "nats": ["b"], "rocketchat": ["b"], "nginx": ["c"]})
    ),
    "a MongoDB of the operator's": plan(
        cluster(
            "a",
            groups={"mongodb": []},
            rocketchat_mongodb_url="mongodb://rocketchat:mongodb-secret@db/chat?replicaSet=rs0",
        )
    ),
}
HOSTS = [(planned, host) for planned in DEPLOYMENTS.values() for host in planned["hosts"]]


def asked(planned: dict[str, Any], host: str) -> dict[str, dict[str, Any]]:
    return questions(planned["hosts"][host], planned["nats_clients"])


def test_only_what_is_on_the_host_is_asked() -> None:
    planned = DEPLOYMENTS["a host for each"]
    assert {host: set(asked(planned, host)) for host in planned["hosts"]} == {
        "a": {"mongodb", "workspace"},
        "b": {"containers", "services", "nats"},
        "c": {"ddp"},
    }
    # facts are the action plugin's to ask for
    assert set(asked(DEPLOYMENTS["one host"], "chat")) == set(PARTS) - {"facts"}


def test_what_the_plan_has_elsewhere_is_added() -> None:
    planned = DEPLOYMENTS["one host"]
    told = asked(planned, "chat")
    assert told["services"] == {"endpoints": planned["hosts"]["chat"]["endpoints"]}
    assert told["nats"]["expected_clients"] == planned["nats_clients"] != []
    assert told["ddp"]["validate_certs"] is False
    assert set(told["workspace"]) == {"url", "root_url", "site_url"}
    assert "validate_certs" not in planned["hosts"]["chat"]["probes"]["ddp"], "the plan itself stays as it is"


@pytest.mark.parametrize(("planned", "host"), HOSTS)
def test_each_part_is_asked_with_options_that_its_module_has(planned: dict[str, Any], host: str) -> None:
    for part, options in asked(planned, host).items():
        question = question_of(part)
        assert set(options) <= set(question.options)
        validator = ArgumentSpecValidator(question.options, required_together=question.together)
        assert validator.validate(options).error_messages == []


@pytest.mark.parametrize(("planned", "host"), HOSTS)
def test_secrets_are_apart_and_nothing_is_lost(planned: dict[str, Any], host: str) -> None:
    told = asked(planned, host)
    options = as_options(told)
    secrets = json.loads(options.pop("secrets"))
    assert {part: {**options[part], **secrets[part]} for part in told} == told
    for name, secret in SECRETS.items():
        assert secret not in json.dumps(options), name


@pytest.mark.parametrize("part", PARTS)
def test_every_option_that_is_secret_is_apart(part: str) -> None:
    hidden = dict.fromkeys((name for name, option in question_of(part).options.items() if option.get("no_log")), "text")
    assert json.loads(as_options({part: {**hidden, "open": "text"}})["secrets"]) == {part: hidden}
