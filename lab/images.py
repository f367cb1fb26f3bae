# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's own images: the Debian of its hosts, the mirror, and what stand-ins and NATS run on."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from pathlib import Path

from lab import keys
from lab.command import run
from lab.docker import build
from lab.names import SOURCES, VERSIONS
from lab.wheels import program

RECIPES = SOURCES / "images"
LIBRARIES = [
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "libresolv.so.2",
    "libstdc++.so.6",
]
LIBRARY_FOLDER = "usr/lib/x86_64-linux-gnu"
LOADER = "lib64/ld-linux-x86-64.so.2"
BUSYBOX = Path("/bin/busybox")
# uid of Rocket.Chat's own images, see the contract
USERS = "root:x:0:0:root:/root:/bin/sh\nrocketchat:x:65533:65533::/app:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n"
GROUPS = "root:x:0:\nrocketchat:x:65533:\nnogroup:x:65534:\n"


def base(suite: str, rootfs: Path) -> str:
    """The bare Debian of a release."""
    return build(
        f"debian-{suite}",
        RECIPES / "base",
        inputs=[rootfs.name],
        fill=lambda context: _link(rootfs, context / "rootfs.tar"),
    )


def host(suite: str, base_tag: str) -> str:
    """A Debian that boots with systemd, lets the operator in and trusts the authorities that everybody trusts."""
    files = {
        "public.crt": keys.PUBLIC.certificate,
        "authorized_keys": Path(f"{keys.SSH_KEY}.pub"),
        "ssh_host_ed25519_key": keys.SSH_HOST_KEY,
        "ssh_host_ed25519_key.pub": Path(f"{keys.SSH_HOST_KEY}.pub"),
    }

    def fill(context: Path) -> None:
        for name, source in files.items():
            shutil.copy(source, context / name)

    return build(
        f"host-{suite}",
        RECIPES / "host",
        arguments={"BASE": base_tag},
        inputs=[file.read_text() for file in files.values()],
        fill=fill,
    )


def disguised(codename: str, host_tag: str) -> str:
    """A host that says it is another distribution than the one it has the root file system of."""
    return build(f"host-{codename}", RECIPES / codename, arguments={"BASE": host_tag})


def mirror(base_tag: str) -> str:
    """A Debian with an image registry and a web server for packages."""
    return build("mirror", RECIPES / "mirror", arguments={"BASE": base_tag})


def runtime(rootfs: Path) -> str:
    """A small base for the images that hosts pull."""
    return build(
        "runtime",
        RECIPES / "runtime",
        inputs=[rootfs.name, LIBRARY_FOLDER, LOADER, *LIBRARIES, USERS, GROUPS],
        fill=lambda context: _write_runtime(rootfs, context / "runtime.tar"),
    )


def node(runtime_tag: str, modules: Path) -> str:
    """The small base with node and the libraries of the stand-ins."""
    wheel = VERSIONS["node"]["wheel"]

    def fill(context: Path) -> None:
        _link(program(wheel, "node"), context / "node")
        shutil.copytree(modules, context / "node_modules", symlinks=True)

    # the folder that holds the modules is named after the lock file they come from
    return build(
        "node", RECIPES / "node", arguments={"BASE": runtime_tag}, inputs=[wheel, modules.parent.name], fill=fill
    )


def nats(runtime_tag: str) -> str:
    """The small base with the real nats-server."""
    wheel = VERSIONS["nats"]["wheel"]
    return build(
        "nats",
        RECIPES / "nats",
        arguments={"BASE": runtime_tag},
        inputs=[wheel],
        fill=lambda context: _link(program(wheel, "nats-server"), context / "nats-server"),
    )


def _link(source: Path, target: Path) -> None:
    """Put a large file into a build context, which lies on the same file system."""
    os.link(source, target)


def _write_runtime(rootfs: Path, target: Path) -> None:
    with tarfile.open(rootfs) as debian, tarfile.open(target, "w") as archive:
        for folder, mode in {"tmp": 0o1777, "root": 0o700, "etc": 0o755, "bin": 0o755}.items():
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, mode
            archive.addfile(entry)
        for name in LIBRARIES:
            _add(archive, f"{LIBRARY_FOLDER}/{name}", _content(debian, f"{LIBRARY_FOLDER}/{name}"))
        _add(archive, LOADER, _content(debian, f"{LIBRARY_FOLDER}/{Path(LOADER).name}"))
        _add(archive, "etc/passwd", USERS.encode(), mode=0o644)
        _add(archive, "etc/group", GROUPS.encode(), mode=0o644)
        _add(archive, "bin/busybox", BUSYBOX.read_bytes())
        for applet in run(BUSYBOX, "--list").split():
            if applet != "busybox":
                entry = tarfile.TarInfo(f"bin/{applet}")
                entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
                archive.addfile(entry)


def _content(debian: tarfile.TarFile, name: str) -> bytes:
    """The content of a file of the root file system, through symbolic links."""
    file = debian.extractfile(f"./{name}")
    assert file is not None, name
    return file.read()


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int = 0o755) -> None:
    entry = tarfile.TarInfo(name)
    entry.mode, entry.size = mode, len(content)
    archive.addfile(entry, io.BytesIO(content))
