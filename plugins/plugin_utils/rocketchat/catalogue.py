# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services a Rocket.Chat microservices deployment is made of, as data.

Image names: Rocket.Chat's own continuous integration and Helm chart (``account-service``, singular).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from .versions import READYZ_SINCE, SAME_USER_SINCE, STREAM_HUB_OPTIONAL_SINCE, Version

MONOLITH = "rocketchat"
DDP_STREAMER = "ddp_streamer"
STREAM_HUB = "stream_hub"

# Of one service on one host; their ports follow each other.
MAX_REPLICAS = 99

# Every image serves HTTP there when PORT is set so; the defaults in the services' code differ from one another.
CONTAINER_PORT = 3000

# Where containers serve metrics: the port of the services' broker, and another for the monolith's own exporter, whose
# broker has that one. On the host, a service's first metrics port is that far above its first port.
SERVICE_METRICS_PORT = 9458
MONOLITH_METRICS_PORT = 9100
METRICS_PORT_DISTANCE = 10000

NATS_CONTAINER = "nats"
# On loopback of its container alone.
NATS_MONITORING_PORT = 8222
NATS_CLUSTER_PORT = 6222

# All of a text, or fields that a JSON object has to have.
Body = Union[str, dict[str, str]]


@dataclass(frozen=True)
class HttpCheck:
    """GET ``path``, and the statuses and bodies of an answer that is wanted; any body where none is named.

    ``readiness``: the answer says in its own words whether it is the wanted one.
    """

    path: str
    statuses: tuple[int, ...]
    bodies: tuple[Body, ...] = ()
    readiness: bool = False


@dataclass(frozen=True)
class Service:
    """One kind of container.

    ``port`` is where the first replica is published for other hosts, replica n at ``port + n - 1``.
    ``default_replicas`` is per host, except for a ``singleton``: exactly one in the whole deployment.
    ``health_statuses`` and ``health_bodies``: answers of GET /health that prove the process listens, and no more than
    that. A body that is a mapping stands for a JSON object with at least these fields.
    ``ready_since``: the release from which on there is /readyz, too.
    ``since`` and ``until``: the first release with such an image, and the first without it again.
    """

    key: str
    image: str
    port: int
    default_replicas: int = 1
    singleton: bool = False
    behind_proxy: bool = False
    health_statuses: tuple[int, ...] = (200,)
    health_bodies: tuple[Body, ...] = ("ok",)
    ready_since: Version | None = None
    since: Version | None = None
    until: Version | None = None

    @property
    def number(self) -> int:
        """Which of the services it is, for good: their first ports are a hundred apart."""
        return self.port // 100 % 10

    @property
    def name(self) -> str:
        return self.key.replace("_", "-")

    def exists_in(self, version: Version | None) -> bool:
        if version is None:
            return self.since is None and self.until is None
        return (self.since is None or version >= self.since) and (self.until is None or version < self.until)

    @property
    def liveness(self) -> HttpCheck:
        """For Docker. Not /livez, which makes all of /readyz's checks (8.3-dev, against pull request 39070)."""
        return HttpCheck("/health", self.health_statuses, self.health_bodies)

    def readiness(self, version: Version) -> HttpCheck:
        """Whether it can serve, as far as it says so itself; nothing is restarted because of it."""
        ready = self.ready_since is not None and version >= self.ready_since
        return HttpCheck("/readyz", (200,), readiness=True) if ready else self.liveness


SERVICES = {
    service.key: service
    for service in (
        # /health says "ok" up to 7.10, and JSON since (apps/meteor/server/routes/health.ts of 6.7 and 8.3, pull request
        # 36955). Of all services, only the monolith has more than that (ee/apps of 8.3).
        Service(
            MONOLITH,
            "rocketchat/rocket.chat",
            3000,
            behind_proxy=True,
            health_bodies=("ok", {"status": "ok"}),
            ready_since=READYZ_SINCE,
        ),
        Service(DDP_STREAMER, "rocketchat/ddp-streamer-service", 3100, behind_proxy=True),
        Service("authorization", "rocketchat/authorization-service", 3200),
        Service("account", "rocketchat/account-service", 3300),
        Service("presence", "rocketchat/presence-service", 3400),
        # 500 until the first watched change arrives and after 40 s without one: alive all the same.
        Service(
            STREAM_HUB,
            "rocketchat/stream-hub-service",
            3500,
            singleton=True,
            health_statuses=(200, 500),
            health_bodies=("ok", "not healthy"),
            until=Version(8, 0, 0),
        ),
        Service("queue_worker", "rocketchat/queue-worker-service", 3600, default_replicas=0),
        Service("omnichannel_transcript", "rocketchat/omnichannel-transcript-service", 3700, default_replicas=0),
    )
}


def services_of(version: Version | None) -> dict[str, Service]:
    """The services that a release has, by key; those of every release where it is not known."""
    return {key: service for key, service in SERVICES.items() if service.exists_in(version)}


def needs_db_watchers(version: Version) -> bool:
    """When stream-hub runs although it may be left out, every service has to be told so."""
    return version >= STREAM_HUB_OPTIONAL_SINCE and STREAM_HUB in services_of(version)


# Registries of the published images, used unless the operator names one registry for everything.
MONOLITH_REGISTRY = "registry.rocket.chat"
SERVICES_REGISTRY = "docker.io"


def image_reference(service: Service, version: str, registry: str, images: dict[str, str]) -> str:
    """The image of a service, which ``images`` may name; monolith and services always have the same version."""
    if service.key in images:
        return images[service.key]
    default = MONOLITH_REGISTRY if service.key == MONOLITH else SERVICES_REGISTRY
    return f"{registry.rstrip('/') or default}/{service.image}:{version}"


def image_user(service: Service, version: Version) -> str:
    """Whom its image runs as, for Compose; "" where no number is known.

    Those of the services have `useradd -u 65533` in their Dockerfiles (ee/apps/*/Dockerfile), and that of the monolith
    has the same one only since they are built alike: before, it was another one in each variant, and never root.
    """
    return "65533:65533" if service.key != MONOLITH or version >= SAME_USER_SINCE else ""


def metrics_port(service: Service) -> int:
    """Where a container of the service serves metrics, in itself."""
    return MONOLITH_METRICS_PORT if service.key == MONOLITH else SERVICE_METRICS_PORT
