# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules that ask the running system have in common; their options are in module_utils/probing/options.py."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  timeout:
    description:
      - Seconds until everything that is asked must be healthy. V(0) asks exactly once.
    type: float
    default: 60
  request_timeout:
    description:
      - Seconds that one question may take altogether, from the name lookup to the last byte.
    type: float
    default: 5
  fail_on_unhealthy:
    description:
      - Whether the task fails when anything that was asked is unhealthy. The result is the same either way.
    type: bool
    default: true
attributes:
  check_mode:
    description: Only asks, so it does the same with and without check mode.
    support: full
  diff_mode:
    description: Nothing changes.
    support: none
  idempotent:
    description: Never changes anything.
    support: full
"""

    TLS = r"""
options:
  validate_certs:
    description:
      - Whether certificates must be valid, made out for the host of the URL and issued by a trusted authority.
    type: bool
    default: true
  ca_path:
    description:
      - File on the host with the PEM certificates of the authorities to trust, instead of the system's.
    type: path
"""
