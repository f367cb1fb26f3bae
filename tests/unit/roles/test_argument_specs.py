# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles' argument specs are the one place where variables are described; what Ansible reads beside them agrees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.deployment import ROOT

ROLES = {path.name: path for path in sorted((ROOT / "roles").iterdir())}


def read(path: Any) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def options(role: str) -> dict[str, dict[str, Any]]:
    return read(ROLES[role] / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"]


def described(found: dict[str, dict[str, Any]], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every option, also within others, with its description."""
    for name, option in found.items():
        yield f"{path}{name}", option.get("description")
        yield from described(option.get("options", {}), f"{path}{name}.")


@pytest.fixture(params=ROLES)
def role(request: pytest.FixtureRequest) -> str:
    return request.param


def test_the_plan_is_required_and_has_no_default(role: str) -> None:
    plan = options(role)[f"{role}_plan"]
    assert plan["required"] is True
    assert "default" not in plan


def test_every_option_has_a_type_and_a_description(role: str) -> None:
    assert [name for name, text in described(options(role)) if not text] == []
    assert [name for name, option in options(role).items() if "type" not in option] == []


def test_variables_carry_the_name_of_their_role(role: str) -> None:
    variables = set(options(role)) | set(read(ROLES[role] / "defaults" / "main.yml"))
    internal = ROLES[role] / "vars" / "main.yml"
    if internal.exists():
        variables |= set(read(internal))
    assert [name for name in sorted(variables) if not name.startswith(f"{role}_")] == []


def test_secrets_are_not_logged(role: str) -> None:
    secret = ("_password", "_keyfile", "_license")
    assert [n for n, option in options(role).items() if n.endswith(secret) and not option.get("no_log")] == []
