# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's keys: authorities for certificates, a login for hosts, a signature for packages."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.command import run
from lab.names import DOCKER_NAME, HOME, HOSTS, MIRROR, MIRROR_ADDRESS, SOURCES

SSH = HOME / "ssh"
SSH_KEY = SSH / "id_ed25519"
SSH_HOST_KEY = SSH / "ssh_host_ed25519_key"
KNOWN_HOSTS = SSH / "known_hosts"


@dataclass(frozen=True)
class Authority:
    """Signs certificates."""

    folder: Path
    name: str

    @property
    def certificate(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def key(self) -> Path:
        return self.folder / "ca.key"


# The registry's, which nobody trusts unless told to; and one in the place of those that every host trusts.
AUTHORITY = Authority(HOME / "ca", "rocketops lab authority")
PUBLIC = Authority(HOME / "public-ca", "rocketops lab in place of the public authorities")
MIRROR_TLS = HOME / "mirror-tls"
GNUPG = HOME / "gnupg"
SIGNER = "rocketops lab packages"
YEARS_10 = "3650"

_one_gpg = threading.Lock()


def ensure() -> None:
    """Make the keys that are not there yet."""
    for folder in (HOME, SSH, AUTHORITY.folder, PUBLIC.folder, MIRROR_TLS, GNUPG):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not Path(f"{SSH_HOST_KEY}.pub").exists():
        _make_ssh_keys()
    _write_known_hosts()
    for authority, name, domains in ((AUTHORITY, "registry", [MIRROR]), (PUBLIC, "web", [MIRROR, DOCKER_NAME])):
        if not authority.certificate.exists():
            _make_authority(authority)
        if not (MIRROR_TLS / f"{name}.pem").exists():
            _make_certificate(authority, name, domains)


def _make_ssh_keys() -> None:
    for key in (SSH_KEY, SSH_HOST_KEY):
        key.unlink(missing_ok=True)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "rocketops-lab", "-f", key)


def _write_known_hosts() -> None:
    """Each time: a newer lab may know more hosts than the one that made the key."""
    kind, public, _ = Path(f"{SSH_HOST_KEY}.pub").read_text().split()
    KNOWN_HOSTS.write_text("".join(f"{address},{host} {kind} {public}\n" for host, address in HOSTS.items()))


def _make_authority(authority: Authority) -> None:
    _openssl(
        "-extensions", "ca", "-subj", f"/CN={authority.name}", "-keyout", authority.key, "-out", authority.certificate,
    )  # fmt: skip


def _make_certificate(authority: Authority, name: str, domains: list[str]) -> None:
    """One that the mirror proves these names with."""
    _openssl(
        "-extensions", "mirror", "-subj", f"/CN={domains[0]}", "-CA", authority.certificate, "-CAkey", authority.key,
        "-keyout", MIRROR_TLS / f"{name}.key", "-out", MIRROR_TLS / f"{name}.pem",
        names=[*(f"DNS:{domain}" for domain in domains), f"IP:{MIRROR_ADDRESS}"],
    )  # fmt: skip


def _openssl(*words: str | Path, names: Sequence[str] = ("DNS:unused",)) -> None:
    common = ("req", "-x509", "-nodes", "-days", YEARS_10, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    config = ("-config", SOURCES / "images" / "authority" / "openssl.cnf")
    run("openssl", *common, *config, *words, env={"ALTERNATIVE_NAMES": ",".join(names)})


def gpg(*words: str | Path) -> str:
    """Run gpg with the lab's own keyring, making the signing key first if there is none."""
    command = ("gpg", "--homedir", GNUPG, "--batch", "--yes")
    # its agent, which signs for all of them, is gone after each
    with _one_gpg:
        if not run(*command, "--list-secret-keys"):
            run(*command, "--passphrase", "", "--quick-gen-key", SIGNER, "ed25519", "sign", "never")
        output = run(*command, *words)
        run("gpgconf", "--homedir", GNUPG, "--kill", "all")
    return output
