"""Why somebody sees a case, or doesn't: each way in, and whether they are let in by it - never what the case is about.

Who reported is never told, nor what follows from it: ways that depend on a protected person are named, not answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.access import Viewer
from app.change.explain import Said, naming, short
from app.i18n import gettext, language, long_day, say
from app.language.definition import Routine
from app.language.parties import InField, Party, Query, Word, opened
from app.language.parties import walk as members
from app.routing import seats
from app.routing.facts import CaseFacts
from app.routing.organisation import Holding
from app.telling.labels import field_in_words
from app.telling.names import listed
from app.telling.words import party_in_words
from app.workflow.words import seat_in_words


@dataclass(frozen=True, slots=True)
class Sight:
    """How much somebody sees - whole, some or none of it - and the ways in, each answered."""

    much: str
    verdict: str
    steps: list[Said]


def sight(viewer: Viewer, who: str, facts: CaseFacts) -> Sight:
    """Tell how the viewer, called `who`, comes to see the case, or why not."""
    return _Looker(viewer, who, facts).tell()


@dataclass(frozen=True)
class _Looker:
    viewer: Viewer
    who: str
    facts: CaseFacts

    def tell(self) -> Sight:
        ways = list(self.viewer.ways(self.facts))
        open_ways = [(party, fits) for party, fits in ways if not protected(party, self.viewer.routine)]
        whole = self.facts.whole
        through = whole is not None and self.viewer.fully(whole)
        steps = [each for party, fits in ways for each in self._way(party, fits=fits)]
        if whole is not None:
            steps.append(self._through(fits=through))
        let_in = [party for party, fits in open_ways if fits]
        if through or any(not _held(party) for party in let_in):
            return Sight("whole", gettext("%(who)s sees the whole case.", who=self.who), steps)
        if let_in:
            return Sight("some", self._some(let_in), steps)
        return Sight("none", gettext("%(who)s does not see the case.", who=self.who), steps)

    def _some(self, parties: list[Party]) -> str:
        names = dict.fromkeys(name for each in parties if isinstance(each, Query) for name in each.only)
        fields = listed(field_in_words(name, self.viewer.routine) for name in names)
        return gettext("%(who)s sees only some of the case: %(fields)s.", who=self.who, fields=fields)

    def _way(self, party: Party, *, fits: bool) -> Iterator[Said]:
        if party == Word("handler"):
            yield from self._handler(fits=fits)
        elif protected(party, self.viewer.routine):
            yield Said(gettext("This way isn't answered, to protect who reported: %(party)s.", party=self._said(party)))
        elif fits:
            yield Said(
                gettext("%(who)s is among those who see it: %(party)s.", who=self.who, party=self._said(party)), ok=True
            )
        else:
            yield Said(gettext("%(who)s is not among: %(party)s.", who=self.who, party=self._said(party)), ok=False)

    def _said(self, party: Party) -> str:
        flow = self.viewer.routine.flows.get(self.facts.flow.name)
        return party_in_words(party, self.viewer.routine, naming(self.viewer.organisation), flow)

    def _handler(self, *, fits: bool) -> Iterator[Said]:
        handler = self.facts.value("handler")
        if not handler:
            yield Said(gettext("Nobody handles the case now."), ok=False)
            return
        words = {"who": self.who, "handler": self._seat(str(handler))}
        if fits:
            yield Said(gettext("The case is with %(handler)s, and that is %(who)s.", **words), ok=True)
            return
        yield Said(gettext("The case is with %(handler)s, and that is not %(who)s.", **words), ok=False)
        role = seats.read(str(handler)).role
        if role:
            yield from self._posts(role)

    def _seat(self, handler: str) -> str:
        seat = seats.read(handler)
        unit = self.viewer.organisation.units.get(seat.unit or 0)
        if not seat.role or unit is None:
            return seat_in_words(self.facts, handler, language())
        role = naming(self.viewer.organisation).role(seat.role)
        return gettext("%(role)s at %(unit)s", role=role, unit=short(unit))

    def _posts(self, role: str) -> Iterator[Said]:
        """Say where the viewer has the handler's role, and why that doesn't help."""
        label = naming(self.viewer.organisation).role(role)
        own = [h for h in self.viewer.organisation.holdings if h.person == self.viewer.person and h.role == role]
        if not own:
            yield Said(gettext("%(who)s is not %(role)s anywhere.", who=self.who, role=label))
        for holding in own:
            place = self.viewer.organisation.units[holding.unit]
            area = self.viewer.organisation.areas.get(holding.area or 0)
            words = {"who": self.who, "role": label, "unit": short(place)}
            told = gettext("%(who)s is %(role)s at %(unit)s.", **words)
            about = [gettext("That is only for the area %(area)s.", area=say(area.label))] if area else []
            yield Said(" ".join([told, *about, *self._state(holding)]))

    def _state(self, holding: Holding) -> Iterator[str]:
        today = self.viewer.today
        if holding.ends_on is not None and holding.ends_on < today:
            yield gettext("It ended %(day)s.", day=long_day(holding.ends_on))
        elif holding.starts_on is not None and holding.starts_on > today:
            yield gettext("It begins %(day)s.", day=long_day(holding.starts_on))
        elif holding.is_away(today):
            yield gettext("But %(who)s is away now.", who=self.who)
        elif holding.deputy:
            yield gettext("As a deputy, so only while nobody else is there.")

    def _through(self, *, fits: bool) -> Said:
        if fits:
            return Said(gettext("%(who)s sees the whole case that it belongs to.", who=self.who), ok=True)
        return Said(gettext("%(who)s does not see the whole case that it belongs to.", who=self.who), ok=False)


def protected(party: Party, routine: Routine) -> bool:
    """Whether being in the party may tell who reported, or who is named in a field that not everybody may read."""
    for each in opened(party, routine.parties):
        for member in members(each, routine.parties):
            match member:
                case Word("reporter"):
                    return True
                case InField(name) if name == "reporter" or (name in routine.fields and routine.fields[name].see):
                    return True
                case Query(did=did) if did is not None and _by_reporter(did, routine):
                    return True
    return False


def _by_reporter(move: str, routine: Routine) -> bool:
    """Whether the reporter may have made the move."""
    moves = (flow.transitions[move] for flow in routine.flows.values() if move in flow.transitions)
    reporters = {Word("reporter"), Word("anyone"), InField("reporter")}
    return move == "anything" or any(not reporters.isdisjoint(opened(each.by, routine.parties)) for each in moves)


def _held(party: Party) -> bool:
    return isinstance(party, Query) and bool(party.only)
