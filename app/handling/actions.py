"""Actions: one's own list at /actions/, and each on one page with its answers, no menu to learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import ColumnElement, not_, true
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption
from wtforms import Form

from app import forms
from app.access import Viewer
from app.handling.approving import Approval, of_approvals
from app.handling.fieldlist import FieldInterface, FieldLook
from app.handling.joined import Joined, joined
from app.handling.moving import MovePage, back_to
from app.handling.opening import opened, readers
from app.handling.permissions import moves_on
from app.i18n import gettext, language, lazy_gettext, say
from app.routing.facts import CaseFacts
from app.web import queue, story
from app.web.attached import Attached
from app.web.cells import Due, Tag
from app.web.extras import PREFIX
from app.web.filed import files_for, letters_for
from app.web.filters import Answers, Filter
from app.web.grants import can
from app.web.here import actor, context
from app.web.interface import Page
from app.web.lettered import Kept
from app.web.reasons import Check, of_refusals
from app.web.roles import PARTS as VIEW
from app.web.roles import permission_of
from app.web.story import Line
from app.web.table import Table
from app.workflow import finding, mailing
from app.workflow.context import Context
from app.workflow.evaluator import Verdict
from app.workflow.table import offers
from app.workflow.words import spoken
from model import Part


@dataclass(frozen=True)
class Answer:
    """One answer that the page offers: a form of its own, folded away unless it is the natural next."""

    name: str
    label: str
    href: str
    form: Form
    first: bool
    danger: bool
    told: list[Check]
    refusals: list[Check]


@dataclass(frozen=True)
class ActionPage:
    """One action as one person sees it."""

    context: Context
    facts: CaseFacts
    part: Part
    viewer: Viewer

    @property
    def state(self) -> Tag:
        """The state."""
        return queue.state_tag(self.part, self.context)

    @property
    def due(self) -> date | None:
        """The deadline, while it matters."""
        return None if self.part.finished else self.part.due_on

    def shows(self, field: str) -> bool:
        """Whether the viewer may read the field."""
        return self.viewer.shows(field, self.facts)

    @property
    def heading(self) -> str:
        """What it is called, as far as the viewer may read it."""
        return finding.heading(self.viewer, self.facts) or gettext("Action %(number)s", number=self.part.number)

    @cached_property
    def story(self) -> story.Story:
        """What has happened to the action."""
        return story.Story.read(self.context, self.facts, self.viewer)

    @property
    def whole_seen(self) -> bool:
        """Whether the viewer may open the case as well."""
        return self.facts.whole is not None and self.viewer.sees(self.facts.whole)

    def about(self) -> list[tuple[str, str]]:
        """What the viewer may know of the case: what the case's own sight grants, never who reported."""
        whole = self.facts.whole
        if whole is None or not self.whole_seen:
            return []
        fields = self.context.routine.fields
        shown = [n for n in ("unit", "area") if self.viewer.shows(n, whole) and whole.value(n)]
        return [(say(fields[n].label), spoken(whole, n, language())) for n in shown]

    def files(self) -> list[Attached]:
        """Its files, as far as the viewer may read their fields."""
        return files_for(self.context, self.facts, self.viewer)

    def joined(self) -> list[Joined]:
        """The cases that it names."""
        return list(joined(self.context, self.facts, self.viewer))

    def readers(self) -> list[Line]:
        """Who has opened it, where the routine keeps a log of it that the viewer may read."""
        return readers(self.context, self.facts, self.viewer)

    def letters(self) -> list[Kept]:
        """Its letters, as far as the viewer may read them."""
        return letters_for(self.context, self.facts, self.viewer)

    def approvals(self) -> list[Approval]:
        """Moves that several make together, and how far they have come."""
        return list(of_approvals(self.facts))

    def answers(self) -> list[Answer]:
        """What the viewer may answer now, the natural next first."""
        natural = self.part.next_step.get("transition")
        found = [self._answer(n, v, natural) for n, v in offers(self.facts, actor()) if can(permission_of(n), VIEW)]
        return sorted(found, key=lambda a: (not a.first, a.danger))

    def _answer(self, name: str, verdict: Verdict, natural: str | None) -> Answer:
        declared = self.facts.flow.transitions[name]
        form = forms.build(self.context, self.facts, declared, actor(), language())
        for each in form:
            each.id = f"{name}-{each.name}"  # several forms stand on the page
        people = mailing.recipients(self.facts, declared.notify, actor())
        told = [Check(self._who(each.person), True) for each in people if not each.skipped]
        href = url_for("ActionView.transition", number=self.part.number, name=name)
        danger = bool(declared.again) or (self._ends(declared.to.state) and declared.name != natural)
        return Answer(
            name,
            say(declared.label),
            href,
            form,
            name == natural,
            danger,
            told,
            of_refusals(verdict.refusals, self.facts),
        )

    def _ends(self, state: str) -> bool:
        target = self.facts.flow.states.get(state)
        return target is not None and target.finished

    def _who(self, person: int) -> str:
        if person in self.facts.people_in("reporter"):
            return gettext("The reporter gets mail")
        return gettext("%(name)s gets mail", name=self.facts.world.person(person))


class ActionView(FieldLook):
    """Actions as their owners and the case's handlers see them."""

    datamodel = FieldInterface(Part)
    route_base = "/actions"
    class_permission_name = VIEW
    exclude_route_methods = {"action", "action_post", "download", "add", "edit", "delete", "show"}
    base_permissions = ["can_list", "can_show", *moves_on(VIEW)]
    list_template = "handling/queue.html"
    list_columns = ["number", "owner", "state", "due_at", "submitted_at"]
    order_columns = ["due_at", "submitted_at", "number"]
    base_order = ("due_at", "asc")
    search_columns: list[str] = []
    list_title = lazy_gettext("Actions")
    label_columns = {
        "number": lazy_gettext("Action"),
        "owner": lazy_gettext("Responsible"),
        "state": lazy_gettext("State"),
        "due_at": lazy_gettext("Deadline"),
        "submitted_at": lazy_gettext("Given"),
    }

    def tab(self) -> str:
        """Open actions, or all."""
        return "all" if request.args.get("tab") == "all" else "mine"

    def scope(self) -> ColumnElement[bool]:
        """Every action that the person may open."""
        return finding.rows(context().viewer(actor().person), Part)

    def filters(self) -> Sequence[Filter]:
        """Search by number and words, and whatever the routine asks."""
        return [*queue.filters_of_actions(), *self.narrowings()]

    def answers(self) -> Answers:
        """The address, and its tab."""
        found = super().answers()
        where = not_(Part.finished) if self.tab() == "mine" else true()
        return replace(found, where=(*found.where, where), key=self.key(found, self.tab()))

    def options(self) -> Sequence[ORMOption]:
        """Owners come with the rows."""
        return [*self.loaded(), joinedload(Part.owner)]

    def values(self, row: Any, names: Sequence[str]) -> list[Any]:
        """What a row shows: no more than its page does."""
        here, viewer = context(), context().viewer(actor().person)

        def value(name: str) -> Any:
            if name.startswith(PREFIX):
                return self.own_value(row, name)
            if name == "owner":
                return repr(row.owner) if row.owner and finding.shows(viewer, name, here.facts(row)) else ""
            return Due(row.due_on, row.finished) if name == "due_at" else queue.cell(row, name, here, viewer)

        return list(map(value, names))

    def href(self, row: Any) -> str | None:  # noqa: ARG002 - as every list
        """The action's own page is where its number leads."""
        return None

    def late(self, row: Any) -> bool:
        """Whether its deadline has passed."""
        return queue.is_late(row)

    def table(self, page: Page, answers: Answers | None = None) -> Table:
        """The table, with each row's number."""
        return replace(super().table(page, answers), names=[row.number for row in page.rows])

    @expose("/")
    @has_access
    def list(self) -> ResponseReturnValue:
        """Show one page of the list."""
        answers = self.answers()
        page = self.page(answers)
        tabs = [
            queue.Tab("mine", gettext("Open"), None, self.tab() == "mine"),
            queue.Tab("all", gettext("All, finished ones too"), None, self.tab() == "all"),
        ]
        return self.shown(
            self.list_template,
            title=self.list_title,
            table=self.table(page, answers),
            filters=answers.filters,
            tabs=tabs,
        )

    def one_part(self, number: str) -> Part:
        """The action with that number, if one may open it; otherwise the page isn't there."""
        query = finding.opened(context().viewer(actor().person), Part, number)
        loads = (joinedload(Part.whole), joinedload(Part.clocks), joinedload(Part.owner), finding.looked_beside())  # type: ignore[attr-defined]
        return self.datamodel.session.scalars(query.options(*loads)).unique().first() or abort(404)

    @expose("/<number>")
    @has_access
    @permission_name("show")
    def one(self, number: str) -> ResponseReturnValue:
        """Show one action and what can be answered."""
        part = self.one_part(number)
        page = ActionPage(context(), context().facts(part), part, context().viewer(actor().person))
        with opened(part):
            return self.shown("handling/action.html", title=page.heading, page=page)

    @expose("/<number>/<name>", methods=["GET", "POST"])
    @has_access
    @permission_name("show")
    def transition(self, number: str, name: str) -> ResponseReturnValue:
        """Show a move's form, or make the move."""
        part = self.one_part(number)
        facts = context().facts(part)
        declared = facts.flow.transitions.get(name)
        if declared is None or declared.creates:
            return abort(404)
        if not can(permission_of(name), VIEW):
            return abort(403)
        here = url_for("ActionView.one", number=number)
        with opened(part):
            return MovePage(facts, declared, here).answer(self._go_on)

    def _go_on(self, moved: Any) -> ResponseReturnValue:
        """Go back to the action, or to the list if the move took it out of sight."""
        seen = context().viewer(actor().person).sees(context().facts(moved))
        return back_to(queue.address(moved) if seen else self.get_redirect())(moved)

    def get_redirect(self) -> str:
        """Go to the list."""
        return url_for("ActionView.list")
