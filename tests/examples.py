# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many examples hypothesis tries of each property: the profile says it, and here alone."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# What a busy machine is slow at is not wrong: neither one example nor making many of them.
_ON_ANY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def register_profiles() -> None:
    """`quick` tries the same examples each time: what turns red tells of a change. `thorough` looks for new ones."""
    settings.register_profile("quick", _ON_ANY_MACHINE, max_examples=25, derandomize=True)
    settings.register_profile("thorough", _ON_ANY_MACHINE, max_examples=500, print_blob=True)
    settings.load_profile("quick")


def examples(times: float) -> settings:
    """For a property with more to find than most, or one that is slow: so many times the profile's examples."""
    return settings(max_examples=round(settings().max_examples * times))
