#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ddp_health
short_description: Proves from outside that clients reach Rocket.Chat's ddp-streamer and its monolith
version_added: 0.1.0
description:
  - Walks the path of a real client, through the reverse proxy, and says in a sentence where it ends.
  - Checks that C(/sockjs/info) is answered by ddp-streamer (it carries C("ms":true), which the monolith's does not),
    that C(/websocket) upgrades and speaks plain DDP, that a SockJS path upgrades and speaks DDP in SockJS frames, and
    that the monolith serves its page. These marks were observed on Rocket.Chat's services, 6.14 and 8.3.
  - Checks that the account service looks for a login in MongoDB, by a token that nobody has. That needs no account and
    leaves no trace.
  - Tells what is wrong with the certificate's dates and name also with O(validate_certs=false).
  - Uses no HTTP proxy and follows no redirects.
requirements:
  - Python library websockets 10 or newer on the host that runs the module (Debian has it as C(python3-websockets))
author:
  - rocketops maintainers (@rocketops)
options:
  url:
    description:
      - The root URL of the deployment, C(http://) or C(https://), with its path if it has one.
    type: str
    required: true
  connect_to:
    description:
      - Address to connect to, as C(host:port), instead of the URL's. The C(Host) header and the name in the TLS
        handshake stay those of O(url), so that one proxy of several, or one without DNS, can be asked.
    type: str
  username:
    description:
      - A user of Rocket.Chat to log in as. Then a login and a first subscription (C(stream-notify-logged), which every
        user may have) are checked too.
      - Rocket.Chat's services take no passwords, so the monolith is asked for a token (C(POST /api/v1/login)), with
        which ddp-streamer logs in. The token is taken back by C(POST /api/v1/logout) at the end.
      - Take an account for this alone, without a second factor, because it is seen online meanwhile. Rocket.Chat takes
        few logins a minute; a refused one ends the wait, so that asking again does not lock the account.
    type: str
    version_added: 0.1.0
  password:
    description:
      - Its password, which is sent to the monolith as it is. O(url) should be C(https://) unless it is on this host.
    type: str
    version_added: 0.1.0
  quiet:
    description:
      - Seconds to hold a websocket without a word once everything else was asked, to see that no proxy on the way
        closes it. They add to O(timeout). V(0) leaves that out.
      - ddp-streamer pings after 30 seconds of silence (observed on Rocket.Chat's services, 6.14), so that V(35) finds
        every read timeout that is too short.
    type: float
    default: 0
    version_added: 0.1.0
extends_documentation_fragment:
  - rocketops.rocketchat.probing
  - rocketops.rocketchat.probing.tls
seealso:
  - module: rocketops.rocketchat.nats_health
  - module: rocketops.rocketchat.service_health
"""

EXAMPLES = r"""
- name: Wait until clients can chat
  rocketops.rocketchat.ddp_health:
    url: https://chat.example.com
    timeout: 60

- name: Ask one proxy of two, whatever DNS says
  rocketops.rocketchat.ddp_health:
    url: https://chat.example.com
    connect_to: 198.18.0.12:443
    ca_path: /etc/ssl/chat-ca.pem
    timeout: 0
    fail_on_unhealthy: false
  register: proxy_health

- name: Log in as a user made for this, and see that idle clients stay connected
  rocketops.rocketchat.ddp_health:
    url: https://chat.example.com
    username: health
    password: "{{ health_password }}"
    quiet: 35
"""

RETURN = r"""
healthy:
  description: Whether every check is healthy.
  returned: always, unless an option is wrong
  type: bool
  sample: false
checks:
  description:
    - The checks in the order of the path.
    - V(sockjs_info), V(websocket), V(ddp_connect), V(ddp_ping), V(account), V(sockjs_websocket), V(sockjs_connect),
      V(monolith); V(login) and V(subscription) after V(account) with O(username); V(quiet) at the end with O(quiet).
  returned: always, unless an option is wrong
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: websocket
    state:
      description: V(healthy), V(unhealthy), or V(skipped) when an earlier check leaves nothing to ask.
      type: str
      sample: unhealthy
    latency_ms:
      description: Milliseconds it took, V(null) if skipped.
      type: float
      sample: 3.1
    fault:
      description:
        - What is wrong, as a fixed word, V(null) if nothing is.
        - One of the faults of the connection that M(rocketops.rocketchat.service_health) knows, or V(redirected),
          V(split_missing), V(not_rocketchat), V(upstream_down), V(upstream_silent), V(upgrade), V(upgrade_stripped),
          V(upgrade_refused), V(upgrade_timeout), V(silent_timeout), V(framing), V(closed), V(ddp), V(account_missing)
          (a login is answered at once and empty, as the account service is not on the bus), V(login_unexpected),
          V(login_refused), V(login_second_factor), V(login_limited), V(login_failed), V(subscription_refused),
          V(idle_closed), V(idle_lost), V(status).
      type: str
      sample: upgrade_stripped
    diagnosis:
      description: What is wrong, as a sentence, V(null) if nothing is.
      type: str
      sample: >-
        /websocket answered 200 instead of upgrading to a websocket: the proxy strips the Upgrade and Connection
        headers, or speaks HTTP/1.0 to ddp-streamer.
ping_ms:
  description: Milliseconds of a DDP ping there and back, V(null) if there was none.
  returned: always, unless an option is wrong
  type: float
  sample: 1.3
certificate:
  description:
    - What is wrong with the dates or the name of the certificate, whatever its issuer, or else its dates; V(null)
      without TLS, and if none was shown.
    - With O(validate_certs=false) it is told, but does not make the result unhealthy.
  returned: always, unless an option is wrong
  type: dict
  version_added: 0.1.0
  contains:
    fault:
      description:
        - One of V(certificate_expired), V(certificate_early), V(certificate_name), V(certificate), or V(null).
      type: str
      sample: certificate_expired
    diagnosis:
      description: The same as a sentence.
      type: str
      sample: "The certificate of 127.0.0.1:443 has expired: renew it."
    begins:
      description: Since when it is valid, in seconds of the epoch; V(null) if anything is wrong.
      type: float
      version_added: 0.2.0
    ends:
      description: Until when, likewise.
      type: float
      version_added: 0.2.0
  sample: {fault: null, diagnosis: null, begins: 1795408000.0, ends: 1803184000.0}
attempts:
  description: How often the path was walked.
  returned: always, unless an option is wrong
  type: int
  sample: 1
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils.ddp.question import OPTIONS, TOGETHER, answer
from ..module_utils.probing.options import VERDICT
from ..module_utils.probing.question import LibraryMissing


def main() -> None:
    module = AnsibleModule(
        argument_spec={**OPTIONS, **VERDICT},
        required_together=TOGETHER,
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
