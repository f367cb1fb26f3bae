# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever an inventory holds: a plan or a list of problems, never a traceback, and never a secret in what is told."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.role_variables import (
    hidden_variables,
    role_options,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.settings import GROUPS
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.plan_inventories import SECRETS, Inventory, cluster, complaints, single

OPTIONS = role_options(frozenset())
MARK = "S3CRET"

SCALARS = st.none() | st.booleans() | st.integers(-1, 70000) | st.floats(allow_nan=True) | st.text(max_size=12)
# Half of the way to something valid, so that what lies behind the first check is reached, too.
NEARLY = st.sampled_from(
    [
        "https://", "https://[", "https://chat.example.com:", "mongodb://@/", "mongodb+srv://a", "nats://@", "nats://a:b@",
        "smtp://:@", "512m", "9.0.0", "8.2", "r.example.com/a:8.9.1", "/srv/x", "10.0.0.0/8", "10.0.0.1", "s3", "files",
        "directory", "a,b", '{"account": 2}', "account=2",
    ]
)  # fmt: skip
KEYS = st.sampled_from(["account", "rocketchat", "stream_hub", "bucket", "memory", "MONGO_URL", "A"]) | st.text(
    max_size=4
)
VALUES = st.recursive(
    SCALARS | NEARLY,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS | st.integers(), inner, max_size=3),
    max_leaves=6,
)
VARIABLES = st.dictionaries(st.sampled_from(sorted(OPTIONS)), VALUES, max_size=6)


@examples(times=4)
@given(
    st.lists(VARIABLES, min_size=2, max_size=2),
    st.dictionaries(st.sampled_from(sorted(SECRETS)), st.text()),
    st.fixed_dictionaries(dict.fromkeys(GROUPS, st.lists(st.sampled_from("ab"), unique=True))),
)
def test_never_a_traceback(
    variables: list[dict[str, Any]], secrets: dict[str, str], groups: dict[str, list[str]]
) -> None:
    inventory = cluster("a", "b", groups=groups)
    for name, given_variables in zip("ab", variables, strict=True):
        inventory["hosts"][name] |= given_variables
    for line in complaints(inventory, **secrets)[1:]:
        assert line.endswith(".")
        assert "Error" not in line


marked = st.text(max_size=8).map(lambda text: MARK + text)
hidden_values = st.recursive(
    marked
    | marked.map("smtp://u:{}@m".format)
    | marked.map("mongodb://u:{}@m/d".format)
    | marked.map("nats://u:{}@m".format),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=4,
)


def every_secret_wrong() -> Inventory:
    """Marked values of the wrong type, or the wrong form, wherever a secret may stand."""
    inventory = single()
    inventory["hosts"]["chat"] |= {
        name: MARK if OPTIONS[name]["type"] == "str" else [MARK] for name in hidden_variables()
    }
    return inventory


def test_every_secret_is_wrong_and_none_is_told() -> None:
    found = complaints(every_secret_wrong(), **dict.fromkeys(SECRETS, f"{MARK}\n{MARK}"))
    told = {line.partition(". ")[2].partition(":")[0].partition("[")[0] for line in found[1:]}
    assert told >= {
        "rocketchat_environment",
        "rocketchat_file_upload_s3",
        "rocketchat_mail_url",
        "rocketchat_mongodb_url",
        "rocketchat_nats_urls",
        "rocketchat_service_environment",
        "rocketchat_settings",
    }
    assert MARK not in "\n".join(found)


@examples(times=1.5)
@given(
    secrets=st.fixed_dictionaries(dict.fromkeys(SECRETS, marked)),
    variables=st.dictionaries(st.sampled_from(sorted(hidden_variables())), hidden_values, min_size=1),
    root_url=marked.map("https://user:{}@chat.example.com".format),
)
def test_no_secret_is_in_a_message(secrets: dict[str, str], variables: dict[str, Any], root_url: str) -> None:
    inventory = single(**{**variables, "rocketchat_root_url": root_url, "rocketchat_replicas": {"account": -1}})
    found = complaints(inventory, **secrets)
    assert found
    # keys of mappings are no secrets; here none is marked
    assert MARK not in json.dumps(found)
