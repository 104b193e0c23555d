"""An institution whose people walk a routine on its pages, and whose days can be made to pass."""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO

from sqlalchemy import select

from app.worker.tick import tick
from model import Case, Clock
from model import Person as Known
from model.base import NEVER
from tests.house import Person, cases, fill, mails, make_app, session_of

PDF = b"%PDF-1.7\nThe answer"
MOMENTS = {"submitted_at", "changed_at", "started_at", "due_at", "reminded_until", "next_at", "stopped_at"}
NUMBER = re.compile(r"\d{4}-\d{4}")


class Institution:
    """The product as one routine's institution, on a database of its own."""

    def __init__(self, routine, folder):
        url = f"sqlite:///{folder / 'house.db'}"
        fill(url, folder, routine)
        self.app = make_app(url, folder)
        self.person = cache(lambda name: Person(self.app, name))
        self.heard = 0

    def submits(self, who, way="", **answers):
        """Send a report; gives its number. What is wrong with it is said by `refuses`."""
        person = self.person(who)
        person.get(f"/?way={way}" if way else "/")
        person.post("/", **answers)
        assert person.status == 303, faults(person)
        return NUMBER.search(person.follow().get_data(as_text=True))[0]

    def does(self, who, number, move, kind="cases", **answers):
        """Make a move on its page."""
        person = self.person(who)
        person.move(number, move, kind, **answers)
        assert person.status == 302, (move, person.status, faults(person))

    def refuses(self, who, number, move, kind="cases", **answers):
        """Try a move on its page; gives what the page then says."""
        person = self.person(who)
        person.move(number, move, kind, **answers)
        assert person.status == 400, (move, person.status)
        return " ".join(faults(person))

    def reads(self, who, number, kind="cases"):
        """What the page of a case or an action says to somebody; nothing where it isn't there."""
        person = self.person(who)
        person.get(f"/{kind}/{number}")
        assert person.status in (200, 404), person.status
        return person.text if person.status == 200 else ""

    def offers(self, who, number):
        """Moves that the page has as buttons that can be pressed."""
        return set(re.findall(r'href="[^"]*" data-transition="([^"]+)"', self.reads(who, number)))

    def follows(self, who, number):
        """What the reporter's own page says; gives its address and text."""
        person = self.person(who)
        person.get(f"/my/{number}")
        address = person.page.location
        person.get(address)
        assert person.status == 200, person.status
        return address, person.text

    def answers(self, who, number, move, **answers):
        """Make a move on the reporter's own page; gives the status."""
        address, _ = self.follows(who, number)
        return self.person(who).post(f"{address}/{move}", **answers).status_code

    def state(self, number):
        return cases(self.app)[number][0]

    def mailed(self):
        """Names of the mails written since the last time, with the names of those they go to; their texts."""
        new = mails(self.app, self.heard)
        self.heard = max([self.heard, *(each[0] for each in new)])
        with session_of(self.app) as session:
            known = dict(session.execute(select(Known.mail, Known.name)).all())
        return {(known[address], name) for _, address, name, _, _ in new}, " ".join(f"{s} {b}" for *_, s, b in new)

    def id_of(self, name):
        with session_of(self.app) as session:
            return str(session.scalar(select(Known.id).where(Known.name == name)))

    def passes(self, number, **length):
        """Let so much time pass for a case: what happened to it moves into the past. The worker then does its work."""
        back = timedelta(**length)
        with session_of(self.app) as session:
            case = session.scalar(select(Case).where(Case.number == number))
            for row in (case, *session.scalars(select(Clock).where(Clock.subject_id == case.id))):
                for name in MOMENTS & {column.key for column in row.__mapper__.columns}:
                    value = getattr(row, name)
                    if value is not None and value < NEVER:
                        setattr(row, name, value - back)
            session.commit()
        while tick(self.app, datetime.now(UTC)):
            pass


def letter(name="letter.pdf"):
    """A file to send."""
    return BytesIO(PDF), name


def faults(person):
    """What a page says is wrong."""
    summary = re.findall(r"<li><a href=\"#[^\"]*\">([^<]+)</a>", person.text)
    return [*summary, *re.findall(r"ds-validation-message[^>]*>([^<]+)", person.text)]
