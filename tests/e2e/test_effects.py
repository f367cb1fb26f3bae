# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that the host does not take up leaves nothing behind, and the next run tries it again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deployment import Deployment

SITE = "/etc/nginx/conf.d/rocketchat.conf"
OTHER_SITE = "/etc/nginx/conf.d/zz-other.conf"
ZONE = "limit_req_zone {key} zone=other:1m rate=9r/s;"
SERVER = "server {{ listen 8088; location / {{ limit_req zone=other burst=9; return 200 other; }} }}"
SETTINGS, LOG = "/etc/mongod.conf", "/var/log/mongodb/mongod.log"
OF_NGINX = "find /etc/nginx -type f -not -path {other} -exec sha256sum {{}} + -exec stat -c '%n %a %U %Y' {{}} +"
NOTHING = "Nothing to change."


def refused(deployment: Deployment, *arguments: str) -> str:
    result = deployment.playbook("site", *arguments, check=False)
    assert result.returncode != 0
    return result.stdout


@pytest.fixture
def other_site(deployment: Deployment) -> Iterator[None]:
    """Somebody else's, in which he has changed what nginx only takes at its next start."""
    before, after = (ZONE.format(key=key) + SERVER.format() for key in ("$binary_remote_addr", "$server_name"))
    deployment.run(f"echo '{before}' > {OTHER_SITE}; systemctl reload nginx; sleep 1; echo '{after}' > {OTHER_SITE}")
    try:
        yield
    finally:
        deployment.run(f"rm {OTHER_SITE}")
        deployment.playbook("site", "--tags", "nginx")


@pytest.mark.usefixtures("other_site")
def test_a_site_that_nginx_does_not_take_up_is_put_back(deployment: Deployment) -> None:
    """`nginx -t` accepts it, and systemctl succeeds: only its master complains, in a log that nobody reads."""
    look = OF_NGINX.format(other=OTHER_SITE)
    before = deployment.run(look)
    for _again in range(2):
        output = refused(deployment, "--tags", "nginx", "-e", "nginx_client_max_body_size=77m")
        assert "will change the site in nginx and reload it" in output
        assert 'limit_req "other" uses the "$server_name" key while previously it used' in output
        assert deployment.run(look) == before
        assert deployment.run("curl --silent --fail http://127.0.0.1:8088/") == "other"


def test_a_mistake_in_another_site_is_told_by_the_whole_configuration(deployment: Deployment) -> None:
    deployment.run(f"rm {SITE}; echo 'nonsense on;' > {OTHER_SITE}")
    try:
        output = refused(deployment, "--tags", "nginx")
        assert f'unknown directive "nonsense" in {OTHER_SITE}' in output
        deployment.run(f"test ! -e {SITE} && systemctl is-active nginx")
    finally:
        deployment.run(f"rm --force {OTHER_SITE}")
        deployment.playbook("site", "--tags", "nginx")
    assert NOTHING in deployment.playbook("site", "--tags", "nginx").stdout


def test_mongod_runs_on_where_it_does_not_come_up_with_new_settings(deployment: Deployment) -> None:
    """Here for want of its log, which the settings that somebody gave it have elsewhere."""
    deployment.run(
        f"sed --in-place s#{LOG}#/var/log/mongodb/other.log# {SETTINGS}; systemctl restart mongod;"
        f"mv {LOG} {LOG}.kept; touch {LOG}; chmod 600 {LOG}"
    )
    before = deployment.run(f"sha256sum {SETTINGS}; stat -c '%a %U %Y' {SETTINGS}")
    try:
        output = refused(deployment, "--tags", "mongodb")
        assert f"Failed to open {LOG}" in output
        assert "mongod.service was started with those again." in output
        assert deployment.run(f"sha256sum {SETTINGS}; stat -c '%a %U %Y' {SETTINGS}") == before
        deployment.run("systemctl is-active mongod")
    finally:
        deployment.run(f"mv {LOG}.kept {LOG}")
        deployment.playbook("site")
    assert NOTHING in deployment.playbook("site").stdout


def test_an_image_that_is_nowhere_is_told_before_anything_is_changed(deployment: Deployment) -> None:
    look = "find /etc /opt /var/lib/rocketops -type f -printf '%p %m %U %T@ %s\\n' | sort; docker ps --all --quiet"
    before = deployment.run(look)
    output = refused(deployment, "-e", "rocketchat_version=7.9.99", "-e", "nats_image=nosuch.lab.internal/nats:1")
    assert "2 problems with the hosts; nothing was changed on them." in output
    assert "nosuch.lab.internal does not answer: " in output
    assert 'does not have this (it answers 404: "manifest unknown")' in output
    assert "Correct rocketchat_version, rocketchat_image_registry or rocketchat_images" in output
    assert deployment.run(look) == before
