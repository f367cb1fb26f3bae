#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ledger
short_description: Keeps this collection's record of what it did on a host
version_added: 0.2.0
description:
  - Notes what the host itself cannot say - what the collection made and what was there before it, which unit has still
    to take up new settings, and which content a file had that was made or fetched on the host.
  - One JSON file, for root alone, which is replaced as a whole.
author:
  - rocketops maintainers (@rocketops)
attributes:
  check_mode:
    description: Says whether the record would change.
    support: full
  diff_mode:
    description: Shows how the record changes. It holds no secrets.
    support: full
options:
  path:
    description: Absolute path of the record.
    type: path
    default: /var/lib/rocketops/ledger.json
  collection:
    description: Version of the collection that writes.
    type: str
    required: true
  resources:
    description: Names such as C(package nginx), each with V(made), V(found) or V(adopted).
    type: dict
    default: {}
  pending:
    description: Units with what they still have to do, V(restart) or V(reload).
    type: dict
    default: {}
  generated:
    description: Paths of files that were made on the host, each with its C(digest) and C(recipe).
    type: dict
    default: {}
  containers:
    description: Services of Compose projects, each with an empty text, whose containers are about to be made anew.
    type: dict
    default: {}
  settings:
    description:
      - Paths of files that others have settings in, too, each with the digests of all settings that this collection
        makes in it, by name.
    type: dict
    default: {}
  hosts:
    description: Hosts of the deployment, each with the list of what it is to have, or V(null) for one that left it.
    type: dict
    default: {}
  data:
    description: Directories with data, of which it is noted here on which file system they lie.
    type: list
    elements: path
    default: []
  left:
    description: Directories with data that are in use no more.
    type: list
    elements: path
    default: []
  took_up:
    description:
      - Units of systemd, or C(nats), each with the paths of the files that it reads its settings from, as it has taken
        up all of them.
    type: dict
    default: {}
  nats_url:
    description: Where the monitoring of NATS answers, as O(rocketops.rocketchat.nats_health#module:url).
    type: str
  project:
    description:
      - A Compose project whose containers were just made. What Compose noted on them is taken from Docker here.
    type: str
"""

EXAMPLES = r"""
- name: Note that nginx has to be reloaded
  rocketops.rocketchat.ledger:
    collection: 0.2.0
    resources:
      file /etc/nginx/conf.d/rocketchat.conf: made
    pending:
      nginx.service: reload

- name: Note where its data lie
  rocketops.rocketchat.ledger:
    collection: 0.2.0
    data: [/var/lib/mongodb]
"""

RETURN = r""" # """

import json
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.containers import docker_api
from ..module_utils.facts import data, docker, ledger, programs


def entries(params: dict[str, Any]) -> dict[str, Any]:
    return {
        "collection": params["collection"],
        "resources": params["resources"],
        "pending": params["pending"],
        "generated": params["generated"],
        "containers": {**params["containers"], **containers(params["project"])},
        "settings": params["settings"],
        "taken_up": programs.noted(params["took_up"], params["nats_url"]),
        "hosts": params["hosts"],
        "data": {**dict.fromkeys(params["left"]), **{path: data.noted(path) for path in params["data"]}},
    }


def containers(project: str | None) -> dict[str, str | None]:
    if not project:
        return {}
    found = docker.ask(docker_api.SOCKET, True)["containers"]
    return {one["service"]: one["definition"] for one in found if one["project"] == project}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "default": ledger.PATH},
            "collection": {"type": "str", "required": True},
            "resources": {"type": "dict", "default": {}},
            "pending": {"type": "dict", "default": {}},
            "generated": {"type": "dict", "default": {}},
            "containers": {"type": "dict", "default": {}},
            "settings": {"type": "dict", "default": {}},
            "hosts": {"type": "dict", "default": {}},
            "data": {"type": "list", "elements": "path", "default": []},
            "left": {"type": "list", "elements": "path", "default": []},
            "took_up": {"type": "dict", "default": {}},
            "nats_url": {"type": "str"},
            "project": {"type": "str"},
        },
        supports_check_mode=True,
    )
    path = module.params["path"]
    try:
        before, after = ledger.note(path, entries(module.params), module.check_mode)
    except ValueError as error:
        module.fail_json(msg=str(error))
    difference = {"before": _text(before), "after": _text(after), "before_header": path}
    module.exit_json(changed=after != before, diff=difference)


def _text(content: dict[str, Any]) -> str:
    """Without digests of what is secret, as a password that somebody chose may be guessed from one."""
    read = {name: {**one, "files": sorted(one["files"])} for name, one in content["taken_up"].items()}
    return json.dumps({**content, "taken_up": read}, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    main()
