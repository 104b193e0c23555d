"""Cases: the generated list at /cases/, each case at /cases/<number>, each move at /cases/<number>/<transition>."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import ColumnElement, Select, String, bindparam
from sqlalchemy.orm import joinedload, selectinload, undefer
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.interfaces import ORMOption

from app.access import Viewer
from app.handling.caselist import CaseInterface
from app.handling.casepage import CasePage
from app.handling.fieldlist import FieldLook
from app.handling.moving import MovePage, back_to
from app.handling.opening import opened
from app.handling.permissions import moves_on
from app.handling.redaction import RedactionPage
from app.i18n import gettext, lazy_gettext
from app.web import lettered, queue
from app.web.attached import download
from app.web.database import db
from app.web.extras import PREFIX
from app.web.filed import letter_address, one_file, one_letter
from app.web.filters import Answers, Filter
from app.web.grants import can
from app.web.here import actor, context
from app.web.interface import Page
from app.web.roles import CASES as VIEW
from app.web.roles import permission_of
from app.web.table import Table
from app.workflow import finding, readings
from model import Case, Subject


def _bare_case(viewer: Viewer) -> Select[Case]:
    """Ask for the case with a `number`."""
    return finding.opened(viewer, Case, bindparam("number", type_=String))


def _one_case(viewer: Viewer) -> Select[Case]:
    """Ask for the case with a `number`, and for what its page needs with it."""
    loads = (joinedload(Case.clocks), joinedload(Case.reporter), undefer(Case.trace), finding.looked_beside())  # type: ignore[attr-defined]
    return _bare_case(viewer).options(*loads)


class CaseView(FieldLook):
    """Cases as handlers see them; nothing is added, edited or deleted here: cases are moved."""

    datamodel = CaseInterface(Case)
    route_base = "/cases"
    class_permission_name = VIEW
    exclude_route_methods = {
        "action",
        "action_post",
        "download",
        "add",
        "edit",
        "delete",
        "show",
    }
    base_permissions = ["can_list", "can_show", "can_redact", *moves_on(VIEW)]
    list_template = "handling/queue.html"
    list_columns = ["number", "unit", "state", "next_step", "due_at", "submitted_at"]
    order_columns = ["due_at", "submitted_at", "number"]
    base_order = ("due_at", "asc")
    search_columns: list[str] = []
    list_title = lazy_gettext("Cases")
    label_columns = {
        "number": lazy_gettext("Case"),
        "unit": lazy_gettext("Concerns"),
        "state": lazy_gettext("State"),
        "next_step": lazy_gettext("Next step"),
        "due_at": lazy_gettext("Deadline"),
        "submitted_at": lazy_gettext("Received"),
    }
    sort_labels = {
        "due_at": lazy_gettext("Deadline, overdue first"),
        "-submitted_at": lazy_gettext("Received, newest first"),
        "submitted_at": lazy_gettext("Received, oldest first"),
        "number": lazy_gettext("Number"),
    }

    def _viewer(self) -> Viewer:
        return context().viewer(actor().person)

    def scope(self) -> ColumnElement[bool]:
        """Every case that the person may open."""
        return finding.rows(self._viewer(), Case)

    def pieces(self) -> tuple[ColumnElement[bool], ...]:
        """The same in pieces."""
        return finding.pieces(self._viewer(), Case)

    def filters(self) -> Sequence[Filter]:
        """Search, area, unit, state, and whatever the routine asks."""
        return [*queue.filters(), *self.narrowings()]

    def answers(self) -> Answers:
        """The address, and its tab, which says how many there are unless they are narrowed."""
        found, tab = super().answers(), queue.tab()
        where = (*found.where, queue.clause_of(tab))
        return replace(found, where=where, counted=bool(found.given), key=self.key(found, tab))

    def options(self) -> Sequence[ORMOption]:
        """Units and areas come from memory, so a row needs no relation, unless sight or a next step asks for one."""
        wanted = {
            Case.parts: context().viewer(actor().person).asks_parts(),  # type: ignore[attr-defined]
            Case.clocks: queue.tells_deadlines(context().routine),
        }
        return [*self.loaded("next_step"), *(selectinload(each) for each, needed in wanted.items() if needed)]

    def values(self, row: Any, names: Sequence[str]) -> list[Any]:
        """What a row shows: no more than its page does."""
        here, viewer = context(), context().viewer(actor().person)
        fields = viewer.listed(here.facts(row))

        def value(name: str) -> Any:
            if name.startswith(PREFIX):
                return self.own_value(row, name)
            return (
                queue.cell(row, name, here, viewer, full=True)
                if fields is None
                else queue.glimpse(row, name, here, fields)
            )

        return list(map(value, names))

    def href(self, row: Any) -> str | None:  # noqa: ARG002 - as every list
        """The case's own page is where its number leads."""
        return None

    def late(self, row: Any) -> bool:
        """Whether its deadline has passed."""
        return queue.is_late(row)

    def caption(self, page: Page, answers: Answers) -> str:  # noqa: ARG002
        """How many wait, how many are late."""
        return queue.caption(queue.tab(), page.count, sum(map(queue.is_late, page.rows)))

    def table(self, page: Page, answers: Answers | None = None) -> Table:
        """The table, with each row's number where tests and scripts find it."""
        made = super().table(page, answers)
        words = (gettext("Show cases with earlier deadline"), gettext("Show cases with later deadline"))
        if answers and answers.order.column != "due_at":
            words = (gettext("Previous cases"), gettext("Next cases"))
        return replace(made, names=[row.number for row in page.rows], words=words)

    @expose("/")
    @has_access
    def list(self) -> ResponseReturnValue:
        """Show one page of the list."""
        answers = self.answers()
        page = self.page(answers)
        *numbers, waiting = page.extras
        return self.shown(
            self.list_template,
            title=self.list_title,
            table=self.table(page, answers),
            filters=answers.filters,
            tabs=queue.tabs(queue.tab(), numbers),
            held=waiting,
        )

    def one_case(self, number: str, *, moving: bool = False) -> Case:
        """The case with that number, if one may open it; otherwise the page isn't there. A move reads the rest anew."""
        query = context().viewer(actor().person).once(_bare_case if moving else _one_case)
        found = db.session.scalars(query, {"number": number[: finding.LONGEST_NUMBER]}).unique().first()
        if found is None:
            return abort(404)
        if not moving and finding.lacks(found, "parts"):
            set_committed_value(found, "parts", [])
        return found

    @expose("/<number>")
    @has_access
    @permission_name("show")
    def one(self, number: str) -> ResponseReturnValue:
        """Show one case and what can be done with it."""
        case = self.one_case(number)
        page = CasePage(context(), context().facts(case), case, context().viewer(actor().person), actor())
        with opened(case):
            return self.shown("handling/case.html", title=case.title or case.number, page=page)

    @expose("/<number>/<name>", methods=["GET", "POST"])
    @has_access
    @permission_name("show")
    def transition(self, number: str, name: str) -> ResponseReturnValue:
        """Show a move's form, or make the move."""
        case = self.one_case(number, moving=request.method == "POST")
        facts = context().facts(case)
        here = url_for("CaseView.one", number=number)
        if name in facts.flow.transitions and not facts.flow.transitions[name].creates:
            self._permitted(name)
            page = MovePage(facts, facts.flow.transitions[name], here)
            with opened(case):
                return page.answer(self._go_on)
        return self._add_part(case, name, here)

    def _permitted(self, name: str) -> None:
        if not can(permission_of(name), VIEW):
            abort(403)

    def _go_on(self, moved: Subject) -> ResponseReturnValue:
        """Go back to the case, or to the list if the move took it out of sight."""
        seen = context().viewer(actor().person).sees(context().facts(moved))
        return redirect(queue.address(moved) if seen else self.get_redirect())

    def _add_part(self, case: Case, name: str, here: str) -> ResponseReturnValue:
        facts = context().facts(case)
        for flow in facts.routine.flows.values():
            declared = flow.transitions.get(name)
            if facts.flow.name in flow.part_of and declared is not None and declared.creates:
                if not can(permission_of(name), "ActionView"):
                    abort(403)
                return MovePage(facts.new_part(flow.name), declared, here, case).answer(back_to(here))
        return abort(404)

    @expose("/<number>/file/<int:which>")
    @has_access
    @permission_name("show")
    def file(self, number: str, which: int) -> ResponseReturnValue:
        """Download a file of the case, or of an action in it."""
        file = one_file(context(), context().viewer(actor().person), number, which)
        with opened(file.subject, readings.FILE):
            return download(file)

    @expose("/<number>/letter/<int:which>")
    @has_access
    @permission_name("show")
    def letter(self, number: str, which: int) -> ResponseReturnValue:
        """Show a letter of the case, or of an action in it, as it is printed."""
        document = one_letter(context(), context().viewer(actor().person), number, which)
        back = queue.address(document.subject)
        return lettered.page(context(), document, back, letter_address(number, which, ".pdf"))

    @expose("/<number>/letter/<int:which>.pdf")
    @has_access
    @permission_name("show")
    def letter_pdf(self, number: str, which: int) -> ResponseReturnValue:
        """Download a letter."""
        document = one_letter(context(), context().viewer(actor().person), number, which)
        return lettered.download(context(), document)

    @expose("/<number>/reporter", methods=["POST"])
    @has_access
    @permission_name("show")
    def reporter(self, number: str) -> ResponseReturnValue:
        """Show who reported, and write in the journal that it was looked up."""
        case = self.one_case(number)
        page = CasePage(context(), context().facts(case), case, context().viewer(actor().person), actor())
        if not page.may_see_reporter:
            abort(404)
        page.log_look_up()
        db.session.commit()
        return self.shown(
            "handling/case.html", title=case.title or case.number, page=replace(page, reporter_shown=True)
        )

    @expose("/<number>/remove-words", methods=["GET", "POST"])
    @has_access
    @permission_name("redact")
    def redact(self, number: str) -> ResponseReturnValue:
        """Show the texts of a case that one sees wholly, and take words out of them for good."""
        case, viewer = self.one_case(number), context().viewer(actor().person)
        if not viewer.fully(context().facts(case)):
            abort(404)
        with opened(case):
            return RedactionPage(context(), case, viewer, actor(), queue.address(case)).answer()

    def get_redirect(self) -> str:
        """Go to the list."""
        return url_for("CaseView.list")
