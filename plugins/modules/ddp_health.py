#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: ddp_health
short_description: Proves from outside that clients reach Rocket.Chat's ddp-streamer and its monolith
version_added: 0.1.0
description:
  - Walks the path of a real client, through the reverse proxy, and says in a sentence where it ends.
  - Checks that C(/sockjs/info) is answered by ddp-streamer (it carries C("ms":true), which the monolith's does not),
    that C(/websocket) upgrades and speaks plain DDP, that a SockJS path upgrades and speaks DDP in SockJS frames, and
    that the monolith serves the page. These marks were observed on Rocket.Chat's services, 6.14.
  - Uses no HTTP proxy and follows no redirects.
requirements:
  - Python library websockets 11 or newer on the host that runs the module (Debian 13 has 15 as C(python3-websockets))
author:
  - rocketops maintainers (@rocketops)
options:
  url:
    description:
      - The root URL of the deployment, C(http://) or C(https://), with its path if it has one.
    type: str
    required: true
  connect_to:
    description:
      - Address to connect to, as C(host:port), instead of the URL's. The C(Host) header and the name in the TLS
        handshake stay those of O(url), so that one proxy of several, or one without DNS, can be asked.
    type: str
  timeout:
    description:
      - Seconds until everything must be healthy. V(0) walks the path exactly once.
    type: float
    default: 60
  request_timeout:
    description:
      - Seconds that one check may take.
    type: float
    default: 5
  validate_certs:
    description:
      - Whether the certificate must be valid, made out for the host of O(url) and issued by a trusted authority.
    type: bool
    default: true
  ca_path:
    description:
      - File on the host with the PEM certificates of the authorities to trust, instead of the system's.
    type: path
  fail_on_unhealthy:
    description:
      - Whether the task fails when a check does.
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
seealso:
  - module: rocketops.rocketchat.nats_health
  - module: rocketops.rocketchat.service_health
"""

EXAMPLES = r"""
- name: Wait until clients can chat
  rocketops.rocketchat.ddp_health:
    url: https://chat.example.com
    timeout: 60

- name: Ask one proxy of two, whatever DNS says
  rocketops.rocketchat.ddp_health:
    url: https://chat.example.com
    connect_to: 198.18.0.12:443
    ca_path: /etc/ssl/chat-ca.pem
    timeout: 0
    fail_on_unhealthy: false
  register: proxy_health
"""

RETURN = r"""
healthy:
  description: Whether every check is healthy.
  returned: always, unless an option is wrong
  type: bool
  sample: false
checks:
  description:
    - The checks in the order of the path.
    - V(sockjs_info), V(websocket), V(ddp_connect), V(ddp_ping), V(sockjs_websocket), V(sockjs_connect), V(monolith).
  returned: always, unless an option is wrong
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: websocket
    state:
      description: V(healthy), V(unhealthy), or V(skipped) when an earlier check leaves nothing to ask.
      type: str
      sample: unhealthy
    latency_ms:
      description: Milliseconds it took, V(null) if skipped.
      type: float
      sample: 3.1
    fault:
      description:
        - What is wrong, as a fixed word, V(null) if nothing is.
        - One of the faults of the connection that M(rocketops.rocketchat.service_health) knows, or V(redirected),
          V(split_missing), V(not_rocketchat), V(upstream_down), V(upstream_silent), V(upgrade), V(upgrade_stripped),
          V(upgrade_refused), V(upgrade_timeout), V(silent_timeout), V(framing), V(closed), V(ddp), V(status).
      type: str
      sample: upgrade_stripped
    diagnosis:
      description: What is wrong, as a sentence, V(null) if nothing is.
      type: str
      sample: >-
        /websocket answered 200 instead of upgrading to a websocket: the proxy strips the Upgrade and Connection
        headers, or speaks HTTP/1.0 to ddp-streamer.
ping_ms:
  description: Milliseconds of a DDP ping there and back, V(null) if there was none.
  returned: always, unless an option is wrong
  type: float
  sample: 1.3
attempts:
  description: How often the path was walked.
  returned: always, unless an option is wrong
  type: int
  sample: 1
"""

from dataclasses import asdict

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.rocketops.rocketchat.plugins.module_utils.ddp_probe import (
    WEBSOCKETS_MISSING,
    DdpHealth,
    probe_ddp,
)
from ansible_collections.rocketops.rocketchat.plugins.module_utils.http_probe import Patience, tls_context


def summary(url: str, health: DdpHealth) -> str:
    ill = [f"- {check.name}: {check.diagnosis}" for check in health.checks if check.diagnosis]
    return "\n".join([f"Clients cannot use Rocket.Chat at {url}:", *ill])


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "url": {"type": "str", "required": True},
            "connect_to": {"type": "str"},
            "timeout": {"type": "float", "default": 60},
            "request_timeout": {"type": "float", "default": 5},
            "validate_certs": {"type": "bool", "default": True},
            "ca_path": {"type": "path"},
            "fail_on_unhealthy": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    params = module.params
    if WEBSOCKETS_MISSING:
        module.fail_json(msg=missing_required_lib("websockets >= 11"), exception=WEBSOCKETS_MISSING)
    try:
        patience = Patience(params["timeout"], params["request_timeout"])
        context = tls_context(params["validate_certs"], params["ca_path"])
        health, attempts = probe_ddp(params["url"], patience, context, params["connect_to"])
    except ValueError as error:
        module.fail_json(msg=str(error))
    result = {
        "changed": False,
        "healthy": health.healthy,
        "checks": [asdict(check) for check in health.checks],
        "ping_ms": health.ping_ms,
        "attempts": attempts,
    }
    if params["fail_on_unhealthy"] and not health.healthy:
        module.fail_json(msg=summary(params["url"], health), **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
