#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: health_report
short_description: Names what is broken in a deployment, why, and what to do about it
version_added: 0.1.0
description:
  - Joins the plan with what the health modules registered on all hosts, and prints a table of every part and, for each
    cause, one sentence and the next command to type.
  - Finds root causes. A service that crashes because NATS is away is affected, and only NATS is a finding.
  - Part of this collection's C(health) playbook, whose registered variables it reads.
author:
  - rocketops maintainers (@rocketops)
options:
  directory:
    description:
      - Directory on the controller that C(health.json) and C(health.html) are written to. It is created, mode 0700, if
        it is missing. A relative path starts where C(ansible-playbook) was called.
      - The files are replaced whole. They hold no secret, but names of hosts, versions and lines of logs, and are of
        mode 0600 therefore; copy the page to where others may see it.
      - C(health.json) is described by C(docs/health.schema.json) of this collection.
    type: path
    version_added: 0.2.0
  fail_on_unhealthy:
    description:
      - Whether a finding fails the task, which then returns neither RV(findings) nor RV(parts), as Ansible would print
        all of them below the report; but where it prints JSON.
    type: bool
    default: true
    version_added: 0.2.0
attributes:
  check_mode:
    description: Asks and prints, but writes no file.
    support: full
  diff_mode:
    description: The files are new with every run.
    support: none
  idempotent:
    description: Files are written anew with every run, as they tell when it was.
    support: none
  action:
    description: Runs on the controller.
    support: full
seealso:
  - module: rocketops.rocketchat.container_health
  - module: rocketops.rocketchat.ddp_health
  - module: rocketops.rocketchat.mongodb_health
  - module: rocketops.rocketchat.nats_health
  - module: rocketops.rocketchat.service_health
  - module: rocketops.rocketchat.workspace_facts
"""

EXAMPLES = r"""
- name: Report
  rocketops.rocketchat.health_report:
  run_once: true

- name: Report, and keep it as JSON and as a page
  rocketops.rocketchat.health_report:
    directory: ~/chat-health
  run_once: true
"""

RETURN = r"""
files:
  description: The files that were written.
  returned: always
  type: list
  elements: str
  sample: [/home/me/chat-health/health.json, /home/me/chat-health/health.html]
healthy:
  description: Whether there is no finding.
  returned: always
  type: bool
  sample: false
findings:
  description: What has to be mended; empty if all is well.
  returned: unless it failed
  type: list
  elements: dict
  contains:
    number:
      description: What RV(parts) refer to it with, from 1.
      type: int
      sample: 1
    component:
      description: What is at fault, such as a container, V(mongodb), V(nats), V(nginx), V(docker), V(clock) or V(host).
      type: str
      sample: account-1
    host:
      description: Host of the inventory it is on.
      type: str
      sample: chat1
    kind:
      description:
        - What is wrong, as a fixed word, with who found it in front. For V(container), V(engine), V(http)
          (M(rocketops.rocketchat.service_health)), V(bus) (clients, M(rocketops.rocketchat.nats_health)), V(nats) (its
          server), V(mongodb), V(ddp) and V(certificate) (M(rocketops.rocketchat.ddp_health)) the words are those of
          that module.
        - V(host.unreachable), V(host.not_asked), V(question.failed) and V(question.not_asked) say that nothing is
          known; V(clock.skew), V(migrations.locked), V(license.invalid) and V(license.expired) concern the
          deployment as a whole.
      type: str
      sample: container.stopped
    sentence:
      description: The likely cause, for people.
      type: str
      sample: It ended 3 minutes ago with exit code 0 and is not started again, as after a `docker stop`.
    next:
      description: The command to type next.
      type: dict
      contains:
        where:
          description: A host of the inventory, or V(controller).
          type: str
          sample: chat1
        command:
          description: The command, for a shell.
          type: str
          sample: sudo docker start account-1
    affected:
      description: C(id) of each of RV(parts) that is affected by it.
      type: list
      elements: str
      sample: []
    also:
      description: Further causes in the same component, as sentences.
      type: list
      elements: str
      sample: []
    evidence:
      description: What else was seen of it, as sentences.
      type: list
      elements: str
      sample: ["Connection refused: nothing listens on 127.0.0.1:3300."]
parts:
  description: Every part of the deployment.
  returned: unless it failed
  type: list
  elements: dict
  contains:
    id:
      description: Host and name.
      type: str
      sample: chat1/account-1
    name:
      description: Name of the container, or V(docker), V(mongodb), V(nats) or V(nginx).
      type: str
      sample: account-1
    kind:
      description: One of V(docker), V(mongodb), V(nats), V(service) and V(nginx).
      type: str
      sample: service
    service:
      description: What it is.
      type: str
      sample: account
    host:
      description: Host of the inventory it is on.
      type: str
      sample: chat1
    replica:
      description: Number of the replica; for MongoDB the member's role; V(-) where there is only one.
      type: str
      sample: '1'
    state:
      description: V(healthy), V(UNHEALTHY) if it is at fault itself, or V(affected) by something else that is.
      type: str
      sample: UNHEALTHY
    latency_ms:
      description: How long its answer took, in milliseconds; V(null) unless it is healthy and was timed.
      type: float
      sample: 5.9
    on_nats:
      description: Whether NATS sees it connected; V(null) if it is not known or it need not be.
      type: bool
      sample: true
    causes:
      description: Numbers of RV(findings), its own or those it is affected by.
      type: list
      elements: int
      sample: [1]
"""
