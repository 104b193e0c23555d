"""Looking over all open cases: stuck ones are written down while they are stuck, and told of once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from app.change import sweeping
from app.web.database import bump
from app.worker.tick import tick
from model import Assignment, Case, LastCheck, OutgoingMail, Part, Role, StuckCase, Unit, WorkflowEdition
from model import Person as Persons
from tests.house import Person, mails, session_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english(house):
    """The administrator reads English: what is quoted here is what stands in the code."""
    with session_of(house) as session:
        session.scalars(select(Persons).where(Persons.name == "admin")).one().language = "en"
        session.commit()


@pytest.fixture
def stuck(house):
    """A case at a faculty whose contact is gone, and one in the shared intake."""
    Person(house).report()
    Person(house).report()
    desk = Person(house, "desk")
    with session_of(house) as session:
        number = session.scalar(select(Case.number).order_by(Case.id))
    desk.move(number, "forward", unit="hf", area="education_quality")
    clear(house, "quality_contact", "hf")
    return number


def clear(app, role, unit, *, until=None):
    """End who holds the role at the unit."""
    with session_of(app) as session:
        those = Assignment.role_id.in_(select(Role.id).where(Role.name == role))
        there = Assignment.unit_id.in_(select(Unit.id).where(Unit.name == unit))
        if until:
            session.execute(update(Assignment).where(those, there).values(ends_on=until))
        else:
            session.execute(delete(Assignment).where(those, there))
        bump(session)
        session.commit()


def look(app, now=NOW, **options):
    with app.app_context(), session_of(app) as session:
        found = sweeping.sweep(session, now, **options)
        session.commit()
        return found.open, found.stuck, found.news


def kept(app):
    with session_of(app) as session:
        rows = session.execute(select(Case.number, StuckCase).join(StuckCase, StuckCase.subject_id == Case.id))
        return {number: (row.since, [each["why"] for each in row.reasons]) for number, row in rows}


def stuck_mails(app):
    return [mail for mail in mails(app) if mail[2] == sweeping.MAIL]


def test_a_stuck_case_is_written_down_and_told_once(house, stuck):
    assert look(house) == (2, 1, 1)
    assert kept(house) == {stuck: (NOW, ["no_holder"])}
    (mail,) = stuck_mails(house)
    assert stuck in mail[4]
    assert "Nobody has the role “Study quality contact” at HF." in mail[4]
    assert "Referansegruppa" not in mail[4]
    assert look(house, NOW + timedelta(days=1)) == (2, 1, 0)
    assert kept(house) == {stuck: (NOW, ["no_holder"])}
    assert len(stuck_mails(house)) == 1


def test_it_goes_when_somebody_can_and_is_told_again_if_it_comes_back(house, stuck):
    look(house)
    with session_of(house) as session:
        case = session.scalars(select(Case).where(Case.number == stuck)).one()
        handler, case.handler = case.handler, "intake::"
        session.commit()
    assert look(house, NOW + timedelta(days=1)) == (2, 0, 0)
    assert kept(house) == {}
    with session_of(house) as session:
        session.scalars(select(Case).where(Case.number == stuck)).one().handler = handler
        session.commit()
    assert look(house, NOW + timedelta(days=2)) == (2, 1, 1)
    assert kept(house)[stuck][0] == NOW + timedelta(days=2)
    assert len(stuck_mails(house)) == 2


def test_another_reason_is_told_and_it_has_been_stuck_since_before(house, stuck):
    look(house)
    with session_of(house) as session:
        session.scalars(select(Case).where(Case.number == stuck)).one().handler = None
        session.commit()
    assert look(house, NOW + timedelta(days=1)) == (2, 1, 1)
    assert kept(house) == {stuck: (NOW, ["no_handler"])}
    assert "Nobody has the case." in stuck_mails(house)[-1][4]


def test_an_action_is_looked_at_too(house):
    Person(house).report()
    desk, contact = Person(house, "desk"), Person(house, "quality_ie")
    with session_of(house) as session:
        number = session.scalar(select(Case.number))
    desk.move(number, "forward", unit="ie", area="education_quality")
    contact.move(number, "accept")
    contact.move(number, "assess", severity="low")
    with session_of(house) as session:
        owner = session.scalar(select(Persons.id).where(Persons.name == "dean_ie"))
    contact.move(number, "add", description="Gjør noe.", owner=str(owner), due_on="2027-01-01")
    with session_of(house) as session:
        part = session.scalars(select(Part)).one()
        part.handler, part.owner_id = None, None
        session.commit()
    clear(house, "quality_contact", "ie")
    assert look(house) == (2, 2, 2)


def test_the_night_has_one_check_whoever_ticks(house, stuck):
    with session_of(house) as session:
        published = session.scalar(select(WorkflowEdition.published_at))
    next_morning = (published + timedelta(days=1)).replace(hour=5, minute=30)
    tick(house, published + timedelta(minutes=1))
    assert kept(house) == {}
    tick(house, next_morning)
    assert list(kept(house)) == [stuck]
    clear(house, "intake", "ntnu")
    tick(house, next_morning + timedelta(hours=3))
    assert list(kept(house)) == [stuck]
    tick(house, next_morning + timedelta(days=1))
    assert len(kept(house)) == 2
    assert len(stuck_mails(house)) == 2


def test_two_processes_that_look_at_once_write_once(house, stuck):
    with house.app_context(), session_of(house) as session:
        found = sweeping.look(session, NOW)
        before = sweeping.morning(session, NOW)
        first = sweeping._record(session, NOW, *found, before=before)
        session.commit()
        second = sweeping._record(session, NOW + timedelta(seconds=1), *found, before=before)
        session.commit()
    assert (first is not None, second) == (True, None)
    assert len(stuck_mails(house)) == 1


def test_the_morning_is_six_where_the_institution_is(house):
    with session_of(house) as session:
        for hour, minute, day in ((4, 59, 22), (5, 0, 23), (23, 0, 23)):
            at = datetime(2026, 11, 23, hour, minute, tzinfo=UTC)
            assert sweeping.morning(session, at) == datetime(2026, 11, day, 5, tzinfo=UTC)


def test_a_check_that_fails_is_not_tried_again_that_night(house, monkeypatch):
    asked = []

    def fail(*_):
        asked.append(1)
        raise RuntimeError

    monkeypatch.setattr("app.change.sweeping.look", fail)
    later = datetime.now(UTC) + timedelta(days=2)
    tick(house, later)
    tick(house, later + timedelta(seconds=1))
    assert len(asked) == 1
    with session_of(house) as session:
        assert session.get_one(LastCheck, "radar").result == {"failed": True}


def test_a_long_list_is_cut_in_the_mail(house, monkeypatch):
    for _ in range(3):
        Person(house).report()
    clear(house, "intake", "ntnu")
    monkeypatch.setattr(sweeping, "MOST_TOLD", 2)
    assert look(house) == (3, 3, 3)
    assert "and 1 more" in stuck_mails(house)[0][4]
    with session_of(house) as session:
        assert session.scalar(select(OutgoingMail.link).where(OutgoingMail.name == sweeping.MAIL)) == "studio:"
