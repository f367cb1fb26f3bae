#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nats_health
short_description: Asks a NATS server which of Rocket.Chat's services are connected
version_added: 0.1.0
description:
  - Reads the monitoring port of a NATS server and compares its clients and routes with those that should be there. Logs
    in on its client port too, if it is given an address and an account.
  - A service of Rocket.Chat whose C(TRANSPORTER) is wrong lives on without a word and without a port. Only NATS knows.
  - Rocket.Chat's services give their NATS connections no name, so they are recognised by the nodeID in their
    subscriptions, C(MOL.RES.<hostname>-<anything>) (observed with moleculer 0.14.36, nats.js 2.29 and nats-server
    2.12.8).
  - The clients of a NATS cluster are spread over its servers, and each server knows its own alone. So a client that is
    missing at one server of a cluster does not make it unhealthy. Ask every server. A client is there when
    RV(clients) of any of them says that it is connected.
author:
  - rocketops maintainers (@rocketops)
options:
  url:
    description:
      - Where the server's monitoring answers. C(container://nats:8222) is port 8222 on loopback of a container of that
        name, for which root is needed.
    type: str
    default: http://127.0.0.1:8222
  expected_clients:
    description:
      - The clients that should be connected. Each is a hostname, as string, or a dictionary with C(name), the hostname,
        and C(address), the IP address it connects from, which helps to tell a refused login from a missing service and
        to recognise a client that subscribed to nothing yet.
      - A hostname V(H) stands for every nodeID that begins with V(H-), and for a connection that is named V(H) or so.
        Of several hostnames that fit, the longest is meant.
    type: list
    elements: raw
    default: []
  namespace:
    description:
      - The C(MS_NAMESPACE) of the deployment. A client that is connected in another one is not healthy.
    type: str
    default: ''
  expected_routes:
    description:
      - How many other servers of its cluster the server should have routes to. None is missed if not given.
      - If it is more than V(0), expected clients that are missing may be connected to those servers, and are no reason
        to call this one unhealthy.
    type: int
    version_added: 0.1.0
  slow_after:
    description:
      - Milliseconds that the monitoring may take to answer. A server that takes longer three times in a row is not
        healthy.
    type: float
    default: 250
    version_added: 0.1.0
  address:
    description:
      - The client port of the server, as C(host:port), to log in at with O(username) and O(password).
      - One login with them must succeed, and one without any must be refused. NATS writes the refusal into its log.
    type: str
    version_added: 0.1.0
  username:
    description:
      - The user that the services log in as.
    type: str
    version_added: 0.1.0
  password:
    description:
      - Its password.
    type: str
    version_added: 0.1.0
  timeout:
    description:
      - Seconds until everything that is asked must be healthy. V(0) asks exactly once.
      - Ends early when the login has a fault that does not pass by itself, which is V(auth_refused), V(auth_off) or
        V(tls_required) in RV(login).
    type: float
    default: 60
extends_documentation_fragment:
  - rocketops.rocketchat.probing
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

- name: Ask one server of a cluster of three, and see whether its password works
  rocketops.rocketchat.nats_health:
    expected_routes: 2
    address: 198.18.0.11:4222
    username: rocketchat
    password: "{{ nats_password }}"
    timeout: 0
"""

RETURN = r"""
healthy:
  description:
    - Whether the server answers in time, lets in the given account, has all its routes, and every expected client is
      connected, and no other in the same namespace.
    - With O(expected_routes) of more than V(0), a client with the fault V(missing) in RV(clients) does not count
      against it.
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
latency_ms:
  description: Milliseconds that the monitoring took to answer, the least of up to three times if the first was more
    than O(slow_after); V(null) if it did not.
  returned: always, unless an option is wrong
  type: float
  version_added: 0.1.0
  sample: 1.8
fault:
  description:
    - What is wrong with the server, as a fixed word, V(null) if nothing is.
    - One of the faults of the connection that M(rocketops.rocketchat.service_health) knows, or V(not_nats),
      V(too_many), V(slow), V(routes_missing), or the fault of RV(login).
  returned: always, unless an option is wrong
  type: str
  sample: null
diagnosis:
  description: What is wrong with the server, as a sentence, V(null) if nothing is.
  returned: always, unless an option is wrong
  type: str
  sample: null
connections:
  description: How many clients are connected, expected or not; V(null) if the server is not reachable.
  returned: always, unless an option is wrong
  type: int
  sample: 6
slow_consumers:
  description:
    - How often the server cut off clients that read too slowly, since it started. Those of the last minute are
      named in RV(clients).
  returned: always, unless an option is wrong
  type: int
  sample: 0
routes_expected:
  description: O(expected_routes).
  returned: always, unless an option is wrong
  type: int
  version_added: 0.1.0
  sample: 2
routes_seen:
  description: How many other servers of its cluster it has routes to, V(null) if it is not reachable.
  returned: always, unless an option is wrong
  type: int
  version_added: 0.1.0
  sample: 2
login:
  description: How the login on the client port went, V(null) if O(address) is not given.
  returned: always, unless an option is wrong
  type: dict
  version_added: 0.1.0
  contains:
    state:
      description: V(healthy) or V(unhealthy).
      type: str
      sample: unhealthy
    fault:
      description:
        - What is wrong, as a fixed word, V(null) if nothing is.
        - One of the faults of the connection, or V(auth_refused), V(auth_off) (a login without password succeeds),
          V(refused_by_nats), V(tls_required), V(not_nats).
      type: str
      sample: auth_refused
    latency_ms:
      description: Milliseconds from the first packet to the server's consent or refusal.
      type: float
      sample: 1.2
    diagnosis:
      description: What is wrong, as a sentence, V(null) if nothing is.
      type: str
      sample: >-
        NATS at 198.18.0.11:4222 refused the login (Authorization Violation): user or password differ from its
        configuration.
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
    rtt_ms:
      description:
        - Milliseconds of the way to it and back, V(null) if it is not connected or NATS has not measured it.
        - NATS measures when a client connects and then once an hour (read in nats-server's C(client.go) and
          C(const.go)), so that a high value says how busy the client was then, and is no fault.
      type: float
      version_added: 0.1.0
      sample: 0.41
    fault:
      description:
        - What is wrong, as a fixed word, V(null) if nothing is.
        - V(missing), V(refused) (NATS refused its login), V(namespace) (connected in another one), V(slow) (cut off
          within the last minute because it did not read fast enough), V(unknown) (NATS cannot be asked).
        - Refusals are known by address only. Of a client whose address is not given, V(refused) is a conclusion from
          as many addresses having been refused as clients are missing.
      type: str
      version_added: 0.1.0
      sample: refused
    diagnosis:
      description: What is wrong, as a sentence, V(null) if nothing is.
      type: str
      sample: >-
        Not connected: NATS refused its login from 172.18.0.7; correct user and password in its TRANSPORTER.
unexpected:
  description:
    - Nodes on the bus whose nodeID begins with no hostname of O(expected_clients), for example a second stream-hub,
      which would duplicate every event. Empty if O(expected_clients) is.
    - Those in another namespace than O(namespace) do not make the result unhealthy.
  returned: always, unless an option is wrong
  type: list
  elements: dict
  version_added: 0.1.0
  contains:
    name:
      description: Its nodeID, which begins with its hostname.
      type: str
      sample: old1-stream-hub-1
    address:
      description: The IP address it connects from.
      type: str
      sample: 198.18.0.31
    namespace:
      description: The namespace it is in.
      type: str
      sample: ''
attempts:
  description: How often the server was asked.
  returned: always, unless an option is wrong
  type: int
  sample: 12
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.nats.question import OPTIONS, TOGETHER, answer
from ..module_utils.probing.options import VERDICT


def main() -> None:
    module = AnsibleModule(
        argument_spec={**OPTIONS, **VERDICT},
        required_together=TOGETHER,
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
