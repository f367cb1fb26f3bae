"""What the roles write, for hosts of many shapes: complete, and accepted by the programs that are to read it."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan import desired
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


@pytest.fixture(scope="session", params=SHAPES)
def shape(request: pytest.FixtureRequest) -> str:
    return request.param


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
    assert list(planned_hosts("https"))
    assert rendered == set(TEMPLATES)


def test_every_host_of_a_shape_is_rendered_completely(shape: str) -> None:
    """On every distribution. A name that the plan does not have is an error of Jinja's."""
    hosts = list(planned_hosts(shape))
    assert {one.host.distribution for one in hosts} >= {DISTRIBUTIONS[-1]}
    for one in hosts:
        for role, state in one.host.desired.items():
            contents = [file.content for file in state.files if file.content is not None]
            assert contents, role
            assert [text for text in contents if not text.endswith("\n") or re.search(r"\bNone\b|\{[{%]", text)] == []


# -- accepted by the programs ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Validator:
    """A program on this machine. ``command`` has %s for the file, as the plan has it for the host."""

    command: str
    path: str = os.environ["PATH"]

    def refusal(self, file: Path) -> str:
        """What it says, or "" where it accepts the file."""
        words = shlex.split(self.command % file)
        environment = os.environ | {"PATH": self.path}
        done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)
        return "" if done.returncode == 0 else f"{file.read_text()}\n{done.stdout}{done.stderr}"


def files_of(shape: str, path: str) -> Iterator[File]:
    """The files that are to be at a path of its hosts, each content once."""
    found = {
        file.content: file
        for one in planned_hosts(shape, DISTRIBUTIONS[-1:])
        for state in one.host.desired.values()
        for file in state.files
        if file.path == path
    }
    return iter(found.values())


def check(shape: str, path: str, validator: Callable[[File], Validator], place: Callable[[str], Path]) -> None:
    """All files of a path are accepted, and each no longer when it is spoilt."""
    for file in files_of(shape, path):
        assert file.content
        accepts = validator(file)
        assert accepts.refusal(place(file.content)) == ""
        assert accepts.refusal(place(f"{file.content}\n}}spoilt: [{{\n"))


def placed(directory: Path) -> Callable[[str], Path]:
    def place(content: str) -> Path:
        path = directory / "candidate"
        path.write_text(content)
        return path

    return place


def needs(program: str, *arguments: str) -> None:
    found = shutil.which(program) and subprocess.run([program, *arguments], capture_output=True, check=False)
    if not found or found.returncode:
        pytest.skip(f"`{' '.join([program, *arguments])}` does not run here")


def test_mongod_accepts_its_settings(shape: str, tmp_path: Path) -> None:
    folder = wheels.program(VERSIONS["mongodb"]["wheel"], "mongod").parent
    path = f"{folder}:{os.environ['PATH']}"
    check(shape, layout.MONGOD_SETTINGS, lambda file: Validator(file.validate, path), placed(tmp_path))


def test_nats_accepts_its_configuration(shape: str, tmp_path: Path) -> None:
    program = wheels.program(VERSIONS["nats"]["wheel"], "nats-server")
    configuration = f"{layout.NATS_DIRECTORY}/nats.conf"
    check(shape, configuration, lambda file: Validator(f"{program} -t --config %s"), placed(tmp_path))
    assert all(json.loads(file.content or "")["authorization"]["password"] for file in files_of(shape, configuration))


def test_nginx_accepts_the_site(shape: str, tmp_path: Path) -> None:
    needs("nginx", "-v")
    if os.geteuid():
        pytest.skip("nginx also tries the site's ports, and those below 1024 are root's")
    key, key_pem = make_key()
    (tmp_path / "key.pem").write_bytes(key_pem)
    certificate = make_certificate(key, ["chat.example.com"], NOW, NOW + timedelta(days=9))
    (tmp_path / "certificate.pem").write_bytes(certificate)

    def place(content: str) -> Path:
        return placed(tmp_path)(content.replace(f"{layout.CERTIFICATE_DIRECTORY}/", f"{tmp_path}/"))

    check(shape, layout.NGINX_SITE, lambda file: Validator(file.validate), place)


@pytest.mark.parametrize("project", [layout.NATS_DIRECTORY, layout.ROCKETCHAT_DIRECTORY])
def test_compose_accepts_the_project(shape: str, project: str, tmp_path: Path) -> None:
    needs("docker", "compose", "version")
    for one in planned_hosts(shape, DISTRIBUTIONS[-1:]):
        for path, text in (one.host.plan["rocketchat"] or {"env_files": {}})["env_files"].items():
            (tmp_path / Path(path).name).write_text(text)

    def place(content: str) -> Path:
        return placed(tmp_path)(content.replace(f"{layout.ENV_FILES}/", f"{tmp_path}/"))

    check(shape, f"{project}/{layout.COMPOSE_FILE}", lambda file: Validator(file.validate), place)
