#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workspace_facts
short_description: Reports what Rocket.Chat's database says of the workspace
version_added: 0.2.0
description:
  - Logs in to MongoDB as Rocket.Chat does, and tells which MongoDB it is, how the migrations of the database stand,
    which licence the workspace has stored, and which Custom OAuth services people log in with.
  - Only reads. A database that cannot be read is an answer with a RV(reason), and never fails the task.
  - The stored licence is read on the host and does not leave it; its signature is not verified.
  - Names of collections and fields are those of Rocket.Chat 6.7 and 8.3.
author:
  - rocketops maintainers (@rocketops)
requirements:
  - pymongo >= 3.11 on the host that runs the module. Without it, only RV(mongodb_version) can be told.
attributes:
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Nothing is changed.
    support: none
options:
  url:
    description: C(MONGO_URL) of Rocket.Chat, with the user and password.
    type: str
    required: true
  root_url:
    description: C(ROOT_URL) of Rocket.Chat, which its setting C(Site_Url) has for a start.
    type: str
    required: true
  site_url:
    description:
      - The setting C(Site_Url) where C(OVERWRITE_SETTING_Site_Url) fixes it. Empty for what the database has, or else
        O(root_url).
    type: str
    default: ""
  authorities:
    description:
      - Certificates of the authorities that signed those of a MongoDB of the deployment's own, as PEM texts. It has to
        speak TLS then, of which O(url) says nothing, as it names no file of this host.
    type: str
    default: ""
  timeout:
    description: Seconds that everything together may take.
    type: float
    default: 5
seealso:
  - module: rocketops.rocketchat.mongodb_health
"""

EXAMPLES = r"""
- name: Ask Rocket.Chat's database about the workspace
  rocketops.rocketchat.workspace_facts:
    url: mongodb://rocketchat:{{ rocketchat_mongodb_password }}@chat1:27017/rocketchat?replicaSet=rs0&authSource=admin
    root_url: https://chat.example.com
  register: workspace

- name: Stop where a migration runs or was killed
  ansible.builtin.assert:
    that: not (workspace.migrations.locked | default(false))
  when: workspace.migrations is not none
"""

RETURN = r"""
fault:
  description:
    - Why the database could not be read, as a fixed word; V(null) if it was.
    - V(library), V(driver), V(tls_file) and V(certificate_ca) are of this host, on which pymongo is missing or cannot
      ask, or a file for TLS is missing. V(resolve), V(resolve_timeout), V(certificate), V(refused), V(unreachable),
      V(connect_timeout), V(silent), V(closed), V(protocol) and all others are of the way to MongoDB, or of MongoDB
      itself.
  returned: success
  type: str
  sample: refused
reason:
  description:
    - Why the database could not be read, in a sentence; V(null) if it was.
    - What follows is V(null) then, except perhaps RV(mongodb_version).
  returned: success
  type: str
  sample: "MongoDB refuses Rocket.Chat's user: Authentication failed."
mongodb_version:
  description: MongoDB's version; or only its series where the database could not be read; V(null) if it is not known.
  returned: success
  type: str
  sample: 8.0.16
new:
  description: Whether no Rocket.Chat has made the database its own yet.
  returned: success
  type: bool
  sample: false
migrations:
  description: The document V(control) of the collection V(migrations); V(null) if there is none.
  returned: success
  type: dict
  contains:
    version:
      description: The last migration that was made.
      type: int
      sample: 335
    locked:
      description: Whether a monolith has said that it migrates, and not that it has finished.
      type: bool
      sample: false
    locked_at:
      description: When it was last locked, in seconds of the epoch; V(null) if that is not known.
      type: float
      sample: 1795492800.1
    locked_seconds:
      description: For how long it has been locked; V(null) if it is not, or since when is not known.
      type: float
      sample: null
license:
  description: The licence that is stored in the workspace; V(null) if there is none, or none that can be read.
  returned: success
  type: dict
  contains:
    source:
      description: Always V(stored).
      type: str
      sample: stored
    modules:
      description: The modules that it grants.
      type: list
      elements: str
      sample: [scalability]
    starts:
      description: Since when it is valid, as ISO 8601; V(null) without such a time.
      type: str
      sample: "2026-01-01T00:00:00+00:00"
    ends:
      description: Until when it is valid, as ISO 8601; V(null) without an end.
      type: str
      sample: "2027-01-01T00:00:00+00:00"
    address_matches:
      description: Whether it is made out for RV(site_url); V(null) if that cannot be told.
      type: bool
      sample: true
    auto_renew:
      description: Whether Rocket.Chat's cloud renews it.
      type: bool
      sample: false
license_status:
  description:
    - What Rocket.Chat last thought of the stored licence, V(Valid), V(Invalid) or an empty text; V(null) if none is
      stored.
  returned: success
  type: str
  sample: Valid
custom_oauth:
  description: Names of the Custom OAuth services that are switched on.
  returned: success
  type: list
  elements: str
  sample: [Keycloak]
site_url:
  description: The address that Rocket.Chat compares licences with.
  returned: success
  type: str
  sample: https://chat.example.com
signed_in:
  description: Whether anybody has ever signed in.
  returned: success
  type: bool
  version_added: 0.2.0
  sample: true
asks_identity:
  description:
    - Whether Rocket.Chat asks its administrators if this is a new workspace, as its address or the way to its database
      is another than at its last start.
  returned: success
  type: bool
  version_added: 0.2.0
  sample: false
user_fault:
  description:
    - What is wrong with Rocket.Chat's user in MongoDB, V(privilege_missing) or V(privilege_wide), if it may do less
      than Rocket.Chat does, or more; V(null) if nothing is, or it is not known.
  returned: success
  type: str
  version_added: 0.2.0
  sample: privilege_wide
user_reason:
  description: The same in sentences, with the commands that mend it; V(null) if there is no such fault.
  returned: success
  type: str
  version_added: 0.2.0
  sample: >-
    The user 'chat' may read every database, which Rocket.Chat does not need; whoever breaks into Rocket.Chat may do so
    too. It comes from readAnyDatabase on admin. An administrator types in mongosh ...
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.workspace.question import OPTIONS, answer


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    try:
        result = answer(module.params).result
    except ValueError as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
