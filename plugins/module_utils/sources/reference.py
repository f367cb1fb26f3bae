# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of images, as Docker reads them (github.com/distribution/reference, normalize.go)."""

from __future__ import annotations

from dataclasses import dataclass

DOCKER_HUB = "docker.io"


@dataclass(frozen=True)
class Reference:
    """``version``: a tag, or a digest, which wins where both are given."""

    registry: str
    repository: str
    version: str

    @property
    def host(self) -> str:
        """Where the registry's API is."""
        return "registry-1.docker.io" if self.registry == DOCKER_HUB else self.registry

    @property
    def familiar(self) -> str:
        """As an engine lists it among the images that it has."""
        name = f"{self.registry}/{self.repository}"
        if self.registry == DOCKER_HUB:
            name = self.repository[len("library/") :] if self.repository.startswith("library/") else self.repository
        return f"{name}{'@' if ':' in self.version else ':'}{self.version}"


def parse(image: str) -> Reference:
    name, _at, digest = image.partition("@")
    first, slash, rest = name.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        first, rest = DOCKER_HUB, name if slash else f"library/{name}"
    path, _colon, tag = rest.partition(":")
    registry = DOCKER_HUB if first in ("index.docker.io", "registry-1.docker.io") else first
    if registry == DOCKER_HUB and "/" not in path:
        path = f"library/{path}"
    return Reference(registry, path, digest or tag or "latest")
