# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The distributions that hosts may have: repositories, packages and users that differ between them, as data.

A new distribution is one entry of ``DISTRIBUTIONS``, and a vendor if it is the first of its kind. Read in November
2026, apart from what stands at the entries:

* Docker: docs.docker.com, "Install Docker Engine on Debian" (bookworm, trixie) and "... on Ubuntu" (jammy, noble,
  resolute); the suite is the release's codename, the component ``stable``, the key ``<repository>/gpg``.
* MongoDB: its manual, "Install MongoDB Community Edition on Debian", "... on Ubuntu" and "Supported Platforms": the
  suite is ``<codename>/mongodb-org/<series>``; component ``main`` for Debian, on x86-64 only, and ``multiverse`` for
  Ubuntu, on x86-64 and ARM64.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .openpgp import normalized

KEYRINGS = "/etc/apt/keyrings"
SOURCES = "/etc/apt/sources.list.d"
# After the file of the package unattended-upgrades, 50unattended-upgrades; lists of both count.
HELD = "/etc/apt/apt.conf.d/52rocketops-{product}"

# The same in all distributions. The Python libraries are for the modules that ask the engine, mongod and ddp-streamer,
# and for the self-signed certificate.
DOCKER_PACKAGES = ("docker-ce", "docker-ce-cli", "containerd.io", "docker-compose-plugin")
# for the modules of community.docker
DOCKER_LIBRARIES = ("python3-requests", "python3-yaml")
# By ``docker_source``, what its packages cannot be installed beside: "Uninstall old versions" in the same pages of
# docs.docker.com; packages conflict in both directions.
DOCKER_RIVALS = {
    "docker": ("docker.io", "docker-cli", "docker-compose", "docker-compose-v2", "podman-docker", "containerd", "runc"),
    "distribution": ("docker-ce", "docker-ce-cli", "containerd.io", "docker-compose-plugin", "podman-docker"),
}
MONGODB_PACKAGES = ("mongodb-org-server", "python3-pymongo", "logrotate")
# Of its repository: those that a deployment has, and those that bring them along or want them of the same version.
MONGODB_OWN_PACKAGES = ("mongodb-org-server", "mongodb-org", "mongodb-org-database")
FIREWALL_PACKAGES = ("nftables",)
NGINX_PACKAGES = ("nginx", "python3-websockets")
ACME_PACKAGES = ("certbot",)

# MongoDB signs 8.2 with the key of 8.0 and publishes no other for it: in its manual for 8.2 and newer, "Install MongoDB
# Community Edition on Debian" fetches server-8.0.asc.
SIGNED_AS = {"8.2": "8.0"}

# What the vendors' keys are known by. Docker's: docs.docker.com until 2020, "Install using the repository", step 2
# (pull request 11990 of docker/docs shows how it was taken out). MongoDB's: the Dockerfiles of docker-library/mongo,
# which check server-<series>.asc against them.
DOCKER_KEY = "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"
MONGODB_KEYS = {
    "6.0": "39BD841E4BE5FB195A65400E6A26B1AE64C3C388",
    "7.0": "E58830201F7DD82CD808AA84160D26BB1785BA38",
    "8.0": "4B0752C1BCA238C0B4EE14DC41DE058A4E7DCA05",
}


@dataclass(frozen=True)
class Vendor:
    """``id`` as in os-release(5); ``mongodb_architectures``: those that MongoDB builds for."""

    id: str
    name: str
    docker_url: str
    mongodb_url: str
    mongodb_component: str
    mongodb_architectures: tuple[str, ...]
    mongodb_user: str


DEBIAN = Vendor(
    id="debian",
    name="Debian",
    docker_url="https://download.docker.com/linux/debian",
    mongodb_url="https://repo.mongodb.org/apt/debian",
    mongodb_component="main",
    mongodb_architectures=("x86_64",),
    mongodb_user="mongodb",
)
UBUNTU = Vendor(
    id="ubuntu",
    name="Ubuntu",
    docker_url="https://download.docker.com/linux/ubuntu",
    mongodb_url="https://repo.mongodb.org/apt/ubuntu",
    mongodb_component="multiverse",
    mongodb_architectures=("x86_64", "aarch64"),
    mongodb_user="mongodb",
)


@dataclass(frozen=True)
class Distribution:
    """One release of a vendor.

    ``tested``: the collection's own tests deploy to hosts that have it.
    ``mongodb_release``: the release whose suites of MongoDB's repository hold a server that runs here, of the series
    ``mongodb_series``.
    ``old_websockets``: its python3-websockets is older than 10, the first with a protocol that needs no event loop.
    ``old_nginx``: its nginx is older than 1.25.1, the first in which a site has HTTP/2 for itself
    (ngx_http_v2_module, "http2").
    ``own_docker_packages``: engine and Compose v2 as the distribution itself has them; None where it has no Compose v2.
    """

    vendor: Vendor
    version: str
    codename: str
    tested: bool
    mongodb_release: str
    mongodb_series: tuple[str, ...]
    own_docker_packages: tuple[str, ...] | None
    old_websockets: bool = False
    old_nginx: bool = False

    @property
    def name(self) -> str:
        return f"{self.vendor.name} {self.version}"

    def mongodb_servers(self, architecture: str) -> tuple[str, ...]:
        """The series of which MongoDB's repository has a server for this architecture."""
        return self.mongodb_series if architecture in self.vendor.mongodb_architectures else ()

    def docker_packages(self, source: str) -> tuple[str, ...] | None:
        """What ``docker_source`` stands for; None where the distribution cannot serve it."""
        engine = DOCKER_PACKAGES if source == "docker" else self.own_docker_packages
        return None if engine is None else (*engine, *DOCKER_LIBRARIES)


# Of each vendor in the order of their release.
DISTRIBUTIONS = (
    Distribution(
        vendor=DEBIAN,
        version="12",
        codename="bookworm",
        tested=True,
        # bookworm/mongodb-org/6.0 holds no server (issue 652 of community.mongodb).
        mongodb_release="bookworm",
        mongodb_series=("7.0", "8.0", "8.2"),
        # Its docker-compose is 1.29.
        own_docker_packages=None,
        # 1.22
        old_nginx=True,
    ),
    Distribution(
        vendor=DEBIAN,
        version="13",
        codename="trixie",
        tested=True,
        # MongoDB's manual names suites of trixie only for the newest series, and in August 2026 trixie/mongodb-org/8.0
        # held the shell alone (issue 797 of voxpupuli/puppet-mongodb, whose users take bookworm's server). What that
        # depends on is here, too: libssl3t64 and libcurl4t64 provide libssl3 and libcurl4.
        mongodb_release="bookworm",
        mongodb_series=("7.0", "8.0", "8.2"),
        own_docker_packages=("docker.io", "docker-cli", "docker-compose"),
    ),
    Distribution(
        vendor=UBUNTU,
        version="22.04",
        codename="jammy",
        tested=False,
        mongodb_release="jammy",
        mongodb_series=("6.0", "7.0", "8.0", "8.2"),
        # Ubuntu's wiki, "DockerUpdates": docker.io (with its client) and docker-compose-v2 in every supported release.
        own_docker_packages=("docker.io", "docker-compose-v2"),
        # 9.1
        old_websockets=True,
        # 1.18
        old_nginx=True,
    ),
    Distribution(
        vendor=UBUNTU,
        version="24.04",
        codename="noble",
        tested=False,
        mongodb_release="noble",
        mongodb_series=("8.0", "8.2"),
        own_docker_packages=("docker.io", "docker-compose-v2"),
        # 1.24
        old_nginx=True,
    ),
    Distribution(
        vendor=UBUNTU,
        version="26.04",
        codename="resolute",
        tested=False,
        # MongoDB's manual ends with 24.04 (July 2026). resolute has a suite for 8.0 and none for 8.2 (pull request 4786
        # of mongodb/mongodb-atlas-cli, September 2026), and what was found in it were the tools, no server. noble's
        # server runs here (pull request 118 of Varying-Vagrant-Vagrants/vvv-utilities).
        mongodb_release="noble",
        mongodb_series=("8.0", "8.2"),
        own_docker_packages=("docker.io", "docker-compose-v2"),
    ),
)


def distribution(system: Mapping[str, Any]) -> Distribution | None:
    """The distribution a host says it has (``id`` and ``version`` of os-release), if it is one of the table."""
    for known in _of_vendor(system["id"]):
        if system["version"] == known.version or system["version"].startswith(f"{known.version}."):
            return known
    return None


# The newest one that tests deploy to.
ADVISED = [known for known in DISTRIBUTIONS if known.tested][-1]


def known_names() -> str:
    return ", ".join(known.name for known in DISTRIBUTIONS)


def nearest(system: Mapping[str, Any]) -> Distribution | None:
    """What a host is treated as: its distribution or, for one that was never tried, the closest of the table.

    Packages of an older release can be installed on a newer one, seldom the other way round. So a newer or an interim
    release counts as the last known one before it, a testing release (without a version) and a derivative (whose
    versions count otherwise) as the newest, and what is older than all of them as none.
    """
    if system["id"] in _IDS and system["version"]:
        candidates = [known for known in _of_vendor(system["id"]) if _order(known.version) <= _order(system["version"])]
    else:
        like = next((name for name in (system["id"], *system["family"]) if name in _IDS), "")
        candidates = _of_vendor(like)
    return candidates[-1] if candidates else None


_IDS = frozenset(known.vendor.id for known in DISTRIBUTIONS)


def _of_vendor(vendor_id: str) -> list[Distribution]:
    return [known for known in DISTRIBUTIONS if known.vendor.id == vendor_id]


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


@dataclass(frozen=True)
class Repository:
    """An apt repository, and the key that it is signed with: where it comes from and where a host keeps it.

    ``fingerprint``: of that key, "" where nobody said which it is to be.
    """

    url: str
    suite: str
    component: str
    key_url: str
    keyring: str
    source: str
    fingerprint: str


def docker_repository(on: Distribution, url: str = "", fingerprint: str = "") -> Repository:
    """Docker's repository or, at ``url``, one laid out like it."""
    url = (url or on.vendor.docker_url).rstrip("/")
    key = normalized(fingerprint) or (DOCKER_KEY if url == on.vendor.docker_url else "")
    place = f"{KEYRINGS}/docker.asc", f"{SOURCES}/docker.sources"
    return Repository(url, on.codename, "stable", f"{url}/gpg", *place, key)


def mongodb_repository(
    on: Distribution, series: str, url: str = "", suite: str = "", key_url: str = "", fingerprint: str = ""
) -> Repository:
    """MongoDB's repository or, with a ``url``, ``suite`` and ``key_url`` that are not empty, another."""
    signed_as = SIGNED_AS.get(series, series)
    return Repository(
        url=(url or on.vendor.mongodb_url).rstrip("/"),
        suite=suite or f"{on.mongodb_release}/mongodb-org/{series}",
        component=on.vendor.mongodb_component,
        key_url=key_url or f"https://pgp.mongodb.com/server-{signed_as}.asc",
        keyring=f"{KEYRINGS}/mongodb-{series}.asc",
        source=f"{SOURCES}/mongodb.sources",
        fingerprint=normalized(fingerprint) or ("" if key_url else MONGODB_KEYS.get(signed_as, "")),
    )


def apt_source(repository: Repository) -> str:
    """The content of the repository's file in the directory of apt's sources."""
    return (
        "Types: deb\n"
        f"URIs: {repository.url}\n"
        f"Suites: {repository.suite}\n"
        f"Components: {repository.component}\n"
        f"Signed-By: {repository.keyring}\n"
    )
