# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a deployment as a host shows them: where to look for what the roles install and write."""

from __future__ import annotations

# By role, and for Docker by its variable docker_source; the first of each is the part itself. As in the roles' vars.
DOCKER_PACKAGES = {
    "docker": ("docker-ce", "docker-ce-cli", "containerd.io", "docker-compose-plugin", "python3-requests"),
    "distribution": ("docker.io", "docker-cli", "docker-compose", "python3-requests"),
}
MONGODB_PACKAGES = ("mongodb-org-server", "python3-pymongo")
NGINX_PACKAGES = ("nginx", "python3-cryptography", "python3-websockets")
PACKAGES = tuple(
    dict.fromkeys((*DOCKER_PACKAGES["docker"], *DOCKER_PACKAGES["distribution"], *MONGODB_PACKAGES, *NGINX_PACKAGES))
)

DOCKER_UNIT, MONGODB_UNIT, NGINX_UNIT = UNITS = ("docker.service", "mongod.service", "nginx.service")

DIRECTORIES = ("/var/lib/mongodb", "/var/lib/docker", "/opt")
BACKUPS = "/var/backups/rocketchat"

KEYFILE = "/etc/mongod.keyfile"
DAEMON_SETTINGS = "/etc/docker/daemon.json"
MONGOD_SETTINGS = "/etc/mongod.conf"
MONGOD_UNIT_SETTINGS = "/etc/systemd/system/mongod.service.d/rocketops.conf"
NGINX_SITE = "/etc/nginx/conf.d/rocketchat.conf"
CERTIFICATE, CERTIFICATE_KEY = "/etc/nginx/rocketchat/certificate.pem", "/etc/nginx/rocketchat/key.pem"

# Some of them hold secrets: only their digests leave the host.
DIGESTS = (
    KEYFILE,
    DAEMON_SETTINGS,
    MONGOD_SETTINGS,
    MONGOD_UNIT_SETTINGS,
    NGINX_SITE,
    CERTIFICATE,
    CERTIFICATE_KEY,
    "/opt/rocketchat/env/*.env",
)

# None of them holds a secret. By role, the Compose project it writes.
PROJECTS = {"nats": "/opt/nats/compose.yaml", "rocketchat": "/opt/rocketchat/compose.yaml"}
HOSTS_FILE = "/etc/hosts"
TEXTS = (*PROJECTS.values(), HOSTS_FILE)
