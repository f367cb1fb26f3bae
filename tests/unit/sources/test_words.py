# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What apt says of packages that it cannot fetch or install, in few words."""

from __future__ import annotations

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.sources import words

NO_RELEASE = "E: The repository 'https://mirror.example.com/apt stable Release' does not have a Release file."
UNREACHABLE = """\
E: Failed to fetch https://mirror.example.com/apt/InRelease  Could not resolve 'mirror.example.com'
E: Some index files failed to download. They have been ignored, or old ones used instead.
"""
UNMET = """\
The following packages have unmet dependencies:
 mongodb-org-server : Depends: libssl1.1 (>= 1.1.1) but it is not installable
"""
PLACE = "https://mirror.example.com/apt bookworm/mongodb-org/6.0 InRelease"
# As apt 3.0 says it with sqv, and apt 2.6 with gpgv, on a host that has an earlier index (seen on both).
OTHER_KEY = f"""\
W: OpenPGP signature verification failed: {PLACE}: Sub-process /usr/bin/sqv returned an error code (1), error message \
is: Missing key 0BB0EED6F2AB1B65, which is needed to verify signature.
E: The repository '{PLACE}' is not signed.
"""
OTHER_KEY_OF_AN_INDEX = f"""\
W: An error occurred during the signature verification. The repository is not updated and the previous index files \
will be used. GPG error: {PLACE}: The following signatures couldn't be verified: NO_PUBKEY 1636
E: Failed to fetch https://mirror.example.com/apt/dists/bookworm/mongodb-org/6.0/InRelease  The following signatures \
couldn't be verified: NO_PUBKEY 1636
E: Some index files failed to download. They have been ignored, or old ones used instead.
"""
# A proxy that wants a login (seen with apt 3.0 and tinyproxy).
DEBIAN = "http://mirror.example.org/debian"
PROXY = f"""\
E: The repository '{DEBIAN} trixie InRelease' is not signed.
E: Failed to fetch {DEBIAN}/dists/trixie/InRelease  407  Proxy Authentication Required [IP: 10.0.0.1 80]
E: Failed to fetch {DEBIAN}/dists/trixie-updates/InRelease  407  Proxy Authentication Required [IP: 10.0.0.1 80]
E: Failed to fetch https://mirror.example.com/apt/x/InRelease  Invalid response from proxy: HTTP/1.1 403 Filtered  \
Server: tinyproxy/1.11.1  Content-Type: text/html  Connection: close     [IP: 10.0.0.1 80]
"""
MISSING = """\
E: Failed to fetch https://mirror.example.com/one/key.asc  404  Not Found [IP: 10.0.0.1 80]
E: Failed to fetch https://mirror.example.com/two/key.asc  404  Not Found [IP: 10.0.0.1 80]
"""
HELD = "E: Unable to correct problems, you have held broken packages.\n"


@pytest.mark.parametrize(
    ("output", "complaints", "told"),
    [
        ("", f"{NO_RELEASE}\n", [NO_RELEASE[3:]]),
        (
            "",
            UNREACHABLE,
            ["Failed to fetch https://mirror.example.com/apt/InRelease Could not resolve 'mirror.example.com'"],
        ),
        ("", "W: late\nE: Unable to locate package nosuch\n", ["Unable to locate package nosuch"]),
        (UNMET, HELD, ["mongodb-org-server : Depends: libssl1.1 (>= 1.1.1) but it is not installable"]),
        (
            "",
            OTHER_KEY,
            [f"{PLACE} {words.NOT_SIGNED}: Missing key 0BB0EED6F2AB1B65, which is needed to verify signature."],
        ),
        (
            "",
            OTHER_KEY_OF_AN_INDEX,
            [f"{PLACE} {words.NOT_SIGNED}: The following signatures couldn't be verified: NO_PUBKEY 1636"],
        ),
        (
            "",
            PROXY,
            [
                f"Failed to fetch {DEBIAN}/dists/trixie/InRelease 407 Proxy Authentication Required [IP: 10.0.0.1 80]",
                "Failed to fetch https://mirror.example.com/apt/x/InRelease Invalid response from proxy: HTTP/1.1 403 "
                "Filtered [IP: 10.0.0.1 80]",
            ],
        ),
        ("", MISSING, [" ".join(line[3:].split()) for line in MISSING.splitlines()]),
        ("", f"E: The repository '{PLACE}' is not signed.\n", [f"The repository '{PLACE}' is not signed."]),
        ("", "", ["apt-get fails without a word"]),
    ],
)
def test_errors(output: str, complaints: str, told: list[str]) -> None:
    assert words.errors(output, complaints) == told


def test_proxies_are_named_without_their_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://of-the-login:1")
    monkeypatch.setenv("https_proxy", "")
    settings = (
        'Acquire "";\nAcquire::http "";\nAcquire::http::Proxy "http://me:s3cret@proxy:3128";\n'
        'Acquire::http::Proxy::mirror.example.com "DIRECT";\nAcquire::https::Timeout "10";\n'
    )
    monkeypatch.setattr(words, "output_of", lambda command: settings)
    assert words.named_proxies() == ["http://proxy:3128", "http://of-the-login:1"]


def test_only_what_is_not_fetched_is_told_with_them() -> None:
    told = ["Failed to fetch http://a/b 407", "Unable to locate package c"]
    assert words.with_proxies(told, []) == told
    assert words.with_proxies(told, ["http://p:1"]) == [f"{told[0]} (apt goes through the proxy http://p:1)", told[1]]
