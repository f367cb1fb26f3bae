# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a teardown removes is ours, is told beforehand, and is all there is of it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.left_by_packages import LEFT
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.teardown.found import NGINX_DIRECTORY
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.teardown.gate import sentences
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.teardown.removal import Removal, removal
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.teardown.remains import ON, Facts, after, at, container, deployed, engine, foreign, found

DEPLOYED = deployed(rocketchat_file_upload_storage="directory", rocketchat_file_upload_directory="/srv/uploads")
PATHS = [name.partition(" ")[2] for name in DEPLOYED["ledger"]["content"]["resources"] if name.startswith("file ")]
DATA = {*DEPLOYED["ledger"]["content"]["data"], *(path for one in LEFT.values() for path in one.data)}
KERNEL = "docker0, and the engine's rules and forwarding in the kernel: go with the next boot"
TREES = {tree for one in LEFT.values() for tree in one.trees}


def host(**facts: Any) -> Facts:
    return {**deepcopy(DEPLOYED), **facts}


@st.composite
def hosts(draw: Any) -> Facts:
    """After a run of site, and whatever others did before it and since."""
    facts = host()
    facts["trees"] = draw(st.lists(st.sampled_from(sorted(DATA | TREES)), unique=True))
    resources = facts["ledger"]["content"]["resources"]
    for name in resources:
        resources[name] = draw(st.sampled_from(["made", "made", "made", "found", "adopted"]))
    for path, there in facts["files"].items():
        change = draw(st.sampled_from(["", "", "", "gone", "copied", "unmarked", "full"]))
        if change == "gone":
            facts["files"][path] = None
        elif change == "copied" and not there["directory"]:
            there["copy"] = f"{path}.7.2026-11-24@04:12:33~"
        elif change == "unmarked":
            there["marked"] = False
        elif change == "full" and there["directory"]:
            there["holds"].append(f"{path}/somebody's")
    facts["docker"]["containers"] += draw(
        st.lists(st.sampled_from([foreign("shop"), foreign("cuckoo", networks=["rocketchat"])]), max_size=1)
    )
    facts["sites"] = {NGINX_DIRECTORY: draw(st.sampled_from([[], ["/etc/nginx/conf.d/shop.conf"]]))}
    facts["changed_settings"] = draw(st.sampled_from([{}, {"nftables": ["/etc/nftables.conf"]}]))
    facts["groups"] = {"docker": draw(st.sampled_from([[], ["ada"]])), "mongodb": ["mongodb"]}
    for told in facts["settings"].values():
        told["digests"] |= draw(st.sampled_from([{}, {"debug": "0" * 64}]))
    return facts


def names(gone: Removal) -> set[str]:
    return {name for line in gone.left for name in line.partition(": ")[0].split(", ")}


def all_files(gone: Removal) -> list[str]:
    return [*gone.proxy_files["files"], *gone.files]


@given(hosts(), st.booleans())
def test_only_what_is_ours_is_removed(facts: Facts, data_goes: bool) -> None:
    gone = removal(found(facts, data_goes))
    resources, docker = facts["ledger"]["content"]["resources"], facts["docker"]
    assert {resources[f"file {path}"] for path in all_files(gone)} <= {"made", "adopted"}
    assert {resources[f"package {name}"] for name in gone.packages if f"package {name}" in resources} <= {"made"}
    ours = {one["name"] for one in docker["containers"] if one["ours"]}
    assert {one["name"] for one in gone.containers} == ours
    used = {name for one in docker["containers"] if not one["ours"] for name in one["networks"]}
    assert not set(gone.networks) & used
    assert set(gone.trees) <= set(facts["trees"])
    assert set(gone.trees) & DATA <= (DATA if data_goes else set())
    if used:
        assert not set(gone.trees) & TREES and not {"docker-ce", "containerd.io"} & set(gone.packages)
    if facts["sites"][NGINX_DIRECTORY]:
        assert "nginx" not in gone.packages and not gone.proxy_stops
    if facts["changed_settings"]:
        assert "nftables" not in gone.packages


@given(hosts(), st.booleans())
def test_directories_go_after_what_is_in_them_and_only_when_that_is_all(facts: Facts, data_goes: bool) -> None:
    gone = removal(found(facts, data_goes))
    order = all_files(gone)
    moved = {one["copy"] for one in [*gone.put_back, *gone.proxy_files["put_back"]]}
    for position, path in enumerate(order):
        there = facts["files"][path]
        if "nginx" in gone.packages and path.startswith(f"{NGINX_DIRECTORY}/"):
            continue
        assert set(there["holds"]) <= {*order[:position], *moved}


@given(hosts(), st.booleans())
def test_all_of_it_is_told(facts: Facts, data_goes: bool) -> None:
    gone = removal(found(facts, data_goes))
    told = " ".join(sentences(gone)).replace(",", " ").split()
    named = [
        *all_files(gone), *gone.packages, *gone.trees, *gone.users, *gone.groups, *gone.networks, *gone.images,
        *gone.stops, *gone.proxy_stops, *(one["name"] for one in gone.containers),
        *(one["path"] for one in [*gone.put_back, *gone.proxy_files["put_back"], *gone.blocks, *gone.settings]),
    ]  # fmt: skip
    assert set(named) <= set(told)


@given(hosts(), st.booleans())
def test_a_second_run_has_nothing_to_do(facts: Facts, data_goes: bool) -> None:
    gone = removal(found(facts, data_goes))
    left = after(facts, gone)
    again = removal(found(left, data_goes, along=[]))
    assert sentences(again) == []
    assert names(again) <= names(gone)


@given(hosts(), st.booleans())
def test_a_run_that_ended_before_its_last_step_is_finished(facts: Facts, data_goes: bool) -> None:
    gone = removal(found(facts, data_goes))
    left = after(facts, gone, ends=False)
    again = removal(found(left, data_goes, along=[]))
    assert not [*all_files(again), *again.containers, *again.networks, *again.trees, *again.stops]
    assert after(left, again)["ledger"] == after(facts, gone)["ledger"]


def test_nothing_but_data_is_left_of_a_host_of_its_own() -> None:
    gone = removal(found(host()))
    assert gone.left == [
        "user mongodb: owns those data",
        "/var/lib/mongodb, /srv/uploads, /var/log/mongodb: what people wrote; it goes with -e "
        "rocketchat_remove_data=chat",
        KERNEL,
        "/var/lib/rocketops/ledger.json: says whose the rest is",
    ]
    assert set(all_files(gone)) == set(PATHS) - {"/srv/uploads"}
    assert set(gone.trees) == TREES
    assert gone.proxy_stops == [layout.NGINX_UNIT]
    assert set(gone.stops) == {layout.MONGODB_UNIT, layout.FIREWALL_UNIT}
    assert gone.containers[-1] == {"name": "nats", "keep_volumes": False}


def test_data_that_a_teardown_left_go_with_a_later_one() -> None:
    left = after(host(), removal(found(host())))
    gone = removal(found(left, data_goes=True))
    assert set(gone.trees) == DATA
    assert (gone.users, gone.groups, gone.left) == (["mongodb"], ["mongodb"], [])
    left["units"][layout.MONGODB_UNIT] = ON
    theirs = removal(found(left, data_goes=True))
    assert theirs.trees == ["/srv/uploads"] and theirs.users == []


def test_data_go_where_the_host_is_named() -> None:
    gone = removal(found(host(), data_goes=True))
    assert gone.left == [KERNEL]
    assert set(gone.trees) >= DATA
    assert (gone.users, gone.groups) == (["mongodb"], ["docker", "mongodb"])
    assert after(host(), gone)["ledger"]["state"] == "absent"


def test_directory_with_uploads_that_was_there_before_stays_in_any_case() -> None:
    facts = host()
    facts["ledger"]["content"]["resources"]["file /srv/uploads"] = "adopted"
    gone = removal(found(facts, data_goes=True))
    assert "/srv/uploads: it was there before this collection used it" in gone.left
    assert "/srv/uploads" not in [*gone.trees, *gone.files]


def test_engine_that_others_use_stays_with_their_network_and_its_source() -> None:
    ours, theirs = container("rocketchat-1"), foreign("cuckoo", networks=["rocketchat"])
    older = "rocketchat/rocket.chat:8.5.0"
    docker = engine(ours, theirs)
    docker["images"] += [older]
    gone = removal(found(host(docker=docker)))
    assert gone.networks == []
    assert gone.images == ["rocketchat/rocket.chat:8.9.1"]
    assert not {"docker-ce", "containerd.io", "python3-requests"} & set(gone.packages)
    assert not set(gone.trees) & TREES
    assert "/etc/apt/sources.list.d/docker.sources" not in gone.files
    others = "the Docker Engine has what is not ours: container cuckoo, image shop:1"
    assert any(line.endswith(others) and "docker-ce" in line for line in gone.left)
    assert "network rocketchat: cuckoo of others uses it" in gone.left
    assert "group docker" not in gone.groups


def test_image_of_ours_that_others_use_is_ours_when_they_are_gone() -> None:
    image = "rocketchat/rocket.chat:8.9.1"
    docker = engine(container("rocketchat-1"), foreign("cuckoo", image=image))
    first = removal(found(host(docker=docker)))
    assert f"image {image}: cuckoo of others uses it" in first.left and first.images == []
    left = after(host(docker=docker), first)
    left["docker"] = engine(networks=[], images=[f"{image.partition(':')[0]}@sha256:0", image])
    assert "docker-ce" in removal(found(left)).packages


def test_volume_with_something_in_it_is_data() -> None:
    docker = engine(container("rocketchat-1", volumes=["v1"]), volumes=[{"name": "v1", "empty": False}])
    kept = removal(found(host(docker=docker)))
    assert kept.containers == [{"name": "rocketchat-1", "keep_volumes": True}]
    assert "docker-ce" not in kept.packages and not set(kept.trees) & TREES
    assert removal(found(host(docker=docker), data_goes=True)).containers[0]["keep_volumes"] is False
    docker["volumes"][0]["empty"] = True
    assert removal(found(host(docker=docker))).containers[0]["keep_volumes"] is False


def test_nginx_with_sites_of_others_is_reloaded_and_stays() -> None:
    gone = removal(found(host(sites={NGINX_DIRECTORY: ["/etc/nginx/conf.d/shop.conf"]})))
    assert (gone.proxy_stops, gone.proxy_reloads) == ([], [layout.NGINX_UNIT])
    assert layout.NGINX_SITE in gone.proxy_files["files"] and layout.NGINX_CONFIGURATION not in all_files(gone)
    assert f"{layout.NGINX_CONFIGURATION}: nginx stays, and has no other" in gone.left


def test_what_others_had_is_put_back() -> None:
    facts = host()
    resources = facts["ledger"]["content"]["resources"]
    copy = f"{layout.NGINX_CONFIGURATION}.7.2026-11-24@04:12:33~"
    resources |= {"package nginx": "found", f"file {layout.NGINX_CONFIGURATION}": "found"}
    facts["files"][layout.NGINX_CONFIGURATION] = at(marked=True, copy=copy)
    gone = removal(found(facts))
    assert gone.proxy_files["put_back"] == [{"path": layout.NGINX_CONFIGURATION, "copy": copy}]
    facts["files"][layout.NGINX_CONFIGURATION] = at(marked=True)
    assert removal(found(facts)).proxy_files["put_back"] == []
    facts["files"][layout.NGINX_CONFIGURATION] = at(copy=copy)
    assert layout.NGINX_CONFIGURATION not in str(removal(found(facts)).as_data()["left"])


def test_directory_on_the_way_to_a_file_of_ours_goes_when_it_is_empty() -> None:
    """Of those in a directory that is not ours, nobody knows who made them."""
    facts = host()
    authority, between = "/etc/docker/certs.d/one/ca.crt", "/etc/docker/certs.d"
    facts["ledger"]["content"]["resources"] |= {f"file {authority}": "made", "file /etc/docker/certs.d/one": "made"}
    facts["files"] |= {authority: at(), "/etc/docker/certs.d/one": at(authority)}
    facts["files"]["/etc/docker"]["holds"] += [between, f"{between}/one", authority]
    order = removal(found(facts)).files
    assert order.index(authority) < order.index(f"{between}/one") < order.index(between) < order.index("/etc/docker")
    facts["files"]["/etc/docker"]["holds"].append(f"{between}/another/ca.crt")
    gone = removal(found(facts))
    assert f"{between}: it holds {between}/another/ca.crt" in gone.left
    assert between not in gone.files and "/etc/docker" not in gone.files


def test_settings_of_others_stay_in_a_shared_file() -> None:
    facts = host()
    assert layout.DAEMON_SETTINGS in removal(found(facts)).files
    facts["settings"][layout.DAEMON_SETTINGS]["digests"]["debug"] = "0" * 64
    gone = removal(found(facts))
    assert layout.DAEMON_SETTINGS not in gone.files
    [change] = gone.settings
    assert "live-restore" in change["remove"] and "debug" not in change["remove"]


@pytest.mark.parametrize("state", ["installed", "settings"])
def test_package_that_a_run_left_half_removed_is_purged(state: str) -> None:
    facts = host()
    facts["packages"] = {"nginx": state}
    assert "nginx" in removal(found(facts)).packages
