"""Routing explained: each row that was tried, each level looked at, and who has the case in the end - in words.

Nothing here tells what a case is about: only its place, functions, and whether a row fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.change.coverage import routed
from app.i18n import gettext, long_day, say
from app.language.conditions import ALWAYS
from app.routing.facts import CaseFacts
from app.routing.organisation import Holding, Organisation, UnitCopy
from app.routing.parties import Found
from app.telling.names import Names, listed
from app.telling.words import condition_in_words, party_in_words

Step = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """One step in words: ok True, False, or None = passed over."""

    text: str
    ok: bool | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """Where a case goes: the router's answer, its steps in words, and who has it in the end."""

    found: Found
    steps: list[Said]
    end: Said


def naming(organisation: Organisation) -> Names:
    """Give what roles, areas and units are called."""
    return Names(
        roles=organisation.roles,
        areas={area.name: area.label for area in organisation.areas.values()},
        units={unit.name: unit.label for unit in organisation.units.values()},
    )


def short(unit: UnitCopy) -> str:
    """What a unit is called in a sentence: its short name, if it has one."""
    return unit.code or say(unit.label)


def explain(facts: CaseFacts) -> Explained:
    """Ask the router where the case goes, and tell each step."""
    found = routed(facts)
    teller = _Teller(facts)
    return Explained(found, [teller.step(each) for each in found.steps], teller.end(found))


@dataclass(frozen=True)
class _Teller:
    facts: CaseFacts

    @property
    def _organisation(self) -> Organisation:
        return self.facts.organisation

    def step(self, step: Step) -> Said:
        if step["step"] == "row":
            return Said(self._row(step), step["ok"])
        if step["step"] == "no_row":
            return Said(gettext("No row of the routing table fits."), ok=False)
        if step.get("shut_out") and not step["ok"]:
            return Said(gettext("%(role)s at %(unit)s: shut out of this case.", **self._words(step)), ok=None)
        return Said(self._found(step) if step["ok"] else self._missing(step), bool(step["ok"]))

    def _row(self, step: Step) -> str:
        row = self._organisation.rows[step["row"] - 1]
        names, number = naming(self._organisation), step["row"]
        condition = condition_in_words(row.when, self.facts.routine, names)
        if not step["ok"]:
            return gettext("Row %(row)d is only for: %(condition)s.", row=number, condition=condition)
        party = party_in_words(row.to, self.facts.routine, names)
        if row.when == ALWAYS:
            return gettext("Row %(row)d is for everything else. Goes to: %(party)s.", row=number, party=party)
        return gettext("Row %(row)d: %(condition)s. Goes to: %(party)s.", row=number, condition=condition, party=party)

    def _words(self, step: Step) -> dict[str, str]:
        return {
            "unit": short(self._organisation.units[step["unit"]]),
            "role": naming(self._organisation).role(step["role"]),
        }

    def _found(self, step: Step) -> str:
        holders = self._organisation.holders(step["role"], step["unit"], self.facts.area_id, self.facts.today)
        words = {**self._words(step), "people": people(holders)}
        if step["deputy"]:
            away = [h for h in self._posts(step) if not h.deputy]
            steps_in = gettext("%(unit)s: %(people)s steps in as deputy for %(role)s.", **words)
            return " ".join([steps_in, *self._away(away)])
        others = [h for h in self._posts(step) if h.person not in {each.person for each in holders}]
        told = [gettext("%(unit)s: %(role)s is %(people)s.", **words)]
        if others:
            told.append(gettext("If nobody is there, %(people)s steps in.", people=people(others)))
        ends = [h.ends_on for h in holders]
        if all(ends):
            told.append(gettext("Ends %(day)s.", day=long_day(max(day for day in ends if day))))
        return " ".join(told)

    def _posts(self, step: Step) -> list[Holding]:
        posts = self._organisation.posts(step["role"], step["unit"], self.facts.area_id)
        return [h for h in posts if h.counts(self.facts.today)]

    def _away(self, holdings: Iterable[Holding]) -> Iterator[str]:
        for holding in holdings:
            until = _back(holding, self.facts.today)
            if until is not None:
                yield gettext("%(people)s is away until %(day)s.", people=holding.label, day=long_day(until))
            elif holding.is_away(self.facts.today):
                yield gettext("%(people)s is away.", people=holding.label)

    def _missing(self, step: Step) -> str:
        """Say why nobody is there: away, over, not begun, or never given to anybody."""
        words, today = self._words(step), self.facts.today
        away = list(self._away(self._posts(step)))
        if away:
            return " ".join([gettext("%(unit)s: nobody is there now as %(role)s.", **words), *away])
        posts = self._organisation.posts(step["role"], step["unit"], self.facts.area_id)
        coming = [h.starts_on for h in posts if h.starts_on is not None and h.starts_on > today]
        over = [h.ends_on for h in posts if h.ends_on is not None and h.ends_on < today]
        told = [gettext("%(unit)s has no %(role)s.", **words)]
        if over:
            told.append(gettext("The last assignment ended %(day)s.", day=long_day(max(over))))
        if coming:
            told.append(gettext("The next one begins %(day)s.", day=long_day(min(coming))))
        return " ".join(told)

    def end(self, found: Found) -> Said:
        who = self._who(found)
        if found.anyone:
            return Said(gettext("Anyone may take the case."), ok=True)
        if not who:
            return Said(gettext("Nobody gets the case. It waits, and the administrators are told."), ok=False)
        if found.fell:
            return Said(gettext("Reserve: %(who)s gets the case.", who=who), ok=True)
        return Said(gettext("%(who)s gets the case.", who=who), ok=True)

    def _who(self, found: Found) -> str:
        seat = found.seats[0] if found.seats else None
        if seat is None or seat.unit is None:
            return listed(filter(None, map(self.facts.world.person, found.people)))
        role = naming(self._organisation).role(seat.role)
        return gettext("%(role)s at %(unit)s", role=role, unit=short(self._organisation.units[seat.unit]))


def _back(holding: Holding, today: date) -> date | None:
    """The last day of the absence that today is part of; None where it has no end, or there is none."""
    ends = [end for start, end in holding.away if start <= today and (end is None or today <= end)]
    return max(end for end in ends if end) if ends and all(ends) else None


def people(holdings: Iterable[Holding]) -> str:
    """Name the people, each once."""
    return listed(h.label for h in holdings)


# -- a trace that is kept on a case ---------------------------------------------


def of_trace(steps: Iterable[Step], organisation: Organisation) -> list[Said]:
    """Tell how the receiver was found then, step by step; rows and people may have changed since."""
    return [Said(_tell(step, organisation), step.get("ok")) for step in steps]


def _tell(step: Step, organisation: Organisation) -> str:
    if step["step"] == "row":
        return _tell_row(step)
    if step["step"] == "no_row":
        return gettext("No row of the routing table fits.")
    unit = organisation.units.get(step["unit"])
    words = {
        "role": say(organisation.label(step["role"])),
        "unit": say(unit.label) if unit else "",
        "people": ", ".join(step.get("people", ())),
    }
    if not step["ok"]:
        return gettext("%(unit)s has no %(role)s, so we looked further.", **{**words, "role": words["role"].lower()})
    if step.get("deputy"):
        return gettext("%(unit)s: %(people)s steps in as deputy for %(role)s.", **words)
    return gettext("%(unit)s: %(role)s is %(people)s.", **words)


def _tell_row(step: Step) -> str:
    if step["ok"]:
        return gettext("Row %(row)d of the routing table fits this unit and area.", row=step["row"])
    return gettext("Row %(row)d of the routing table does not fit.", row=step["row"])
