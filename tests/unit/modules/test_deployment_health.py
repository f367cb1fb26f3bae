# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module deployment_health with its action plugin, run as Ansible runs them, against servers of this machine."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.testing import patch_module_args
from ansible_collections.rocketops.rocketchat.plugins.action.deployment_health import ActionModule
from ansible_collections.rocketops.rocketchat.plugins.module_utils.verification.order import PARTS
from ansible_collections.rocketops.rocketchat.plugins.module_utils.verification.questions import (
    Question,
    question_of,
)
from ansible_collections.rocketops.rocketchat.plugins.modules import deployment_health
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.answers import read
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.questions import questions

from tests.unit import probe_servers
from tests.unit.docker_engine import FakeEngine, container, frames, moment, served
from tests.unit.modules.running import Results, Task, by_ansible
from tests.unit.plan_inventories import lab, plan

PLANNED = {
    "name": "account-1",
    "service": "account",
    "image": "mirror:5000/rocketchat/account-service:7.9.3",
    "hostname": "chat-account-1",
}
MONGODB_PASSWORD, NATS_PASSWORD, MAIL_PASSWORD = "m0ngo-p'ss", "n4ts-pass", "letter-opener"
MONGO_URL = "mongodb://rocketchat:m0ngo-p%27ss@127.0.0.1:{port}/rocketchat?replicaSet=rs0"


def crashing() -> FakeEngine:
    """Its container crashes, and says more than it should."""
    secrets = secret_environment(1)
    engine = FakeEngine({"account-1": container("account-1", PLANNED["image"], PLANNED["hostname"], **secrets)})
    state = {"StartedAt": moment(70), "FinishedAt": moment(70), "Health": {"Status": "starting"}}
    engine.containers["account-1"]["RestartCount"] = 11
    engine.containers["account-1"]["State"].update(state)
    engine.logs["account-1"] = frames(f"Error: {MAIL_PASSWORD} is as wrong as {MONGODB_PASSWORD}")
    return engine


def secret_environment(port: int) -> dict[str, str]:
    return {"MONGO_URL": MONGO_URL.format(port=port), "MAIL_URL": f"smtp://mail:{MAIL_PASSWORD}@mail:25"}


@contextmanager
def deployment(path: Path) -> Iterator[dict[str, Any]]:
    """A plan of one host where Docker and one of two services answer, and nothing listens where the rest should be."""
    port = probe_servers.free_port()
    with (
        served(crashing(), path / "docker.sock") as socket,
        probe_servers.http_server(lambda _path: probe_servers.Page("ok")) as service,
    ):
        endpoints = [
            {"name": "account-1", "url": f"{service.url}/health", "status": [200], "body": ["ok"], "readiness": False},
            {"name": "away-1", "url": f"http://127.0.0.1:{port}/health"},
        ]
        probes = {
            "containers": {
                "containers": [PLANNED],
                "secret_environments": {"account-1": secret_environment(1)},
                "socket": socket,
            },
            "mongodb": {
                "members": [f"127.0.0.1:{port}"],
                "replica_set": "rs0",
                "database": "rocketchat",
                "username": "rocketchat",
                "password": MONGODB_PASSWORD,
                "data_directory": str(path),
            },
            "workspace": {
                "url": MONGO_URL.format(port=port),
                "database": "rocketchat",
                "root_url": "https://chat",
                "site_url": "",
            },
            "nats": {
                "url": f"http://127.0.0.1:{port}",
                "expected_routes": 0,
                "namespace": "",
                "address": f"127.0.0.1:{port}",
                "username": "rocketchat",
                "password": NATS_PASSWORD,
            },
            "ddp": {"url": "https://chat.example.com", "connect_to": f"127.0.0.1:{port}"},
        }
        whole = plan(lab())
        clients = [{"name": "chat-account-1", "address": "172.31.250.5"}]
        host = {**whole["hosts"]["chat"], "endpoints": endpoints, "probes": probes}
        yield {**whole, "nats_clients": clients, "hosts": {"localhost": host}}


@pytest.fixture(scope="module")
def deployments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    """Plans by what is done to them; what they are about still stands."""
    with ExitStack() as all_of_them:

        def planned(case: str) -> tuple[dict[str, Any], dict[str, Any]]:
            plan = all_of_them.enter_context(deployment(tmp_path_factory.mktemp(case)))
            return plan, plan["hosts"]["localhost"]["probes"]

        whole, _probes = planned("whole")
        short, probes = planned("short")
        probes["mongodb"]["password"], probes["nats"]["password"] = "account-1", "chat"
        mistaken, probes = planned("mistaken")
        probes["mongodb"]["members"], probes["ddp"]["url"] = [], "chat.example.com"
        del probes["nats"]["username"]
        bare, probes = planned("bare")
        bare["hosts"]["localhost"]["probes"] = dict.fromkeys(probes)
        yield {"whole": whole, "short secrets": short, "mistakes": mistaken, "services alone": bare}


@pytest.fixture(scope="module")
def asked(deployments: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, str]:
    """What is registered of each, and all that Ansible prints at its most talkative."""
    more = {
        # a gate that has just seen everything as planned
        "services alone": {"rocketchat_gate": {"hosts": {"localhost": {"apply": []}}}},
    }
    tasks = {
        case: Task("deployment_health", {"timeout": 0}, {"rocketchat_planned": {"plan": plan}, **more.get(case, {})})
        for case, plan in deployments.items()
    }
    return by_ansible(tmp_path_factory.mktemp("asked"), tasks, "-vvv")


@pytest.fixture
def results(asked: tuple[Results, str]) -> Results:
    return asked[0]


def without_times(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: without_times(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [without_times(value) for value in tree]
    return None if isinstance(tree, float) else tree


@pytest.mark.parametrize("part", [part for part in PARTS if part != "facts"])
def test_a_part_is_answered_as_its_own_module_answers(
    deployments: dict[str, dict[str, Any]], results: Results, part: str
) -> None:
    planned, result = deployments["whole"], results["whole"]
    question = question_of(part)
    options = questions(planned["hosts"]["localhost"], planned["nats_clients"])[part]
    time = {"timeout": 0} if question.waits else {}
    validated = ArgumentSpecValidator(question.options).validate({**options, **time}).validated_parameters
    alone = without_times(json.loads(json.dumps(question.answer(validated).result)))
    answer = without_times(result["answers"][part])
    if part == "containers":
        # the secrets of its log are the action plugin's to mask
        for key in ("log_line", "diagnosis"):
            assert "********" in answer["containers"][0].pop(key) and alone["containers"][0].pop(key)
    assert answer == alone


def test_facts_of_the_host_come_along(results: Results) -> None:
    result = results["whole"]
    assert "facts" not in result["answers"]
    assert result["facts"]["cores"] == os.cpu_count()
    assert "/etc/apt/sources.list.d/docker.sources" in result["facts"]["files"]
    assert result["facts"]["workspace"] is None


def test_clocks_of_both_sides_are_told(results: Results) -> None:
    result = results["whole"]
    answers = result["answers"]
    for told in (answers["containers"]["engine"]["time_utc"], answers["mongodb"]["time_utc"]):
        assert result["asked"]["before"] < told < result["asked"]["after"]


def test_no_secret_is_shown(asked: tuple[Results, str]) -> None:
    results, printed = asked
    result = results["whole"]
    assert result["answers"]["containers"]["containers"][0]["diagnosis"] == (
        "It ended 11 times, last 1 minute ago. Its log says: Error: ******** is as wrong as ********"
    )
    assert '"secrets": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"' in printed
    for secret in ("m0ngo-", "n4ts-", "letter-", "sha256:"):
        assert secret not in printed + str(results)


def test_what_is_only_compared_stays_on_the_controller() -> None:
    action = object.__new__(ActionModule)
    action._task = SimpleNamespace(args={"timeout": 60})
    action._questions = {"containers": {"containers": [PLANNED], "secret_environments": {"a-1": secret_environment(1)}}}
    options = action.arguments()
    told = json.loads(options["secrets"])["containers"]["secret_environments"]["a-1"]
    assert told["MONGO_URL"] == MONGO_URL.format(port=1)
    assert told["MAIL_URL"].startswith("sha256:") and MAIL_PASSWORD not in str(options)
    assert (options["timeout"], options["containers"]) == (60, {"containers": [PLANNED]})


def test_short_secrets_leave_names_alone(results: Results) -> None:
    answers = results["short secrets"]["answers"]
    assert answers["containers"]["containers"][0]["name"] == "account-1"
    assert answers["containers"]["containers"][0]["hostname"] == "chat-account-1"
    assert answers["nats"]["clients"][0]["name"] == "chat-account-1"


def test_a_mistake_in_the_options_costs_the_answer_of_that_part_alone(
    deployments: dict[str, dict[str, Any]], results: Results
) -> None:
    result = results["mistakes"]
    failed = {part: answer["msg"] for part, answer in result["answers"].items() if answer.get("failed")}
    assert failed == {
        "mongodb": "members is empty: name at least one as host:port.",
        "nats": "parameters are required together: address, username, password",
        "ddp": "'chat.example.com/' does not begin with http:// or https://.",
    }
    assert result["answers"]["containers"]["engine"]["reachable"]
    assert read(deployments["mistakes"], {"localhost": result})["localhost"].failed == failed


def test_what_is_not_on_the_host_is_not_asked(results: Results) -> None:
    result = results["services alone"]
    assert list(result["answers"]) == ["services"]
    assert result["facts"] is None
    assert [one["state"] for one in result["answers"]["services"]["endpoints"]] == ["healthy", "unhealthy"]


def test_a_library_that_does_not_work_costs_its_own_answer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def question_without_ssl(part: str) -> Question:
        if part == "mongodb":
            raise AttributeError("module 'lib' has no attribute 'X509_V_FLAG_NOTIFY_POLICY'")
        return question_of(part)

    monkeypatch.setattr(deployment_health, "question_of", question_without_ssl)
    with patch_module_args({"mongodb": {"members": []}, "services": {"endpoints": []}}), pytest.raises(SystemExit):
        deployment_health.main()
    answers = json.loads(capsys.readouterr().out)["answers"]
    assert answers["mongodb"]["msg"].startswith("AttributeError: module 'lib' has no attribute 'X509_V_FLAG")
    assert answers["services"]["healthy"]


@pytest.mark.parametrize(
    ("timeout", "told"),
    [(0, {"changed": False, "answers": {}}), (-1, {"msg": "timeout must be 0 or more seconds, but is -1.0."})],
)
def test_nothing_to_ask(capsys: pytest.CaptureFixture[str], timeout: float, told: dict[str, Any]) -> None:
    with patch_module_args({"timeout": timeout}), pytest.raises(SystemExit):
        deployment_health.main()
    assert json.loads(capsys.readouterr().out).items() >= told.items()
