# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a host's plan to the resources that each role is to have there, on the distribution that the host has."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import yaml
from ansible.utils.vars import merge_hash

from ..rocketchat import distributions, layout
from ..rocketchat.distributions import Distribution, apt_source
from ..rocketchat.memory import bytes_of
from ..rocketchat.sockets import ONE_WORKER, Workers, open_files, worker_connections
from .bus import TLS_FILES
from .compose import CONFIG_LABEL, LABEL, OURS
from .deployment import HostPlan
from .resources import (
    Block,
    Container,
    File,
    Generated,
    Issued,
    Leftovers,
    Network,
    Project,
    Repository,
    RoleState,
    SettingsFile,
)
from .templates import MANAGED, render

# Containers outlive a restart or an upgrade of the engine; their logs do not fill the disk. An engine that somebody set
# up otherwise works as well, so these give way, group by group.
LOGGING: dict[str, Any] = {"log-driver": "json-file", "log-opts": {"max-size": "50m", "max-file": "5"}}
DAEMON_SETTINGS: list[dict[str, Any]] = [{"live-restore": True}, LOGGING]
# docs.docker.com, "dockerd", "Configuration reload behavior"; these alone, as nobody runs into a reload that failed in
# silence: whether the first was taken up, the engine says, and the others have no effect on what runs.
RELOADABLE = frozenset({"live-restore", "debug", "registry-mirrors", "insecure-registries"})
ENGINE_ACCEPTS = "dockerd --validate --config-file %s"

ACME_CHANGE = "will write what has the certificate issued and renewed"
NO_ACME = "will no longer have the certificate issued and renewed on the host"
FIREWALL_CHANGE = "will change the rules about who reaches the ports of this deployment, and what its containers reach"
NO_FIREWALL = "will take away its rules about who reaches the ports of this deployment, and what its containers reach"
AUTHORITIES_CHANGE = "will change the certificate authorities that the containers trust"
MEMBERS_CHANGE = f"will change the members of the replica set in {layout.HOSTS_FILE}"

# The configuration that nginx runs with, as only together with other sites it shows a name or a default server that is
# there twice, or tables that are too small.
NGINX_ACCEPTS = "nginx -t -q"
# The page that comes with nginx listens on [::], and without IPv6 the installation of the package would fail with it.
NO_DEFAULT_SITE = [
    File("/etc/nginx/sites-enabled", "0755", before_packages=True, shared=True),
    File(
        layout.NGINX_DEFAULT_SITE,
        "0644",
        f"# {MANAGED}\n# It takes the place of a page that needs IPv6, which this host has not.\n",
        before_packages=True,
    ),
]
NFT_ACCEPTS = "nft --check --file %s"
# It only reads then.
LOGROTATE_ACCEPTS = "logrotate --debug %s"
# The server that is to run with it; as the image starts it, with what its entry point makes of the options.
NATS_ACCEPTS = "docker run --rm --init=false --runtime runc --network none {volumes} {image} --config /nats.conf -t"
COMPOSE_ACCEPTS = "docker compose --file %s config --quiet"

# The last one is marked on behalf of what carries no mark.
ACME_TEMPLATES = {
    layout.ACME_REQUEST: "acme-request.sh.j2",
    layout.ACME_INSTALL: "acme-install.sh.j2",
    f"{layout.UNITS}/{layout.ACME_TIMER}": "acme.timer.j2",
    f"{layout.UNITS}/{layout.ACME_UNIT}": "acme.service.j2",
}
# What certbot keeps stays, accounts among it.
NO_ACME_FILES = Leftovers(
    layout.ACME_TIMER,
    [*ACME_TEMPLATES, layout.ACME_AUTHORITY],
    [layout.ACME_WEBROOT, layout.ACME_DIRECTORY],
    NO_ACME,
)

# libyaml's, where PyYAML was built with it
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def desired_state(
    host: HostPlan,
    on: Distribution,
    ipv6: bool = True,
    default_site: bool = True,
    workers: Workers = ONE_WORKER,
    cache_gb: float = 0.0,
) -> dict[str, RoleState]:
    """By role, in the order in which the site playbook goes through them.

    ``ipv6``: whether the host has it. ``default_site``: whether the page that comes with nginx may be there.
    ``workers``: nginx's there. ``cache_gb``: of mongod's cache, 0 for what it takes by itself.
    """
    states = {
        "firewall": _firewall(host.firewall),
        "docker": host.docker and _docker(host.docker, on),
        "mongodb": host.mongodb and _mongodb(host.mongodb, on, cache_gb),
        "nats": host.nats and _nats(host.nats),
        "rocketchat": host.rocketchat and _rocketchat(host.rocketchat),
        "nginx": host.nginx and _nginx(host.nginx, on, ipv6, default_site, workers),
    }
    return {role: state for role, state in states.items() if state}


def _firewall(plan: Mapping[str, Any]) -> RoleState:
    closes = any(listener["clients"] is not None for listener in plan["listeners"])
    directories = [layout.FIREWALL_DIRECTORY, layout.NFTABLES_UNIT_DIRECTORY]
    units = {
        f"{layout.UNITS}/{plan['unit']}": "firewall.service.j2",
        f"{layout.UNITS}/{plan['reload_unit']}": "firewall-reload.service.j2",
        layout.NFTABLES_UNIT_SETTINGS: "nftables.conf.j2",
    }
    if not (plan["managed"] and (closes or plan["senders"])):
        return RoleState(leftovers=Leftovers(plan["unit"], [*units, plan["file"]], directories, NO_FIREWALL))
    told: dict[str, Any] = {"told": FIREWALL_CHANGE, "effect": "reload"}
    rules = render("firewall", "firewall.nft.j2", plan)
    return RoleState(
        packages=list(distributions.FIREWALL_PACKAGES),
        files=[
            *(File(directory, "0755", shared=True, told=FIREWALL_CHANGE) for directory in directories),
            File(plan["file"], "0644", rules, validate=NFT_ACCEPTS, **told),
            *(File(path, "0644", render("firewall", template, plan), **told) for path, template in units.items()),
        ],
        unit=plan["unit"],
        rules=plan["file"],
    )


def _docker(plan: Mapping[str, Any], on: Distribution) -> RoleState:
    repository = distributions.docker_repository(on, plan["repository_url"], plan["repository_key_fingerprint"])
    network = plan["network"]
    return RoleState(
        product="Docker Engine",
        packages=list(on.docker_packages(plan["source"]) or ()),
        repository=_repository(repository, "Docker's") if plan["source"] == "docker" else None,
        files=list(_docker_files(plan)),
        settings=_daemon_settings(plan["options"]),
        unit=layout.DOCKER_UNIT,
        network=Network(network["name"], network["subnet"], network["gateway"]),
    )


def _held(product: str, packages: Sequence[str]) -> File:
    """Keeps unattended-upgrades, and nobody else, from them.

    A hold or a pin would also keep them back in `apt upgrade`, by which the operator brings security updates when it
    suits, and holds are no files: nobody could tell whose they are. What the distribution itself packages is not among
    them, as its security updates come in this way, and it keeps to one version.
    """
    # unattended-upgrades takes regular expressions that match from the beginning on (is_pkgname_in_blacklist)
    lines = [f'  "^{package}$";' for package in packages]
    content = "\n".join([f"// {MANAGED}", "Unattended-Upgrade::Package-Blacklist {", *lines, "};", ""])
    told = f"will change which packages of {product} unattended-upgrades leaves as they are"
    return File(distributions.HELD.format(product=product.lower()), "0644", content, told=told)


def _docker_files(plan: Mapping[str, Any]) -> Iterator[File]:
    if plan["source"] == "docker":
        yield _held("Docker", distributions.DOCKER_PACKAGES)
    yield File(layout.DOCKER_DIRECTORY, "0755", before_packages=True, shared=True)
    for registry, certificate in plan["certificates"].items():
        if certificate:
            directory = f"{layout.REGISTRY_CERTIFICATES}/{registry}"
            told = f"will change the certificate authority of {registry}"
            yield File(directory, "0755", before_packages=True, shared=True)
            begins = "-----BEGIN CERTIFICATE-----"
            yield File(f"{directory}/ca.crt", "0644", certificate, told=told, earlier=begins, before_packages=True)


def _daemon_settings(options: Mapping[str, Any]) -> SettingsFile:
    """A log driver comes with its options: of those of ours, one that the inventory names takes what it understands."""
    chosen = [group for group in DAEMON_SETTINGS if set(group) & set(options)]
    wanted = dict(options)
    if LOGGING in chosen and options.get("log-driver", LOGGING["log-driver"]) == LOGGING["log-driver"]:
        wanted = merge_hash(LOGGING, options)
    return SettingsFile(
        layout.DAEMON_SETTINGS,
        "0644",
        wanted,
        [group for group in DAEMON_SETTINGS if group not in chosen],
        RELOADABLE,
        told="will change Docker's settings",
        validate=ENGINE_ACCEPTS,
    )


def _repository(repository: distributions.Repository, whose: str) -> Repository:
    told = f"will change {whose} package repository"
    source = f"# {MANAGED}\n{apt_source(repository)}"
    fetched = f"will fetch the key of {whose} package repository"
    # another key is fetched where another one is to be it
    recipe = _digest(" ".join(filter(None, (repository.key_url, repository.fingerprint))))
    key = Generated(repository.keyring, "0644", recipe, fetched, shared=True)
    # whatever the series was
    earlier = f"Signed-By: {repository.keyring.removesuffix('.asc').partition('-')[0]}"
    entry = File(repository.source, "0644", source, told=told, earlier=earlier)
    about = repository.url, repository.suite, repository.component, repository.fingerprint
    return Repository(key, repository.key_url, entry, *about)


def _mongodb(planned: Mapping[str, Any], on: Distribution, cache_gb: float) -> RoleState:
    plan = {**planned, "runs_as": on.vendor.mongodb_user, "cache_gb": cache_gb}
    repository = distributions.mongodb_repository(on, plan["version"], **plan["repository"])
    settings: dict[str, Any] = {"told": "will change mongod's settings and restart it", "effect": "restart"}
    names = [f"{address} {name}" for name, address in plan["names"].items()]
    block = Block(layout.HOSTS_FILE, layout.HOSTS_MARKER, names, MEMBERS_CHANGE)
    return RoleState(
        product=f"MongoDB {plan['version']}",
        packages=list(distributions.MONGODB_PACKAGES),
        repository=_repository(repository, "MongoDB's"),
        files=[
            File(
                layout.MONGOD_SETTINGS,
                "0644",
                render("mongodb", "mongod.conf.j2", plan),
                validate="mongod --config %s --outputConfig",
                earlier=f"keyFile: {layout.KEYFILE}",
                **settings,
            ),
            File(layout.MONGOD_UNIT_DIRECTORY, "0755", shared=True),
            File(
                layout.MONGOD_UNIT_SETTINGS,
                "0644",
                render("mongodb", "mongod.service.conf.j2", plan),
                earlier="Restart=always\nRestartSec=2",
                **settings,
            ),
            File(
                layout.KEYFILE,
                "0400",
                f"{plan['keyfile']}\n",
                owner=plan["runs_as"],
                secret=True,
                marked_by=layout.MONGOD_SETTINGS,
                **settings,
            ),
            *_mongodb_tls_files(plan),
            File(layout.MEMBERS_FILE, "0644", f"{block.text()}\n", marked_by=layout.MONGOD_SETTINGS),
            File(
                layout.MONGOD_LOG_ROTATION,
                "0644",
                render("mongodb", "mongod.logrotate.j2", plan),
                validate=LOGROTATE_ACCEPTS,
            ),
            File(
                layout.MONGOD_KERNEL_UNIT,
                "0644",
                render("mongodb", "mongod.kernel.service.j2", plan),
                told="will change what mongod wants of the kernel and restart it",
                effect="restart",
            ),
            _held("MongoDB", distributions.MONGODB_OWN_PACKAGES),
        ],
        block=block,
        unit=layout.MONGODB_UNIT,
        port=plan["port"],
        log=layout.MONGOD_LOG,
        replica_set=plan["first"],
        data=[layout.MONGODB_DATA],
    )


def _mongodb_tls_files(plan: Mapping[str, Any]) -> Iterator[File]:
    """None that is not known."""
    told: dict[str, Any] = {
        "told": "will change the certificates of mongod and restart it",
        "effect": "restart",
        "marked_by": layout.MONGOD_SETTINGS,
    }
    if plan["certificate"]:
        yield File(layout.MONGOD_CERTIFICATE, "0400", plan["certificate"], owner=plan["runs_as"], secret=True, **told)
    if plan["authorities"]:
        yield File(layout.MONGOD_AUTHORITIES, "0644", plan["authorities"], **told)


def _nats(plan: Mapping[str, Any]) -> RoleState:
    directory = layout.NATS_DIRECTORY
    [service] = plan["compose"]["services"].values()
    marked: dict[str, Any] = {"marked_by": _compose_path(directory)}
    # it reads what its settings name, too
    mounts = {"%s": "/nats.conf", **{path: TLS_FILES[path] for path in plan["tls_files"]}}
    volumes = " ".join(f"--volume {path}:{inside}:ro" for path, inside in mounts.items())
    return RoleState(
        files=[
            File(directory, "0750", **marked),
            *(_nats_tls_file(path, pem, marked) for path, pem in plan["tls_files"].items() if pem),
            File(
                layout.NATS_SETTINGS,
                "0400",
                plan["config"],
                owner=layout.NATS_USER,
                secret=True,
                validate=NATS_ACCEPTS.format(volumes=volumes, image=shlex.quote(service["image"])),
                **marked,
            ),
            _compose_file(directory, plan["compose"]),
        ],
        project=_project(directory, plan["compose"]),
    )


def _nats_tls_file(path: str, pem: str, marked: dict[str, Any]) -> File:
    if path == layout.NATS_CERTIFICATE:
        return File(path, "0400", pem, owner=layout.NATS_USER, secret=True, **marked)
    return File(path, "0644", pem, **marked)


def _rocketchat(plan: Mapping[str, Any]) -> RoleState:
    directory = layout.ROCKETCHAT_DIRECTORY
    marked: dict[str, Any] = {"marked_by": _compose_path(directory)}
    authorities = File(layout.AUTHORITIES, "0644", plan["authorities"], told=AUTHORITIES_CHANGE, **marked)
    return RoleState(
        packages=list(plan["packages"]),
        files=[
            File(directory, "0750", **marked),
            File(layout.ENV_FILES, "0750", **marked),
            *(File(**upload) for upload in plan["directories"]),
            *([authorities] if plan["authorities"] else ()),
            # before the project: Compose reads them when it validates that
            *(File(path, "0600", text, secret=True, **marked) for path, text in plan["env_files"].items()),
            _compose_file(directory, plan["compose"]),
        ],
        project=_project(directory, plan["compose"]),
        data=[upload["path"] for upload in plan["directories"]],
    )


def _compose_file(directory: str, definition: dict[str, Any]) -> File:
    text = yaml.dump(definition, Dumper=_Dumper, default_flow_style=False, indent=2, sort_keys=False, width=200)
    content, earlier = f"# {MANAGED}\n{text}", f"{LABEL}: {OURS[LABEL]}"
    return File(_compose_path(directory), "0640", content, validate=COMPOSE_ACCEPTS, earlier=earlier)


def _compose_path(directory: str) -> str:
    return f"{directory}/{layout.COMPOSE_FILE}"


def _project(directory: str, definition: dict[str, Any]) -> Project:
    containers = {name: _container(service) for name, service in definition["services"].items()}
    return Project(definition["name"], directory, definition, containers)


def _container(service: Mapping[str, Any]) -> Container:
    [(network, settings)] = service["networks"].items()
    return Container(
        name=service["container_name"],
        image=service["image"],
        config=service["labels"][CONFIG_LABEL],
        network=network,
        aliases=list(settings["aliases"]),
        restart=service["restart"],
        memory=bytes_of(service["mem_limit"]) if "mem_limit" in service else 0,
        nano_cpus=round(service.get("cpus", 0) * 1_000_000_000),
        address=settings.get("ipv4_address", ""),
        pids=service["pids_limit"],
    )


def _nginx(planned: Mapping[str, Any], on: Distribution, ipv6: bool, default_site: bool, workers: Workers) -> RoleState:
    plan = {**planned, "ipv6": ipv6, "own_queues": workers.own_queues}
    if plan["http2"] and on.old_nginx:
        # there it is a setting of the port, and so of all sites on it
        plan["http2"] = "listen" if workers.own_queues else ""
    files = [
        *([_nginx_configuration(plan, workers)] if workers.writes_configuration else []),
        File(
            layout.NGINX_SITE,
            "0644",
            render("nginx", "rocketchat.conf.j2", plan),
            told="will change the site in nginx and reload it",
            effect="reload",
            earlier="$rocketchat_connection",
        ),
    ]
    acme = plan["acme"]
    if plan["tls"]:
        given = plan["certificate"]
        known = given["certificate"] and given["key"]
        directory = File(layout.CERTIFICATE_DIRECTORY, "0700", marked_by=layout.NGINX_SITE)
        files = [directory, *(_certificate_files(given, acme) if known else ()), *files]
    if not default_site:
        files[:0] = NO_DEFAULT_SITE
    return RoleState(
        product="nginx",
        packages=[*distributions.NGINX_PACKAGES, *(distributions.ACME_PACKAGES if acme else ())],
        files=[*(_acme_files(plan) if acme else ()), *files],
        issued=_issued(acme) if acme else None,
        leftovers=None if acme else NO_ACME_FILES,
        unit=layout.NGINX_UNIT,
        log=layout.NGINX_LOG,
        accepts=NGINX_ACCEPTS,
    )


def _nginx_configuration(plan: Mapping[str, Any], workers: Workers) -> File:
    connections = worker_connections(plan["sockets"], workers)
    there = {"worker_connections": connections, "open_files": open_files(connections)}
    return File(
        layout.NGINX_CONFIGURATION,
        "0644",
        render("nginx", "nginx.conf.j2", {**plan, **there}),
        told="will change how many connections nginx takes and reload it",
        effect="reload",
    )


def _certificate_files(given: Mapping[str, str], acme: Mapping[str, Any] | None) -> list[File]:
    which = "the certificate that was issued" if acme else "another certificate"
    told: dict[str, Any] = {
        "told": f"will install {which} and reload nginx",
        "effect": "reload",
        "marked_by": layout.NGINX_SITE,
    }
    certificate, key = (f"{acme['issued']}/{name}" if acme else "" for name in ("fullchain.pem", "privkey.pem"))
    return [
        File(layout.CERTIFICATE, "0644", given["certificate"], issued=certificate, **told),
        File(layout.CERTIFICATE_KEY, "0600", given["key"], secret=True, issued=key, **told),
    ]


def _acme_files(plan: Mapping[str, Any]) -> Iterator[File]:
    acme, unit = plan["acme"], f"{layout.UNITS}/{layout.ACME_UNIT}"
    yield File(layout.ACME_DIRECTORY, "0700", marked_by=unit)
    yield File(layout.ACME_WEBROOT.rpartition("/")[0], "0755", shared=True)
    yield File(layout.ACME_WEBROOT, "0755", marked_by=unit)
    if acme["authority"]:
        yield File(layout.ACME_AUTHORITY, "0644", acme["authority"], told=ACME_CHANGE, marked_by=unit)
    for path, template in ACME_TEMPLATES.items():
        yield File(path, "0644", render("nginx", template, plan), told=ACME_CHANGE)


def _issued(acme: Mapping[str, Any]) -> Issued:
    server = urlsplit(acme["directory"]).hostname
    told = f"will have a certificate for {', '.join(acme['names'])} issued by {server}"
    return Issued(layout.ACME_UNIT, layout.ACME_TIMER, f"{acme['issued']}/fullchain.pem", told, acme["names"])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
