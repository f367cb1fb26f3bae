# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps secrets on the controller that the module only compares, and masks them in the log lines that it quotes.

It also notes the controller's time around the question, as the host says its own.
"""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.validation import check_type_dict

from ..module_utils.containers.secrets import Environments, digested, environments, without_secrets
from ..plugin_utils.timed import TimedAction


class ActionModule(TimedAction):
    def masked(self, answer: dict[str, Any]) -> dict[str, Any]:
        return without_secrets(answer, self._secret_environments())

    def arguments(self) -> dict[str, Any]:
        return {**super().arguments(), "secret_environments": digested(self._secret_environments())}

    def _secret_environments(self) -> Environments:
        try:
            return environments(check_type_dict(self._task.args.get("secret_environments") or {}))
        except TypeError:
            raise AnsibleActionFail("secret_environments is not a mapping of containers to variables.") from None
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from None
