# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module's main(), run in this process: much quicker than by Ansible, with the same result."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args


def run(main: Callable[[], None], *, check: bool = False, diff: bool = False, **options: Any) -> dict[str, Any]:
    """The module's result."""
    output = StringIO()
    arguments = {**options, "_ansible_check_mode": check, "_ansible_diff": diff}
    with patch_module_args(arguments), redirect_stdout(output), pytest.raises(SystemExit):
        main()
    return dict(json.loads(output.getvalue()))
