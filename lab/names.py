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
DEPOT = "depot.lab.internal"
DEPOT_ADDRESS = "198.18.0.2"
DEPOT_CONTAINER = f"{PREFIX}-depot"
HOSTS = {
    "chat1": "198.18.0.11",
    "chat2": "198.18.0.12",
    "chat3": "198.18.0.13",
    "molecule1": "198.18.0.21",
    "molecule2": "198.18.0.22",
    # somebody else's database server, which no deployment manages
    "database1": "198.18.0.31",
    # made and removed by the benchmarks alone
    "bench1": "198.18.0.51",
    "bench2": "198.18.0.52",
    "bench3": "198.18.0.53",
}
DEFAULT_HOSTS = ["chat1"]


def host_container(host: str) -> str:
    """The container that is this host."""
    return f"{PREFIX}-{host}"
