# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes the controller's time around the question, as the host says its own."""

from __future__ import annotations

from ..plugin_utils.timed import TimedAction as ActionModule

__all__ = ["ActionModule"]
