#!/bin/sh
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Puts things of somebody else's on a host that a deployment would replace or remove, or that would break it; or takes
# away those of them that cannot be adopted.
set -eu

if [ "$1" = away ]; then
    docker compose --project-directory /srv/queue down
    systemctl unmask --quiet mongod.service
    rm -r /srv/queue /etc/nginx/conf.d/limits.conf /etc/nginx/sites-enabled/intranet
    exit
fi
install -d /srv/queue /opt/rocketchat /etc/systemd/system/mongod.service.d
printf 'name: nats\nservices:\n  nats:\n    image: %s\n' "$IMAGE" > /srv/queue/compose.yaml
docker compose --project-directory /srv/queue up --detach
echo 'our own bot' > /opt/rocketchat/bot.js
echo '# my site' > /etc/nginx/conf.d/rocketchat.conf
printf 'upstream ddp_streamer { server 127.0.0.1:1; }\nserver { listen %s:443 ssl; server_name intranet; }\n' "$ADDRESS" \
    > /etc/nginx/sites-enabled/intranet
printf 'limit_req_zone $binary_remote_addr zone=all:1m rate=1r/s;\nlimit_req zone=all;\n' > /etc/nginx/conf.d/limits.conf
echo '[Service]' > /etc/systemd/system/mongod.service.d/rocketops.conf
systemctl mask --quiet mongod.service
