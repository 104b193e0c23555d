"""What is kept of a list or a page is never given to another reader, for another address, or after a change."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import literal, select

from app.submit import desk
from app.web import attack, here, queue, shelf
from app.web.database import db
from app.workflow.context import Context
from model import Area, Assignment, Calendar
from model import Person as Somebody
from tests.house import Person, make_app, session_of
from tests.matrix.world import Maker
from tests.test_queries import cost

ROWS = re.compile(r'<tr role="row" data-case="([^"]+)"')
OWN = re.compile(r'nonce="[^"]*"|<input type="hidden" name="(csrf_token|key)"[^>]*>')
LISTS = (
    "/cases/",
    "/cases/?tab=unit",
    "/cases/?tab=all",
    "/cases/?tab=all&lang=en",
    "/cases/?tab=all&state=closed",
    "/cases/?tab=all&state=received",
    "/cases/?tab=all&state=received&other=1",
    "/cases/?tab=mine&state=received",
    "/cases/?tab=all&unit=IE",
    "/cases/?tab=all&unit=IV",
    "/cases/?tab=all&sort=-due_at",
    "/cases/?tab=all&size=2&sort=number",
    "/cases/?tab=all&sort=number",
    "/cases/?tab=all&field.severity=high",
    "/cases/?tab=all&columns=severity",
    "/cases/?tab=all&columns=severity&columns=course",
    "/cases/?tab=all&q=nobody",
    "/cases/?tab=all&q=somebody",
    "/actions/",
    "/actions/?tab=all",
)
"""Each differs from another in one thing that a page hangs on."""
FORMS = ("/", "/?lang=en", "/?way=submit", "/?way=nothing")
READERS = ("quality_ie", "quality_iv", "desk", "head_idi")


@pytest.fixture
def filled(house):
    with house.app_context():
        make = Maker.open(db.session())
        for kind, state in (("quality", "received"), ("quality", "closed"), ("quality", "in_progress")) * 2:
            make.action(make.case(kind, state), "quality", "assigned") if state == "in_progress" else make.case(
                kind, state
            )
        make.case("other", "in_progress")
        make.case("other", "closed")
        db.session.commit()
        db.session.remove()
    return house


def read(person, path):
    person.client.delete_cookie("lang")  # where an address asked for another language
    person.get(path)
    assert person.status == 200, person.text
    return OWN.sub("", person.page.get_data(as_text=True))


def rows_of(person, path):
    return ROWS.findall(read(person, path))


def test_lists_are_the_same_with_and_without_what_is_kept(filled, monkeypatch):
    monkeypatch.setattr(queue, "MOST_CHOICES", 5)  # so that each has units of their own to narrow by
    readers = [Person(filled, name) for name in READERS]
    kept = [{path: read(person, path) for path in LISTS} for _ in range(2) for person in readers]
    monkeypatch.setattr(shelf.Shelf, "get", lambda _self, _key, make: make())
    made_anew = [{path: read(person, path) for path in LISTS} for person in readers]
    for n, person in enumerate(readers):
        for path in LISTS:
            assert kept[n][path] == kept[n + len(readers)][path] == made_anew[n][path], f"{person.name} {path}"


def test_what_somebody_types_is_not_kept(filled):
    person = Person(filled, "quality_ie")
    for path in (
        "/cases/?tab=all&q=hemmelig",
        "/cases/?tab=all&field.new_handler=hemmelig",
        "/cases/?tab=all&state=closed",
    ):
        read(person, path)
    with filled.app_context():
        kept = shelf.shelf(Context.open(db.session(), datetime.now(UTC)).organisation)._kept
        db.session.remove()
    assert "closed" in str(list(kept))
    assert "hemmelig" not in str(list(kept))


def test_a_kept_list_has_the_cases_of_now(filled):
    person = Person(filled, "quality_ie")
    for path in ("/cases/?tab=mine", "/cases/?tab=all&state=in_progress"):
        before = rows_of(person, path)
        with session_of(filled) as session:
            number = Maker.open(session).case("quality", "in_progress").number
            session.commit()
        assert set(rows_of(person, path)) == {*before, number}


def test_a_kept_list_goes_with_the_reader_s_seat(filled):
    person = Person(filled, "quality_ie")
    path = "/cases/?tab=all&state=in_progress"
    assert rows_of(person, path)
    with session_of(filled) as session:
        for post in session.scalars(select(Assignment).join(Somebody).where(Somebody.name == "quality_ie")):
            session.delete(post)
        session.commit()
    assert not rows_of(person, path)


def test_kept_filters_follow_a_change_of_words(filled):
    person = Person(filled, "quality_ie")
    person.get("/cases/")
    with session_of(filled) as session:
        area = session.scalars(select(Area).where(Area.name == "education_quality")).one()
        area.label = dict.fromkeys(area.label, "Another name for it")
        session.commit()
    assert "Another name for it" in person.get("/cases/").get_data(as_text=True)


def test_the_form_is_the_same_with_and_without_what_is_kept(house, monkeypatch):
    readers = [Person(house), Person(house, "student_idi"), Person(house, "desk")]
    kept = [{path: read(person, path) for path in FORMS} for _ in range(2) for person in readers]
    monkeypatch.setattr(shelf.Shelf, "get", lambda _self, _key, make: make())
    made_anew = [{path: read(person, path) for path in FORMS} for person in readers]
    for n in range(len(readers)):
        assert kept[n] == kept[n + len(readers)] == made_anew[n]


def test_a_kept_form_follows_what_another_process_changes(house):
    """Another name of an area, a notice for today, and a time of attack."""
    other, visitor = make_app(house.config["DATABASE_URL"], house.config["VAR"]), Person(house)
    before = read(visitor, "/")
    with session_of(other) as session:
        session.scalars(select(Area).where(Area.name == "education_quality")).one().label = {"nb": "Noe annet"}
        session.commit()
    renamed = read(visitor, "/")
    assert "Noe annet" in renamed
    with session_of(other) as session:
        today = datetime.now(UTC).date().isoformat()
        session.scalars(select(Calendar)).one().notices = [{"from": today, "text": {"nb": "Alt tar tid nå."}}]
        session.commit()
    assert "Alt tar tid nå." in read(visitor, "/")
    assert "data-bits" not in before
    with session_of(other) as session:
        attack.begin(session, None, datetime.now(UTC), 1)
        session.commit()
    assert "data-bits" in read(visitor, "/")
    with session_of(other) as session:
        attack.end(session, None, datetime.now(UTC))
        session.commit()
    assert "data-bits" not in read(visitor, "/")


def test_a_form_that_comes_back_is_never_the_kept_one(house):
    visitor = Person(house)
    read(visitor, "/")
    visitor.post("/", description="Referansegruppa ble aldri satt ned i høst.")
    assert visitor.status == 400
    assert "Referansegruppa ble aldri" in visitor.text
    assert "Referansegruppa ble aldri" not in read(visitor, "/")


def test_a_notice_of_yesterday_is_kept_no_longer(house, monkeypatch):
    visitor, today = Person(house), datetime.now(UTC)
    with session_of(house) as session:
        notice = {"from": today.date().isoformat(), "until": today.date().isoformat(), "text": {"nb": "Bare i dag."}}
        session.scalars(select(Calendar)).one().notices = [notice]
        session.commit()
    assert "Bare i dag." in read(visitor, "/")

    class Tomorrow(datetime):
        @classmethod
        def now(cls, _zone=None):
            return today + timedelta(days=2)

    for module in (here, desk):
        monkeypatch.setattr(module, "datetime", Tomorrow)
    assert "Bare i dag." not in read(visitor, "/")


def test_what_is_kept_has_a_bound():
    kept = shelf.Shelf()
    for number in range(shelf.MOST + 5):
        assert kept.get(number, lambda number=number: [number]) == [number]
    assert len(kept._kept) == shelf.MOST
    oldest = kept.get(5, list)
    assert oldest == [5], "what was asked for lately stays"
    assert kept.get(0, lambda: "anew") == "anew"


ODD = ["it's", 'a "b"', "100 %", "%(x)s %s %%", ":x ::y", "back\\slash \\'", "?", "$1", "line\nline", "æøå 🜁", ""]


def test_a_statement_that_is_sent_again_as_text_says_what_its_values_say(house):
    once, nothing = shelf.Repeated(), shelf.Repeated()
    asked = select(*(literal(each) for each in ODD), literal(7), literal("_x").like("%x"))
    with session_of(house) as session:
        for _ in range(2):
            assert [tuple(row) for row in once.rows(session, lambda: asked)] == [(*ODD, 7, True)]
            told = nothing.rows(session, lambda: select(Area.id).where(Area.name.in_(ODD)))
            assert told == []


@pytest.mark.parametrize(
    "asked", ["state=made'up", "unit=made'up", "q=made'up", "field.severity=made'up", "sort=made'up"]
)
def test_no_words_of_an_address_get_into_a_statements_text(filled, asked):
    _, _, statements = cost(Person(filled, "quality_ie"), f"/cases/?tab=all&{asked}")
    assert len(statements) > 2
    assert not [text for text, _ in statements if "made" in text]
