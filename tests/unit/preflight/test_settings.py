# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Docker's settings beside those that the operator has in the same file."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.settings import changed, leaves, top
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.desired import DAEMON_SETTINGS, LOGGING
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.application import (
    ledger_entries,
    role_plan,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import (
    file_diffs,
    host_differences,
    told,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.settings import settings_change
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plan_inventories import plan, single
from tests.unit.preflight.hosts import (
    BARE,
    EMPTY,
    KEYS,
    MODE,
    asked,
    before_a_run_of,
    converged,
    owned,
    said,
    with_facts,
)

PLAN = plan(single())
BASE = converged(PLAN)
PATH = layout.DAEMON_SETTINGS
OURS: dict[str, Any] = {key: value for group in DAEMON_SETTINGS for key, value in group.items()}
THEIRS = {"data-root": "/srv/docker", "registry-mirrors": ["https://mirror.example.com"], "proxies": {"no-proxy": "a"}}
# what the engine of somebody who needs none of ours has
OTHERWISE = {"live-restore": False, "log-driver": "journald"}


def host(found: dict[str, Any] | None, noted: dict[str, str] | None = None, **options: Any) -> Host:
    """One with these settings in the file, where ``noted`` are those that are ours."""
    one = BASE
    if options:
        planned = deepcopy(PLAN)
        planned["hosts"]["chat"]["docker"]["options"] = options
        one = before_a_run_of(planned, BASE)
    ledger = {**one.facts["ledger"], "content": {**one.ledger, "settings": {PATH: noted} if noted else {}}}
    files = one.facts["files"] if found is not None else {**one.facts["files"], PATH: None}
    return with_facts(one, settings={PATH: said(found or {})}, ledger=ledger, files=files)


def after(one: Host, found: dict[str, Any]) -> dict[str, Any]:
    """What the role leaves in the file."""
    given = role_plan(one, "docker", host_differences(one).get("docker", []))["settings"]
    return changed(found, given["set"], given["remove"])


def noted(one: Host) -> dict[str, str]:
    """What is ours once the engine runs with it."""
    return dict(role_plan(one, "docker", [])["settings"]["noted"][PATH])


def noted_before(one: Host) -> dict[str, str]:
    """And until then."""
    entries = ledger_entries(one, {"docker": host_differences(one)["docker"]}, KEYS)["settings"]
    return dict(entries.get(PATH, one.ledger["settings"].get(PATH, {})))


def sentences(one: Host) -> list[str]:
    return [sentence for _role, sentence in told(host_differences(one))]


def test_ours_are_added_to_theirs() -> None:
    assert after(host(THEIRS), THEIRS) == {**THEIRS, **OURS}
    assert sentences(host(THEIRS)) == [
        "will change Docker's settings (live-restore, log-driver, log-opts) and restart the engine; "
        "containers keep running"
    ]
    assert sentences(host({**THEIRS, **OURS})) == []
    assert noted(host(THEIRS)) == said(OURS)["digests"]
    assert noted(host(OURS)) == {}, "nothing was made"


def test_theirs_of_the_same_names_stay() -> None:
    assert sentences(host(OTHERWISE)) == []
    one = {"log-driver": "json-file"}
    assert after(host(one), one) == {**one, "live-restore": True}, "log-opts belong to log-driver"
    assert sentences(host(one)) == ["will change Docker's settings (live-restore)"], "which needs no restart"


def test_the_inventory_wins() -> None:
    assert after(host(OTHERWISE, **{"live-restore": True}), OTHERWISE) == {**OTHERWISE, "live-restore": True}
    found = {"log-driver": "splunk", "log-opts": {"splunk-token": "t"}, "live-restore": True}
    assert after(host(found, **{"log-opts": {"max-size": "9m"}}), found) == {
        "log-driver": "json-file",
        "log-opts": {"max-size": "9m", "max-file": "5"},
        "live-restore": True,
    }
    usual = {"log-opts": {"labels": "a"}, "live-restore": True}
    assert after(host(usual, **{"log-opts": {"tag": "b"}}), usual)["log-opts"]["labels"] == "a", "the same driver"
    local = {"log-driver": "local", "live-restore": True}
    assert after(host(OURS, said(OURS)["digests"], **{"log-driver": "local"}), OURS) == local


def test_their_log_driver_stays_with_what_is_left_of_its_options() -> None:
    theirs = {"live-restore": True, "log-driver": "journald", "log-opts": {"labels": "a"}}
    options = {"log-driver": "journald", "log-opts": {"tag": "b"}}
    one = host(theirs, **options)
    there = after(one, theirs)
    assert there["log-opts"] == {"labels": "a", "tag": "b"}
    assert after(host(there, noted(one)), there) == theirs


def test_objects_are_shared_setting_by_setting() -> None:
    found = {**OURS, "features": {"buildkit": True}}
    one = host(found, features={"cdi": True})
    assert after(one, found) == {**OURS, "features": {"buildkit": True, "cdi": True}}
    ours = noted(one)
    both = {**found, "features": {"buildkit": True, "cdi": True}}
    assert after(host(both, ours), both) == found


def test_what_the_inventory_no_longer_wants_is_removed_and_nothing_else() -> None:
    ours = {**said(OURS)["digests"], **said({"debug": True, "icc": False, "ipv6": True})["digests"]}
    found = {**THEIRS, **OURS, "debug": True, "icc": True}
    one = host(found, ours)
    assert after(one, found) == {**THEIRS, **OURS, "icc": True}, "somebody set icc since"
    assert sentences(one) == ["will change Docker's settings (debug) and restart the engine; containers keep running"]
    assert noted(one) == said(OURS)["digests"]


def test_a_change_that_was_put_back_is_made_by_the_next_run() -> None:
    """Whatever it was: an addition, a removal, or another value."""
    first = {**OURS, "debug": True, "log-level": "info"}
    ours = said(first)["digests"]
    failed = host(first, ours, **{"log-level": "warn", "icc": False})
    still = noted_before(failed)
    assert after(host(first, still, **{"log-level": "warn", "icc": False}), first) == {
        **OURS,
        "log-level": "warn",
        "icc": False,
    }
    assert after(host(first, still), first) == OURS
    assert noted(host(OURS, still)) == said(OURS)["digests"]


def test_drift_of_ours_is_corrected() -> None:
    found = {**OURS, "live-restore": False, "log-opts": {"max-size": "1g", "labels": "a"}}
    one = host(found, said(OURS)["digests"])
    assert after(one, found) == {**OURS, "log-opts": {"labels": "a", **LOGGING["log-opts"]}}


def test_containers_end_where_the_engine_does_not_keep_them() -> None:
    assert sentences(host(OTHERWISE, icc=False)) == [
        "will change Docker's settings (icc) and restart the engine; which ends all containers on the host for that "
        "time"
    ]
    assert role_plan(host(OTHERWISE, icc=False), "docker", [])["settings"]["keeps_containers"] is False


def test_what_is_on_the_command_line_is_not_set_again() -> None:
    one = host({})
    docker = one.facts["docker"]
    flags = with_facts(one, docker={**docker, "engine": {**MODE, "flags": ["live-restore", "log-opt"]}})
    assert sentences(flags) == []
    assert role_plan(flags, "docker", [])["settings"]["keeps_containers"]


def test_file_that_cannot_be_read_is_left_as_it_is() -> None:
    """The gate refuses it; health has nothing to tell that a run would mend."""
    broken = with_facts(host({}), settings={PATH: {"error": "line 1", "values": {}, "digests": {}}})
    assert sentences(broken) == []


def test_file_of_somebody_else_keeps_its_mode() -> None:
    one = host(THEIRS)
    modes = {**one.facts["files"], PATH: {"kind": "file", "mode": "0600", **owned("root"), "digest": "1"}}
    resources = {**one.ledger["resources"], f"file {PATH}": "found"}
    content = {**one.ledger, "resources": resources}
    theirs = with_facts(one, files=modes, ledger={**one.facts["ledger"], "content": content})
    assert role_plan(theirs, "docker", [])["settings"]["mode"] is None
    assert role_plan(host(None), "docker", [])["settings"]["mode"] == "0644"


def test_a_host_of_0_1_0_has_our_settings() -> None:
    one = with_facts(host({**THEIRS, **OURS}), ledger={"state": "absent", "collection": "", "content": EMPTY})
    assert noted(one) == said(OURS)["digests"]
    stranger = asked(PLAN, settings={PATH: said(OURS)}, ledger=BARE["ledger"])
    assert noted(stranger) == {}


def test_no_secret_of_theirs_is_shown() -> None:
    secret = {"proxies": {"http-proxy": "http://me:S3CRET@proxy"}, "log-opts": {"gelf-secret": "S3CRET"}}
    one = host(secret)
    [shown] = [diff for diff in file_diffs(one, host_differences(one)) if diff["after_header"] == PATH]
    assert "S3CRET" not in str(shown) and '"live-restore": true' in shown["after"] and "***" in shown["before"]
    assert "S3CRET" not in str(role_plan(one, "docker", []))
    assert after(one, secret)["proxies"] == secret["proxies"]


VALUES = st.integers(0, 2) | st.dictionaries(st.sampled_from("xyz"), st.integers(0, 2), max_size=2)
LOG_OPTS = st.dictionaries(st.sampled_from(["max-size", "labels", "tag"]), st.sampled_from(["1", "50m"]), max_size=2)
ANY = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("debug", "features", "icc"), VALUES),
        "live-restore": st.booleans(),
        "log-driver": st.sampled_from(["json-file", "journald"]),
        "log-opts": LOG_OPTS,
    },
)


@given(ANY, ANY)
def test_a_second_run_changes_nothing_and_what_is_theirs_survives_all(
    theirs: dict[str, Any], options: dict[str, Any]
) -> None:
    first = host(theirs, **options)
    state = first.desired["docker"].settings
    assert state
    there = after(first, theirs)
    again = host(there, noted(first), **options)
    assert not settings_change(again, state)
    assert noted(again) == noted(first)
    without = host(there, noted(first))
    kept = {name for name, value in leaves(theirs).items() if leaves(there).get(name) == value}
    if "log-driver" in options:
        # they go with their driver
        kept = {name for name in kept if top(name) != "log-opts"}
    assert kept <= set(leaves(after(without, there)))


def test_mode_of_the_engine_is_what_a_test_host_has() -> None:
    """So that the tests of the gate are about a host that is usual."""
    assert BASE.facts["docker"]["engine"] == MODE
