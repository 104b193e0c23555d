"""The routine is changed with 400 cases open, by somebody who only clicks: drafted, tried, published, taken back."""

import shutil
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app.setup.accounts import DEMO_PASSWORD
from app.setup.cases import tell_stories
from app.web.database import db
from app.worker.tick import tick
from model import JournalEntry, Migration, Part, Subject, WorkflowEdition
from tests.house import make_app, served

pytestmark = pytest.mark.browser
ORDINARY = 390
"""With the ten stories that are still open: four hundred."""


@pytest.fixture(scope="module")
def app(sqlite_filled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("autumn")
    shutil.copy(sqlite_filled, folder / "house.db")
    app = make_app(f"sqlite:///{folder / 'house.db'}", folder, DEMO=True)
    with app.app_context():
        tell_stories(db.session(), datetime.now(UTC), ORDINARY)
        db.session.commit()
    yield app
    if "demo_mail" in app.extensions:
        app.extensions["demo_mail"].stop()


@pytest.fixture(scope="module")
def address(app):
    with served(app) as address:
        app.config["BASE_URL"] = address
        yield address


class Admin:
    """An administrator with a mouse."""

    def __init__(self, browser, address, name="admin"):
        self.address = address
        self.tab = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        self.tab.set_default_timeout(30_000)
        self.go("/login/?lang=en")
        self.tab.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        self.tab.fill("#username", name)
        self.tab.fill("#password", DEMO_PASSWORD)
        self.tab.press("#password", "Enter")
        self.tab.wait_for_load_state()

    def go(self, path):
        self.tab.goto(self.address + path)

    def link(self, name):
        self.tab.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()
        self.tab.wait_for_load_state()

    def button(self, name):
        self.tab.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()
        self.tab.wait_for_load_state()

    def choose(self, label, option):
        self.tab.get_by_label(label, exact=True).first.select_option(label=option)

    def write(self, label, text):
        self.tab.get_by_label(label, exact=True).first.fill(text)

    def tick(self, label):
        self.tab.get_by_label(label, exact=True).first.check()

    @property
    def text(self):
        return self.tab.get_by_role("main").inner_text()

    @property
    def tiles(self):
        """What the tiles count, in their order."""
        return [int(each.inner_text()) for each in self.tab.locator(".tile b").all()]


def count(app, table, **wanted):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table).filter_by(**wanted))


def states(app):
    """Open cases, and parts of any kind, by state."""
    with app.app_context():
        query = select(Subject.kind, Subject.state, func.count()).where(~Subject.finished | (Subject.kind == "part"))
        return {(kind, state): n for kind, state, n in db.session.execute(query.group_by(Subject.kind, Subject.state))}


def work(app):
    """Let the worker work until every migration is done."""
    for _ in range(100):
        tick(app)
        if count(app, Migration, finished_at=None) == 0:
            return
    pytest.fail("the migration does not end")


def editions(app):
    """How many open cases run on which edition."""
    with app.app_context():
        query = select(WorkflowEdition.number, func.count()).join(Subject, Subject.edition_id == WorkflowEdition.id)
        rows = db.session.execute(
            query.where(Subject.kind == "case", ~Subject.finished).group_by(WorkflowEdition.number)
        )
        return dict(rows.all())


def test_the_routine_is_changed_with_four_hundred_cases_open(browser, app, address):
    before = states(app)
    assert sum(n for (kind, _), n in before.items() if kind == "case") == 400
    admin = Admin(browser, address)
    drafted(admin)
    tried(admin, before)
    published(admin, app, before)
    cases_go_on(browser, app, address)
    rolled_back(admin, app)


def drafted(admin):
    """No first line; a state by another name; an action's result is approved before it counts as done."""
    admin.go("/studio/workflow/")
    admin.button("Begin a draft")
    admin.link("Report")
    admin.choose("To", "At the faculty")
    admin.choose("Who gets the case?", "Whoever the routing leads to")
    admin.button("Save in the draft")
    admin.link("Received")
    admin.link("Take out")
    admin.tab.locator("main select").first.select_option(label="At the faculty")
    admin.button("Take out")
    admin.link("In progress")
    admin.write("Short name in the text", "being_handled")
    admin.write("English", "Being handled")
    admin.button("Save in the draft")
    approval(admin)


def approval(admin):
    admin.go("/studio/workflow/?flow=action")
    admin.link("New state")
    for language, words in (
        ("Bokmål", "Til godkjenning"),
        ("Nynorsk", "Til godkjenning"),
        ("English", "To be approved"),
    ):
        admin.write(language, words)
    admin.button("Save in the draft")
    admin.link("Mark the action as completed")
    admin.choose("To", "To be approved")
    admin.button("Save in the draft")
    admin.link("New move")
    for language, words in (("Bokmål", "Godkjenn"), ("Nynorsk", "Godkjenn"), ("English", "Approve the result")):
        admin.write(language, words)
    admin.tick("To be approved")
    admin.choose("To", "Completed")
    admin.tick("The handler")
    admin.button("Save in the draft")
    assert "must be mended" not in admin.text


def tried(admin, before):
    """What happens to each case is told, and adds up; the questions are answered with what is proposed."""
    admin.link("See what the draft does")
    admin.button("Try it on all open cases")
    assert sum(admin.tiles) == 400
    stranded, moved = admin.tiles[:2]
    assert (stranded, moved) == (0, before["case", "received"] + before["case", "in_progress"])
    assert "Received" in admin.text
    assert "Being handled" in admin.text


def published(admin, app, before):
    admin.write("Why do you publish it?", "The faculties know their students best.")
    admin.button("Publish edition 2")
    work(app)
    now = states(app)
    assert editions(app) == {2: 400}
    assert now["case", "at_faculty"] == before["case", "received"] + before["case", "at_faculty"]
    assert now["case", "being_handled"] == before["case", "in_progress"]
    assert ("case", "received") not in now
    assert count(app, JournalEntry, event="migrated") >= 400


def cases_go_on(browser, app, address):
    """An owner completes an action, and the contact must approve it before it counts as done."""
    with app.app_context():
        part = db.session.scalars(select(Part).where(Part.state == "accepted")).first()
        number, owner, faculty = part.number, part.owner.name, part.whole.handler
        contact = contact_of(faculty)
    person = Admin(browser, address, owner)
    person.go(f"/actions/{number}?lang=en")
    person.tab.locator("main textarea").first.fill("It is mended now.")
    person.button("Mark the action as completed")
    assert count(app, Part, number=number, state="to_be_approved") == 1
    assert "Approve the result" not in person.text
    handler = Admin(browser, address, contact)
    handler.go(f"/actions/{number}?lang=en")
    handler.button("Approve the result")
    assert count(app, Part, number=number, state="completed", finished=True) == 1
    left_for_approval(browser, app, address)


def left_for_approval(browser, app, address):
    """Another one waits for approval when the routine is taken back."""
    with app.app_context():
        part = db.session.scalars(select(Part).where(Part.state == "accepted")).first()
        number, owner = part.number, part.owner.name
    person = Admin(browser, address, owner)
    person.go(f"/actions/{number}?lang=en")
    person.tab.locator("main textarea").first.fill("This, too.")
    person.button("Mark the action as completed")


def contact_of(seat):
    """Account of somebody who sits there today."""
    from app.routing import seats  # noqa: PLC0415 - only here
    from app.workflow.context import Context  # noqa: PLC0415 - only here
    from model import Person  # noqa: PLC0415 - only here

    context = Context.open(db.session, datetime.now(UTC))
    found = seats.holders(seats.read(seat), context.organisation, datetime.now(UTC).date())
    return db.session.get_one(Person, found[0].person).name


def rolled_back(admin, app):
    admin.go("/studio/editions/")
    admin.tab.locator("tr[data-edition='1'] a").first.click()
    admin.button("Use this again")
    admin.button("Try it on all open cases")
    assert admin.tiles[0] == 1, "one action stands in a state that the old routine hasn't"
    admin.tab.locator("#map select").last.select_option(label="Completed")
    admin.button("Try it with this")
    assert (admin.tiles[0], sum(admin.tiles)) == (0, 400)
    admin.write("Why do you publish it?", "The faculties were not ready.")
    admin.button("Publish edition 3")
    work(app)
    assert editions(app) == {3: 400}
    assert {state for kind, state in states(app) if kind == "case"} == {"at_faculty", "in_progress"}
