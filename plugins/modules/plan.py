#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: plan
short_description: Plans a whole Rocket.Chat microservices deployment
version_added: 0.1.0
description:
  - Reads the variables of all hosts in the groups C(mongodb), C(nats), C(rocketchat) and C(nginx) and decides, on the
    controller and before any host is touched, what each host gets.
  - Fails with all mistakes of the inventory in one message, each with the variable, its value and the remedy.
  - A variable that no role has and that resembles one of theirs is such a mistake. One that only begins with
    C(rocketchat_) is a warning.
  - What the variables are is described in the roles' argument specifications.
author:
  - rocketops maintainers (@rocketops)
options:
  secrets_file:
    description:
      - Where secrets that the inventory does not set are kept, on the controller. YAML, mode 0600; may be encrypted
        with ansible-vault.
    type: path
    required: true
  deploy:
    description:
      - Whether the plan is about to be applied.
      - When V(true), secrets that are neither in the inventory nor in O(secrets_file) are generated and written there
        (not in check mode), and the certificate's files have to be there and fit the root URL.
      - When V(false), a missing secret is an error, and what is wrong with the licence given is a warning.
    type: bool
    default: false
  preview:
    description:
      - Whether the plan is for people to look at.
      - What is wrong is judged as with O(deploy), and a licence that stops a deployment fails this task, as nobody asks
        the workspace for its own.
      - O(secrets_file) is not written. Secrets that nobody set get values that nothing keeps.
      - Warnings are left to M(rocketops.rocketchat.plan_report).
    type: bool
    default: false
    version_added: 0.2.0
  rotation:
    description:
      - What becomes of secrets that are rotated, in O(secrets_file). V(begin) generates new ones beside the former,
        unless an earlier rotation is unfinished; V(finish) plans without the former where all hosts have the new ones;
        V(end) forgets the former. Empty, it stays as it is.
      - Which ones the variable C(rocketchat_rotate) says.
    type: str
    default: ""
    version_added: 0.2.0
attributes:
  check_mode:
    description: Plans without writing O(secrets_file).
    support: full
  diff_mode:
    description: Secrets are not for diffs.
    support: none
  action:
    description: Runs on the controller.
    support: full
"""

EXAMPLES = r"""
- name: Plan the deployment
  rocketops.rocketchat.plan:
    secrets_file: "{{ inventory_dir }}/.rocketchat_secrets.yml"
    deploy: true
  run_once: true
  register: rocketchat_planned

- name: Deploy the services of this host
  ansible.builtin.include_role:
    name: rocketops.rocketchat.rocketchat
  vars:
    rocketchat_plan: "{{ rocketchat_planned.plan.hosts[inventory_hostname].rocketchat }}"
"""

RETURN = r"""
generated:
  description: Variables of the secrets that are neither in the inventory nor in O(secrets_file).
  returned: success
  type: list
  elements: str
sign_in:
  description: Under which name people sign in first, and where the password is. It is not among it.
  returned: success
  type: str
plan:
  description:
    - The deployment as data. Holds secrets, therefore the result is hidden in Ansible's output.
  returned: success
  type: dict
  contains:
    version:
      description: Version of Rocket.Chat.
      type: str
    root_url:
      description: Address people use.
      type: str
    mongodb_version:
      description: Release series of MongoDB, empty where rocketchat_mongodb_url names one of the operator's own.
      type: str
    bypasses_mongodb_validation:
      description: Whether BYPASS_MONGO_VALIDATION lets Rocket.Chat start with a MongoDB that it is not made for.
      type: bool
    expected_users:
      description: Of rocketchat_expected_users; V(0) where nobody said.
      type: int
    license:
      description:
        - What the licence given says, C(modules), C(starts) and C(ends) in ISO 8601, and whether C(address_matches) and
          C(auto_renew); V(null) where none is given, or none that can be read. Its text is not among it.
      type: dict
    license_in_workspace:
      description: Of rocketchat_license_in_workspace.
      type: bool
    license_problems:
      description:
        - What is wrong with the licence given, as variable, value, reason and remedy. Empty without O(deploy), and
          where rocketchat_license_in_workspace says that the workspace has its own.
        - Alone, they do not fail this task. M(rocketops.rocketchat.preflight) fails with them, unless it finds a valid
          licence stored in the workspace.
      type: list
      elements: dict
    short_secrets:
      description:
        - Variables whose secrets are too short. M(rocketops.rocketchat.preflight) fails with them where nothing is
          deployed yet, and warns of them where something is.
      type: list
      elements: str
    warnings:
      description: What is allowed but unwise, as sentences.
      type: list
      elements: str
    nats_clients:
      description: The clients NATS should see, for M(rocketops.rocketchat.nats_health).
      type: list
      elements: dict
    hosts:
      description:
        - For every host the plans of its roles (V(null) where the role does not run), C(endpoints) for
          M(rocketops.rocketchat.service_health), C(probes) with the options of the other modules that ask about
          health, its C(containers), and what is C(required) of it - C(cores) and C(memory_mb) for the expected users,
          C(least_memory_mb) in any case, C(containers_mb) for its containers at work, and the numbers of its
          C(monoliths) and C(ddp_streamers).
      type: dict
"""
