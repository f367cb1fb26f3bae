#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: deployment_health
short_description: Asks every part of a deployment that is on one host, in one round trip
version_added: 0.2.0
description:
  - Asks what the modules of the single parts ask, in the order in which the parts need one another - Docker's
    containers, MongoDB, the services, the workspace, NATS, the reverse proxy.
  - A part that is not healthy is waited for, for O(timeout) seconds at most. After one that was waited for in vain, the
    others are asked once and side by side, as they suffer from it. So are all of them with a O(timeout) of V(0).
  - A question that fails or hangs costs its own answer and no other. Each is asked in a process of its own.
  - Only reads, and does not fail because a part is ill. M(rocketops.rocketchat.health_report) says what is wrong.
  - Part of this collection's C(site) and C(health) playbooks. What to ask is told by the plan that they have made; to
    ask about one part without a plan, take the module of that part.
author:
  - rocketops maintainers (@rocketops)
attributes:
  action:
    description:
      - An action plugin takes what to ask from the host's plan in the variable C(rocketchat_planned); O(timeout) is the
        only option that it accepts. It notes the controller's time around the questions, for RV(asked).
      - It gives the module digests of the secret variables of containers, and masks in RV(answers) what the module then
        does not know.
    support: full
  async:
    description: The action plugin waits for the answer.
    support: none
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Nothing is changed.
    support: none
options:
  containers:
    description:
      - Options of M(rocketops.rocketchat.container_health), but for those that are secret. V(null), as for the other
        parts, where there is nothing to ask on this host.
    type: dict
  mongodb:
    description: Options of M(rocketops.rocketchat.mongodb_health), but for those that are secret.
    type: dict
  services:
    description: Options of M(rocketops.rocketchat.service_health).
    type: dict
  workspace:
    description: Options of M(rocketops.rocketchat.workspace_facts), but for those that are secret.
    type: dict
  nats:
    description: Options of M(rocketops.rocketchat.nats_health), but for those that are secret.
    type: dict
  ddp:
    description: Options of M(rocketops.rocketchat.ddp_health), but for those that are secret.
    type: dict
  facts:
    description:
      - Options of M(rocketops.rocketchat.host_facts), but for those that are secret. V(null) where the gate of this run
        has just seen that everything is as planned.
    type: dict
  secrets:
    description:
      - The secret options of the parts, by part and option, as a JSON text. It is never shown or logged.
      - Secrets have to be apart from other options, because Ansible logs an option with parts on the host. They are one
        text, because Ansible would mask each short value in all that the module says, and make names unreadable.
    type: str
    default: "{}"
  timeout:
    description:
      - Seconds to wait for each part to become healthy; for all of them together, twice that. V(0) asks once.
      - The wait for a part ends early when something is wrong with it that does not pass by itself.
    type: float
    default: 0
seealso:
  - module: rocketops.rocketchat.container_health
  - module: rocketops.rocketchat.ddp_health
  - module: rocketops.rocketchat.health_report
  - module: rocketops.rocketchat.mongodb_health
  - module: rocketops.rocketchat.nats_health
  - module: rocketops.rocketchat.service_health
  - module: rocketops.rocketchat.workspace_facts
"""

EXAMPLES = r"""
- name: Ask every part, and wait up to a minute for each
  rocketops.rocketchat.deployment_health:
    timeout: 60
  register: rocketchat_health
"""

RETURN = r"""
asked:
  description: The controller's clock before and after the module ran, in seconds of the epoch.
  returned: always
  type: dict
  sample: {before: 1795492799.8, after: 1795492800.4}
facts:
  description: The RV(rocketops.rocketchat.host_facts#module:facts) of the host; V(null) where they were not asked for.
  returned: success
  type: dict
answers:
  description:
    - The answer of each part that was asked; what its own module returns.
    - A question that could not be asked, or was not answered in time, has RV(answers) C(failed), which is V(true), and
      C(msg) instead.
  returned: success
  type: dict
  contains:
    containers:
      description: What M(rocketops.rocketchat.container_health) returns.
      returned: where it was asked
      type: dict
    mongodb:
      description: What M(rocketops.rocketchat.mongodb_health) returns.
      returned: where it was asked
      type: dict
    services:
      description: What M(rocketops.rocketchat.service_health) returns.
      returned: where it was asked
      type: dict
    workspace:
      description: What M(rocketops.rocketchat.workspace_facts) returns.
      returned: where it was asked
      type: dict
    nats:
      description: What M(rocketops.rocketchat.nats_health) returns.
      returned: where it was asked
      type: dict
    ddp:
      description: What M(rocketops.rocketchat.ddp_health) returns.
      returned: where it was asked
      type: dict
    facts:
      description: What M(rocketops.rocketchat.host_facts) returns. The action plugin moves it to RV(facts).
      returned: where it was asked and failed
      type: dict
  sample:
    services: {healthy: true, endpoints: []}
    ddp: {failed: true, msg: "there was no answer within 45 seconds."}
"""

import json
from typing import Any, Callable

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils.verification.order import PARTS, Asked, ask
from ..module_utils.verification.questions import question_of
from ..module_utils.verification.sentences import spelled, without


def asked(part: str, given: dict[str, Any]) -> Asked:
    """Imported once for all, so that no import disturbs the others while they measure."""
    try:
        question = question_of(part)
    except Exception as error:
        return Asked(raising(error))

    def answer(seconds: float) -> dict[str, Any]:
        time = {"timeout": seconds} if question.waits else {}
        validator = ArgumentSpecValidator(question.options, required_together=question.together)
        validated = validator.validate({**given, **time})
        if validated.error_messages:
            raise ValueError("; ".join(validated.error_messages))
        return question.answer(validated.validated_parameters).result

    return Asked(answer, question.waits)


def raising(error: Exception) -> Callable[[float], dict[str, Any]]:
    """Of a library that is there and does not work."""

    def answer(_seconds: float) -> dict[str, Any]:
        raise error

    return answer


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **{part: {"type": "dict"} for part in PARTS},
            "secrets": {"type": "str", "default": "{}", "no_log": True},
            "timeout": {"type": "float", "default": 0},
        },
        supports_check_mode=True,
    )
    params = module.params
    if params["timeout"] < 0:
        module.fail_json(msg=f"timeout must be 0 or more seconds, but is {params['timeout']}.")
    secrets = json.loads(params["secrets"])
    parts = {part: asked(part, {**params[part], **secrets.get(part, {})}) for part in PARTS if params[part]}
    answers = ask(parts, params["timeout"])
    told = {part: without(answer, spelled(secrets.get(part, {}))) for part, answer in answers.items()}
    module.exit_json(changed=False, answers=told)


if __name__ == "__main__":
    main()
