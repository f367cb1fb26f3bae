# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong, as a word and as a sentence."""

from __future__ import annotations


class Fault(Exception):
    """What is wrong: `kind` is a fixed word for programs, `sentence` is for people."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence

    @property
    def timed_out(self) -> bool:
        return self.kind.endswith("timeout")
