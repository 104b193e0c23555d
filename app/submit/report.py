"""A report under way: which transition makes it, where it belongs, what has been answered, whether it may be sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Form

from app import forms
from app.i18n import language
from app.language.conditions import holds
from app.language.definition import Field, Flow, Transition
from app.language.parties import Word, opened
from app.routing.facts import CaseFacts
from app.submit.doors import Door, closed
from app.submit.place import Place, read
from app.web import addresses
from app.workflow import wording
from app.workflow.actor import Actor
from app.workflow.context import Context
from app.workflow.evaluator import Verdict, holds_by, may, present

NAMELESS = "nameless"
"""The tick by which somebody logged in leaves out who they are."""
SHOWN = "shown"
"""What a form says of itself: the questions that its page had."""


class NoEntrance(Exception):
    """The routine has no report that this person may make."""


@dataclass
class Report:
    """What somebody is reporting; `sent` is None before they have sent anything."""

    context: Context
    actor: Actor
    sent: MultiDict[str, str] | None = None
    chosen: str = ""

    @cached_property
    def ways(self) -> dict[str, Transition]:
        """The transitions by which this person may begin a case, by name: public ones first."""
        mine = [each for flow in self.context.routine.flows.values() for each in self._beginnings(flow)]
        ordered = sorted(mine, key=lambda t: not self._is_public(t))
        found: dict[str, Transition] = {}
        for each in ordered:
            found.setdefault(each.name, each)
        return found

    @property
    def way(self) -> str:
        """The name of the one that was chosen; empty for the first that the answers lead to."""
        wanted = self.typed.get("way") or self.chosen
        return wanted if wanted in self.ways else ""

    @cached_property
    def typed(self) -> MultiDict[str, str]:
        """What was sent, or nothing."""
        return self.sent if self.sent is not None else MultiDict()

    @cached_property
    def entrance(self) -> tuple[Flow, Transition]:
        """The flow that takes the report as answered so far, and the transition that makes it. Raises NoEntrance."""
        if not self.entrances:
            raise NoEntrance
        taken = (pair for pair in self.entrances if holds(pair[0].when, self._facts(*pair)))
        return next(taken, self.entrances[0])

    @cached_property
    def entrances(self) -> list[tuple[Flow, Transition]]:
        """Every flow that may take the report, whatever is answered, and the transition that makes it there."""
        return [(flow, each) for flow in self.context.routine.flows.values() if (each := self._entrance(flow))]

    def _entrance(self, flow: Flow) -> Transition | None:
        """Give the transition by which this person may begin a case of the flow: the chosen, rather a public one."""
        mine = (t for t in self._beginnings(flow) if not self.way or t.name == self.way)
        return min(mine, key=lambda t: not self._is_public(t), default=None)

    def _is_public(self, transition: Transition) -> bool:
        return Word("anyone") in opened(transition.by, self.context.routine.parties)

    def _beginnings(self, flow: Flow) -> list[Transition]:
        """The transitions by which this person may begin a case of the flow."""
        if flow.part_of:
            return []
        facts = self.context.facts_of_new(flow.name, {})
        return [t for t in flow.transitions.values() if t.creates and holds_by(facts, t, self.actor)]

    @property
    def transition(self) -> Transition:
        """The transition that makes the case."""
        return self.entrance[1]

    @cached_property
    def empty(self) -> CaseFacts:
        """The case before anything is answered."""
        return self.context.facts_of_new(self.entrance[0].name, {})

    @cached_property
    def facts(self) -> CaseFacts:
        """The case as it would be with the answers so far."""
        return self._facts(*self.entrance)

    def _facts(self, flow: Flow, transition: Transition) -> CaseFacts:
        elsewhere = ("unit", "reporter", self._spot_of(transition))
        asked = (name for name in transition.asked if name not in elsewhere and self.typed.get(name))
        return self.context.facts_of_new(flow.name, {name: self.typed[name] for name in asked})

    def field(self, name: str) -> Field:
        """Give a field of the routine."""
        return self.context.routine.fields[name]

    def asks(self, name: str) -> bool:
        """Whether the transition asks that field."""
        return name in self.transition.asked

    @property
    def for_another(self) -> bool:
        """Whether somebody of the staff fills it in for the one who reports."""
        open_to_all = Word("anyone") in opened(self.transition.by, self.context.routine.parties)
        return self.actor.person is not None and self.asks("reporter") and not open_to_all

    @property
    def spot(self) -> str:
        """The question for a place that is answered together with the unit; empty where there is none."""
        return self._spot_of(self.transition)

    def _spot_of(self, transition: Transition) -> str:
        places = (name for name in transition.asked if self.field(name).type == "place")
        return next(places, "") if "unit" in transition.asked else ""

    @property
    def words(self) -> wording.Wording | None:
        """What the routine says above the form, if it has words of its own."""
        return wording.found(self.context.organisation, self.transition.name, wording.PAGE, language())

    @cached_property
    def form(self) -> Form:
        """The form that the routine asks for, holding what was typed."""
        return forms.build(self.context, self.empty, self.transition, self.actor, language(), self.sent)

    @property
    def brought(self) -> list[str]:
        """Names of questions that the answers have brought about, that the page didn't have, and that aren't answered.

        None for a report that was sent without a page.
        """
        shown = self.typed[SHOWN].split() if SHOWN in self.typed else list(self.form.data)
        return [each.name for each in self.form if each.name not in shown and not self.typed.get(each.name)]

    @cached_property
    def doors(self) -> dict[str, Door]:
        """The areas that belong somewhere else."""
        return closed(self.empty, self.transition)

    @property
    def door(self) -> Door | None:
        """The door of the area that was chosen, if reports of it belong somewhere else."""
        return self.doors.get(self.typed.get("area", ""))

    @cached_property
    def place(self) -> Place:
        """What was typed as unit and place."""
        kind = self.field("unit").choices
        return read(self.typed.get("unit", ""), self.context.organisation, kind if isinstance(kind, str) else None)

    def initial(self, name: str) -> Any:
        """Give what a question holds before anybody answers it."""
        known = self.empty.with_answers({"reporter": self.actor.person}) if self.actor.person else self.empty
        return present(self.field(name), known, self.transition, self.actor)

    # -- sending ---------------------------------------------------------------

    def signed(self) -> Actor:
        """Say who sends it: a visitor becomes somebody who is reached at the address they gave."""
        mail = self.typed.get("reporter", "").strip()
        if self.actor.person is not None or not self.asks("reporter") or not addresses.is_address(mail):
            return self.actor
        guest = addresses.visitor(mail)
        self.context.meet(guest)
        return Actor(guest.id, self.actor.language)

    @property
    def may_be_nameless(self) -> bool:
        """Whether somebody logged in may leave out who they are."""
        public = self._is_public(self.transition)
        return self.actor.person is not None and public and "reporter" in self.transition.optional

    @property
    def nameless(self) -> bool:
        """Whether they do."""
        return self.may_be_nameless and bool(self.typed.get(NAMELESS))

    def answers(self) -> dict[str, Any]:
        """Give the answers for the engine; what isn't asked is left behind, whatever was sent.

        The reporter is among them only where somebody else sends it.
        """
        given = {**forms.answers(self.form), **dict(self._translated())}
        mine = {"reporter": ""} if self.nameless else {}
        return {**{name: value for name, value in given.items() if name != "reporter" or self.for_another}, **mine}

    def _translated(self) -> Iterator[tuple[str, Any]]:
        """Give places and people as the engine knows them."""
        for each in self.form:
            if self.field(each.name).type == "person" and each.type == "EmailField":
                find = addresses.visitor if each.name == "reporter" else addresses.named
                typed = self.addresses(each.name) if each.name != "reporter" or self.for_another else []
                yield each.name, [find(mail).id for mail in typed if addresses.is_address(mail)]
        if self.asks("unit"):
            yield "unit", self.place.unit or self.initial("unit") or ""
        if self.spot:
            yield self.spot, self.place.code or self.typed.get(self.spot, "")

    def addresses(self, name: str) -> list[str]:
        """Give what was typed in a question about people, one by one."""
        return addresses.typed(self.typed.get(name, ""))

    def judge(self, actor: Actor, answers: dict[str, Any]) -> Verdict:
        """Ask whether it may be sent."""
        return may(self.empty, self.transition.name, actor, answers)
