#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: upstream_servers
short_description: Has nginx send nobody new to some servers of its upstreams
version_added: 0.2.0
description:
  - For a container that is about to be replaced. Its server is marked C(down) in the site, nginx is reloaded, and
    requests that are under way there are waited for. Sockets of websockets stay until the container ends.
  - A server is left in where its upstream has no other. Where the site is missing, or nginx does not run, nothing is
    done.
author:
  - rocketops maintainers (@rocketops)
attributes:
  check_mode:
    description: Says whether the site would change.
    support: full
  diff_mode:
    description: The site's text is not shown.
    support: none
options:
  path:
    description: Absolute path of the site.
    type: path
    required: true
  away:
    description: Address and port of each server that nobody new is sent to. Nobody is kept from any other one.
    type: list
    elements: str
    required: true
  drain_seconds:
    description:
      - How long requests that are under way to those of O(away) that are not left in are waited for, in seconds.
    type: int
    default: 0
  unit:
    description: The unit that is nginx.
    type: str
    default: nginx.service
"""

EXAMPLES = r"""
- name: Send nobody to the first monolith
  rocketops.rocketchat.upstream_servers:
    path: /etc/nginx/conf.d/rocketchat.conf
    away: ["172.31.250.254:3000"]
    drain_seconds: 30
  become: true

- name: Send people to all of them
  rocketops.rocketchat.upstream_servers:
    path: /etc/nginx/conf.d/rocketchat.conf
    away: []
  become: true
"""

RETURN = r"""
connections:
  description: Connections to O(away) that were left in the end.
  returned: success
  type: int
  sample: 0
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.effects.keeping import write
from ..module_utils.effects.units import Refused, Unit
from ..module_utils.effects.upstreams import down, until_left, without
from ..module_utils.facts.network import connections_to

OPTIONS = {
    "path": {"type": "path", "required": True},
    "away": {"type": "list", "elements": "str", "required": True},
    "drain_seconds": {"type": "int", "default": 0},
    "unit": {"type": "str", "default": "nginx.service"},
}


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    path, away, nginx = module.params["path"], module.params["away"], Unit(module.params["unit"])
    if not os.path.exists(path) or not nginx.is_active():
        module.exit_json(changed=False, connections=0)
    found = os.stat(path)
    with open(path, encoding="utf-8") as file:
        before = file.read()
    after = without(before, away)
    if module.check_mode:
        module.exit_json(changed=after != before, connections=0)
    if after != before:
        write(path, after.encode(), found)
        try:
            nginx.take_up("reloaded", daemon_reload=False)
        except Refused as reason:
            write(path, before.encode(), found)
            module.fail_json(msg=f"{path} is as it was. {reason}")
    # the only one of its upstream is asked on
    left_alone = down(after)
    connections = until_left(lambda: connections_to(left_alone), module.params["drain_seconds"]) if left_alone else 0
    module.exit_json(changed=after != before, connections=connections)


if __name__ == "__main__":
    main()
