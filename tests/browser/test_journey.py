"""The routine's whole story in real Chromium, by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from app.setup.accounts import DEMO_PASSWORD
from app.worker.tick import tick
from tests.house import cases, make_app, served

pytestmark = pytest.mark.browser
MOST_STOPS = 80
TEXT = "Referansegruppa ble aldri satt ned i høst."
FOCUSED = "() => { const at = document.activeElement; return at.name || at.id || at.className || at.tagName; }"
SHOWS_FOCUS = """() => [document.activeElement, document.activeElement.closest(".ds-field")].some(at => at &&
  (getComputedStyle(at).outlineStyle !== "none" || getComputedStyle(at).boxShadow !== "none"))"""
ORDER = '() => [...document.querySelectorAll("*")].indexOf(document.activeElement)'


@pytest.fixture
def app(sqlite_url, tmp_path):
    return make_app(sqlite_url, tmp_path, DEMO=True)


@pytest.fixture
def address(app):
    with served(app) as address:
        app.config["BASE_URL"] = address
        yield address
    if "demo_mail" in app.extensions:
        app.extensions["demo_mail"].stop()


class Hands:
    """Somebody at a browser of their own, who uses the keyboard; whatever goes wrong on a page is remembered."""

    def __init__(self, browser, address):
        self.address = address
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="nb-NO")
        self.tab = self.context.new_page()
        self.faults = []
        self.tab.on("console", lambda line: line.type in {"error", "warning"} and self.faults.append(line.text))
        self.tab.on("pageerror", lambda error: self.faults.append(str(error)))

    def opens(self, path):
        self.tab.goto(path if path.startswith("http") else self.address + path)
        return self

    def key(self, *keys):
        for key in keys:
            self.tab.keyboard.press(key)
        return self

    def tabs_to(self, selector):
        """Press Tab until there; no stop on the way is earlier on the page than the one before, and all show focus."""
        before = self.tab.evaluate(ORDER)
        for _ in range(MOST_STOPS):
            self.key("Tab")
            here = self.tab.evaluate(ORDER)
            assert here >= before, f"focus went back at {self.focused}"
            assert self.tab.evaluate(SHOWS_FOCUS), f"no focus to be seen at {self.focused}"
            before = here
            if self.tab.evaluate("selector => document.activeElement.matches(selector)", selector):
                return self
        pytest.fail(f"{selector} can't be reached by Tab")

    def types(self, text):
        self.tab.keyboard.type(text)
        return self

    def enters(self):
        """Press Enter, and wait for the page it leads to."""
        with self.tab.expect_navigation():
            self.key("Enter")
        return self

    def follows(self, link):
        """Click it, and wait for the page it leads to: a key pressed before that goes to the page left behind."""
        with self.tab.expect_navigation():
            link.first.click()
        return self

    @property
    def focused(self):
        return self.tab.evaluate(FOCUSED)

    def reads(self, text):
        expect(self.tab.locator("main")).to_contain_text(text, use_inner_text=True)
        return self

    def logs_in(self, name):
        self.tabs_to("[name=username]").types(name).tabs_to("[name=password]").types(DEMO_PASSWORD)
        return self.enters()

    def moves(self, number, transition):
        return self.opens(f"/cases/{number}").tabs_to(f"a[data-transition={transition}]").enters()

    def sends(self, transition):
        return self.tabs_to(f"button[data-transition={transition}]").enters()


@pytest.fixture
def comes(browser, address):
    """Let somebody come to a browser; afterwards no page may have had a fault."""
    hands = []

    def come():
        hands.append(Hands(browser, address))
        return hands[-1]

    yield come
    faults = [fault for each in hands for fault in each.faults]
    for each in hands:
        each.context.close()
    assert faults == []


def mail_to(hands, app, receiver, subject):
    """Open the newest such mail in the demo's mail page, and follow its link."""
    while tick(app):
        pass
    hands.opens(f"/demo/mail?to={receiver}")
    mail = hands.tab.get_by_role("link", name=re.compile(subject))
    case = hands.tab.locator("main a[href*='/cases/'], main a[href*='/actions/'], main a[href*='/follow/']")
    return hands.follows(mail).follows(case)


def test_skip_link_and_refusal_put_the_focus_where_it_is_needed(comes):
    student = comes().opens("/").key("Tab")
    assert student.focused == "ds-skip-link"
    student.key("Enter")
    assert student.focused == "main"
    student.opens("/").tabs_to("main button[type=submit]")
    with student.tab.expect_navigation():
        student.key("Enter")
    student.faults.clear()  # the browser itself tells of every answer with 400
    assert "ds-error-summary" in student.focused
    student.tabs_to(".ds-error-summary a").key("Enter")
    assert student.tab.evaluate("() => location.hash") == "#area"
    assert student.tabs_to("[name=area]")


def test_the_whole_story_by_keyboard(comes, app):
    student = comes().opens("/")
    student.tabs_to("[name=area]").key("Space")
    student.tabs_to("[name=unit]").types("IE")
    student.tabs_to("[name=description]").types(TEXT)
    student.tabs_to("[name=tried_first]").key("Space")
    student.tabs_to("[name=no_personal_data]").key("Space")
    student.tabs_to("[name=reporter]").types("melder@stud.example")
    student.tabs_to("main button[type=submit]").enters()
    number = next(iter(cases(app)))
    student.reads(number).reads(TEXT)

    desk = mail_to(comes(), app, "desk@ntnu.example", f"Ny sak {number}").logs_in("desk").reads(TEXT)
    assert desk.tab.url.endswith(f"/cases/{number}")
    desk.moves(number, "forward").sends("forward")

    contact = mail_to(comes(), app, "quality.ie@ntnu.example", f"Sak {number}").logs_in("quality_ie").reads(TEXT)
    contact.moves(number, "accept").sends("accept")
    contact.moves(number, "assess").tabs_to("[name=severity]").key("Space").sends("assess")
    contact.moves(number, "add").tabs_to("[name=description]").types("Sett ned en referansegruppe.")
    contact.tabs_to("[name=owner]").types("Emneansvarlig IMF").tabs_to("[name=due_on]")
    contact.tab.locator("[name=due_on]").fill("2100-01-04")  # typed in another order in each language
    contact.sends("add").reads("Sett ned en referansegruppe")
    mail_to(student, app, "melder@stud.example", f"Sak {number} er under behandling")
    student.tabs_to("main summary").key("Enter").reads("Et tiltak er planlagt.")

    owner = mail_to(comes(), app, "course.imf@ntnu.example", f"Tiltak {number}-1").logs_in("course_imf")
    owner.reads("Sett ned en referansegruppe.").sends("accept")
    owner.tabs_to("[name=result]").types("Gruppa er satt ned.").sends("complete").reads("Gruppa er satt ned.")

    contact.moves(number, "close").tabs_to("[name=summary]").types("Emnet har fått referansegruppe.").sends("close")
    mail_to(student, app, "melder@stud.example", f"Sak {number} er avsluttet").reads("Emnet har fått referansegruppe.")
    assert cases(app)[number][0] == "closed"
