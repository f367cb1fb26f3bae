# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of the wrong type become problems like all others, and the plan goes on looking."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.role_variables import (
    RENAMED,
    read,
    renamed_variables,
    role_options,
    unknown_variables,
)

from tests.deployment import ROOT, ansible

OPTIONS = role_options(frozenset({"rocketchat"}))


def told(**given: Any) -> list[str]:
    _values, problems = read(OPTIONS, {"rocketchat_root_url": "https://chat.example.com", **given})
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"mongodb_port": "abc"},
            "mongodb_port = 'abc': is not a whole number. Correct it; the role's README describes it.",
        ),
        (
            {"rocketchat_replicas": [1]},
            "rocketchat_replicas = [1]: is not a mapping of names to values. "
            "Correct it; the role's README describes it.",
        ),
        ({"docker_source": "snap"}, "docker_source = 'snap': is not one of its values. Write docker or distribution."),
        ({"rocketchat_root_url": None}, "rocketchat_root_url: is not set. Set it; the role's README describes it."),
    ],
)
def test_wrong_type(given: dict[str, Any], message: str) -> None:
    assert told(**given) == [message]


def test_a_mapping_may_be_json_as_an_inventory_in_ini_form_has_it() -> None:
    given = {"rocketchat_root_url": "http://chat", "rocketchat_replicas": '{"account": "2"}'}
    values, problems = read(OPTIONS, given)
    assert problems == []
    assert values["rocketchat_replicas"] == {"account": 2}


def test_values_come_with_types_and_defaults() -> None:
    values, problems = read(OPTIONS, {"rocketchat_root_url": "http://chat", "nats_port": "4333", "mongodb_port": None})
    assert problems == []
    assert (values["nats_port"], values["mongodb_port"]) == (4333, OPTIONS["mongodb_port"]["default"])


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("rocketchat_replica", "rocketchat_replicas"),
        ("rocketchat_rooturl", "rocketchat_root_url"),
        ("rocketchat_licence", "rocketchat_license"),
        ("rocketchat_secret_file", "rocketchat_secrets_file"),
        ("mongodb_versions", "mongodb_version"),
        ("nats_usernam", "nats_username"),
        ("nginx_certificate_keyfile", "nginx_certificate_key_file"),
        ("docker_deamon_options", "docker_daemon_options"),
        # carries our name, and resembles nothing
        ("rocketchat_backup_window", ""),
    ],
)
def test_variables_that_no_role_has(name: str, near: str) -> None:
    assert list(unknown_variables([name])) == [(name, near)]


@pytest.mark.parametrize(
    "name",
    [
        *OPTIONS,
        "rocketchat_secrets_file",
        "rocketchat_deploys",
        "rocketchat_health_timeout",
        "rocketchat_plan",
        "nginx_plan",
        # what a role sets for itself
        "docker_packages",
        "mongodb_files",
        # of other collections, whose prefixes these are, too
        "docker_users",
        "nginx_vhosts",
        "mongodb_storage_dbpath",
        # no prefix of ours
        "rocketchatty",
        "ansible_host",
        "version",
    ],
)
def test_variables_that_are_nobodys_mistake(name: str) -> None:
    assert list(unknown_variables([name])) == []


def test_a_former_name_of_a_variable_is_a_problem_with_the_new_one() -> None:
    message = "health_report: is now called rocketchat_health_report. Rename it."
    assert [str(problem) for problem in renamed_variables(["rocketchat_version", "health_report"])] == [message]
    assert renamed_variables(RENAMED.values()) == []


def test_new_names_of_variables_are_known() -> None:
    assert list(unknown_variables(RENAMED.values())) == []


def test_variables_of_the_playbooks_are_known() -> None:
    """Those that an operator may set are those that a playbook has a default for."""
    playbooks = "".join(path.read_text() for path in (ROOT / "playbooks").rglob("*.yml"))
    used = set(re.findall(r"(rocketchat_\w+) *\| *default", playbooks))
    assert used
    assert list(unknown_variables(sorted(used))) == []


def inventory(directory: Path, content: dict[str, Any]) -> str:
    path = directory / "hosts.yml"
    path.write_text(yaml.safe_dump({"all": content}))
    return str(path)


def complaint(path: str) -> str:
    """What the playbook says, on one line; no host of the inventory exists."""
    result = ansible(
        "ansible-playbook", "-i", path, "playbooks/not-public/plan.yml", "-e", "rocketchat_deploys=true", check=False
    )
    assert result.returncode != 0
    assert "Traceback" not in result.stdout + result.stderr
    return " ".join((result.stdout + result.stderr).split())


def test_all_kinds_of_mistakes_come_in_one_message(tmp_path: Path) -> None:
    variables = {
        "mongodb_port": "abc",
        "nats_port": "{{ nowhere }}",
        "rocketchat_root_url": "https://chat.example.com",
        "rocketchat_version": "latest",
        "nginx_certificate_file": "/nowhere/chat.pem",
        "nginx_certificate_key_file": "/nowhere/chat.key",
        "rocketchat_replica": {"account": "S3CRET"},
        "health_report": "/tmp",
        "rocketchat_replicas": {"acount": 2},
        "rocketchat_environment": {"MONGO_URL": "S3CRET"},
        "rocketchat_license": "S3CRET",
        "rocketchat_mail_url": "S3CRET",
        "mongodb_keyfile": "S3CRET!",
        "nats_password": "S3CR@ET",
        "rocketchat_apply_all": "perhaps",
    }
    groups = {group: {"hosts": {"chat": {}}} for group in ("mongodb", "nats", "rocketchat", "nginx")}
    message = complaint(inventory(tmp_path, {"children": groups, "vars": variables}))
    for expected in (
        "13 problems in the inventory; nothing was changed.",
        "rocketchat_apply_all = 'perhaps': is not true or false.",
        "nats_port: cannot be worked out ('nowhere' is undefined). Correct its template.",
        "mongodb_port = 'abc': is not a whole number.",
        "rocketchat_version = 'latest': is not a version.",
        "nginx_certificate_file = '/nowhere/chat.pem': is no file that can be read on the machine Ansible runs on.",
        "nginx_certificate_key_file = '/nowhere/chat.key': is no file",
        "rocketchat_replica: is no variable of this collection. Did you mean rocketchat_replicas?",
        "health_report: is now called rocketchat_health_report. Rename it.",
        "rocketchat_replicas.acount: is not known. Did you mean account?",
        "rocketchat_environment.MONGO_URL: is decided by the plan.",
        "rocketchat_mail_url: does not begin with smtp:// or smtps://.",
        "mongodb_keyfile: is not what mongod takes as a keyfile.",
        "nats_password: has characters that Rocket.Chat's NATS client does not decode in a URL.",
    ):
        assert expected in message
    assert "S3CR" not in message
    assert not (tmp_path / ".rocketchat_secrets.yml").exists()


def test_hosts_in_none_of_the_groups(tmp_path: Path) -> None:
    message = complaint(inventory(tmp_path, {"hosts": {"chat": {}}, "vars": {"rocketchat_root_url": "http://chat"}}))
    for group in ("mongodb", "nats", "rocketchat", "nginx"):
        assert f"inventory group {group}: has no host." in message


def test_an_unknown_variable_that_resembles_none_is_a_warning(tmp_path: Path) -> None:
    groups = {group: {"hosts": {"chat": {}}} for group in ("mongodb", "nats", "rocketchat", "nginx")}
    variables = {
        "rocketchat_root_url": "http://chat",
        "rocketchat_backup_window": "night",
        "nats_urls": "theirs",
        "ansible_python_interpreter": "/usr/bin/python3",
    }
    path = inventory(tmp_path, {"children": groups, "vars": variables})
    result = ansible("ansible-playbook", "-i", path, "playbooks/not-public/plan.yml", "-e", "rocketchat_deploys=true")
    told = " ".join((result.stdout + result.stderr).split())
    assert "No role of this collection knows rocketchat_backup_window: what it says has no effect here." in told
    secrets = yaml.safe_load((tmp_path / ".rocketchat_secrets.yml").read_text())
    assert not [value for value in secrets.values() if value in told]
