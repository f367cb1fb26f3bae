# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What another machine reaches of a deployed host, past nginx: nothing, whatever becomes of the host's other rules."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, Iterator

import pytest

from tests.deployment import Deployment
from tests.e2e.neighbour import IPV6, Door, Neighbour, neighbour
from tests.e2e.talk import talk
from tests.e2e.test_planned_changes import listed
from tests.waiting import wait_until

# sshd is the lab's own way in
WAYS_IN = {22, 80, 443}
# Ports of what a deployment has, and of its like, and 500 others all over the range; tests/soak has all of them.
OURS = [2377, 2019, 4222, 6222, 7422, 7946, 8222, 9100, 9458, 27017, 27018, 27019, *range(3000, 3800, 100)]
OTHERS = range(1, 65536, 131)
# Those that usual servers have, and an engine's overlay networks.
UDP = [53, 67, 111, 123, 137, 161, 500, 1900, 4500, 4789, 5353, 5355, 7946]


@pytest.fixture(scope="module")
def other(deployment: Deployment) -> Iterator[Neighbour]:
    with neighbour(deployment) as machine:
        yield machine


# Of the engine that the host is a container of: the way to the names of the lab, which goes with all other rules.
RESOLVER = r"iptables-save --table nat | grep -E '^:DOCKER_(OUTPUT|POSTROUTING) |127\.0\.0\.11'"


@pytest.fixture(autouse=True, scope="module")
def _as_before(deployment: Deployment) -> Iterator[None]:
    resolver = deployment.run(RESOLVER)
    yield
    deployment.run("iptables -P FORWARD ACCEPT; systemctl disable --now nftables", timeout=60)
    deployment.run("systemctl reset-failed; systemctl start rocketops-firewall || true")
    if not deployment.attempt(RESOLVER).stdout:
        deployment.run(f"iptables-restore --noflush <<'END'\n*nat\n{resolver}COMMIT\nEND")
    assert deployment.run("getent hosts mirror.lab.internal")
    deployment.playbook("site")


def addresses(deployment: Deployment) -> list[str]:
    """Of the host, its bridges and all containers; of IPv6, too."""
    deployment.run(
        "sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.eth0.disable_ipv6=0;"
        f"ip -6 address replace {IPV6}1/64 dev eth0 nodad"
    )
    shown = json.loads(deployment.run("ip -json address show scope global"))
    own = [address["local"] for link in shown for address in link["addr_info"] if address]
    networks = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.GlobalIPv6Address}} {{end}}"
    containers = deployment.run(f"docker inspect --format '{networks}' $(docker ps --quiet)").split()
    found = list(dict.fromkeys([*own, *containers]))
    assert len(containers) >= 7
    assert {ipaddress.ip_address(address).version for address in own} == {4, 6}
    return found


def listening(deployment: Deployment) -> set[int]:
    """On the host and in every container."""
    pids = "$(docker inspect --format '{{.State.Pid}}' $(docker ps --quiet))"
    lines = deployment.run(f"ss -Htln; for pid in {pids}; do nsenter --net --target $pid ss -Htln; done").splitlines()
    return {int(line.split()[3].rpartition(":")[2]) for line in lines}


def doors(deployment: Deployment, other: Neighbour, more: Iterable[int] = ()) -> set[Door]:
    ports = sorted({*listening(deployment), *OURS, *WAYS_IN, *more})
    assert {27017, 4222, 8222, 3000} <= set(ports)
    return other.reaches(addresses(deployment), ports, UDP)


def only_the_ways_in(deployment: Deployment, other: Neighbour, more: Iterable[int] = ()) -> None:
    found = doors(deployment, other, more)
    assert {door for door in found if door[0] == "udp" or door[2] not in WAYS_IN} == set()
    assert {(address, port) for _tcp, address, port in found} >= {
        (address, port) for address in (deployment.address, f"{IPV6}1") for port in (80, 443)
    }


def has_rules(deployment: Deployment) -> bool:
    return deployment.attempt("nft list table inet rocketops").returncode == 0


def test_nothing_but_nginx_as_deployed(deployment: Deployment, other: Neighbour) -> None:
    only_the_ways_in(deployment, other, OTHERS)


@pytest.mark.parametrize("policy", ["ACCEPT", "DROP"])
def test_nothing_but_nginx_whatever_is_forwarded(deployment: Deployment, other: Neighbour, policy: str) -> None:
    deployment.run(f"iptables -P FORWARD {policy}")
    only_the_ways_in(deployment, other)
    assert talk(deployment).ok


@pytest.mark.parametrize("verb", ["start", "restart", "reload"])
def test_the_rules_come_back_when_nftables_service_flushes_all(
    deployment: Deployment, other: Neighbour, verb: str
) -> None:
    if verb == "start":
        deployment.run("systemctl stop nftables")
    deployment.run(f"systemctl reset-failed nftables; systemctl {verb} nftables")
    wait_until(lambda: has_rules(deployment), 20, f"rules after {verb}")
    # of Docker's own there are none now
    assert "DOCKER" not in deployment.run("nft list ruleset")
    deployment.run("iptables -P FORWARD ACCEPT")
    only_the_ways_in(deployment, other)


def test_without_them_there_are_other_doors(deployment: Deployment, other: Neighbour) -> None:
    """One command takes them away, which also shows that the tests here would see an open door."""
    # with none of Docker's either, of which a current version keeps neighbours from containers
    deployment.run("systemctl reset-failed nftables; systemctl restart nftables; iptables -P FORWARD ACCEPT")
    wait_until(lambda: has_rules(deployment), 20, "rules after nftables.service")
    deployment.run("systemctl stop rocketops-firewall")
    assert not has_rules(deployment)
    try:
        found = {(address, port) for _tcp, address, port in doors(deployment, other)}
        assert ("172.31.250.1", 27017) in found
        assert len({address for address, port in found if port == 3000}) >= 6
        assert "will start the firewall" in listed(deployment.playbook("site", "--check").stdout, deployment.host)
    finally:
        deployment.run("systemctl start rocketops-firewall; systemctl restart docker")
    only_the_ways_in(deployment, other)


def test_they_survive_a_restart_of_docker(deployment: Deployment, other: Neighbour) -> None:
    deployment.run("systemctl restart docker")
    only_the_ways_in(deployment, other)
    assert talk(deployment).ok


def test_rules_that_somebody_changed_are_told_and_mended(deployment: Deployment) -> None:
    changed, gone = (f"will load the firewall's rules again, which {why}" for why in ("somebody changed", "are gone"))
    deployment.run("nft insert rule inet rocketops listeners accept")
    assert listed(deployment.playbook("site", "--check").stdout, deployment.host) == [changed]
    deployment.run("nft delete table inet rocketops; nft delete table bridge rocketops")
    assert listed(deployment.playbook("site").stdout, deployment.host) == [gone]
    assert listed(deployment.playbook("site", "--check").stdout, deployment.host) == []


def test_nothing_of_them_is_left_where_somebody_has_rules_of_his_own(deployment: Deployment) -> None:
    own = ["-e", "rocketchat_firewall=own"]
    deployment.playbook("site", *own)
    assert not has_rules(deployment)
    files = "ls -d /etc/rocketops /etc/systemd/system/rocketops-firewall* /etc/systemd/system/*/rocketops-firewall*"
    assert deployment.attempt(files).stdout == ""
    assert listed(deployment.playbook("site", *own).stdout, deployment.host) == []
    deployment.playbook("site")
    assert has_rules(deployment)
