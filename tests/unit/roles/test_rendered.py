# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles write, for hosts of many shapes: complete, and accepted by the programs that are to read it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan import desired
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.bus import TLS_FILES
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.resources import File
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.distributions import DISTRIBUTIONS
from jinja2 import Environment, meta

from lab import wheels
from lab.names import VERSIONS
from tests.certificates import make_certificate, make_key
from tests.deployment import ROOT
from tests.unit.plan_inventories import NOW
from tests.unit.roles import references
from tests.unit.roles.shapes import SHAPES, planned_hosts

TEMPLATES = sorted((ROOT / "roles").glob("*/templates/*"))


# -- from the plan alone -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_the_plan_supplies_what_a_template_names(template: Path) -> None:
    """Also in branches that no shape takes."""
    role = template.parts[-3]
    named = references.of_template(template)
    undeclared = meta.find_undeclared_variables(Environment().parse(template.read_text(encoding="utf-8")))
    assert undeclared <= {"managed", f"{role}_plan"}
    plans = [one.host.plan[role] for shape in SHAPES for one in planned_hosts(shape, DISTRIBUTIONS[-1:])]
    plans = [plan for plan in plans if plan is not None]
    own = [reference[1:] for reference in named if reference[0] == f"{role}_plan"]
    assert own
    assert [".".join(keys) for keys in own if references.unsupplied(keys, plans)] == []


def test_every_template_is_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered = set()
    render = desired.render

    def spy(role: str, template: str, plan: object) -> str:
        rendered.add(ROOT / "roles" / role / "templates" / template)
        return render(role, template, plan)

    monkeypatch.setattr(desired, "render", spy)
    assert all(list(planned_hosts(shape)) for shape in ("https", "a public ACME server"))
    assert rendered == set(TEMPLATES)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_host_of_a_shape_is_rendered_completely(shape: str) -> None:
    """On every distribution. A name that the plan does not have is an error of Jinja's."""
    hosts = list(planned_hosts(shape))
    assert {one.host.distribution for one in hosts} >= {DISTRIBUTIONS[-1]}
    for one in hosts:
        for role, state in one.host.desired.items():
            contents = [file.content for file in state.files if file.content is not None]
            assert contents or state.settings or state.leftovers, role
            assert [text for text in contents if not text.endswith("\n") or re.search(r"\bNone\b|\{[{%]", text)] == []


# -- accepted by the programs ------------------------------------------------------------------------------------------


def files_at(path: str) -> dict[str, File]:
    """The files that are to be at a path, by the first shape that has this content; some have no such file."""
    found: dict[str | None, tuple[str, File]] = {}
    for shape in SHAPES:
        for one in planned_hosts(shape, DISTRIBUTIONS[-1:]):
            for file in (file for state in one.host.desired.values() for file in state.files if file.path == path):
                found.setdefault(file.content, (f"{shape}, host {one.host.name}", file))
    assert found
    return dict(found.values())


def accepts(command: str, candidate: Path, path: str = "") -> str:
    """What a program does not like about a file, or "" where it accepts it. ``path``: where the program is."""
    environment = os.environ | {"PATH": f"{path}:{os.environ['PATH']}"}
    words = shlex.split(command % candidate)
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return "" if done.returncode == 0 else f"{done.stdout}{done.stderr}" or "refused without a word"


def check(files: Mapping[str, File], command: str, candidate: Path, path: str = "", **moved: str) -> None:
    """All files are accepted, and the last no longer when it is spoilt. ``moved``: what is elsewhere for the test."""
    content = ""
    for shape, file in files.items():
        content = file.content or ""
        for here, there in moved.items():
            content = content.replace(getattr(layout, here), there)
        candidate.write_text(content)
        refusal = accepts(command, candidate, path)
        assert not refusal, f"{shape}: {refusal}"
    candidate.write_text(f"{content}\n}}spoilt: [{{\n")
    assert accepts(command, candidate, path)


def skip_without(*command: str) -> None:
    found = shutil.which(command[0]) and subprocess.run(command, capture_output=True, check=False)
    if not found or found.returncode:
        pytest.skip(f"`{' '.join(command)}` does not run on this machine")


def validation(files: Mapping[str, File]) -> str:
    """What the plan lets the host validate them with."""
    [command] = {file.validate for file in files.values()}
    return command


@pytest.mark.parametrize("path", [layout.ACME_REQUEST, layout.ACME_INSTALL])
def test_a_shell_reads_what_asks_for_a_certificate(path: str, tmp_path: Path) -> None:
    script = tmp_path / "script.sh"
    for shape, file in files_at(path).items():
        script.write_text(file.content or "")
        assert not accepts("sh -n %s", script), shape
        script.write_text(f"{file.content}'")
        assert accepts("sh -n %s", script)


def test_mongod_accepts_its_settings(tmp_path: Path) -> None:
    files = files_at(layout.MONGOD_SETTINGS)
    mongod = wheels.program(VERSIONS["mongodb"]["wheel"], "mongod")
    check(files, validation(files), tmp_path / "mongod.conf", str(mongod.parent))


def test_logrotate_accepts_its_settings(tmp_path: Path) -> None:
    skip_without("logrotate", "--version")
    files = files_at(layout.MONGOD_LOG_ROTATION)
    [(shape, file)] = files.items()
    # no user of MongoDB's is on this machine
    mine = replace(file, content=(file.content or "").replace("su mongodb mongodb", "su nobody nogroup"))
    check({shape: mine}, validation(files), tmp_path / "mongod")


@pytest.mark.parametrize(
    ("before", "after"), [("65530", "1048576"), ("1048576", "1048576"), ("2147483642", "2147483642"), ("", "1048576")]
)
def test_unit_sets_what_mongod_wants_of_the_kernel(tmp_path: Path, before: str, after: str) -> None:
    """With files in the place of the kernel's; what another program needs more of stays."""
    for number, file in enumerate(files_at(layout.MONGOD_KERNEL_UNIT).values()):
        text = file.content or ""
        wanted = {path: value for value, path in re.findall(r"echo (\S+) > (/\S+?)'", text)}
        moved = {path: tmp_path / f"{number}{path.replace('/', '-')}" for path in wanted}
        for path, there in moved.items():
            there.write_text(f"{before}\n" if path.endswith("max_map_count") else "other\n")
        for command in re.findall(r"(?m)^ExecStart=-/bin/sh -c '(.*)'$", text):
            for path, there in moved.items():
                command = command.replace(path, str(there))
            subprocess.run(["sh", "-c", command.replace("$$", "$")], check=True, timeout=20, stderr=subprocess.DEVNULL)
        found = {path: there.read_text().strip() for path, there in moved.items()}
        assert found == {**wanted, "/proc/sys/vm/max_map_count": after}


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    skip_without("systemd-analyze", "--version")
    for shape, file in files_at(layout.MONGOD_KERNEL_UNIT).items():
        candidate = tmp_path / layout.MONGOD_KERNEL_UNIT.rpartition("/")[2]
        candidate.write_text(file.content or "")
        refusal = accepts("systemd-analyze verify --man=no %s", candidate)
        assert not refusal, f"{shape}: {refusal}"


def test_nats_accepts_its_configuration(tmp_path: Path) -> None:
    server = wheels.program(VERSIONS["nats"]["wheel"], "nats-server")
    files = files_at(f"{layout.NATS_DIRECTORY}/nats.conf")
    # it reads certificates, too, as which any do here
    mounted = ("NATS_CERTIFICATE", "NATS_AUTHORITIES")
    inside = {TLS_FILES[getattr(layout, name)]: tmp_path / name for name in mounted}
    certificate = next(iter(files_at(layout.NATS_CERTIFICATE).values()))
    for there in inside.values():
        there.write_text(certificate.content or "")
    found = {shape: replace(file, content=_elsewhere(file.content or "", inside)) for shape, file in files.items()}
    check(found, f"{server} -t --config %s", tmp_path / "nats.conf")


def _elsewhere(text: str, paths: Mapping[str, Path]) -> str:
    for path, there in paths.items():
        text = text.replace(path, str(there))
    return text


def test_nginx_accepts_the_site(tmp_path: Path) -> None:
    skip_without("nginx", "-v")
    if os.geteuid():
        pytest.skip("nginx also tries the site's ports, and those below 1024 are root's")
    key, key_pem = make_key()
    (tmp_path / "key.pem").write_bytes(key_pem)
    certificate = make_certificate(key, ["chat.example.com"], NOW, NOW + timedelta(days=9))
    (tmp_path / "certificate.pem").write_bytes(certificate)
    site, whole = tmp_path / "site.conf", tmp_path / "nginx.conf"
    whole.write_text(f"events {{}} http {{ include {site}; }}")
    # the host's own is tested there with all other sites in it
    command = f"sh -c '{desired.NGINX_ACCEPTS} -c {whole}' %s"
    check(files_at(layout.NGINX_SITE), command, site, CERTIFICATE_DIRECTORY=str(tmp_path))


@pytest.mark.parametrize("project", [layout.NATS_DIRECTORY, layout.ROCKETCHAT_DIRECTORY])
def test_compose_accepts_the_project(project: str, tmp_path: Path) -> None:
    skip_without("docker", "compose", "version")
    for shape in SHAPES:
        for one in planned_hosts(shape, DISTRIBUTIONS[-1:]):
            for path, text in (one.host.plan["rocketchat"] or {"env_files": {}})["env_files"].items():
                (tmp_path / Path(path).name).write_text(text)
    files = files_at(f"{project}/{layout.COMPOSE_FILE}")
    check(files, validation(files), tmp_path / "compose.yaml", ENV_FILES=str(tmp_path))
