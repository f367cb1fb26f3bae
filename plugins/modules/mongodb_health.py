#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mongodb_health
short_description: Asks a MongoDB replica set whether it serves Rocket.Chat and what is wrong if not
version_added: 0.1.0
description:
  - Asks every member at the very name it has in the set's configuration, for that is what Rocket.Chat connects to,
    and tells a stopped C(mongod) from a hung one, an unknown name and a host that cannot be reached.
  - Logs in as Rocket.Chat's own user at the primary, or without one at a secondary, and asks for all that Rocket.Chat
    relies on. The role that the site playbook gives that user suffices.
  - Reads only. Members are asked at the same time; any number of those that do not answer costs one
    O(request_timeout). It costs another if one of them is in the set's configuration but not in O(members).
  - What is a fault here follows the chapters "Replica Set Member States", "Built-In Roles" and "Wire Protocol" of
    MongoDB's manual and was seen with MongoDB 6.0.5 and with pymongo 3.11, 4.10 and 4.20.
author:
  - rocketops maintainers (@rocketops)
attributes:
  action:
    description: An action plugin problems the controller's time around the question, for RV(asked).
    support: full
  async:
    description: The action plugin waits for the answer.
    support: none
requirements:
  - pymongo >= 3.11 on the host that runs the module
extends_documentation_fragment:
  - rocketops.rocketchat.probing
options:
  members:
    description:
      - Members of the set as C(host:port). Without a port it is 27017.
      - Further members in the set's configuration are asked, too.
    type: list
    elements: str
    required: true
  replica_set:
    description: Name of the set.
    type: str
    required: true
  username:
    description:
      - A user of the database C(admin), who has to have C(serverStatus), C(replSetGetStatus), C(replSetGetConfig) and
        C(getParameter) of the cluster. With C(collStats) of the oplog, its size is told, too.
    type: str
    required: true
  password:
    description: Its password.
    type: str
    required: true
  database:
    description:
      - Name of Rocket.Chat's database. Without it, change streams and the user's privileges on it are not checked.
    type: str
  data_directory:
    description:
      - Where C(mongod) keeps its data on the host that runs the module. Without it, the disk is not checked.
    type: path
  minimum_free_percent:
    description: Less of the file system than this, in percent, left to users other than root is a fault.
    type: float
    default: 5
  minimum_free_bytes:
    description: Fewer bytes than this left to users other than root are a fault; also V(500M), V(2G) and the like.
    type: bytes
    default: 1073741824
  maximum_lag:
    description:
      - Seconds that a secondary may be behind the primary, on top of a delay that is configured.
    type: float
    default: 30
  minimum_oplog_hours:
    description:
      - Hours that the oplog has to reach back. A member that is away for longer must copy all data anew. An oplog that
        has not reached its size yet may be shorter.
    type: float
    default: 1
  authorities:
    description:
      - Certificates of the authorities that signed those of the members, as PEM texts. They have to speak TLS then.
      - Left empty, they have to work without TLS.
    type: str
    default: ""
    version_added: 0.2.0
  timeout:
    description:
      - Seconds to wait for the set to become healthy; V(0) asks once. Ends early when only a fault is left that does
        not pass, such as a wrong password.
      - What is asked shortly before the end has only the time that is left.
    type: float
    default: 0
seealso:
  - module: rocketops.rocketchat.nats_health
  - module: rocketops.rocketchat.service_health
"""

EXAMPLES = r"""
- name: Ask MongoDB
  rocketops.rocketchat.mongodb_health:
    members: ["chat1.mongodb.internal:27017"]
    replica_set: rs0
    username: rocketchat
    password: "{{ rocketchat_mongodb_password }}"
    database: rocketchat
    data_directory: /var/lib/mongodb

- name: Wait until all members serve, after one was restarted
  rocketops.rocketchat.mongodb_health:
    members: ["chat1:27017", "chat2:27017", "chat3:27017"]
    replica_set: rs0
    username: rocketchat
    password: "{{ rocketchat_mongodb_password }}"
    timeout: 120
"""

RETURN = r"""
healthy:
  description: Whether every member serves, there is a primary, and no check found a fault.
  returned: always, unless an option is wrong
  type: bool
  sample: false
asked:
  description: The controller's clock before and after the module ran, in seconds of the epoch.
  returned: always
  type: dict
  sample: {before: 1795492799.8, after: 1795492800.4}
time_utc:
  description: The clock of the host that the module runs on when it began to ask, in seconds of the epoch.
  returned: always, unless an option is wrong
  type: float
  sample: 1795492800.1
latency_ms:
  description: Time to connect and log in, in milliseconds; V(null) if there was no login.
  returned: always, unless an option is wrong
  type: float
  sample: 14.2
version:
  description: Version of the member that was asked, which is the primary if there is one; V(null) if it is not known.
  returned: always, unless an option is wrong
  type: str
  sample: 6.0.5
feature_compatibility_version:
  description: The series in whose manner MongoDB works; V(null) if it is not known.
  returned: always, unless an option is wrong
  type: str
  sample: '6.0'
tls_mode:
  description: C(net.tls.mode) of the member that was asked, as information; V(null) if it is not known.
  returned: always, unless an option is wrong
  type: str
  sample: disabled
primary:
  description: The member that is primary or that the others take for it; V(null) if there is none.
  returned: always, unless an option is wrong
  type: str
  sample: chat1.mongodb.internal:27017
oplog_hours:
  description: How many hours the oplog reaches back; V(null) if it is not known.
  returned: always, unless an option is wrong
  type: float
  sample: 71.5
lag_seconds:
  description:
    - How many seconds the slowest secondary is behind the primary; V(null) if it is not known or there is no secondary.
  returned: always, unless an option is wrong
  type: float
  sample: 0
fault:
  description:
    - The single likeliest cause of all that is wrong, as a fixed word; V(null) if all is well.
    - One of the faults of RV(members) and RV(checks), or V(no_primary).
  returned: always, unless an option is wrong
  type: str
  sample: silent
diagnosis:
  description: That cause and what to do next, in sentences; V(null) if all is well.
  returned: always, unless an option is wrong
  type: str
  sample: >-
    chat2.mongodb.internal:27017: It accepts connections but does not answer in time: mongod hangs or is overloaded. In
    the column STAT of `ps -C mongod -o pid,stat`, T means that it was paused (`sudo systemctl kill --signal CONT
    mongod` continues it), D that it waits for its disk (`sudo journalctl -k`); otherwise `sudo systemctl restart
    mongod`.
members:
  description:
    - The members that were given, then those that only the set's configuration has. A member that was given by another
      name than it has there appears under the name it has there.
  returned: always, unless an option is wrong
  type: list
  elements: dict
  contains:
    name:
      description: Host and port.
      type: str
      sample: chat1.mongodb.internal:27017
    role:
      description: Its state in the set, such as V(primary), or V(unknown) if it did not tell.
      type: str
      sample: primary
    state:
      description: V(healthy) or V(unhealthy).
      type: str
      sample: healthy
    fault:
      description:
        - What is wrong, as a fixed word; V(null) if nothing is.
        - V(resolve), its name is unknown on this host; V(wrong_member), its name leads to another member; V(refused),
          nothing listens there; V(unreachable), no connection; V(silent), it takes connections but does not answer, so
          it hangs; V(closed), it closes them; V(protocol), it is no C(mongod);
          V(tls_off), it does not speak TLS although O(authorities) is given; V(certificate), its certificate is not
          valid.
        - V(standalone), V(not_initiated), V(wrong_set), it runs without the set, or in another one.
        - V(member_down), it answers here but not to the other members; V(not_serving), it copies data, catches up or
          the like.
      type: str
      sample: null
    diagnosis:
      description: The same with what to do next, in sentences; V(null) if nothing is wrong.
      type: str
      sample: null
checks:
  description: What was asked besides, in a fixed order.
  returned: always, unless an option is wrong
  type: list
  elements: dict
  contains:
    name:
      description:
        - V(login), V(privileges), V(change_stream), V(replication_lag), V(oplog), V(feature_compatibility_version),
          V(authorization) or V(disk).
      type: str
      sample: privileges
    state:
      description: V(healthy), V(unhealthy), or V(skipped) if it could not be checked.
      type: str
      sample: unhealthy
    fault:
      description:
        - What is wrong, as a fixed word; V(null) if nothing is or it was skipped.
        - V(auth), the login is refused; V(driver), pymongo cannot ask this server; V(privilege_missing) and
          V(privilege_wide), the user may do too little or too much; V(change_stream), none can be opened; V(lag);
          V(oplog), it reaches back too little; V(fcv), the C(featureCompatibilityVersion) is not that of the binary;
          V(auth_off), no login is needed; V(disk_full), V(disk_read_only), V(disk_missing).
      type: str
      sample: privilege_wide
    diagnosis:
      description: The same with what to do next, in sentences, or why it was skipped; V(null) if nothing is wrong.
      type: str
      sample: >-
        The user 'rocketchat' may write to every database, which Rocket.Chat does not need; whoever breaks into
        Rocket.Chat may do so too. It comes from readWriteAnyDatabase on admin. The site playbook takes it away; by
        hand, an administrator types in mongosh db.getSiblingDB('admin').updateUser('rocketchat', {roles: [{role:
        'readWrite', db: 'rocketchat'}, {role: 'rocketchatStatus', db: 'admin'}]}).
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils.mongodb.question import OPTIONS, answer
from ..module_utils.probing.options import VERDICT
from ..module_utils.probing.question import LibraryMissing


def main() -> None:
    module = AnsibleModule(
        argument_spec={**OPTIONS, **VERDICT},
        supports_check_mode=True,
    )
    try:
        result, summary = answer(module.params)
    except LibraryMissing as missing:
        module.fail_json(msg=missing_required_lib(missing.library), exception=missing.reason)
    except ValueError as error:
        module.fail_json(msg=str(error))
    if module.params["fail_on_unhealthy"] and not result["healthy"]:
        module.fail_json(msg=summary, **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
