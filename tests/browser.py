"""A real browser for pages that the product writes: Debian's chromium, headless, that fetches nothing of its own."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

QUIET = """
    --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --hide-scrollbars
"""
DARK = ["--blink-settings=preferredColorScheme=0"]
# A window cannot be narrower than 500, so the page is shown in a frame, whose width is what its styles look at.
FRAME = '<body style="margin:0"><iframe src="{page}" style="width:{width}px;height:{height}px;border:0"></iframe>'


def screenshot(page: Path, to: Path, width: int = 1400, height: int = 2400, dark: bool = False) -> None:
    """A PNG of the page as a screen of that width shows it."""
    with tempfile.TemporaryDirectory() as directory:
        frame = Path(directory) / "frame.html"
        frame.write_text(FRAME.format(page=page.absolute().as_uri(), width=width, height=height), encoding="utf-8")
        window = [f"--window-size={max(width, 500)},{height}", f"--screenshot={to}"]
        browser = ["chromium", *QUIET.split(), *(DARK if dark else []), f"--user-data-dir={directory}/profile", *window]
        subprocess.run([*browser, frame.as_uri()], check=True, capture_output=True, timeout=60)
