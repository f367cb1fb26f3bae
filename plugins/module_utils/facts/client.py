# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Docker's client adds to containers of its own accord. Only reads, and tells no value, which may be a secret."""

from __future__ import annotations

import json
import os
from typing import Any

# docs.docker.com, "Use a proxy server with the Docker CLI": each setting of a proxy becomes two variables of every
# container, Compose's included, unless the container has them already.
_VARIABLES = {
    "httpProxy": "HTTP_PROXY",
    "httpsProxy": "HTTPS_PROXY",
    "ftpProxy": "FTP_PROXY",
    "noProxy": "NO_PROXY",
    "allProxy": "ALL_PROXY",
}
# Proxies are set for one engine, or for all that have none of their own.
_ENGINES = ("unix:///var/run/docker.sock", "default")


def configuration() -> str:
    """The file of the user that works with containers, root."""
    directory = os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker")
    return os.path.join(directory, "config.json")


def state() -> dict[str, Any]:
    path = configuration()
    try:
        with open(path, encoding="utf-8") as file:
            return {"file": path, "variables": _variables(json.load(file)["proxies"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {"file": path, "variables": []}


def _variables(proxies: dict[str, Any]) -> list[str]:
    chosen: dict[str, Any] = next((proxies[engine] for engine in _ENGINES if engine in proxies), {})
    names = [name for setting, name in _VARIABLES.items() if chosen.get(setting)]
    return [variable for name in names for variable in (name, name.lower())]
