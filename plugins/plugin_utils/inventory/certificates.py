# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges the operator's certificate before a host is touched: with a wrong one nginx, or every client, would refuse."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from ..rocketchat.problems import Problem
from .settings import common_variables

try:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
except ImportError:
    # ansible-core requires it, so every controller has it; the sanity test of imports does not
    pass

CERTIFICATE = "nginx_certificate_file"
KEY = "nginx_certificate_key_file"


_UNREADABLE = ("is no file that can be read on the machine Ansible runs on", "Write its absolute path")


def named_files(inventory: dict[str, Any]) -> list[str]:
    """Paths on the controller that variables name."""
    named = [
        str(path)
        for variables in inventory["hosts"].values()
        for path in (variables[CERTIFICATE], variables[KEY], *variables["docker_registry_certificates"].values())
        if path
    ]
    return list(dict.fromkeys(named))


def file_problems(inventory: dict[str, Any], contents: Mapping[str, bytes], now: datetime) -> list[Problem]:
    """What is wrong with the files that variables name. ``contents``: those that could be read, by path."""
    found = [*_of_proxies(inventory, contents, now), *_of_registries(inventory, contents)]
    return list(dict.fromkeys(found))


def _of_registries(inventory: dict[str, Any], contents: Mapping[str, bytes]) -> Iterator[Problem]:
    for variables in inventory["hosts"].values():
        for registry, path in variables["docker_registry_certificates"].items():
            if str(path) not in contents:
                yield Problem(f"docker_registry_certificates.{registry}", path, *_UNREADABLE)


def _of_proxies(inventory: dict[str, Any], contents: Mapping[str, bytes], now: datetime) -> Iterator[Problem]:
    """Where there are to be any certificates."""
    try:
        url = urlsplit(common_variables(inventory)["rocketchat_root_url"])
    except (KeyError, ValueError):
        return
    for host in inventory["groups"]["nginx"] if url.scheme == "https" else ():
        variables = inventory["hosts"][host]
        paths = {variable: variables[variable] for variable in (CERTIFICATE, KEY)}
        if variables["nginx_certificate"] != "files" or not all(paths.values()):
            continue
        unreadable = [variable for variable, path in paths.items() if path not in contents]
        if unreadable:
            yield from (Problem(variable, paths[variable], *_UNREADABLE) for variable in unreadable)
        else:
            pem = {variable: contents[path] for variable, path in paths.items()}
            yield from certificate_problems(paths, pem, url.hostname or "", now)


def certificate_problems(paths: dict[str, str], pem: dict[str, bytes], name: str, now: datetime) -> Iterator[Problem]:
    """``paths`` and ``pem``: file name and content by variable. ``name``: the host of the root URL."""
    certificate = load_certificate(pem[CERTIFICATE])
    if certificate is None:
        yield Problem(CERTIFICATE, paths[CERTIFICATE], "holds no PEM certificate", "Name one with its chain")
    else:
        yield from _unfit(certificate, paths[CERTIFICATE], name, now)
    try:
        key = load_pem_private_key(pem[KEY], password=None)
    except TypeError:
        yield Problem(
            KEY, paths[KEY], "is encrypted, and nginx cannot ask for its passphrase", "Name a key without one"
        )
        return
    except ValueError:
        yield Problem(KEY, paths[KEY], "holds no PEM private key", "Name the key the certificate was made for")
        return
    if certificate and _public(key.public_key()) != _public(certificate.public_key()):
        reason = f"is not the key of the first certificate in {paths[CERTIFICATE]}"
        yield Problem(
            KEY, paths[KEY], reason, "Name the key it was made for, or put the server's own certificate first"
        )


def is_key_of(certificate: x509.Certificate, pem: bytes) -> bool:
    try:
        key = load_pem_private_key(pem, password=None)
    except (TypeError, ValueError):
        return False
    return _public(key.public_key()) == _public(certificate.public_key())


def _public(key: Any) -> bytes:
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return encoded


def load_certificate(pem: bytes) -> x509.Certificate | None:
    """The server's own certificate comes first; its chain follows."""
    try:
        return x509.load_pem_x509_certificates(pem)[0]
    except ValueError:
        return None


def _unfit(certificate: x509.Certificate, path: str, name: str, now: datetime) -> Iterator[Problem]:
    if now > certificate.not_valid_after_utc:
        reason = f"expired on {certificate.not_valid_after_utc:%Y-%m-%d}"
        yield Problem(CERTIFICATE, path, reason, "Renew it")
    if now < certificate.not_valid_before_utc:
        reason = f"is not valid before {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
        yield Problem(CERTIFICATE, path, reason, "Wait until then, or set this machine's clock")
    names = alternative_names(certificate)
    if not any(_covers(pattern, name) for pattern in names):
        reason = f"is made out for {', '.join(names) or 'no name'}, not for {name} of rocketchat_root_url"
        yield Problem(CERTIFICATE, path, reason, "Name a certificate for that host")


def alternative_names(certificate: x509.Certificate) -> list[str]:
    """Clients look at the alternative names only (RFC 6125); the subject's common name counts no more."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress))]


def _covers(pattern: str, name: str) -> bool:
    """A wildcard stands for exactly one label."""
    try:
        return ipaddress.ip_address(pattern) == ipaddress.ip_address(name)
    except ValueError:
        pattern, name = pattern.lower(), name.lower()
    return pattern == name or (pattern.startswith("*.") and pattern[2:] == name.partition(".")[2])
