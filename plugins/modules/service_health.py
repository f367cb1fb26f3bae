#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: service_health
short_description: Waits until many HTTP endpoints are healthy and says what is wrong with the others
version_added: 0.1.0
description:
  - Asks many HTTP(S) endpoints at once, again and again, until each gave the expected answer or time is up.
  - Says of every unhealthy endpoint in a sentence why it is, from a name that does not resolve to an unexpected body.
  - Needs nothing on the host but Python 3.9 or newer. Holds no more than O(concurrency) connections at a time, and of
    an answer no more than 64 KiB.
  - Follows no redirects and uses no HTTP proxy, because the question is about the very endpoint that is named.
  - A monolith's C(/readyz) also tells whether it reaches MongoDB and has time and memory left. Seen in its source, it
    measures from question to question, and calls itself not ready after a lag that is over long since; so with
    O(endpoints[].readiness) it is asked up to three times more, within two seconds, before lag is told.
  - A monolith that fails nothing but its own limits of lag (C(EVENT_LOOP_LAG_MS)) and heap (C(HEAP_USAGE_PERCENT))
    serves all the same, if slowly. It is healthy, with RV(endpoints[].warning), and nothing waits for it to get faster.
  - A service of Rocket.Chat that answers on C(/health) has opened its port and no more. It keeps answering when NATS or
    MongoDB are gone, and stream-hub's C(/health) is 500 until a first change arrives (observed on Rocket.Chat's
    services, 6.14). Ask M(rocketops.rocketchat.nats_health) and M(rocketops.rocketchat.ddp_health) too.
author:
  - rocketops maintainers (@rocketops)
options:
  endpoints:
    description:
      - What to ask.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - What to call the endpoint in results and messages.
        type: str
        required: true
      url:
        description:
          - Where to ask, C(http://) or C(https://), without user or password.
        type: str
        required: true
      status:
        description:
          - The HTTP status codes of a healthy answer.
        type: list
        elements: int
        default: [200]
      body:
        description:
          - What a healthy answer's body may be, up to 64 KiB of it. Any will do if not given, also the page of another
            program.
          - A string is the whole body, but for white space around it. A dictionary stands for every JSON object that
            has its keys with its values.
          - Rocket.Chat's services answer C(/health) with V(ok), the monolith since 8.x with C({"status":"ok"}) (read in
            ee/apps/*/src/service.ts and apps/meteor/server/routes/health.ts).
        type: list
        elements: raw
        default: []
      readiness:
        description:
          - Whether this is C(/readyz) of a monolith, 7.11 or newer. Then its own answer decides and not
            O(endpoints[].status) or O(endpoints[].body), and it is told which of its checks failed.
        type: bool
        default: false
      headers:
        description:
          - Headers to send, over those that are always sent (C(Host), C(User-Agent), C(Connection)).
          - They appear in Ansible's output. Set C(no_log) on the task if one of them is a secret.
        type: dict
        default: {}
  interval:
    description:
      - Seconds between the first two questions to an endpoint. Doubles with each further question, up to 2 seconds.
    type: float
    default: 0.2
  concurrency:
    description:
      - How many endpoints are asked at the same time.
    type: int
    default: 32
extends_documentation_fragment:
  - rocketops.rocketchat.probing
  - rocketops.rocketchat.probing.tls
seealso:
  - module: rocketops.rocketchat.ddp_health
  - module: rocketops.rocketchat.nats_health
"""

EXAMPLES = r"""
- name: Wait until the services of this host listen
  rocketops.rocketchat.service_health:
    endpoints:
      - name: ddp-streamer
        url: http://127.0.0.1:4001/health
        body: [ok]
      - name: rocketchat
        url: http://127.0.0.1:3000/readyz
        readiness: true
    timeout: 120

- name: Ask once how the public page does, without failing
  rocketops.rocketchat.service_health:
    endpoints:
      - name: page
        url: https://chat.example.com/
        status: [200, 302]
    timeout: 0
    ca_path: /etc/ssl/chat-ca.pem
    fail_on_unhealthy: false
  register: page_health
"""

RETURN = r"""
healthy:
  description: Whether all endpoints are healthy.
  returned: always, unless an option is wrong
  type: bool
  sample: false
endpoints:
  description: The endpoints in the order given.
  returned: always, unless an option is wrong
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: ddp-streamer
    url:
      description: Where it was asked.
      type: str
      sample: http://127.0.0.1:4001/health
    state:
      description: V(healthy) or V(unhealthy).
      type: str
      sample: unhealthy
    status:
      description: HTTP status of the last answer, V(null) if there was none.
      type: int
      sample: null
    attempts:
      description: How often it was asked.
      type: int
      sample: 31
    healthy_after:
      description: Seconds until the first healthy answer, V(null) if there was none.
      type: float
      sample: null
    latency_ms:
      description: Milliseconds that the last question took, V(null) if there was none.
      type: float
      sample: 0.4
    fault:
      description:
        - What is wrong, as a fixed word, V(null) if nothing is.
        - One of V(resolve), V(resolve_timeout), V(refused), V(unreachable), V(connect_timeout), V(reset),
          V(read_timeout), V(tls), V(tls_timeout), V(certificate), V(certificate_expired), V(certificate_early),
          V(certificate_name), V(certificate_ca), V(protocol), V(cut_off), V(status), V(body), V(not_ready),
          V(not_asked).
      type: str
      sample: refused
    diagnosis:
      description: What is wrong, as a sentence, V(null) if nothing is.
      type: str
      sample: "Connection refused: nothing listens on 127.0.0.1:4001."
    warning:
      description: What a healthy endpoint is short of, as a sentence, V(null) if nothing.
      type: str
      sample: null
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.http.question import OPTIONS, answer
from ..module_utils.probing.options import VERDICT


def main() -> None:
    module = AnsibleModule(
        argument_spec={**OPTIONS, **VERDICT},
        supports_check_mode=True,
    )
    try:
        result, summary = answer(module.params)
    except ValueError as error:
        module.fail_json(msg=str(error))
    if module.params["fail_on_unhealthy"] and not result["healthy"]:
        module.fail_json(msg=summary, **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
