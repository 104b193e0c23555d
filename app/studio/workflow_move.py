"""The form of a move: its button, from where to where, who, what is asked and required, who gets it and who is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from wtforms import SelectMultipleField

from app.change.editing import add_roles, add_transition, set_transition
from app.change.editing_text import Value
from app.change.unmet import MOST, unmet
from app.i18n import gettext, lazy_gettext, ngettext
from app.language.kinds import guard_kind
from app.language.standard import STANDARD
from app.studio.workflow_panel import OWN, Needed, Option, Panel, kept_order, known, piece, select
from app.studio.workflow_words import others, strings
from app.telling.teller import capital
from app.web.here import context

MUST, MAY = "must", "may"


class MovePanel(Panel):
    """Asks about a move."""

    kind = "transition"
    new_title = lazy_gettext("New move")

    def questions(self) -> Iterator[tuple[str, Any]]:
        """Ask all of it."""
        if not self.name:
            yield "name", self.name_question()
        yield "label", self.texts_question(gettext("The button says"), "label", must=True)
        yield from self._way()
        yield from self._who()
        yield "guards", self._guards()
        yield from self._assign()
        yield from self._mails()
        for name in self.fields():
            yield f"ask-{name}", self._field(name)

    def places(self) -> Mapping[str, str]:
        """Words whose question is called otherwise."""
        return {"from": "start", "fields": "guards", "optional": "guards", "notify": "who-0"}

    # -- where -------------------------------------------------------------------

    def _states(self) -> list[Option]:
        names = self.desk.document.names("flows", self.flow, "states")
        return [(name, capital(self.said.state(name))) for name in names]

    def _way(self) -> Iterator[tuple[str, Any]]:
        starts = strings(self.now("from"))
        words: list[Option] = [(name, capital(self.said.state(name))) for name in ("new", "any")]
        choices = known([*self._states(), *words], starts)
        yield (
            "start",
            SelectMultipleField(gettext("From"), [Needed()], choices=choices, default=starts, validate_choice=False),
        )
        to = self.now("to")
        ends: list[Option] = [("", "–"), *self._states(), *((w, capital(self.said.state(w))) for w in ("same", "back"))]
        if isinstance(to, Mapping):
            ends.append((OWN, self._elsewhere(to)))
        yield "to", select(gettext("To"), ends, to if isinstance(to, str) else OWN if to else "", validators=[Needed()])

    def _elsewhere(self, to: Mapping[str, Value]) -> str:
        flow, state = next((key, str(value)) for key, value in to.items())
        return f"{self.desk.label('flows', flow)}: {self.desk.label('flows', flow, 'states', state)}"

    # -- who ---------------------------------------------------------------------

    def _who(self) -> Iterator[tuple[str, Any]]:
        by = self.now("by")
        words = [(name, self.said.who(name)) for name in ("handler", "anyone", "itself")]
        choices = known([*words, *self.people()], strings(by))
        yield (
            "by",
            SelectMultipleField(gettext("Who can do it?"), choices=choices, default=strings(by), validate_choice=False),
        )
        yield (
            "by_own",
            piece(gettext("Others, in the routine's own words"), _one(others(by)), self.said.who(_one(others(by)))),
        )

    def _assign(self) -> Iterator[tuple[str, Any]]:
        now = self.now("assign")
        words: list[Option] = [
            ("", gettext("Nobody new: whoever has it keeps it")),
            ("routing", gettext("Whoever the routing leads to")),
            ("me", gettext("Whoever does it")),
            *self.people(),
            (OWN, gettext("Others, as written below")),
        ]
        yield (
            "assign",
            select(gettext("Who gets the case?"), words, now if isinstance(now, str) else OWN if now else ""),
        )
        own = None if isinstance(now, str) else now
        yield "assign_own", piece(gettext("Who gets it, in the routine's own words"), own, self.said.who(own))

    # -- what --------------------------------------------------------------------

    def fields(self) -> list[str]:
        """Questions it may ask: those it asks, those of the routine, those every routine has."""
        asked = [*strings(self.now("fields")), *strings(self.now("optional"))]
        return list(dict.fromkeys((*asked, *self.desk.document.names("fields"), *STANDARD)))

    def asked(self, name: str) -> bool:
        """Whether the form asks the question now."""
        return bool(self.form[f"ask-{name}"].data)

    def _field(self, name: str) -> Any:
        now = MUST if name in strings(self.now("fields")) else MAY if name in strings(self.now("optional")) else ""
        options = [
            ("", gettext("Isn't asked")),
            (MUST, gettext("Must be answered")),
            (MAY, gettext("May be left empty")),
        ]
        return select(capital(self.said.field(name)), options, now)

    def _guards(self) -> Any:
        now = strings(self.now("guards"))
        told = self.failing
        names = self.desk.document.names("guards")
        choices = known([(name, self.said.guard(name), {"description": told.get(name, "")}) for name in names], now)
        return SelectMultipleField(gettext("What is required?"), choices=choices, default=now, validate_choice=False)

    @cached_property
    def failing(self) -> Mapping[str, str]:
        """How many of the open cases in the states it leaves don't meet each requirement now, in words."""
        routine = self.desk.compiled
        flow = routine.flows.get(self.flow) if routine else None
        move = flow.transitions.get(self.name) if flow else None
        if routine is None or move is None or move.creates:
            return {}
        states = {old: new for old, new in self.desk.moved(self.flow).items() if new in move.sources}
        found = unmet(context(), routine, self.flow, states, routine.guards)
        told = {}
        for name in routine.guards:
            if guard_kind(routine, self.flow, self.name, name) == "input":
                told[name] = gettext("Depends on what is answered in the form")
            elif found.looked:
                told[name] = _counted(found.failing.get(name, 0), found.looked, more=found.more)
        return told

    # -- mails -------------------------------------------------------------------

    def _mails(self) -> Iterator[tuple[str, Any]]:
        now = self.now("notify")
        rows = (
            [(who, mail) for who, mails in now.items() for mail in strings(mails)] if isinstance(now, Mapping) else []
        )
        people: list[Option] = [("", "–"), ("handler", self.said.who("handler")), *self.people()]
        mails: list[Option] = [("", "–"), *((name, self.desk.names.mail(name)) for name in self.desk.names.mails)]
        for at, (who, mail) in enumerate([*rows, *[("", "")] * (self.row_count(len(rows)) - len(rows))]):
            yield f"who-{at}", select(gettext("Receiver %(at)d", at=at + 1), people, who)
            yield f"mail-{at}", select(gettext("Mail %(at)d", at=at + 1), mails, mail)

    def mails(self) -> list[tuple[Any, Any]]:
        """The rows that say who gets which mail."""
        count = sum(1 for name in self.form._fields if name.startswith("who-"))
        return [(self.form[f"who-{at}"], self.form[f"mail-{at}"]) for at in range(count)]

    # -- the answers -------------------------------------------------------------

    def valid(self) -> bool:
        """Whether it can be written, and somebody can do it."""
        fine = super().valid()
        if fine and not self.form["by"].data and not self.form["by_own"].data:
            self._wrong("by", gettext("Say who can do it."))
            return False
        return fine

    def values(self) -> dict[str, Value | None]:
        """Give the answers as the text says them."""
        form = self.form
        found: dict[str, Value | None] = {
            "label": form["label"].data,
            "from": _short(kept_order(strings(self.now("from")), form["start"].data)),
            "to": form["to"].data,
            "by": self._party("by", "by_own"),
            "fields": self._asked(MUST),
            "optional": self._asked(MAY),
            "guards": kept_order(strings(self.now("guards")), form["guards"].data) or None,
            "assign": form["assign_own"].value if form["assign"].data == OWN else form["assign"].data or None,
            "notify": self._told(),
        }
        return {word: value for word, value in found.items() if value != OWN}

    def _party(self, chosen: str, own: str) -> Value | None:
        before = self.now(chosen)
        plain = kept_order(strings(before), self.form[chosen].data)
        typed = self.form[own].value
        pieces = [typed] if isinstance(typed, str | Mapping) else list(typed or ())
        return _short(_as_before(before, [*plain, *pieces]))

    def _asked(self, how: str) -> Value | None:
        before = strings(self.now("fields" if how == MUST else "optional"))
        chosen = [name for name in self.fields() if self.form[f"ask-{name}"].data == how]
        return kept_order(before, chosen) or None

    def _told(self) -> Value | None:
        rows: dict[str, list[str]] = {}
        for who, mail in self.mails():
            if who.data and mail.data:
                rows.setdefault(who.data, []).append(mail.data)
        return {who: mails if len(mails) > 1 else mails[0] for who, mails in rows.items()} or None

    def changed(self) -> str:
        """Write the answers into the text, and functions that the routine hasn't named yet."""
        values = self.values()
        if self.name:
            text = set_transition(self.desk.text, self.flow, self.name, values)
        else:
            name = self.new_name(self.form["label"].data)
            text = add_transition(self.desk.text, self.flow, name, values)
            self.name = name
        named = {*strings(values.get("by")), *strings(values.get("assign")), *(self._told() or ())}
        return add_roles(text, [role for role in self.desk.names.roles if role in named])


def _as_before(before: Value | None, chosen: list[Value]) -> list[Value]:
    """Keep the order a list had."""
    was = [before] if isinstance(before, str | Mapping) else list(before or ())
    return [each for each in was if each in chosen] + [each for each in chosen if each not in was]


def _short(values: Sequence[Value]) -> Value | None:
    return None if not values else values[0] if len(values) == 1 else values


def _one(values: Sequence[Value]) -> Value | None:
    return _short(values)


def _counted(failing: int, looked: int, *, more: bool) -> str:
    if not failing:
        return gettext("All open cases meet this now")
    told = ngettext(
        "%(failing)d of %(num)d open case doesn't meet this now",
        "%(failing)d of %(num)d open cases don't meet this now",
        looked,
        failing=failing,
    )
    return gettext("%(told)s (the first %(most)d are counted)", told=told, most=MOST) if more else told
