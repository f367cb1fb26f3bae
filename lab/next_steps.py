# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of `make demo`: where things are, and what to try next."""

from __future__ import annotations

import sys

from lab import hosts
from lab.names import DEFAULT_HOSTS, HOSTS


def text(inventory: str) -> str:
    """Say it for the lab's default host."""
    host = DEFAULT_HOSTS[0]
    return f"""
The lab's host {host} runs it (stand-ins for Rocket.Chat; MongoDB, NATS, Docker and nginx are real):

  the site          https://{HOSTS[host]}
  administrator     admin, with rocketchat_admin_password of {inventory}/.rocketchat_secrets.yml

Try next:

  look at the containers     {" ".join(hosts.ssh(host))} sudo docker compose --project-directory /opt/rocketchat ps
  break something            {" ".join(hosts.ssh(host))} sudo docker stop authorization-1
  and ask what is wrong      .venv/bin/ansible-playbook -i {inventory} playbooks/health.yml
  mend it                    .venv/bin/ansible-playbook -i {inventory} playbooks/site.yml
  see what a change would do .venv/bin/ansible-playbook -i {inventory} playbooks/site.yml --check --diff
  remove the lab             make lab-down"""


if __name__ == "__main__":
    print(text(sys.argv[1]))
