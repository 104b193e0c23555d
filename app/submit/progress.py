"""The way of a case as its reporter is told it: what has happened, where it is, what comes next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.i18n import gettext, long_day, ngettext, say
from app.language.definition import Flow, Routine, State, Transition
from app.language.parties import InField, Word, walk
from app.routing.facts import CaseFacts
from app.workflow.context import Context
from app.workflow.migrating import MIGRATED
from app.workflow.nextstep import natural
from app.workflow.told import told
from model import Case, JournalEntry

AHEAD = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `state` is done, now or next."""

    state: str
    title: str
    text: str = ""


def way(context: Context, case: Case, facts: CaseFacts, entries: Sequence[JournalEntry], lang: str) -> list[Step]:
    """Give the steps taken, the present one and those that usually follow."""
    done = _taken(context, entries, lang)
    states = facts.flow.states
    steps = [Step("done", label, long_day(at)) for label, at in done[:-1]]
    since = long_day(done[-1][1] if done else case.submitted_at)
    here = states[case.state]
    if here.finished:
        return [*steps, Step("done", say(here.label, lang), since)]
    now = Step("now", say(here.label, lang), ". ".join(text for text in (since, _until(case, facts)) if text))
    return [*steps, now, *(Step("next", say(state.label, lang)) for state in ahead(facts.flow, case.state))]


def _taken(context: Context, entries: Sequence[JournalEntry], lang: str) -> list[tuple[str, datetime]]:
    """Give each state it came to, called as its edition called it, and when. Another name for a state is no step."""
    taken: list[tuple[str, datetime]] = []
    known: Mapping[str, State] = {}
    for entry in entries:
        was, known = known, context.edition(entry).routine.flows[entry.flow].states
        if entry.from_state == entry.to_state:
            continue
        renamed = entry.event == MIGRATED and entry.to_state not in was
        label = say(known[entry.to_state].label, lang) if entry.to_state in known else entry.to_state
        if renamed and taken:
            taken[-1] = (label, taken[-1][1])
        else:
            taken.append((label, entry.at))
    return taken


def _until(case: Case, facts: CaseFacts) -> str:
    """Say by when the present state should be over, or that it is late."""
    last = due(case, facts)
    if last is None:
        return ""
    late = (facts.today - last).days
    if late > 0:
        return ngettext("The deadline passed %(num)d day ago.", "The deadline passed %(num)d days ago.", late)
    return gettext("Should be done by %(day)s.", day=long_day(last))


def due(case: Case, facts: CaseFacts) -> date | None:
    """Give the day by which the present state should be over: its own clock's end."""
    for name, clock in facts.flow.clocks.items():
        row = facts.clock(name)
        if case.state in clock.start and row is not None and row.stopped_at is None and row.due_at:
            return facts.organisation.worktime.day_of(row.due_at)
    return None


def beginning(case: Case, facts: CaseFacts, lang: str) -> list[Step]:
    """Give the receipt's three steps: received, what happens now, what usually follows."""
    first = Step("done", gettext("We have received your report"), long_day(case.submitted_at))
    now = Step("next", told(facts, lang), _until(case, facts))
    onward = next(natural(facts.flow, case.state), None)
    if onward is None or onward.to.state not in facts.flow.states:
        return [first, now]
    mailed = case.reporter_id is not None and mails_reporter(onward, facts.routine)
    after = gettext("You get an e-mail when it happens.") if mailed else ""
    return [first, now, Step("next", say(facts.flow.states[onward.to.state].label, lang), after)]


def mails_reporter(transition: Transition, routine: Routine) -> bool:
    """Whether the reporter gets mail about the move."""
    told = (each for party, _ in transition.notify for each in walk(party, routine.parties))
    return any(each in (Word("reporter"), InField("reporter")) for each in told)


def ahead(flow: Flow, state: str) -> Iterator[State]:
    """Give the states that usually follow, the nearest first."""
    for _ in range(AHEAD):
        onward = next(natural(flow, state), None)
        if onward is None or onward.to.state not in flow.states:
            return
        state = onward.to.state
        yield flow.states[state]
