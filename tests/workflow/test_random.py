"""Random people press random buttons: whatever they do, the books agree."""

import os
from datetime import timedelta

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import StaticPool

from app.routing import seats
from app.routing.parties import Lookup
from app.workflow.evaluator import form
from app.workflow.journal import MOVED
from config import ROOT
from model import Base, Clock, JournalEntry, OutgoingMail, Subject
from tests.workflow import town as towns
from tests.workflow.town import Town

PEOPLE = [
    "desk",
    "desk_2",
    "quality_ie",
    "hse_ie",
    "quality_iv",
    "head_idi",
    "course_idi",
    "dean_ie",
    "student_idi",
    None,
]
ODD = ["", "x", "999999", None, "\x00", "ie", "١"]
MOST_CASES = 4
UNITS = ["ie", "iv", "mh"]
AREAS = ["education_quality", "hse", "physical", "other"]


class Institution(Town):
    """NTNU's own routine and organisation, in memory."""

    def __init__(self):
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        Base.metadata.create_all(engine)
        text = (ROOT / "workflow.yaml").read_text("utf-8")
        data = (ROOT / "routines" / "ntnu" / "data.yaml").read_text("utf-8")
        head, towns.HEAD = towns.HEAD, ""
        try:
            super().__init__(engine, text, data=data)
        finally:
            towns.HEAD = head
        self.sessions = sessionmaker(engine)

    def of_field(self, facts, field):
        return {self.names[person] for person in facts.people_in(field) if person in self.names}


class RandomPeople(RuleBasedStateMachine):
    """Reports, moves, parts and days going by, in any order."""

    def __init__(self):
        super().__init__()
        self.house = Institution()
        self.versions = {}

    def teardown(self):
        self.house.session.close()
        self.house.database.dispose()

    def answer(self, data, field, facts):
        """A good answer to a question."""
        match field.type:
            case "unit":
                return data.draw(st.sampled_from(UNITS))
            case "area":
                return data.draw(st.sampled_from(AREAS))
            case "person" if field.choices is not None:
                return str(data.draw(st.sampled_from(Lookup(facts).find(field.choices).people)))
            case "person":
                return str(self.house.people["student_idi"])
            case "tick":
                return field.name in ("help_offered", "no_personal_data") or data.draw(st.booleans())
            case "date":
                return "2026-04-01"
            case "choice":
                return data.draw(st.sampled_from([choice.name for choice in field.choices]))
        return "Something was written here."

    def answers(self, data, facts, name, *, odd=False):
        """Answers to every question of a move, with `odd` some that are not."""
        asked = [field for field, _ in form(facts, facts.flow.transitions[name])]
        given = {field.name: self.answer(data, field, facts) for field in asked}
        for field in asked if odd else ():
            if data.draw(st.booleans()):
                given[field.name] = data.draw(st.sampled_from(ODD))
        return given

    def any_subject(self, data):
        return self.house.session.get(Subject, data.draw(st.sampled_from(sorted(self.versions))))

    def try_to(self, subject, who, name, given):
        """Press, and see that the version tells whether anything happened."""
        before = subject.version
        refused = self.house.refused(subject, who, name, **given)
        assert subject.version == (before if refused else before + 1)

    @precondition(lambda self: len(self.versions) < MOST_CASES)
    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def report(self, data, who):
        house = self.house
        facts = house.context.facts_of_new("case", {})
        actor = house.actor(who)
        given = self.answers(data, facts, "submit", odd=data.draw(st.integers(0, 5)) == 0)
        try:
            case = towns.engine.create(house.context, "submit", actor=actor, answers=given)
            house.session.commit()
        except towns.engine.Refused:
            house.session.rollback()
            return
        self.versions[case.id] = 0

    @precondition(lambda self: self.versions)
    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def press_anything(self, data, who):
        subject = self.any_subject(data)
        facts = self.house.facts(subject)
        name = data.draw(st.sampled_from(list(facts.flow.transitions)))
        self.try_to(subject, who, name, self.answers(data, facts, name, odd=True))

    @precondition(lambda self: self.versions)
    @rule(data=st.data(), times=st.integers(3, 8))
    def go_on(self, data, times):
        """Somebody who may does something that may be done, a few times."""
        for _ in range(times):
            subject = self.any_subject(data)
            facts = self.house.facts(subject)
            able = {
                *self.house.handlers(subject),
                *self.house.of_field(facts, "reporter"),
                *self.house.of_field(facts, "owner"),
            }
            own = [(w, n) for w in sorted(able) for n in self.house.may(subject, w) if n in facts.flow.transitions]
            natural = [each for each in own if each[1] == subject.next_step.get("transition")]
            own = natural if natural and data.draw(st.booleans()) else own
            if own:
                who, name = data.draw(st.sampled_from(own))
                self.try_to(subject, who, name, self.answers(data, facts, name))

    @precondition(lambda self: self.versions)
    @rule(data=st.data())
    def add_parts(self, data):
        """Wherever somebody may add a part, they do."""
        house = self.house
        for case in house.cases():
            who = next((name for name in sorted(house.handlers(case)) if "add" in house.may(case, name)), None)
            if who is not None and len(case.parts) < MOST_CASES:
                new = house.facts(case).new_part("action")
                part = house.add(case, who, flow="action", **self.answers(data, new, "add"))
                self.versions[part.id] = 0

    @rule(hours=st.sampled_from([1, 24, 24 * 8]))
    def wait(self, hours):
        self.house.now += timedelta(hours=hours)
        self.house.work()

    # -- what must hold ---------------------------------------------------------

    @invariant()
    def every_state_is_known_and_versions_only_grow(self):
        for subject in self.house.subjects():
            flow = self.house.facts(subject).flow
            assert subject.state in flow.states
            assert subject.finished == flow.states[subject.state].finished
            assert subject.version >= self.versions.get(subject.id, 0)
            self.versions[subject.id] = subject.version

    @invariant()
    def the_journal_replays_to_the_state(self):
        for subject in self.house.subjects():
            entries = self.house.journal(subject)
            assert [entry.ordinal for entry in entries] == list(range(1, subject.events + 1))
            state = None
            for entry in entries:
                assert entry.from_state in (state, entry.to_state)
                state = entry.to_state
            assert state == subject.state
            assert subject.version == sum(entry.event == MOVED for entry in entries)

    @invariant()
    def somebody_has_every_open_case_and_something_comes_next(self):
        for subject in self.house.subjects():
            if subject.finished or subject.kind != "case":
                continue
            assert subject.handler or subject.orphaned
            assert self.house.handlers(subject), "NTNU's desk is always there"
            assert subject.next_step or subject.orphaned
            seats.read(subject.handler)

    @invariant()
    def every_mail_is_in_the_journal(self):
        session: Session = self.house.session
        told = [m for mails in session.scalars(select(JournalEntry.mails)) for m in mails if "skipped" not in m]
        sent = session.execute(select(OutgoingMail.receiver_id, OutgoingMail.name)).all()
        told_of = sorted((int(m["to"]), m["name"]) for m in told)
        assert told_of == sorted((pk, name) for pk, name in sent if name != "no_handler")
        keys = session.execute(select(OutgoingMail.event_key, OutgoingMail.address, OutgoingMail.name)).all()
        assert len(keys) == len(set(keys))

    @invariant()
    def finished_ones_run_no_clock_and_no_clock_runs_twice(self):
        running = self.house.session.execute(
            select(Clock.subject_id, Clock.name, Subject.finished).join(Subject).where(Clock.stopped_at.is_(None))
        ).all()
        assert not [row for row in running if row.finished]
        assert len(running) == len({(row.subject_id, row.name) for row in running})


def test_whatever_people_press_the_books_agree():
    run_state_machine_as_test(
        RandomPeople,
        settings=settings(
            max_examples=int(os.environ.get("WALKS", "12")),
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
