"""F52: whoever looks is told what happened in the order in which it happened, whatever the clock said."""

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.outbox import tokens
from app.setup.accounts import DEMO_PASSWORD
from app.workflow import engine
from app.workflow.actor import Actor
from model import Case, JournalEntry
from tests.house import Person, session_of
from tests.matrix.world import Maker

SAID = ("wordone", "wordtwo", "wordthree", "wordfour")
BACK = timedelta(hours=1)
WORD = re.compile("|".join(SAID))


@pytest.fixture
def told(house):
    """A case whose desk and reporter have written in turn, each time with the clock put back by an hour."""
    at = datetime.now(UTC)
    with session_of(house) as session:
        case = Maker.open(session, at).report("quality", "What happened")
        for turn, word in enumerate(SAID):
            make = Maker.open(session, at - BACK * (turn + 1))
            if turn % 2 == 0:
                make.move(case, "desk", "write_to_reporter", conversation=word)
            else:
                me = Actor(case.reporter_id, reporter=True)
                engine.move(make.context, case, "reply", actor=me, answers={"conversation": word}, version=None)
        session.commit()
        times = session.scalars(select(JournalEntry.at).order_by(JournalEntry.id)).all()
        assert times == sorted(times, reverse=True), "the clock went back, or this tries nothing"
        return case.number


def link(house, number):
    with session_of(house) as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        return "/follow/" + tokens.token(house.config["SECRET_KEY"], case.id, case.follow_salt)


def words(text):
    """In which order they stand there, each where it first stands."""
    return tuple(dict.fromkeys(WORD.findall(text)))


def test_f52_the_reporter_reads_it_in_order(house, told):
    visitor = Person(house)
    visitor.get(link(house, told))
    assert words(visitor.text) == SAID


def test_f52_whoever_has_the_case_reads_it_in_order(house, told):
    desk = Person(house, "desk")
    desk.get(f"/cases/{told}")
    assert words(desk.text) == SAID
    log = re.findall(r"<li><b>(.*?)</b>", desk.text.split('<ol class="timeline">')[1].split("</ol>")[0])
    assert log == ["Send svar", "Skriv til melder"] * 2 + ["Meld avvik"], "the newest first"


def test_f52_a_program_reads_it_in_order(house, told):
    client = house.test_client()
    me = {"username": "desk", "password": DEMO_PASSWORD}
    token = client.post("/api/v1/security/login", json=me).json["access_token"]
    journal = client.get(f"/api/v1/cases/{told}", headers={"Authorization": f"Bearer {token}"}).json["journal"]
    assert [each["move"] for each in journal] == ["submit", *["write_to_reporter", "reply"] * 2]


def test_f52_what_is_held_about_somebody_is_in_order(house, told):
    student = Person(house, "student_idi")
    with zipfile.ZipFile(io.BytesIO(student.get("/my/data.zip").data)) as packed:
        for name in ("data.json", "data.html"):
            assert words(packed.read(name).decode()) == SAID
