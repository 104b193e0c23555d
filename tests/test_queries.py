"""What a page costs: two or three queries a list however many rows there are, and no page that loads a whole table."""

import re
import shutil
import sqlite3
from contextlib import closing, contextmanager
from html import unescape

import pytest
from sqlalchemy import event

from app.web.database import db, look_at_rows
from bench.plans import through_all
from model import Base, searching
from tests.house import Person, make_app
from tests.matrix.world import Maker, attach

MANY = 100_000
MOST_LOADED = 500
NEXT = re.compile(r'href="([^"]+)" rel="next"')
BEFORE = re.compile(r'href="([^"]+)" rel="prev"')
NUMBERS = re.compile(r'<tr role="row" data-case="([^"]+)"')

COPY = """
WITH RECURSIVE seq(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n < {many})
INSERT INTO subject ({columns})
SELECT {values} FROM seq, (SELECT * FROM subject WHERE id = {template}) AS t
"""
CHANGED = {
    "number": "'2020-' || printf('%06d', n)",
    "due_at": "strftime('%Y-%m-%d %H:%M:%S.000000', '2026-01-01', '+' || ((n * 7919) % 50021) || ' minutes')",
    "submitted_at": "strftime('%Y-%m-%d %H:%M:%S.000000', '2020-01-01', '+' || n || ' minutes')",
    "submit_key": "NULL",
    "follow_hash": "NULL",
    "code_hash": "NULL",
    "title": "'Case number ' || n",
    "finished": "(n % 10) = 0",
    "state": "CASE WHEN (n % 10) = 0 THEN 'closed' ELSE 'in_progress' END",
}


def multiply(file, template, many):
    """Copy a case many times, each with a number and a deadline of its own."""
    with closing(sqlite3.connect(file)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(subject)") if row[1] != "id"]
        values = [CHANGED.get(column, f"t.{column}") for column in columns]
        connection.execute(
            COPY.format(many=many, columns=", ".join(columns), values=", ".join(values), template=template)
        )
        connection.commit()


def furnish(app, state="in_progress"):
    """One case at the quality contact of IE; gives its id and number."""
    with app.app_context():
        case = Maker.open(db.session()).case("quality", state)
        db.session.commit()
        found = case.id, case.number
        db.session.remove()
        db.engine.dispose()
    return found


@contextmanager
def watched(app):
    """The statements that are sent meanwhile, and how many rows became objects."""
    statements, loaded = [], []
    with app.app_context():
        engine = db.engine

    def sent(_connection, _cursor, statement, parameters, *_):
        statements.append((statement, parameters))

    def load(_instance, _context):
        loaded.append(1)

    event.listen(engine, "before_cursor_execute", sent)
    event.listen(Base, "load", load, propagate=True)
    try:
        yield statements, loaded
    finally:
        event.remove(engine, "before_cursor_execute", sent)
        event.remove(Base, "load", load)


def cost(person, path):
    """How many statements the page takes, once everything that is kept in memory is there."""
    person.get(path)
    assert person.status == 200, person.text
    with watched(person.app) as (statements, loaded):
        person.get(path)
    return len(statements), len(loaded), statements


@pytest.mark.parametrize(
    "path",
    [
        "/cases/",
        "/cases/?tab=all",
        "/cases/?tab=others&q=sak",
        "/cases/?tab=all&columns=severity&columns=course&columns=new_handler&sort=-field.course",
        "/actions/",
        "/actions/?tab=all",
    ],
)
@pytest.mark.parametrize("rows", [0, 1, 25])
def test_a_list_takes_as_many_queries_however_many_rows(house, path, rows):
    with house.app_context():
        make = Maker.open(db.session())
        for _ in range(rows):
            case = make.case("quality", "in_progress")
            make.action(case, "quality", "assigned")
        db.session.commit()
        db.session.remove()
    for who in ("quality_ie", "head_idi"):
        person = Person(house, who)
        count, _, _ = cost(person, path)
        # Who asks; of cases how many there are, and of those searched for by itself; and the rows, if there are any.
        cases = path.startswith("/cases/")
        assert count == (2 + ("q=" in path) + bool(numbers(person)) if cases else 2), who


def test_a_list_says_how_many_it_has_by_its_tab_and_narrowed(small_house):
    """What the tab counts is counted once, and each tab by itself."""
    with small_house.app_context():
        make = Maker.open(db.session())
        for kind, state in (("quality", "in_progress"),) * 3 + (("quality", "closed"),) * 2 + (("other", "closed"),):
            make.case(kind, state)
        db.session.commit()
        db.session.remove()
    contact = Person(small_house, "quality_ie")
    told = {}
    for asked in ("mine", "unit", "others", "all", "all&state=closed", "mine&state=closed"):
        contact.get(f"/cases/?lang=en&tab={asked}")
        shown = re.search(r"Showing (\d+) of (\d+)", contact.text)
        told[asked] = (*map(int, shown.groups()), len(numbers(contact))) if shown else 0
    assert told == {
        "mine": (3, 3, 3),
        "unit": (3, 3, 3),
        "others": 0,
        "all": (5, 5, 5),
        "all&state=closed": (2, 2, 2),
        "mine&state=closed": 0,
    }
    assert re.findall(r"\((\d+)\)", contact.text)[:4] == ["3", "3", "0", "5"]


@pytest.mark.parametrize("beside", [(), ("part",), ("part", "file", "letter")])
def test_a_cases_page_takes_three_queries_and_one_for_each_kind_of_thing_beside_it(house, beside):
    """Whoever asks, the case with its clocks, its journal; then its actions and their owners, its files, its letters."""
    with house.app_context():
        make = Maker.open(db.session())
        case = make.case("quality", "in_progress")
        if "part" in beside:
            make.action(case, "quality", "assigned")
            make.action(case, "quality", "accepted").owner_id = make.people["head_iel"]
        if "file" in beside:
            make.numbers["quality", "in_progress"] = case.number
            attach(make, "quality")
        db.session.commit()
        number = case.number
        db.session.remove()
    contact = Person(house, "quality_ie")
    count, _, _ = cost(contact, f"/cases/{number}")
    assert count == 3 + len(beside) + ("part" in beside)
    assert ('id="files"' in contact.text, 'id="letters"' in contact.text) == ("file" in beside, "letter" in beside)
    assert (f'data-action="{number}-1"' in contact.text) == ("part" in beside)


@pytest.fixture(scope="module")
def great(sqlite_filled, tmp_path_factory):
    """The product with 100,000 cases, nine in ten of them at one quality contact."""
    folder = tmp_path_factory.mktemp("great")
    shutil.copy(sqlite_filled, folder / "house.db")
    app = make_app(f"sqlite:///{folder / 'house.db'}", folder)
    pk, number = furnish(app)
    with app.app_context(), db.engine.begin() as connection:
        searching.lift(connection)  # nobody searches here, and to keep it in step takes longer than all else
    multiply(folder / "house.db", pk, MANY)
    with app.app_context():
        look_at_rows(db.engine)
        db.engine.dispose()
    app.number = number
    app.file = folder / "house.db"
    return app


@pytest.fixture(scope="module")
def contact(great):
    return Person(great, "quality_ie")


def expected_order(app, where="NOT finished"):
    with closing(sqlite3.connect(app.file)) as connection:
        return [row[0] for row in connection.execute(f"SELECT number FROM subject WHERE {where} ORDER BY due_at, id")]  # noqa: S608


def numbers(person):
    return NUMBERS.findall(person.page.get_data(as_text=True))


def turn(person, pattern):
    """Follow the link to the next or the previous page."""
    person.get(unescape(pattern.search(person.page.get_data(as_text=True))[1]))


def test_pages_follow_each_other_forward_and_back_without_a_gap(great, contact):
    order = expected_order(great)
    contact.get("/cases/")
    pages = [numbers(contact)]
    for _ in range(3):
        turn(contact, NEXT)
        pages.append(numbers(contact))
    assert sum(pages, []) == order[:100]
    for page in (2, 1, 0):
        turn(contact, BEFORE)
        assert numbers(contact) == pages[page]
    assert not BEFORE.search(contact.page.get_data(as_text=True))


def test_counts_are_told_up_to_a_thousand(contact):
    contact.get("/cases/")
    assert "(1000+)" in contact.text


@pytest.mark.parametrize(
    "path", ["/cases/", "/cases/?tab=all", "/cases/?tab=all&sort=-submitted_at", "/cases/?unit=ie"]
)
def test_a_page_of_a_great_list_takes_three_queries_too(contact, path):
    count, loaded, _ = cost(contact, path)
    assert count == 3
    assert loaded < 60


def test_a_deep_page_takes_no_more(great, contact):
    deep = expected_order(great)[80_000]
    with closing(sqlite3.connect(great.file)) as connection:
        mark = connection.execute("SELECT id FROM subject WHERE number = ?", (deep,)).fetchone()[0]
    count, loaded, _ = cost(contact, f"/cases/?after={mark}")
    assert count == 3
    assert loaded < 60
    assert numbers(contact) == expected_order(great)[80_001:80_026]


def plan(app, statement, parameters):
    with closing(sqlite3.connect(app.file)) as connection:
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]


def plans(app, person, path):
    """How the cases are counted, and how the page's rows are found."""
    _, _, statements = cost(person, path)
    counts = [each for each in statements if "n_mine" in each[0]]
    rows = [each for each in statements if "n_mine" not in each[0] and "ORDER BY" in each[0]]
    return [plan(app, *each) for each in (*counts, *rows)]


def test_the_first_list_is_read_in_the_order_of_an_index(great, contact):
    counts, rows = plans(great, contact, "/cases/")
    assert rows[0].startswith("SEARCH subject USING INDEX ix_subject_kind_due"), rows
    assert "USE TEMP B-TREE FOR ORDER BY" not in rows
    assert not through_all([*counts, *rows])


@pytest.mark.parametrize("more", ["", "&sort=-submitted_at"])
def test_a_list_of_very_many_is_read_in_the_order_of_an_index(great, contact, more):
    _, rows = plans(great, contact, f"/cases/?tab=all{more}")
    assert "USE TEMP B-TREE FOR ORDER BY" not in rows, rows
    contact.get(f"/cases/?tab=all{more}")
    turn(contact, NEXT)
    _, rows = plans(great, contact, unescape(NEXT.search(contact.page.get_data(as_text=True))[1]))
    assert "USE TEMP B-TREE FOR ORDER BY" not in rows, rows
    assert not through_all(rows)


@pytest.mark.parametrize("path", ["/cases/", "/cases/?tab=all", "/cases/?tab=all&state=closed&area=quality"])
def test_cases_are_counted_in_an_index_that_opens_no_row(great, contact, path):
    counts, *_ = plans(great, contact, path)
    assert any("COVERING INDEX ix_subject_sight (handler=?" in step for step in counts), counts
    assert not through_all(counts)
    assert not [step for step in counts if "INDEX ix_subject_kind" in step or "ix_subject_area" in step], counts


def test_the_few_of_one_person_are_gathered_by_index_and_sorted(great):
    """Whoever has few of very many would wait for them if all were passed in the list's order."""
    desk = Person(great, "desk")
    with great.app_context():
        Maker.open(db.session()).case("quality", "received")
        db.session.commit()
        db.session.remove()
    _, rows = plans(great, desk, "/cases/?tab=all&sort=-submitted_at")
    assert rows[0] == "SEARCH subject USING INTEGER PRIMARY KEY (rowid=?)", rows
    assert any("ix_subject_sight (handler=?" in step for step in rows), rows
    assert not through_all(rows)


FORMS = ["add", "hand_over", "inform", "move_unit", "assess", "close", "note"]


@pytest.mark.parametrize("move", FORMS)
def test_no_form_loads_a_whole_table(great, contact, move):
    count, loaded, _ = cost(contact, f"/cases/{great.number}/{move}")
    assert loaded < MOST_LOADED
    assert count < 30


def test_the_desks_form_loads_no_whole_table_either(great):
    _, number = furnish(great, "received")
    count, loaded, _ = cost(Person(great, "desk"), f"/cases/{number}/forward")
    assert loaded < MOST_LOADED
    assert count < 30


@pytest.mark.parametrize("path", ["/", "/my/", "/reports/", "/actions/", "/home/"])
def test_no_other_page_loads_a_whole_table(great, contact, path):
    contact.get(path)
    with watched(great) as (statements, loaded):
        contact.get(path)
    assert len(loaded) < MOST_LOADED
    assert len(statements) < 30


def test_a_moves_proof_costs_no_statement(small_house):
    """The row goes in with its proof at once, and no move looks at the chain."""
    _, number = furnish(small_house)
    contact = Person(small_house, "quality_ie")
    contact.get(f"/cases/{number}/note")
    with watched(small_house) as (statements, _):
        contact.post(f"/cases/{number}/note", comment="Talked on the phone.")
    assert contact.status == 302, contact.text
    of_journal = [
        statement.split("(")[0].split("SET")[0].strip() for statement, _ in statements if "journal_" in statement
    ]
    assert of_journal == ["INSERT INTO journal_entry"]


def test_a_move_takes_ten_statements_beside_the_one_that_says_who_asks(small_house):
    """Found, claimed and read (with clocks and parts), its receiver; written: mails, case, two clocks, journal."""
    numbers = [furnish(small_house, "at_faculty")[1] for _ in range(2)]
    contact = Person(small_house, "quality_ie")
    contact.move(numbers[0], "accept")
    contact.get(f"/cases/{numbers[1]}/accept")
    with watched(small_house) as (statements, _):
        contact.post(f"/cases/{numbers[1]}/accept")
    assert contact.status == 302, contact.text
    told = [statement for statement, _ in statements]
    assert len([each for each in told if "ab_user" in each or "ab_permission" in each]) == 1, told
    assert len(told) <= 1 + 10, told
    assert len([each for each in told if each.startswith("UPDATE subject")]) == 2, told


def test_a_report_takes_ten_statements_and_its_form_one(small_house):
    visitor = Person(small_house)
    visitor.report()
    with watched(small_house) as (statements, _):
        visitor.get("/")
    assert len(statements) <= 1, statements
    with watched(small_house) as (statements, _):
        visitor.report()
    assert visitor.status == 303, visitor.text
    told = [statement for statement, _ in statements]
    assert len(told) <= 1 + 10, told
    assert len([each for each in told if each.startswith("UPDATE subject")]) == 1, told
