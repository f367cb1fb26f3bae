# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has what the module says fit to be printed."""

from __future__ import annotations

from ..plugin_utils.printed import PrintedAction as ActionModule

__all__ = ["ActionModule"]
