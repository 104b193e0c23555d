"""A move's own page: its generated form, what it leads to, who gets mail - and the POST that makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import Form

from app import forms
from app.i18n import gettext, language, say
from app.language.definition import SAME, Transition
from app.language.parties import InField
from app.outbox import compose
from app.routing.facts import CaseFacts
from app.web import addresses, pending, unasked
from app.web.attached import posted
from app.web.database import db
from app.web.here import actor, context
from app.web.reasons import Check, of_refusals, of_trace
from app.web.story import title
from app.workflow import engine, finding, mailing, wording
from app.workflow.evaluator import Verdict, holds_by, may
from app.workflow.keeping import PARTY
from app.workflow.words import seat_in_words, spoken
from model import Case, JournalEntry, Person, Subject

LONGEST_VERSION = 10
"""Digits; one that is longer fits no column."""


@dataclass
class MovePage:
    """One transition as somebody sees it. `subject` is None while a part of `whole` is being added."""

    facts: CaseFacts
    declared: Transition
    back: str
    whole: Case | None = None

    @property
    def subject(self) -> Subject | None:
        """The case or part that would move."""
        return self.facts.subject

    @property
    def heading(self) -> str:
        """What the case or part is called, as far as whoever looks may read it."""
        facts = self.facts if self.subject else self.facts.whole
        return finding.heading(context().viewer(actor().person), facts) if facts else ""

    @property
    def version(self) -> int:
        """What the form was made from."""
        subject = self.subject or self.whole
        return subject.version if subject else 0

    def answer(self, done: Callable[[Subject], ResponseReturnValue]) -> ResponseReturnValue:
        """Show the form, or make the move and go on with `done`."""
        verdict = may(self.facts, self.declared.name, actor())
        if not verdict.offered:
            return self._too_late() if self._is_stale() else abort(404)
        if request.method == "GET":
            return self._shown(self._form(), verdict)
        return self._sent(done)

    def _form(self) -> Form:
        sent: MultiDict[str, str] | None = posted() if request.method == "POST" else None
        if sent is not None and "start" in sent:
            sent = forms.started(context(), self.facts, actor(), sent)
        return forms.build(context(), self.facts, self.declared, actor(), language(), sent)

    def _sent(self, done: Callable[[Subject], ResponseReturnValue]) -> ResponseReturnValue:
        form = self._form()
        unasked.note(request.form, [*form.data, "version"])
        answers = addresses.as_people(form, forms.answers(form))
        if "preview" in request.form or "start" in request.form:
            return self._shown(form, may(self.facts, self.declared.name, actor(), answers), looking=True)
        try:
            moved = self._make(answers)
            pending.forget(form)
            said, answer = self._done(moved), done(moved)  # a commit lets go of all that has been read
            db.session.commit()
        except engine.Refused as refused:
            db.session.rollback()
            understood = may(self.facts, self.declared.name, actor(), answers).answers
            return self._shown(form, Verdict(refused.refusals, understood)), 400
        except engine.Stale:
            db.session.rollback()
            return self._too_late(form)
        flash(said, "success")
        return answer

    def _done(self, moved: Subject) -> str:
        """Say that it is done, or that one answer of several is kept."""
        what = say(self.declared.label)
        if self.declared.name in moved.presses:
            return gettext("Your answer is kept: %(what)s. It happens when enough have answered.", what=what)
        return gettext("Done: %(what)s", what=what)

    def _is_stale(self) -> bool:
        """Whether a form was sent that was theirs to send before the case's last move."""
        sent = request.method == "POST" and self.subject is not None and sent_version() != self.version
        return sent and holds_by(self.facts, self.declared, actor())

    def _too_late(self, form: Form | None = None) -> ResponseReturnValue:
        """Show what was typed, and what has happened since the form was opened."""
        return self._shown(form or self._form(), Verdict(()), stale=True), 409

    def _make(self, answers: dict[str, Any]) -> Subject:
        name, here = self.declared.name, context()
        if self.subject is None:
            return engine.create(
                here, name, actor=actor(), answers=answers, flow=self.facts.flow.name, whole=self.whole
            )
        version = sent_version()
        return engine.move(here, self.subject, name, actor=actor(), answers=answers, version=version)

    # -- what the page shows ---------------------------------------------------

    def _shown(self, form: Form, verdict: Verdict, *, looking: bool = False, stale: bool = False) -> str:
        if request.method == "POST" and pending.keep(form):
            db.session.commit()
        summary = [] if looking else forms.explain(form, verdict.refusals, language())
        guards = [r for r in verdict.refusals if r.kind == "guard"]
        answered = self.facts.with_answers(verdict.answers) if not stale else self.facts
        return render_template(
            "handling/transition.html",
            page=self,
            title=say(self.declared.label),
            words=wording.found(context().organisation, self.declared.name, wording.PAGE, language()),
            form=form,
            summary=summary,
            guards=of_refusals(guards, self.facts, self.whole),
            receiver=self.receiver(answered),
            mails=self.mails(answered),
            texts=self.texts(answered),
            news=self.news() if stale else [],
            stale=stale,
        )

    def places(self) -> tuple[str, str] | None:
        """From which state to which, in words; None when the case stays where it is."""
        target = self.facts.flow.states.get(self.declared.to.state)
        if self.subject is None or self.declared.to.state == SAME or target is None:
            return None
        return say(self.facts.flow.states[self.facts.state].label), say(target.label)

    def receiver(self, answered: CaseFacts) -> tuple[str, list[Check]] | None:
        """Who would get the case, and why; None when nobody new does."""
        if self.declared.assign is None:
            return None
        found = context().lookup(answered, actor().person).find(self.declared.assign)
        if not found.seats:
            return gettext("Nobody can be found yet"), of_trace(found.steps, answered)
        name = seat_in_words(answered, str(found.seats[0]), language())
        return name, of_trace(found.steps, answered)

    def receiver_line(self, receiver: tuple[str, list[Check]] | None) -> bool:
        """Whether there is something to say of a new receiver before the move."""
        return receiver is not None and bool(receiver[0])

    def area_help(self) -> list[tuple[str, str]]:
        """The definition of the case's area, to judge by."""
        area = self.facts.organisation.areas.get(self.facts.area_id or 0)
        return [(say(area.label), say(area.help))] if area and area.help else []

    def _after(self, answered: CaseFacts) -> CaseFacts:
        """The case as the mails would find it: with its new receiver."""
        values: dict[str, Any] = {n: v for n, v in self.declared.set.items() if not isinstance(v, PARTY)}
        if self.declared.assign is not None:
            found = context().lookup(answered, actor().person).find(self.declared.assign)
            values["handler"] = str(found.seats[0]) if found.seats else None
        return answered.with_answers(values)

    def mails(self, answered: CaseFacts) -> list[Check]:
        """Who gets mail before the click, and who doesn't."""
        after = self._after(answered)
        checks = []
        for each in mailing.recipients(after, self.declared.notify, actor()):
            name = self._name(each.person, after)
            if each.skipped:
                checks.append(Check(gettext("%(name)s gets no mail: you do this yourself", name=name), None))
            else:
                checks.append(Check(name, True))
        return [*checks, *self._chosen_here(after)]

    def _chosen_here(self, facts: CaseFacts) -> Iterator[Check]:
        """People who get mail once they are chosen on this form."""
        for party, _ in self.declared.notify:
            if isinstance(party, InField) and party.field in self.declared.asked and not facts.people_in(party.field):
                label = say(self.facts.routine.fields[party.field].label)
                yield Check(gettext("%(field)s: whom you choose in the form", field=label), True)

    def _name(self, person: int, facts: CaseFacts) -> str:
        if person in facts.people_in("reporter"):
            return gettext("The reporter")
        row = db.session.get(Person, person)
        return repr(row) if row else ""

    def texts(self, answered: CaseFacts) -> list[dict[str, str]]:
        """The mails' own words, in the reader's language; a letter's as its first receiver gets it."""
        after = self._after(answered)
        if after.subject is None:
            return []
        first: dict[str, int] = {}
        for each in mailing.recipients(after, self.declared.notify, actor()):
            if not each.skipped:
                first.setdefault(each.mail, each.person)
        return [self._text(after, name, person) for name, person in first.items()]

    def _text(self, after: CaseFacts, name: str, person: int) -> dict[str, str]:
        row = db.session.get(Person, person)
        if row is None or name not in context().organisation.letters:
            subject, body = compose.preview(db.session(), name, language(), self._values(after, language()))
            return {"title": gettext("Read the mail: %(subject)s", subject=subject), "subject": subject, "body": body}
        spoken = mailing.language_for(context(), after, row, name)
        values = mailing.allowed(self._values(after, spoken), context(), after, row)
        subject, body = compose.preview(db.session(), name, spoken, values)
        heading = gettext("Read the letter: %(subject)s", subject=subject)
        note = gettext("The letter is kept with the case, and sent along as a PDF.")
        return {"title": heading, "subject": subject, "body": body, "note": note}

    def _values(self, after: CaseFacts, spoken: str) -> dict[str, str]:
        """The words that a mail may hold, as far as the one who presses may read them or has just written them."""
        target = self.declared.to.state if self.declared.to.state in after.flow.states else ""
        known = mailing.values(context(), after, spoken, target)
        presser = db.session.get(Person, actor().person or 0)
        own = mailing.allowed(known, context(), after, presser) if presser else {}
        return own | {name: known[name] for name in self.declared.asked if name in known}

    def news(self) -> list[str]:
        """What has happened since the form was opened."""
        subject = self.subject
        if subject is None:
            return []
        db.session.refresh(subject)
        entry = (
            db.session.query(JournalEntry)
            .filter_by(subject_id=subject.id)
            .order_by(JournalEntry.ordinal.desc())
            .first()
        )
        if entry is None:
            return []
        who = repr(entry.actor) if entry.actor else gettext("the system")
        return [gettext("%(who)s: %(what)s", who=who, what=title(entry, context().edition(entry)))]

    def unit_and_area(self) -> list[tuple[str, str]]:
        """The case's place, for the top of the page."""
        labels = self.facts.routine.fields
        return [
            (say(labels[n].label), spoken(self.facts, n, language())) for n in ("unit", "area") if self.facts.value(n)
        ]


def sent_version() -> int:
    """The version that the form was made from; 0, which no case has, for what isn't a number."""
    sent = request.form.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < LONGEST_VERSION else 0


def back_to(href: str) -> Callable[[Subject], ResponseReturnValue]:
    """After the move, go there."""
    return lambda _subject: redirect(href)
