"""One line of JSON for each event, whatever people, programs and libraries put into it (F67)."""

import io
import json
import logging
import re
import sys
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from sqlalchemy import select
from transitions import Machine

from app import logs
from app.workflow import reminding
from model import Clock
from tests.house import Person, session_of

ATTACKS = (
    'x\n{"event": "login", "level": "info"}',
    "x\r\nlevel=error",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J",
    "\x9b31m\x85next",
    "one\u2028two\u2029three\x0bfour\x0cfive\x1csix",
    "\u202egnp.exe",
    "half \ud800",
    "\0",
    '"}, {"',
)
PLAIN = re.compile(r"[ -~]+")


@pytest.fixture
def written(monkeypatch):
    """What the log writes from its first call on, as its reader gets it; pytest's own handlers, which come between a
    fixture and its test and can't keep half a letter, are out meanwhile."""
    kept = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    root, level = logging.getLogger(), logging.getLogger().level
    before = []

    def read():
        if not before:
            before.extend(root.handlers)
            monkeypatch.setattr(sys, "stderr", kept)
            logs.set_up()
        kept.flush()
        return kept.buffer.getvalue().decode("utf-8")

    yield read
    root.handlers = before or root.handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(text):
    """Each line as a reader sees it that knows of no other than \\n; it must be plain, and JSON."""
    found = text.split("\n")
    assert found.pop() == ""
    assert all(PLAIN.fullmatch(each) for each in found), found
    return [json.loads(each) for each in found]


def fail(attack):
    raise ValueError(attack)


@pytest.mark.parametrize("attack", ATTACKS)
def test_f67_whatever_is_in_it_an_event_is_one_line_of_json(written, attack):
    assert written() == ""
    structlog.get_logger().warning("sent", name=attack, key=[attack])
    structlog.get_logger().warning(attack)
    logging.getLogger("library").warning("it said %s", attack)
    logging.getLogger("gunicorn.error").error("a request for %s", attack)
    try:
        fail(attack)
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("library").exception("failed")
    found = lines(written())
    assert [each["event"] for each in found] == [
        "sent",
        attack,
        f"it said {attack}",
        f"a request for {attack}",
        "failed",
        "failed",
    ]
    assert found[0]["name"] == attack


def test_f67_what_people_send_is_in_no_line_or_in_one(small_house, written):
    assert written() == ""
    small_house.config["PROPAGATE_EXCEPTIONS"] = False
    for attack in ATTACKS[:6]:
        with small_house.test_request_context(f"/{attack}", headers={"User-Agent": "x"}):
            assert small_house.handle_exception(ValueError(attack)).status_code == 500
        visitor = Person(small_house)
        visitor.get("/login/")
        visitor.post("/login/", username=attack, password=attack)
        visitor.report(description=attack, reporter=attack, area=attack, unit=attack)
    found = lines(written())
    assert len(found) >= len(ATTACKS[:6])
    assert all(each["level"] in {"error", "warning", "info"} for each in found)


def test_a_move_of_the_machine_writes_no_line(written):
    written()
    machine = Machine(states=["a", "b"], transitions=[["go", "a", "b"]], initial="a")
    machine.go()
    assert machine.state == "b"
    assert written() == ""


def test_a_line_that_a_request_about_a_case_writes_has_its_number_and_no_other_line_has(small_house, written):
    assert written() == ""
    student, stranger = Person(small_house, "student_idi"), Person(small_house, "quality_iv")
    student.report()
    number = re.search(r"\d{4}-\d{4}", student.follow().get_data(as_text=True))[0]
    before = len(lines(written()))
    for path in (f"/cases/{number}", "/studio/", f"/cases/{number}x", "/cases/1999-1 or more"):
        assert stranger.get(path).status_code in (403, 404)
    found = lines(written())[before:]
    assert [(each["event"], each.get("case")) for each in found] == [
        ("absent_or_not_theirs", number),
        ("access_refused", None),
        ("absent_or_not_theirs", None),
        ("absent_or_not_theirs", None),
    ]


def test_a_line_that_a_clock_writes_has_its_cases_number(small_house, written, monkeypatch):
    def fall(*_):
        structlog.get_logger().warning("on the way")
        raise ZeroDivisionError

    assert written() == ""
    Person(small_house).report()
    with session_of(small_house) as session:
        clock = session.scalars(select(Clock)).first()
        clock.next_at, number = datetime.now(UTC) - timedelta(minutes=1), clock.subject.number
        session.commit()
        before = len(lines(written()))
        monkeypatch.setattr(reminding, "_run", fall)
        reminding.run_due(session, datetime.now(UTC))
        session.rollback()
    structlog.get_logger().warning("afterwards")
    told = [(each["event"], each.get("case")) for each in lines(written())[before:]]
    assert told == [
        ("on the way", number),
        ("clocks_one_by_one", None),
        ("on the way", number),
        ("clock_failed", number),
        ("afterwards", None),
    ]
