"""Changes of a routine's text, as a form makes them: each takes the text and gives it back with one thing changed.

Whatever isn't concerned stays letter by letter: comments, order, how lines are laid out. Every function raises Broken
where the text can't be read, Unknown where what is to be changed isn't there, Taken where a new name is in use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.change.editing_names import guards_of, renamed
from app.change.editing_text import Broken, Document, Path, Value, flow, items, snippet
from app.language.load_clock import CLOCK_WORDS
from app.language.load_field import FIELD_WORDS
from app.language.load_flow import STATE_WORDS, TRANSITION_WORDS
from app.language.reading import NAME

__all__ = [
    "Broken",
    "NoName",
    "Taken",
    "Unknown",
    "add_guard",
    "add_roles",
    "add_state",
    "add_transition",
    "guard",
    "remove_guard",
    "rename_state",
    "set_clock",
    "set_field",
    "set_guard",
    "set_migrate",
    "set_state",
    "set_transition",
    "without_migrate",
]

Texts = Mapping[str, str]
Values = Mapping[str, Value | None]
TEXTS = frozenset({"label", "told", "says", "help"})
GUARD_WORDS = ("needs", "says")
RESERVED = frozenset({"new", "same", "back", "any", "final", "anything"})


class Unknown(Exception):
    """There is nothing of that name."""


class Taken(Exception):
    """There is something of that name already."""


class NoName(Exception):
    """That can't be a name in a routine."""


def set_transition(text: str, flow: str, name: str, values: Values) -> str:
    """Change what a transition says; a word that is None goes, one that isn't mentioned stays."""
    return _set(*_there(text, "flows", flow, "transitions", name), values, TRANSITION_WORDS)


def add_transition(text: str, flow: str, name: str, values: Values, after: str | None = None) -> str:
    """Add a transition behind the one called `after` (empty: as the first, None: as the last)."""
    return _add(text, flow, "transitions", name, values, after, TRANSITION_WORDS)


def set_state(text: str, flow: str, name: str, values: Values) -> str:
    """Change what a state says: `label`, `told` and `final`."""
    return _set(*_there(text, "flows", flow, "states", name), values, STATE_WORDS)


def add_state(text: str, flow: str, name: str, values: Values, after: str | None = None) -> str:
    """Add a state behind the one called `after`, as a transition is: states stand in the order of the way on."""
    return _add(text, flow, "states", name, values, after, STATE_WORDS)


def rename_state(text: str, flow: str, old: str, new: str, published: Sequence[str] | None = None) -> str:
    """Give a state another name everywhere, and let open cases follow.

    `published` are the flow's states in the edition in force: cases stand in no other. None = that isn't known.
    """
    document, _ = _there(text, "flows", flow, "states", old)
    _free(document, flow, new)
    document.rewrite(
        (node.start_mark.index, node.end_mark.index, name) for node, name in renamed(document, flow, old, new)
    )
    if isinstance(document.value("migrate", flow), str):
        return document.text
    moved = {was: new if now == old else now for was, now in texts(document, "migrate", flow).items()}
    if published is None or old in published:
        moved[old] = new
    return set_migrate(document.text, flow, {was: now for was, now in moved.items() if was != now} or None)


def set_migrate(text: str, flow: str, value: str | Mapping[str, str] | None) -> str:
    """Say what becomes of a flow's open cases: `stay`, old state -> new state, or None for nothing said."""
    document = Document(text)
    if value is None:
        document.drop(("migrate", flow))
    else:
        document.put(("migrate", flow), value)
    return document.text


def without_migrate(text: str) -> str:
    """Leave out what an edition said about the open cases of its day; a text that can't be read stays as it is."""
    try:
        document = Document(text)
    except Broken:
        return text
    document.drop(("migrate",))
    return document.text


def guard(text: str, name: str) -> tuple[str, dict[str, str]]:
    """Give what a guard needs, as one line of the language, and its sentence by language."""
    document, path = _there(text, "guards", name)
    return flow_of(document.value(*path, "needs")), texts(document, *path, "says")


def set_guard(text: str, name: str, needs: str, says: Texts) -> str:
    """Change a guard. `needs` is a piece of the language; Broken tells the place in it."""
    return _set(*_there(text, "guards", name), {"needs": snippet(needs), "says": says}, GUARD_WORDS)


def add_guard(text: str, name: str, needs: str, says: Texts) -> str:
    """Add a guard as the last one."""
    document = Document(text)
    if name in document.names("guards"):
        raise Taken(name)
    _named(name)
    read = snippet(needs)
    values: Values = {"needs": read, "says": _said(document, says)}
    document.put(("guards", name), _filled(values, GUARD_WORDS), spread=True)
    return document.text


def remove_guard(text: str, name: str) -> str:
    """Take a guard out, and out of every transition that asked for it."""
    document, path = _there(text, "guards", name)
    for where in guards_of(document, name):
        without(document, where, {name})
    document.drop(path)
    return document.text


def set_clock(text: str, flow: str, name: str, values: Values) -> str:
    """Change what a clock says, such as `runs` and `remind`."""
    return _set(*_there(text, "flows", flow, "clocks", name), values, CLOCK_WORDS)


def set_field(text: str, name: str, values: Values) -> str:
    """Change what a field says, such as `label` and `help`; a standard field is declared for it."""
    return _set(Document(text), ("fields", name), values, FIELD_WORDS)


def add_roles(text: str, roles: Sequence[str]) -> str:
    """Name functions that the routine speaks of and hasn't named yet."""
    document = Document(text)
    named = [str(item.value) for item in items(document.node("roles"))]
    missing = [role for role in roles if role not in named]
    if missing:
        document.put(("roles",), [*named, *missing], ("title", "languages"))
    return document.text


def texts(document: Document, *path: str) -> dict[str, str]:
    """Give a text by language; plain text is in the routine's first one."""
    value = document.value(*path)
    if isinstance(value, str):
        return {document.languages[0]: value}
    found = value if isinstance(value, Mapping) else {}
    return {key: each for key, each in found.items() if isinstance(each, str)}


def flow_of(value: Value | None) -> str:
    """Write a value on one line; nothing for None."""
    return "" if value is None else flow(value)


def without(document: Document, path: Path, names: set[str]) -> bool:
    """Take names out of a list, or the whole entry where nothing is left. Give whether it was all."""
    node = document.node(*path)
    present = [str(each.value) for each in items(node) if isinstance(each.value, str)]
    left = [each for each in present if each not in names]
    if left == present:
        return False
    if left:
        document.put(path, left)
    else:
        document.drop(path)
    return not left


def _there(text: str, *path: str) -> tuple[Document, Path]:
    document = Document(text)
    if document.find(*path) is None:
        raise Unknown(path[-1])
    return document, path


def _named(name: str) -> None:
    if not NAME.fullmatch(name) or name in RESERVED:
        raise NoName(name)


def _free(document: Document, flow: str, name: str) -> None:
    """A flow's states and transitions have one space of names."""
    _named(name)
    if name in {*document.names("flows", flow, "states"), *document.names("flows", flow, "transitions")}:
        raise Taken(name)


def _add(text: str, flow: str, kind: str, name: str, values: Values, after: str | None, order: Sequence[str]) -> str:
    document, _ = _there(text, "flows", flow)
    _free(document, flow, name)
    present = document.names("flows", flow, kind)
    at = 0 if after == "" else present.index(after) + 1 if after in present else len(present)
    said = {word: _said(document, each) if word in TEXTS else each for word, each in values.items()}
    entry = _filled(said, order)
    spread = kind == "transitions" or not all(document.is_line(*path) for path in _beside(flow, kind, present))
    document.put(("flows", flow, kind, name), entry, [*present[:at], name, *present[at:]], spread=spread)
    return document.text


def _filled(values: Values, order: Sequence[str]) -> dict[str, Value]:
    return {word: value for word in order if (value := values.get(word))}


def _beside(flow: str, kind: str, names: Sequence[str]) -> list[Path]:
    return [("flows", flow, kind, name) for name in names]


def _set(document: Document, path: Path, values: Values, order: Sequence[str]) -> str:
    for word, value in values.items():
        wanted = _said(document, value, document.value(*path, word)) if word in TEXTS else value
        if wanted:
            document.put((*path, word), wanted, order)
        else:
            document.drop((*path, word))
    return document.text


def _said(document: Document, value: Value | None, present: Value | None = None) -> Value | None:
    """Give a text as the file has it; languages that weren't asked about stay."""
    if not isinstance(value, Mapping):
        return value
    kept = present if isinstance(present, Mapping) else {}
    told = {code: each for code, each in {**kept, **value}.items() if each}
    if len(document.languages) == 1 and not isinstance(present, Mapping) and set(told) <= {document.languages[0]}:
        return told.get(document.languages[0])
    return told or None
