"""Conditions, parties and lengths from plain values, as rows in the database keep them.

What isn't one is a ValueError whose message app.i18n.translated says in the reader's language.
"""

from collections.abc import Collection, Mapping
from typing import TypeVar

from app.language import grammar
from app.language.conditions import ALWAYS, Condition
from app.language.moments import Length
from app.language.openness import open_names, open_scope
from app.language.parties import Party
from app.language.read import Node, too_deep
from app.language.reading import Reading
from app.language.said import joined
from app.language.times import length as parsed_length
from app.language.times import no_length

MAX_DEPTH = 20
T = TypeVar("T")


def condition(plain: object) -> Condition:
    """Condition from a plain value; None always holds. ValueError: it isn't one."""
    if plain is None:
        return ALWAYS
    reading = Reading("", open_names(None, (), ()))
    return _told(reading, grammar.condition(reading, node_of(plain), open_scope(reading.names)))


def party(
    plain: object,
    *,
    roles: Collection[str] | None = None,
    fields: Collection[str] = (),
    parties: Collection[str] = (),
) -> Party:
    """Party from a plain value. ValueError: it isn't one.

    `fields` are person fields besides the standard ones; a word that is neither one of WORDS, a party nor a field
    is a role - where `roles` is given, only these.
    """
    reading = Reading("", open_names(roles, fields, parties))
    return _told(reading, grammar.party(reading, node_of(plain), open_scope(reading.names), sight=True))


def length(plain: object) -> Length:
    """Length from text. ValueError: it isn't one."""
    found = parsed_length(plain) if isinstance(plain, str) else None
    if found is None:
        raise ValueError(no_length(plain))
    return found


def _told(reading: Reading, value: T) -> T:
    if reading.faults:
        raise ValueError(joined(fault.message for fault in reading.faults))
    return value


def node_of(plain: object, depth: int = 0) -> Node:
    """Node of a plain value, without a place. ValueError: too deep."""
    if depth > MAX_DEPTH:
        raise ValueError(too_deep(MAX_DEPTH))
    if isinstance(plain, Mapping):
        entries = ((Node("scalar", text=str(key)), node_of(value, depth + 1)) for key, value in plain.items())
        return Node("map", entries=tuple(entries))
    if isinstance(plain, list | tuple):
        return Node("list", items=tuple(node_of(item, depth + 1) for item in plain))
    return Node("scalar", text="" if plain is None else str(plain))
