"""The form of one thing in the routine: what every kind of form does, and the questions they have in common."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField, StringField, TextAreaField
from wtforms.validators import Length, StopValidation

from app.change.editing import NoName, Taken, flow_of
from app.change.editing_text import Broken, Path, Value, snippet
from app.i18n import gettext, lazy_gettext, translated
from app.studio.fields import TextsField
from app.studio.workflow_desk import Desk
from app.studio.workflow_shown import path_of
from app.studio.workflow_words import PEOPLE, Said

LONGEST_NAME = 63
ROWS = 2
"""Empty rows at the end of a list of rows."""
OWN = "="
"""The choice that says: as it is written below, or as it is already."""
Option = tuple[str, str] | tuple[str, str, dict[str, str]]
NOT_CHOSEN = ("handler", "entered_by")
"""People whom a form names by themselves, or never."""
NAME_HELP = lazy_gettext("Small letters, digits and _ only. Left empty, it is made from the English text.")


class Panel:
    """A form about one thing; `name` is empty for a new one. A subclass says what is asked and what the answers change.

    `seen` is the seal of what the form was made from: whoever saves it must not undo what somebody else has done.
    """

    kind: ClassVar[str] = ""
    theirs = ""
    """What somebody else has made of the thing meanwhile, in the routine's language."""
    new_title: ClassVar[Any] = ""

    def __init__(self, desk: Desk, flow: str, name: str, sent: MultiDict[str, str] | None = None) -> None:
        self.desk, self.flow, self.name, self.sent = desk, flow, name, sent
        self.said = Said(desk, flow)
        asked = dict(self.questions())
        now = {name: field.kwargs["default"] for name, field in asked.items() if "default" in field.kwargs}
        made: Form = type("PanelForm", (Form,), asked)(sent, data=now)
        self.form = made

    @property
    def path(self) -> Path:
        """Where the thing stands in the text."""
        return path_of(self.kind, self.flow, self.name)

    @property
    def title(self) -> str:
        """What the thing is called."""
        return self.desk.label(*self.path) if self.name else str(self.new_title)

    @property
    def seal(self) -> str:
        """The seal of what is there now."""
        return self.desk.seal(self.path)

    def now(self, *words: str) -> Value | None:
        """What the text says now; nothing for a new thing."""
        return self.desk.value(*self.path, *words) if self.name else None

    def questions(self) -> Iterable[tuple[str, Any]]:
        """Give the form's fields by name."""
        raise NotImplementedError

    def changed(self) -> str:
        """Give the text with the answers in it; self.name is then what the thing is called."""
        raise NotImplementedError

    def valid(self) -> bool:
        """Whether what was typed can be written into the text; if not, faults stand at their fields."""
        return bool(self.form.validate())

    def text(self) -> str | None:
        """Give the text with the answers in it; None where faults now stand at their fields."""
        if not self.valid():
            return None
        try:
            return self.changed()
        except Taken as fault:
            self._wrong("name", gettext("There is something called “%(name)s” already.", name=str(fault)))
        except NoName as fault:
            told = gettext("“%(name)s” can't be a name. Use small letters, digits and _ only.", name=str(fault))
            self._wrong("name", told)
        return None

    def _wrong(self, field: str, told: str) -> None:
        if field in self.form:
            self.form[field].errors = [*self.form[field].errors, told]
        else:
            self.form.form_errors.append(told)

    def tell(self, faults: Iterable[tuple[Path, str]]) -> None:
        """Put the faults that the text has at the fields they are about."""
        for path, told in faults:
            if self.name and path[: len(self.path)] == self.path:
                word = path[len(self.path)] if len(path) > len(self.path) else ""
                self._wrong(self.places().get(word, word), told)

    def places(self) -> Mapping[str, str]:
        """Fields that are called otherwise than the word they are about."""
        return {}

    def new_name(self, label: Mapping[str, str]) -> str:
        """The name for a new thing: as typed, or made from what it is called."""
        typed = str(self.form["name"].data or "").strip()
        return typed or free(slug(label.get("en") or next(iter(label.values()), "")), self.taken())

    def taken(self) -> set[str]:
        """Names that a new thing can't have."""
        return {
            *self.desk.document.names("flows", self.flow, "states"),
            *self.desk.document.names("flows", self.flow, "transitions"),
        }

    def row_count(self, kept: int) -> int:
        """How many rows a list of rows has: what is there, room for more, and never less than was sent."""
        return max(kept + ROWS, sum(1 for name in self.sent or () if name.startswith("who-")))

    # -- questions in common -----------------------------------------------------

    def name_question(self) -> Any:
        """Ask what the text calls it."""
        return StringField(
            gettext("Short name in the text"), [Length(max=LONGEST_NAME)], default=self.name, description=NAME_HELP
        )

    def texts_question(self, label: str, word: str, *, long: bool = False, must: bool = False) -> Any:
        """Ask for a text in every language."""
        from_text = self.now(word)
        kept = {self.desk.document.languages[0]: from_text} if isinstance(from_text, str) else from_text
        return TextsField(label, long=long, default=kept or {}, validators=[Needed()] if must else [])

    def people(self) -> list[tuple[str, str]]:
        """Everybody whom the text may name: functions, people in fields, named parties."""
        document = self.desk.document
        fields = [name for name, field in self.desk.routine.fields.items() if field.type == "person"]
        words = [*self.roles(), *dict.fromkeys((*fields, *PEOPLE)), *document.names("parties")]
        return [(name, self.said.who(name)) for name in words if name not in NOT_CHOSEN]

    def roles(self) -> list[str]:
        """The routine's functions first, then those that only the organisation has."""
        own = self.desk.value("roles")
        declared = [own] if isinstance(own, str) else [each for each in own or () if isinstance(each, str)]
        return list(dict.fromkeys((*declared, *self.desk.names.roles)))


class Needed:
    """There must be an answer."""

    def __call__(self, form: Any, field: Any) -> None:  # noqa: ARG002 - the library's signature
        """Refuse none."""
        if not field.data:
            raise StopValidation(gettext("Fill this in."))


class Piece(TextAreaField):  # type: ignore[misc]
    """A piece of the language, as it stands in the text."""

    render_kind = "TextAreaField"

    def __init__(self, label: Any, validators: Sequence[Any] = (), **options: Any) -> None:
        super().__init__(label, validators, render_kw={"rows": "2", "spellcheck": "false"}, **options)

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - the library's signature
        """Refuse what can't be read, with its place."""
        try:
            snippet(self.data or "")
        except Broken as broken:
            told = gettext("Line %(line)d: %(text)s", line=broken.fault.line, text=translated(broken.fault.message))
            raise StopValidation(told) from broken

    @property
    def value(self) -> Value | None:
        """What it says."""
        return snippet(self.data or "")


def piece(label: str, value: Value | None, description: str = "", *, must: bool = False) -> Any:
    """Ask for a piece of the language, with what is there now."""
    return Piece(label, [Needed()] if must else [], default=flow_of(value), description=description)


def select(label: str, options: Iterable[Option], now: str, **more: Any) -> Any:
    """Ask for one of a few; what is there now is always one of them."""
    kept = list(options)
    if now not in [each[0] for each in kept]:
        kept.append((now, now))
    return SelectField(label, choices=kept, default=now, validate_choice=False, **more)


def known(options: Sequence[Option], now: Iterable[str]) -> list[Option]:
    """The options, with what is chosen now though it is none of them."""
    names = {each[0] for each in options}
    return [*options, *((each, each) for each in now if each not in names)]


def kept_order(before: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """What was chosen, in the order it had before; what is new last."""
    return [each for each in before if each in chosen] + [each for each in chosen if each not in before]


def slug(text: str) -> str:
    """Make a name of the file from words: `approve_the_result`."""
    plain = text.lower().replace("æ", "ae").replace("ø", "o").replace("å", "a")
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_0123456789")[:50].rstrip("_") or "unnamed"


def free(name: str, taken: Iterable[str]) -> str:
    """The name, with a number behind it where it is in use."""
    used, found, at = set(taken), name, 1
    while found in used:
        at += 1
        found = f"{name}_{at}"
    return found
