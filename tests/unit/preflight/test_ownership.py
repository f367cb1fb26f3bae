# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else's is refused by name, with the ways out, unless the operator gives exactly that thing up."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.resources import File
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.templates import MANAGED
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.application import (
    ledger_entries,
    role_plan,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import host_differences
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.judge import judge
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.ownership import (
    is_foreign,
    marks,
    resources_of,
    stays,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.packages import packages_plan
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.distributions import HELD
from hypothesis import given

from tests.examples import examples
from tests.unit.plan.test_properties import inventories
from tests.unit.plan_inventories import Inventory, cluster, complaints, message, plan, single
from tests.unit.preflight.hosts import (
    BARE,
    ENGINE,
    KEYS,
    OTHER,
    Facts,
    asked,
    before_a_run_of,
    converged,
    origin,
    owned,
    place,
    with_facts,
)

PLAN = plan(single())
MEASURED = plan(single(rocketchat_metrics=True))
NO_LEDGER = BARE["ledger"]
COMPOSE = f"{layout.NATS_DIRECTORY}/compose.yaml"


def problems(host: Host, planned: dict[str, Any] = PLAN) -> list[str]:
    return [str(problem) for problem in judge(planned, [host]).problems]


def theirs(*paths: str, kind: str = "file", **facts: Any) -> Facts:
    """Facts of files of somebody else's."""
    digest = OTHER if kind == "file" else None
    found = {"kind": kind, "mode": "0644", **owned("root"), "digest": digest, **facts}
    return {"files": dict.fromkeys(paths, found), "origins": {path: origin() for path in paths}}


# -- files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        layout.MONGOD_SETTINGS,
        layout.MONGOD_UNIT_SETTINGS,
        layout.KEYFILE,
        layout.NATS_SETTINGS,
        COMPOSE,
        f"{layout.ENV_FILES}/services.env",
        layout.NGINX_SITE,
        "/etc/apt/sources.list.d/docker.sources",
    ],
)
def test_file_of_somebody_else_is_refused(path: str) -> None:
    assert problems(asked(PLAN, **theirs(path))) == [
        f"{path} on host chat: is there already, this collection did not write it, and it would be replaced. Move it "
        f"away, or write rocketchat_adopt: [{path}] to have it replaced; a dated copy is kept."
    ]


@pytest.mark.parametrize("path", [layout.NATS_DIRECTORY, layout.ENV_FILES, layout.CERTIFICATE_DIRECTORY])
def test_directory_of_somebody_else_is_refused(path: str) -> None:
    assert problems(asked(PLAN, **theirs(path, kind="directory"))) == [
        f"{path} on host chat: is there already with what somebody else keeps in it, and would get another owner and "
        f"mode. Move it away, or write rocketchat_adopt: [{path}] to have it used all the same."
    ]


def test_directory_of_uploads_of_somebody_else_is_refused() -> None:
    storage = {"rocketchat_file_upload_storage": "directory", "rocketchat_file_upload_directory": "/srv/files"}
    planned = plan(single(**storage))
    data = {"data": {**BARE["data"], "/srv/files": place(empty=False)}}
    assert problems(asked(planned, **theirs("/srv/files", kind="directory"), **data), planned) == [
        "/srv/files on host chat: is there already with what somebody else keeps in it, and would get another owner "
        "and mode. Choose another with rocketchat_file_upload_directory, or write rocketchat_adopt: [/srv/files] to "
        "have it used all the same."
    ]
    rocketchats = theirs("/srv/files", kind="directory", owner="65533", group="65533")
    assert problems(asked(planned, **rocketchats, **data), planned) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"digest": "planned"},
        {"origin": {"packaged": True}},
        {"origin": {"marks": [MANAGED]}},
    ],
    ids=["as planned", "as its package delivered it", "with our mark"],
)
def test_file_that_is_nobody_s_loss_is_taken(facts: dict[str, Any]) -> None:
    path = layout.MONGOD_SETTINGS
    [file] = [one for one in resources_of(asked(PLAN)) if one.path == path]
    found = theirs(path)
    if "digest" in facts and isinstance(file, File):
        found["files"][path]["digest"] = file.digest
    found["origins"][path] |= facts.get("origin", {})
    assert problems(asked(PLAN, **found)) == []


def test_what_is_of_another_kind_is_refused_whosever_it_is() -> None:
    """No run replaces it: it would only fail there, after other changes."""
    files = converged(PLAN).facts["files"]
    directory, file = theirs(layout.NATS_SETTINGS, kind="directory"), theirs(layout.ENV_FILES)
    for one, reason in (
        (directory, f"{layout.NATS_SETTINGS} on host chat: is to be a file, and is a directory with something in it"),
        (file, f"{layout.ENV_FILES} on host chat: is to be a directory, and is none"),
    ):
        origins = {**converged(PLAN).facts["origins"], **one["origins"]}
        host = converged(PLAN, files={**files, **one["files"]}, origins=origins)
        assert problems(host) == [f"{reason}. Move it away."]
    directory["origins"][layout.NATS_SETTINGS]["empty"] = True
    made = converged(PLAN, files={**files, **directory["files"]}, origins=directory["origins"])
    assert problems(made) == [], "as Docker makes it"


def test_empty_directory_is_nobody_s() -> None:
    found = theirs(layout.ROCKETCHAT_DIRECTORY, kind="directory")
    found["origins"][layout.ROCKETCHAT_DIRECTORY]["empty"] = True
    assert problems(asked(PLAN, **found)) == []


def test_file_beside_speaks_for_what_cannot_say_it_itself() -> None:
    found = theirs(layout.NATS_SETTINGS)
    beside = theirs(layout.NATS_DIRECTORY, kind="directory")
    found = {fact: {**found[fact], **beside[fact]} for fact in found}
    assert len(problems(asked(PLAN, **found))) == 2
    found["origins"][COMPOSE] = origin(MANAGED)
    assert problems(asked(PLAN, **found)) == []


@examples(times=0.4)
@given(inventories())
def test_whatever_the_ledger_says_we_made_is_ours_and_nothing_else_is(inventory: Inventory) -> None:
    """By its name and place alone, nothing is: all but what is shared or merged is somebody else's then."""
    planned = plan(inventory)
    for name in planned["hosts"]:
        ours = converged(planned, name)
        paths = [one.path for one in resources_of(ours)]
        changed = theirs(*paths)
        noted = before_a_run_of(planned, converged(planned, name, **changed))
        assert not [one.path for one in resources_of(noted) if is_foreign(noted, one)]
        bare = asked(planned, name, **changed)
        for one in resources_of(bare):
            assert is_foreign(bare, one) is not one.shared, one.path


# -- what others use, too ----------------------------------------------------------------------------------------------


def test_shared_directories_and_keys_stay_as_they_are() -> None:
    key = "/etc/apt/keyrings/docker.asc"
    found = theirs(layout.DOCKER_DIRECTORY, kind="directory", mode="0700")
    found["files"] |= theirs(key, mode="0600")["files"]
    host = asked(PLAN, **found)
    assert problems(host) == []
    assert [one.path for one in resources_of(host) if stays(host, one)] == [layout.DOCKER_DIRECTORY, key]
    differences = host_differences(host)["docker"]
    assert not {layout.DOCKER_DIRECTORY, key} & {difference.resource for difference in differences}
    given_to_role = role_plan(host, "docker", differences)
    assert layout.DOCKER_DIRECTORY not in [file["path"] for file in given_to_role["files"]]
    installed = packages_plan(host, {"docker": differences}, KEYS)
    assert layout.DOCKER_DIRECTORY not in [file["path"] for file in installed["files"]]
    assert installed["right_keys"] == [] and key not in [file["path"] for file in installed["files"]]
    entries = ledger_entries(host, host_differences(host), KEYS)
    assert entries["resources"][f"file {key}"] == entries["resources"][f"file {layout.DOCKER_DIRECTORY}"] == "found"
    assert key not in entries["generated"], "its owner may change it"


def test_a_file_in_the_place_of_a_shared_directory_cannot_stay() -> None:
    host = asked(PLAN, **theirs(layout.DOCKER_DIRECTORY))
    assert layout.DOCKER_DIRECTORY in [difference.resource for difference in host_differences(host)["docker"]]


# -- adopted -----------------------------------------------------------------------------------------------------------


def test_what_the_operator_gives_up_is_replaced_with_a_copy_kept_and_noted() -> None:
    adopting = plan(single(rocketchat_adopt=[layout.NGINX_SITE]))
    host = asked(adopting, **theirs(layout.NGINX_SITE, layout.MONGOD_SETTINGS))
    assert [text.partition(" ")[0] for text in problems(host, adopting)] == [layout.MONGOD_SETTINGS]
    found = host_differences(host)
    told = f"will replace {layout.NGINX_SITE}, which somebody else made, and keep a copy beside it"
    assert [d.effect for d in found["nginx"] if d.sentence == told] == ["reload"]
    kept = {file["path"] for role in ("nginx", "mongodb") for file in role_plan(host, role, found[role])["files"]
            if file["backup"]}  # fmt: skip
    assert kept == {layout.NGINX_SITE}
    assert ledger_entries(host, found, KEYS)["resources"][f"file {layout.NGINX_SITE}"] == "adopted"


def test_what_a_package_of_others_delivered_is_kept_beside_ours_once() -> None:
    """So that a teardown can put it back."""
    planned, path = plan(single()), layout.NGINX_CONFIGURATION
    found = theirs(path)
    found["origins"][path] = origin(packaged=True)
    host = asked(planned, **found)
    assert [f["path"] for f in role_plan(host, "nginx", host_differences(host)["nginx"])["files"] if f["backup"]] == [
        path
    ]
    ours = with_facts(host, origins={path: origin(MANAGED)})
    assert not [f for f in role_plan(ours, "nginx", host_differences(ours)["nginx"])["files"] if f["backup"]]


@pytest.mark.parametrize("adopted", [[], [layout.NGINX_SITE]], ids=["gone", "still there"])
def test_entry_may_stay_or_go(adopted: list[str]) -> None:
    """What was adopted is ours, and no copy is made of our own."""
    planned = plan(single(rocketchat_adopt=adopted))
    ledger = deepcopy(converged(planned).facts["ledger"])
    ledger["content"]["resources"][f"file {layout.NGINX_SITE}"] = "adopted"
    for marked in ([MANAGED], []):
        found = theirs(layout.NGINX_SITE)
        found["origins"][layout.NGINX_SITE] = origin(*marked)
        host = converged(planned, ledger=ledger, **found)
        assert problems(host, planned) == []
        kept = [f for f in role_plan(host, "nginx", host_differences(host)["nginx"])["files"] if f["backup"]]
        assert bool(kept) is not bool(marked), "unless the run that was to replace it ended before it did"
        assert ledger_entries(host, {"nginx": host_differences(host)["nginx"]}, KEYS)["resources"] == {}


def test_entry_that_names_nothing_of_the_deployment() -> None:
    planned = plan(single(rocketchat_adopt=["/etc/nginx/conf.d/rocket.conf"]))
    assert problems(asked(planned), planned) == [
        "rocketchat_adopt = '/etc/nginx/conf.d/rocket.conf': is nothing that this deployment writes on any host. Did "
        "you mean /etc/nginx/conf.d/rocketchat.conf? Name the file or directory as the refusal does, or leave it out."
    ]


def test_entry_is_for_any_host_that_has_it() -> None:
    groups = {"nginx": ["chat1"], "mongodb": ["chat2"]}
    planned = plan(cluster("chat1", "chat2", groups=groups, rocketchat_adopt=[layout.NGINX_SITE]))
    hosts = [asked(planned, name, addresses=[f"198.18.0.1{name[-1]}"]) for name in planned["hosts"]]
    assert judge(planned, hosts).problems == []
    limited = judge(planned, hosts[1:]).problems
    assert "rocketchat_adopt" not in {problem.variable for problem in limited}


@pytest.mark.parametrize("path", ["conf.d/rocketchat.conf", "/etc/nginx/", "/"])
def test_entry_that_is_no_path(path: str) -> None:
    assert complaints(single(rocketchat_adopt=[path])) == message(
        f"rocketchat_adopt = {path!r}: is not the absolute path of a file or directory. Write the path as the refusal "
        "names it, such as /etc/nginx/conf.d/rocketchat.conf."
    )


# -- 0.1.0 -------------------------------------------------------------------------------------------------------------


def older(**facts: Any) -> Host:
    """As 0.1.0 left it, which wrote other texts, no marks and no ledger, knew of no firewall, held no package, rotated
    no log and left the kernel as it was.
    """
    host = converged(PLAN)
    new = {one.path for one in host.desired["firewall"].files}
    new |= {layout.MONGOD_LOG_ROTATION, layout.MONGOD_KERNEL_UNIT}
    new |= {HELD.format(product=product) for product in ("docker", "mongodb")}
    found = {path: file for path, file in host.facts["files"].items() if path not in new}
    files = {path: {**file, "digest": file["digest"] and OTHER} for path, file in found.items()}
    written = {one.path: origin(*marks(one)[-1:]) for one in resources_of(host)}
    written |= {path: origin() for path, one in written.items() if one["marks"] == [MANAGED]}
    return converged(PLAN, **{"ledger": NO_LEDGER, "files": files, "origins": written, **facts})


def test_what_the_first_version_deployed_is_ours() -> None:
    # it left that of the package as it is
    packaged = {layout.NGINX_CONFIGURATION: origin(packaged=True)}
    host = older(origins={**older().facts["origins"], **packaged})
    assert [one.path for one in resources_of(host) if is_foreign(host, one)] == []


@pytest.mark.parametrize("path", [layout.MONGOD_SETTINGS, layout.NGINX_SITE, COMPOSE])
def test_what_no_longer_has_what_the_first_version_wrote_is_not(path: str) -> None:
    host = older()
    changed = older(origins={**host.facts["origins"], path: origin()})
    assert path in [one.path for one in resources_of(changed) if is_foreign(changed, one)]


def test_what_the_first_version_wrote_says_nothing_on_a_host_that_it_did_not_deploy_to() -> None:
    """mongod.conf of anybody may name that keyfile."""
    found = theirs(layout.MONGOD_SETTINGS)
    found["origins"][layout.MONGOD_SETTINGS]["marks"] = [f"keyFile: {layout.KEYFILE}"]
    assert len(problems(asked(PLAN, **found))) == 1


@examples(times=0.4)
@given(inventories())
def test_every_file_has_what_tells_whose_it_is(inventory: Inventory) -> None:
    """By itself, or by another of the plan; a directory of uploads by its owner."""
    planned = plan(inventory)
    for name in planned["hosts"]:
        host = asked(planned, name)
        known = {one.path: marks(one) for one in resources_of(host)}
        uploads = {upload["path"] for upload in (host.plan["rocketchat"] or {}).get("directories", [])}
        for one in resources_of(host):
            assert one.shared or one.path in uploads or known[one.marked_by or one.path], one.path


# -- containers and units ----------------------------------------------------------------------------------------------


def container(name: str, project: str, directory: str | None, **labels: str) -> dict[str, Any]:
    return {"name": name, "image": "nats:2", "state": "running", "project": project, "directory": directory,
            "service": name, "definition": OTHER, "labels": labels, "published": [], "addresses": {},
            "settings": None}  # fmt: skip


def engine(*containers: dict[str, Any]) -> dict[str, Any]:
    return {"docker": {**ENGINE, "containers": list(containers)}}


def test_compose_project_of_the_same_name_is_refused() -> None:
    there = engine(container("queue", "nats", "/srv/queue"), container("box", "nats", "/srv/queue"))
    assert problems(asked(PLAN, **there)) == [
        "Compose project = 'nats': is there already on host chat, in /srv/queue, with box, queue: Compose would take "
        "them for containers of this deployment. Take it down, and up again with another `name:` in its Compose file, "
        "where its volumes are named as they are called now; or choose another host."
    ]
    assert len(problems(asked(PLAN, **engine(container("bot", "rocketchat", None))))) == 1
    assert problems(asked(PLAN, **engine(container("bot", "bots", "/srv/bots")))) == []


def test_container_that_somebody_added_to_our_project_is_left_alone() -> None:
    """With a compose.override.yaml of his own, or by hand: Compose would call it an orphan."""
    own = container("bot", "rocketchat", layout.ROCKETCHAT_DIRECTORY)
    surplus = container("account-2", "rocketchat", layout.ROCKETCHAT_DIRECTORY, **{"io.rocketops.collection": "x"})
    there = converged(PLAN).facts["docker"]
    host = converged(PLAN, docker={**there, "containers": [*there["containers"], own, surplus]})
    assert problems(host) == []
    found = host_differences(host)
    assert [d.sentence for d in found["rocketchat"]] == ["will remove account-2"]
    assert role_plan(host, "rocketchat", found["rocketchat"])["removes"] == ["account-2"]
    assert role_plan(host, "nats", [])["removes"] == []


def test_masked_unit_is_refused() -> None:
    masked = {"found": False, "active": False, "enabled": False, "masked": True}
    assert problems(asked(PLAN, units={layout.NGINX_UNIT: masked})) == [
        "nginx.service of host chat: is masked: somebody has seen to it that nothing starts it. If this deployment "
        "may, run `systemctl unmask nginx.service` there; if not, take chat out of [nginx]."
    ]


@pytest.mark.parametrize(
    ("port", "process", "unit"),
    [
        (443, "nginx", "docker-5a.scope"),
        (443, "nginx", "session-3.scope"),
        # of a container whose control group is not systemd's
        (443, "nginx", None),
        (13300, "docker-proxy", None),
        # of an engine of a user's own
        (13300, "docker-proxy", "user@1000.service"),
    ],
)
def test_program_is_not_ours_by_its_name(port: int, process: str, unit: str | None) -> None:
    listener = {"address": "0.0.0.0", "port": port, "pid": 7, "process": process, "unit": unit}
    [problem] = problems(asked(MEASURED, listening=[listener]))
    assert problem.startswith(
        f"port {port} of host chat: belongs to {process} ({unit or 'of no unit'}), which listens on 0.0.0.0:{port}"
    )
    its_own = "docker.service" if process == "docker-proxy" else f"{process}.service"
    assert problems(asked(MEASURED, listening=[{**listener, "unit": its_own}])) == []


def test_engine_without_proxies_holds_ports_itself() -> None:
    """With `userland-proxy: false`."""
    held = {"address": "127.0.0.1", "port": 13300, "pid": 7, "process": "dockerd", "unit": "docker.service"}
    assert problems(converged(MEASURED, listening=[held])) == []


def test_mongod_of_somebody_else_on_the_port_of_ours() -> None:
    """While ours is stopped, which nobody takes for somebody else's as a whole."""
    listener = {"address": "0.0.0.0", "port": 27017, "pid": 7, "process": "mongod", "unit": "shop.service"}
    [problem] = problems(converged(PLAN, listening=[listener]))
    assert problem.startswith(
        "port 27017 of host chat: belongs to mongod (shop.service), which listens on 0.0.0.0:27017"
    )
    [problem] = problems(converged(PLAN, listening=[{**listener, "unit": None}]))
    assert "belongs to mongod (of no unit)" in problem
    assert problems(converged(PLAN, listening=[{**listener, "unit": "mongod.service"}])) == []


def test_a_masked_engine_is_refused_with_the_groups_that_need_it() -> None:
    masked = {"found": False, "active": False, "enabled": False, "masked": True}
    [told] = problems(asked(PLAN, units={layout.DOCKER_UNIT: masked}))
    assert told.endswith(
        "run `systemctl unmask docker.service` there; if not, take chat out of [nats] and [rocketchat]."
    )


def test_a_file_in_the_place_of_the_uploads_is_refused_with_the_variable_for_another() -> None:
    planned = plan(single(rocketchat_file_upload_storage="directory", rocketchat_file_upload_directory="/srv/files"))
    files, origins = converged(planned).facts["files"], converged(planned).facts["origins"]
    found = theirs("/srv/files")
    host = converged(planned, files={**files, **found["files"]}, origins={**origins, **found["origins"]})
    assert problems(host) == [
        "/srv/files on host chat: is to be a directory, and is none. Move it away, or choose another with "
        "rocketchat_file_upload_directory."
    ]
