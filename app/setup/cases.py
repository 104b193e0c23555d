"""Cases for the demo, so that a newcomer's lists aren't empty: each moved by the product's own engine, in the past."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.setup.crowd import ordinary
from app.setup.retelling import retell
from app.setup.stories import STORIES, Step, Story
from app.workflow import engine, reminding
from app.workflow.actor import Actor
from app.workflow.context import Context
from model import Case, Clock, OutgoingMail, Person, Subject

SENT = "sent"
START_HOUR = 8


@dataclass
class _Told:
    """One story under way: its case, and its newest action."""

    session: Session
    people: Mapping[str, Person]
    begins: datetime
    case: Case | None = None
    action: Subject | None = None


def tell_stories(session: Session, now: datetime, more: int = 0, own: tuple[str, str] = ("", "")) -> int:
    """Create the demo's cases unless there are cases, and `more` ordinary ones; give how many.

    Where no story is about the people there are, the routine's own scenarios are retold: `own` has their text and
    that of the organisation they are about.
    Their mails count as sent: nobody is to get a mail about what happened before the installation began.
    """
    if session.scalar(select(func.count()).select_from(Case)):
        return 0
    people = {str(person.name): person for person in session.scalars(select(Person).where(Person.name.is_not(None)))}
    known = [story for story in (*STORIES, *ordinary(more)) if story.who <= people.keys()]
    for story in sorted(known, key=lambda story: -story.days):
        told = _Told(session, people, _begin(now, story))
        for step in story.steps:
            _take(told, step)
    told_cases = len(known) or retell(session, *own, now)
    _remind(session, now)
    session.execute(update(OutgoingMail).values(status=SENT, sent_at=OutgoingMail.created_at))
    return told_cases


def _begin(now: datetime, story: Story) -> datetime:
    day = (now - timedelta(days=story.days)).astimezone(UTC)
    morning = day.replace(hour=START_HOUR, minute=story.minute, second=0, microsecond=0)
    return min(morning, day - timedelta(minutes=10))


def _take(told: _Told, step: Step) -> None:
    """Make one move, as the person and at the moment the story says."""
    moment = told.begins + timedelta(days=step.day, minutes=step.minute)
    context = Context.open(told.session, moment)
    person = told.people[step.who]
    actor = Actor(person=person.id, language=person.language or "nb", kind=person.kind)
    answers = {name: _answer(told, moment, name, value) for name, value in step.answers.items()}
    if told.case is None:
        made = engine.create(context, step.do, actor=actor, answers=answers)
        told.case = told.session.get_one(Case, made.id)
    elif step.do == "add":
        told.action = engine.create(context, step.do, actor=actor, answers=answers, flow="action", whole=told.case)
    else:
        subject = told.action if step.on_action and told.action else told.case
        engine.move(context, subject, step.do, actor=actor, answers=answers, version=None)


def _answer(told: _Told, moment: datetime, name: str, value: Any) -> Any:
    """Dates are days from the step, people are names."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (moment + timedelta(days=value)).date().isoformat()
    return told.people[value].id if name in ("owner", "new_handler") else value


def _remind(session: Session, now: datetime) -> None:
    """Let every reminder up to now have happened."""
    while (at := session.scalar(select(func.min(Clock.next_at)).where(Clock.stopped_at.is_(None)))) is not None:
        moment = at if at.tzinfo else at.replace(tzinfo=UTC)
        if moment > now:
            return
        reminding.run_due(session, moment)
