# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the report beside the last one's name: a reader meanwhile gets the old one or the new one, whole."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .html import page


def write(directory: Path, document: Mapping[str, Any]) -> list[str]:
    return write_both(directory, "health", document, page(document))


def write_both(directory: Path, name: str, document: Mapping[str, Any], html: str) -> list[str]:
    """The files it wrote. They hold no secret, but hosts, versions and lines of logs: for their owner's eyes only."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    texts = {f"{name}.json": json.dumps(document, indent=2, ensure_ascii=False) + "\n", f"{name}.html": html}
    for file, text in texts.items():
        _replace(directory / file, text)
    return [str(directory / file) for file in texts]


def _replace(path: Path, text: str) -> None:
    """mkstemp's files are 0600 from the start, in the same directory, and so on the same file system."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
