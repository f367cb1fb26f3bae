# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells causes from victims, by one rule for everything:

1. A symptom without needs is a cause.
2. A part without such a symptom is judged by its first one; the others are consequences of that. It is explained when
   one of its needs is away, and then the part is affected by whoever took it away.
3. A symptom that nothing explains is a cause after all.
4. What keeps nobody from working, or is only not known, is told as a cause, but explains nothing of others.
"""

from __future__ import annotations

from collections.abc import Sequence

from .containers import DRIFT_WORDS
from .model import Need, Subject, Symptom

# Where several symptoms of one part are causes, these say more than the others.
_TELLING = {"container.hostname", "mongodb.disk_full", "mongodb.disk_missing", "mongodb.disk_read_only"}

# Causes that keep nobody from working. Beside one of these, a part may suffer from others as well.
_HARMLESS = {
    "nats.auth_off",
    "mongodb.auth_off",
    "mongodb.fcv",
    "mongodb.lag",
    "mongodb.oplog",
    "mongodb.privilege_wide",
}
# It serves all the same, if nothing else is wrong with it.
_SERVES = (
    _HARMLESS
    | {f"container.{word}" for word in DRIFT_WORDS}
    | {"mongodb.disk_full", "mongodb.sees_otherwise", "nats.slow"}
)

# Nobody knows how it is: that explains why a part was not judged, and no symptom that was seen.
_UNKNOWN = ("question.", "host.not_asked")


class Court:
    """By the id of each subject in trouble.

    ``blamed``: those who caused it, itself or others. ``told``: of a cause, the symptom that says the most.
    """

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self.blamed: dict[str, list[Subject]] = {}
        self.told: dict[str, Symptom] = {}
        self._takes_away: dict[str, list[Subject]] = {}
        self._providers: dict[tuple[str, str], list[Subject]] = {}
        for subject in subjects:
            for provided in subject.provides:
                self._providers.setdefault(provided, []).append(subject)
        troubled = [subject for subject in subjects if subject.symptoms]
        # Causes first: who needs them may come before them in the list, as with two containers of one hostname.
        for subject in troubled:
            if any(symptom.intrinsic and symptom.kind not in _HARMLESS for symptom in subject.symptoms):
                self._convict(subject, _most_telling(subject.symptoms))
        for subject in troubled:
            if subject.id not in self.blamed:
                self._judge(subject)

    def _convict(self, subject: Subject, symptom: Symptom) -> None:
        self.blamed[subject.id] = self._takes_away[subject.id] = [subject]
        self.told[subject.id] = symptom

    def _judge(self, subject: Subject) -> None:
        """Nothing serious is of its own; something harmless may be."""
        harmless = [symptom for symptom in subject.symptoms if symptom.intrinsic]
        open_questions = [symptom for symptom in subject.symptoms if not symptom.intrinsic]
        culprits = self._culprits(open_questions[0]) if open_questions else []
        if open_questions and not culprits:
            self._convict(subject, open_questions[0])
        elif harmless:
            self._convict(subject, harmless[0])
            self._takes_away[subject.id] = culprits
        else:
            self.blamed[subject.id] = self._takes_away[subject.id] = culprits

    def _culprits(self, symptom: Symptom) -> list[Subject]:
        return list({culprit.id: culprit for need in symptom.needs for culprit in self._away(need)}.values())

    def _away(self, need: Need) -> list[Subject]:
        providers = self._providers.get((need.what, need.of), [])
        troubled = [self._who_took(provider, need) for provider in providers]
        if not (any(troubled) if need.any_of_them else all(troubled)):
            return []
        return [culprit for culprits in troubled for culprit in culprits]

    def _who_took(self, provider: Subject, need: Need) -> list[Subject]:
        """Who keeps this one from providing; nobody if it provides."""
        return [
            culprit
            for culprit in self._takes_away.get(provider.id, [])
            if (need.as_planned or not _serves(culprit)) and (culprit is provider or not self._is_unknown(culprit))
        ]

    def _is_unknown(self, culprit: Subject) -> bool:
        return self.told[culprit.id].kind.startswith(_UNKNOWN)


def _serves(culprit: Subject) -> bool:
    return {symptom.kind for symptom in culprit.symptoms} <= _SERVES


def _most_telling(symptoms: Sequence[Symptom]) -> Symptom:
    """A serious cause rather than a harmless one, a telling one rather than another, else the first."""
    own = [symptom for symptom in symptoms if symptom.intrinsic]
    return min(own, key=lambda symptom: (symptom.kind in _HARMLESS, symptom.kind not in _TELLING))
