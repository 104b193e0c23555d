"""Fields and their choices from nodes; a declared standard field adds to the standard one."""

from dataclasses import replace

from app.language.conditions import ALWAYS
from app.language.definition import Choice, Field, Text
from app.language.fault import meant
from app.language.grammar import condition, party
from app.language.load_flow import field_value
from app.language.names import TYPES, field_type
from app.language.parties import WORDS, Party
from app.language.read import Node
from app.language.reading import Reading
from app.language.scope import Scope, everywhere
from app.language.standard import EVERY_STANDARD
from app.language.times import LENGTHS, length

FIELD_WORDS = ("label", "help", "type", "many", "choices", "default", "when", "of", "see", "templates")

Choices = tuple[Choice, ...] | Party | str | None


def fields(reading: Reading, node: Node | None) -> dict[str, Field]:
    """Every standard field, and those declared here."""
    declared = {name: _field(reading, name, key, value) for name, key, value in reading.named(node, "field")}
    return {**EVERY_STANDARD, **declared}


def _field(reading: Reading, name: str, key: Node, node: Node) -> Field:
    what, standard = f'field "{name}"', EVERY_STANDARD.get(name)
    if name == "count":
        reading.wrong(key, 'no field is called "count": a report has its own; choose another name')
    found = reading.words(node, what, FIELD_WORDS, () if standard else ("label",), key=key)
    if "type" in found:
        _type(reading, found["type"], standard)
    kind = field_type(name, node)
    if kind == "choice" and not standard and "choices" not in found:
        reading.wrong(key, f'{what} has no choices; say "choices" or another "type"')
    scope, base = everywhere(reading.names), standard or Field(name, {})
    return replace(
        base,
        type=kind,
        label=reading.text(found["label"], f"label of {what}") if "label" in found else base.label,
        help=reading.text(found["help"], f"help of {what}") if "help" in found else base.help,
        many=reading.flag(found["many"], '"many"') if "many" in found else base.many,
        choices=_choices(reading, kind, found["choices"], scope) if "choices" in found else None,
        default=_default(reading, name, found["default"], scope) if "default" in found else None,
        when=condition(reading, found["when"], scope) if "when" in found else ALWAYS,
        of_unit=reading.one_of(found["of"], 'value of "of"', ("unit",)) == "unit" if "of" in found else False,
        see=party(reading, found["see"], scope) if "see" in found else None,
        templates=_templates(reading, found["templates"]) if "templates" in found else (),
    )


def _type(reading: Reading, node: Node, standard: Field | None) -> None:
    kind = reading.one_of(node, "type", TYPES)
    if kind and standard and kind != standard.type:
        reading.wrong(node, f'"{standard.name}" is a standard field of type {standard.type}; leave "type" out')


def _choices(reading: Reading, kind: str, node: Node, scope: Scope) -> Choices:
    if kind == "person":
        return party(reading, node, scope)
    if kind == "unit":
        return _unit_kind(reading, node)
    if kind == "choice":
        return _tree(reading, node, set())
    hint = "areas are data" if kind == "area" else "only fields of type choice, person and unit have choices"
    reading.wrong(node, f'a field of type {kind} has no "choices"; {hint}')
    return None


def _unit_kind(reading: Reading, node: Node) -> str:
    kind, known = reading.scalar(node, "a kind of unit"), reading.names.units
    if kind and known is not None and kind not in known:
        reading.wrong(node, f'unknown kind of unit "{kind}"{meant(kind, known)}')
    return kind


def _tree(reading: Reading, node: Node, seen: set[str]) -> tuple[Choice, ...]:
    found = []
    for name, key, value in reading.named(node, "choice"):
        if name in seen:
            reading.wrong(key, f'choice "{name}" stands twice in this field')
        if name in {"filled", "empty", "ticked"}:
            reading.wrong(key, f'a choice can\'t be called "{name}": conditions use the word')
        seen.add(name)
        found.append(_choice(reading, name, key, value, seen))
    return tuple(found)


def _choice(reading: Reading, name: str, key: Node, node: Node, seen: set[str]) -> Choice:
    what = f'choice "{name}"'
    if node.kind != "map" or node.get("label") is None:
        return Choice(name, reading.text(node, what))
    found = reading.words(node, what, ("label", "choices"), key=key)
    label: Text = reading.text(found["label"], f"label of {what}") if "label" in found else {}
    return Choice(name, label, _tree(reading, found["choices"], seen) if "choices" in found else ())


def _default(reading: Reading, name: str, node: Node, scope: Scope) -> object:
    kind = reading.names.fields[name].type
    people = reading.names.of_type("person") | {word for word in WORDS if word in {"reporter", "handler", "me"}}
    if kind == "unit" and node.kind == "scalar" and node.text in people:
        reading.used.add(("field", node.text))
        return node.text
    if kind == "length" and node.kind == "scalar" and length(node.text) is None:
        reading.wrong(node, f'"{node.text}" is no length; {LENGTHS}')
    return field_value(reading, name, node, scope)


def _templates(reading: Reading, node: Node) -> tuple[str, ...]:
    return tuple(reading.scalar(item, "name of a mail") for item in node.each())
