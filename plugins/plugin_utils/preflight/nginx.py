# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether our site and those that an nginx has already can be beside each other. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..rocketchat.layout import NGINX_CONFIGURATION, NGINX_SITE
from ..rocketchat.problems import Problem
from .hosts import Host

# Settings at the level of http that our site would inherit, and what they would do to it.
BREAKING = {
    "allow": "keeps people away by their address",
    "auth_basic": "asks everybody for another password",
    "auth_request": "asks somebody else whether a request may pass",
    "deny": "keeps people away by their address",
    "limit_conn": "refuses people as soon as several come from one address",
    "limit_req": "refuses requests that come quickly one after the other, as Rocket.Chat's do",
    "proxy_bind": "has nginx ask the containers from another address",
    "proxy_cache": "shows one person what another one was answered",
    "proxy_pass_request_body": "keeps what people send",
    "proxy_pass_request_headers": "keeps what a request says of itself",
    "ssl_verify_client": "asks everybody for a certificate",
}
# What a setting of those without effect says.
_HARMLESS = {"proxy_pass_request_body": "on", "proxy_pass_request_headers": "on", "allow": "all"}
_OFF = "off"

_ELSEWHERE = "choose another address or port with rocketchat_root_url"
_MOVE = f"Have it listen elsewhere, or {_ELSEWHERE}"


def nginx_problems(host: Host) -> Iterator[Problem]:
    found, planned = host.facts["nginx"], host.plan["nginx"]
    if not planned or not found:
        return
    if not found["includes_site"]:
        reason = f"does not include {NGINX_SITE}, which would have no effect"
        remedy = f"Write `include {NGINX_SITE.rpartition('/')[0]}/*.conf;` into its block `http`"
        yield Problem(f"{NGINX_CONFIGURATION} on host {host.name}", None, reason, remedy)
    for setting in _others(found["settings"]):
        if setting["value"] != _HARMLESS.get(setting["name"], _OFF):
            reason = f"has {setting['name']} for all sites, which {BREAKING[setting['name']]}"
            yield _problem(host, setting, reason, "Move it into the servers that it is meant for")
    for upstream in _others(found["upstreams"]):
        if upstream["name"] in planned["upstreams"]:
            reason = f"has an upstream {upstream['name']}, as Rocket.Chat's site has: nginx takes no two of one name"
            yield _problem(host, upstream, reason, "Rename it there")
    for server in _others(found["servers"]):
        yield from _clashes(host, planned, server)


def _others(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (one for one in found if one["file"] != NGINX_SITE)


def _clashes(host: Host, planned: Mapping[str, Any], server: Mapping[str, Any]) -> Iterator[Problem]:
    """nginx first chooses by address and port, and then by name among those that listen exactly there.

    One address and port has one protocol: `ssl` and `proxy_protocol` of one server are of all that listen there
    (ngx_http_core_module, listen).
    """
    ports = {planned["port"]: planned["tls"], **({80: False} if planned["tls"] and planned["port"] != 80 else {})}
    listens = server["listens"] or [{"address": "", "port": 80, "options": []}]
    told = set()
    for listen in listens:
        port = listen["port"]
        if port not in ports or {"quic", "udp"} & set(listen["options"]):
            continue
        if server["level"] == "stream":
            reason, remedy = "in its block `stream`, which takes the port from all sites", _MOVE
        else:
            named = [planned["server_name"], *planned["other_names"]]
            reason, remedy = _clash(named, server["names"], listen, ports[port])
        if reason and (port, reason) not in told:
            told.add((port, reason))
            yield _problem(host, server, f"has a server on port {port} {reason}", remedy)


def _clash(ours: list[str], names: list[str], listen: Mapping[str, Any], tls: bool) -> tuple[str, str]:
    """Reason and remedy; empty where there is none."""
    address, options = listen["address"], listen["options"]
    if name := next((one for one in ours if one.lower() in map(str.lower, names)), ""):
        reason = f"with the name {name}, and of two of one name nginx takes the one that it reads first"
        return reason, f"Give it another name, or {_ELSEWHERE}"
    if address not in ("", "[::]"):
        # of the host's own, as health asks nobody else there
        if address.startswith("127.") or address in ("localhost", "[::1]"):
            return "", ""
        reason = f"for the address {address} alone, and whoever comes to that one gets to no other server"
        return reason, f"Have it listen on the port without an address, or {_ELSEWHERE}"
    if "proxy_protocol" in options:
        return "with proxy_protocol, which is then of all servers on it", _MOVE
    if ("ssl" in options) != tls:
        spoken, wanted = ("with", "without") if not tls else ("without", "with")
        reason = f"{spoken} ssl, and Rocket.Chat's site is {wanted}: nginx speaks one of the two on a port"
        return reason, _MOVE
    if address == "[::]" and "ipv6only=off" in options:
        return "for IPv4 as well with ipv6only=off, which Rocket.Chat's site listens to itself", "Leave out ipv6only"
    return "", ""


def _problem(host: Host, place: Mapping[str, Any], reason: str, remedy: str) -> Problem:
    return Problem(f"{place['file']} line {place['line']} on host {host.name}", None, reason, remedy)
