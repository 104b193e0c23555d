"""A report under attack in real Chromium: the script's work is done and taken; without it a person looks first."""

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from sqlalchemy import select

from model import Case, HeldReport
from tests.browser.test_pages import AXE, NARROW, OVERFLOW, TAGS
from tests.house import Person, make_app, served, session_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def besieged(sqlite_filled, tmp_path_factory):
    """A house under attack and its address."""
    folder = tmp_path_factory.mktemp("besieged")
    (folder / "house.db").write_bytes(sqlite_filled.read_bytes())
    settings = {"ATTACK_MODE": True, "PROOF_BITS": 10, "RATELIMIT_ENABLED": True, "ATTACK_SUBMIT_LIMIT": "5 per hour"}
    app = make_app(f"sqlite:///{folder / 'house.db'}", folder, **settings)
    with served(app) as address:
        yield app, address


@pytest.fixture
def tab(browser, request):
    context = browser.new_context(locale="nb-NO", viewport=NARROW, java_script_enabled=getattr(request, "param", True))
    if getattr(request, "param", True):
        context.add_init_script(path=AXE_FILE_PATH)
    yield context.new_page()
    context.close()


def write(tab, address, text):
    """Fill the form in by the keyboard alone, and press the button."""
    tab.goto(address)
    tab.focus("input[name=area]")
    tab.keyboard.press("Space")
    tab.fill("input[name=unit]", "IE")
    tab.fill("textarea[name=description]", text)
    tab.focus("input[name=tried_first]")
    tab.keyboard.press("Space")
    tab.check("input[name=no_personal_data]")
    tab.fill("input[name=reporter]", "melder@stud.example")
    tab.focus("form[enctype] button[type=submit]")
    tab.keyboard.press("Enter")


def came(app):
    """(how many cases, what looked odd about each report that is held back)."""
    with session_of(app) as session:
        odd = session.scalars(select(HeldReport.odd).order_by(HeldReport.id)).all()
        return len(session.scalars(select(Case.id)).all()), [tuple(each) for each in odd]


def faults(tab):
    over = tab.evaluate(OVERFLOW)
    return [each["id"] for each in tab.evaluate(AXE, TAGS)] + ([f"{over} px too wide"] if over else [])


def test_the_work_is_done_and_the_report_is_a_case(besieged, tab):
    app, address = besieged
    said = []
    tab.on("console", lambda line: said.append(line.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    before = came(app)
    write(tab, address, "Sendt med skript.")
    tab.wait_for_url("**/receipt/*")
    assert came(app) == (before[0] + 1, before[1])
    assert said == []
    tab.goto(address)
    assert faults(tab) == []


def test_a_device_that_is_too_slow_sends_it_all_the_same(besieged, tab):
    app, address = besieged
    app.config.update(PROOF_BITS=60, PROOF_SECONDS=1)
    before = came(app)
    try:
        write(tab, address, "Sendt fra en treg enhet.")
        told = tab.wait_for_selector("#proof-told[role=status]:not(:empty)")
        assert "Sjekker" in told.inner_text()
        tab.wait_for_url("**/receipt/*")
    finally:
        app.config.update(PROOF_BITS=10, PROOF_SECONDS=30)
    assert came(app) == (before[0], [*before[1], ("unproven",)])


@pytest.mark.parametrize("tab", [False], indirect=True)
def test_without_a_script_it_is_held_back(besieged, tab):
    app, address = besieged
    before = came(app)
    write(tab, address, "Sendt uten skript.")
    tab.wait_for_url("**/receipt/*")
    assert came(app) == (before[0], [*before[1], ("unproven",)])


def test_f9_whoever_is_stopped_is_told_when_to_try_again_in_an_accessible_page(besieged, tab):
    app, address = besieged
    for _ in range(6):
        Person(app).report()
    for lang, told in (("nb", "igjen fra"), ("nn", "igjen frå"), ("en", "again from")):
        write(tab, f"{address}/?lang={lang}", "Sendt for ofte.")
        notice = tab.wait_for_selector("[role=alert]")
        assert told in notice.inner_text()
        assert tab.evaluate("document.activeElement.getAttribute('role')") == "alert"
        assert tab.input_value("textarea[name=description]") == "Sendt for ofte."
        assert faults(tab) == []


def test_the_pages_for_those_who_look_through_them_are_accessible(besieged, tab):
    _, address = besieged
    for name, pages in (
        ("desk", ("/held/", "/cases/")),
        ("admin", ("/held/", "/studio/operations/", "/studio/retention/")),
    ):
        tab.context.clear_cookies()
        tab.goto(f"{address}/login/")
        tab.fill("#username", name)
        tab.fill("#password", "avviksflyt")
        tab.press("#password", "Enter")
        tab.wait_for_url(lambda url: "/login/" not in url)
        for path in pages:
            tab.goto(address + path)
            assert faults(tab) == [], (name, path)
