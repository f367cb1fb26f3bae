# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host says of files, repositories and sites that others may have made."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts import apt, nginx, origins, system

NGINX = r"""
user www-data; # http { server { listen 1; } }
events { worker_connections 768; }
stream { server { listen 443; } }
http {
    auth_basic "Members; {only}" ;
    include conf.d/*.conf;
    include sites-enabled/*;
    map $http_upgrade $connection { default upgrade; '' close; }
    log_format main '$remote_addr "$request" ${host}x';
    upstream shop { server 127.0.0.1:9000; }
    server {
        listen 80 default_server;
        server_name _
            www.example.com;
        location ~ "^/a{2}/" { auth_basic off; listen_not 1; return 200 'server { listen 7; }'; }
        if ($host = "x") { return 404; }
    }
}
"""
SITE = """\
server {
    listen [::]:443 ssl proxy_protocol; listen 198.18.0.11:8443; listen 198.18.0.11; listen *:81;
    listen unix:/run/n.sock;
    server_name "chat.example.com";
}
"""


@pytest.fixture
def configured(tmp_path: Path) -> Path:
    for name in ("conf.d", "sites-enabled"):
        (tmp_path / name).mkdir()
    (tmp_path / "nginx.conf").write_text(NGINX)
    (tmp_path / "sites-enabled" / "chat").write_text(SITE)
    (tmp_path / "conf.d" / "loop.conf").write_text("include nginx.conf;\n")
    return tmp_path


def asked(directory: Path, *directives: str) -> dict[str, Any]:
    site = str(directory / "conf.d" / "rocketchat.conf")
    found = nginx.configuration(str(directory / "nginx.conf"), site, directives)
    assert found is not None
    return found


def test_servers_of_nginx(configured: Path) -> None:
    (configured / "conf.d" / "loop.conf").unlink()
    found = asked(configured, "auth_basic")
    assert found["servers"] == [
        {
            "file": str(configured / "nginx.conf"),
            "line": 4,
            "level": "stream",
            "names": [],
            "listens": [{"address": "", "port": 443, "options": []}],
        },
        {
            "file": str(configured / "sites-enabled" / "chat"),
            "line": 1,
            "level": "http",
            "names": ["chat.example.com"],
            "listens": [
                {"address": "[::]", "port": 443, "options": ["ssl", "proxy_protocol"]},
                {"address": "198.18.0.11", "port": 8443, "options": []},
                {"address": "198.18.0.11", "port": 80, "options": []},
                {"address": "", "port": 81, "options": []},
                {"address": "unix:/run/n.sock", "port": None, "options": []},
            ],
        },
        {
            "file": str(configured / "nginx.conf"),
            "line": 12,
            "level": "http",
            "names": ["_", "www.example.com"],
            "listens": [{"address": "", "port": 80, "options": ["default_server"]}],
        },
    ]
    assert [upstream["name"] for upstream in found["upstreams"]] == ["shop"]
    assert [(one["name"], one["value"], one["line"]) for one in found["settings"]] == [
        ("auth_basic", "Members; {only}", 6)
    ]
    assert found["includes_site"] is True


def test_site_that_is_not_included(configured: Path) -> None:
    for include in ("include conf.d/*.conf;", "include conf.d/shop.conf;"):
        (configured / "nginx.conf").write_text("http { } stream { include conf.d/*.conf; }" + f"http {{ }} # {include}")
        assert asked(configured)["includes_site"] is False
    (configured / "nginx.conf").write_text(f"http {{ include {configured}/conf.d/*; }}")
    assert asked(configured)["includes_site"] is True


def test_a_configuration_that_includes_itself_ends(configured: Path) -> None:
    (configured / "conf.d" / "loop.conf").write_text("include conf.d/loop.conf;\n")
    assert len(asked(configured)["servers"]) == 3


def test_no_nginx(tmp_path: Path) -> None:
    assert nginx.configuration(str(tmp_path / "nginx.conf"), "/etc/nginx/conf.d/x.conf", []) is None


@pytest.mark.parametrize("text", ["", "}}}}", 'http { "', "http { server {", ";;;", "server_name x; \\"])
def test_damaged_configuration_is_read_as_far_as_it_goes(tmp_path: Path, text: str) -> None:
    (tmp_path / "nginx.conf").write_text(text)
    asked(tmp_path)


def entry(file: Path, **fields: Any) -> dict[str, Any]:
    return {
        "file": str(file),
        "uri": "https://apt.example.com/debian",
        "suite": "trixie",
        "components": ["main"],
        "signed_by": "",
        "architectures": [],
        **fields,
    }


def test_repositories_in_both_forms(tmp_path: Path) -> None:
    lists = tmp_path / "sources.list.d"
    lists.mkdir()
    (tmp_path / "sources.list").write_text(
        "# deb https://apt.example.com/off trixie main\n"
        "deb https://apt.example.com/debian trixie main contrib # all\n"
        "deb-src https://apt.example.com/debian trixie main\n"
    )
    (lists / "a.list").write_text(
        "deb [arch=amd64,arm64 signed-by=/k.gpg] https://me:secret@apt.example.com/debian trixie main\n"
        "deb https://apt.example.com/flat ./\n"
    )
    (lists / "b.sources").write_text(
        "# ours\nTypes: deb deb-src\nURIs: https://apt.example.com/debian\nSuites: trixie\n trixie-updates\n"
        "components: main\nSigned-By: /k.asc\nArchitectures: amd64\n"
        "\nTypes: deb\nEnabled: no\nURIs: https://apt.example.com/off\nSuites: trixie\nComponents: main\n"
        "\nTypes: deb-src\nURIs: https://apt.example.com/off\nSuites: trixie\nComponents: main\n"
        "\nTypes: deb\nURIs: https://apt.example.com/in\nSuites: trixie\nComponents: main\n"
        "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQIN\n"
    )
    (lists / "c.sources~").write_text("Types: deb\nURIs: https://apt.example.com/off\nSuites: trixie\n")
    of_b = {"signed_by": "/k.asc", "architectures": ["amd64"]}
    assert apt.repositories(str(tmp_path)) == [
        entry(tmp_path / "sources.list", components=["main", "contrib"]),
        entry(lists / "a.list", signed_by="/k.gpg", architectures=["amd64", "arm64"]),
        entry(lists / "a.list", uri="https://apt.example.com/flat", suite="./", components=[]),
        entry(lists / "b.sources", **of_b),
        entry(lists / "b.sources", suite="trixie-updates", **of_b),
        entry(lists / "b.sources", uri="https://apt.example.com/in", signed_by="a key within it"),
    ]
    assert apt.repositories(str(tmp_path / "missing")) == []


def test_origins_tell_marks_and_nothing_of_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, directory = tmp_path / "mongod.conf", tmp_path / "directory"
    file.write_text("# Managed by us\npassword: secret\n")
    (directory / "lost+found").mkdir(parents=True)
    delivered = {str(file): hashlib.md5(file.read_bytes()).hexdigest()}
    monkeypatch.setattr(origins, "conffiles", lambda _packages: delivered)
    wanted = {str(file): ["Managed by us", "by others"], str(directory): [], str(tmp_path / "missing"): ["x"]}
    assert origins.origins(wanted, ["mongodb-org-server"]) == {
        str(file): {"marks": ["Managed by us"], "empty": False, "packaged": True},
        str(directory): {"marks": [], "empty": True, "packaged": False},
        str(tmp_path / "missing"): None,
    }
    file.write_text("# Managed by nobody\n")
    (directory / "shop").touch()
    found = origins.origins(wanted, [])
    assert found[str(file)] == {"marks": [], "empty": False, "packaged": False}
    assert found[str(directory)] == {"marks": [], "empty": False, "packaged": False}


def test_settings_that_packages_delivered() -> None:
    """Whatever Debian's base files are on this machine, the one of the distribution is among them."""
    assert len(system.conffiles(["base-files"])["/etc/debian_version"]) == 32
    assert system.conffiles([]) == {}
