# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate that is issued to a host: what is written, kept and asked for in each state of it."""

from __future__ import annotations

from typing import Any

from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.ledger import updated
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.application import role_plan
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import host_differences, told
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.ownership import ownership_problems
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.question import question
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout

from tests.unit.plan_inventories import plan, single, typed_plan
from tests.unit.preflight.hosts import NOW, OTHER, before_a_run_of, converged, with_facts

ACME = {"nginx_certificate": "acme"}
ISSUED = converged(plan(single(**ACME)))
SELF_SIGNED = converged(plan(single()))
PATH = ISSUED.desired["nginx"].issued.path  # type: ignore[union-attr]
INSTALLED = (layout.CERTIFICATE, layout.CERTIFICATE_KEY)
ASKS = "will have a certificate for chat.example.com issued by acme-v02.api.letsencrypt.org"


def files(host: Host, **changes: Any) -> Host:
    return with_facts(host, files={**host.facts["files"], **changes})


def renewed(host: Host, *paths: str) -> Host:
    """With another content at these paths."""
    return files(host, **{path: {**host.facts["files"][path], "digest": OTHER} for path in paths})


def sentences(host: Host) -> list[str]:
    return [sentence for _role, sentence in told(host_differences(host))]


def applied(host: Host) -> Any:
    return role_plan(host, "nginx", host_differences(host).get("nginx", []))


def test_a_renewal_without_ansible_is_no_difference() -> None:
    """certbot renewed it, the file was installed, and nginx was reloaded: another process has the settings."""
    key = PATH.replace("fullchain", "privkey")
    host = renewed(ISSUED, PATH, key, *INSTALLED)
    programs = {**host.facts["programs"], layout.NGINX_UNIT: {"process": "another", "since": NOW}}
    assert host_differences(host) == host_differences(with_facts(host, programs=programs)) == {}


def test_what_was_issued_and_not_installed() -> None:
    host = renewed(ISSUED, PATH)
    assert sentences(host) == ["will install the certificate that was issued and reload nginx"]
    assert applied(host)["unit"]["state"] == "reloaded"
    assert not applied(host)["issued"]["asks"]


def test_the_first_one() -> None:
    host = before_a_run_of(plan(single(**ACME)), SELF_SIGNED)
    assert ASKS in sentences(host)
    assert "will install certbot" in sentences(host)
    plan_of_role = applied(host)
    assert plan_of_role["issued"]["asks"]
    [certificate] = [file for file in plan_of_role["files"] if file["path"] == layout.CERTIFICATE]
    assert (certificate["issued"], certificate["keeps"]) == (PATH, True)


def test_one_of_a_pair_is_not_kept_alone() -> None:
    host = files(ISSUED, **{layout.CERTIFICATE_KEY: None})
    assert [file["keeps"] for file in applied(host)["files"] if "keeps" in file] == [False, False]


def test_until_it_is_issued_what_is_there_will_do() -> None:
    """As the operator's own one, or that of other names, which the next run is to replace."""
    host = renewed(files(ISSUED, **{PATH: None, PATH.replace("fullchain", "privkey"): None}), *INSTALLED)
    assert sentences(host) == [ASKS]
    assert applied(host)["unit"]["state"] == "started"


def test_a_timer_that_is_masked() -> None:
    units = {**ISSUED.facts["units"], layout.ACME_TIMER: {"found": False, "masked": True}}
    [problem] = [str(one) for one in ownership_problems(with_facts(ISSUED, units=units)) if "masked" in str(one)]
    assert "systemctl unmask rocketops-acme.timer" in problem


def test_another_source_takes_the_timer_away() -> None:
    """It would replace the operator's own certificate with one of its own some day."""
    host = before_a_run_of(plan(single()), ISSUED)
    assert sentences(host) == [
        "will change the site in nginx and reload it",
        "will no longer have the certificate issued and renewed on the host",
    ]
    left = applied(host)["leftovers"]
    assert left["units"] == [layout.ACME_TIMER]
    assert f"{layout.UNITS}/{layout.ACME_UNIT}" in left["files"]
    content = updated(host.ledger, {"resources": left["resources"]})
    assert not [name for name in content["resources"] if "acme" in name]
    assert applied(SELF_SIGNED)["leftovers"]["files"] == []


def test_a_host_is_asked_for_it() -> None:
    asked = question("https://chat.example.com", typed_plan(single(**ACME)).hosts["chat"], False)
    assert asked["certificates"] == [PATH]
    assert PATH in asked["files"] and layout.ACME_TIMER in asked["units"]
    assert PATH not in question("https://chat.example.com", typed_plan(single(**ACME)).hosts["chat"], True)["texts"]
