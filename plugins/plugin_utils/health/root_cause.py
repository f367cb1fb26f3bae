# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the root causes, by one rule for everything:

1. A symptom without needs is a cause.
2. Of a part without such a symptom, the first symptom counts; the others are consequences of it. When one of its needs
   is away, the causes of that explain it, and the part is affected by them.
3. A symptom that nothing explains is a cause after all.
4. A fault that disturbs no other part, or a state that is not known, is a cause, but explains nothing of other parts.
"""

from __future__ import annotations

from collections.abc import Sequence

from .containers import DRIFT_WORDS
from .model import Need, Subject, Symptom

# Where several symptoms of one part are causes, these say more than the others.
_TELLING = {
    *("container.hostname", "mongodb.disk_full", "mongodb.disk_missing", "mongodb.disk_read_only"),
    *("mongodb.data_missing", "mongodb.renamed"),
}

# Causes that disturb no other part. Beside one of these, a part may be affected by others as well.
_HARMLESS = {
    "nats.auth_off",
    "mongodb.auth_off",
    "mongodb.fcv",
    "mongodb.lag",
    "mongodb.oplog",
    "mongodb.privilege_wide",
}
# A part serves all the same, if nothing else is wrong with it.
_SERVES = (
    _HARMLESS
    | {f"container.{word}" for word in DRIFT_WORDS}
    | {"mongodb.disk_full", "mongodb.sees_otherwise", "nats.slow"}
)

# The state is not known: that explains why a part was not judged, and no symptom that was seen.
_UNKNOWN = ("question.", "host.not_asked")


class RootCauses:
    """By the id of each subject in trouble.

    ``causes``: the subjects that caused it, itself or others.
    ``main_symptom``: of a cause, the symptom that says the most.
    """

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self.causes: dict[str, list[Subject]] = {}
        self.main_symptom: dict[str, Symptom] = {}
        self._stopped_by: dict[str, list[Subject]] = {}
        self._providers: dict[tuple[str, str], list[Subject]] = {}
        for subject in subjects:
            for provided in subject.provides:
                self._providers.setdefault(provided, []).append(subject)
        troubled = [subject for subject in subjects if subject.symptoms]
        # Causes first: a part that needs them may stand before them, as with two containers of one hostname.
        for subject in troubled:
            if any(symptom.intrinsic and symptom.kind not in _HARMLESS for symptom in subject.symptoms):
                self._mark(subject, _most_telling(subject.symptoms))
        for subject in troubled:
            if subject.id not in self.causes:
                self._explain(subject)

    def _mark(self, subject: Subject, symptom: Symptom) -> None:
        self.causes[subject.id] = self._stopped_by[subject.id] = [subject]
        self.main_symptom[subject.id] = symptom

    def _explain(self, subject: Subject) -> None:
        """For a subject whose own causes are harmless, if it has any."""
        harmless = [symptom for symptom in subject.symptoms if symptom.intrinsic]
        open_questions = [symptom for symptom in subject.symptoms if not symptom.intrinsic]
        causes = self._causes(open_questions[0]) if open_questions else []
        if open_questions and not causes:
            self._mark(subject, open_questions[0])
        elif harmless:
            self._mark(subject, harmless[0])
            self._stopped_by[subject.id] = causes
        else:
            self.causes[subject.id] = self._stopped_by[subject.id] = causes

    def _causes(self, symptom: Symptom) -> list[Subject]:
        return list({cause.id: cause for need in symptom.needs for cause in self._away(need)}.values())

    def _away(self, need: Need) -> list[Subject]:
        providers = self._providers.get((need.what, need.of), [])
        troubled = [self._stopping(provider, need) for provider in providers]
        if not (any(troubled) if need.any_of_them else all(troubled)):
            return []
        return [cause for causes in troubled for cause in causes]

    def _stopping(self, provider: Subject, need: Need) -> list[Subject]:
        """Root causes that stop this provider; empty if it works."""
        return [
            cause
            for cause in self._stopped_by.get(provider.id, [])
            if (need.as_planned or not _serves(cause)) and (cause is provider or not self._is_unknown(cause))
        ]

    def _is_unknown(self, cause: Subject) -> bool:
        return self.main_symptom[cause.id].kind.startswith(_UNKNOWN)


def _serves(cause: Subject) -> bool:
    return {symptom.kind for symptom in cause.symptoms} <= _SERVES


def _most_telling(symptoms: Sequence[Symptom]) -> Symptom:
    """A serious cause rather than a harmless one, a telling one rather than another, else the first."""
    own = [symptom for symptom in symptoms if symptom.intrinsic]
    return min(own, key=lambda symptom: (symptom.kind in _HARMLESS, symptom.kind not in _TELLING))
