# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts: bare Debian machines with systemd and sshd, as a provider would hand them over."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab import keys
from lab.command import LabError, run, succeeds
from lab.docker import docker, exists, running
from lab.names import HOSTS, LABEL, NETWORK, host_container
from lab.waiting import wait_for

CGROUP_V2 = [Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified")]
# What systemd and an engine inside need. Less than --privileged, and it also works on machines that lack
# CAP_SYS_RESOURCE themselves.
POWERS = [
    "--cap-add=ALL",
    "--cap-drop=SYS_RESOURCE",
    "--security-opt=seccomp=unconfined",
    "--security-opt=apparmor=unconfined",
    "--security-opt=systempaths=unconfined",
    "--cgroupns=host",
]


def ensure(names: list[str], image: str) -> None:
    """Have these hosts run and let the operator in, several at a time."""
    with ThreadPoolExecutor(max_workers=len(names)) as pool:
        for done in [pool.submit(_ensure_one, name, image) for name in names]:
            done.result()


def _ensure_one(name: str, image: str) -> None:
    container = host_container(name)
    if not running(container):
        if exists("container", container):
            docker("start", container)
        else:
            _create(name, image)
    wait_for(lambda: _listens(name) and ready(name), seconds=90, failure=lambda: _not_ready(name))


def _create(name: str, image: str) -> None:
    docker(
        "run", "--detach", "--name", host_container(name), "--hostname", name, "--label", LABEL,
        "--network", NETWORK, "--network-alias", name, "--ip", HOSTS[name],
        *POWERS, "--volume", f"{_cgroup_v2()}:/sys/fs/cgroup:rw", "--tmpfs", "/run", "--tmpfs", "/run/lock",
        # a volume of the machine's own file system, so that the engine inside can use overlay2
        "--volume", "/var/lib/docker",
        # `reboot` inside ends the container: the engine starts it again
        "--restart", "unless-stopped",
        image,
    )  # fmt: skip


def ready(name: str) -> bool:
    """Tell whether ssh lets the operator in and systemd has finished booting."""
    state = "systemctl is-system-running | grep -E 'running|degraded'"
    return succeeds(*ssh(name), state, timeout=20)


def ssh(name: str) -> list[str]:
    """The start of a command line that runs something on a host."""
    options = ["BatchMode=yes", "ConnectTimeout=5", f"UserKnownHostsFile={keys.KNOWN_HOSTS}"]
    words = [word for option in options for word in ("-o", option)]
    return ["ssh", "-F", "none", "-i", str(keys.SSH_KEY), *words, f"ops@{HOSTS[name]}"]


def _listens(name: str) -> bool:
    try:
        socket.create_connection((HOSTS[name], 22), timeout=1).close()
    except OSError:
        return False
    return True


def _cgroup_v2() -> Path:
    for path in CGROUP_V2:
        if (path / "cgroup.controllers").exists():
            return path
    raise LabError("This machine has no cgroup v2 mounted at /sys/fs/cgroup or /sys/fs/cgroup/unified: hosts need it.")


def _not_ready(name: str) -> str:
    container = host_container(name)
    failed = run("docker", "exec", container, "systemctl", "--failed", "--no-legend", "--plain").strip() or "none"
    return f"Host {name} did not finish booting. Failed units: {failed}. See `docker logs {container}`."
