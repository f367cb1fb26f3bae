# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that 0.1.0 deployed to, and that knows nothing of a ledger, is taken over as what it is: ours."""

from __future__ import annotations

import json
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.deployment import BIN, ROOT, Deployment
from tests.e2e.drift import LEDGER
from tests.e2e.test_planned_changes import bare, containers, listed  # noqa: F401

# The last commit of 0.1.0, before there was a ledger.
OLDER = "c23312a1b4a9467209e9445df12f07f1a1570908"


@pytest.fixture
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of 0.1.0, importable for the playbooks in it."""
    known = subprocess.run(["git", "cat-file", "-e", OLDER], cwd=ROOT, check=False, capture_output=True)
    if known.returncode:
        pytest.skip("this clone has no history to take 0.1.0 from")
    archive = subprocess.run(["git", "archive", OLDER], cwd=ROOT, check=True, capture_output=True, timeout=60).stdout
    tree = tmp_path_factory.mktemp("older")
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(tree, filter="data")
    link = tree / ".cache" / "collections" / "ansible_collections" / "rocketops" / "rocketchat"
    link.parent.mkdir(parents=True)
    link.symlink_to(tree)
    return tree


def test_what_the_older_version_made_is_ours(bare: Deployment, older: Path) -> None:  # noqa: F811
    site = [str(BIN / "ansible-playbook"), "-i", bare.inventory, "playbooks/site.yml"]
    # what the newer one finds out from the distribution by itself
    found = ["-e", "mongodb_repository_suite=bookworm/mongodb-org/6.0"]
    subprocess.run([*site, *found], cwd=older, check=True, capture_output=True, timeout=600)
    before = containers(bare)
    assert bare.attempt(f"test -e {LEDGER}").returncode != 0

    planned = listed(bare.playbook("site", "--check").stdout, bare.host)
    assert containers(bare) == before
    # a library that fetching images needs, what rotates mongod's log, and a certificate that is kept with the secrets
    installed = ("python3-yaml", "logrotate")
    new = [*(f"will install {one}" for one in installed), "will install another certificate and reload nginx"]
    # containers have other settings than they had then
    rest = [change for change in planned if not change.startswith("will replace ")]
    assert [change for change in rest if "install" in change or "network" in change or "remove" in change] == new
    bare.playbook("site")
    assert set(containers(bare)) == set(before)

    resources = json.loads(bare.run(f"cat {LEDGER}"))["resources"]
    assert {name for name, whose in resources.items() if whose == "found"} == {
        name for name in resources if name.startswith("package ") and name.removeprefix("package ") not in installed
    }
    assert listed(bare.playbook("site", "--check").stdout, bare.host) == []
    bare.run(f'sed -i \'s/"format": 1/"format": 99/\' {LEDGER}')
    refused = bare.playbook("site", check=False)
    assert "was written by a newer version of this collection" in " ".join(refused.stdout.split())
