# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of the containers: what everybody may see, and what is secret."""

from __future__ import annotations

from ..inventory.environment import SETTING_PREFIX
from ..inventory.settings import Environment, Settings, member_name
from ..rocketchat.catalogue import (
    CONTAINER_PORT,
    MONOLITH,
    MONOLITH_METRICS_PORT,
    SERVICE_METRICS_PORT,
    Service,
    needs_db_watchers,
)

# For Node.js, which reads it once, as it starts (nodejs.org/api/cli.html).
AUTHORITIES_IN_CONTAINER = "/etc/rocketops-authorities.pem"

# nginx of this deployment; those in front of it are the operator's to count.
OWN_PROXIES = 1


def bypasses_mongodb_validation(environment: Environment) -> bool:
    """As the monolith decides it (server/startup/serverRunning.ts of 6.7-dev and 8.3-dev); the services do not ask."""
    monolith = {**environment.shared, **environment.services.get(MONOLITH, {})}
    return monolith.get("BYPASS_MONGO_VALIDATION", "").lower() in ("yes", "true")


def plain(settings: Settings, service: Service, hostname: str) -> dict[str, str]:
    """What anybody may see who may see compose.yaml."""
    broker = settings.broker
    environment = {
        # without production, ddp-streamer crashes
        "NODE_ENV": "production",
        # the defaults in the code differ per service
        "PORT": str(CONTAINER_PORT),
        "MOLECULER_LOG_LEVEL": settings.log_level,
        "HEARTBEAT_INTERVAL": str(broker.heartbeat_interval),
        "HEARTBEAT_TIMEOUT": str(broker.heartbeat_timeout),
        "REQUEST_TIMEOUT": str(broker.request_timeout),
        # compared with the string "true": anything else silently disables it
        "RETRY_ENABLED": "true" if broker.retry_enabled else "false",
    }
    if needs_db_watchers(settings.version):
        environment["DB_WATCHERS"] = "true"
    if service.behind_proxy:
        environment["HTTP_FORWARDED_COUNT"] = str(OWN_PROXIES + settings.extra_proxies)
    if settings.ca_certificates:
        environment["NODE_EXTRA_CA_CERTS"] = AUTHORITIES_IN_CONTAINER
    if service.key == MONOLITH:
        return environment | _monolith(settings, hostname)
    if settings.metrics:
        environment |= {"MS_METRICS": "true", "MS_METRICS_PORT": str(SERVICE_METRICS_PORT)}
    return environment


def _monolith(settings: Settings, hostname: str) -> dict[str, str]:
    environment = {
        "ROOT_URL": settings.root_url.geturl().rstrip("/"),
        "INSTANCE_IP": hostname,
        "ADMIN_USERNAME": settings.admin_username,
        "DEPLOY_METHOD": "docker",
        "DEPLOY_PLATFORM": "rocketops",
    }
    if settings.admin_email:
        environment["ADMIN_EMAIL"] = settings.admin_email
    if settings.rotation.still_taken("mongodb_password"):
        # Else it takes another MONGO_URL for perhaps another workspace, and asks an administrator: it keeps a hash of
        # Site_Url and MONGO_URL, and compares it at every start (apps/meteor/server/settings/misc.ts, since 6.5.0). No
        # longer than for this change, as it should ask about a copy of the database that somebody starts elsewhere.
        environment["AUTO_ACCEPT_FINGERPRINT"] = "true"
    if settings.metrics:
        environment[f"{SETTING_PREFIX}Prometheus_Enabled"] = "true"
        environment[f"{SETTING_PREFIX}Prometheus_Port"] = str(MONOLITH_METRICS_PORT)
    return environment


def shared_secrets(settings: Settings, mongo_url: str, transporter: str) -> dict[str, str]:
    """What every service of a host gets, in the file they share."""
    return {**settings.environment.shared, "MONGO_URL": mongo_url, "TRANSPORTER": transporter}


def own_secrets(settings: Settings, service: Service) -> dict[str, str]:
    """What only one service gets, in a file of its own."""
    secret = dict(settings.environment.services.get(service.key, {}))
    if service.key == MONOLITH:
        overwritten = {**settings.environment.settings, **settings.uploads.settings}
        secret |= {f"{SETTING_PREFIX}{name}": value for name, value in overwritten.items()}
        secret["ADMIN_PASS"] = settings.secrets.admin_password
        given = {
            "ROCKETCHAT_LICENSE": settings.license,
            "MAIL_URL": settings.mail_url,
            "REG_TOKEN": settings.registration_token,
        }
        secret |= {name: value for name, value in given.items() if value} | _proxy(settings)
    return secret


def _proxy(settings: Settings) -> dict[str, str]:
    """In both spellings: proxy-from-env, which `@rocket.chat/server-fetch` asks (its src/index.ts), prefers the small
    one, and Docker's client may have been told to give either. It knows names and addresses, and no networks.

    The clients of S3 (aws-sdk 2), mail (nodemailer) and LDAP (ldapts) look for none.
    """
    if not settings.proxy_url:
        return {}
    hosts = [host.private_address for host in settings.hosts if host.private_address]
    own = [
        "localhost",
        "127.0.0.1",
        "nats",
        str(next(settings.network.hosts())),
        *hosts,
        settings.root_url.hostname or "",
    ]
    members = [member_name(host) for host in settings.hosts if "mongodb" in host.groups]
    exceptions = ",".join(dict.fromkeys([*own, *members, *settings.proxy_exceptions]))
    values = {"http_proxy": settings.proxy_url, "https_proxy": settings.proxy_url, "no_proxy": exceptions}
    return {spelled: value for name, value in values.items() for spelled in (name, name.upper())}
