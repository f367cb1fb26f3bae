# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Docker says is told as one fault and one sentence for each container, without any secret."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Timer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.containers import probe as container_probe
from ansible_collections.rocketops.rocketchat.plugins.module_utils.containers.model import (
    ContainerHealth,
    Expected,
    Health,
)
from ansible_collections.rocketops.rocketchat.plugins.module_utils.containers.probe import probe_containers
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.polling import Timeouts

from tests.unit.docker_engine import NETWORK, FakeEngine, container, frames, moment, served
from tests.waiting import within

MONGO_URL = "mongodb://rocketchat:mongo-secret@chat.mongodb.internal:27017/rocketchat?replicaSet=rs0&authSource=admin"
TRANSPORTER = "nats://rocketchat:nats-secret@nats:4222,nats://rocketchat:nats-secret@10.0.0.12:4222"
SECRETS = {"MONGO_URL": MONGO_URL, "TRANSPORTER": TRANSPORTER}
SERVICES = {"account-1": "account-service", "stream-hub-1": "stream-hub-service"}
Entry = dict[str, Any]


def image(service: str, tag: str = "7.9.3") -> str:
    return f"mirror:5000/rocketchat/{service}:{tag}"


EXPECTED = [
    Expected(
        name, name[:-2].replace("-", "_"), image(service), f"chat-{name}", {"NODE_ENV": "production"}, SECRETS,
        ["chat.mongodb.internal:172.31.250.1"], "rocketchat", NETWORK["rocketchat"]["IPAddress"],
    )
    for name, service in SERVICES.items()
]  # fmt: skip


@pytest.fixture
def engine() -> FakeEngine:
    """All is as planned."""
    environment = {"NODE_ENV": "production", **SECRETS}
    return FakeEngine(
        {name: container(name, image(service), f"chat-{name}", **environment) for name, service in SERVICES.items()}
    )


@pytest.fixture
def look(engine: FakeEngine, tmp_path: Path) -> Iterator[Callable[[], Health]]:
    with served(engine, tmp_path / "docker.sock") as path:
        yield lambda: probe_containers(EXPECTED, path, Timeouts(0, 5))[0]


def of_account(health: Health) -> ContainerHealth:
    """The account service's part, and no other part has a fault."""
    account, other = health.containers
    assert (other.fault, other.drift) == (None, [])
    return account


def test_all_as_planned(engine: FakeEngine, look: Callable[[], Health]) -> None:
    health = look()
    assert health.healthy
    assert (health.engine.reachable, health.engine.version, health.engine.fault) == (True, "26.1.5", None)
    # one list, one look at each container, and no log where nothing is wrong
    assert len(engine.asked) == 1 + 1 + len(EXPECTED)


def state(**changes: Any) -> Callable[[Entry], None]:
    """Times are seconds before the test begins: this is read long before that."""
    return lambda entry: entry["State"].update(
        {key: moment(value) if key.endswith("At") else value for key, value in changes.items()}
    )


def restarted(count: int, **changes: Any) -> Callable[[Entry], None]:
    def change(entry: Entry) -> None:
        entry["RestartCount"] = count
        entry["State"].update(StartedAt=moment(150), FinishedAt=moment(150), **changes)

    return change


def config(name: str, value: Any) -> Callable[[Entry], None]:
    return lambda entry: entry["Config"].update({name: value})


def variable(name: str, value: str) -> Callable[[Entry], None]:
    def change(entry: Entry) -> None:
        kept = [line for line in entry["Config"]["Env"] if not line.startswith(f"{name}=")]
        entry["Config"]["Env"] = [*kept, f"{name}={value}"]

    return change


STARTING = {"Health": {"Status": "starting"}}
FAULTS: dict[str, tuple[Callable[[Entry], None], list[str], str, str]] = {
    "stopped": (
        state(Status="exited", Running=False, ExitCode=137, FinishedAt=7300),
        [],
        "stopped",
        "It ended 2 hours ago with exit code 137 and is not started again, as after a `docker stop`.",
    ),
    "never started": (
        state(Status="created", Running=False, Error="port is already allocated"),
        [],
        "stopped",
        "It was created and never started, for Docker says: port is already allocated.",
    ),
    "paused": (
        state(Status="paused", Paused=True),
        [],
        "paused",
        "Somebody paused it (`docker pause`); it holds its connections and does nothing.",
    ),
    "taken out of the network": (
        lambda entry: entry["NetworkSettings"].update(Networks={"bridge": {}}),
        [],
        "network",
        "It is not in Docker's network rocketchat, and so reaches neither NATS nor MongoDB: somebody took it out "
        "(`docker network disconnect`).",
    ),
    "put into the network again": (
        lambda entry: entry["NetworkSettings"].update(Networks={"rocketchat": {"IPAddress": "172.31.250.8"}}),
        [],
        "address",
        "It has the address 172.31.250.8 in Docker's network rocketchat instead of 172.31.250.5, where nginx looks "
        "for it: somebody took it out and put it in again, or the site playbook has not run since it was planned.",
    ),
    "other tag": (
        config("Image", image("account-service", "7.9.2")),
        [],
        "image",
        f"It runs {image('account-service', '7.9.2')} instead of the planned {image('account-service')}.",
    ),
    "crash loop": (
        restarted(7, Status="restarting", Restarting=True, ExitCode=1, **STARTING),
        ["Node.js v22.1.0", "Error: boom at nats://rocketchat:other-secret@nats:4222", "    at Object.<anonymous>"],
        "crash_loop",
        "It ended 7 times, last 2 minutes ago with exit code 1. Its log says: Error: boom at "
        "nats://rocketchat:********@nats:4222",
    ),
    "crash loop without a word": (
        restarted(2, **STARTING),
        [],
        "crash_silent",
        "It ended 2 times, last 2 minutes ago. Its log tells nothing: does it run what it should?",
    ),
    "license": (
        restarted(3, **STARTING),
        ["Enterprise license not found. Shutting down..."],
        "license",
        "It ended 3 times, last 2 minutes ago. It shut itself down because no licence was confirmed: NATS or the "
        "monolith was out of its reach for more than 40 s, or there is no licence with the module scalability.",
    ),
    "one hostname twice": (
        restarted(3, **STARTING),
        ["[FATAL] nodeID conflict"],
        "node_id_conflict",
        "It ended 3 times, last 2 minutes ago. Another container on the bus has its hostname, so one of the two always "
        "ends.",
    ),
    "refused by NATS": (
        state(StartedAt=20, **STARTING),
        ["NATS error. 'Authorization Violation'"],
        "nats_auth",
        "NATS refuses its user or password.",
    ),
    "out of memory": (
        restarted(1, OOMKilled=True, **STARTING),
        [],
        "oom_killed",
        "It ended once, 2 minutes ago. The kernel ended it because memory ran out: it reached its limit "
        "(rocketchat_resources), or the host has none left.",
    ),
    "alive without a port": (
        state(StartedAt=125, **STARTING),
        [],
        "starting",
        "It was started 2 minutes ago and is not healthy yet: ask again in a minute. Services other than the monolith "
        "open their port when NATS and a monolith are there.",
    ),
    "healthcheck fails": (
        state(Health={"Status": "unhealthy"}),
        [],
        "unhealthy",
        "It runs, but its healthcheck fails: it hangs, or has opened no port because it did not find NATS and a "
        "monolith.",
    ),
}


@pytest.mark.parametrize(("change", "log", "fault", "diagnosis"), FAULTS.values(), ids=FAULTS)
def test_fault(
    engine: FakeEngine,
    look: Callable[[], Health],
    change: Callable[[Entry], None],
    log: list[str],
    fault: str,
    diagnosis: str,
) -> None:
    change(engine.containers["account-1"])
    engine.logs["account-1"] = frames(*log)
    health = look()
    assert not health.healthy
    account = of_account(health)
    assert (account.fault, account.diagnosis, account.drift) == (fault, diagnosis, [])


DRIFTS = {
    "TRANSPORTER without prefix": (
        variable("TRANSPORTER", TRANSPORTER.replace(",nats://", ",")),
        "TRANSPORTER is not the plan's: an entry lacks nats:// in front, and such a service lives on without ever "
        "opening its port.",
    ),
    "TRANSPORTER with another password": (
        variable("TRANSPORTER", TRANSPORTER.replace("nats-secret", "other-secret")),
        "TRANSPORTER is not the plan's: it has another user or password for NATS.",
    ),
    "TRANSPORTER to elsewhere": (
        variable("TRANSPORTER", "nats://rocketchat:nats-secret@elsewhere:4222"),
        "TRANSPORTER is not the plan's: it names other NATS servers.",
    ),
    "MONGO_URL with another password": (
        variable("MONGO_URL", MONGO_URL.replace("mongo-secret", "other-secret")),
        "MONGO_URL is not the plan's: it has another user or password for MongoDB.",
    ),
    "MONGO_URL without a database": (
        variable("MONGO_URL", MONGO_URL.replace("/rocketchat?", "/?")),
        "MONGO_URL is not the plan's: it names no database, so that of the name test is used.",
    ),
    "MONGO_URL to elsewhere": (
        variable("MONGO_URL", MONGO_URL.replace("chat.", "other.")),
        "MONGO_URL is not the plan's: it names other members of the replica set.",
    ),
    "MONGO_URL with other options": (
        variable("MONGO_URL", MONGO_URL.replace("rs0", "rs1")),
        "MONGO_URL is not the plan's: it has other options.",
    ),
    "another namespace": (
        variable("MS_NAMESPACE", "other-secret"),
        "MS_NAMESPACE is set in it, and the plan has no such variable.",
    ),
    "a proxy that Docker's client added": (
        variable("http_proxy", "other-secret"),
        "http_proxy is set in it, and the plan has no such variable.",
    ),
    "a plain variable": (
        variable("NODE_ENV", "other-secret"),
        "NODE_ENV is not the plan's: it has another value.",
    ),
    "a variable missing": (config("Env", [f"{n}={v}" for n, v in SECRETS.items()]), "NODE_ENV is not set in it."),
}


@pytest.mark.parametrize(("change", "sentence"), DRIFTS.values(), ids=DRIFTS)
def test_environment_drift(
    engine: FakeEngine, look: Callable[[], Health], change: Callable[[Entry], None], sentence: str
) -> None:
    change(engine.containers["account-1"])
    health = look()
    account = of_account(health)
    assert (account.fault, account.diagnosis, account.drift) == ("environment", sentence, [sentence])
    assert "secret" not in str(health)


def test_unplanned_variables_that_tell_nothing_are_no_drift(engine: FakeEngine, look: Callable[[], Health]) -> None:
    variable("PATH", "/bin")(engine.containers["account-1"])
    assert look().healthy


@pytest.mark.parametrize(
    ("hosts", "sentence"),
    [
        (None, "It cannot resolve chat.mongodb.internal: the name is missing in its extra_hosts."),
        (
            ["chat.mongodb.internal:10.0.0.1"],
            "It takes chat.mongodb.internal to be at 10.0.0.1 instead of 172.31.250.1.",
        ),
    ],
)
def test_names_it_cannot_resolve(
    engine: FakeEngine, look: Callable[[], Health], hosts: list[str] | None, sentence: str
) -> None:
    engine.containers["account-1"]["HostConfig"]["ExtraHosts"] = hosts
    account = of_account(look())
    assert (account.fault, account.diagnosis) == ("hosts", sentence)


def test_other_hostname_is_the_fault_of_whoever_has_it(engine: FakeEngine, look: Callable[[], Health]) -> None:
    engine.containers["account-1"]["Config"]["Hostname"] = "chat-stream-hub-1"
    assert of_account(look()).fault == "hostname"


def test_absent(engine: FakeEngine, look: Callable[[], Health]) -> None:
    del engine.containers["account-1"]
    account = of_account(look())
    assert (account.present, account.fault) == (False, "absent")


UNPLANNED = {
    "second stream-hub": (image("stream-hub-service", "7.9.2"), "hub", "second_stream_hub", "stream_hub"),
    "taken hostname": ("debian:13", "chat-account-1", "hostname", None),
    "one more account": ("docker.io/rocketchat/account-service:7.9.3", "another", "unplanned", "account"),
}


@pytest.mark.parametrize(("its_image", "hostname", "fault", "service"), UNPLANNED.values(), ids=UNPLANNED)
def test_unplanned_containers_that_disturb(
    engine: FakeEngine, look: Callable[[], Health], its_image: str, hostname: str, fault: str, service: str | None
) -> None:
    engine.containers["extra"] = container("extra", its_image, hostname)
    (found,) = look().unplanned
    assert (found.name, found.fault, found.service) == ("extra", fault, service)


@pytest.mark.parametrize("network", ["rocketchat", "elsewhere"])
def test_others_do_not_concern_us(engine: FakeEngine, look: Callable[[], Health], network: str) -> None:
    its_image = image("stream-hub-service") if network == "elsewhere" else "debian:13"
    engine.containers["extra"] = container("extra", its_image, "extra")
    engine.containers["extra"]["NetworkSettings"]["Networks"] = {network: {}}
    assert look().healthy


def test_engine_is_away(tmp_path: Path) -> None:
    health, attempts = probe_containers(EXPECTED, str(tmp_path / "docker.sock"), Timeouts(0, 5))
    assert (health.healthy, health.containers, attempts) == (False, [], 1)
    assert (health.engine.reachable, health.engine.fault) == (False, "stopped")


def test_engine_hangs(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "docker.sock"))
        listener.listen()
        health, _attempts = probe_containers(EXPECTED, str(tmp_path / "docker.sock"), Timeouts(0, 0.3))
    assert health.engine.fault == "silent"


def test_another_program_at_the_socket(engine: FakeEngine, tmp_path: Path) -> None:
    engine.answer = lambda _method, _url: (200, b"<html>")  # type: ignore[method-assign]
    with served(engine, tmp_path / "docker.sock") as path:
        health, _attempts = probe_containers(EXPECTED, path, Timeouts(0, 5))
    assert health.engine.fault == "protocol"


# -- waiting -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def wait(
    engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple[Health, float]]]:
    """Waits as the site playbook does: what it found, and the seconds it took."""
    monkeypatch.setattr(container_probe, "_STUCK_FOR", 0.3)

    def waited(timeout: float = 60) -> tuple[Health, float]:
        started = time.monotonic()
        timeouts = Timeouts(timeout, request_timeout=1, interval=0.05)
        return probe_containers(EXPECTED, path, timeouts)[0], time.monotonic() - started

    with served(engine, tmp_path / "docker.sock") as path:
        yield waited


PERMANENT = ("stopped", "never started", "paused", "other tag")


@pytest.mark.parametrize("case", PERMANENT)
def test_a_wait_ends_with_what_does_not_pass(
    engine: FakeEngine, wait: Callable[..., tuple[Health, float]], case: str
) -> None:
    change, _log, fault, diagnosis = FAULTS[case]
    change(engine.containers["account-1"])
    engine.containers["stream-hub-1"]["State"].update(STARTING)
    health, took = wait()
    assert (health.containers[0].fault, health.containers[0].diagnosis) == (fault, diagnosis)
    assert took < 30


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry["Config"].update(Hostname="other"),
        lambda entry: entry["HostConfig"].update(ExtraHosts=None),
        variable("NODE_ENV", "other"),
    ],
)
def test_a_wait_ends_when_a_container_is_not_the_planned_one(
    engine: FakeEngine, wait: Callable[..., tuple[Health, float]], change: Callable[[Entry], None]
) -> None:
    change(engine.containers["account-1"])
    health, took = wait()
    assert not health.healthy and took < 30


def test_a_wait_ends_when_a_container_is_absent(engine: FakeEngine, wait: Callable[..., tuple[Health, float]]) -> None:
    del engine.containers["account-1"]
    health, took = wait()
    assert health.containers[0].fault == "absent" and took < 30


@pytest.mark.parametrize(("each_look", "ends"), [(1, True), (0, False)])
def test_a_wait_ends_in_a_crash_loop(
    engine: FakeEngine, wait: Callable[..., tuple[Health, float]], each_look: int, ends: bool
) -> None:
    """Two restarts before the wait began, or during it, may be those of a service that found no MongoDB yet."""
    account = engine.containers["account-1"]
    restarted(2, Status="restarting", Restarting=True, ExitCode=1, **STARTING)(account)
    answer = engine.answer

    def crash(method: str, url: str) -> tuple[int, bytes]:
        found = answer(method, url)
        if url.endswith("id-of-account-1/json"):
            account["RestartCount"] += each_look
        return found

    engine.answer = crash  # type: ignore[method-assign]
    timeout = 60 if ends else 2
    health, took = wait(timeout)
    assert health.containers[0].fault == "crash_silent"
    assert (took < timeout / 2) == ends
    assert health.containers[0].restart_count == (5 if ends else 2)


def test_an_engine_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    """After a boot it may be about to start: until it has, systemd alone holds its socket."""
    health, attempts = probe_containers(EXPECTED, str(tmp_path / "docker.sock"), Timeouts(0.6, 1, interval=0.05))
    assert health.engine.fault == "stopped" and attempts > 1


def test_what_is_stuck_for_a_moment_only_is_waited_for(
    engine: FakeEngine, wait: Callable[..., tuple[Health, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compose replaces a container."""
    monkeypatch.setattr(container_probe, "_STUCK_FOR", 1.0)
    account = engine.containers.pop("account-1")
    Timer(0.5, lambda: engine.containers.update({"account-1": account})).start()
    health, took = wait()
    assert health.healthy and took >= 0.5


def test_what_may_pass_is_waited_for(engine: FakeEngine, wait: Callable[..., tuple[Health, float]]) -> None:
    account = engine.containers["account-1"]
    account["State"].update(STARTING)
    Timer(0.5, lambda: account["State"].update(Health={"Status": "healthy"})).start()
    health, took = wait()
    assert health.healthy and took >= 0.5


# -- the log -----------------------------------------------------------------------------------------------------------

LICENSE = "Enterprise license not found. Shutting down..."
# As moleculer's loggers write it: pino in Rocket.Chat's services, and its own for the console.
PINO_LICENSE = json.dumps({"level": 60, "time": 1_794_000_000_000, "name": "BROKER", "msg": LICENSE})
CONSOLE_LICENSE = f"[2026-11-26T22:00:00.000Z] FATAL chat-account-1-1/BROKER: {LICENSE}"


def started(entry: Entry, seconds_ago: float, restarts: int) -> None:
    """It ended a moment before it was started again, and is well."""
    entry["RestartCount"] = restarts
    entry["State"].update(StartedAt=moment(seconds_ago), FinishedAt=moment(seconds_ago + 0.5))


@pytest.mark.parametrize(
    ("since_start", "restarts", "log", "fault"),
    [
        (20, 5, [(62, LICENSE), (20.6, LICENSE)], "license"),
        # for want of a licence, the first death is enough, until the next would have come
        (20, 1, [(20.6, LICENSE)], "license"),
        (20, 1, [(20.6, PINO_LICENSE)], "license"),
        (20, 1, [(20.6, CONSOLE_LICENSE)], "license"),
        (50, 1, [(50.6, LICENSE)], "license"),
        (62, 1, [(62.6, LICENSE)], None),
        (20, 0, [(20.6, LICENSE)], None),
        (20, 1, [(45, LICENSE)], None),
        (20, 1, [(12, LICENSE)], None),
        (20, 1, [(20.6, "[FATAL] nodeID conflict")], None),
        # one death may print its reason several times
        (20, 5, [(22, "MongoServerSelectionError: no"), (21, "connect ECONNREFUSED 10.0.0.1:27017")], None),
        # what it has said since it was started ended nothing
        (40, 5, [(40.6, "[FATAL] nodeID conflict"), (12, LICENSE), (25, LICENSE)], None),
        # two reasons, one death each
        (20, 5, [(62, LICENSE), (20.6, "nodeID conflict")], None),
        (70, 5, [(112, LICENSE), (70.6, LICENSE)], "license"),
        (150, 5, [(192, LICENSE), (150.6, LICENSE)], None),
        # a line feed of another kind makes two lines of one, and the second has no moment
        (20, 5, [(62, f"x\r{LICENSE}"), (20.6, f"x\u2028{LICENSE}")], "license"),
    ],
)
def test_who_keeps_ending_is_not_well_in_between(
    engine: FakeEngine,
    look: Callable[[], Health],
    since_start: float,
    restarts: int,
    log: list[tuple[float, str]],
    fault: str | None,
) -> None:
    started(engine.containers["account-1"], since_start, restarts)
    engine.logs["account-1"] = frames(*[f"{moment(ago)} {text}" for ago, text in log])
    account = of_account(look())
    assert account.fault == fault
    if fault:
        often = "once," if restarts == 1 else f"{restarts} times, last"
        assert re.match(rf"It ended {often} .* ago\. It shut itself down because", account.diagnosis or "")


@pytest.mark.parametrize(("since_start", "earliest"), [(86400, 900), (100, 160)])
def test_of_the_log_only_the_latest_counts(
    engine: FakeEngine, look: Callable[[], Health], since_start: float, earliest: float
) -> None:
    account = engine.containers["account-1"]
    started(account, since_start, 3)
    account["State"].update(Health={"Status": "unhealthy"})
    before = time.time()
    of_account(look())
    (asked,) = [url for url in engine.asked if "/logs?" in url]
    since = int(parse_qs(urlsplit(asked).query)["since"][0])
    assert before - 3 < since + earliest < time.time() + 3


def test_a_restart_long_ago_is_no_crash_loop(engine: FakeEngine, look: Callable[[], Health]) -> None:
    account = engine.containers["account-1"]
    started(account, 3600, 3)
    account["State"].update(Health={"Status": "unhealthy"})
    found = of_account(look())
    assert found.fault == "unhealthy"
    assert "ended" not in (found.diagnosis or "")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Error: getaddrinfo ENOTFOUND cloud.rocket.chat", "crash_loop"),
        ("Error: getaddrinfo ENOTFOUND chat.mongodb.internal", "resolve"),
        ("Error: getaddrinfo EAI_AGAIN nats", "resolve"),
        ("LDAP - Authentication failed", "crash_loop"),
        ("MongoServerError: Authentication failed.", "mongodb_auth"),
        ("MongoError: Authentication failed.", "mongodb_auth"),
    ],
)
def test_a_line_is_the_reason_only_where_it_concerns_the_container(
    engine: FakeEngine, look: Callable[[], Health], line: str, fault: str
) -> None:
    restarted(3, Status="restarting", Restarting=True, ExitCode=1, **STARTING)(engine.containers["account-1"])
    engine.logs["account-1"] = frames(line)
    assert of_account(look()).fault == fault


UNREADABLE = b'{"message": "configured logging driver does not support reading"}'


@pytest.mark.parametrize(
    ("change", "fault"),
    [(restarted(3, **STARTING), "crash_loop"), (state(Health={"Status": "unhealthy"}), "unhealthy")],
)
def test_a_log_that_cannot_be_read_is_not_an_empty_one(
    engine: FakeEngine, look: Callable[[], Health], change: Callable[[Entry], None], fault: str
) -> None:
    change(engine.containers["account-1"])
    engine.replies["account-1/logs"] = lambda: (501, UNREADABLE)
    account = of_account(look())
    assert account.fault == fault
    reason = "Its log cannot be read (configured logging driver does not support reading)."
    assert (account.diagnosis or "").endswith(reason)


# -- odd answers -------------------------------------------------------------------------------------------------------


def test_one_container_that_docker_cannot_tell_about(engine: FakeEngine, look: Callable[[], Health]) -> None:
    engine.replies["account-1/json"] = lambda: (500, b'{"message": "no such device"}')
    health = look()
    account = of_account(health)
    assert (health.engine.fault, account.present, account.status, account.fault) == (None, True, "running", "inspect")
    assert (account.diagnosis or "").startswith("Docker cannot tell about it: ")
    assert "no such device (500)" in (account.diagnosis or "")


def test_one_container_that_hangs_leaves_time_to_the_others(engine: FakeEngine, tmp_path: Path) -> None:
    over = Event()
    engine.replies["account-1/json"] = lambda: (200 if over.wait(5) else 200, b"{}")
    engine.containers["stream-hub-1"]["State"].update(STARTING, StartedAt=moment(20))
    engine.containers["extra"] = container("extra", image("account-service"), "another")
    engine.logs["stream-hub-1"] = frames("NATS error. 'Authorization Violation'")
    with served(engine, tmp_path / "docker.sock") as path:
        health, _attempts = within(2.3, lambda: probe_containers(EXPECTED, path, Timeouts(0, 2)))
        over.set()
    assert [one.fault for one in health.containers] == ["inspect", "nats_auth"]
    assert "no answer in time" in (health.containers[0].diagnosis or "")
    assert [one.name for one in health.unplanned] == ["extra"]


def test_a_last_look_that_is_cut_short_hides_nothing(engine: FakeEngine, tmp_path: Path) -> None:
    over = Event()
    looks = iter([restarted(3, **STARTING)])

    def inspected() -> tuple[int, bytes]:
        for change in looks:
            change(engine.containers["account-1"])
            return 200, json.dumps(engine.containers["account-1"]).encode()
        over.wait(5)
        return 200, b"{}"

    engine.replies["account-1/json"] = inspected
    with served(engine, tmp_path / "docker.sock") as path:
        health, attempts = probe_containers(EXPECTED, path, Timeouts(0.6, 5))
        over.set()
    assert (of_account(health).fault, attempts) == ("crash_silent", 2)


def test_docker_that_can_tell_about_none_is_at_fault_itself(engine: FakeEngine, look: Callable[[], Health]) -> None:
    engine.replies["-1/json"] = lambda: (500, b'{"message": "no such device"}')
    health = look()
    assert (health.engine.fault, health.containers) == ("error", [])


def test_an_unplanned_container_that_docker_cannot_tell_about(engine: FakeEngine, look: Callable[[], Health]) -> None:
    engine.containers["extra"] = container("extra", image("account-service"), "another")
    engine.replies["extra/json"] = lambda: (500, b"")
    assert look().healthy


@pytest.mark.parametrize(
    "found", [b"[]", b'["a"]', b"{}", b"5", b'{"State": {}}', b"[" * 60_000, b'{"State": "running"}']
)
def test_an_odd_answer_about_one_container(engine: FakeEngine, look: Callable[[], Health], found: bytes) -> None:
    engine.replies["account-1/json"] = lambda: (200, found)
    account = of_account(look())
    assert account.fault == "inspect"
    assert "has not the shape" in (account.diagnosis or "")


def test_a_number_that_is_none(engine: FakeEngine, look: Callable[[], Health]) -> None:
    engine.containers["account-1"].update(RestartCount="often")
    engine.containers["account-1"]["State"].update(Running=False)
    assert of_account(look()).fault == "inspect"


@pytest.mark.parametrize("listed", [b'["a"]', b"{}", b"5", b"null", b'[{"Names": ["/x"]}]', b"[" * 60_000])
def test_an_odd_list_of_containers(engine: FakeEngine, look: Callable[[], Health], listed: bytes) -> None:
    engine.replies["/containers/json"] = lambda: (200, listed)
    health = look()
    assert health.engine.fault == "protocol"


@pytest.mark.parametrize(
    "version",
    [
        b'{"ApiVersion": 5}',
        b'{"ApiVersion": ""}',
        b'{"ApiVersion": "x"}',
        b"{}",
        b"null",
        b"<html>",
        b'{"ApiVersion": "1.44", "MinAPIVersion": 1.2}',
        b"[" * 60_000,
    ],
)
def test_an_odd_greeting(engine: FakeEngine, look: Callable[[], Health], version: bytes) -> None:
    engine.replies["/version"] = lambda: (200, version)
    assert look().engine.fault == "protocol"


def test_a_container_that_loses_its_name_while_it_is_removed(engine: FakeEngine, look: Callable[[], Health]) -> None:
    """Docker still lists it, without a name."""
    engine.containers["extra"] = container("extra", image("account-service"), "another")
    listed = json.loads(engine.answer("GET", "/v1.44/containers/json")[1])
    listed[-1]["Names"] = None
    engine.replies["/containers/json"] = lambda: (200, json.dumps(listed).encode())
    assert look().healthy
