"""Who takes part in a journey: people at their pages, the case between them, and mails as a mail server got them."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from email import policy
from email.parser import BytesParser
from html import unescape

from sqlalchemy import or_, select

from app.i18n import long_day, today
from app.worker.tick import tick
from model import Case, OutgoingMail, Part, Subject
from model import Person as Known
from tests.house import Person, session_of

BASE_URL = "https://avvik.example.no"
LINK = re.compile(rf"{BASE_URL}(/\S*)")
AREA = "education_quality"
TEXT = "Referansegruppa ble aldri satt ned i høst."


class Town:
    """An installation with its mail server; people stay logged in from one journey to the next."""

    def __init__(self, app, server):
        self.app = app
        self.server = server
        self.inside = {}

    def person(self, name):
        """Somebody logged in."""
        if name not in self.inside:
            self.inside[name] = Person(self.app, name)
        return self.inside[name]

    def visitor(self):
        return Person(self.app)

    def id_of(self, name):
        with session_of(self.app) as session:
            return str(session.scalars(select(Known.id).where(Known.name == name)).one())

    def in_days(self, days):
        with self.app.app_context():
            return (today() + timedelta(days=days)).isoformat()

    def spelled(self, days):
        """The same day as people write it."""
        with self.app.test_request_context():
            return long_day(today() + timedelta(days=days))

    def work(self, now=None):
        """Let the worker do all there is to do."""
        while tick(self.app, now):
            pass

    def posted(self):
        """Every mail that the mail server took: message id -> (receivers, mail)."""
        read = BytesParser(policy=policy.default).parsebytes
        mails = [(receivers, read(content)) for _, receivers, content in self.server.took]
        return {mail["Message-ID"]: (receivers, mail) for receivers, mail in mails}

    # -- cases brought to where a step of the routine begins -------------------

    def reported(self, by=None, **answers):
        """A case as the student leaves it."""
        reporter = self.person(by) if by else self.visitor()
        reporter.report(**{"description": TEXT, **answers})
        assert reporter.status == 303, reporter.text
        reporter.follow()
        number = re.search(r"20\d\d-\d{4,}", reporter.text)[0]
        return Matter(self, reporter, number)

    def at_faculty(self, by=None, unit="ie", area=AREA, **answers):
        case = self.reported(by, **{"area": area, **answers})
        return case.does("desk", "forward", unit=unit, area=area).quietly()

    def in_progress(self, by=None, **where):
        case = self.at_faculty(by, **where)
        return case.does("quality_ie", "accept").quietly()

    def with_action(self, by=None, owner="course_imf", days=14, **where):
        """A case whose severity is assessed and whose action waits for its owner's answer."""
        case = self.in_progress(by, **where)
        case.does("quality_ie", "assess", severity="medium", others_to_inform="nobody")
        return case.adds(owner, days).quietly()

    def completed(self, by=None, **where):
        case = self.with_action(by, **where)
        case.does("course_imf", "accept", part=1)
        return case.does("course_imf", "complete", part=1, result="Gruppa er satt ned.").quietly()


@dataclass
class Matter:
    """One case, and what has been heard of it."""

    town: Town
    reporter: Person
    number: str
    heard: set = field(default_factory=set)

    # -- what people do --------------------------------------------------------

    def tries(self, who, transition, part=None, **answers):
        """Open the move's page and send it; gives the person, with the answer before them."""
        person = self.town.person(who)
        person.move(
            f"{self.number}-{part}" if part else self.number, transition, "actions" if part else "cases", **answers
        )
        return person

    def does(self, who, transition, part=None, **answers):
        person = self.tries(who, transition, part, **answers)
        assert person.status == 302, shown(person)
        return self

    def adds(self, owner, days, text="Sett ned en referansegruppe."):
        due_on, owner = self.town.in_days(days), self.town.id_of(owner)
        return self.does("quality_ie", "add", description=text, owner=owner, due_on=due_on)

    def opens(self, who, part=None):
        person = self.town.person(who)
        person.get(f"/actions/{self.number}-{part}" if part else f"/cases/{self.number}")
        return person

    # -- how it stands ---------------------------------------------------------

    def state(self, part=None):
        number = f"{self.number}-{part}" if part else self.number
        with session_of(self.town.app) as session:
            return session.scalars(select(Subject.state).where(Subject.number == number)).one()

    def seen_by(self, *names, part=None):
        """Those of these who may open it."""
        statuses = {name: self.opens(name, part).status for name in names}
        assert set(statuses.values()) <= {200, 403, 404}, statuses
        return {name for name, status in statuses.items() if status == 200}

    def waits_for(self, name):
        """Whether it is among the things this person has to do."""
        person = self.town.person(name)
        person.get(f"/cases/?q={self.number}")
        return f'data-case="{self.number}"' in person.text

    # -- mails -----------------------------------------------------------------

    def news(self, now=None):
        """Mails since last time, as the mail server took them: {(receiver, mail)}."""
        self.town.work(now)
        posted = self.town.posted()
        new = [row for row in self._rows() if row[0] not in self.heard]
        for message_id, _, address, _ in new:
            assert posted[message_id][0] == [address]
        self.heard |= {row[0] for row in new}
        found = [(receiver, name) for _, receiver, _, name in new]
        assert len(found) == len(set(found)), f"the same mail twice: {found}"
        return set(found)

    def quietly(self):
        """Don't tell of mails until now."""
        self.heard |= {row[0] for row in self._rows()}
        return self

    def _rows(self):
        whose = or_(Subject.number == self.number, Subject.number.startswith(f"{self.number}-"))
        query = select(OutgoingMail, Known).join(Subject, OutgoingMail.subject_id == Subject.id)
        query = query.join(Known, OutgoingMail.receiver_id == Known.id).where(whose).order_by(OutgoingMail.id)
        with session_of(self.town.app) as session:
            rows = session.execute(query).all()
            return [(mail.message_id, known.name or "visitor", known.mail, mail.name) for mail, known in rows]

    def letter(self, receiver, name):
        """The newest such mail, as its receiver reads it."""
        self.town.work()
        message_id = [row[0] for row in self._rows() if row[1] == receiver and row[3] == name][-1]
        return Letter(self.town.posted()[message_id][1])

    def follow(self, letter):
        """The reporter, at the page that the mail's link opens."""
        self.reporter.get(letter.link)
        assert self.reporter.status == 200, self.reporter.text
        return self.reporter


class Letter:
    """A delivered mail."""

    def __init__(self, mail):
        self.subject = mail["Subject"]
        self.text = mail.get_content()

    @property
    def link(self):
        """The one address in it, within the installation; "" for none."""
        found = LINK.findall(self.text)
        assert len(found) <= 1, self.text
        return found[0] if found else ""


def words(person):
    """What stands on the page's main part, tags taken away."""
    page = person.page.get_data(as_text=True)
    main = page[page.index("<main") : page.index("</main")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def heading(person):
    return words_of(re.search(r"<h1[^>]*>(.*?)</h1>", person.text, re.DOTALL)[1])


def words_of(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def shown(person):
    """The answer in short, for a failed test."""
    return f"{person.status}: {words(person)[:1500]}" if person.page.mimetype == "text/html" else person.page


def offers(person):
    """The moves on the page: name -> whether it can be made now."""
    found = re.findall(r"<(?:a|button)([^>]*data-transition=\"(\w+)\"[^>]*)>", person.text)
    return {name: "aria-disabled" not in tag for tag, name in found}


def kinds(app):
    """How many cases and actions there are."""
    with session_of(app) as session:
        return len(session.scalars(select(Case.id)).all()), len(session.scalars(select(Part.id)).all())
