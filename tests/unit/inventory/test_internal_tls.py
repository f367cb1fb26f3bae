# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS inside the deployment: where it is on, which certificates there are, and that a rotation interrupts nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory import internal_authority, internal_tls
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.internal_authority import Pair
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.rotation import (
    AUTHORITY,
    AUTHORITY_KEY,
    BEGIN,
    END,
    FINISH,
    advanced,
    with_changes,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.self_signed import general_name
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.settings import (
    InternalTls,
    common_variables,
)
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from tests.unit.plan_inventories import NOW, Inventory, cluster, complaints, message, single

DAY = timedelta(days=1)


def resolve(inventory: Inventory, kept: dict[str, str], days: float = 0) -> tuple[dict[str, str], dict[str, str]]:
    return internal_tls.resolve(inventory, kept, NOW + days * DAY)


def read(inventory: Inventory, kept: dict[str, str]) -> InternalTls:
    return internal_tls.read_internal_tls(common_variables(inventory), inventory["groups"], kept)


def names(pem: str) -> list[str]:
    found = x509.load_pem_x509_certificate(pem.encode()).extensions
    alternative = found.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(one.value) for one in alternative]


def accepts(certificate: str, authorities: str, name: str, days: float = 0) -> bool:
    """Whether a client with these authorities takes it for the server of this name, and a server for another one."""
    shown = x509.load_pem_x509_certificate(certificate.encode())
    store = Store(x509.load_pem_x509_certificates(authorities.encode()))
    policy = PolicyBuilder().store(store).time(NOW + days * DAY)
    try:
        policy.build_server_verifier(general_name(name)).verify(shown, [])
        policy.build_client_verifier().verify(shown, [])
    except VerificationError:
        return False
    return True


@pytest.mark.parametrize(
    ("inventory", "speaking"),
    [
        (single(), set()),
        (single(nats_tls=True), {"nats"}),
        (single(nats_tls=False, mongodb_tls=True), {"mongodb"}),
        (cluster("a", "b"), {"nats", "mongodb"}),
        (cluster("a", "b", nats_tls=False), {"mongodb"}),
        (cluster("a", "b", mongodb_tls=False), {"nats"}),
        # a proxy alone is a client of neither
        (cluster("a", "b", groups={"nats": ["a"], "rocketchat": ["a"], "mongodb": ["a"]}), set()),
        (cluster("a", "b", groups={"nats": ["a"], "rocketchat": ["b"], "mongodb": ["b"]}), {"nats"}),
        (cluster("a", "b", groups={"nats": ["b"], "rocketchat": ["b"], "mongodb": ["a"]}), {"mongodb"}),
        (cluster("a", "b", groups={"nats": ["a"], "rocketchat": ["a"], "mongodb": ["a", "b"]}), {"mongodb"}),
        (single(rocketchat_nats_urls=["nats://bus.example.com"], nats_tls=True), set()),
    ],
)
def test_it_is_on_as_soon_as_what_is_said_leaves_a_host(inventory: Inventory, speaking: set[str]) -> None:
    values, new = resolve(inventory, {})
    assert values == new
    assert {name.partition("_")[0] for name in values if "_certificate_of_" in name} == speaking
    found = read(inventory, values)
    assert {part for part in ("nats", "mongodb") if getattr(found, part)} == speaking
    assert bool(found.for_clients) is bool(values) is bool(speaking)
    assert all(map(internal_tls.is_kept, values))


def test_servers_of_ones_own_are_told_otherwise() -> None:
    inventory = single(nats_tls=True, rocketchat_nats_urls=["nats://bus.example.com"])
    inventory["groups"]["nats"] = []
    assert complaints(inventory, nats_password="") == message(
        "nats_tls = True: has no effect on servers of your own, which rocketchat_nats_urls names. Leave it out; "
        "MongoDB's URL takes tls=true, and NATS itself tells its clients."
    )


def test_a_certificate_is_for_the_names_that_clients_use() -> None:
    values, _new = resolve(cluster("a", "b"), {})
    pem = values["mongodb_certificate_of_a"]
    assert names(pem) == ["a.mongodb.internal", "localhost", "127.0.0.1"]
    assert accepts(pem, values[AUTHORITY], "a.mongodb.internal")
    own, _new = resolve(single(mongodb_tls=True, mongodb_member_name="old.mongodb.internal"), {})
    assert names(own["mongodb_certificate_of_chat"])[0] == "old.mongodb.internal"
    pem = values["nats_certificate_of_a"]
    assert names(pem) == ["nats", "198.18.0.11", "localhost", "127.0.0.1"]
    for name in ("nats", "198.18.0.11", "127.0.0.1"):
        assert accepts(pem, values[AUTHORITY], name)
    assert not accepts(pem, values[AUTHORITY], "198.18.0.12")
    other, _new = resolve(cluster("a", "b"), {})
    assert not accepts(pem, other[AUTHORITY], "nats")


def test_what_is_kept_stays_and_a_new_host_changes_nothing_of_others() -> None:
    two, _new = resolve(cluster("a", "b"), {})
    assert resolve(cluster("a", "b"), two, days=1459) == (two, {})
    three, new = resolve(cluster("a", "b", "c"), two)
    assert {name for name in three if three[name] != two.get(name)} == set(new)
    assert all(name.endswith("_of_c") for name in new)


@pytest.mark.parametrize(
    ("broken", "days", "address"),
    [
        ({"nats_certificate_of_a": "broken"}, 0, "198.18.0.11"),
        ({"nats_certificate_of_a": ""}, 0, "198.18.0.11"),
        ({}, 1461, "198.18.0.11"),
        ({}, 0, "198.18.0.99"),
    ],
)
def test_another_is_made(broken: dict[str, str], days: int, address: str) -> None:
    inventory = cluster("a", "b")
    inventory["hosts"]["a"]["rocketchat_private_address"] = address
    kept, _new = resolve(cluster("a", "b"), {})
    values, new = resolve(inventory, kept | broken, days)
    assert "nats_certificate_of_a" in new
    assert values[AUTHORITY] == kept[AUTHORITY]
    assert accepts(values["nats_certificate_of_a"], kept[AUTHORITY], address, days)


def test_an_authority_is_renewed_with_the_same_key_so_that_neither_side_minds_the_order() -> None:
    """And before it signs anything that outlives it."""
    kept, _new = resolve(single(nats_tls=True), {})
    late = 14 * 365 + 1
    values, new = resolve(single(nats_tls=True), kept, days=late)
    assert values[AUTHORITY] != kept[AUTHORITY]
    assert AUTHORITY_KEY not in new
    ends = internal_authority.end_of(values["nats_certificate_of_chat"])
    assert ends
    assert ends < (internal_authority.end_of(kept[AUTHORITY]) or NOW)
    for authority in (kept, values):
        assert accepts(values["nats_certificate_of_chat"], authority[AUTHORITY], "nats", late)


@pytest.mark.parametrize("lost", [AUTHORITY, AUTHORITY_KEY])
def test_without_its_key_there_is_another_authority(lost: str) -> None:
    kept, _new = resolve(single(nats_tls=True), {})
    values, _new = resolve(single(nats_tls=True), {**kept, lost: ""})
    assert accepts(values["nats_certificate_of_chat"], values[AUTHORITY], "nats")


def test_pairs_do_not_show_their_key() -> None:
    made = internal_authority.renewed(Pair("", ""), NOW)
    assert "PRIVATE" in made.key
    assert "PRIVATE" not in repr(made)


def test_a_rotation_has_every_side_know_the_other_at_every_moment() -> None:
    """Servers change one after another, before clients do; each meets what the others had before."""
    inventory = cluster("a", "b")
    kept, _new = resolve(inventory, {})
    before = read(inventory, kept)
    first = dict(kept)
    for step in (BEGIN, FINISH, END):
        kept = with_changes(kept, advanced(kept, step, [AUTHORITY]))
        values, new = resolve(inventory, kept)
        kept = with_changes(kept, new)
        now = read(inventory, kept)
        for server in (before, now):
            for one in (before, now):
                assert accepts(server.certificate("nats", "a"), one.for_servers, "nats"), step
            # clients of the stage before are there until the servers are through
            assert accepts(server.certificate("nats", "b"), before.for_clients, "nats"), step
        assert accepts(now.certificate("nats", "b"), now.for_clients, "nats"), step
        before = now
    assert set(kept) == set(first)
    assert not {first[name] for name in first} & {kept[name] for name in kept}
    assert now.for_clients == now.for_servers == kept[AUTHORITY]
    assert not accepts(first["nats_certificate_of_a"], now.for_servers, "nats")


def test_an_end_that_nears_is_told() -> None:
    inventory = single(nats_tls=True)
    values, _new = resolve(inventory, {})

    def told(days: int) -> list[str]:
        return list(internal_tls.warnings(values, inventory, NOW + days * DAY))

    assert told(1764) == []
    [warning] = told(1766)
    assert warning.startswith("the certificate of NATS on host chat ends on 2031-11-25, and nothing")
    assert list(internal_tls.warnings({}, inventory, NOW)) == []


def test_nothing_is_known_of_what_no_run_made() -> None:
    found = read(single(nats_tls=True), {})
    assert (found.nats, found.for_clients, found.certificate("nats", "chat")) == (True, "", "")
