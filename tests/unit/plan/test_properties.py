# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for the plan of any valid inventory."""

from __future__ import annotations

import copy
import ipaddress
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.role_variables import role_options
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.settings import GROUPS
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.deployment import as_data
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.catalogue import SERVICES, services_of
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.versions import parse_version
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.plan_inventories import Inventory, cluster, every_container, plan, typed_plan

# Of every row of the table of versions, both sides of stream-hub's changes, and where services begin or end.
ENDS = {str(version) for service in SERVICES.values() for version in (service.since, service.until) if version}
VERSIONS = sorted({"6.0.0", "7.7.2", "7.7.3", "7.9.3", "7.13.9", "8.0.0", "8.1.7", "8.9.1", "9.0.0", *ENDS})
# A service without options is told of once, by the test of what is generated from the catalogue.
SETTABLE = role_options(frozenset())["rocketchat_replicas"]["options"]

names = st.lists(
    st.from_regex(r"[a-z0-9]([a-z0-9._-]{0,70}[a-z0-9])?", fullmatch=True),
    min_size=1,
    max_size=4,
    unique_by=lambda name: re.sub(r"[^a-z0-9]+", "-", name),
)
root_urls = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["chat.example.com", "198.18.0.11", "[2001:db8::1]"]),
    st.sampled_from(["", ":8443", ":65000"]),
    st.sampled_from(["", "/", "/team", "/a/b.c/"]),
)
# Every secret is recognisable, and has the characters that break quoting and URLs.
passwords = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20).map("S3CRET{}".format)
secrets = st.fixed_dictionaries(
    {
        "admin_password": passwords,
        "mongodb_password": passwords,
        "mongodb_admin_password": passwords,
        "mongodb_keyfile": st.from_regex(r"S3CRET[A-Za-z0-9+/]{0,30}", fullmatch=True),
        "nats_password": st.from_regex(r"S3CRET[A-Za-z0-9._~-]{0,30}", fullmatch=True),
        "nats_cluster_password": st.from_regex(r"S3CRET[A-Za-z0-9._~-]{0,30}", fullmatch=True),
    }
)


def scalable(version: str) -> list[str]:
    """The services of a release of which there may be several."""
    return sorted(
        key for key, service in services_of(parse_version(version)).items() if key in SETTABLE and not service.singleton
    )


def holds_for(*strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A property of all examples."""
    return lambda test: examples(times=0.4)(given(*strategies)(test))


# Settings of the whole deployment, with secrets wherever one may stand.
additions = st.fixed_dictionaries(
    {},
    optional={
        "rocketchat_metrics": st.booleans(),
        "rocketchat_extra_proxies": st.integers(0, 3),
        "rocketchat_environment": st.just({"TZ": "UTC", "TOKEN": "S3CRET \"'$\\"}),
        "rocketchat_service_environment": st.just({"account": {"TOKEN": "S3CRET2"}, "rocketchat": {"A": "S3CRET3"}}),
        "rocketchat_settings": st.just({"LDAP_Authentication_Password": "S3CRET4", "Max": 5}),
        "rocketchat_mail_url": st.just("smtps://me:S3CRET5@mail.example.com"),
        "rocketchat_registration_token": st.just("S3CRET6"),
        "rocketchat_file_upload_storage": st.just("s3"),
        "rocketchat_expected_users": st.integers(0, 3000),
        "rocketchat_images": st.just({"account": f"r.example.com/a@sha256:{'1' * 64}"}),
    },
)
STORE = {"bucket": "chat", "access_key": "S3CRET7", "secret_key": "S3CRET8"}
EXTERNAL_MONGODB = "mongodb://me:S3CRET9@db1.example.com,db2.example.com/rocketchat?replicaSet=rs0&authSource=admin"
EXTERNAL_NATS = ["nats://rocketchat:S3CRET10@n1:4222", "nats://rocketchat:S3CRET10@n2.example.com:4222"]


@st.composite
def inventories(draw: st.DrawFn) -> Inventory:
    hosts = draw(names)
    members = st.lists(st.sampled_from(hosts), min_size=1, max_size=len(hosts), unique=True)
    groups = {group: draw(members) for group in GROUPS}
    variables = draw(additions) | {"rocketchat_file_upload_s3": STORE}
    for group, variable, servers in (
        ("mongodb", "rocketchat_mongodb_url", EXTERNAL_MONGODB),
        ("nats", "rocketchat_nats_urls", EXTERNAL_NATS),
    ):
        if draw(st.integers(0, 3)) == 0:
            groups[group] = []
            variables[variable] = servers
    version = draw(st.sampled_from(VERSIONS))
    inventory = cluster(
        *hosts,
        groups=groups,
        rocketchat_root_url=draw(root_urls),
        rocketchat_license="S3CRET-LICENSE",
        rocketchat_version=version,
        **variables,
    )
    used = {name for members in groups.values() for name in members}
    inventory["hosts"] = {name: inventory["hosts"][name] for name in hosts if name in used}
    for variables in inventory["hosts"].values():
        variables["rocketchat_replicas"] = draw(st.dictionaries(st.sampled_from(scalable(version)), st.integers(1, 4)))
        variables["rocketchat_ports"] = draw(st.sampled_from([{}, {"account": 20000}, {"ddp_streamer": "4000"}]))
    return inventory


@holds_for(inventories(), secrets)
def test_environments_are_complete(inventory: Inventory, given_secrets: dict[str, str]) -> None:
    for hostname, container in every_container(plan(inventory, **given_secrets)).items():
        environment = container["complete"]
        tls = r"(&tls=true&tlsCAFile=[\w.%-]+)?"
        url = rf"mongodb://[^/?]+/rocketchat\?replicaSet=rs0&authSource=admin{tls}"
        assert re.fullmatch(url, environment["MONGO_URL"])
        nats = environment["TRANSPORTER"].split(",")
        assert len(nats) == len(inventory["groups"]["nats"] or EXTERNAL_NATS)
        assert all(re.fullmatch(r"nats://rocketchat:[^@]+@[a-z0-9.]+:4222", entry) for entry in nats)
        assert ("ROOT_URL" in environment) == ("rocketchat-" in container["container_name"]), hostname


@holds_for(inventories())
def test_hostnames_are_dns_labels_and_unique(inventory: Inventory) -> None:
    planned = plan(inventory)
    hostnames = [client["name"] for client in planned["nats_clients"]]
    nats = [
        host["nats"]["compose"]["services"]["nats"]["hostname"] for host in planned["hosts"].values() if host["nats"]
    ]
    assert len(set(hostnames + nats)) == len(hostnames) + len(nats)
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", name) for name in hostnames + nats)
    assert set(hostnames) == set(every_container(planned))


@holds_for(inventories())
def test_no_port_is_taken_twice(inventory: Inventory) -> None:
    planned = plan(inventory)
    for name, host in planned["hosts"].items():
        published = [
            port for c in every_container(planned).values() if c["host"] == name for port in c.get("ports", [])
        ]
        published += host["nats"]["compose"]["services"]["nats"].get("ports", []) if host["nats"] else []
        taken = [port.rpartition(":")[0] for port in published]
        taken += [f"{address}:27017" for address in (host["mongodb"] or {"bind_addresses": []})["bind_addresses"]]
        assert max(Counter(taken).values(), default=1) == 1
        # nginx listens at every address
        proxy = host["nginx"] or {"port": 0, "tls": False}
        assert not {proxy["port"], 80 if proxy["tls"] else 0} & {int(port.rpartition(":")[2]) for port in taken}


@holds_for(inventories())
def test_only_what_another_host_needs_is_published(inventory: Inventory) -> None:
    planned = plan(inventory)
    for container in every_container(planned).values():
        published = [port.partition(":")[0] for port in container.get("ports", []) if port.endswith(":3000")]
        proxied = container["container_name"].startswith(("rocketchat-", "ddp-streamer-"))
        elsewhere = set(inventory["groups"]["nginx"]) != {container["host"]}
        own = inventory["hosts"][container["host"]]["rocketchat_private_address"]
        assert published == ([own] if proxied and elsewhere else [])


@holds_for(inventories())
def test_exactly_one_stream_hub_where_the_version_has_it(inventory: Inventory) -> None:
    planned = plan(inventory)
    hubs = [c["host"] for c in every_container(planned).values() if c["container_name"].startswith("stream-hub")]
    gone = int(planned["version"].partition(".")[0]) >= 8
    # where `rocketchat[0]` of the site playbook is
    assert hubs == ([] if gone else inventory["groups"]["rocketchat"][:1])


@holds_for(inventories())
def test_upstreams_are_the_planned_containers(inventory: Inventory) -> None:
    planned = plan(inventory)
    containers = every_container(planned).values()
    for proxy, host in planned["hosts"].items():
        for name, servers in (host["nginx"] or {"upstreams": {}})["upstreams"].items():
            prefix = name.replace("_", "-") + "-"
            wanted = [upstream(c, proxy) for c in containers if c["container_name"].startswith(prefix)]
            assert sorted(servers) == sorted(wanted)


def upstream(container: dict[str, Any], proxy: str) -> str:
    """Without Docker's userland proxy, which only what a host asks of itself goes through."""
    if container["host"] == proxy:
        return f"{container['networks']['rocketchat']['ipv4_address']}:3000"
    return str(container["ports"][0]).removesuffix(":3000")


@holds_for(inventories())
def test_every_container_of_a_host_has_an_address_of_its_own_with_room_beside_it(inventory: Inventory) -> None:
    planned = plan(inventory)
    for name, host in planned["hosts"].items():
        found = [c["networks"]["rocketchat"] for c in every_container(planned).values() if c["host"] == name]
        addresses = [ipaddress.ip_address(one["ipv4_address"]) for one in found]
        beside = [address - 1 for address in addresses]
        assert len({*addresses, *beside}) == 2 * len(addresses)
        if host["docker"]:
            network = ipaddress.ip_network(host["docker"]["network"]["subnet"])
            # what Docker chooses itself comes from the other end
            assert {*addresses, *beside} <= set(list(network.hosts())[15:])


@holds_for(inventories(), secrets)
def test_no_secret_is_where_others_may_read(inventory: Inventory, given_secrets: dict[str, str]) -> None:
    for host in plan(inventory, **given_secrets)["hosts"].values():
        projects = [host[role]["compose"] for role in ("nats", "rocketchat") if host[role]]
        readable = json.dumps([projects, host["docker"], host["nginx"], host["endpoints"], host["containers"]])
        assert "S3CRET" not in readable


@holds_for(inventories(), st.randoms(use_true_random=False))
def test_the_order_of_variables_does_not_matter(inventory: Inventory, random: Any) -> None:
    shuffled = copy.deepcopy(inventory)

    def shuffle(mapping: dict[str, Any]) -> dict[str, Any]:
        items = list(mapping.items())
        random.shuffle(items)
        return dict(items)

    def shuffle_all(value: Any) -> Any:
        return shuffle({key: shuffle_all(inner) for key, inner in value.items()}) if isinstance(value, dict) else value

    shuffled["groups"] = shuffle(shuffled["groups"])
    shuffled["hosts"] = shuffle_all(shuffled["hosts"])
    # as text, in which the order of dictionaries counts, too
    assert json.dumps(plan(shuffled)) == json.dumps(plan(inventory))


@holds_for(inventories(), secrets)
def test_data_is_all_of_the_plan(inventory: Inventory, given_secrets: dict[str, str]) -> None:
    made = typed_plan(inventory, **given_secrets)
    assert as_data(made) == asdict(made)


@holds_for(inventories(), secrets)
def test_planning_twice_gives_the_same_and_leaves_the_inventory_alone(
    inventory: Inventory, given_secrets: dict[str, str]
) -> None:
    untouched = copy.deepcopy(inventory)
    assert plan(inventory, **given_secrets) == plan(inventory, **given_secrets)
    assert inventory == untouched


def without_repetitions(planned: dict[str, Any]) -> dict[str, Any]:
    """A plan without what only repeats or counts what is planned."""
    for host in planned["hosts"].values():
        del host["probes"], host["required"]
        for counted in ("sockets", "worker_connections", "open_files", "connections_per_address", "logins_per_minute"):
            (host["nginx"] or {}).pop(counted, None)
        if host["rocketchat"]:
            del host["rocketchat"]["first_monolith"], host["rocketchat"]["packages"]
    return planned


@holds_for(inventories(), st.data())
def test_one_more_replica_changes_nothing_else(inventory: Inventory, data: st.DataObject) -> None:
    host = data.draw(st.sampled_from(inventory["groups"]["rocketchat"]))
    service = data.draw(st.sampled_from(scalable(inventory["hosts"][host]["rocketchat_version"])))
    before = without_repetitions(plan(inventory))
    count = sum(c["service"] == service for c in before["hosts"][host]["containers"])
    inventory["hosts"][host]["rocketchat_replicas"][service] = count + 1
    after = without_repetitions(plan(inventory))
    added = f"{SERVICES[service].name}-{count + 1}"
    planned = after["hosts"][host]
    # Taken out again, it leaves the plan of before.
    container = planned["rocketchat"]["compose"]["services"].pop(added)
    if not any(c["service"] == service for c in before["hosts"][host]["containers"]):
        for path in set(planned["rocketchat"]["env_files"]) - set(before["hosts"][host]["rocketchat"]["env_files"]):
            assert path == f"/opt/rocketchat/env/{SERVICES[service].name}.env"
            del planned["rocketchat"]["env_files"][path]
    planned["endpoints"] = [endpoint for endpoint in planned["endpoints"] if endpoint["name"] != added]
    planned["containers"] = [entry for entry in planned["containers"] if entry["name"] != added]
    listeners = planned["firewall"]["listeners"]
    listeners[:] = [one for one in listeners if one["part"] not in (added, f"metrics of {added}")]
    taken_out_of_the_rules(planned, container)
    after["nats_clients"].remove({"name": container["hostname"]})
    for name, proxy in ((name, other["nginx"]) for name, other in after["hosts"].items() if other["nginx"]):
        if service in proxy["upstreams"]:
            proxy["upstreams"][service].remove(upstream({**container, "host": host}, name))
    assert after == before


def taken_out_of_the_rules(host: dict[str, Any], container: dict[str, Any]) -> None:
    """Its address, with the one of what takes its place in an upgrade."""
    [network] = container["networks"].values()
    address = ipaddress.ip_address(network["ipv4_address"])
    senders = host["firewall"]["senders"]
    for sender in senders:
        sender["addresses"] = [one for one in sender["addresses"] if one not in (str(address), str(address - 1))]
    senders[:] = [sender for sender in senders if sender["addresses"]]


def comparable(host: dict[str, Any]) -> dict[str, Any]:
    """A host's plan without what has to differ between a host alone and one among others: how it finds the servers, at
    which address others find it, who they are, and stream-hub, of which there is one."""
    host = copy.deepcopy(host)
    del host["firewall"]
    project = host["rocketchat"]
    services = project["compose"]["services"]
    services.pop("stream-hub-1", None)
    for service in services.values():
        service["extra_hosts"] = []
        del service["labels"]["io.rocketops.config"]
        service.pop("ports", None)
    for path, text in project["env_files"].items():
        project["env_files"][path] = re.sub("^(MONGO_URL|TRANSPORTER)=.*", r"\1", text, flags=re.MULTILINE)
    host["endpoints"] = [
        {**endpoint, "url": endpoint["url"].rpartition("/")[2]}
        for endpoint in host["endpoints"]
        if endpoint["name"] != "stream-hub-1"
    ]
    host["containers"] = [entry for entry in host["containers"] if entry["name"] != "stream-hub-1"]
    if host["mongodb"]:
        for key in ("bind_addresses", "needs_docker", "first", "members", "names"):
            del host["mongodb"][key]
    if host["nats"]:
        config = json.loads(host["nats"]["config"])
        config.pop("cluster", None)
        host["nats"]["config"] = config
        nats = host["nats"]["compose"]["services"]["nats"]
        nats.pop("ports", None)
        del nats["labels"]
    return host


@holds_for(inventories(), st.data())
def test_a_host_among_others_is_like_a_host_alone_except_where_it_must_not_be(
    inventory: Inventory, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(inventory["groups"]["rocketchat"]))
    for group, hosts in inventory["groups"].items():
        if hosts and name not in hosts:
            inventory["groups"][group] = [*hosts, name]
    for variables in inventory["hosts"].values():
        # shared over the hosts
        variables.pop("rocketchat_expected_users", None)
        # on as soon as there are others
        variables |= {"nats_tls": False, "mongodb_tls": False}
    alone = copy.deepcopy(inventory)
    alone["groups"] = {group: [name] if hosts else [] for group, hosts in inventory["groups"].items()}
    alone["hosts"] = {name: inventory["hosts"][name]}
    among_others, single = (without_repetitions(plan(found))["hosts"][name] for found in (inventory, alone))
    # nginx sends to the host's own containers, and to those of the others
    for upstream, servers in single["nginx"]["upstreams"].items():
        assert set(servers) <= set(among_others["nginx"]["upstreams"][upstream])
        among_others["nginx"]["upstreams"][upstream] = servers
    for container in [*among_others["containers"], *single["containers"]]:
        # where others reach it
        container["server"]["elsewhere"] = ""
    assert comparable(among_others) == comparable(single)


@holds_for(inventories())
def test_each_role_has_a_plan_where_it_runs(inventory: Inventory) -> None:
    groups = inventory["groups"]
    for name, host in plan(inventory)["hosts"].items():
        for role in GROUPS:
            assert (host[role] is not None) == (name in groups[role])
        assert (host["docker"] is not None) == (name in {*groups["nats"], *groups["rocketchat"]})


@holds_for(inventories())
def test_members_of_the_set_are_known_everywhere(inventory: Inventory) -> None:
    planned = plan(inventory)
    assume(len(planned["hosts"]) > 1)
    addresses = {
        name: inventory["hosts"][name]["rocketchat_private_address"] for name in inventory["groups"]["mongodb"]
    }
    hosts = {tuple(container.get("extra_hosts", ())) for container in every_container(planned).values()}
    assert len(hosts) == 1
    assert sorted(entry.rpartition(":")[2] for entry in hosts.pop()) == sorted(addresses.values())
    firsts = [host["mongodb"]["first"] for host in planned["hosts"].values() if host["mongodb"]]
    assert firsts.count(True) == bool(addresses)
