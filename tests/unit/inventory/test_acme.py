# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused of a certificate that an ACME server is to issue, word for word."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.plan_inventories import cluster, complaints, message, plan, single
from tests.unit.roles.shapes import ACME, FILES

PUBLIC = {"nginx_certificate": "acme"}
OWN = "or name files of your own with nginx_certificate_file and nginx_certificate_key_file"
NAME = "chat.example.com"


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        (
            {"rocketchat_root_url": "http://chat.example.com"},
            "nginx_certificate = 'acme': asks for a certificate, and rocketchat_root_url begins with http://. Write "
            "the https address people type there, or leave this out.",
        ),
        *(
            (
                {"rocketchat_root_url": f"https://{address}"},
                "nginx_certificate = 'acme': has certificates issued for names, and the host of rocketchat_root_url is "
                f"{address.strip('[]')}. Give it a name in DNS and write that there, {OWN}.",
            )
            for address in ("198.18.0.11", "[2001:db8::1]")
        ),
        (
            {"nginx_trusted_proxies": ["192.0.2.10"], "rocketchat_extra_proxies": 1},
            "nginx_certificate = 'acme': asks for a certificate that no client would see, as nginx_trusted_proxies end "
            "TLS in front of nginx. Have the certificate issued there, or leave nginx_trusted_proxies out.",
        ),
        (
            {"nginx_acme_directory": "http://ca.example.com/directory"},
            "nginx_acme_directory = 'http://ca.example.com/directory': is not the address of an ACME server's "
            "directory, which begins with https://. Write one such as https://acme-v02.api.letsencrypt.org/directory.",
        ),
        (
            {"nginx_acme_email": "admin"},
            "nginx_acme_email = 'admin': is not an address of mail. Write one such as admin@example.com.",
        ),
        (
            {"nginx_acme_names": [NAME, "*.example.com"]},
            "nginx_acme_names[1] = '*.example.com': is a wildcard, which needs a record in DNS for each renewal "
            f"(DNS-01). Write each name, {OWN}.",
        ),
        (
            {"nginx_acme_names": ["Talk.example.com"]},
            "nginx_acme_names[0] = 'Talk.example.com': is not in lower case, as DNS and certificates have names. Write "
            "talk.example.com.",
        ),
        (
            {"nginx_acme_names": ["plauderstübchen.example"]},
            "nginx_acme_names[0] = 'plauderstübchen.example': has letters that DNS does not know. Write "
            "xn--plauderstbchen-osb.example.",
        ),
        (
            {"nginx_acme_names": ["192.0.2.10"]},
            "nginx_acme_names[0] = '192.0.2.10': is an address, and certificates are issued for names here. "
            "Write a name.",
        ),
        *(
            (
                {"nginx_acme_names": [name]},
                f"nginx_acme_names[0] = {name!r}: is not a name of DNS. Write one such as chat.example.com.",
            )
            for name in ("", "chat..example", "-chat.example", "chat.example.", "https://chat", "a" * 64, "chat.7")
        ),
        (
            {"nginx_acme_names": [f"chat{number}.example.com" for number in range(100)]},
            "nginx_acme_names: has 100 names, and a certificate has 100 at most, that of the root URL among them. "
            "Leave some out.",
        ),
    ],
)
def test_what_an_acme_server_could_not_do(variables: dict[str, Any], problem: str) -> None:
    assert complaints(single(**PUBLIC, **variables)) == message(problem)


def test_several_hosts_that_answer_to_one_name() -> None:
    reason = (
        "nginx_certificate = 'acme': would have the ACME server look on one of one, two, and the answer lies on the "
        f"host that asked for the certificate. Leave one host in [nginx], {OWN}."
    )
    assert complaints(cluster("one", "two", groups={"mongodb": ["one"]}, **PUBLIC)) == message(reason)
    alone = cluster("one", "two", groups={"mongodb": ["one"], "nginx": ["two"]}, **PUBLIC)
    assert plan(alone)["hosts"]["two"]["nginx"]["acme"]["names"] == [NAME]


def test_what_is_planned() -> None:
    planned = plan(single(**ACME), FILES)["hosts"]["chat"]["nginx"]
    assert planned["acme"]["names"][:2] == [NAME, "talk.example.com"]
    assert planned["acme"]["authority"] == FILES["/authority.pem"]
    assert planned["other_names"][0] == "talk.example.com"
    # too long for a table of nginx's
    assert planned["other_names"][1].startswith("~^")


@pytest.mark.parametrize(
    ("variable", "value", "part"),
    [
        ("nginx_acme_directory", "https://ca.example.com/other", "account"),
        ("nginx_acme_email", "other@example.com", "account"),
        ("nginx_acme_names", ["other.example.com"], "certificate"),
    ],
)
def test_another_account_or_certificate(variable: str, value: Any, part: str) -> None:
    """Without it, certbot would keep the one that it has."""
    before, after = (
        plan(single(**given), FILES)["hosts"]["chat"]["nginx"]["acme"] for given in (ACME, {**ACME, variable: value})
    )
    assert {name for name in ("account", "certificate") if before[name] != after[name]} == {part}
    assert before["issued"] != after["issued"]


def test_names_given_twice_are_one() -> None:
    planned = plan(single(**PUBLIC, nginx_acme_names=[NAME, "a.example", "a.example"]))["hosts"]["chat"]["nginx"]
    assert planned["acme"]["names"] == [NAME, "a.example"]
