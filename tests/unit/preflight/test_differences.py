# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of planned changes: every sentence, and the silence when there is nothing to change."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.resources import File
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import (
    file_diffs,
    host_differences,
    told,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout

from tests.unit.plan_inventories import plan, single
from tests.unit.preflight.hosts import (
    BARE,
    ENGINE,
    as_desired,
    asked,
    before_a_run_of,
    converged,
    owned,
    replica_set,
    with_facts,
)

OLD = plan(single())
SERVICES = ["rocketchat-1", "ddp-streamer-1", "authorization-1", "account-1", "presence-1"]


def sentences(host: Host) -> list[str]:
    return [sentence for _role, sentence in told(host_differences(host))]


FIREWALL = "will change the rules about who reaches the ports of this deployment, and what its containers reach"


def after(**variables: Any) -> list[str]:
    """What a run changes that comes after a run of the default settings; secrets that are rotated are `secrets`."""
    secrets = variables.pop("secrets", {})
    return sentences(before_a_run_of(plan(single(**variables), **secrets), converged(OLD)))


def drifted(**facts: Any) -> list[str]:
    """What a run changes where something else than the settings did."""
    return sentences(converged(OLD, **facts))


def containers(**states: str | None) -> dict[str, Any]:
    """The engine, with containers in other states; None is one that is gone."""
    engine = deepcopy(converged(OLD).facts["docker"])
    changed = {name.replace("_", "-"): state for name, state in states.items()}
    engine["containers"] = [
        {**container, "state": changed.get(container["name"], container["state"])}
        for container in engine["containers"]
        if changed.get(container["name"], "running") is not None
    ]
    return engine


def test_bare_host() -> None:
    assert sentences(asked(OLD)) == [
        "will install nftables",
        FIREWALL,
        "will install Docker Engine",
        "will create network rocketchat with 172.31.250.0/24",
        "will install MongoDB 8.0",
        "will create nats",
        *(f"will create {name}" for name in SERVICES),
        "will install nginx",
    ]


def test_nothing() -> None:
    assert after() == []


def test_replica_more_and_replica_less() -> None:
    site = "will change the site in nginx and reload it"
    assert after(rocketchat_replicas={"ddp_streamer": 2}) == [FIREWALL, "will create ddp-streamer-2", site]
    assert after(rocketchat_replicas={"queue_worker": 1, "presence": 2, "account": 3}) == [
        FIREWALL,
        "will create account-2",
        "will create account-3",
        "will create presence-2",
        "will create queue-worker-1",
    ]
    two = converged(plan(single(rocketchat_replicas={"ddp_streamer": 2})))
    assert sentences(before_a_run_of(OLD, two)) == [FIREWALL, "will remove ddp-streamer-2", site]


def test_version() -> None:
    found = after(rocketchat_version="8.9.2")
    assert found == [f"will replace {name}: image 8.9.1 -> 8.9.2" for name in SERVICES]


def test_image_from_elsewhere() -> None:
    found = after(nats_image="registry.example.com/nats:2.12-alpine")
    before = OLD["hosts"]["chat"]["nats"]["compose"]["services"]["nats"]["image"]
    assert found == [f"will replace nats: image {before} -> registry.example.com/nats:2.12-alpine"]


def test_settings_of_services() -> None:
    metrics = {"account": 13333}
    with_metrics = after(rocketchat_metrics=True, rocketchat_metrics_ports=metrics)
    assert with_metrics[0] == FIREWALL
    assert "will replace account-1: environment (MS_METRICS, MS_METRICS_PORT) changed, ports changed" in with_metrics
    assert after(rocketchat_log_level="info") == [
        f"will replace {name}: environment (MOLECULER_LOG_LEVEL) changed" for name in SERVICES
    ]
    assert after(rocketchat_admin_username="root") == [
        "will replace rocketchat-1: environment (ADMIN_USERNAME) changed"
    ]


def test_labels_are_told_where_another_release_is_noted() -> None:
    def of_digest(version: str) -> dict[str, Any]:
        image = f"registry.example.com/rocket.chat@sha256:{'7' * 64}"
        return plan(single(rocketchat_version=version, rocketchat_images={"rocketchat": image}))

    found = sentences(before_a_run_of(of_digest("8.9.2"), converged(of_digest("8.9.1"))))
    assert found[0] == "will replace rocketchat-1: labels changed"


def test_rotated_secret_of_nats() -> None:
    found = after(secrets={"nats_password": "another"})
    assert found[0] == "will replace nats: configuration changed"
    assert found[1:] == [f"will replace {name}: /opt/rocketchat/env/services.env changed" for name in SERVICES]
    assert "another" not in str(found)


def test_license_concerns_the_monolith_alone() -> None:
    assert after(rocketchat_license="renewed") == [
        "will replace rocketchat-1: /opt/rocketchat/env/rocketchat.env changed"
    ]


def test_network() -> None:
    found = after(rocketchat_network_subnet="172.31.251.0/24")
    assert found[0] == FIREWALL
    assert found[1] == "will replace network rocketchat: 172.31.250.0/24 -> 172.31.251.0/24"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"docker": containers(account_1="exited")}, ["will start account-1"]),
        ({"docker": containers(account_1="created", nats="dead")}, ["will start nats", "will start account-1"]),
        ({"docker": containers(account_1="restarting")}, []),
        ({"docker": containers(account_1="paused")}, ["will replace account-1: it is paused"]),
        ({"docker": containers(account_1=None, nats=None)}, ["will create nats", "will create account-1"]),
    ],
    ids=["stopped", "never started", "crash-looping", "paused", "gone"],
)
def test_containers_that_do_not_run(facts: dict[str, Any], expected: list[str]) -> None:
    assert drifted(**facts) == expected


def test_container_of_another_image_than_its_project_says() -> None:
    """As a run leaves it that ended between writing the project and replacing the containers."""
    engine = containers()
    engine["containers"][1]["image"] = engine["containers"][1]["image"].replace("8.9.1", "8.9.0")
    assert drifted(docker=engine) == ["will replace rocketchat-1: image 8.9.0 -> 8.9.1"]


def test_reasons_are_found_without_the_compose_project_of_before() -> None:
    """It tells why, and a container's label that it will be."""
    texts = {**converged(OLD).facts["texts"], "/opt/rocketchat/compose.yaml": None}
    host = before_a_run_of(plan(single(rocketchat_version="8.9.2")), converged(OLD, texts=texts))
    assert sentences(host) == [f"will replace {name}: image 8.9.1 -> 8.9.2" for name in SERVICES]
    host = before_a_run_of(plan(single(rocketchat_log_level="info")), converged(OLD, texts=texts))
    assert "will replace account-1: configuration changed" in sentences(host)


def test_order_of_the_start_is_nothing_to_replace_a_container_for() -> None:
    text = converged(OLD).facts["texts"]["/opt/rocketchat/compose.yaml"]
    files = with_digest("/opt/rocketchat/compose.yaml")
    texts = converged(OLD).facts["texts"] | {
        "/opt/rocketchat/compose.yaml": text.replace("service_healthy", "service_started")
    }
    assert drifted(files=files, texts=texts) == ["will change /opt/rocketchat/compose.yaml"]


@pytest.mark.parametrize("state", ["stopped", "silent"])
def test_engine_that_cannot_be_asked(state: str) -> None:
    engine = {**ENGINE, "state": state}
    units = {**converged(OLD).facts["units"], "docker.service": {"found": True, "active": False, "enabled": True}}
    assert drifted(docker=engine, units=units) == [
        "will start Docker",
        "may create or replace containers of project nats: the Docker Engine does not answer yet",
        "may create or replace containers of project rocketchat: the Docker Engine does not answer yet",
    ]


def with_digest(path: str, digest: str | None = "0" * 64) -> dict[str, Any]:
    """The files, one of them with another content or, without a digest, gone."""
    files = converged(OLD).facts["files"]
    return {**files, path: {**files[path], "digest": digest} if digest else None}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (layout.MONGOD_SETTINGS, "will change mongod's settings and restart it"),
        (layout.MONGOD_UNIT_SETTINGS, "will change mongod's settings and restart it"),
        (layout.NGINX_SITE, "will change the site in nginx and reload it"),
        (layout.CERTIFICATE, "will install another certificate and reload nginx"),
        (layout.CERTIFICATE_KEY, "will install another certificate and reload nginx"),
        ("/etc/apt/keyrings/docker.asc", "will fetch the key of Docker's package repository"),
        ("/etc/apt/sources.list.d/mongodb.sources", "will change MongoDB's package repository"),
    ],
)
def test_files(path: str, expected: str) -> None:
    assert drifted(files=with_digest(path)) == [expected]
    assert drifted(files=with_digest(path, None)) == [expected]


def test_files_that_are_told_by_their_path() -> None:
    path = "/opt/rocketchat/env/services.env"
    assert drifted(files=with_digest(path)) == [f"will change {path}"]
    assert drifted(files=with_digest(path, None)) == [f"will write {path}"]
    opened = {**converged(OLD).facts["files"]["/opt/nats/nats.conf"], "mode": "0644", "group": "users"}
    assert drifted(files={**converged(OLD).facts["files"], "/opt/nats/nats.conf": opened}) == [
        "will correct owner and mode of /opt/nats/nats.conf: 65532:users 0644 -> 65532 0400"
    ]


def test_container_is_made_anew_with_the_content_of_its_mount() -> None:
    """Somebody may have restarted NATS after changing its configuration; nothing of the container tells."""
    files = with_digest("/opt/nats/nats.conf")
    assert drifted(files=files) == ["will replace nats: /opt/nats/nats.conf changed"]
    [_file, nats] = host_differences(converged(OLD, files=files))["nats"]
    assert nats.replaces
    rotated = before_a_run_of(plan(single(), nats_password="another"), converged(OLD))
    assert not any(difference.replaces for difference in host_differences(rotated)["nats"]), "Compose does it"


def test_proxies_that_are_planned_are_no_difference() -> None:
    planned = plan(single(rocketchat_environment={"HTTP_PROXY": "http://proxy.example.com"}))
    host = converged(planned)
    docker = deepcopy(host.facts["docker"])
    for container in docker["containers"]:
        container["settings"]["proxies"] = ["HTTP_PROXY"]
    assert sentences(with_facts(host, docker=docker)) == ["will replace nats: Docker's client gave it HTTP_PROXY"]


def test_planned_number_of_an_owner_may_have_a_name_on_the_host() -> None:
    """Up to 8.4 the monolith runs as 999, which is a user of systemd's or MongoDB's on many hosts."""
    variables = {
        "rocketchat_version": "7.9.3",
        "mongodb_version": "7.0",
        "rocketchat_file_upload_storage": "directory",
    }
    planned = plan(single(**variables))
    uploads = {"kind": "directory", "mode": "0750", "digest": None, "uid": "999", "gid": "999"}
    files = converged(planned).facts["files"]
    for names in ({"owner": "mongodb", "group": "999"}, {"owner": "999", "group": "systemd-journal"}):
        changed = {**files, "/var/lib/rocketchat/uploads": {**uploads, **names}}
        assert sentences(converged(planned, files=changed)) == []
    other = {**files, "/var/lib/rocketchat/uploads": {**uploads, "owner": "999", "group": "games", "gid": "60"}}
    assert sentences(converged(planned, files=other)) == [
        "will correct owner and mode of /var/lib/rocketchat/uploads: 999:games 0750 -> 999 0750"
    ]


FILES = [file for state in converged(OLD).desired.values() for file in state.all_files if file.content is not None]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path)
def test_changed_file_is_shown_unless_it_is_secret(file: File) -> None:
    texts = {**converged(OLD).facts["texts"], file.path: "other\n"}
    host = converged(OLD, files=with_digest(file.path), texts=texts)
    headers = {"before_header": file.path, "after_header": file.path}
    shown = [] if file.secret else [{**headers, "before": "other\n", "after": file.content}]
    assert file_diffs(host, host_differences(host)) == shown


def test_new_files_are_shown_from_their_first_line_on() -> None:
    shown = file_diffs(asked(OLD), host_differences(asked(OLD)))
    assert {diff["before"] for diff in shown} == {""}
    assert [diff["after_header"] for diff in shown] == [
        layout.DAEMON_SETTINGS,
        *(file.path for file in FILES if not file.secret),
    ]


def test_members_of_the_replica_set() -> None:
    expected = ["will change the members of the replica set in /etc/hosts"]
    texts = converged(OLD).facts["texts"]
    assert drifted(texts={**texts, layout.HOSTS_FILE: "127.0.0.1 localhost\n"}) == expected
    assert drifted(texts={**texts, layout.HOSTS_FILE: None}) == expected


def test_packages() -> None:
    packages = converged(OLD).packages
    without = {name: version for name, version in packages.items() if name not in ("nginx", "python3-pymongo")}
    assert drifted(packages=without) == ["will install python3-pymongo", "will install nginx"]


def test_packages_that_ask_a_database_of_the_operators_own() -> None:
    planned = deepcopy(OLD)
    planned["hosts"]["chat"]["mongodb"] = None
    planned["hosts"]["chat"]["rocketchat"]["packages"] = ["python3-pymongo"]
    host = converged(planned)
    assert sentences(host) == []
    packages = {name: version for name, version in host.packages.items() if name != "python3-pymongo"}
    assert list(told(host_differences(with_facts(host, packages=packages)))) == [
        ("rocketchat", "will install python3-pymongo")
    ]


def test_units() -> None:
    off = {"found": True, "active": False, "enabled": False}
    units = {**converged(OLD).facts["units"], "mongod.service": off, "nginx.service": {**off, "active": True}}
    assert drifted(units=units) == ["will start mongod", "will have nginx start at boot"]
    assert drifted(units=None) == []


def test_what_a_run_does_in_mongodb() -> None:
    lacks = replica_set("8.0", "set the password of user rocketchat", "correct the roles of user rocketchat")
    assert drifted(mongodb=lacks) == [
        "will set the password of user rocketchat",
        "will correct the roles of user rocketchat",
    ]
    assert drifted(mongodb=replica_set("8.0", fault="no_primary", reason="No primary.")) == []
    assert drifted(mongodb=None) == [], "nobody could ask"


def test_settings_that_an_earlier_run_wrote() -> None:
    ledger = deepcopy(converged(OLD).facts["ledger"])
    ledger["content"]["pending"] = {"mongod.service": "restart", "nginx.service": "reload"}
    late = "which an earlier run did not come to"
    assert drifted(ledger=ledger) == [f"will restart mongod, {late}", f"will reload nginx, {late}"]
    units = {**converged(OLD).facts["units"], "mongod.service": {"found": True, "active": False, "enabled": True}}
    assert drifted(ledger=ledger, units=units)[0] == "will start mongod", "with its settings"


def test_host_without_a_ledger_is_deployed_once_more() -> None:
    found = host_differences(converged(OLD, ledger=BARE["ledger"]))
    assert list(found) == ["firewall", "docker", "mongodb", "nats", "rocketchat", "nginx"]
    assert [sentence for _role, sentence in told(found)] == [
        "will begin its record of what it makes here (/var/lib/rocketops/ledger.json)"
    ]


def test_changes_know_the_role_that_makes_them() -> None:
    assert list(host_differences(asked(OLD))) == ["firewall", "docker", "mongodb", "nats", "rocketchat", "nginx"]


def test_a_limit_that_the_kernel_cannot_set_is_no_difference() -> None:
    """Docker discards it with a warning; a run would make the container anew each time, and again without."""
    limited = plan(single(rocketchat_resources={"account": {"memory": "512m"}}))
    host = converged(limited)
    docker = deepcopy(host.facts["docker"])
    for container in docker["containers"]:
        container["settings"]["memory"] = 0
    assert host_differences(with_facts(host, docker=docker)) == {}


def test_host_without_ipv6() -> None:
    """nginx would not start with a socket that it cannot have, and Debian's own page asks for one."""
    bare = asked(OLD, ipv6=False)
    files = {file.path: file.content or "" for file in bare.desired["nginx"].files}
    assert "[::]" not in "".join(files.values())
    assert layout.NGINX_DEFAULT_SITE in files
    deployed = {"ipv6": False, **as_desired(bare.desired, bare.plan["mongodb"])}
    assert sentences(asked(OLD, **deployed)) == []
    assert sentences(asked(OLD, **{**deployed, "ipv6": True})) == ["will change the site in nginx and reload it"]


def test_page_of_an_nginx_that_was_there_before() -> None:
    """Its operator made it work without IPv6."""
    found = {layout.NGINX_DEFAULT_SITE: {"kind": "file", "mode": "0644", **owned("root"), "digest": "0" * 64}}
    for facts in ({"packages": {"nginx": "1.26"}}, {"packages": {"nginx": "1.26"}, "files": found}, {"files": found}):
        host = asked(OLD, ipv6=False, **facts)
        assert layout.NGINX_DEFAULT_SITE not in [file.path for file in host.desired["nginx"].files]
