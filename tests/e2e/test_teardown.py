# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host is after a teardown what it was before the first run, but for what the teardown says that it leaves."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployment import ROOT, Deployment
from tests.e2e.conftest import beside

SPARE = "chat4"
# By what is listed, the command that lists it. Of files, all that neither a run of Ansible, nor apt and systemd as they
# work, write of their own accord.
LISTS = {
    "packages": "dpkg-query --show --showformat='${Package} ${db:Status-Abbrev}\n'",
    "files": (
        "find /etc /opt /srv /usr/local /var/lib /var/backups /root -xdev -not -type s -printf '%p %u:%g %m %l\n'"
        " | grep --invert-match --extended-regexp '^(/var/lib/(apt|dpkg|systemd|ucf|misc|private)/"
        "|/var/lib/(apt|dpkg|systemd)/extended_states|/etc/(ld.so.cache|.pwd.lock|machine-id)"
        "|/etc/(passwd|group|shadow|gshadow|subuid|subgid)- |/root/.ansible|/etc/mtab|/var/lib/(pam|sudo)/)' | sort"
    ),
    "content": "find /etc/hosts /etc/apt /etc/systemd -type f -exec sha256sum {} +",
    "users": "sort /etc/passwd; sort /etc/group",
    "units": "systemctl list-unit-files --no-legend --no-pager | sort",
    "running": "systemctl list-units --type=service,timer --state=active --no-legend --plain | cut -d' ' -f1 | sort",
    "listening": "ss --listening --numeric --no-header --tcp --udp | tr -s ' ' | cut -d' ' -f1,5 | sort",
    # nft goes with the rest. Docker's own tables are ip and ip6, and go with the next boot, as docker0 does.
    "rules": "nft list tables 2> /dev/null | grep --invert-match 'table ip6\\? ' || true",
    "interfaces": "ip -brief link | cut -d' ' -f1 | cut -d@ -f1 | grep --invert-match docker0 | sort",
}
# In the lab a volume, which the engine gives another mode.
MOUNTED = "/var/lib/docker root:root"
DATA = ("/var/lib/mongodb", "/var/log/mongodb", "/var/lib/rocketops")
NOTHING = "Nothing to remove."


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Deployment]:
    """A host of its own that nothing was deployed to."""
    lab = [sys.executable, "-m", "lab"]
    for command in (["down", SPARE], ["up", SPARE]):
        subprocess.run([*lab, *command], cwd=ROOT, check=True, timeout=300, capture_output=True)
    yield Deployment.of(str(beside(ROOT / "inventories" / "lab", tmp_path, SPARE)))
    subprocess.run([*lab, "down", SPARE], cwd=ROOT, check=True, timeout=120, capture_output=True)


def lists(host: Deployment) -> dict[str, set[str]]:
    told = {name: host.run(command).splitlines() for name, command in LISTS.items()}
    return {name: {line for line in found if not line.startswith(MOUNTED)} for name, found in told.items()}


def came(before: dict[str, set[str]], after: dict[str, set[str]]) -> dict[str, list[str]]:
    return {name: sorted(after[name] - before[name]) for name in LISTS if after[name] - before[name]}


def lost(before: dict[str, set[str]], after: dict[str, set[str]]) -> dict[str, list[str]]:
    return came(after, before)


def in_database(host: Deployment, expression: str) -> str:
    """What an expression about the collection ``kept`` is."""
    script = (
        "import pymongo; c = pymongo.MongoClient('127.0.0.1', username='admin', directConnection=True, "
        f"password={host.secrets()['mongodb_admin_password']!r}); print(c.rocketchat.kept.{expression})"
    )
    return host.run(f"python3 -c {shlex.quote(script)}").strip()


def test_host_is_as_it_was_and_takes_its_data_up_again(bare: Deployment) -> None:
    before = lists(bare)
    bare.playbook("site")
    in_database(bare, "insert_one({})")
    deployed = lists(bare)

    told = bare.playbook("teardown", "--check").stdout
    assert "Planned removals:" in told and lists(bare) == deployed

    told = bare.playbook("teardown").stdout
    torn = lists(bare)
    assert lost(before, torn) == {}
    found = came(before, torn)
    assert {line for line in found.pop("files") if not line.startswith(DATA)} == set()
    assert [line.partition(":")[0] for line in found.pop("users")] == ["mongodb", "mongodb"]
    assert found == {}
    left = told.partition("Left as they are:")[2].partition("\nTASK")[0]
    assert all(path in left for path in (*DATA, "user mongodb"))

    again = bare.playbook("teardown").stdout
    assert NOTHING in again and re.search(r"changed=0 ", again)

    bare.playbook("site")
    assert in_database(bare, "count_documents({})") == "1"
    assert "Nothing to change." in bare.playbook("site").stdout

    bare.playbook("teardown", "-e", f"rocketchat_remove_data={bare.host}")
    last = lists(bare)
    assert (lost(before, last), came(before, last)) == ({}, {})
    assert NOTHING in bare.playbook("teardown").stdout


def test_data_of_no_other_host_are_named(bare: Deployment) -> None:
    result = bare.playbook("teardown", "-e", "rocketchat_remove_data=all", check=False)
    assert result.returncode != 0
    assert "rocketchat_remove_data = 'all': is no host of this run." in result.stdout
