# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every resource of a plan that is not as planned is a difference of the role that applies it, and of no other."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.ledger import updated
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.application import (
    ledger_entries,
    resources,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import host_differences, told
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.plan.test_properties import EXTERNAL_MONGODB, inventories
from tests.unit.plan_inventories import Inventory, plan, single
from tests.unit.preflight.drifts import Drift, drifts
from tests.unit.preflight.hosts import KEYS, asked, before_a_run_of, converged, with_facts

FILES = {name: f"text of {name}\n" for name in ("/pki/registry.pem", "/pki/chat.pem", "/pki/chat.key")}
EVERYTHING: dict[str, Any] = {
    "docker_registry_certificates": {"registry.example.com": "/pki/registry.pem"},
    "rocketchat_resources": {"account": {"memory": "512m", "cpus": 1.5}},
    "rocketchat_file_upload_storage": "directory",
    "rocketchat_images": {"account": "registry.example.com/account:8.9.1"},
}
OF_FILES = {
    "nginx_certificate": "files",
    "nginx_certificate_file": "/pki/chat.pem",
    "nginx_certificate_key_file": "/pki/chat.key",
    "docker_source": "distribution",
}


def external() -> Inventory:
    inventory = single(rocketchat_mongodb_url=EXTERNAL_MONGODB, rocketchat_root_url="http://chat.example.com")
    inventory["groups"]["mongodb"] = []
    return inventory


ACME = {
    "nginx_certificate": "acme",
    "nginx_acme_names": ["talk.example.com"],
    "nginx_acme_authority": "/pki/registry.pem",
}
HOSTS = {
    "a single host": converged(plan(single(**EVERYTHING), FILES)),
    "its own certificate": converged(plan(single(**OF_FILES), FILES)),
    "an issued certificate": converged(plan(single(**ACME), FILES)),
    "external MongoDB": converged(plan(external())),
}
CASES = [(name, host, drift) for name, host in HOSTS.items() for drift in drifts(host)]
TITLES = [f"{name}: {drift.title}" for name, _host, drift in CASES]


def test_cases_are_about_every_resource() -> None:
    assert len(set(TITLES)) == len(TITLES)
    named = " ".join(TITLES)
    for host in HOSTS.values():
        for state in host.desired.values():
            assert [name for kind, name in resources(state) if kind in ("file", "package") and name not in named] == []


@pytest.mark.parametrize(("_name", "host", "drift"), CASES, ids=TITLES)
def test_a_drift_is_a_difference_of_its_role(_name: str, host: Host, drift: Drift) -> None:
    differences = host_differences(drift.of(host))
    assert tuple(differences) == drift.roles
    sentences = [sentence for _role, sentence in told(differences)]
    assert [sentence for sentence in sentences if drift.says in sentence], sentences
    assert len(drift.roles) > 1 or len(sentences) == 1


# -- a run that failed -------------------------------------------------------------------------------------------------

RENEWED = {**FILES, "/pki/chat.pem": "text of a renewed certificate\n"}
CERTIFICATES = {
    "self-signed": plan(single()),
    "self-signed for another name": plan(single(rocketchat_root_url="https://talk.example.com")),
    "given": plan(single(**{**OF_FILES, "docker_source": "docker"}), FILES),
    "given and renewed": plan(single(**{**OF_FILES, "docker_source": "docker"}), RENEWED),
}
CHANGES = [(before, after) for before in CERTIFICATES for after in CERTIFICATES if before != after]


def recorded(host: Host) -> Host:
    """After the first play of a run: what is about to be made is noted, and nothing has changed yet."""
    entries = ledger_entries(host, host_differences(host), KEYS)
    content = updated(host.facts["ledger"]["content"], entries)
    return with_facts(host, ledger={**host.facts["ledger"], "content": content})


@pytest.mark.parametrize(("before", "after"), CHANGES)
@pytest.mark.parametrize("written", [0, 1, None], ids=["nothing written", "one file written", "all files written"])
def test_another_certificate_is_installed_by_the_run_after_a_failed_one(
    before: str, after: str, written: int | None
) -> None:
    """Wherever that ended: what the host has is compared, and what nginx has not taken up is noted."""
    host = before_a_run_of(CERTIFICATES[after], converged(CERTIFICATES[before]))
    assert "nginx" in host_differences(host)
    host = recorded(host)
    planned = [file for file in host.desired["nginx"].files if file.content is not None][:written]
    files = {file.path: {**host.facts["files"][file.path], "digest": file.digest} for file in planned}
    failed = with_facts(host, files={**host.facts["files"], **files})
    differences = host_differences(failed)["nginx"]
    assert "reload" in {difference.effect for difference in differences}


@pytest.mark.parametrize("change", [("self-signed", "given"), ("given", "self-signed")])
def test_a_copy_of_the_former_certificate_is_another(change: tuple[str, str]) -> None:
    """Somebody put it back by hand after the run."""
    former, present = (converged(CERTIFICATES[name]) for name in change)
    files = {path: former.facts["files"][path] for path in (layout.CERTIFICATE, layout.CERTIFICATE_KEY)}
    assert list(host_differences(with_facts(present, files={**present.facts["files"], **files}))) == ["nginx"]


@examples(times=0.4)
@given(inventories())
def test_nothing_differs_on_a_converged_host(inventory: Inventory) -> None:
    planned = plan(inventory)
    for name in planned["hosts"]:
        assert host_differences(converged(planned, name)) == {}


@examples(times=0.4)
@given(inventories(), st.data())
def test_whatever_is_missing_is_a_difference_of_the_roles_concerned(inventory: Inventory, data: st.DataObject) -> None:
    planned = plan(inventory)
    host = converged(planned, data.draw(st.sampled_from(list(planned["hosts"]))))
    removals = [drift for drift in drifts(host) if drift.removes]
    chosen = data.draw(st.lists(st.sampled_from(removals), unique_by=lambda drift: drift.title))
    for drift in chosen:
        host = drift.of(host)
    concerned = {role for drift in chosen for role in drift.roles}
    assert list(host_differences(host)) == [role for role in host.desired if role in concerned]


@examples(times=0.4)
@given(inventories())
def test_every_role_has_something_to_do_on_a_bare_host(inventory: Inventory) -> None:
    planned = plan(inventory)
    for name in planned["hosts"]:
        host = asked(planned, name)
        assert list(host_differences(host)) == list(host.desired)
