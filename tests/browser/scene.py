"""Every page of the product in each of its states, asked for over HTTP as the people who see it."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO

from flask_appbuilder.security.sqla.models import User
from pyotp import TOTP
from sqlalchemy import select, update

from app.setup.accounts import DEMO_PASSWORD
from app.worker.tick import mailbox
from config import ROOT
from model import GivenPassword, OutgoingMail, WorkflowEdition
from tests.house import Person, session_of
from tests.journeys.town import Town

STUDIO = ("unit", "area", "role", "person", "assignment", "routing", "mail", "calendar")
PLACES = ("operations", "retention", "page", "reply", "door", "coverage", "changes", "editions", "explain", "files")
PLACES += ("history", "scenarios", "workflow", "publish")
OPEN_REPORT = """
reports:
  for_all:
    label: {nb: For alle, nn: For alle, en: For all}
    rows: [area]
    see: anyone
"""
OPENED = {
    "see: [reporter, {who": "see: [{who: anyone, only: [number, told, area]}, reporter, {who",
    "optional: [unit, course]": "optional: [unit, course, attachments]",
    "\nreports:\n": OPEN_REPORT,
}
"""What the routine lacks of pages: cases and reports for everybody, files."""
ACCOUNTS = ("users", "roles", "groups", "permissionviews")


@dataclass
class Scene:
    """A town whose cases stand in every state."""

    town: Town
    matters: dict = field(default_factory=dict)

    def __post_init__(self):
        town = self.town
        self._open()
        self.matters = {
            "received": town.reported("student_idi", attachments=(BytesIO(b"%PDF-1.7\n"), "Et bilag.pdf")),
            "at_faculty": town.at_faculty(),
            "in_progress": town.in_progress(),
            "assigned": town.with_action(),
            "accepted": town.with_action().does("course_imf", "accept", part=1),
            "clarifying": town.with_action().does("course_imf", "clarify", part=1, comment="Dekan må si ja."),
            "declined": town.with_action().does("course_imf", "decline", part=1, comment="Ikke mitt emne."),
            "completed": town.completed(),
            "closed": town.completed().does("quality_ie", "close", summary="Ferdig."),
            "rejected": town.reported(area="other").does("desk", "reject", reason="Feil sted.", help_offered="y"),
        }
        told = {"conversation": "Hvilket emne gjelder det?"}
        self.matters["in_progress"].does("quality_ie", "write_to_reporter", **told).does(
            "quality_ie", "note", comment="!"
        )
        town.work()
        for _, _, content in town.server.took[-3:]:
            mailbox(town.app).keep(content)
        self._fail()

    def _open(self):
        text = (ROOT / "workflow.yaml").read_text(encoding="utf-8")
        for old, new in OPENED.items():
            assert old in text
            text = text.replace(old, new, 1)
        with session_of(self.town.app) as session:
            sha = sha256(text.encode()).hexdigest()
            session.add(WorkflowEdition(number=2, text=text, sha256=sha, published_at=datetime.now(UTC)))
            session.commit()

    def _fail(self):
        """Let a mail be given up, and another wait for a reason."""
        with session_of(self.town.app) as session:
            last = session.scalars(select(OutgoingMail.id).order_by(OutgoingMail.id.desc()).limit(2)).all()
            for pk, status in zip(last, ("dead", "waiting"), strict=True):
                told = {"status": status, "fault": "550 No such user <somebody@stud.example>", "tries": 3}
                session.execute(update(OutgoingMail).where(OutgoingMail.id == pk).values(**told))
            session.commit()

    def link(self, state, mail="receipt"):
        return self.matters[state].letter("visitor", mail).link


class Reader:
    """Somebody who reads in a language and leaves every page seen in `pages`: name -> (address, answer)."""

    def __init__(self, pages, person, lang):
        self.pages = pages
        self.person = person
        person.get(f"/?lang={lang}")

    def sees(self, name, path, status=200):
        self.person.get(path)
        return self._kept(name, path, status)

    def sends(self, name, path, status, before=None, **answers):
        self.person.get(before or path)
        self.person.post(path, **answers)
        return self._kept(name, path, status)

    def _kept(self, name, path, status):
        page = self.person.page
        if page.status_code == 302 and status == 200:
            self.person.follow()
            page = self.person.page
        assert page.status_code == status, f"{name}: {page.status_code}"
        self.pages[name] = (path, page)
        return self.person


def gather(scene, lang):
    """Every page in that language."""
    pages = {}
    _visitors(pages, scene, lang)
    _newcomers(pages, scene, lang)
    _students(pages, scene, lang)
    _handlers(pages, scene, lang)
    _owners(pages, scene, lang)
    _admins(pages, scene, lang)
    return pages


def _visitors(pages, scene, lang):
    app = scene.town.app
    visitor = Reader(pages, Person(app), lang)
    visitor.sees("submit", "/")
    visitor.sends("submit-errors", "/", 400)
    given = {"area": "education_quality", "tried_first": "tried", "no_personal_data": "y", "reporter": "a@stud.example"}
    visitor.sends("submit-blocked", "/", 400, description="Han har 01010112377.", **given)
    visitor.sends("submit-warned", "/", 400, description="Ring 91 23 45 67.", **given)
    visitor.sees("door", "/door/whistleblowing")
    visitor.sends("door-sent", "/", 200, description="Dette er et varsel.", **{**given, "area": "whistleblowing"})
    visitor.sees("receipt", scene.link("at_faculty").replace("/follow/", "/receipt/"))
    for state in ("at_faculty", "in_progress", "assigned", "completed", "closed", "rejected"):
        visitor.sees(f"follow-{state}", scene.link(state))
    link = scene.link("in_progress")
    visitor.sends("follow-errors", f"{link}/reply", 400, before=link)
    visitor.sees("code", "/follow/")
    visitor.sends("code-wrong", "/follow/", 400, code="7K4M")
    visitor.sees("login", f"/login/?next=/cases/{scene.matters['received'].number}")
    visitor.sends("login-wrong", "/login/", 401, username="desk", password="wrong")
    visitor.sees("missing", "/nothing-here", 404)
    visitor.sees("routine", "/routine")
    visitor.sees("public-cases", "/public/cases/case/")
    visitor.sees("public-case", f"/public/cases/case/{scene.matters['received'].number}")
    visitor.sees("public-report", "/public/reports/for_all")
    visitor.sees("mails", "/demo/mail")
    visitor.sees("mail", f"/demo/mail/{mailbox(app).names()[0]}")


def _newcomers(pages, scene, lang):
    """Whoever logs in for the first time: chooses a password, begins with codes, and is asked for one."""
    newcomer = Reader(pages, _newcomer(scene.town.app, f"newcomer_{lang}"), lang)
    newcomer.sees("login-password", "/login/password")
    newcomer.sends("login-password-errors", "/login/password", 200, password="1", conf_password="2")
    person = newcomer.sees("login-second", "/login/second")
    newcomer.sends("login-second-wrong", "/login/second", 401, code="000000")
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", person.text)[1].replace(" ", "")
    newcomer.sends("login-papers", "/login/second", 200, code=TOTP(secret).now())
    newcomer.person.client.delete_cookie("session")
    newcomer.sends("login-code", "/login/", 302, username=person.name, password=DEMO_PASSWORD)
    newcomer.sees("login-code", "/login/code")
    newcomer.sends("login-code-wrong", "/login/code", 401, code="000000")


def _newcomer(app, name):
    """Somebody halfway in, whose password an administrator chose."""
    with session_of(app) as session:
        desk = session.scalars(select(User).where(User.username == "desk")).one()
        one = User(username=name, first_name="New", last_name="", email=f"{name}@ntnu.example", active=True)
        one.password, one.roles = desk.password, desk.roles
        session.add(one)
        session.flush()
        session.add(GivenPassword(user_id=one.id, at=datetime.now(UTC)))
        session.commit()
    person = Person(app)
    person.name = name
    return person.log_in()


def _students(pages, scene, lang):
    student = Reader(pages, scene.town.person("student_idi"), lang)
    student.sees("submit-student", "/")
    student.sees("mine", "/my/")
    student.sees("follow-received", f"/my/{scene.matters['received'].number}")
    student.sees("account", "/users/userinfo/")
    student.sees("password", "/resetmypassword/form")
    student.sees("account-edit", "/userinfoeditview/form")
    student.sees("account-logins", "/login/own/list")
    student.sees("account-second", "/login/second")
    student.sees("forbidden", "/cases/", 403)


def _handlers(pages, scene, lang):
    number = {state: matter.number for state, matter in scene.matters.items()}
    desk = Reader(pages, scene.town.person("desk"), lang)
    desk.sees("queue-intake", "/cases/")
    desk.sees("case-received", f"/cases/{number['received']}")
    desk.sends("case-reporter", f"/cases/{number['received']}/reporter", 200, before=f"/cases/{number['received']}")
    desk.sees("case-missing", "/cases/2020-9999", 404)
    _moves(desk, f"/cases/{number['received']}", ("forward", "consult", "reject"))
    forward = f"/cases/{number['received']}/forward"
    where = {"unit": "ie", "area": "education_quality"}
    desk.sends("forward-refused", forward, 400, **where, personnel_matter="y")
    desk.sends("forward-preview", forward, 200, **where, preview="1")
    desk.sends("reject-stale", f"/cases/{number['received']}/reject", 409, reason="x", help_offered="y", version="0")
    contact = Reader(pages, scene.town.person("quality_ie"), lang)
    contact.sees("queue", "/cases/?tab=all&sort=-submitted_at")
    contact.sees("queue-no-hit", "/cases/?q=finnesikke")
    columns = "&".join(
        f"columns={name}" for name in ("description", "course", "tried_first", "severity", "consulted_on")
    )
    contact.sees("queue-columns", f"/cases/?tab=all&{columns}&field.personnel_matter=0")
    contact.sees("reports", "/reports/")
    for state in ("at_faculty", "in_progress", "assigned", "completed", "closed"):
        contact.sees(f"case-{state}", f"/cases/{number[state]}")
    _moves(contact, f"/cases/{number['at_faculty']}", ("hand_over", "move_unit", "send_back", "accept", "inform"))
    _moves(contact, f"/cases/{number['assigned']}", ("assess", "add", "close", "write_to_reporter", "note"))
    words = f"/cases/{number['assigned']}/remove-words"
    contact.sees("remove-words", words)
    contact.sends("remove-words-refused", words, 400, words="")
    contact.sends("remove-words-preview", words, 200, words="referansegruppa", preview="1")
    contact.sends("add-refused", f"/cases/{number['assigned']}/add", 400)
    contact.sees("actions", "/actions/")
    contact.sees("action-declined", f"/actions/{number['declined']}-1")
    _moves(contact, f"/actions/{number['declined']}-1", ("reassign", "withdraw"))
    Reader(pages, scene.town.person("quality_ok"), lang).sees("queue-empty", "/cases/")


def _moves(reader, path, names):
    for name in names:
        reader.sees(f"move-{name}", f"{path}/{name}")


def _owners(pages, scene, lang):
    owner = Reader(pages, scene.town.person("course_imf"), lang)
    owner.sees("actions-mine", "/actions/")
    for state in ("assigned", "accepted", "clarifying", "completed"):
        owner.sees(f"action-{state}", f"/actions/{scene.matters[state].number}-1")
    done = f"/actions/{scene.matters['accepted'].number}-1/complete"
    owner.sends("complete-refused", done, 400)
    owner.sees("action-not-mine", f"/actions/{scene.matters['declined'].number}-1", 404)


def _admins(pages, scene, lang):
    admin = Reader(pages, scene.town.person("admin"), lang)
    for name in STUDIO:
        admin.sees(f"studio-{name}", f"/studio/{name}/")
        admin.sees(f"studio-{name}-edit", f"/studio/{name}/edit/?id=1")
    admin.sees("studio-unit-new", "/studio/unit/new/")
    for name in PLACES:
        admin.sees(f"studio-{name}", f"/studio/{name}/")
    admin.sees("studio-start", "/studio/")
    admin.sees("studio-edition", "/studio/editions/2")
    admin.sees("studio-workflow-text", "/studio/workflow/text/")
    admin.sees("studio-mail-preview", "/studio/mail/preview/?id=1")
    admin.sees("studio-unit-delete", "/studio/unit/delete/?id=1")
    admin.sees("studio-person-away", "/studio/person/away/?id=2")
    admin.sends("studio-unit-errors", "/studio/unit/new/", 200)
    for name in ACCOUNTS:
        admin.sees(f"accounts-{name}", f"/{name}/list/")
    admin.sees("accounts-user", "/users/show/1")
    admin.sees("accounts-user-edit", "/users/edit/1")
    admin.sees("accounts-user-new", "/users/add")
    admin.sees("accounts-role", "/roles/show/1")
    admin.sees("accounts-role-edit", "/roles/edit/1")
    admin.sees("logout", "/logout/")
