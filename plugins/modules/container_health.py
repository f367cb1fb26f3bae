#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: container_health
short_description: Compares what a Docker Engine runs with what it should run, and says what is wrong
version_added: 0.1.0
description:
  - Asks the Docker Engine of the host for the planned containers. A container is healthy when it runs with the planned
    image, hostname, network, environment and C(extra_hosts), and its healthcheck passes. One that was started within
    the last two minutes is not if its log names one known reason for several of its last ends.
  - Of each that is not, says in a sentence why, from the newest telling line of its log where there is one. Lines that
    are older than 15 minutes tell nothing any more.
  - Finds containers that are not planned and disturb planned ones, such as a second stream-hub.
  - What the services log, and that two nodes with one hostname end one another, was observed on Rocket.Chat 6.14 and
    8.3.
  - Why NATS cannot be connected to is in no log of 8.3. Then the servers in the container's C(TRANSPORTER) are asked
    from the host, with its user and password, and with the addresses that names have in its network.
  - Only reads (C(GET)) from the engine's socket, runs nothing in a container, needs nothing but Python 3.9 or newer,
    and does not start a stopped engine that systemd would start for a connection.
extends_documentation_fragment:
  - rocketops.rocketchat.probing
author:
  - rocketops maintainers (@rocketops)
attributes:
  action:
    description:
      - An action plugin problems the controller's time around the question, for RV(asked).
      - It gives the module digests for O(secret_environments), and masks in RV(containers[].log_line) what the module
        then does not know.
    support: full
  async:
    description: The action plugin waits for the answer.
    support: none
options:
  containers:
    description: What the engine should run.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the container.
        type: str
        required: true
      service:
        description: The service it runs, such as V(ddp_streamer). Tells unplanned containers of the same service.
        type: str
        required: true
      image:
        description: Image with tag, exactly as it was given to Docker.
        type: str
        required: true
      hostname:
        description: Its hostname.
        type: str
        required: true
      environment:
        description:
          - Variables it should have. More of them are no fault, but for a few that change what it talks to.
          - Their values are never shown.
        type: dict
        default: {}
      extra_hosts:
        description: Names it has to resolve, each as C(name:address).
        type: list
        elements: str
        default: []
      network:
        description: A network of Docker that it has to be in. Any will do if not given.
        type: str
      address:
        description: The address that it has to have in O(containers[].network). Any will do if not given.
        type: str
  reach:
    description:
      - Addresses of the host, each as C(address:port), that its containers have to reach. Each to which the host itself
        can connect is connected to once more from the network of each container, which a firewall may prevent.
    type: list
    elements: str
    default: []
    version_added: 0.2.0
  reach_nats:
    description: Address of NATS on the host, as C(address:port), that its containers have to reach likewise.
    type: str
    default: ""
    version_added: 0.2.0
  secret_environments:
    description:
      - More variables that containers should have, whose values are secret, by O(containers[].name). They are never
        shown or logged.
      - But for V(MONGO_URL) and V(TRANSPORTER), which are taken apart to say how they differ, the module itself is
        given digests, in the form C(sha256:SALT:DIGEST) with a random salt of 16 bytes and the SHA-256 of the salt and
        the value, both in hexadecimal. Ansible would mask short values in all that the module says, and so make the
        names of containers unreadable. A value that is no such digest is compared as it is.
    type: dict
    default: {}
  socket:
    description: The engine's socket on the host.
    type: path
    default: /var/run/docker.sock
  timeout:
    description:
      - Seconds until everything that is asked must be healthy. V(0) asks exactly once.
      - Ends early when something is wrong that does not pass by itself. That is a container that for 10 seconds is
        absent, stopped, paused, out of the network, unplanned and in the way, or has another image, hostname,
        environment or C(extra_hosts) than planned; one that Docker had to start again three times since the first
        question; and an engine that lets nobody ask.
    type: float
    default: 60
seealso:
  - module: rocketops.rocketchat.service_health
  - module: rocketops.rocketchat.nats_health
  - module: community.docker.docker_container_info
"""

EXAMPLES = r"""
- name: Ask Docker about one service, without failing
  rocketops.rocketchat.container_health:
    containers:
      - name: account-1
        service: account
        image: docker.io/rocketchat/account-service:8.9.1
        hostname: chat-account-1
        environment:
          NODE_ENV: production
    secret_environments:
      account-1:
        MONGO_URL: "{{ mongo_url }}"
    timeout: 0
    fail_on_unhealthy: false
  register: account_container
"""

RETURN = r"""
healthy:
  description: Whether the engine answers, all containers are as planned, and no other disturbs them.
  returned: always
  type: bool
  sample: false
attempts:
  description: How often was asked.
  returned: always
  type: int
  sample: 1
asked:
  description: The controller's clock before and after the module ran, in seconds of the epoch.
  returned: always
  type: dict
  sample: {before: 1795492799.8, after: 1795492800.4}
blocked:
  description: The addresses of O(reach) and O(reach_nats) that the host reaches and its containers do not.
  returned: always
  type: list
  elements: dict
  contains:
    address:
      description: The address.
      type: str
      sample: 172.31.250.1:27017
    part:
      description: What listens there - V(MongoDB) or V(NATS).
      type: str
    containers:
      description: Which containers do not. Empty where none does.
      type: list
      elements: str
    fault:
      description: V(silent) or V(rejected).
      type: str
    firewall:
      description: What rules of the host are kept by - V(ufw), V(firewalld), V(nftables), or else V(iptables).
      type: str
engine:
  description: The Docker Engine.
  returned: always
  type: dict
  contains:
    reachable:
      description: Whether it answered.
      type: bool
    version:
      description: Its version, V(null) if it did not answer.
      type: str
      sample: 26.1.5+dfsg1
    time_utc:
      description: The host's clock when it was asked, in seconds of the epoch.
      type: float
      sample: 1795492800.1
    fault:
      description:
        - V(stopped), V(silent), V(denied), V(unreachable), V(protocol), V(error) or V(firewall); V(null) if nothing is.
      type: str
      sample: null
    diagnosis:
      description: What is wrong, as a sentence, V(null) if nothing is.
      type: str
      sample: null
containers:
  description: The planned containers in the order given; none if the engine did not answer.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: account-1
    present:
      description: Whether there is such a container.
      type: bool
    status:
      description: What Docker calls its state, such as V(running), V(exited) or V(restarting).
      type: str
      sample: running
    running:
      description: Whether it runs, and is neither paused nor about to be restarted.
      type: bool
    paused:
      description: Whether it is paused.
      type: bool
    restarting:
      description: Whether it ended and Docker waits to start it again.
      type: bool
    exit_code:
      description: How it ended, V(null) while it runs.
      type: int
      sample: null
    oom_killed:
      description: Whether the kernel ended it for want of memory.
      type: bool
    restart_count:
      description: How often Docker started it again.
      type: int
      sample: 0
    started_at:
      description: When it was last started, as Docker writes it.
      type: str
      sample: "2026-11-24T03:54:01.123456789Z"
    health:
      description: What its healthcheck says, V(null) without one.
      type: str
      sample: healthy
    image:
      description: The image it runs.
      type: str
      sample: docker.io/rocketchat/account-service:8.9.1
    planned_image:
      description: The image it should run.
      type: str
      sample: docker.io/rocketchat/account-service:8.9.1
    hostname:
      description: Its hostname.
      type: str
      sample: chat-account-1
    fault:
      description:
        - What is wrong, as a fixed word, V(null) if nothing is.
        - One of V(absent), V(inspect) where the engine fails to tell about this container alone, V(stopped),
          V(paused), V(image), V(hostname), V(network), V(address), V(hosts), V(environment), V(oom_killed), V(license),
          V(node_id_conflict), V(resolve), V(nats_auth), V(nats_unreachable), V(mongodb_auth), V(mongodb_privilege),
          V(mongodb), V(out_of_memory), V(crash_loop), V(crash_silent) where its log tells nothing, V(unhealthy),
          V(starting).
      type: str
      sample: stopped
    diagnosis:
      description: What is wrong, as a sentence, V(null) if nothing is.
      type: str
      sample: It ended 3 minutes ago with exit code 0 and is not started again, as after a `docker stop`.
    log_line:
      description:
        - The line of its log that RV(containers[].diagnosis) quotes, with V(********) for each secret, V(null) if it
          quotes none.
      type: str
      sample: "Error: connect ECONNREFUSED 198.18.0.12:25"
    drift:
      description: Sentences about settings that are not the planned ones. They show no values of variables.
      type: list
      elements: str
      sample: []
unplanned:
  description: Containers on the same networks that are not in O(containers) and disturb those that are.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: second-hub
    image:
      description: The image it runs.
      type: str
      sample: docker.io/rocketchat/stream-hub-service:7.9.3
    hostname:
      description: Its hostname.
      type: str
      sample: second-hub
    service:
      description: The service it runs, V(null) if that is none of Rocket.Chat's.
      type: str
      sample: stream_hub
    status:
      description: What Docker calls its state.
      type: str
      sample: running
    fault:
      description: V(second_stream_hub), V(hostname) or V(unplanned).
      type: str
      sample: second_stream_hub
    diagnosis:
      description: What is wrong with it, as a sentence.
      type: str
      sample: >-
        It is a stream-hub that is not in the plan: beside the planned one it makes every event arrive twice.
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.containers.question import OPTIONS, answer
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
