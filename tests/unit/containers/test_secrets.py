# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets of containers: whatever their values, the answer is whole, what differs is found, and no log tells them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stdout
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args
from ansible_collections.rocketops.rocketchat.plugins.module_utils.containers.drift import environment_drift
from ansible_collections.rocketops.rocketchat.plugins.module_utils.containers.log import LINE_MAX, last_words
from ansible_collections.rocketops.rocketchat.plugins.module_utils.containers.secrets import (
    digest,
    digested,
    is_same,
    readable,
    without_secrets,
)
from ansible_collections.rocketops.rocketchat.plugins.modules import container_health
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.docker_engine import FakeEngine, container, frames, moment, served
from tests.unit.modules.running import Results, Task, by_ansible

MONGO_URL = "mongodb://rocketchat:mongo-p%40ss@chat.mongodb.internal:27017/rocketchat?replicaSet=rs0"
PLANNED = {
    "name": "account-1",
    "service": "account",
    "image": "mirror:5000/rocketchat/account-service:7.9.3",
    "hostname": "chat-account-1",
}
# Each of them is a part of a name.
SHORT = {"OVERWRITE_SETTING_Message_AllowEditing": "1", "OVERWRITE_SETTING_Site_Name": "chat", "FLAG": "o"}
SECRETS = {"MONGO_URL": MONGO_URL, "MAIL_URL": "smtp://mail:letter@mail:25", "TOKEN": 'a"b\\c', **SHORT}


def engine_with(environment: dict[str, str]) -> FakeEngine:
    return FakeEngine({"account-1": container("account-1", PLANNED["image"], PLANNED["hostname"], **environment)})


def crashing(line: str) -> FakeEngine:
    engine = engine_with(SECRETS)
    state = {"StartedAt": moment(70), "FinishedAt": moment(70), "Health": {"Status": "starting"}}
    engine.containers["account-1"]["RestartCount"] = 11
    engine.containers["account-1"]["State"].update(state)
    engine.logs["account-1"] = frames(line)
    return engine


CHANGED = {**SECRETS, "MAIL_URL": "smtp://mail:another@mail:25", "MONGO_URL": MONGO_URL.replace("p%40ss", "word")}
MISTAKES: dict[str, tuple[Any, str]] = {
    "no mapping": ("hidden-here", "secret_environments is not a mapping of containers to variables."),
    "no values": (
        {"account-1": "hidden-here"},
        "secret_environments has no mapping of variables to values for account-1.",
    ),
    "another's": ({"other-1": {}}, "secret_environments has variables of other-1, which is not in containers."),
}
LINE = "Error: cannot mail as letter 1, nor log in with mongo-p@ss"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, str]:
    """The module's results by case, and what is printed: by Ansible, action plugin and all, at its most talkative."""
    path = tmp_path_factory.mktemp("asked")
    # first, as its time is told
    cases: dict[str, tuple[FakeEngine, dict[str, Any]]] = {
        "crashing": (crashing(LINE), {}),
        "as planned": (engine_with(SECRETS), {}),
        "changed": (engine_with(CHANGED), {"fail_on_unhealthy": False}),
        **{case: (engine_with({}), {"secret_environments": given}) for case, (given, _sentence) in MISTAKES.items()},
    }
    told = {"containers": [PLANNED], "secret_environments": {"account-1": SECRETS}, "timeout": 0}
    with ExitStack() as engines:
        tasks = {}
        for number, (case, (engine, arguments)) in enumerate(cases.items()):
            socket = engines.enter_context(served(engine, path / f"{number}.sock"))
            tasks[case] = Task("container_health", {**told, "socket": socket, **arguments})
        return by_ansible(path, tasks, "-vvv")


@pytest.fixture
def results(asked: tuple[Results, str]) -> Results:
    return asked[0]


def test_no_secret_is_shown(asked: tuple[Results, str]) -> None:
    results, printed = asked
    assert "module_args" in printed
    for secret in ("mongo-", "letter", "another@", "sha256:", "hidden-here"):
        assert secret not in printed + str(results)


def test_short_settings_leave_names_alone_and_are_compared(results: Results) -> None:
    result = results["as planned"]
    (found,) = result["containers"]
    assert result["healthy"]
    assert (found["name"], found["hostname"], found["image"]) == ("account-1", "chat-account-1", PLANNED["image"])
    assert result["asked"]["before"] < result["engine"]["time_utc"] < result["asked"]["after"]


def test_a_changed_secret_is_found(results: Results) -> None:
    assert results["changed"]["containers"][0]["drift"] == [
        "MONGO_URL is not the plan's: it has another user or password for MongoDB.",
        "MAIL_URL is not the plan's: it has another value.",
    ]


def test_a_log_line_is_quoted_without_secrets_and_the_rest_is_whole(results: Results) -> None:
    result = results["crashing"]
    (found,) = result["containers"]
    mask = "********"
    assert found["log_line"] == f"Err{mask}r: cann{mask}t mail as {mask} {mask}, n{mask}r l{mask}g in with {mask}"
    assert found["diagnosis"] == f"It ended 11 times, last 1 minute ago. Its log says: {found['log_line']}"
    assert result["msg"] == f"Docker does not run what it should:\n    - account-1: {found['diagnosis']}"


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_are_named(results: Results, case: str) -> None:
    _given, sentence = MISTAKES[case]
    assert sentence in results[case]["msg"]


# -- whatever the values -----------------------------------------------------------------------------------------------

NAMES = st.from_regex(r"[A-Z][A-Z_]{0,9}", fullmatch=True)
VALUES = st.one_of(st.text(), st.sampled_from(["1", "chat", "account-1", PLANNED["image"], "true", "7.9", "sha256:"]))


@pytest.fixture(scope="module")
def engine_and_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeEngine, str]]:
    engine = FakeEngine()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(AnsibleModule, "log", lambda *_arguments, **_options: None)
        with served(engine, tmp_path_factory.mktemp("engine") / "docker.sock") as socket:
            yield engine, socket


def module_result(socket: str, environment: dict[str, str]) -> dict[str, Any]:
    """The module's own, given what the action plugin gives it."""
    arguments = {
        "containers": [PLANNED],
        "secret_environments": digested({"account-1": environment}),
        "socket": socket,
        "timeout": 0,
        "fail_on_unhealthy": False,
    }
    printed = io.StringIO()
    with redirect_stdout(printed), patch_module_args(arguments), pytest.raises(SystemExit):
        container_health.main()
    return dict(json.loads(printed.getvalue()))


@given(environment=st.dictionaries(NAMES, VALUES, min_size=1, max_size=5), other=VALUES, data=st.data())
def test_any_values_leave_the_answer_whole_and_any_change_is_found(
    engine_and_socket: tuple[FakeEngine, str], environment: dict[str, str], other: str, data: st.DataObject
) -> None:
    engine, socket = engine_and_socket
    name = data.draw(st.sampled_from(sorted(environment)))
    running = {**environment, name: other}
    engine.containers = engine_with(running).containers
    (found,) = module_result(socket, environment)["containers"]
    assert (found["name"], found["hostname"], found["image"]) == ("account-1", "chat-account-1", PLANNED["image"])
    drift = [] if other == environment[name] else [f"{name} is not the plan's: it has another value."]
    assert found["drift"] == drift


@given(value=VALUES, other=VALUES)
def test_a_digest_stands_for_its_value_alone(value: str, other: str) -> None:
    made = digest(value)
    assert made != digest(value)
    assert is_same(made, value)
    assert is_same(made, other) == (value == other)


def test_without_digests_values_are_compared_as_they_are() -> None:
    assert [*environment_drift({"A": "1", "B": digest("2")}, {"A": "1", "B": "2"})] == []
    assert [name for name, _ in environment_drift({"A": "1", "B": digest("2")}, {"A": "2", "B": "1"})] == ["A", "B"]


# -- lines of logs -----------------------------------------------------------------------------------------------------


def quoted(line: str, plain: dict[str, dict[str, str]]) -> str:
    """What is left of account-1's line after the module and the action plugin."""
    words = last_words([line], readable(digested(plain).get("account-1", {})))
    answer = {"containers": [{"name": "account-1", "log_line": words, "diagnosis": f"Its log says: {words}"}]}
    (found,) = without_secrets(answer, plain)["containers"]
    assert found["diagnosis"] == f"Its log says: {found['log_line']}"
    return str(found["log_line"])


@pytest.mark.parametrize(
    "written",
    [
        "mongo-p%40ss",
        "mongo-p@ss",
        "smtp://mail:letter@mail:25",
        "letter",
        'a"b\\c',
        r"a\"b\\c",
        r'a"b\\c',
        "a%22b%5Cc",
    ],
)
def test_every_spelling_is_masked(written: str) -> None:
    plain = {"account-1": {name: value for name, value in SECRETS.items() if name not in SHORT}}
    assert quoted(f"cannot use '{written}' here", plain) == "cannot use '********' here"


def test_passwords_of_every_url_in_a_list_are_masked() -> None:
    transporter = "nats://open:4222,nats://rocketchat:nats-1@nats:4222,nats://rocketchat:nats-2@10.0.0.1:4222"
    assert quoted("refused: nats-1 nats-2 open", {"account-1": {"TRANSPORTER": transporter}}) == (
        "refused: ******** ******** open"
    )


def test_a_secret_is_masked_whole_when_the_module_knows_a_part_of_it() -> None:
    plain = {"MONGO_URL": MONGO_URL.replace("mongo-p%40ss", "1"), "TOKEN": "abc1def", "HOOK": "https://u:p@hook/?key=k"}
    assert quoted("abc1def and https://u:p@hook/?key=k", {"account-1": plain}) == "******** and ********"


def test_of_other_containers_only_long_secrets_are_masked() -> None:
    plain = {"account-1": {}, "rocketchat-1": {"A": "1", "B": "long-secret"}}
    assert quoted("1 error with long-secret", plain) == "1 error with ********"


@pytest.mark.parametrize("kept", range(4, 12))
def test_a_line_that_is_cut_within_a_secret_does_not_end_with_a_part_of_it(kept: int) -> None:
    secret = "s3cr3t-w0rds"
    line = "x" * (LINE_MAX - 3 - kept) + secret + " and more"
    assert quoted(line, {"account-1": {"A": secret}}) == "x" * (LINE_MAX - 3 - kept) + "********..."


def test_what_quotes_no_log_is_left_as_it_is() -> None:
    answer = {"containers": [{"name": "account-1", "log_line": None, "diagnosis": "It ended 1 minute ago."}]}
    assert without_secrets(answer, {"account-1": {"A": "1"}}) == answer
    assert without_secrets({"msg": "1 error", "failed": True}, {"account-1": {"A": "1"}})["msg"] == "1 error"
