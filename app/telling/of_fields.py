"""What is different about a question, sentence by sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.i18n import gettext, say
from app.language.conditions import ALWAYS
from app.language.definition import Field
from app.telling.labels import choices_of
from app.telling.names import listed, quoted, spelled
from app.telling.teller import Pair, Told, difference, minus, plus, tilde, told_parts
from app.telling.words import Words


def type_in_words(kind: str) -> str:
    """What sort of answer a question wants."""
    words = {
        "text": gettext("a text"),
        "number": gettext("a number"),
        "tick": gettext("a tick"),
        "date": gettext("a date"),
        "time": gettext("a time"),
        "length": gettext("a length of time"),
        "choice": gettext("a choice"),
        "person": gettext("a person"),
        "unit": gettext("a unit"),
        "area": gettext("an area"),
        "case": gettext("another case"),
        "file": gettext("a file"),
        "place": gettext("a place"),
        "code name": gettext("a code name"),
    }
    return words.get(kind) or spelled(kind)


def choices_in_words(declared: Field, words: Words) -> str:
    """What one may answer: the choices, the people or the kind of unit; "" = anything."""
    if isinstance(declared.choices, tuple):
        return listed((quoted(say(choice.label)) for choice in choices_of(declared)), "or")
    if isinstance(declared.choices, str):
        return words.names.unit(declared.choices)
    return words.party(declared.choices) if declared.choices is not None else ""


def added_field(pair: Pair, new: Field) -> Told:
    """Tell of a new question, all of it."""
    yield plus(gettext("New question: “%(field)s”, %(type)s.", field=say(new.label), type=type_in_words(new.type)))
    blank = Field(new.name, new.label, type=new.type)
    parts = ("help", "many", "choices", "default", "when", "of_unit", "see", "templates")
    given = frozenset(part for part in parts if getattr(blank, part) != getattr(new, part))
    yield from changed_field(pair, blank, new, given)


def removed_field(old: Field) -> Told:
    """Tell of a question that is gone."""
    yield minus(gettext("Removed question: “%(field)s”.", field=say(old.label)))


def changed_field(pair: Pair, old: Field, new: Field, parts: frozenset[str]) -> Told:
    """Tell of those parts of a question."""
    yield from told_parts(say(new.label), parts, Asked(pair, old, new).ways())


@dataclass(frozen=True)
class Asked:
    """One question before and now."""

    pair: Pair
    old: Field
    new: Field

    @property
    def label(self) -> str:
        """What it is called now."""
        return say(self.new.label)

    def ways(self) -> Mapping[str, Callable[[], Told]]:
        """How each part is told."""
        return {
            "label": self._label,
            "help": self._help,
            "type": self._type,
            "many": self._many,
            "choices": self._choices,
            "choice labels": self._choice_labels,
            "default": self._default,
            "when": self._when,
            "of_unit": self._of_unit,
            "see": self._see,
            "templates": self._templates,
        }

    def _label(self) -> Told:
        if say(self.old.label) != say(self.new.label):
            yield tilde(
                gettext("The question “%(old)s” is now called “%(new)s”.", old=say(self.old.label), new=self.label)
            )

    def _help(self) -> Told:
        if say(self.new.help) == say(self.old.help):
            return
        if say(self.new.help):
            yield tilde(gettext("The help for “%(field)s” is now: %(help)s", field=self.label, help=say(self.new.help)))
        else:
            yield minus(gettext("“%(field)s” no longer has a help text.", field=self.label))

    def _type(self) -> Told:
        new, old = type_in_words(self.new.type), type_in_words(self.old.type)
        yield tilde(
            gettext("The answer to “%(field)s” is now %(new)s instead of %(old)s.", field=self.label, new=new, old=old)
        )

    def _many(self) -> Told:
        if self.new.many:
            yield tilde(gettext("“%(field)s” may now have several answers.", field=self.label))
        else:
            yield tilde(gettext("“%(field)s” may now have only one answer.", field=self.label))

    def _choices(self) -> Told:
        if isinstance(self.new.choices, tuple) and isinstance(self.old.choices, tuple):
            yield from self._each_choice()
            return
        choices = choices_in_words(self.new, self.pair.now)
        if choices:
            yield tilde(gettext("“%(field)s” can now be answered with %(choices)s.", field=self.label, choices=choices))
        else:
            yield tilde(gettext("“%(field)s” can now be answered with anything of its kind.", field=self.label))

    def _each_choice(self) -> Told:
        before = {choice.name: say(choice.label) for choice in choices_of(self.old)}
        now = {choice.name: say(choice.label) for choice in choices_of(self.new)}
        for name in now.keys() - before.keys():
            yield plus(
                gettext("“%(field)s” can now be answered with “%(choice)s”.", field=self.label, choice=now[name])
            )
        for name in before.keys() - now.keys():
            yield minus(
                gettext(
                    "“%(field)s” can no longer be answered with “%(choice)s”.", field=self.label, choice=before[name]
                )
            )
        yield from self._choice_labels()

    def _choice_labels(self) -> Told:
        now = {choice.name: say(choice.label) for choice in choices_of(self.new)}
        for choice in choices_of(self.old):
            old, new = say(choice.label), now.get(choice.name)
            if new is not None and new != old:
                yield tilde(
                    gettext(
                        "The answer “%(old)s” to “%(field)s” is now called “%(new)s”.",
                        field=self.label,
                        old=old,
                        new=new,
                    )
                )

    def _default(self) -> Told:
        if self.new.default is None:
            yield minus(gettext("“%(field)s” is no longer filled in beforehand.", field=self.label))
        else:
            value = self.pair.now.given(self.new.name, self.new.default)
            yield tilde(
                gettext("“%(field)s” is now filled in beforehand with %(value)s.", field=self.label, value=value)
            )

    def _when(self) -> Told:
        if self.new.when == ALWAYS:
            yield tilde(gettext("“%(field)s” is now always asked where it stands on a form.", field=self.label))
        else:
            condition = self.pair.now.condition(self.new.when)
            yield tilde(
                gettext("“%(field)s” is now asked only if %(condition)s.", field=self.label, condition=condition)
            )

    def _of_unit(self) -> Told:
        if self.new.of_unit:
            yield tilde(gettext("“%(field)s” is now set for each unit.", field=self.label))
        else:
            yield tilde(gettext("“%(field)s” is now answered for each case.", field=self.label))

    def _see(self) -> Told:
        if self.new.see is None:
            yield tilde(gettext("“%(field)s” can now be read by everyone who sees the case.", field=self.label))
            return
        if self.old.see is None:
            who = self.pair.now.party(self.new.see)
            yield tilde(gettext("“%(field)s” can now be read only by %(who)s.", field=self.label, who=who))
            return
        added, removed = self.pair.members(self.old.see, self.new.see)
        for who in added:
            yield plus(gettext("“%(field)s” can now be read by %(who)s.", field=self.label, who=who))
        for who in removed:
            yield minus(gettext("“%(field)s” can no longer be read by %(who)s.", field=self.label, who=who))

    def _templates(self) -> Told:
        mail = self.pair.now.names.mail
        added, removed = difference(map(mail, self.old.templates), map(mail, self.new.templates))
        for name in added:
            yield plus(
                gettext("“%(field)s” can now start from the text “%(template)s”.", field=self.label, template=name)
            )
        for name in removed:
            yield minus(
                gettext(
                    "“%(field)s” can no longer start from the text “%(template)s”.", field=self.label, template=name
                )
            )
