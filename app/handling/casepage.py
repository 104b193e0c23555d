"""What a case's page shows, worked out once: its facts, its reasons, its parts, and every move with why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from app.access import Viewer
from app.handling.approving import Approval, of_approvals
from app.handling.glimpsed import Glimpse, glimpsed
from app.handling.joined import Joined, joined
from app.handling.opening import readers
from app.handling.sections import Option, PartRow, Section
from app.i18n import gettext, language, say
from app.language.definition import BACK, SAME, Field, Flow, Transition
from app.language.kinds import menders
from app.language.parties import name_of
from app.routing.facts import CaseFacts
from app.web import queue, story
from app.web.attached import Attached
from app.web.cells import Due, Tag
from app.web.filed import files_for, letters_for
from app.web.grants import can
from app.web.lettered import Kept
from app.web.paths import path_of
from app.web.reasons import Check, of_refusals, of_trace
from app.web.roles import CASES, permission_of
from app.web.story import Line, Pairs
from app.workflow import finding, journal
from app.workflow.actor import Actor
from app.workflow.context import Context
from app.workflow.evaluator import Verdict
from app.workflow.refusals import of_party
from app.workflow.table import additions, offers
from app.workflow.words import in_time, in_words, spoken
from model import Case, Part
from model.base import NEVER


@dataclass(frozen=True)
class CasePage:
    """One case as one person sees it now."""

    context: Context
    facts: CaseFacts
    case: Case
    viewer: Viewer
    actor: Actor
    reporter_shown: bool = False

    @cached_property
    def full(self) -> bool:
        """Whether the viewer sees the whole case and not only some fields."""
        return self._held is None

    @cached_property
    def _held(self) -> frozenset[str] | None:
        """The fields that the viewer is held to; None = not held."""
        return self.viewer.fields(self.facts)

    @cached_property
    def story(self) -> story.Story:
        """The journal as this viewer may read it."""
        return story.Story.read(self.context, self.facts, self.viewer)

    @property
    def state(self) -> Tag:
        """The state."""
        return queue.state_tag(self.case, self.context)

    @property
    def due(self) -> date | None:
        """The nearest deadline, for those who see the whole case."""
        return None if self.case.due_at >= NEVER or self.case.finished or not self.full else self.case.due_at

    @property
    def due_words(self) -> str:
        """The deadline's day, and its time where it isn't the end of the day."""
        return in_time(self.case.due_at, self.context.organisation.worktime, language())

    def shows(self, field: str) -> bool:
        """Whether the viewer may read the field."""
        return bool(self.viewer.readable((field,), self.facts, self._held))

    def top(self) -> Iterator[tuple[str, str]]:
        """Code names, unit, area, places and handler with their labels, always in that order."""
        fields = self.facts.routine.fields.values()
        code_names, places = ([each.name for each in fields if each.type == kind] for kind in ("code name", "place"))
        for name in (*code_names, "unit", "area", *places, "handler"):
            value = spoken(self.facts, name, language())
            if value and self.shows(name):
                yield self._label(name), value
        if self.full and self.facts.value("handler") is None and not self.case.finished:
            yield gettext("Handler"), gettext("Nobody – the administrators are told")

    def _label(self, name: str) -> str:
        return gettext("Handler") if name == "handler" else say(self.facts.routine.fields[name].label)

    def joined(self) -> list[Joined]:
        """The cases that this one names, and those that name it."""
        return list(joined(self.context, self.facts, self.viewer))

    def readers(self) -> list[Line]:
        """Who has opened the case, where the routine keeps a log of it that the viewer may read."""
        return readers(self.context, self.facts, self.viewer)

    @cached_property
    def trace(self) -> list[Check]:
        """Why the case came here."""
        return of_trace(self.case.trace, self.facts)

    def reported(self) -> tuple[Pairs, Pairs]:
        """What was answered when it was reported, besides the description: short answers, and texts."""
        return story.answered(self.story.reported)

    @cached_property
    def glimpse(self) -> Glimpse:
        """What is read besides by somebody who is held to some fields."""
        return glimpsed(self.facts, self.viewer, {field.name for field, _ in self.story.reported})

    @property
    def may_see_reporter(self) -> bool:
        """Whether the viewer may look up who reported."""
        return self.case.reporter_id is not None and self.shows("reporter")

    @property
    def may_redact(self) -> bool:
        """Whether the viewer may take words out of it."""
        return self.full and can("can_redact", CASES)

    def reporter(self) -> str:
        """Name and address of who reported."""
        person = self.case.reporter
        if person is None:
            return ""
        return f"{person.label} ({person.mail})" if person.label and person.label != person.mail else person.mail

    def log_look_up(self) -> None:
        """Write in the journal that the viewer looked up who reported."""
        journal.note(self.context, self.case, self.actor, journal.LOOKED_UP)

    def judged(self) -> Iterator[tuple[str, str, Option | None]]:
        """Choices that handlers make about the case (severity): label, answer, the move that changes it."""
        for name, option in self._options.items():
            declared = self.facts.flow.transitions[name]
            fields = [f for f in declared.fields if isinstance(self.facts.routine.fields[f].choices, tuple)]
            if declared.to.state == SAME and fields and len(fields) == len(declared.fields):
                yield self._label(fields[0]), spoken(self.facts, fields[0], language()), option

    # -- parts -----------------------------------------------------------------

    def sections(self) -> Iterator[Section]:
        """The case's parts, flow by flow."""
        self.context.know({part.owner_id for part in self.case.parts if part.owner_id})
        adding = {flow: (name, verdict) for flow, name, verdict in additions(self.facts, self.actor)}
        for flow in self.facts.routine.flows.values():
            if self.facts.flow.name not in flow.part_of or not self.full:
                continue
            parts = [part for part in self.case.parts if part.flow == flow.name]
            add = self._addition(flow, *adding[flow.name]) if flow.name in adding else None
            if parts or add:
                yield Section(say(flow.label), self._caption(parts), [self._row(part) for part in parts], add)

    def _caption(self, parts: list[Part]) -> str:
        done = sum(part.finished for part in parts)
        return gettext("%(done)d of %(all)d are settled", done=done, all=len(parts)) if parts else ""

    def _row(self, part: Part) -> PartRow:
        facts = self.context.facts(part)
        return PartRow(
            finding.heading(self.viewer, facts) or part.number,
            queue.address(part),
            part.number,
            in_words(facts, "owner", part.owner_id, language()) if part.owner_id else "",
            queue.state_tag(part, self.context),
            Due(part.due_on, part.finished),
        )

    def _addition(self, flow: Flow, name: str, verdict: Verdict) -> Option | None:
        if not can(permission_of(name), "ActionView"):
            return None
        declared = flow.transitions[name]
        href = path_of("CaseView.transition", number=self.case.number, name=name)
        new = self.facts.new_part(flow.name)
        refusals = of_refusals(verdict.refusals, new, self.case)
        return Option(name, say(declared.label), href, bool(verdict), refusals)

    def files(self) -> list[Attached]:
        """Its files, as far as the viewer may read their fields."""
        return files_for(self.context, self.facts, self.viewer)

    def letters(self) -> list[Kept]:
        """Its letters, as far as the viewer may read them."""
        return letters_for(self.context, self.facts, self.viewer)

    def approvals(self) -> list[Approval]:
        """Moves that several make together, and how far they have come."""
        return list(of_approvals(self.facts)) if self.full else []

    # -- moves -----------------------------------------------------------------

    @cached_property
    def _offers(self) -> list[tuple[str, Verdict]]:
        return [(n, v) for n, v in offers(self.facts, self.actor) if can(permission_of(n), CASES)]

    def writings(self, *, to_reporter: bool) -> list[tuple[Option, str]]:
        """Moves that only write a text, with the name of the field: shown as forms on the page itself."""
        return [
            (option, field.name)
            for option, field in self._writings
            if story.names_reporter(field, self.facts.routine) == to_reporter
        ]

    @cached_property
    def _writings(self) -> list[tuple[Option, Field]]:
        flow, routine = self.facts.flow, self.facts.routine
        fields = ((each, story.writing_field(flow.transitions[each[0]], routine)) for each in self._offers)
        return [(self._options[each[0]], field) for each, field in fields if field and self._asks_nothing_else(each[0])]

    def _asks_nothing_else(self, name: str) -> bool:
        """A writing that guards elsewhere wait for is a move of its own, not a note."""
        return not any(name in mending for mending in self._awaited)

    @cached_property
    def _awaited(self) -> list[tuple[str, ...]]:
        routine, flow = self.facts.routine, self.facts.flow
        return [menders(routine, flow.name, t.name, g) for t in flow.transitions.values() for g in t.guards]

    def moves(self) -> list[Option]:
        """Every move of the viewer's that leaves from here: the natural next first, the dangerous last."""
        apart = {option.name for option, _ in self._writings}
        options = [option for name, option in self._options.items() if name not in apart]
        natural = self.case.next_step.get("transition")
        ranked = sorted(options, key=lambda o: (o.danger, o.name != natural))
        return [replace(o, first=o.name == natural and o.allowed) for o in ranked]

    @cached_property
    def _options(self) -> dict[str, Option]:
        return {name: self._option(name, verdict) for name, verdict in self._offers}

    def _option(self, name: str, verdict: Verdict) -> Option:
        declared = self.facts.flow.transitions[name]
        return Option(
            name,
            say(declared.label),
            path_of("CaseView.transition", number=self.case.number, name=name),
            bool(verdict),
            of_refusals(verdict.refusals, self.facts),
            mails=self._mailed(declared),
            help=self._help(declared),
            danger=self._is_danger(declared),
            why=gettext("Not possible yet:"),
        )

    def _help(self, declared: Transition) -> str:
        if declared.to.state in (SAME, BACK):
            return ""
        target = self.facts.flow.states.get(declared.to.state)
        return gettext("The case becomes “%(state)s”.", state=say(target.label)) if target else ""

    def _mailed(self, declared: Transition) -> str:
        names = [of_party(name_of(party), self.facts) for party, _ in declared.notify]
        return gettext("Mail to: %(names)s.", names=", ".join(dict.fromkeys(names))) if names else ""

    def _is_danger(self, declared: Transition) -> bool:
        """A move to an end that isn't the natural one: the last declared final states before it was handled."""
        target = self.facts.flow.states.get(declared.to.state)
        finals = [s.name for s in self.facts.flow.states.values() if s.finished]
        return target is not None and target.finished and target.name != finals[0]
