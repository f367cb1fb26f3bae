# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people install: the tarball holds all that its own texts point to."""

from __future__ import annotations

import posixpath
import re
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.deployment import BIN, ROOT

LINK = re.compile(r"\]\((?!https?://|mailto:)([^)\s]+)\)")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Texts of all files in the tarball, by path; "" for folders."""
    folder = tmp_path_factory.mktemp("tarball")
    command = [str(BIN / "ansible-galaxy"), "collection", "build", "--output-path", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    [path] = folder.glob("*.tar.gz")
    with tarfile.open(path) as tarball:
        found = {member.name: tarball.extractfile(member) for member in tarball.getmembers()}
        return {name: file.read().decode("utf-8", "replace") if file else "" for name, file in found.items()}


def broken_links(shipped: dict[str, str]) -> list[str]:
    return [
        f"{name}: {link}"
        for name, text in shipped.items()
        if name.endswith(".md")
        for link in LINK.findall(text)
        if not leads_somewhere(shipped, name, *link.partition("#")[::2])
    ]


def leads_somewhere(shipped: dict[str, str], name: str, path: str, anchor: str) -> bool:
    target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
    if target not in shipped:
        return False
    return not anchor or anchor in map(slug, re.findall(r"(?m)^#+ (.*)$", shipped[target]))


def slug(heading: str) -> str:
    """As GitHub and Galaxy name a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


def test_links_lead_to_what_is_in_the_tarball(shipped: dict[str, str]) -> None:
    assert broken_links(shipped) == []
    spoilt = {
        **shipped,
        "README.md": "[a](lab/README.md) [b](#nowhere) [c](COPYING) [d](docs/architecture.md#where-to-look)",
    }
    assert broken_links(spoilt) == ["README.md: lab/README.md", "README.md: #nowhere"]


def test_inventory_to_copy_is_in_the_tarball(shipped: dict[str, str]) -> None:
    folder = ROOT / "inventories" / "single"
    for path in folder.rglob("*.yml"):
        assert shipped[str(Path(path).relative_to(ROOT))] == path.read_text(encoding="utf-8")
