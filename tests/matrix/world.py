"""Cases in every state of the routine, in two faculties and two areas, made by the engine itself."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from app.web.database import db
from app.workflow import engine
from app.workflow.actor import Actor
from app.workflow.context import Context
from model import Person, Subject

PEOPLE = {
    "visitor": None,
    "student": "student_idi",
    "desk": "desk",
    "quality": "quality_ie",
    "other": "quality_iv",
    "hse": "hse_ie",
    "owner": "head_idi",
    "admin": "admin",
}
"""What each is here -> who it is. `quality` and `hse` are of the faculty IE, `other` of IV."""

CASE_STATES = ("received", "at_faculty", "in_progress", "closed", "rejected")
ACTION_STATES = ("assigned", "accepted", "clarifying", "declined", "completed", "withdrawn")
KINDS = {"quality": ("ie", "education_quality"), "hse": ("ie", "hse"), "other": ("iv", "education_quality")}
"""Who gets the case -> its unit and area."""

SECRETS = {kind: f"Nobody but those of {kind} may read this sentence" for kind in KINDS}
SUMMARY = {"summary": "The group was set up."}
REASON = {"reason": "It belongs with the canteen.", "help_offered": True}


@dataclass
class Maker:
    """Makes cases in one session; `numbers` holds what was made: (kind, state) -> number."""

    session: object
    context: Context
    people: dict[str, int]
    numbers: dict[tuple[str, str], str]

    @staticmethod
    def open(session, now=None):
        people = {name: pk for name, pk in session.execute(select(Person.name, Person.id)) if name}
        return Maker(session, Context.open(session, now or datetime.now(UTC)), people, {})

    def actor(self, who):
        return Actor(self.people[PEOPLE[who]])

    def report(self, kind):
        unit, area = KINDS[kind]
        answers = {
            "area": area,
            "unit": unit,
            "description": f"{SECRETS[kind]}. And more.",
            "tried_first": "tried",
            "no_personal_data": True,
        }
        return engine.create(self.context, "submit", actor=self.actor("student"), answers=answers)

    def move(self, subject, who, transition, **answers):
        return engine.move(self.context, subject, transition, actor=self.actor(who), answers=answers, version=None)

    def case(self, kind, state):
        unit, area = KINDS[kind]
        case = self.report(kind)
        if state == "rejected":
            return self.move(case, "desk", "reject", **REASON)
        if state != "received":
            self.move(case, "desk", "forward", unit=unit, area=area)
        if state in ("in_progress", "closed"):
            self.move(case, kind, "accept")
            self.move(case, kind, "assess", severity="low")
        if state == "closed":
            self.move(case, kind, "close", **SUMMARY)
        return case

    def action(self, case, kind, state):
        owner = self.people[PEOPLE["owner"]] if kind != "other" else self.people["head_ibm"]
        answers = {"description": f"Set up a group for {kind}.", "owner": owner, "due_on": "2030-01-15"}
        part = engine.create(self.context, "add", actor=self.actor(kind), answers=answers, flow="action", whole=case)
        way = {
            "assigned": (),
            "accepted": ("accept",),
            "clarifying": ("clarify",),
            "declined": ("decline",),
            "completed": ("accept", "complete"),
            "withdrawn": (),
        }[state]
        texts = {"clarify": {"comment": "Asking."}, "decline": {"comment": "Not me."}, "complete": {"result": "Done."}}
        for each in way:
            engine.move(self.context, part, each, actor=Actor(owner), answers=texts.get(each, {}), version=None)
        if state == "withdrawn":
            self.move(part, kind, "withdraw", comment="Not needed.")
        return part


def build(app, kinds=tuple(KINDS)):
    """Fill the database of the app; give (kind, state) -> number, for actions (kind, "action", state)."""
    with app.app_context():
        make = Maker.open(db.session())
        for kind in kinds:
            for state in CASE_STATES:
                make.numbers[kind, state] = make.case(kind, state).number
            case = make.case(kind, "in_progress")
            make.numbers[kind, "with_actions"] = case.number
            for state in ACTION_STATES:
                make.numbers[kind, "action", state] = make.action(case, kind, state).number
        db.session.commit()
        db.session.remove()
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return make.numbers


def states(app):
    """Every subject's number -> (state, version)."""
    with app.app_context():
        found = {s.number: (s.state, s.version) for s in db.session.scalars(select(Subject))}
        db.session.remove()
    return found
