#!/bin/sh
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes of a bare host of the lab one that somebody has long used for other things, on Debian 13 as its manuals say:
# an engine with three Compose projects and settings, an nginx with a site, and a database.
set -eu
export DEBIAN_FRONTEND=noninteractive

# As Docker's manual writes it: a file of the name that ours would have, too.
install -m 0755 -d /etc/apt/keyrings
apt-get update -q
apt-get install -q -y --no-install-recommends ca-certificates curl nginx redis-server
curl -fsSL https://download.docker.com/linux/debian/gpg -o /etc/apt/keyrings/docker.asc
chmod a+r /etc/apt/keyrings/docker.asc
. /etc/os-release
cat > /etc/apt/sources.list.d/docker.sources <<END
Types: deb
URIs: https://download.docker.com/linux/debian
Suites: $VERSION_CODENAME
Components: stable
Architectures: $(dpkg --print-architecture)
Signed-By: /etc/apt/keyrings/docker.asc
END
install -m 0711 -d /etc/docker "/etc/docker/certs.d/$REGISTRY"
cat > "/etc/docker/certs.d/$REGISTRY/ca.crt"
cat > /etc/docker/daemon.json <<END
{"live-restore": true, "max-concurrent-downloads": 2}
END
apt-get update -q
apt-get install -q -y --no-install-recommends docker-ce docker-ce-cli containerd.io docker-compose-plugin

for project in shop wiki blog; do
    install -d "/srv/$project"
    cat > "/srv/$project/compose.yaml" <<END
services:
  web:
    image: $IMAGE
    restart: always
    volumes: ["data:/data"]
volumes:
  data: {}
END
    docker compose --project-directory "/srv/$project" up --detach --quiet-pull
done

cat > /etc/nginx/sites-available/shop <<END
server {
    listen 80;
    listen 8081;
    server_name shop.example.com;
    location / { return 200 "the shop\n"; }
}
END
ln -s ../sites-available/shop /etc/nginx/sites-enabled/shop
systemctl enable --now nginx redis-server
nginx -t -q
systemctl reload nginx
redis-cli set order 4711
redis-cli save
