#!/usr/bin/env bash
# Rocket.Chat as microservices on one bare Debian host, as an experienced administrator would type it as root:
# `make bench` compares the site playbook with it. Packages, repositories, images and versions come from the plan, as
# assignments that tests/bench/first.py writes in front of this file:
#
#   PACKAGES  MONGODB_KEY_URL  MONGODB_KEYRING  MONGODB_SOURCE  (and as DOCKER_..., all empty for the distribution's engine)
#   REGISTRY  REGISTRY_CA  NATS_IMAGE  VERSION  LICENSE  ADDRESS  ADMIN_PASSWORD
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
umask 022

SUBNET=172.31.250.0/24
GATEWAY=172.31.250.1
MONGODB_PASSWORD=$(openssl rand -hex 16)
MONGODB_ADMIN_PASSWORD=$(openssl rand -hex 16)
NATS_PASSWORD=$(openssl rand -hex 16)

# --- packages: all at once ------------------------------------------------------------------------------------------

install -d /etc/apt/keyrings /etc/docker "/etc/docker/certs.d/$REGISTRY"
curl -fsSL "$MONGODB_KEY_URL" -o "$MONGODB_KEYRING"
printf '%s' "$MONGODB_SOURCE" >/etc/apt/sources.list.d/mongodb.sources
if [ -n "$DOCKER_SOURCE" ]; then
    curl -fsSL "$DOCKER_KEY_URL" -o "$DOCKER_KEYRING"
    printf '%s' "$DOCKER_SOURCE" >/etc/apt/sources.list.d/docker.sources
fi
printf '%s' "$REGISTRY_CA" >"/etc/docker/certs.d/$REGISTRY/ca.crt"
cat >/etc/docker/daemon.json <<'END'
{"live-restore": true, "log-driver": "json-file", "log-opts": {"max-size": "50m", "max-file": "5"}}
END
apt-get update -q
# shellcheck disable=SC2086 # a list
apt-get install -qy --no-install-recommends $PACKAGES

# --- MongoDB: a replica set of one, on loopback and on the bridge of the containers ----------------------------------

docker network create --subnet "$SUBNET" --gateway "$GATEWAY" rocketchat
openssl rand -base64 500 >/etc/mongod.keyfile
chmod 0400 /etc/mongod.keyfile
chown mongodb: /etc/mongod.keyfile
cat >/etc/mongod.conf <<END
storage: {dbPath: /var/lib/mongodb}
systemLog: {destination: file, logAppend: true, path: /var/log/mongodb/mongod.log}
net: {port: 27017, bindIp: "127.0.0.1,$GATEWAY"}
security: {authorization: enabled, keyFile: /etc/mongod.keyfile}
replication: {replSetName: rs0}
END
install -d /etc/systemd/system/mongod.service.d
cat >/etc/systemd/system/mongod.service.d/docker.conf <<'END'
[Unit]
Wants=docker.service
After=docker.service
[Service]
Restart=always
RestartSec=2
END
systemctl daemon-reload
systemctl enable --now mongod
# mongosh is not in the package of the server, and python3-pymongo is among the packages.
GATEWAY=$GATEWAY ADMIN=$MONGODB_ADMIN_PASSWORD PASSWORD=$MONGODB_PASSWORD python3 - <<'END'
import os, time
from pymongo import MongoClient

def client(**login):
    return MongoClient("127.0.0.1", directConnection=True, **login)

member = {"_id": 0, "host": os.environ["GATEWAY"] + ":27017"}
client().admin.command("replSetInitiate", {"_id": "rs0", "members": [member]})
while not client().admin.command("hello")["isWritablePrimary"]:
    time.sleep(0.2)
client().admin.command("createUser", "admin", pwd=os.environ["ADMIN"], roles=["root"])
roles = [{"role": "readWrite", "db": "rocketchat"}, {"role": "clusterMonitor", "db": "admin"}]
admin = client(username="admin", password=os.environ["ADMIN"]).admin
admin.command("createUser", "rocketchat", pwd=os.environ["PASSWORD"], roles=roles)
END

# --- NATS ------------------------------------------------------------------------------------------------------------

install -d -m 0750 /opt/nats /opt/rocketchat
cat >/opt/nats/nats.conf <<END
listen: 0.0.0.0:4222
http: 0.0.0.0:8222
authorization { user: rocketchat, password: "$NATS_PASSWORD" }
END
cat >/opt/nats/compose.yaml <<END
services:
  nats:
    image: $NATS_IMAGE
    container_name: nats
    restart: unless-stopped
    command: [--config, /etc/nats/nats.conf]
    volumes: [/opt/nats/nats.conf:/etc/nats/nats.conf:ro]
    networks: [rocketchat]
    ports: ["127.0.0.1:8222:8222"]
networks: {rocketchat: {external: true}}
END
docker compose --project-directory /opt/nats up --detach --quiet-pull

# --- Rocket.Chat: its monolith alone until it is healthy, then the services -----------------------------------------

cat >/opt/rocketchat/services.env <<END
MONGO_URL=mongodb://rocketchat:$MONGODB_PASSWORD@$GATEWAY:27017/rocketchat?replicaSet=rs0&authSource=admin
TRANSPORTER=nats://rocketchat:$NATS_PASSWORD@nats:4222
NODE_ENV=production
PORT=3000
DB_WATCHERS=true
HTTP_FORWARDED_COUNT=1
RETRY_ENABLED=true
END
cat >/opt/rocketchat/monolith.env <<END
ROOT_URL=https://$ADDRESS
INSTANCE_IP=rocketchat-1
ADMIN_USERNAME=admin
ADMIN_PASS=$ADMIN_PASSWORD
ROCKETCHAT_LICENSE=$LICENSE
END
chmod 0600 /opt/rocketchat/*.env /opt/nats/nats.conf

healthy() {
    echo "test: [CMD, node, -e, \"require('http').get('http://127.0.0.1:3000/health',r=>process.exit($1.includes(r.statusCode)?0:1)).on('error',()=>process.exit(1))\"]"
    echo "      interval: 30s"
    echo "      start_period: 10m"
    echo "      start_interval: 2s"
}

service() {
    cat <<END
  $1-1:
    image: $REGISTRY/rocketchat/$1-service:$VERSION
    hostname: $1-1
    restart: unless-stopped
    env_file: [services.env]
    networks: [rocketchat]
    depends_on: {rocketchat-1: {condition: service_healthy}}
    healthcheck:
      $(healthy "${2:-[200]}")
END
}

{
    cat <<END
networks: {rocketchat: {external: true}}
services:
  rocketchat-1:
    image: $REGISTRY/rocketchat/rocket.chat:$VERSION
    hostname: rocketchat-1
    restart: unless-stopped
    env_file: [services.env, monolith.env]
    networks: [rocketchat]
    ports: ["127.0.0.1:3000:3000"]
    healthcheck:
      $(healthy "[200]")
END
    service ddp-streamer
    echo '    ports: ["127.0.0.1:3100:3000"]'
    service authorization
    service account
    service presence
    service stream-hub "[200,500]"
} >/opt/rocketchat/compose.yaml
docker compose --project-directory /opt/rocketchat up --detach --wait --quiet-pull

# --- nginx -----------------------------------------------------------------------------------------------------------

install -d -m 0700 /etc/nginx/rocketchat
openssl req -x509 -nodes -days 365 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj "/CN=$ADDRESS" \
    -addext "subjectAltName=IP:$ADDRESS" -keyout /etc/nginx/rocketchat/key.pem -out /etc/nginx/rocketchat/certificate.pem
cat >/etc/nginx/conf.d/rocketchat.conf <<'END'
map $http_upgrade $rocketchat_connection { default upgrade; "" ""; }
server {
    listen 443 ssl;
    listen [::]:443 ssl;
    ssl_certificate /etc/nginx/rocketchat/certificate.pem;
    ssl_certificate_key /etc/nginx/rocketchat/key.pem;
    client_max_body_size 200m;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $rocketchat_connection;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_read_timeout 600s;
    location ~ ^/(sockjs|websocket) { proxy_pass http://127.0.0.1:3100; }
    location / { proxy_pass http://127.0.0.1:3000; }
}
END
nginx -t
systemctl enable --now nginx
systemctl reload nginx
