# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and addresses of the lab: the only place that knows them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

HOME = Path(os.environ.get("ROCKETOPS_LAB_HOME", "/var/lib/rocketops-lab")).resolve()
SOURCES = Path(__file__).resolve().parent
VERSIONS: dict[str, Any] = yaml.safe_load((SOURCES / "versions.yml").read_text())

LABEL = "rocketops.lab=1"
PREFIX = "rocketops-lab"

# 198.18.0.0/15 is set aside for benchmarks: it belongs to nobody's network.
NETWORK = PREFIX
SUBNET = "198.18.0.0/24"
MIRROR = "mirror.lab.internal"
MIRROR_ADDRESS = "198.18.0.2"
# Under this name, which Docker's packages really come from, hosts of the lab get those of the mirror.
DOCKER_NAME = "download.docker.com"
MIRROR_CONTAINER = f"{PREFIX}-mirror"
HOSTS = {
    "chat1": "198.18.0.11",
    "chat2": "198.18.0.12",
    "chat3": "198.18.0.13",
    "chat4": "198.18.0.14",
    "molecule1": "198.18.0.21",
    "molecule2": "198.18.0.22",
    # somebody else's database server, which no deployment manages
    "database1": "198.18.0.31",
    "debian12": "198.18.0.41",
    "ubuntu": "198.18.0.42",
    "debian13": "198.18.0.43",
    # made and removed by the benchmarks alone
    "bench1": "198.18.0.51",
    "bench2": "198.18.0.52",
    "bench3": "198.18.0.53",
}
# What a host says it is, by codename; every other one is of VERSIONS["debian_suite"].
OTHER_SYSTEMS = {"debian12": "bookworm", "ubuntu": "noble"}
# Systems that only say so: they have the root file system of VERSIONS["debian_suite"].
DISGUISES = ("noble",)
DEFAULT_HOSTS = ["chat1"]


def system(host: str) -> str:
    """The codename of what this host says it is."""
    codename: str = OTHER_SYSTEMS.get(host, VERSIONS["debian_suite"])
    return codename


def host_container(host: str) -> str:
    """The container that is this host."""
    return f"{PREFIX}-{host}"
