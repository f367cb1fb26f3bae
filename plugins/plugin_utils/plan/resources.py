# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role is to have on a host, resource by resource: all that a run may touch, and nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class File:
    """A file whose content the plan knows, or a directory where ``content`` is None.

    ``told``: how a change of its content is told to people, for all files with the same words at once; "" for its path.
    ``secret``: only its digest may be shown. ``effect``: what the unit of its role has to do when the content changes,
    ``restart`` or ``reload``, or "".
    ``validate``: the command that accepts it before it is put in place, with %s for its path.
    ``before_packages``: the unit of its role starts as its package is installed, and reads it then.
    ``shared``: others use the directory, too: it is made where it is missing, and else left as it is.
    ``earlier``: what 0.1.0 always wrote into it, which had no mark of ours for files. ``marked_by``: the path of the
    file beside it that says whose it is, as it cannot say so itself.
    ``issued``: where the host has what takes its place; ``content`` is for the time until then.
    """

    path: str
    mode: str
    content: str | None = None
    told: str = ""
    owner: str = "root"
    secret: bool = False
    effect: str = ""
    validate: str = ""
    before_packages: bool = False
    shared: bool = False
    earlier: str = ""
    marked_by: str = ""
    issued: str = ""

    @property
    def digest(self) -> str | None:
        """SHA-256 of the content; None of a directory."""
        return None if self.content is None else hashlib.sha256(self.content.encode()).hexdigest()


@dataclass(frozen=True)
class SettingsFile:
    """A JSON file of settings that others may have settings in, too, and keep.

    ``wanted``: have to be there, whatever was. ``preferred``: groups of settings that are only made where nobody else
    made any of the group, the first of which decides what the others mean.
    ``reloadable``: those that the unit of the role takes up without a restart, when they are set.
    ``told``: how a change is told to people. ``validate``: as of a File.
    """

    path: str
    mode: str
    wanted: dict[str, Any]
    preferred: list[dict[str, Any]]
    reloadable: frozenset[str]
    told: str
    validate: str


@dataclass(frozen=True)
class Generated:
    """A file that is fetched by the host: the ledger says which content it had then.

    ``recipe``: what it is made from; with another recipe it is fetched anew. ``shared``: as of File.
    """

    path: str
    mode: str
    recipe: str
    told: str
    owner: str = "root"
    effect: str = ""
    shared: bool = False


FileResource = File | Generated


@dataclass(frozen=True)
class Block:
    """Lines of ours in a file of the host's own, between a first and a last line that name us."""

    path: str
    marker: str
    lines: list[str]
    told: str

    @property
    def first_line(self) -> str:
        return self.marker.replace("{mark}", "BEGIN")

    def text(self) -> str:
        return "\n".join([self.first_line, *self.lines, self.marker.replace("{mark}", "END")])


@dataclass(frozen=True)
class Repository:
    """A package repository of apt: the key that signs it, fetched from ``key_url``, and its entry, ``source``.

    ``url``, ``suite`` and ``component``: what the entry names. ``fingerprint``: which key it has to be, "" for any.
    """

    key: Generated
    key_url: str
    source: File
    url: str = ""
    suite: str = ""
    component: str = ""
    fingerprint: str = ""


@dataclass(frozen=True)
class Network:
    """A network of Docker's, ours by its label."""

    name: str
    subnet: str
    gateway: str


@dataclass(frozen=True)
class Container:
    """A container of a Compose project as Docker shows it; ``config``: its label that tells what it is made from.

    ``memory`` in bytes, ``nano_cpus`` and ``pids``: 0 where there is no limit. ``address``: in the network, "" for any.
    """

    name: str
    image: str
    config: str
    network: str
    aliases: list[str]
    restart: str
    memory: int
    nano_cpus: int
    address: str = ""
    pids: int = 0


@dataclass(frozen=True)
class Project:
    """A Compose project: ``definition`` is its file's content as data."""

    name: str
    directory: str
    definition: dict[str, Any]
    containers: dict[str, Container]


@dataclass(frozen=True)
class Leftovers:
    """What an earlier run may have made and the plan has no more: the ``unit`` ends, and the ``files`` go.

    ``told``: how that is told to people. ``directories``: they go, too, unless there is something else in them.
    """

    unit: str
    files: list[str]
    directories: list[str]
    told: str


@dataclass(frozen=True)
class Issued:
    """A certificate that others issue to the host, at ``path``: ``unit`` asks for one, and ``timer`` starts it in time.

    ``told``: how it is told to people that it is asked for.
    """

    unit: str
    timer: str
    path: str
    told: str
    names: list[str]


@dataclass(frozen=True)
class RoleState:
    """What one role brings about on a host.

    ``packages``: the first stands for the ``product``, which is what people call them all.
    ``unit``: runs, and starts at boot. ``port``: where it listens once it has come up, 0 where nothing is known about
    that. ``log``: the path of its log, "" where that is the journal.
    ``accepts``: the command that has to accept the whole with all files in place, and what else the host has, or "".
    ``replica_set``: that it is initiated and has Rocket.Chat's user, on the host that sees to that.
    ``data``: directories with data that no run can bring back; where they lie is noted.
    ``rules``: the file with the table of nftables that the unit keeps loaded, or "".
    """

    product: str = ""
    packages: list[str] = field(default_factory=list)
    repository: Repository | None = None
    files: list[File] = field(default_factory=list)
    settings: SettingsFile | None = None
    block: Block | None = None
    unit: str = ""
    port: int = 0
    log: str = ""
    accepts: str = ""
    network: Network | None = None
    project: Project | None = None
    replica_set: bool = False
    data: list[str] = field(default_factory=list)
    rules: str = ""
    leftovers: Leftovers | None = None
    issued: Issued | None = None

    @property
    def all_files(self) -> list[File]:
        """With the repository's."""
        return [*([self.repository.source] if self.repository else []), *self.files]

    @property
    def keys(self) -> list[Generated]:
        """The one that signs the repository, where there is one."""
        return [self.repository.key] if self.repository else []

    @property
    def all_resources(self) -> list[FileResource]:
        """All that is at a path."""
        return [*self.all_files, *self.keys]
