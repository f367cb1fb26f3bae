#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_sources
short_description: Reports whether a host can get images and packages from where it is to take them
version_added: 0.2.0
description:
  - Asks registries whether they have images for the host's processor, on the way that its Docker Engine goes, with its
    proxies, authorities and logins, whether the engine is installed yet or not.
  - Asks apt whether it can install packages, also from repositories that the host does not have yet.
  - Only reads. Neither pulls nor installs anything, and leaves apt's lists and sources as they are. Run it as root.
author:
  - rocketops maintainers (@rocketops)
attributes:
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Nothing is changed.
    support: none
options:
  images:
    description: Names of images, as in Compose.
    type: list
    elements: str
    default: []
  docker_settings:
    description:
      - What C(daemon.json) will hold besides what it has, each setting by its name as a JSON pointer without its first
        slash. C(proxies), C(registry-mirrors) and C(insecure-registries) count.
    type: dict
    default: {}
  docker_settings_removed:
    description: Names of settings that C(daemon.json) will not hold any more.
    type: list
    elements: str
    default: []
  certificates:
    description: Certificates of authorities in PEM, by the registry for which they are trusted.
    type: dict
    default: {}
  docker_socket:
    description:
      - Socket of a Docker Engine that runs and stays as it is, which is asked for what cannot be found without it.
    type: str
    default: ""
  packages:
    description: Names of packages that are to be installed.
    type: list
    elements: str
    default: []
  repositories:
    description:
      - Repositories of apt that take the place of what is in the files of their names, each with the C(path) and
        C(text) of its entry and a C(key), with C(path), C(url) and whether the host C(fetches) it anew.
    type: list
    elements: dict
    default: []
  image_timeout:
    description: Seconds that registries may take for all O(images).
    type: float
    default: 20
  package_timeout:
    description: Seconds that apt may take.
    type: float
    default: 120
"""

EXAMPLES = r"""
- name: Ask whether the host can pull an image
  rocketops.rocketchat.host_sources:
    images: [registry.example.com:5000/nats:2.12-alpine]
  become: true
  register: sources
"""

RETURN = r"""
images:
  description:
    - Those that cannot be pulled. C(kind) is V(missing), V(denied), V(login), V(refused), V(platform),
      V(certificate), V(proxy) or V(unreachable), C(sentence) says why.
  returned: success
  type: list
  elements: dict
  sample:
    - image: registry.example.com:5000/nats:2.13-alpine
      registry: registry.example.com:5000
      kind: missing
      sentence: "registry.example.com:5000 does not have this (it answers 404: \"manifest unknown\")"
digests:
  description: What the others of O(images) stand for now, where that is known.
  returned: success
  type: dict
  sample:
    registry.example.com:5000/nats:2.12-alpine: sha256:82e93be830c9b10fd689d8d2d18c6bc91b2afdf55ea4990b9fed6c7c967e59be
packages:
  description: Why O(packages) cannot be installed, in apt's words.
  returned: success
  type: list
  elements: str
  sample: [Unable to locate package mongodb-org-server]
keys:
  description: The keys of O(repositories) that were fetched, by the path that each is for.
  returned: success
  type: dict
  sample:
    /etc/apt/keyrings/mongodb.asc: |
      -----BEGIN PGP PUBLIC KEY BLOCK-----
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.sources.question import OPTIONS, answer


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    module.exit_json(**answer(module.params).result)


if __name__ == "__main__":
    main()
