# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a deployment's parts are on a host: paths and units, each written once."""

from __future__ import annotations

from ...module_utils.facts import ledger

DOCKER_UNIT, MONGODB_UNIT, NGINX_UNIT = "docker.service", "mongod.service", "nginx.service"
# One that is stopped would be started again by the next word to the socket.
ENGINE_UNITS = ("docker.socket", DOCKER_UNIT, "containerd.service")

UNITS = "/etc/systemd/system"

DOCKER_DIRECTORY = "/etc/docker"
DAEMON_SETTINGS = f"{DOCKER_DIRECTORY}/daemon.json"
REGISTRY_CERTIFICATES = f"{DOCKER_DIRECTORY}/certs.d"
DOCKER_DATA = "/var/lib/docker"

# As in MongoDB's packages.
MONGODB_DATA = "/var/lib/mongodb"
MONGOD_SETTINGS = "/etc/mongod.conf"
MONGOD_UNIT_DIRECTORY = f"{UNITS}/{MONGODB_UNIT}.d"
MONGOD_UNIT_SETTINGS = f"{MONGOD_UNIT_DIRECTORY}/rocketops.conf"
KEYFILE = "/etc/mongod.keyfile"
MONGOD_CERTIFICATE, MONGOD_AUTHORITIES = "/etc/mongod.certificate.pem", "/etc/mongod.authorities.pem"
# What is in /etc/hosts of it, for mongod to put it back there.
MEMBERS_FILE = "/etc/mongod.members"
MONGOD_KERNEL_UNIT = f"{UNITS}/rocketops-mongod-kernel.service"
MONGOD_LOG = "/var/log/mongodb/mongod.log"
MONGOD_LOG_ROTATION = "/etc/logrotate.d/mongod"
HOSTS_FILE = "/etc/hosts"
HOSTS_MARKER = "# {mark} rocketops.rocketchat: members of the MongoDB replica set"

PROJECTS = "/opt"
NATS_DIRECTORY = f"{PROJECTS}/nats"
NATS_SETTINGS = f"{NATS_DIRECTORY}/nats.conf"
NATS_CERTIFICATE, NATS_AUTHORITIES = f"{NATS_DIRECTORY}/certificate.pem", f"{NATS_DIRECTORY}/authorities.pem"
# Whom it runs as: of those numbers that neither a distribution, nor systemd for its dynamic users, gives to anybody
# (systemd.io/UIDS-GIDS, 65520 to 65533), and not Rocket.Chat's.
NATS_USER = "65532"
ROCKETCHAT_DIRECTORY = f"{PROJECTS}/rocketchat"
ENV_FILES = f"{ROCKETCHAT_DIRECTORY}/env"
AUTHORITIES = f"{ROCKETCHAT_DIRECTORY}/authorities.pem"
COMPOSE_FILE = "compose.yaml"

NGINX_CONFIGURATION = "/etc/nginx/nginx.conf"
# Debian's and Ubuntu's package that it is a conffile of.
NGINX_CONFIGURATION_PACKAGE = "nginx-common"
NGINX_SITE = "/etc/nginx/conf.d/rocketchat.conf"
# Debian's and Ubuntu's nginx-common has a page of its own there, unless something else is there first (its postinst).
NGINX_DEFAULT_SITE = "/etc/nginx/sites-enabled/default"
# As in the packages of Debian and Ubuntu; an operator may have it elsewhere.
NGINX_LOG = "/var/log/nginx/error.log"
CERTIFICATE_DIRECTORY = "/etc/nginx/rocketchat"
CERTIFICATE = f"{CERTIFICATE_DIRECTORY}/certificate.pem"
CERTIFICATE_KEY = f"{CERTIFICATE_DIRECTORY}/key.pem"

# What certbot keeps there is root's alone; the webroot is nginx's to read.
ACME_DIRECTORY = "/etc/rocketops-acme"
ACME_AUTHORITY = f"{ACME_DIRECTORY}/authority.pem"
ACME_INSTALL = f"{ACME_DIRECTORY}/install.sh"
ACME_REQUEST = f"{ACME_DIRECTORY}/request.sh"
ACME_WEBROOT = "/var/www/rocketops-acme"
ACME_WORK = "/var/lib/rocketops/acme"
ACME_LOGS = "/var/log/rocketops-acme"
ACME_UNIT, ACME_TIMER = "rocketops-acme.service", "rocketops-acme.timer"

FIREWALL_DIRECTORY = "/etc/rocketops"
FIREWALL = f"{FIREWALL_DIRECTORY}/firewall.nft"
# Of the family inet.
FIREWALL_TABLE = "rocketops"
FIREWALL_UNIT = "rocketops-firewall.service"
FIREWALL_RELOAD_UNIT = "rocketops-firewall-reload.service"
# That of the distribution's package.
NFTABLES_UNIT_DIRECTORY = f"{UNITS}/nftables.service.d"
NFTABLES_UNIT_SETTINGS = f"{NFTABLES_UNIT_DIRECTORY}/rocketops.conf"

BACKUPS = "/var/backups/rocketchat"
LEDGER = ledger.PATH
LEDGER_DIRECTORY = LEDGER.rpartition("/")[0]
