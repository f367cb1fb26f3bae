# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of HTTP(S) endpoints: asks until they are healthy or time is up, and says in a sentence what is wrong.

No Ansible here, nor in the package `probing`, which knows how to ask.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable, Union

from ..probing.clock import milliseconds_since
from ..probing.decoding import decoded
from ..probing.fault import Fault
from ..probing.fetching import Answer, check_headers, describe, fetch, quote
from ..probing.polling import Polled, Timeouts, poll
from ..probing.target import Target, parse_url
from ..probing.tls import Trust
from .readiness import DEGRADED, LAGGING, PAUSES, check_readiness, waiting

# the other probes ask as this one does
__all__ = ["Attempt", "Endpoint", "EndpointHealth", "Fault", "Timeouts", "poll", "probe_endpoints"]


# All of the text, or fields that a JSON object has to have.
Body = Union[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Endpoint:
    """One URL and what a healthy answer from it looks like; without ``bodies``, any body will do.

    ``readiness``: it is /readyz, whose answers are known.
    """

    name: str
    url: str
    status: tuple[int, ...] = (200,)
    bodies: tuple[Body, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    readiness: bool = False


@dataclass(frozen=True)
class Attempt:
    """One answer, judged. ``warning``: what does not keep it from serving."""

    fault: Fault | None
    status: int | None
    latency_ms: float
    warning: Fault | None = None

    @property
    def healthy(self) -> bool:
        return self.fault is None

    @property
    def timed_out(self) -> bool:
        return self.fault is not None and self.fault.timed_out


@dataclass(frozen=True)
class EndpointHealth:
    """What the module returns for an endpoint."""

    name: str
    url: str
    state: str
    status: int | None
    attempts: int
    healthy_after: float | None
    latency_ms: float | None
    fault: str | None
    diagnosis: str | None
    warning: str | None


def probe_endpoints(
    endpoints: Sequence[Endpoint], timeouts: Timeouts, trust: Trust, concurrency: int = 32
) -> list[EndpointHealth]:
    """The health of every endpoint, in the order given. ValueError when an endpoint or `concurrency` is unusable."""
    if concurrency < 1:
        raise ValueError(f"concurrency must be at least 1, but is {concurrency}.")
    for endpoint in endpoints:
        check_headers(endpoint.headers)
    asks = [_asker(endpoint, parse_url(endpoint.url), timeouts, trust) for endpoint in endpoints]
    results = poll(asks, timeouts, concurrency)
    return [_health(endpoint, polled) for endpoint, polled in zip(endpoints, results)]


def _asker(endpoint: Endpoint, target: Target, timeouts: Timeouts, trust: Trust) -> Callable[[float], Attempt]:
    def ask(stop: float) -> Attempt:
        started = time.monotonic()
        status = fault = warning = None
        try:
            answer = fetch(target, timeouts.limit(stop), trust, endpoint.headers)
            status = answer.status
            fault = check_readiness(answer) if endpoint.readiness else check_answer(endpoint, answer)
        except Fault as caught:
            fault = _explained(waiting(caught) if endpoint.readiness else caught)
        if fault and fault.kind in DEGRADED:
            fault, warning = None, fault
        return Attempt(fault, status, milliseconds_since(started), warning)

    return _again_while_lagging(ask) if endpoint.readiness else ask


def _again_while_lagging(ask: Callable[[float], Attempt]) -> Callable[[float], Attempt]:
    def ask_again(stop: float) -> Attempt:
        attempt = ask(stop)
        for pause in PAUSES:
            if not (attempt.warning and attempt.warning.kind == LAGGING) or time.monotonic() + pause >= stop:
                break
            time.sleep(pause)
            attempt = ask(stop)
        return attempt

    return ask_again


def _explained(fault: Fault) -> Fault:
    """Seen on Rocket.Chat's services (6.14): none opens a port before it finds a monolith on its NATS bus."""
    if fault.kind != "reset":
        return fault
    return Fault(fault.kind, f"{fault.sentence} A service of Rocket.Chat waits like this for NATS and a monolith.")


def check_answer(endpoint: Endpoint, answer: Answer) -> Fault | None:
    """Whether the answer is the expected one."""
    if answer.status not in endpoint.status:
        expected = " or ".join(str(code) for code in endpoint.status)
        return Fault("status", f"It {describe(answer)} instead of {expected}{quote(answer)}.")
    if endpoint.bodies and not any(_is(body, answer) for body in endpoint.bodies):
        said = f"begins with {answer.summary!r}" if answer.body else "is empty"
        expected = " or ".join(repr(body) for body in endpoint.bodies)
        sentence = f"It {describe(answer)}, but instead of {expected} the body {said}: "
        return Fault("body", sentence + "something other than the service answers there.")
    return None


def _is(body: Body, answer: Answer) -> bool:
    text = answer.body.decode("utf-8", "replace").strip()
    if isinstance(body, str):
        return text == body
    try:
        fields = decoded(text)
    except ValueError:
        return False
    return isinstance(fields, dict) and body.items() <= fields.items()


def _health(endpoint: Endpoint, polled: Polled) -> EndpointHealth:
    attempt: Attempt | None = polled.answer
    if attempt is None:
        fault: Fault | None = Fault("not_asked", "Time was up before its turn came: raise timeout or concurrency.")
    else:
        fault = attempt.fault
    return EndpointHealth(
        name=endpoint.name,
        url=endpoint.url,
        state="unhealthy" if fault else "healthy",
        status=attempt.status if attempt else None,
        attempts=polled.attempts,
        healthy_after=polled.healthy_after,
        latency_ms=attempt.latency_ms if attempt else None,
        fault=fault.kind if fault else None,
        diagnosis=fault.sentence if fault else None,
        warning=attempt.warning.sentence if attempt and attempt.warning else None,
    )
