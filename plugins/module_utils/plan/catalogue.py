# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The services a Rocket.Chat microservices deployment is made of, as data.

Image names: Rocket.Chat's own continuous integration and Helm chart (``account-service``, singular).
"""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Service:
    """One kind of container.

    ``port`` is where the first replica is published on the host, replica n at ``port + n - 1``.
    ``default_replicas`` is per host, except for a ``singleton``: exactly one in the whole deployment.
    ``health_statuses`` and ``health_bodies``: answers of GET /health that prove the process listens, and no more than
    that. A body that is a mapping stands for a JSON object with at least these fields.
    """

    key: str
    image: str
    port: int
    default_replicas: int = 1
    singleton: bool = False
    behind_proxy: bool = False
    health_statuses: tuple[int, ...] = (200,)
    health_bodies: tuple[str | dict[str, str], ...] = ("ok",)

    @property
    def name(self) -> str:
        return self.key.replace("_", "-")


SERVICES = {
    service.key: service
    for service in (
        # "ok" up to 7.x, JSON in 8.x (apps/meteor/server/routes/health.ts of 6.7 and 8.3)
        Service(MONOLITH, "rocketchat/rocket.chat", 3000, behind_proxy=True, health_bodies=("ok", {"status": "ok"})),
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
        ),
        Service("queue_worker", "rocketchat/queue-worker-service", 3600, default_replicas=0),
        Service("omnichannel_transcript", "rocketchat/omnichannel-transcript-service", 3700, default_replicas=0),
    )
}

# Registries of the published images, used unless the operator names one registry for everything.
MONOLITH_REGISTRY = "registry.rocket.chat"
SERVICES_REGISTRY = "docker.io"


def image_reference(service: Service, version: str, registry: str, images: dict[str, str]) -> str:
    """The image of a service, which ``images`` may name; monolith and services always have the same version."""
    if service.key in images:
        return images[service.key]
    default = MONOLITH_REGISTRY if service.key == MONOLITH else SERVICES_REGISTRY
    return f"{registry.rstrip('/') or default}/{service.image}:{version}"


def metrics_port(service: Service) -> int:
    """Where a container of the service serves metrics, in itself."""
    return MONOLITH_METRICS_PORT if service.key == MONOLITH else SERVICE_METRICS_PORT
