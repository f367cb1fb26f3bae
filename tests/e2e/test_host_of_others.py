# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that somebody has long used for other things: all of that works and is as it was, whatever is deployed.

somebody_else.sh says what is on it: an engine from Docker's repository with settings of its own and three Compose
projects, an nginx with a site, and a database.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

from lab.names import HOME, host_container
from tests.deployment import BIN, ROOT, Deployment
from tests.e2e.drift import LEDGER
from tests.e2e.snapshot import Snapshot, changes, snapshot
from tests.e2e.test_planned_changes import bare, listed  # noqa: F401

REGISTRY = "mirror.lab.internal:5000"
IMAGE = f"{REGISTRY}/library/nats:2.12.8-alpine"
# What a deployment changes of files that are not its own alone, and why.
OF_THE_HOST = {
    r"/etc/hosts": "names of the members of the replica set, in a block of ours",
    r"/etc/nginx/nginx\.conf": "it was as its package has it, and gets more connections",
    r"/etc/docker/daemon\.json": "settings of the engine are added to those that are there",
    r"/etc/(passwd|shadow|group|gshadow)-?": "MongoDB's package brings a user",
    r"/var/(cache|lib|log)/(apt|dpkg)/.*": "packages were installed",
    r"/var/log/(dpkg|alternatives)\.log": "packages were installed",
    r"/var/cache/(debconf|ldconfig)/.*|/etc/ld\.so\.cache": "packages were installed",
}
# A restart with the settings that are new to it, which leaves containers running.
RESTARTED = {"processes": ["docker.service"]}
# One setting or more of everything that a host is given.
EVERYTHING = {
    "docker_daemon_options": {"max-concurrent-uploads": 2},
    "nats_port": 4333,
    "nats_username": "bus",
    "nginx_client_max_body_size": "100m",
    "rocketchat_environment": {"TZ": "Europe/Berlin"},
    "rocketchat_extra_proxies": 1,
    "rocketchat_file_upload_directory": "/srv/uploads",
    "rocketchat_file_upload_storage": "directory",
    "rocketchat_heartbeat_interval": 5,
    "rocketchat_heartbeat_timeout": 15,
    "rocketchat_log_level": "info",
    "rocketchat_mail_url": "smtp://mail.example.com:587",
    "rocketchat_metrics": True,
    "rocketchat_ports": {"ddp_streamer": 3450},
    "rocketchat_replicas": {"ddp_streamer": 2, "account": 2},
    "rocketchat_request_timeout": 20,
    "rocketchat_retry_enabled": True,
    "rocketchat_service_environment": {"account": {"NODE_OPTIONS": "--max-old-space-size=512"}},
    "rocketchat_settings": {"Accounts_TwoFactorAuthentication_Enabled": False},
}
# What somebody gives up on the host, with what he wrote into it.
ADOPTED = {
    "/etc/systemd/system/mongod.service.d/rocketops.conf": "[Service]\n",
    "/opt/rocketchat": None,
    "/etc/nginx/conf.d/rocketchat.conf": "# my site\n",
}
REFUSED = (
    *(f"{path} on host" for path in ADOPTED),
    "Compose project = 'nats': is there already",
    "mongod.service of host",
    "/etc/nginx/conf.d/limits.conf line 2 on host",
    "/etc/nginx/sites-enabled/intranet line 1 on host",
    "/etc/nginx/sites-enabled/intranet line 2 on host",
)


def test_what_others_have_on_a_host_stays_as_it_was(bare: Deployment) -> None:  # noqa: F811
    """After a refusal, the first deployment, a run that changes every setting and ends half-way, one that finishes it,
    and one that changes all back.
    """
    script(bare, "somebody_else.sh")
    refuses_what_is_in_the_way(bare)
    before = snapshot(bare)
    bare.playbook("site", "-e", json.dumps({"rocketchat_adopt": list(ADOPTED)}))
    is_as_before(bare, before)
    every_setting = ["-e", json.dumps(EVERYTHING)]
    end_during(bare, "Start the containers", *every_setting)
    is_as_before(bare, before)
    bare.playbook("site", *every_setting)
    is_as_before(bare, before)
    bare.playbook("site")
    is_as_before(bare, before)
    assert listed(bare.playbook("site", "--check").stdout, bare.host) == []
    noted = json.loads(bare.run(f"cat {LEDGER}"))["resources"]
    assert {noted[f"package {name}"] for name in ("docker-ce", "nginx")} == {"found"}
    assert "file /etc/apt/sources.list.d/docker.sources" not in noted
    assert {noted[f"file {path}"] for path in ADOPTED} == {"adopted"}
    for path, content in ADOPTED.items():
        assert content is None or bare.run(f"cat {path}.*~") == content, "one copy, and only of what was not ours"


def end_during(deployment: Deployment, task: str, *options: str) -> None:
    """Run the site playbook until a task begins, and kill it. What was sent to the host by then is still done there."""
    command = [str(BIN / "ansible-playbook"), "-i", deployment.inventory, "playbooks/site.yml", *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "ANSIBLE_NOCOLOR": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        begun = any(line.startswith("TASK") and task in line for line in run.stdout)
        run.kill()
    assert begun, f"the run never came to {task!r}"


def script(deployment: Deployment, name: str, *words: str) -> None:
    """What somebody else does there, who has the certificate of the lab's registry."""
    environment = {"REGISTRY": REGISTRY, "IMAGE": IMAGE, "ADDRESS": deployment.address}
    options = [word for key, value in environment.items() for word in ("--env", f"{key}={value}")]
    host = host_container(deployment.host)
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    certificate = (HOME / "ca" / "ca.pem").read_text(encoding="utf-8")
    command = ["docker", "exec", "--interactive", *options, host, "sh", "-c", text, name, *words]
    subprocess.run(command, input=certificate, text=True, check=True, capture_output=True, timeout=300)


def refuses_what_is_in_the_way(deployment: Deployment) -> None:
    """All of it at once; and of nothing on the host was changed a thing."""
    script(deployment, "in_the_way.sh", "there")
    before = snapshot(deployment)
    refused = deployment.playbook("site", check=False)
    assert changes(before, snapshot(deployment)) == {}
    script(deployment, "in_the_way.sh", "away")
    message = " ".join(refused.stdout.split())
    assert f"{len(REFUSED)} problems with the hosts; nothing was changed on them." in message
    assert [problem for problem in REFUSED if not re.search(rf"\d\. {re.escape(problem)}", message)] == []


def is_as_before(deployment: Deployment, before: Snapshot) -> None:
    may = [*OF_THE_HOST, *map(re.escape, ADOPTED)]
    assert changes(before, snapshot(deployment), may, new=False) in ({}, RESTARTED)
    settings = json.loads(deployment.run("cat /etc/docker/daemon.json"))
    assert (settings["live-restore"], settings["max-concurrent-downloads"]) == (True, 2)
    assert deployment.run("curl --silent --header 'Host: shop.example.com' http://127.0.0.1") == "the shop\n"
    assert deployment.run("curl --silent http://127.0.0.1:8081") == "the shop\n"
    assert deployment.run("redis-cli get order") == "4711\n"
