#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: mongodb_health
short_description: Asks a MongoDB replica set for the state of its members
version_added: 0.1.0
description:
  - Logs in as Rocket.Chat's own user at the members' own names, so that what the services need is what is asked.
  - Changes nothing.
author:
  - rocketops maintainers (@rocketops)
requirements:
  - pymongo >= 4 on the host that runs the module
attributes:
  check_mode:
    description: Only asks.
    support: full
  diff_mode:
    description: Nothing is changed.
    support: none
options:
  members:
    description: Members of the set as C(host:port).
    type: list
    elements: str
    required: true
  replica_set:
    description: Name of the set.
    type: str
    required: true
  username:
    description: A user of the database C(admin) with the role C(clusterMonitor).
    type: str
    required: true
  password:
    description: Its password.
    type: str
    required: true
  request_timeout:
    description: Seconds for one question.
    type: float
    default: 5
  timeout:
    description: Seconds to wait for all members to serve; V(0) asks once.
    type: float
    default: 0
  fail_on_unhealthy:
    description: Whether an unhealthy set fails the task.
    type: bool
    default: true
"""

EXAMPLES = r"""
- name: Ask MongoDB
  rocketops.rocketchat.mongodb_health:
    members: ["chat1.mongodb.internal:27017"]
    replica_set: rs0
    username: rocketchat
    password: "{{ rocketchat_mongodb_password }}"
"""

RETURN = r"""
healthy:
  description: Whether every member serves.
  returned: always
  type: bool
latency_ms:
  description: Time from connecting to the answer, in milliseconds.
  returned: when the set answered
  type: float
version:
  description: Version of the primary.
  returned: when the set answered
  type: str
members:
  description: The members the set itself knows; empty when it did not answer.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Host and port in the set's configuration.
      type: str
    role:
      description: State of the member, such as V(primary).
      type: str
    diagnosis:
      description: What is wrong, as a sentence; V(null) when it serves.
      type: str
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.rocketops.rocketchat.plugins.module_utils import mongodb_probe


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "members": {"type": "list", "elements": "str", "required": True},
            "replica_set": {"type": "str", "required": True},
            "username": {"type": "str", "required": True},
            "password": {"type": "str", "required": True, "no_log": True},
            "request_timeout": {"type": "float", "default": 5.0},
            "timeout": {"type": "float", "default": 0.0},
            "fail_on_unhealthy": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    if mongodb_probe.MongoClient is None:
        module.fail_json(msg=missing_required_lib("pymongo"))
    parameters = module.params
    target = mongodb_probe.Target(
        members=parameters["members"],
        replica_set=parameters["replica_set"],
        username=parameters["username"],
        password=parameters["password"],
        request_timeout=parameters["request_timeout"],
    )
    answer = mongodb_probe.wait(target, parameters["timeout"])
    if answer["healthy"] or not parameters["fail_on_unhealthy"]:
        module.exit_json(changed=False, **answer)
    faults = [f"{member['name']}: {member['diagnosis']}" for member in answer["members"] if member["diagnosis"]]
    module.fail_json(**{"msg": "; ".join(faults), **answer})


if __name__ == "__main__":
    main()
