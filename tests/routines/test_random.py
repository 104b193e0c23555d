"""Random people press random buttons in every routine: whatever they do, the books agree."""

import os
from collections import Counter, defaultdict
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import create_engine, select
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import StaticPool

from app.change.acting import SOMETHING
from app.change.importing import import_data
from app.language.data import load_data
from app.language.load import load
from app.routing import exclusion, seats
from app.routing.parties import Lookup
from app.workflow import approvals, engine, waiting
from app.workflow.evaluator import form
from app.workflow.journal import MOVED, PRESSED, REMINDED
from app.workflow.migrating import MIGRATED
from app.workflow.prints import FORGOTTEN
from app.workflow.uploads import Upload
from config import ROOT
from model import Away, Base, Clock, ConfigurationVersion, JournalEntry, OutgoingMail, Person, Subject, WorkflowEdition
from tests.workflow.proof import seal, verify
from tests.workflow.town import Town, moment

EVERYTHING = Path(__file__).parent / "everything"
FOLDERS = sorted(each for each in (ROOT / "routines").iterdir() if (each / "data.yaml").exists())
ODD = ["", "x", "999999", None, "\x00", "١"]
MOST_CASES = 4
MOST_PARTS = 3
NO_HANDLER = "no_handler"
GOOD = {
    "time": "12:30",
    "number": "3",
    "length": "3 days",
    "case": "2026-0001",
    "file": Upload("saw.pdf", SOMETHING),
    "place": None,
    "code name": None,
}
OTHERS, PER_ROLE = 4, 2


class Institution(Town):
    """A routine of ours with its own organisation, in memory."""

    def __init__(self, folder):
        self.database = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        Base.metadata.create_all(self.database)
        self.sessions = sessionmaker(self.database)
        self.session = self.sessions()
        data = load_data((folder / "data.yaml").read_text("utf-8")).data
        text = self.text(folder)
        self.now = moment("2026-03-02 09:00")
        self.mark = 0
        import_data(self.session, data)
        if self.session.get(ConfigurationVersion, 1) is None:
            self.session.add(ConfigurationVersion(id=1, version=1))
        digest = sha256(text.encode()).hexdigest()
        self.session.add(WorkflowEdition(number=1, text=text, sha256=digest, published_at=self.now))
        visitors = [Person(label=f"Student {n}", mail=f"student-{n}@example.org", kind="student") for n in (1, 2)]
        self.session.add_all(visitors)
        self.session.commit()
        self.names = {each.id: each.name or each.mail for each in self.session.scalars(select(Person))}
        self.people = {name: pk for pk, name in self.names.items()}
        self.routine = load(text).routine

    @staticmethod
    def text(folder):
        own = folder / "workflow.yaml"
        return (own if own.exists() else ROOT / "workflow.yaml").read_text("utf-8")

    def open_flows(self):
        return [flow for flow in self.routine.flows.values() if not flow.part_of]


class RandomPeople(RuleBasedStateMachine):
    """Reports, moves, parts and days going by, in any order."""

    folder = ROOT / "routines" / "ntnu"

    def __init__(self):
        super().__init__()
        self.house = Institution(self.folder)
        self.versions = {}
        held = list(dict.fromkeys(person for several in self.by_role().values() for person in several[:PER_ROLE]))
        others = [pk for pk in self.house.names if pk not in self.house.context.organisation.holdings_of][-OTHERS:]
        self.people = [*(self.house.names[pk] for pk in (*held, *others)), None]

    def by_role(self):
        """Who holds each role, anywhere."""
        found = defaultdict(list)
        for holding in self.house.context.organisation.holdings:
            found[holding.role].append(holding.person)
        return found

    def teardown(self):
        self.house.session.rollback()
        seal(self.house)
        assert verify(self.house) == [], "the journal doesn't prove what happened"
        self.house.session.close()
        self.house.database.dispose()

    # -- what people do ----------------------------------------------------------

    def one(self, data, field, facts):
        """A good answer to a question, or none where there is nobody and nothing to choose."""
        organisation = facts.organisation
        if field.type == "unit":
            kinds = [
                u for u in organisation.units.values() if not isinstance(field.choices, str) or u.kind == field.choices
            ]
            return data.draw(st.sampled_from([unit.name for unit in kinds])) if kinds else None
        if field.type == "area":
            return data.draw(st.sampled_from(sorted(organisation.area_by_name)))
        if field.type == "person":
            choices = None if isinstance(field.choices, str | tuple) else field.choices
            people = Lookup(facts).find(choices).people if choices else sorted(self.house.names)
            return str(data.draw(st.sampled_from(people))) if people else None
        if field.type == "tick":
            return data.draw(st.sampled_from([True, True, False]))
        if field.type == "date":
            return (self.house.now + timedelta(days=data.draw(st.integers(-40, 40)))).date().isoformat()
        if isinstance(field.choices, tuple):
            return data.draw(st.sampled_from([choice.name for choice in field.choices]))
        return GOOD.get(field.type, "Something was written here.")

    def answers(self, data, facts, name, *, odd=False):
        """Answers to every question of a move, with `odd` some that are not."""
        transition = facts.flow.transitions[name]
        given = {}
        for _ in range(2):  # an answer may bring another question
            for field, must in form(facts.with_answers(given), transition):
                if field.name not in given and (must or data.draw(st.booleans())):
                    given[field.name] = self.one(data, field, facts.with_answers(given))
        for field in list(given) if odd else ():
            if data.draw(st.booleans()):
                given[field] = data.draw(st.sampled_from(ODD))
        return given

    def any_subject(self, data):
        return self.house.session.get(Subject, data.draw(st.sampled_from(sorted(self.versions))))

    def try_to(self, subject, who, name, given):
        """Press, and see that the version tells whether anything happened."""
        before = subject.version
        house = self.house
        try:
            engine.move(house.context, subject, name, actor=house.actor(who), answers=given, version=None)
            house.session.commit()
            refused = False
        except engine.Refused:
            house.session.rollback()
            refused = True
        assert subject.version == before if refused else subject.version > before

    @precondition(lambda self: len([s for s in self.house.subjects() if s.kind == "case"]) < MOST_CASES)
    @rule(data=st.data())
    def report(self, data):
        house = self.house
        flow = data.draw(st.sampled_from([flow.name for flow in house.open_flows()]))
        facts = house.context.facts_of_new(flow, {})
        names = [t.name for t in facts.flow.transitions.values() if t.creates]
        name, who = data.draw(st.sampled_from(names)), data.draw(st.sampled_from(self.people))
        given = self.answers(data, facts, name, odd=data.draw(st.integers(0, 5)) == 0)
        try:
            case = engine.create(house.context, name, actor=house.actor(who), answers=given)
            house.session.commit()
        except engine.Refused:
            house.session.rollback()
            return
        self.versions[case.id] = 0

    @precondition(lambda self: self.versions)
    @rule(data=st.data())
    def press_anything(self, data):
        subject = self.any_subject(data)
        who = data.draw(st.sampled_from(self.people))
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
            own = [(w, n) for w in self.people for n in self.house.may(subject, w) if n in facts.flow.transitions]
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
        for case in [each for each in house.subjects() if each.kind == "case"]:
            facts = house.facts(case)
            flows = [f for f in facts.routine.flows.values() if case.flow in f.part_of]
            for flow in flows if len(case.parts) < MOST_PARTS else ():
                new = facts.new_part(flow.name)
                adding = [t.name for t in flow.transitions.values() if t.creates]
                able = [(w, n) for w in self.people for n in adding if n in house.may(case, w)]
                if not able:
                    continue
                who, name = data.draw(st.sampled_from(able))
                given = self.answers(data, new, name)
                try:
                    part = engine.create(
                        house.context, name, actor=house.actor(who), answers=given, flow=flow.name, whole=case
                    )
                    house.session.commit()
                    self.versions[part.id] = 0
                except engine.Refused:
                    house.session.rollback()

    @rule(hours=st.sampled_from([1, 24, 24 * 8, 24 * 40]))
    def wait(self, hours):
        self.house.now += timedelta(hours=hours)
        self.house.work()

    @precondition(lambda self: self.versions)
    @rule(data=st.data())
    def go_away(self, data):
        """Somebody loses a role, and what waited for them is looked at again."""
        house = self.house
        held = sorted({holding.person for holding in house.context.organisation.holdings})
        person = house.session.get(Person, data.draw(st.sampled_from(held)))
        person.away = [] if person.away else [Away(starts_on=house.now.date())]
        house.session.get(ConfigurationVersion, 1).version += 1
        house.session.commit()
        waiting.recount(house.session, house.now)
        house.session.commit()

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
            assert (state, entries[-1].flow) == (subject.state, subject.flow)

    @invariant()
    def one_party_has_every_open_case_or_none_has_it_lawfully(self):
        for subject in self.house.subjects():
            if subject.handler:
                seats.read(subject.handler)
                assert not subject.orphaned
            elif subject.orphaned or subject.finished or subject.kind == "part":
                continue
            else:
                moves = [e for e in self.house.journal(subject) if e.event == MOVED]
                assert not any(self.declared(entry).assign for entry in moves), "given to nobody, and nobody is told"

    def declared(self, entry):
        """The transition of a journal row, in whichever flow of the routine it stands."""
        flows = (self.house.routine.flows[entry.flow], *self.house.routine.flows.values())
        return next(flow.transitions[entry.transition] for flow in flows if entry.transition in flow.transitions)

    @invariant()
    def an_end_can_be_reached(self):
        for subject in self.house.subjects():
            flows, seen, todo = self.house.routine.flows, set(), [(subject.flow, subject.state)]
            while todo:
                here = todo.pop()
                if here in seen:
                    continue
                seen.add(here)
                for each in flows[here[0]].transitions.values():
                    if here[1] in each.sources:
                        back = each.to.state == "back"
                        there = [(here[0], s) for s in (subject.former_states if back else [each.to.state])]
                        todo += [t for t in (*there, *each.to.flows.items()) if t[1] in flows[t[0]].states]
            assert any(flows[flow].states[state].finished for flow, state in seen)

    @invariant()
    def every_mail_is_in_the_journal_and_was_declared(self):
        session = self.house.session
        entries = session.scalars(select(JournalEntry)).all()
        told = [(e, m) for e in entries for m in e.mails if "skipped" not in m]
        sent = session.execute(select(OutgoingMail.receiver_id, OutgoingMail.name)).all()
        known = Counter((int(m["to"]), m["name"]) for _, m in told if m["to"])
        assert known == Counter((pk, name) for pk, name in sent if name != NO_HANDLER and pk is not None)
        for entry, mail in told:
            match entry.event:
                case "moved":
                    assert mail["name"] in {name for _, names in self.declared(entry).notify for name in names}
                case "reminded":
                    assert mail["name"] == "reminder"
                case "pressed":
                    assert mail["name"] == entry.transition
        assert {REMINDED, MOVED, PRESSED, MIGRATED} >= {e.event for e, _ in told} - {"assigned"}
        keys = session.execute(select(OutgoingMail.event_key, OutgoingMail.address, OutgoingMail.name)).all()
        assert len(keys) == len(set(keys))

    @invariant()
    def nobody_sees_what_is_not_theirs(self):
        """The database and the row agree on who sees what, and those shut out see nothing but their own report."""
        house = self.house
        context, subjects = house.context, house.subjects()
        for name in self.people:
            person = house.people[name] if name else None
            viewer = context.viewer(person)
            listed = set(house.session.scalars(select(Subject.id).where(viewer.visible())))
            seen = {subject.id for subject in subjects if viewer.sees(house.facts(subject))}
            assert seen == listed, name
            for subject in subjects:
                keys = exclusion.read(subject.excluded)
                if person and exclusion.covers(
                    keys, person, context.organisation, context.organisation.worktime.day_of(house.now)
                ):
                    assert subject.id not in listed or subject.reporter_id == person
                    assert not viewer.fully(house.facts(subject))

    @invariant()
    def presses_are_of_those_who_may_and_never_enough(self):
        for subject in self.house.subjects():
            facts = self.house.facts(subject)
            for name in subject.presses:
                declared = facts.flow.transitions[name]
                assert subject.state in declared.sources
                count = approvals.tally(facts, declared)
                blocked = engine.blocked(facts, name) or declared.together == approvals.IN_ORDER
                assert not count.enough or blocked

    @invariant()
    def what_is_forgotten_is_nowhere(self):
        for subject in self.house.subjects():
            entries = self.house.journal(subject)
            gone = {n for e in entries for n, v in e.answers.items() if isinstance(v, dict) and FORGOTTEN in v}
            last = max((e.ordinal for e in entries if e.event == MOVED and self.declared(e).forget), default=0)
            for entry in entries:
                if entry.ordinal < last:
                    assert all(isinstance(entry.answers.get(n, {}), dict) for n in gone)

    @invariant()
    def no_clock_runs_twice(self):
        running = self.house.session.execute(
            select(Clock.subject_id, Clock.name, Subject.finished, Subject.flow, Clock.started_in)
            .join(Subject)
            .where(Clock.stopped_at.is_(None))
        ).all()
        assert len(running) == len({(row.subject_id, row.name) for row in running})
        for row in running:
            clock = self.house.routine.flows[row.flow].clocks[row.name]
            assert not row.finished or clock.stop or row.started_in


@pytest.mark.parametrize("folder", [*FOLDERS, EVERYTHING], ids=lambda folder: folder.name)
def test_whatever_people_press_the_books_agree(folder):
    machine = type(f"Random_{folder.name}", (RandomPeople,), {"folder": folder})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(os.environ.get("WALKS", "4")),
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
