# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host before the run: what is planned for it, and what it said of itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml

from ..plan.compose import LABEL, VERSION_LABEL
from ..plan.deployment import HostPlan
from ..plan.desired import NO_DEFAULT_SITE, desired_state
from ..plan.resources import RoleState
from ..rocketchat import layout
from ..rocketchat.catalogue import MONOLITH
from ..rocketchat.distributions import Distribution, nearest
from ..rocketchat.mongodb_cache import planned_cache
from ..rocketchat.sockets import Workers
from ..rocketchat.versions import Version, image_version, parse_version

SERVICE_LABEL = "io.rocketops.service"

# libyaml's, where PyYAML was built with it
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Host:
    """``facts`` and ``asked``: what host_facts returned. ``address``: where Ansible reaches the host.

    ``distribution``: what it is treated as, None where no one of the table will do.
    ``desired``: by role, what it is to have; empty without a distribution.
    """

    name: str
    plan: Mapping[str, Any]
    facts: Mapping[str, Any]
    asked: Mapping[str, float]
    distribution: Distribution | None = None
    desired: Mapping[str, RoleState] = field(default_factory=dict)
    address: str = ""

    @property
    def packages(self) -> Mapping[str, str]:
        return self.facts["packages"] or {}

    @property
    def containers(self) -> list[dict[str, Any]]:
        return list(self.facts["docker"]["containers"])

    @property
    def mongodb_installed(self) -> str:
        """The version, or ""."""
        return str(self.packages.get(MONGODB_SERVER, ""))

    @property
    def workspace(self) -> Mapping[str, Any] | None:
        """What its database said of the workspace, on the one host that was asked."""
        told: Mapping[str, Any] | None = self.facts["workspace"]
        return told

    @property
    def ledger(self) -> Mapping[str, Any]:
        content: Mapping[str, Any] = self.facts["ledger"]["content"]
        return content

    def is_other_file(self, path: str) -> bool:
        """Whether a file that is planned has another content on the host, or is missing there."""
        planned = [file for state in self.desired.values() for file in state.files if file.path == path]
        found = self.facts["files"].get(path) or {"digest": None}
        return any(file.digest != found["digest"] for file in planned)

    @property
    def has_former_keyfile(self) -> bool:
        """Whether its MongoDB has the key that a rotation is about to replace."""
        former = (self.plan["mongodb"] or {"former": {"keyfile": ""}})["former"]["keyfile"]
        found = self.facts["files"].get(layout.KEYFILE) or {"digest": None}
        return bool(former) and found["digest"] == hashlib.sha256(f"{former}\n".encode()).hexdigest()

    def unit_is_active(self, unit: str) -> bool:
        return bool((self.facts["units"] or {}).get(unit, {}).get("active"))

    def services(self, directory: str) -> Mapping[str, Any] | None:
        """Of the Compose project in a directory; None where the file is missing or somebody made it something else."""
        return _services(self.facts["texts"].get(f"{directory}/{layout.COMPOSE_FILE}") or "")


@lru_cache(maxsize=128)
def _services(text: str) -> Mapping[str, Any] | None:
    """Read once, although several ask for it: that takes most of the time that the gate needs for a host."""
    try:
        return dict(yaml.load(text, _Loader)["services"])
    except (yaml.YAMLError, TypeError, KeyError):
        return None


def own_containers(host: Host, project: str) -> list[dict[str, Any]]:
    """Of a Compose project those that are ours: it may have others, of somebody's own file for it."""
    return [container for container in host.containers if is_ours(container) and container["project"] == project]


def asked_host(
    name: str, plan: Mapping[str, Any], facts: Mapping[str, Any], asked: Mapping[str, float], address: str = ""
) -> Host:
    """A host that answered, with what it is to have on the distribution that it says."""
    distribution = nearest(facts["os"])
    site = facts["ipv6"] or not _keeps_default_site_out(facts)
    workers = nginx_workers(plan, facts)
    there = (facts["ipv6"], site, workers, planned_cache(plan, facts))
    desired = desired_state(HostPlan(**plan), distribution, *there) if distribution else {}
    return Host(name, plan, facts, asked, distribution, desired, address)


def nginx_workers(plan: Mapping[str, Any], facts: Mapping[str, Any]) -> Workers:
    """One for each core (`worker_processes auto`). Each raises its limit of files to that of its unit at most, which
    systemd makes no higher than its own where it may not (systemd.exec(5), LimitNOFILE=; core/exec-invoke.c).
    """
    unit = (facts["units"] or {}).get(layout.NGINX_UNIT) or {}
    limits = [limit for limit in (facts["open_files"], unit.get("open_files")) if limit]
    most = min(limits, default=None)
    return Workers(facts["cores"] or 1, most, _writes_nginx_configuration(plan, facts), _may_have_queues(plan, facts))


# Of one address and port, a single `listen` may have them (ngx_http_core_listen, ngx_http_add_addresses: "duplicate
# listen options"). Certbot writes the last one.
_OPTIONS_OF_ONE = frozenset(
    {"setfib", "fastopen", "backlog", "rcvbuf", "sndbuf", "accept_filter", "deferred", "bind", "so_keepalive"}
    | {"reuseport", "ipv6only"}
)


def _may_have_queues(plan: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    listens = [
        listen
        for server in (facts["nginx"] or {"servers": []})["servers"]
        if server["file"] != layout.NGINX_SITE
        for listen in server["listens"]
        if plan["nginx"] and listen["port"] == plan["nginx"]["port"]
    ]
    return not any(option.partition("=")[0] in _OPTIONS_OF_ONE for one in listens for option in one["options"])


def _writes_nginx_configuration(plan: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """One that somebody has settings in stays; that of the package, and ours, are as nobody made them."""
    origin = facts["origins"].get(layout.NGINX_CONFIGURATION)
    if not facts["files"].get(layout.NGINX_CONFIGURATION) or not origin:
        return True
    return bool(origin["packaged"] or origin["marks"] or layout.NGINX_CONFIGURATION in plan["adopted"])


def _keeps_default_site_out(facts: Mapping[str, Any]) -> bool:
    """Where nginx is not installed yet, or this collection did so before. Somebody else's has a page that works."""
    found = facts["files"].get(layout.NGINX_DEFAULT_SITE)
    if found:
        return any(found["digest"] == file.digest for file in NO_DEFAULT_SITE)
    return "nginx" not in (facts["packages"] or {})


MONGODB_SERVER = "mongodb-org-server"


def is_ours(container: Mapping[str, Any]) -> bool:
    return LABEL in container["labels"]


def was_deployed(host: Host) -> bool:
    """Whether a version of this collection did, whatever it kept of it: by its labels, its block in a file of the
    host's own and, where it put nginx alone, what it wrote into its site.
    """
    blocks = [state.block for state in host.desired.values() if state.block]
    site = host.facts["origins"].get(layout.NGINX_SITE)
    return (
        any(is_ours(container) for container in host.containers)
        or any(network["ours"] for network in host.facts["docker"]["networks"])
        or any(block.first_line in (host.facts["texts"].get(block.path) or "") for block in blocks)
        or bool(site and site["marks"])
    )


def running_version(hosts: list[Host]) -> str | None:
    """The newest release that a monolith here was made from, in whatever state it is, as that changed the database.

    Where no container is left, or Docker does not answer, what the Compose projects on the hosts name. A tag that is
    no version is told as it is. None where nothing is known.
    """
    containers = [one for host in hosts for one in host.containers if is_monolith(one)]
    projects = [service for host in hosts for service in (host.services(layout.ROCKETCHAT_DIRECTORY) or {}).values()]
    composed = [one for one in projects if is_monolith(one)]
    return max(filter(None, map(_release, containers or composed)), key=_age, default=None)


def is_monolith(service: Any) -> bool:
    """Of a container, or a service of a Compose project, which anybody may have written."""
    labels = service.get("labels") if isinstance(service, Mapping) else None
    return isinstance(labels, Mapping) and labels.get(SERVICE_LABEL) == MONOLITH


def _release(service: Mapping[str, Any]) -> str | None:
    image = str(service.get("image") or "")
    said = service["labels"].get(VERSION_LABEL) or image_version(image)
    if said is None and "@" not in image:
        said = tag(image)
    return str(said) if said else None


def _age(release: str) -> Version:
    return parse_version(release) or Version(0, 0, 0)


def tag(image: str) -> str:
    """Of an image reference; a registry may have a port, so only what follows the last slash counts."""
    return image.rpartition("/")[2].partition(":")[2]
