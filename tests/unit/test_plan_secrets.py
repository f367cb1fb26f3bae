"""Secrets: what the operator gives counts, then what an earlier run kept; the rest is generated."""

from __future__ import annotations

from ansible_collections.rocketops.rocketchat.plugins.module_utils.plan.secrets import resolve
from ansible_collections.rocketops.rocketchat.plugins.module_utils.plan.settings import SECRET_VARIABLES

from tests.unit.plan_inventories import complaints, single


def test_given_before_kept_before_generated() -> None:
    values, new = resolve({"nats_password": "given"}, {"nats_password": "kept", "mongodb_admin_password": "kept"})
    assert (values["nats_password"], values["mongodb_admin_password"]) == ("given", "kept")
    assert new == {
        variable: values[name]
        for name, variable in SECRET_VARIABLES.items()
        if name not in ("nats_password", "mongodb_admin_password")
    }


def test_what_a_run_kept_leaves_nothing_to_generate() -> None:
    values, new = resolve({}, {})
    assert resolve({}, new) == (values, {})


def test_generated_secrets_are_accepted_and_all_different() -> None:
    values, _ = resolve({}, {})
    assert complaints(single(), **values) == []
    assert len(set(values.values())) == len(SECRET_VARIABLES)
    assert min(map(len, values.values())) >= 64
    assert resolve({}, {})[0] != values
