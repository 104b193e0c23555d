"""An edition swapped while people work: each move uses exactly one edition, and every process sees it (F42, F44)."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Barrier

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.change import migrations, publish
from app.language.load import load
from app.workflow import context, engine, migrating
from app.workflow.context import Context
from model import Case, JournalEntry, Migration, WorkflowEdition
from tests.change.office import ROUTINE, Office, edited
from tests.change.test_dryrun import RENAME
from tests.workflow.town import database

MOVERS = 5
EACH = 10
DRAFT = edited(*RENAME, more="migrate: {case: {in_hand: handled}}")


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE)


def routed(town, count):
    return [town.do(town.report(), "dora", "route", unit="red", area="teaching").id for _ in range(count)]


def take(town, ids, start):
    """Take each case as the contact does; one that has changed meanwhile is looked at anew and taken then."""
    start.wait()
    for case in ids:
        for _ in range(5):
            with town.sessions() as session:
                try:
                    subject = session.get_one(Case, case)
                    here = Context.open(session, town.now)
                    engine.move(here, subject, "take", actor=town.actor("rita"), answers={}, version=subject.version)
                    session.commit()
                    break
                except engine.Stale:
                    session.rollback()


def swap(town, draft, start):
    start.wait()
    with town.sessions() as session:
        publish.publish(session, session.get_one(type(draft), draft.id), None, town.now, reason="x")
        session.commit()
        while migrations.advance(session, town.now, limit=3):
            session.commit()
        session.commit()


def test_f42_fifty_moves_in_flight_use_one_edition_each_and_name_it(town):
    """The journal names the edition's row, which has its hash and is never changed."""
    ids = routed(town, MOVERS * EACH)
    office = Office(town)
    draft = office.draft(DRAFT)
    office.try_out(draft)
    start = Barrier(MOVERS + 1)
    with ThreadPoolExecutor(MOVERS + 1) as pool:
        moving = [pool.submit(take, town, ids[n * EACH : (n + 1) * EACH], start) for n in range(MOVERS)]
        moving.append(pool.submit(swap, town, draft, start))
        for each in moving:
            each.result(timeout=120)
    town.session.expire_all()
    editions = town.session.scalars(select(WorkflowEdition)).all()
    assert all(each.sha256 == sha256(each.text.encode()).hexdigest() for each in editions)
    numbers = {row.id: row.number for row in editions}
    rows = town.session.scalars(select(JournalEntry).where(JournalEntry.transition == "take")).all()
    assert sorted(row.subject_id for row in rows) == sorted(ids)
    assert {(numbers[row.edition_id], row.to_state) for row in rows} <= {(1, "in_hand"), (2, "handled")}
    office.bring()
    assert {(numbers[case.edition_id], case.state) for case in town.cases()} == {(2, "handled")}
    brought = town.session.scalars(select(JournalEntry).where(JournalEntry.event == migrating.MIGRATED)).all()
    assert sorted(row.subject_id for row in brought) == sorted(ids)


def test_another_process_sees_the_edition_at_its_next_look(town):
    """A process is its own engine here: what it keeps of the database is kept by engine."""
    other = database(town.database.url.render_as_string(hide_password=False))
    office = Office(town)
    with Session(other) as session:
        assert Context.open(session, town.now).newest.number == 1
        session.rollback()
        office.publish(office.draft(DRAFT))
        assert Context.open(session, town.now).newest.number == 2
    other.dispose()


def test_a_bad_edition_never_gets_there(town):
    office = Office(town)
    draft = office.draft(edited(("to: in_hand, by: handler}", "to: nowhere, by: handler}")))
    office.try_out(draft)
    with pytest.raises(publish.NotYet):
        publish.publish(town.session, draft, office.me, town.now, reason="x", override="I insist")
    town.session.rollback()
    assert town.context.newest.number == 1


STORM = 100


def test_f44_a_hundred_editions_in_a_row_are_a_hundred_and_the_last_one_counts(settle):
    """Each is asked for by somebody, so none is left out: there is no watched file that could change by itself."""
    town = settle(ROUTINE)
    office = Office(town)
    case = town.report()
    for at in range(STORM):
        office.publish(office.draft(edited(("Close", f"Close {at}"), more="migrate: {case: {}}")))
        assert town.context.newest.number == at + 2, "what was published is in force at the next look"
        if at % 10 == 0:
            town.do(town.report(), "dora", "route", unit="red", area="teaching")
    numbers = town.session.scalars(select(WorkflowEdition.number).order_by(WorkflowEdition.id)).all()
    assert numbers == list(range(1, STORM + 2))
    assert town.context.routine.flows["case"].transitions["close"].label["en"] == f"Close {STORM - 1}"
    assert office.edition_of(case) == STORM + 1


def publications(town, count):
    """Editions of somebody else's, one transaction each, as quick as the database takes them."""
    for at in range(count):
        town.publish(edited(("Close", f"Close {at}")))


def test_f44_of_a_storm_of_editions_another_process_reads_the_last_one_alone_and_once(settle, monkeypatch):
    town, read = settle(ROUTINE), []
    other = database(town.database.url.render_as_string(hide_password=False))
    asked = questions_about(other, "workflow_edition")
    monkeypatch.setattr(context, "load", lambda text, name: read.append(name) or load(text, name))
    with Session(other) as session:
        assert Context.open(session, town.now).newest.number == 1
        session.rollback()
        publications(town, STORM)
        asked.clear()
        for _ in range(STORM):
            assert Context.open(session, town.now).newest.number == STORM + 1
            session.rollback()
    assert read == ["edition 1", f"edition {STORM + 1}"]
    assert len(asked) == 2, "which one is in force, and what it says: asked once, however often somebody looks"
    other.dispose()


def questions_about(database, table):
    """The statements that name the table, from now on."""
    asked = []

    def note(_connection, _cursor, statement, *_more):
        if table in statement:
            asked.append(statement)

    event.listen(database, "before_cursor_execute", note)
    return asked


def test_f44_a_case_that_no_edition_in_force_brings_on_is_not_brought_for_ever(settle):
    town = settle(ROUTINE)
    town.report()
    behind = WorkflowEdition(number=0, text="", sha256="", published_at=town.now)
    town.session.add(behind)
    town.session.flush()
    told = {"edition_id": behind.id, "flow": "case", "states": {}, "last_id": 0, "done": 0, "started_at": town.now}
    town.session.add(Migration(**told))
    town.session.commit()
    done = [migrations.advance(town.session, town.now) for _ in range(3)]
    assert done[1:] == [0, 0]
