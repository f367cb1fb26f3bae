#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: nats_health
short_description: Asks a NATS server which of Rocket.Chat's services are connected
version_added: 0.1.0
description:
  - Reads the monitoring port of a NATS server and compares its clients with those that should be there.
  - A service of Rocket.Chat whose C(TRANSPORTER) is wrong lives on without a word and without a port. Only NATS knows.
  - Rocket.Chat's services give their NATS connections no name, so they are recognised by the nodeID in their
    subscriptions, C(MOL.RES.<hostname>-<pid>) (observed with moleculer 0.14.36, nats.js 2.29 and nats-server 2.12.8).
  - The clients of a NATS cluster are spread over its servers. Ask each server with O(fail_on_unhealthy=false). A client
    is there when any of them has it.
author:
  - rocketops maintainers (@rocketops)
options:
  url:
    description:
      - Where the server's monitoring answers.
    type: str
    default: http://127.0.0.1:8222
  expected_clients:
    description:
      - The clients that should be connected. Each is a hostname, as string, or a dictionary with C(name), the hostname,
        and C(address), the IP address it connects from, which helps to tell a refused login from a missing service and
        to recognise a client that subscribed to nothing yet.
      - A hostname V(H) stands for a connection named, or a nodeID of, V(H) or V(H-<digits>). One connection stands for
        one client at most.
    type: list
    elements: raw
    default: []
  namespace:
    description:
      - The C(MS_NAMESPACE) of the deployment. A client that is connected in another one is not healthy.
    type: str
    default: ''
  timeout:
    description:
      - Seconds until the server answers and all expected clients must be connected. V(0) asks exactly once.
    type: float
    default: 60
  request_timeout:
    description:
      - Seconds that one question may take.
    type: float
    default: 5
  fail_on_unhealthy:
    description:
      - Whether the task fails when the server or a client is not there.
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
  - module: rocketops.rocketchat.ddp_health
  - module: rocketops.rocketchat.service_health
"""

EXAMPLES = r"""
- name: Wait until the services are on the bus
  rocketops.rocketchat.nats_health:
    expected_clients:
      - chat1-presence
      - name: chat1-ddp-streamer
        address: 172.18.0.7
    timeout: 60
"""

RETURN = r"""
healthy:
  description: Whether the server answers and every expected client is connected.
  returned: always, unless an option is wrong
  type: bool
  sample: false
reachable:
  description: Whether the server's monitoring answers.
  returned: always, unless an option is wrong
  type: bool
  sample: true
version:
  description: Version of the NATS server, V(null) if it is not reachable.
  returned: always, unless an option is wrong
  type: str
  sample: 2.12.8
connections:
  description: How many clients are connected, expected or not; V(null) if the server is not reachable.
  returned: always, unless an option is wrong
  type: int
  sample: 6
slow_consumers:
  description: How many clients were cut off since the server started because they read too slowly.
  returned: always, unless an option is wrong
  type: int
  sample: 0
clients:
  description: The expected clients in the order given.
  returned: always, unless an option is wrong
  type: list
  elements: dict
  contains:
    name:
      description: Its hostname.
      type: str
      sample: chat1-presence
    connected:
      description: Whether it is connected, in the right namespace.
      type: bool
      sample: false
    diagnosis:
      description: What is wrong, as a sentence, V(null) if nothing is.
      type: str
      sample: >-
        Not connected: NATS refused its login from 172.18.0.7; correct user and password in its TRANSPORTER.
fault:
  description:
    - Why the server is not reachable, as a fixed word, V(null) if it is. One of the faults of
      M(rocketops.rocketchat.service_health), or V(not_nats), V(too_many).
  returned: always, unless an option is wrong
  type: str
  sample: null
diagnosis:
  description: Why the server is not reachable, as a sentence, V(null) if it is.
  returned: always, unless an option is wrong
  type: str
  sample: null
attempts:
  description: How often the server was asked.
  returned: always, unless an option is wrong
  type: int
  sample: 12
"""

from dataclasses import asdict
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.rocketops.rocketchat.plugins.module_utils.http_probe import Patience
from ansible_collections.rocketops.rocketchat.plugins.module_utils.nats_probe import Expected, NatsHealth, probe_nats


def expected_client(entry: Any) -> Expected:
    if isinstance(entry, str) and entry:
        return Expected(entry)
    if isinstance(entry, dict) and entry.get("name") and set(entry) <= {"name", "address"}:
        return Expected(str(entry["name"]), entry.get("address"))
    raise ValueError(f"expected_clients: {entry!r} is neither a hostname nor a dictionary of name and address.")


def summary(url: str, health: NatsHealth) -> str:
    if health.fault:
        return f"NATS at {url} cannot be asked: {health.fault.sentence}"
    missing = [f"- {client.name}: {client.diagnosis}" for client in health.clients if not client.connected]
    head = f"{len(missing)} of {len(health.clients)} expected clients are not on the bus of NATS at {url}:"
    return "\n".join([head, *missing])


def as_result(health: NatsHealth, attempts: int) -> dict[str, Any]:
    return {
        "changed": False,
        "healthy": health.healthy,
        "reachable": health.reachable,
        "version": health.version,
        "connections": health.connections,
        "slow_consumers": health.slow_consumers,
        "clients": [asdict(client) for client in health.clients],
        "fault": health.fault.kind if health.fault else None,
        "diagnosis": health.fault.sentence if health.fault else None,
        "attempts": attempts,
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "url": {"type": "str", "default": "http://127.0.0.1:8222"},
            "expected_clients": {"type": "list", "elements": "raw", "default": []},
            "namespace": {"type": "str", "default": ""},
            "timeout": {"type": "float", "default": 60},
            "request_timeout": {"type": "float", "default": 5},
            "fail_on_unhealthy": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    params = module.params
    try:
        expected = [expected_client(entry) for entry in params["expected_clients"]]
        patience = Patience(params["timeout"], params["request_timeout"])
        health, attempts = probe_nats(params["url"], expected, params["namespace"], patience)
    except ValueError as error:
        module.fail_json(msg=str(error))
    result = as_result(health, attempts)
    if params["fail_on_unhealthy"] and not health.healthy:
        module.fail_json(msg=summary(params["url"], health), **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
