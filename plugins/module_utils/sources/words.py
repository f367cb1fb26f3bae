# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What apt says of what it cannot fetch or install, in few words."""

from __future__ import annotations

import os
import re
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence

from ..facts.system import output as output_of

_UNMET = "The following packages have unmet dependencies:"
# What apt 2.6 and 3.0 say, with gpgv and sqv: the repository, and why they do not accept its signature.
_UNSIGNED = re.compile(r"(?:GPG error|signature verification failed): (.+?Release(?:\.gpg)?): (.+)")
_SUBPROCESS = re.compile(r"Sub-process \S+ returned an error code \(\d+\), error message is: (Error: )?")
_NOT_FETCHED = re.compile(r"Failed to fetch (\S+) (.+)")
# the headers of what a proxy answers
_HEADERS = re.compile(r"(from proxy: HTTP/\S+ \d+ .*?) [A-Z][\w-]*: .*(?= \[IP)")
NOT_SIGNED = "is not signed with the key that is to sign it"
THROUGH_PROXY = "apt goes through the proxy"
_PROXY = re.compile(r'(?m)^Acquire::https?::Proxy(?:::\S+)? "(\S+?)";$')


def errors(printed: str, complaints: str) -> list[str]:
    """The lines that say what is wrong, and of dependencies which."""
    unmet = re.findall(r"(?m)^ (\S+ : .+)$", printed.partition(_UNMET)[2])
    lines = [(line[:3], re.sub(r"\s+", " ", line[3:]).strip()) for line in complaints.splitlines()]
    unsigned = {found[1]: found[2] for _kind, line in lines if (found := _UNSIGNED.search(line))}
    told = [_HEADERS.sub(r"\1", line) for kind, line in lines if kind == "E: "]
    told = [line for line in told if not _says_less(line, told, unsigned)]
    told = [*(f"{place} {NOT_SIGNED}: {_SUBPROCESS.sub('', why)}" for place, why in unsigned.items()), *_once(told)]
    return list(dict.fromkeys([*told, *unmet])) or ["apt-get fails without a word"]


def _says_less(line: str, told: Sequence[str], unsigned: Mapping[str, str]) -> bool:
    """Than the other lines: of a signature only a warning says why it does not hold, and what cannot be fetched is
    called unsigned, too.
    """
    if line.startswith(("Some index files failed", "Unable to correct problems", "Download Failed")):
        return True
    if any(f"'{place}' is not signed" in line or line.endswith(why) for place, why in unsigned.items()):
        return True
    called = re.fullmatch(r"The repository '(\S+) (\S+) (\S+)' is not signed\.", line)
    return bool(called) and any(f"{called[1]}/dists/{called[2]}/{called[3]} " in other for other in told if called)


def _once(told: Sequence[str]) -> Iterator[str]:
    """What keeps apt from a peer keeps it from all that is there; what is missing there is missing one by one."""
    seen = set()
    for line in told:
        found = _NOT_FETCHED.match(line)
        peer = urllib.parse.urlsplit(found[1]).netloc if found and not found[2].startswith("404") else line
        if peer not in seen:
            yield line
        seen.add(peer)


def named_proxies() -> list[str]:
    """Those that apt has been told of, without passwords (apt-transport-http(1))."""
    found = _PROXY.findall(output_of(["apt-config", "dump"]) or "")
    given = [os.environ.get(name, "") for name in ("http_proxy", "https_proxy")]
    urls = [url for url in (*found, *given) if url and url != "DIRECT"]
    return list(dict.fromkeys(re.sub(r"//[^/@]*@", "//", url) for url in urls))


def with_proxies(told: Sequence[str], proxies: Sequence[str]) -> list[str]:
    """Where something is not fetched, an address of a proxy alone says little."""
    if not proxies:
        return list(told)
    return [f"{line} ({THROUGH_PROXY} {', '.join(proxies)})" if _NOT_FETCHED.match(line) else line for line in told]
