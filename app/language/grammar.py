"""Conditions and parties from nodes: the one grammar for files and for rows in the database.

Source: the language's sections 3 and 4.
"""

from collections.abc import Iterable
from dataclasses import replace

from app.language.conditions import ALWAYS, All, AnyOf, ClockIs, Condition, Done, Has, Is, Named, Not, Parts, Whole
from app.language.fault import meant
from app.language.nouns import A_PARTY, CLOCK, FIELD, GUARD, ROLE, STATE, TRANSITION, value_of
from app.language.parties import WORDS, InField, InRole, NamedParty, Party, Query, Several, Word
from app.language.read import Node
from app.language.reading import Reading
from app.language.said import Said, quoted, said
from app.language.scope import Scope

FILLINGS = ("filled", "empty", "ticked")
CONDITION_WORDS = ("all", "any", "not", "every", "some", "whole", "done", "since", "running", "over")
QUERY_WORDS = ("who", "at", "did", "of", "except", "first", "when", "only")
PLACES = ("nearest", "own", "within", "anywhere")
ONLY_FILLED = ("person", "file", "date", "time", "length", "place", "case")
A_CONDITION = said("a condition is a map, {area: hse}, or the name of a guard")
A_PART = said("a part")


def condition(reading: Reading, node: Node, scope: Scope) -> Condition:
    """Condition as written; faults go to the reading."""
    if node.kind == "scalar":
        name = reading.known(node, GUARD, reading.names.guards)
        return Named(name) if name else ALWAYS
    if node.kind == "list":
        several = said("%(condition)s; of several conditions: {all: […]} or {any: […]}", condition=A_CONDITION)
        reading.wrong(node, several)
        return ALWAYS
    lines = [_line(reading, key, value, node, scope) for key, value in _lines(node)]
    if not lines:
        reading.wrong(node, said("an empty condition; %(condition)s", condition=A_CONDITION))
        return ALWAYS
    return lines[0] if len(lines) == 1 else All(tuple(lines))


def _lines(node: Node) -> list[tuple[Node, Node]]:
    """Lines of a map, those that belong to another line left out: `since` to `done`, all to `every` or `some`."""
    for key, value in node.entries:
        if key.text in {"every", "some"}:
            return [(key, value)]
    done = any(key.text == "done" for key, _ in node.entries)
    return [(key, value) for key, value in node.entries if not (done and key.text == "since")]


def _line(reading: Reading, key: Node, value: Node, node: Node, scope: Scope) -> Condition:
    match key.text:
        case "all" | "any" as how:
            of = _several(reading, value, how, scope)
            return All(of) if how == "all" else AnyOf(of)
        case "not":
            return Not(condition(reading, value, scope))
        case "every" | "some":
            return _parts(reading, key, value, node, scope)
        case "whole":
            return _whole(reading, key, value, scope)
        case "done":
            return _done(reading, value, node.get("since"), scope)
        case "since":
            reading.wrong(key, said('"since" belongs to "done": {done: consult, since: hand_over}'))
            return ALWAYS
        case "running" | "over" as status:
            return ClockIs(_in(reading, value, CLOCK, "clocks", scope), status)
        case _:
            return _field(reading, key, value, scope)


def _several(reading: Reading, node: Node, how: str, scope: Scope) -> tuple[Condition, ...]:
    if not reading.shaped(node, quoted(how), "list"):
        return ()
    if not node.items:
        reading.wrong(node, said('"%(word)s" has no conditions', word=how))
    return tuple(condition(reading, item, scope) for item in node.items)


def _parts(reading: Reading, key: Node, value: Node, node: Node, scope: Scope) -> Condition:
    name = _joined(reading, value, scope)
    rest = tuple((other, test) for other, test in node.entries if other is not key)
    if not rest:
        lacks = said(
            '"%(word)s" says what must hold: {%(word)s: %(part)s, state: final}', word=key.text, part=value.text
        )
        reading.wrong(key, lacks)
        return ALWAYS
    return Parts(key.text, name, condition(reading, replace(node, entries=rest), scope.part(name)))


def _joined(reading: Reading, node: Node, scope: Scope) -> str:
    name = reading.scalar(node, A_PART)
    if not name or name in scope.joined():
        reading.used.add(("field", name))
        return name
    if name in reading.names.flows:
        apart = said(
            'flow "%(flow)s" is not part of the cases%(where)s; its "part of" would say so',
            flow=name,
            where=scope.place,
        )
        reading.wrong(node, apart)
        return name
    reading.wrong(node, said('unknown part "%(name)s"%(hint)s', name=name, hint=meant(name, scope.joined())))
    return ""


def _whole(reading: Reading, key: Node, value: Node, scope: Scope) -> Condition:
    above = scope.whole()
    if not above.flows:
        reading.wrong(key, said('"whole" has no meaning%(where)s: it is part of nothing', where=scope.place))
        return ALWAYS
    return Whole(condition(reading, value, above))


def _done(reading: Reading, value: Node, since: Node | None, scope: Scope) -> Condition:
    transition = _in(reading, value, TRANSITION, "transitions", scope)
    return Done(transition, _in(reading, since, TRANSITION, "transitions", scope) if since else None)


def _in(reading: Reading, node: Node, what: Said, kind: str, scope: Scope) -> str:
    name = reading.scalar(node, what)
    among = scope.all(kind)
    if name and name not in among:
        reading.wrong(node, _unknown(what, name, scope, among))
    reading.used.add((what, name))
    return name


def _unknown(what: Said, name: str, scope: Scope, among: Iterable[str]) -> Said:
    hint = meant(name, among)
    return said('unknown %(what)s "%(name)s"%(where)s%(hint)s', what=what, name=name, where=scope.place, hint=hint)


def _field(reading: Reading, key: Node, value: Node, scope: Scope) -> Condition:
    if key.text not in reading.names.fields:
        known = (*reading.names.fields, *CONDITION_WORDS)
        hint = meant(key.text, known)
        reading.wrong(key, said('unknown field or word "%(name)s" in a condition%(hint)s', name=key.text, hint=hint))
        return ALWAYS
    reading.used.add(("field", key.text))
    if value.kind == "scalar" and value.text in FILLINGS:
        return _has(reading, key, value)
    if value.kind == "map" or not value.each():
        tested = said('"%(name)s" is tested against one name, a list of names, filled, empty or ticked', name=key.text)
        reading.wrong(value, tested)
        return ALWAYS
    for item in value.each():
        _value(reading, key.text, item, scope)
    return Is(key.text, frozenset(item.text for item in value.each()))


def _has(reading: Reading, key: Node, value: Node) -> Condition:
    kind = reading.names.fields[key.text].type
    if value.text == "ticked" and kind not in {"tick", "any"}:
        reading.wrong(value, said('"%(name)s" is no tick; test it with filled, empty or a value', name=key.text))
    return Has(key.text, value.text)


def _value(reading: Reading, name: str, item: Node, scope: Scope) -> None:
    text, field = reading.scalar(item, value_of(name)), reading.names.fields[name]
    if text in FILLINGS:
        alone = said('"%(word)s" stands alone, not in a list: {%(name)s: %(word)s}', word=text, name=name)
        reading.wrong(item, alone)
    elif name == "state":
        among = scope.all("states") | {"final"}
        if text and text not in among:
            reading.wrong(item, _unknown(STATE, text, scope, among))
    elif name == "handler":
        reading.known(item, ROLE, reading.names.roles)
    elif field.type == "tick":
        reading.wrong(item, said('"%(name)s" is a tick; test it with ticked or empty', name=name))
    elif field.type in ONLY_FILLED:
        reading.wrong(item, said('"%(name)s" is a %(type)s; test it with filled or empty', name=name, type=field.type))
    else:
        choice(reading, name, item)


def choice(reading: Reading, name: str, item: Node) -> None:
    """Check that a value is among the field's choices, where these are known."""
    entry = reading.names.fields[name]
    known = {"area": reading.names.areas, "unit": reading.names.units, "choice": entry.choices or None}.get(entry.type)
    if known is not None and item.text and item.text not in known:
        hint = meant(item.text, known)
        reading.wrong(
            item, said('unknown choice "%(name)s" of "%(field)s"%(hint)s', name=item.text, field=name, hint=hint)
        )


def party(reading: Reading, node: Node, scope: Scope, *, sight: bool = False) -> Party:
    """Party as written; `sight` = in a `see`, where `only` has its place."""
    if node.kind == "scalar":
        return _word(reading, node)
    if node.kind == "list":
        if not node.items:
            reading.wrong(node, said("an empty list of parties; leave the word out"))
        members = tuple(party(reading, item, scope, sight=sight) for item in node.items)
        return members[0] if len(members) == 1 else Several(members)
    return _query(reading, node, scope, sight=sight)


def _word(reading: Reading, node: Node) -> Party:
    name = reading.scalar(node, A_PARTY)
    names = reading.names
    if name in WORDS:
        return Word(name)
    for what, among, made in (
        ("party", names.parties, NamedParty),
        ("field", names.of_type("person"), InField),
        ("role", names.roles, InRole),
    ):
        if name in among:
            reading.used.add((what, name))
            return made(name)
    if name:
        reading.wrong(node, said('unknown party "%(name)s"%(hint)s', name=name, hint=_party_hint(reading, name)))
    return Word("anyone")


def _party_hint(reading: Reading, name: str) -> str:
    kind = reading.names.fields[name].type if name in reading.names.fields else "any"
    if kind != "any":
        return said('; "%(name)s" is a %(type)s field, only person fields are parties', name=name, type=kind)
    return meant(name, reading.names.whos) or said("; roles stand under roles, people in a person field")


def _query(reading: Reading, node: Node, scope: Scope, *, sight: bool) -> Party:
    found = reading.words(node, A_PARTY, QUERY_WORDS)
    if "only" in found and not sight:
        reading.wrong(node.where("only"), said('"only" belongs in "see": it says what somebody sees'))
    if not set(found) & {"who", "at", "did", "first"}:
        reading.wrong(node, said("a party says who, at, did or first"))
    of = _of(reading, found["of"], scope) if "of" in found else None
    there = scope if of is None else scope.whole() if of == "whole" else scope.part(of)
    return Query(
        who=party(reading, found["who"], there, sight=sight) if "who" in found else None,
        at=_place(reading, found["at"]) if "at" in found else "nearest",
        did=_did(reading, found["did"], there) if "did" in found else None,
        of=of,
        excepted=party(reading, found["except"], scope) if "except" in found else None,
        first=_first(reading, found["first"], scope) if "first" in found else (),
        when=condition(reading, found["when"], scope) if "when" in found else None,
        only=reading.knowns(found.get("only"), FIELD, reading.names.fields),
    )


def _of(reading: Reading, node: Node, scope: Scope) -> str:
    if node.text == "whole" and scope.whole().flows:
        return "whole"
    return _joined(reading, node, scope)


def _place(reading: Reading, node: Node) -> str:
    fields = reading.names.of_type("unit", "person")
    name = reading.scalar(node, quoted("at"))
    if name and name not in PLACES and name not in fields:
        hint = meant(name, (*PLACES, *fields))
        reading.wrong(node, said('unknown place "%(name)s"%(hint)s', name=name, hint=hint))
    reading.used.add(("field", name))
    return name or "nearest"


def _did(reading: Reading, node: Node, scope: Scope) -> str:
    return "anything" if node.text == "anything" else _in(reading, node, TRANSITION, "transitions", scope)


def _first(reading: Reading, node: Node, scope: Scope) -> tuple[Party, ...]:
    if not reading.shaped(node, quoted("first"), "list"):
        return ()
    return tuple(party(reading, item, scope) for item in node.items)
