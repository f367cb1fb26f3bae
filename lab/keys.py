# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's keys: an authority for certificates, a login for hosts, a signature for packages."""

from __future__ import annotations

from pathlib import Path

from lab.command import run
from lab.names import DEPOT, DEPOT_ADDRESS, HOME, HOSTS, SOURCES

SSH = HOME / "ssh"
SSH_KEY = SSH / "id_ed25519"
SSH_HOST_KEY = SSH / "ssh_host_ed25519_key"
KNOWN_HOSTS = SSH / "known_hosts"
AUTHORITY = HOME / "ca"
CA = AUTHORITY / "ca.pem"
CA_KEY = AUTHORITY / "ca.key"
DEPOT_TLS = HOME / "depot-tls"
GNUPG = HOME / "gnupg"
SIGNER = "rocketops lab packages"
YEARS_10 = "3650"


def ensure() -> None:
    """Make the keys that are not there yet."""
    for folder in (HOME, SSH, AUTHORITY, DEPOT_TLS, GNUPG):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not Path(f"{SSH_HOST_KEY}.pub").exists():
        _make_ssh_keys()
    _write_known_hosts()
    if not (DEPOT_TLS / "depot.pem").exists():
        _make_certificates()


def _make_ssh_keys() -> None:
    for key in (SSH_KEY, SSH_HOST_KEY):
        key.unlink(missing_ok=True)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "rocketops-lab", "-f", key)


def _write_known_hosts() -> None:
    """Each time: a newer lab may know more hosts than the one that made the key."""
    kind, public, _ = Path(f"{SSH_HOST_KEY}.pub").read_text().split()
    KNOWN_HOSTS.write_text("".join(f"{address},{host} {kind} {public}\n" for host, address in HOSTS.items()))


def _make_certificates() -> None:
    common = ("req", "-x509", "-nodes", "-days", YEARS_10, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    names = {"ALTERNATIVE_NAMES": f"DNS:{DEPOT},IP:{DEPOT_ADDRESS}"}
    config = ("-config", SOURCES / "images" / "authority" / "openssl.cnf")
    run(
        "openssl", *common, *config, "-extensions", "ca", "-subj", "/CN=rocketops lab authority",
        "-keyout", CA_KEY, "-out", CA, env=names,
    )  # fmt: skip
    run(
        "openssl", *common, *config, "-extensions", "depot", "-subj", f"/CN={DEPOT}", "-CA", CA, "-CAkey", CA_KEY,
        "-keyout", DEPOT_TLS / "depot.key", "-out", DEPOT_TLS / "depot.pem", env=names,
    )  # fmt: skip


def gpg(*words: str | Path) -> str:
    """Run gpg with the lab's own keyring, making the signing key first if there is none."""
    command = ("gpg", "--homedir", GNUPG, "--batch", "--yes")
    if not run(*command, "--list-secret-keys"):
        run(*command, "--passphrase", "", "--quick-gen-key", SIGNER, "ed25519", "sign", "never")
    output = run(*command, *words)
    run("gpgconf", "--homedir", GNUPG, "--kill", "all")
    return output
