"""One line of JSON for each event, whatever people, programs and libraries put into it (F67)."""

import io
import json
import logging
import re
import sys

import pytest
import structlog
from transitions import Machine

from app import logs
from tests.house import Person

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
