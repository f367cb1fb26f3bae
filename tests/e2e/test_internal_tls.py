# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NATS and MongoDB are switched to TLS and back on a running deployment, each in one run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deployment import Deployment
from tests.e2e.talk import talk
from tests.e2e.test_planned_changes import listed

ON = ("-e", '{"nats_tls": true, "mongodb_tls": true}')
# From a container, as what is on the way to the bus would, and with the right password.
IN_PLAIN = """docker exec account-1 node -e "
const { username, password } = new URL(process.env.TRANSPORTER);
const login = 'CONNECT ' + JSON.stringify({ user: username, pass: password, verbose: false, pedantic: false });
const socket = require('net').connect(4222, 'nats');
let heard = '';
socket.on('data', (data) => { heard += data; if (heard.endsWith('PONG\\r\\n')) socket.destroy(); });
socket.on('connect', () => socket.write(login + '\\r\\nPING\\r\\n'));
socket.on('close', () => console.log(heard.includes('PONG') ? 'answered' : 'refused'));
socket.on('error', () => {});
setTimeout(() => socket.destroy(), 5000);
" """
# From the host, without a login, as every mongod answers it.
DATABASE_IN_PLAIN = """python3 -c "
import pymongo
try:
    pymongo.MongoClient('127.0.0.1', directConnection=True, serverSelectionTimeoutMS=3000).admin.command('hello')
    print('answered')
except pymongo.errors.ConnectionFailure:
    print('refused')
" """


@pytest.fixture
def back_in_plain(deployment: Deployment) -> Iterator[None]:
    yield
    deployment.playbook("site")


@pytest.mark.usefixtures("back_in_plain")
def test_tls_is_switched_on_in_one_run(deployment: Deployment) -> None:
    assert {deployment.run(command).strip() for command in (IN_PLAIN, DATABASE_IN_PLAIN)} == {"answered"}
    told = deployment.playbook("site", *ON)
    assert "will demand TLS" in " ".join(told.stderr.split())
    assert talk(deployment).ok
    assert {deployment.run(command).strip() for command in (IN_PLAIN, DATABASE_IN_PLAIN)} == {"refused"}
    assert listed(deployment.playbook("site", *ON, "--check").stdout, deployment.host) == []
    deployment.playbook("health", *ON)
    deployment.playbook("site")
    assert talk(deployment).ok
    assert listed(deployment.playbook("site", "--check").stdout, deployment.host) == []
