"""The text of the routine in a real browser: faults are told while one types, and a link leads to the line."""

import pytest
from axe_playwright_python.base import AXE_FILE_PATH

from app.setup.accounts import DEMO_PASSWORD
from tests.house import served
from tests.studio.test_workflow import TEXT, draft_of

pytestmark = pytest.mark.browser
AXE = "() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map(each => each.id))"
WRONG = TEXT.replace("to: at_faculty\n        by: intake", "to: at_facolty\n        by: intake")
LINE = WRONG.split("\n").index("        to: at_facolty") + 1


@pytest.fixture
def page(small_house, browser):
    with served(small_house) as address:
        context = browser.new_context(viewport={"width": 375, "height": 800}, locale="en", base_url=address)
        context.add_init_script(path=AXE_FILE_PATH)
        tab = context.new_page()
        tab.goto("/login/?lang=en")
        tab.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        tab.fill("#username", "admin")
        tab.fill("#password", DEMO_PASSWORD)
        tab.press("#password", "Enter")
        tab.wait_for_url("**/*", wait_until="load")
        yield tab
        context.close()


def test_a_fault_is_told_while_one_types_and_its_link_leads_to_the_line(small_house, page):
    faults = []
    page.on("console", lambda line: line.type in {"error", "warning"} and faults.append(line.text))
    page.goto("/studio/workflow/text/")
    assert page.locator(".code pre span").count() == len(TEXT.split("\n"))
    page.fill("#text", WRONG)
    link = page.locator(f"#faults a[data-line='{LINE}']").first
    link.wait_for()
    assert "at_facolty" in page.inner_text("#faults")
    assert draft_of(small_house) is None
    link.focus()
    page.keyboard.press("Enter")
    before = page.evaluate("() => document.activeElement.value.slice(0, document.activeElement.selectionStart)")
    assert (before.count("\n") + 1, len(before) - before.rindex("\n")) == (LINE, 13)
    assert page.evaluate(AXE) == []
    page.fill("#text", TEXT)
    page.locator("#faults [data-color=success]").wait_for()
    assert faults == []


def test_the_forms_are_used_by_keyboard_alone_and_are_accessible(small_house, page):
    page.goto("/studio/workflow/?flow=case&transition=accept")
    page.focus("#label-en")
    page.keyboard.press("Control+A")
    page.keyboard.type("Take it on")
    page.keyboard.press("Enter")
    page.wait_for_url("**/*#edit")
    page.locator("[role=status]").wait_for()
    assert "en: Take it on}" in draft_of(small_house)[0]
    for path in (
        "?flow=case&transition=accept",
        "?flow=case&state=closed",
        "?flow=action&clock=action_due",
        "remove?flow=case&state=received",
    ):
        page.goto(f"/studio/workflow/{path}")
        assert page.evaluate(AXE) == [], path
        assert (
            page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
        ), path
