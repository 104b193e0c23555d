"""A difference told in plain sentences, in the request's language: nothing that differs goes untold."""

from __future__ import annotations

from dataclasses import replace

from app.i18n import LANGUAGES, gettext, say
from app.language.definition import Routine
from app.telling.difference import Difference
from app.telling.names import Names, listed
from app.telling.of_fields import added_field, changed_field, removed_field
from app.telling.of_flows import of_flow
from app.telling.of_moves import says_of
from app.telling.of_reports import added_report, changed_report, removed_report
from app.telling.teller import Pair, Sentence, Told, minus, once, plus, tilde, told_parts

__all__ = ["Sentence", "sentences"]


def sentences(old: Routine, new: Routine, difference: Difference, names: Names) -> list[Sentence]:
    """Tell the difference: each flow first, then requirements, questions, groups, functions, reports and the rest."""
    pair = Pair.of(old, new, names)
    found = [
        replace(sentence, flow=name) for name, flow in difference.flows.items() for sentence in of_flow(flow, pair)
    ]
    for part in (_guards, _fields, _parties, _roles, _reports, _itself):
        found += part(difference, pair)
    return list(dict.fromkeys(found))


def _guards(difference: Difference, pair: Pair) -> Told:
    old, new = pair.before.routine, pair.now.routine
    for name in difference.guards.added:
        condition = pair.now.condition(new.guards[name].needs)
        yield plus(
            gettext(
                "New requirement: %(says)s (It holds if %(condition)s.)", says=says_of(name, new), condition=condition
            )
        )
    for name in difference.guards.removed:
        yield minus(gettext("Removed requirement: %(says)s", says=says_of(name, old)))
    for name, parts in difference.guards.changed.items():
        yield from _guard(name, parts, pair)


def _guard(name: str, parts: frozenset[str], pair: Pair) -> Told:
    old, new = pair.before.routine.guards[name], pair.now.routine.guards[name]
    values = {"says": say(new.says), "old": say(old.says)}
    conditions = {"condition": pair.now.condition(new.needs), "before": pair.before.condition(old.needs)}
    needs = gettext(
        "The requirement “%(says)s” now holds if %(condition)s. Before: if %(before)s.",
        says=values["says"],
        **conditions,
    )
    says = gettext("The requirement “%(old)s” now says: %(says)s", **values)
    yield from told_parts(
        values["says"], parts, {"needs": once(tilde(needs)), "says": once(tilde(says), old.says, new.says)}
    )


def _fields(difference: Difference, pair: Pair) -> Told:
    old, new = pair.before.routine.fields, pair.now.routine.fields
    for name in difference.fields.added:
        yield from added_field(pair, new[name])
    for name in difference.fields.removed:
        yield from removed_field(old[name])
    for name, parts in difference.fields.changed.items():
        yield from changed_field(pair, old[name], new[name], parts)


def _parties(difference: Difference, pair: Pair) -> Told:
    old, new = pair.before.routine.parties, pair.now.routine.parties
    for name in difference.parties.added:
        yield plus(gettext("New group of people: %(who)s.", who=pair.now.party(new[name])))
    for name in difference.parties.removed:
        yield minus(gettext("Removed group of people: %(who)s.", who=pair.before.party(old[name])))
    for name in difference.parties.changed:
        values = {"new": pair.now.party(new[name]), "old": pair.before.party(old[name])}
        yield tilde(gettext("The group that was %(old)s is now %(new)s.", **values))


def _roles(difference: Difference, pair: Pair) -> Told:
    for name in difference.roles.added:
        yield plus(gettext("%(role)s is now a function in the routine.", role=pair.now.names.role(name)))
    for name in difference.roles.removed:
        yield minus(gettext("%(role)s is no longer a function in the routine.", role=pair.before.names.role(name)))


def _reports(difference: Difference, pair: Pair) -> Told:
    old, new = pair.before.routine.reports, pair.now.routine.reports
    for name in difference.reports.added:
        yield from added_report(pair, new[name])
    for name in difference.reports.removed:
        yield from removed_report(old[name])
    for name, parts in difference.reports.changed.items():
        yield from changed_report(pair, old[name], new[name], parts)


def _itself(difference: Difference, pair: Pair) -> Told:
    old, new = pair.before.routine, pair.now.routine
    languages = listed(LANGUAGES.get(code, code) for code in new.languages)
    ways = {
        "title": once(
            tilde(gettext("The routine “%(old)s” is now called “%(new)s”.", old=say(old.title), new=say(new.title))),
            old.title,
            new.title,
        ),
        "languages": once(tilde(gettext("The routine is now written in %(languages)s.", languages=languages))),
        "flow order": once(
            tilde(gettext("The kinds of case stand in another order. A new report takes the first that fits."))
        ),
        "migrate": lambda: _migrate(pair),
    }
    yield from told_parts(say(new.title), difference.parts, ways)


def _migrate(pair: Pair) -> Told:
    new = pair.now.routine
    for name, answer in new.migrate.items():
        if answer == pair.before.routine.migrate.get(name):
            continue
        inside = pair.within(pair.before.routine.flows.get(name), new.flows.get(name))
        flow = pair.now.flow_label(name)
        if isinstance(answer, str):
            yield tilde(gettext("Open cases in “%(flow)s” are finished under the edition they have.", flow=flow))
            continue
        yield tilde(gettext("Open cases in “%(flow)s” go on under the new edition.", flow=flow))
        for old_state, new_state in answer.items():
            values = {"old": inside.before.state(old_state), "new": inside.now.state(new_state)}
            if values["old"] != values["new"]:
                yield tilde(gettext("Open cases in %(old)s move to %(new)s.", **values))
    for name in pair.before.routine.migrate:
        if name not in new.migrate:
            flow = pair.before.flow_label(name)
            yield tilde(gettext("Nothing is said any more about open cases in “%(flow)s”.", flow=flow))
