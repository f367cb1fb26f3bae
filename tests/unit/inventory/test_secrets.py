# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets: what the operator gives counts, then what an earlier run kept; the rest is generated."""

from __future__ import annotations

import re

from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.secrets import resolve, sign_in
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.settings import SECRET_VARIABLES

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
    assert re.fullmatch(r"[A-Za-z0-9+/]{1008}", values.pop("mongodb_keyfile"))
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in values.values())
    assert resolve({}, {})[0] != values


def test_servers_of_the_operators_own_need_no_secrets_of_ours() -> None:
    values, new = resolve({"rocketchat_mongodb_url": "mongodb+srv://a/b", "rocketchat_nats_urls": ["nats://a"]}, {})
    assert new == {"rocketchat_admin_password": values["admin_password"]}
    assert {name: value for name, value in values.items() if name != "admin_password"} == {
        "mongodb_password": "",
        "mongodb_admin_password": "",
        "mongodb_keyfile": "",
        "nats_password": "",
        "nats_cluster_password": "",
    }


def test_people_are_told_where_the_first_password_is_and_not_what_it_is() -> None:
    common = {"rocketchat_admin_username": "admin", "rocketchat_admin_password": ""}
    told = "Sign in at https://chat.example.com as admin. The password is rocketchat_admin_password in "
    assert sign_in(common, "https://chat.example.com", "/home/me/secrets.yml") == f"{told}/home/me/secrets.yml."
    given = {**common, "rocketchat_admin_password": "S3CRET"}
    assert sign_in(given, "https://chat.example.com", "/home/me/secrets.yml") == f"{told}the inventory."
