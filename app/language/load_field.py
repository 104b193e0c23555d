"""Fields and their choices from nodes; a declared standard field adds to the standard one."""

from dataclasses import replace

from app.language.conditions import ALWAYS
from app.language.definition import Choice, Field, Text
from app.language.fault import meant
from app.language.grammar import condition, party
from app.language.load_flow import field_value
from app.language.names import TYPES, field_type
from app.language.nouns import A_KIND, A_MAIL, CHOICE, FIELD, of, value_of
from app.language.parties import WORDS, Party
from app.language.read import Node
from app.language.reading import Reading
from app.language.said import said
from app.language.scope import Scope, everywhere
from app.language.standard import EVERY_STANDARD

A_TYPE = said("type")
FIELD_WORDS = ("label", "help", "type", "many", "choices", "default", "when", "of", "see", "templates")

Choices = tuple[Choice, ...] | Party | str | None


def fields(reading: Reading, node: Node | None) -> dict[str, Field]:
    """Every standard field, and those declared here."""
    declared = {name: _field(reading, name, key, value) for name, key, value in reading.named(node, FIELD)}
    return {**EVERY_STANDARD, **declared}


def _field(reading: Reading, name: str, key: Node, node: Node) -> Field:
    what, standard = said('field "%(name)s"', name=name), EVERY_STANDARD.get(name)
    if name == "count":
        reading.wrong(key, said('no field is called "count": a report has its own; choose another name'))
    found = reading.words(node, what, FIELD_WORDS, () if standard else ("label",), key=key)
    if "type" in found:
        _type(reading, found["type"], standard)
    kind = field_type(name, node)
    if kind == "choice" and not standard and "choices" not in found:
        reading.wrong(key, said('%(what)s has no choices; say "choices" or another "type"', what=what))
    scope, base = everywhere(reading.names), standard or Field(name, {})
    return replace(
        base,
        type=kind,
        label=reading.text(found["label"], of("label", what)) if "label" in found else base.label,
        help=reading.text(found["help"], of("help", what)) if "help" in found else base.help,
        many=reading.flag(found["many"], "many") if "many" in found else base.many,
        choices=_choices(reading, kind, found["choices"], scope) if "choices" in found else None,
        default=_default(reading, name, found["default"], scope) if "default" in found else None,
        when=condition(reading, found["when"], scope) if "when" in found else ALWAYS,
        of_unit=reading.one_of(found["of"], value_of("of"), ("unit",)) == "unit" if "of" in found else False,
        see=party(reading, found["see"], scope) if "see" in found else None,
        templates=_templates(reading, found["templates"]) if "templates" in found else (),
    )


def _type(reading: Reading, node: Node, standard: Field | None) -> None:
    kind = reading.one_of(node, A_TYPE, TYPES)
    if kind and standard and kind != standard.type:
        inborn = said(
            '"%(name)s" is a standard field of type %(type)s; leave "type" out',
            name=standard.name,
            type=standard.type,
        )
        reading.wrong(node, inborn)


def _choices(reading: Reading, kind: str, node: Node, scope: Scope) -> Choices:
    if kind == "person":
        return party(reading, node, scope)
    if kind == "unit":
        return _unit_kind(reading, node)
    if kind == "choice":
        return _tree(reading, node, set())
    others = said("only fields of type choice, person and unit have choices")
    hint = said("areas are data") if kind == "area" else others
    reading.wrong(node, said('a field of type %(type)s has no "choices"; %(hint)s', type=kind, hint=hint))
    return None


def _unit_kind(reading: Reading, node: Node) -> str:
    kind, known = reading.scalar(node, A_KIND), reading.names.units
    if kind and known is not None and kind not in known:
        reading.wrong(node, said('unknown kind of unit "%(name)s"%(hint)s', name=kind, hint=meant(kind, known)))
    return kind


def _tree(reading: Reading, node: Node, seen: set[str]) -> tuple[Choice, ...]:
    found = []
    for name, key, value in reading.named(node, CHOICE):
        if name in seen:
            reading.wrong(key, said('choice "%(name)s" stands twice in this field', name=name))
        if name in {"filled", "empty", "ticked"}:
            reading.wrong(key, said('a choice can\'t be called "%(name)s": conditions use the word', name=name))
        seen.add(name)
        found.append(_choice(reading, name, key, value, seen))
    return tuple(found)


def _choice(reading: Reading, name: str, key: Node, node: Node, seen: set[str]) -> Choice:
    what = said('choice "%(name)s"', name=name)
    if node.kind != "map" or node.get("label") is None:
        return Choice(name, reading.text(node, what))
    found = reading.words(node, what, ("label", "choices"), key=key)
    label: Text = reading.text(found["label"], of("label", what)) if "label" in found else {}
    return Choice(name, label, _tree(reading, found["choices"], seen) if "choices" in found else ())


def _default(reading: Reading, name: str, node: Node, scope: Scope) -> object:
    kind = reading.names.fields[name].type
    people = reading.names.of_type("person") | {word for word in WORDS if word in {"reporter", "handler", "me"}}
    if kind == "unit" and node.kind == "scalar" and node.text in people:
        reading.used.add(("field", node.text))
        return node.text
    return field_value(reading, name, node, scope)


def _templates(reading: Reading, node: Node) -> tuple[str, ...]:
    return tuple(reading.scalar(item, A_MAIL) for item in node.each())
