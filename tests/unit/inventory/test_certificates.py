# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's certificate is judged on the controller, with real certificates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.certificates import (
    file_problems,
    file_warnings,
    named_files,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.role_variables import read_inventory
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.server_certificate import (
    CERTIFICATE,
    KEY,
    authority_problems,
    certificate_problems,
    certificate_warnings,
)
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.certificates import Issuer, Key, key_pem, make_certificate, make_key
from tests.unit.plan_inventories import cluster

NOW = datetime(2026, 11, 24, tzinfo=UTC)
YEAR = timedelta(days=365)
PATHS = {CERTIFICATE: "/pki/chat.pem", KEY: "/pki/chat.key"}


def told(certificate: bytes, key: bytes, name: str = "chat.example.com") -> list[str]:
    return [str(problem) for problem in certificate_problems(PATHS, {CERTIFICATE: certificate, KEY: key}, name, NOW)]


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (["chat.example.com"], "chat.example.com"),
        (["example.com", "CHAT.example.com"], "Chat.Example.com"),
        (["*.example.com"], "chat.example.com"),
        ([ip_address("198.18.0.11")], "198.18.0.11"),
        ([ip_address("2001:db8::1")], "2001:db8:0::1"),
    ],
)
def test_fitting(names: list[object], asked: str) -> None:
    key, pem = make_key()
    assert told(make_certificate(key, names, NOW - YEAR, NOW + YEAR), pem, asked) == []


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (["other.example.com"], "chat.example.com"),
        (["a.example.com", "b.example.com"], "chat.example.com"),
        (["*.example.com"], "example.com"),
        (["*.example.com"], "a.chat.example.com"),
        (["198.18.0.11"], "198.18.0.12"),
    ],
)
def test_wrong_name(names: list[object], asked: str) -> None:
    key, pem = make_key()
    assert told(make_certificate(key, names, NOW - YEAR, NOW + YEAR), pem, asked) == [
        f"nginx_certificate_file = '/pki/chat.pem': is made out for {', '.join(map(str, names))}, not for {asked} of "
        "rocketchat_root_url. Name a certificate for that host."
    ]


def test_out_of_time() -> None:
    key, pem = make_key()
    expired = make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW - timedelta(days=1))
    early = make_certificate(key, ["chat.example.com"], NOW + timedelta(days=1), NOW + YEAR)
    last_moment = make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW)
    first_moment = make_certificate(key, ["chat.example.com"], NOW, NOW + YEAR)
    assert told(last_moment, pem) == told(first_moment, pem) == []
    assert told(expired, pem) == ["nginx_certificate_file = '/pki/chat.pem': expired on 2026-11-23. Renew it."]
    assert told(early, pem) == [
        "nginx_certificate_file = '/pki/chat.pem': is not valid before 2026-11-25 00:00 UTC. "
        "Wait until then, or set this machine's clock."
    ]


def test_key_of_another_certificate() -> None:
    key, _pem = make_key()
    _other, other_pem = make_key()
    assert told(make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW + YEAR), other_pem) == [
        "nginx_certificate_key_file = '/pki/chat.key': is not the key of the certificate in /pki/chat.pem. "
        "Name the key it was made for."
    ]


def test_encrypted_key() -> None:
    key, pem = make_key(passphrase=b"secret")
    assert told(make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW + YEAR), pem) == [
        "nginx_certificate_key_file = '/pki/chat.key': is encrypted, and nginx cannot ask for its passphrase. "
        "Name a key without one."
    ]


def test_files_swapped() -> None:
    key, pem = make_key()
    assert told(pem, make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW + YEAR)) == [
        "nginx_certificate_file = '/pki/chat.pem': holds no PEM certificate. Name one with its chain.",
        "nginx_certificate_key_file = '/pki/chat.key': holds no PEM private key. "
        "Name the key the certificate was made for.",
    ]


WEAK_KEYS = [rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP192R1())]


@pytest.mark.parametrize("key", WEAK_KEYS, ids=["rsa", "curve"])
def test_small_key(key: Key) -> None:
    own = make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW + YEAR)
    [problem] = told(own, key_pem(key))
    assert f"holds one of chat.example.com whose key has {key.key_size} bits, and nginx loads none so small" in problem
    assert "Have one made for an RSA key of 2048 bits or more, or one on P-256 or P-384." in problem


def test_small_key_in_the_chain() -> None:
    (key, pem), weak = make_key(), WEAK_KEYS[1]
    own = make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW + YEAR, Issuer("Middle", weak))
    [problem] = told(own + make_certificate(weak, ["Middle"], NOW - YEAR, NOW + YEAR), pem)
    assert "holds one of Middle whose key has 192 bits" in problem


@pytest.mark.parametrize(
    "key",
    [
        ed25519.Ed25519PrivateKey.generate(),
        *(ec.generate_private_key(curve()) for curve in (ec.SECP521R1, ec.SECP256K1)),
    ],
    ids=["ed25519", "p521", "k1"],
)
def test_key_of_a_kind_that_browsers_do_not_take(key: Key) -> None:
    [problem] = told(make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW + YEAR), key_pem(key))
    assert "is for a key of a kind that browsers do not take. Have one made for an RSA key" in problem


@pytest.mark.parametrize("key", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())])
def test_key_that_is_taken(key: Key) -> None:
    assert told(make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW + YEAR), key_pem(key)) == []


def test_certificate_for_clients() -> None:
    key, pem = make_key()
    usages = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
    both = make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW + YEAR, usages=usages)
    other = make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW + YEAR, usages=usages[:1])
    assert told(both, pem) == []
    assert told(other, pem) == [
        "nginx_certificate_file = '/pki/chat.pem': is not made out for servers (extended key usage). "
        "Have one made with the usage serverAuth."
    ]


def test_key_among_the_certificates() -> None:
    """It is copied to a file of mode 0644, and shown with --diff."""
    key, pem = make_key()
    both = make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW + YEAR) + pem
    assert told(both, both) == [
        "nginx_certificate_file = '/pki/chat.pem': holds a private key, too, and others may read the copy on the host. "
        "Keep the key in a file of its own."
    ]


ROOT_KEY, MIDDLE_KEY = make_key()[0], make_key()[0]
ROOT = make_certificate(ROOT_KEY, ["Root"], NOW - YEAR, NOW + YEAR, authority=True)
MIDDLE = make_certificate(MIDDLE_KEY, ["Middle"], NOW - YEAR, NOW + YEAR, Issuer("Root", ROOT_KEY), authority=True)
# of the same name, but with another key, as after an authority has renewed its own
OTHER_MIDDLE = make_certificate(ROOT_KEY, ["Middle"], NOW - YEAR, NOW + YEAR, Issuer("Root", ROOT_KEY), authority=True)


def warned(end: datetime, *chain: bytes, begin: datetime = NOW - YEAR) -> list[str]:
    own = make_certificate(make_key()[0], ["chat.example.com"], begin, end, Issuer("Middle", MIDDLE_KEY))
    head = "nginx_certificate_file = '/pki/chat.pem': "
    return [text.removeprefix(head) for text in certificate_warnings("/pki/chat.pem", b"".join([own, *chain]), NOW)]


@pytest.mark.parametrize("chain", [(MIDDLE,), (MIDDLE, ROOT)])
def test_chain_in_order(chain: tuple[bytes, ...]) -> None:
    assert warned(NOW + YEAR, *chain) == []


@pytest.mark.parametrize("chain", [(), (ROOT,), (OTHER_MIDDLE,)])
def test_chain_without_the_issuer(chain: tuple[bytes, ...]) -> None:
    assert warned(NOW + YEAR, *chain) == [
        "lacks the certificate of its issuer, Middle, without which apps refuse it. "
        "Append that to the file; authorities call a file with both fullchain or bundle."
    ]


@pytest.mark.parametrize("chain", [(ROOT, MIDDLE), (MIDDLE, MIDDLE, ROOT), (MIDDLE, ROOT, OTHER_MIDDLE)])
def test_chain_in_disorder(chain: tuple[bytes, ...]) -> None:
    assert warned(NOW + YEAR, *chain) == [
        "has certificates that are not in the order of their issuers, or do not belong there. "
        "Write these, in this order: chat.example.com; Middle; Root."
    ]


def test_own_certificate_after_its_issuer() -> None:
    """nginx takes the first for the server's own, and refuses the key."""
    key, pem = make_key()
    own = make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW + YEAR, Issuer("Middle", MIDDLE_KEY))
    assert told(MIDDLE + own, pem)[-1] == (
        "nginx_certificate_key_file = '/pki/chat.key': is the key of another certificate in /pki/chat.pem than the "
        "first. Put the server's own certificate first there, and its issuer's after it."
    )


def test_chain_that_has_expired() -> None:
    yesterday = NOW - timedelta(days=1)
    expired = make_certificate(MIDDLE_KEY, ["Middle"], NOW - YEAR, yesterday, Issuer("Root", ROOT_KEY), authority=True)
    assert warned(NOW + YEAR, expired) == [
        "has a chain in which Middle expired on 2026-11-23. Replace that with the one its issuer has now."
    ]


def test_chain_through_one_that_may_not_issue() -> None:
    no_authority = make_certificate(MIDDLE_KEY, ["Middle"], NOW - YEAR, NOW + YEAR, Issuer("Root", ROOT_KEY))
    assert warned(NOW + YEAR, no_authority) == [
        "has a chain in which Middle is no authority and may issue none (basic constraints). "
        "Replace that with the one its issuer has now."
    ]


@pytest.mark.parametrize(
    ("lived", "left", "says"),
    [
        (335, 30, None),
        (336, 29, "expires on 2026-12-23, in 29 days"),
        # those of Let's Encrypt live for 90 days, and are renewed when 30 are left
        (60, 30, None),
        (70, 20, "expires on 2026-12-14, in 20 days"),
        (5, 2, None),
        (6, 1, "expires on 2026-11-25, in 1 day"),
        (364, 0.5, "expires on 2026-11-24, in less than a day"),
    ],
)
def test_end_that_is_near(lived: float, left: float, says: str | None) -> None:
    end = NOW + timedelta(days=left)
    expected = [f"{says}. Renew it, and run the site playbook again."] if says else []
    assert warned(end, MIDDLE, begin=NOW - timedelta(days=lived)) == expected


def test_authority_of_a_registry() -> None:
    def refused(pem: bytes) -> list[str]:
        return [str(problem) for problem in authority_problems("x", "/pki/ca.pem", pem, NOW)]

    expired = make_certificate(ROOT_KEY, ["Root"], NOW - YEAR, NOW - timedelta(days=1))
    assert refused(ROOT) == refused(expired + ROOT) == []
    assert refused(expired) == ["x = '/pki/ca.pem': expired on 2026-11-23. Name the one that the registry has now."]
    assert "holds a private key, too" in refused(ROOT + key_pem(ROOT_KEY))[0]
    assert "holds no PEM certificate" in refused(b"\x30\x82")[0]


def test_authorities_that_containers_are_to_trust() -> None:
    planned = cluster("one", "two", rocketchat_ca_certificates=["/pki/ldap.pem", "/pki/gone.pem"])
    inventory, _problems = read_inventory(planned["groups"], planned["hosts"])
    assert named_files(inventory)[:2] == ["/pki/ldap.pem", "/pki/gone.pem"]
    gone = (
        "rocketchat_ca_certificates[1] = '/pki/gone.pem': is no file that can be read on the machine Ansible runs on. "
    )
    gone += "Write its absolute path."

    def refused(pem: bytes) -> list[str]:
        return [str(problem) for problem in file_problems(inventory, {"/pki/ldap.pem": pem}, NOW)]

    assert refused(ROOT) == [gone]
    said = "rocketchat_ca_certificates[0] = '/pki/ldap.pem': "
    expired = make_certificate(ROOT_KEY, ["Root"], NOW - YEAR, NOW - timedelta(days=1))
    assert refused(expired)[0] == f"{said}expired on 2026-11-23. Name the one that they have now."
    assert refused(b"no PEM")[0] == (
        f"{said}holds no PEM certificate. Name that of the authority which made the servers' certificates."
    )
    assert f"{said}holds a private key, too" in refused(ROOT + key_pem(ROOT_KEY))[0]


def test_what_is_unwise_is_told_once() -> None:
    key, pem = make_key()
    own = make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW + YEAR, Issuer("Middle", MIDDLE_KEY))
    files = {"nginx_certificate": "files", **PATHS}
    planned = cluster("one", "two", **files)
    inventory, _problems = read_inventory(planned["groups"], planned["hosts"])
    contents = {PATHS[CERTIFICATE]: own, PATHS[KEY]: pem}
    assert file_problems(inventory, contents, NOW) == []
    [warning] = file_warnings(inventory, contents, NOW)
    assert "lacks the certificate of its issuer, Middle" in warning
    assert file_warnings(inventory, {}, NOW) == []
