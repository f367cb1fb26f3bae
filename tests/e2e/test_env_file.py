# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a password holds: the real Compose of a host reads from an environment file what the plan wrote."""

from __future__ import annotations

import json
import random
import subprocess

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.compose import env_file, escaped

from tests.deployment import Deployment

# What quoting, escapes, interpolation and comments are made of.
CHARACTERS = "\\'\"$ {}()#`=:%!-anX1üé☃"


def read_by_compose(host: str, files: dict[str, str], compose: dict[str, object]) -> dict[str, str]:
    """The environment Compose gives the service ``a`` of a project."""
    script = """
        directory=$(mktemp -d) && trap 'rm -r "$directory"' EXIT && cd "$directory"
        python3 -c 'import json, sys; [open(n, "w").write(t) for n, t in json.load(sys.stdin).items()]'
        docker compose --file compose.json config --format json
    """
    content = json.dumps({**files, "compose.json": json.dumps({"name": "test", "services": {"a": compose}})})
    command = ["docker", "exec", "-i", f"rocketops-lab-{host}", "sh", "-euc", script]
    result = subprocess.run(command, input=content, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    environment = json.loads(result.stdout)["services"]["a"]["environment"]
    # Compose's output is a Compose file again, in which $ is written twice.
    return {name: value.replace("$$", "$") for name, value in environment.items()}


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    source = random.Random(1)
    values = ["".join(source.choices(CHARACTERS, k=source.randint(1, 10))) for _ in range(2000)]
    named = {f"V{number}": value for number, value in enumerate([*CHARACTERS, "$HOME", "${HOME}", "$$", *values])}
    # Rocket.Chat's settings of a single sign-on are named like this
    return {**named, "OVERWRITE_SETTING_Accounts_OAuth_Custom-Keycloak": "true"}


def test_environment_files(deployment: Deployment, environment: dict[str, str]) -> None:
    read = read_by_compose(deployment.host, {"a.env": env_file(environment)}, {"image": "a", "env_file": ["a.env"]})
    assert read == environment


def test_environment_in_the_compose_file(deployment: Deployment, environment: dict[str, str]) -> None:
    escaped_values = {name: escaped(value) for name, value in environment.items()}
    assert read_by_compose(deployment.host, {}, {"image": "a", "environment": escaped_values}) == environment
