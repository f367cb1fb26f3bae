#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mongodb_replica_set
short_description: Initiates a MongoDB replica set and sets up its administrator and one user
version_added: 0.2.0
description:
  - Runs on the host of the first member, next to its C(mongod), which has to demand passwords. Waits for it, initiates
    the replica set if there is none, waits for a primary, creates the administrator C(admin) with the role C(root) if
    MongoDB has no user at all, and creates or corrects a role and the user.
  - A set that is there is never reconfigured, and one of another name is an error.
  - Whether there is any user yet is asked of MongoDB, whose localhost exception holds until there is one. Nothing is
    noted on the host. The administrator's password is changed only from O(former_admin_password).
  - Everything happens in one round trip, with the pymongo of the host's distribution.
author:
  - rocketops maintainers (@rocketops)
requirements:
  - pymongo >= 3.11 on the host that runs the module
attributes:
  check_mode:
    description:
      - Says what would change. What a set holds that has to be initiated first, and waits for members to do so, cannot
        be asked.
    support: full
  diff_mode:
    description: Shows the set's name and the user's roles; of a password, only whether it is the planned one.
    support: full
options:
  port:
    description: Where C(mongod) listens on this host, on the address C(127.0.0.1).
    type: int
    default: 27017
  replica_set:
    description: Name of the set, which C(mongod) has in its own configuration, too.
    type: str
    required: true
  members:
    description:
      - Members of the set as C(host:port), by the names that clients connect to. Only for a set that is initiated, for
        which all of them have to answer.
    type: list
    elements: str
    required: true
  role:
    description: A role of the database C(admin), which O(user) may have among its own.
    type: dict
    suboptions:
      name:
        description: Its name.
        type: str
        required: true
      privileges:
        description: Exactly what it is to allow. Other privileges are taken away from it, and so are roles.
        type: list
        elements: dict
        required: true
        suboptions:
          resource:
            description: What it is about, as in MongoDB's command C(createRole).
            type: dict
            required: true
          actions:
            description: Names of what may be done with it.
            type: list
            elements: str
            required: true
  user:
    description: A user of the database C(admin).
    type: dict
    required: true
    suboptions:
      name:
        description: Its name.
        type: str
        required: true
      roles:
        description: Exactly the roles it is to have; others are taken away from it.
        type: list
        elements: dict
        required: true
        suboptions:
          role:
            description: Name of the role.
            type: str
            required: true
          db:
            description: Name of the database that the role is for.
            type: str
            required: true
  admin_password:
    description: Password of the administrator. It is asked for only where the user has to be created or corrected.
    type: str
    required: true
  user_password:
    description: Password of the user. It is set where MongoDB refuses a login with it.
    type: str
    required: true
  former_admin_password:
    description:
      - Password that the administrator may still have. It is changed where MongoDB takes this one.
    type: str
    default: ""
  removes_user:
    description: Name of a user of the database C(admin) who is to be no more.
    type: str
    default: ""
  authorities:
    description:
      - Certificates of the authorities that signed those of the members, as PEM texts. They have to speak TLS then.
      - Left empty, they have to work without TLS.
    type: str
    default: ""
  timeout:
    description:
      - Seconds to wait for C(mongod), for the members to answer, and for a primary. Ends early, after 10 seconds, while
        too few members answer for electing one.
      - An election among several members takes 10 to 12 seconds.
    type: float
    default: 60
seealso:
  - module: rocketops.rocketchat.mongodb_health
"""

EXAMPLES = r"""
- name: Initiate the replica set and set up its users
  rocketops.rocketchat.mongodb_replica_set:
    replica_set: rs0
    members: ["chat1.mongodb.internal:27017"]
    admin_password: "{{ mongodb_admin_password }}"
    role:
      name: status
      privileges:
        - {resource: {cluster: true}, actions: [serverStatus]}
    user:
      name: rocketchat
      roles:
        - {role: readWrite, db: rocketchat}
        - {role: status, db: admin}
    user_password: "{{ rocketchat_mongodb_password }}"
"""

RETURN = r"""
changes:
  description: What was changed, or would be in check mode, in the order of doing.
  returned: success
  type: list
  elements: str
  sample: ["give the user rocketchat readWrite on rocketchat and take root on admin from it"]
primary:
  description: The member that takes writes; V(null) if it is not elected yet, in check mode.
  returned: success
  type: str
  sample: chat1.mongodb.internal:27017
fault:
  description:
    - Why it failed, as a fixed word.
    - V(standalone), V(auth_off), V(wrong_set) and V(not_a_member), C(mongod) is configured otherwise; V(members_away),
      V(no_majority), V(no_primary), not enough members serve; V(initiate), MongoDB refuses to initiate the set;
      V(administrator), it refuses the administrator; V(first_user_elsewhere), another member was elected before there
      was any user; V(not_replicated), only the primary has what was changed; V(no_effect), what MongoDB accepted made
      no difference.
    - V(refused), V(unreachable), V(silent), V(closed), V(protocol), V(tls_off), V(certificate), V(unclear) and
      V(driver), C(mongod) does not answer
      as it should.
  returned: failure, unless an option is wrong
  type: str
  sample: administrator
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils.mongodb import login, roles, tls, wire
from ..module_utils.mongodb.setup import bring_about
from ..module_utils.mongodb.steps import Wanted
from ..module_utils.probing.fault import Fault


def wanted_of(params: dict[str, Any]) -> Wanted:
    """Raises ValueError with a sentence."""
    if not params["members"]:
        raise ValueError("members is empty: name at least one as host:port.")
    for member in params["members"]:
        wire.parse_member(member)
    if params["timeout"] <= 0:
        raise ValueError(f"timeout must be more than 0 seconds, but is {params['timeout']:g}.")
    for option in ("admin_password", "user_password"):
        if not params[option]:
            raise ValueError(f"{option} is empty, and MongoDB takes no user without a password.")
    own = params["role"]
    return Wanted(
        port=params["port"],
        replica_set=params["replica_set"],
        members=tuple(params["members"]),
        user=login.User(params["user"]["name"], params["user_password"]),
        roles=tuple((role["role"], role["db"]) for role in params["user"]["roles"]),
        admin_password=params["admin_password"],
        former_admin_password=params["former_admin_password"],
        removed_user=params["removes_user"],
        own_role=roles.OwnRole(own["name"], tuple(own["privileges"])) if own else None,
        tls=tls.planned(params["authorities"]),
    )


def main() -> None:
    role = {"role": {"type": "str", "required": True}, "db": {"type": "str", "required": True}}
    privilege = {
        "resource": {"type": "dict", "required": True},
        "actions": {"type": "list", "elements": "str", "required": True},
    }
    own_role = {
        "name": {"type": "str", "required": True},
        "privileges": {"type": "list", "elements": "dict", "required": True, "options": privilege},
    }
    user = {
        "name": {"type": "str", "required": True},
        "roles": {"type": "list", "elements": "dict", "required": True, "options": role},
    }
    module = AnsibleModule(
        argument_spec={
            "port": {"type": "int", "default": wire.DEFAULT_PORT},
            "replica_set": {"type": "str", "required": True},
            "members": {"type": "list", "elements": "str", "required": True},
            "role": {"type": "dict", "options": own_role},
            "user": {"type": "dict", "required": True, "options": user},
            "admin_password": {"type": "str", "required": True, "no_log": True},
            "user_password": {"type": "str", "required": True, "no_log": True},
            "former_admin_password": {"type": "str", "default": "", "no_log": True},
            "removes_user": {"type": "str", "default": ""},
            "authorities": {"type": "str", "default": ""},
            "timeout": {"type": "float", "default": 60.0},
        },
        supports_check_mode=True,
    )
    if login.MongoClient is None or wire.bson is None:
        module.fail_json(msg=missing_required_lib("pymongo"))
    try:
        wanted = wanted_of(module.params)
    except ValueError as error:
        module.fail_json(msg=str(error))
    try:
        outcome = bring_about(wanted, module.params["timeout"], module.check_mode)
    except Fault as fault:
        module.fail_json(msg=fault.sentence, fault=fault.kind)
    module.exit_json(
        changed=bool(outcome.steps),
        changes=[step.sentence for step in outcome.steps],
        primary=outcome.primary,
        diff={"before": outcome.before, "after": outcome.after},
    )


if __name__ == "__main__":
    main()
