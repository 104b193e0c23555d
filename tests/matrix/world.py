"""Cases in every state of the routine, in two faculties and two areas, made by the engine itself."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from app.web.database import db
from app.workflow import engine
from app.workflow.actor import Actor
from app.workflow.context import Context
from model import Document, Person, StoredFile, Subject

PEOPLE = {
    "visitor": None,
    "student": "student_idi",
    "classmate": "student_imf",
    "desk": "desk",
    "quality": "quality_ie",
    "other": "quality_iv",
    "hse": "hse_ie",
    "hse_iv": "hse_iv",
    "dean": "dean_ie",
    "owner": "head_idi",
    "owner_iv": "head_ibm",
    "head": "head_iel",
    "course": "course_idi",
    "admin": "admin",
}
"""What each is here -> who it is. `quality`, `hse`, `dean` and `owner` are of the faculty IE, `other` of IV.

`student` has reported every case, `owner` and `owner_iv` have the actions of their faculty, `head` has none. `dean` was
informed about cases, and `quality` has accepted one that `hse` has got since.
"""

CASE_STATES = ("received", "at_faculty", "in_progress", "closed", "rejected")
ACTION_STATES = ("assigned", "accepted", "clarifying", "declined", "completed", "withdrawn")
OWNERS = {"quality": "owner", "hse": "owner", "other": "owner_iv"}
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

    def report(self, kind, text=""):
        unit, area = KINDS[kind]
        answers = {
            "area": area,
            "unit": unit,
            "description": f"{text or SECRETS[kind]}. And more.",
            "tried_first": "tried",
            "no_personal_data": True,
        }
        return engine.create(self.context, "submit", actor=self.actor("student"), answers=answers)

    def move(self, subject, who, transition, **answers):
        return engine.move(self.context, subject, transition, actor=self.actor(who), answers=answers, version=None)

    def case(self, kind, state, text=""):
        unit, area = KINDS[kind]
        case = self.report(kind, text)
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
        owner = self.people[PEOPLE[OWNERS[kind]]]
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

    def marked(self, kind, state):
        """Make a case that has been written in wherever its way to the state lets anybody write."""

        def word(field):
            return mark(field, kind, state)

        unit, area = KINDS[kind]
        answers = {
            "area": area,
            "unit": unit,
            "course": f"{word('course')}",
            "description": f"{word('title')} begins. {word('description')} goes on.",
            "tried_first": "tried",
            "no_personal_data": True,
        }
        case = engine.create(self.context, "submit", actor=self.actor("student"), answers=answers)
        self._write(case, "desk", word)
        if state == "rejected":
            return self.move(case, "desk", "reject", reason=word("reason"), help_offered=True)
        if state == "received":
            return case
        self.move(case, "desk", "forward", unit=unit, area=area)
        recipients = [self.people[PEOPLE["dean"]]]
        self.move(case, kind, "inform", recipients=recipients, message=word("message"))
        if state == "at_faculty":
            return case
        self.move(case, kind, "accept")
        self.move(case, kind, "assess", severity="high")
        part = self._marked_action(case, kind, word)
        self.numbers[kind, "action", "marked", state] = part.number
        if state == "closed":
            self.move(case, kind, "close", summary=word("summary"))
        return case

    def _write(self, case, who, word):
        self.move(case, who, "note", comment=word("comment"))
        self.move(case, who, "write_to_reporter", conversation=word("question"))
        answers = {"conversation": word("reply")}
        reporter = Actor(case.reporter_id, reporter=True)
        engine.move(self.context, case, "reply", actor=reporter, answers=answers, version=None)

    def _marked_action(self, case, kind, word):
        owner = self.people[PEOPLE[OWNERS[kind]]]
        answers = {"description": word("task"), "owner": owner, "due_on": "2030-01-15"}
        part = engine.create(self.context, "add", actor=self.actor(kind), answers=answers, flow="action", whole=case)
        for name, texts in (("clarify", {"comment": word("doubt")}), ("resume", {}), ("accept", {})):
            engine.move(self.context, part, name, actor=Actor(owner), answers=texts, version=None)
        result = {"result": word("result")}
        return engine.move(self.context, part, "complete", actor=Actor(owner), answers=result, version=None)


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


def mark(field, kind, state):
    """Give a word that stands in one field of one case, and nowhere else."""
    return f"zq{field}zz{kind}zz{state}zq".replace("_", "")


def enrich(app, numbers):
    """Add what only the matrix asks for: a case that was handed over, and a word of its own in every text."""
    with app.app_context():
        make = Maker.open(db.session())
        case = make.case("quality", "in_progress", "This was handed over")
        make.move(case, "quality", "hand_over", new_handler=make.people[PEOPLE["hse"]])
        numbers["handed", "in_progress"] = case.number
        make.numbers = numbers
        for kind in ("quality", "other"):
            for state in CASE_STATES:
                numbers[kind, "marked", state] = make.marked(kind, state).number
            attach(make, kind)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def attach(make, kind):
    """Put a file and a letter on the kind's case; the letter is for its reporter."""
    case = make.session.scalar(select(Subject).where(Subject.number == make.numbers[kind, "in_progress"]))
    now, content = datetime.now(UTC), mark("file", kind, "in_progress").encode()
    make.session.add(
        StoredFile(
            subject=case,
            field="attachments",
            name=f"{mark('filename', kind, 'in_progress')}.txt",
            kind="text/plain",
            size=len(content),
            at=now,
            content=content,
        )
    )
    make.session.add(
        Document(
            subject=case,
            receiver_id=case.reporter_id,
            to_reporter=True,
            name="decision",
            language="nb",
            institution="NTNU",
            title=mark("lettertitle", kind, "in_progress"),
            body=mark("letter", kind, "in_progress"),
            fields=["reason"],
            at=now,
        )
    )


def states(app):
    """Every subject's number -> (state, version)."""
    with app.app_context():
        found = {s.number: (s.state, s.version) for s in db.session.scalars(select(Subject))}
        db.session.remove()
    return found
