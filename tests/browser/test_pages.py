"""Every page in each state, as real Chromium shows it (F69): accessible, within its width, and nothing wrong in the console.

Every page is looked at in bokmål, light, wide and magnified four times, and in English, dark and magnified; those that
people meet most, one of each kind, in nynorsk with forced colours too, and by keyboard alone.

Pages are asked for over HTTP by those who see them, and shown with the very bytes and headers that the product sent;
what they load besides comes from the product itself.
"""

import re

import pytest
from axe_playwright_python.base import AXE_FILE_PATH

from tests.browser.scene import gather

pytestmark = pytest.mark.browser
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 256}
"""A window of 1280 x 1024, magnified four times, is as narrow as a small phone and much lower."""
AXE = "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']}).then(found => found.violations)"
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
FEW = {"submit", "submit-errors", "follow-in_progress", "queue", "case-assigned", "move-reject", "action-assigned"}
FEW |= {"login", "public-cases", "remove-words", "studio-start", "studio-unit-edit", "studio-operations"}
FEW |= {"studio-retention", "studio-workflow"}
STOPS = """() => {
  const usable = at => at.checkVisibility({visibilityProperty: true}) && !at.closest("[inert]");
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")];
  const chosen = at => at.type !== "radio" || at.checked ||
    (!document.querySelector(`[type=radio][name="${at.name}"]:checked`) &&
      at === document.querySelector(`[type=radio][name="${at.name}"]`));
  return all.filter(at => usable(at) && !at.disabled && at.tabIndex >= 0 && chosen(at)).map(at => all.indexOf(at));
}"""
AT = """() => {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")];
  const at = document.activeElement, around = at.closest(".ds-field, label, summary") || at;
  const shows = each => getComputedStyle(each).outlineStyle !== "none" || getComputedStyle(each).boxShadow !== "none";
  const box = at.getBoundingClientRect();
  const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return [all.indexOf(at), shows(at) || shows(around), seen, at.outerHTML.slice(0, 120)];
}"""


class Shown:
    """A tab that shows pages as they were answered, and remembers what went wrong."""

    def __init__(self, browser, front, scheme, forced=None):
        self.front = front
        self.context = browser.new_context(viewport=WIDE, color_scheme=scheme, forced_colors=forced)
        self.context.add_init_script(path=AXE_FILE_PATH)
        self.tab = self.context.new_page()
        self.faults = []
        self.tab.on("console", lambda line: line.type in {"error", "warning"} and self.faults.append(line.text))
        self.tab.on("pageerror", lambda error: self.faults.append(str(error)))

    def look(self, path, answer, *, wide=True):
        """Show a page, narrow and perhaps wide before that; gives what is wrong with it."""
        self._show(path, answer)
        found = [*self._violations("wide")] if wide else []
        self.tab.set_viewport_size(NARROW)
        if over := self.tab.evaluate(OVERFLOW):
            found.append(f"narrow: {over} px too wide")
        return [*found, *self._violations("narrow"), *self.faults]

    def by_keyboard(self, path, answer):
        """Go through a page by Tab alone; gives what isn't reached, isn't shown as reached, or isn't in the window."""
        self._show(path, answer)
        stops, been = self.tab.evaluate(STOPS), []
        for _ in range(len(stops) + 2):
            self.tab.keyboard.press("Tab")
            at, shows, seen, what = self.tab.evaluate(AT)
            if at < 0:  # past the last one, outside the page
                continue
            if at in been:
                break
            been.append(at)
            if not (shows and seen):
                self.faults.append(f"focus isn't seen at {what}")
        first = been.index(min(been)) if been else 0  # a form with faults begins at what is wrong
        if been[first:] + been[:first] != stops:
            self.faults.append(f"by Tab one comes to {been} of {stops}")
        return self.faults

    def _show(self, path, answer):
        self.front.answer, self.faults = answer, []
        self.tab.set_viewport_size(WIDE)
        self.tab.goto(self.front.address + path, wait_until="load")

    def _violations(self, width):
        for violation in self.tab.evaluate(AXE, TAGS):
            nodes = [node["html"][:160] for node in violation["nodes"]]
            yield f"{width}: {violation['id']} at {len(nodes)}: {nodes[:2]}"


@pytest.fixture(params=["light", "dark"])
def shown(request, browser, front):
    shown = Shown(browser, front, request.param)
    yield shown
    shown.context.close()


def faulty(shown, pages, wide):
    """Show each; gives name -> what is wrong with it."""
    looked = {name: shown.look(*page, wide=name in wide) for name, page in pages.items()}
    return {name: found for name, found in looked.items() if found}


@pytest.mark.parametrize("shown", ["light"], indirect=True)
def test_f69_every_page_is_accessible_fits_and_loads_without_a_fault(shown, scene):
    pages = gather(scene, "nb")
    assert faulty(shown, pages, wide=pages) == {}


@pytest.mark.parametrize("shown", ["dark"], indirect=True)
def test_f69_so_it_is_in_english_and_in_the_dark(shown, scene):
    pages = gather(scene, "en")
    assert all('<html lang="en"' in answer.get_data(as_text=True) for _, answer in pages.values())
    assert faulty(shown, pages, wide=FEW) == {}


def test_f69_so_it_is_in_nynorsk_with_forced_colours_and_by_keyboard_alone(browser, scene, front):
    pages = {name: page for name, page in gather(scene, "nn").items() if name in FEW}
    assert set(pages) == FEW
    assert all('<html lang="nn"' in answer.get_data(as_text=True) for _, answer in pages.values())
    forced = Shown(browser, front, "light", forced="active")
    found = faulty(forced, pages, wide=())
    for name, (path, answer) in pages.items():
        found[name] = [*found.get(name, ()), *forced.by_keyboard(path, answer)]
    forced.context.close()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("shown", ["light"], indirect=True)
@pytest.mark.parametrize(
    ("spoiled", "seen"),
    [
        ('<main id="main"><img src="data:,">', "image-alt"),
        ('<main id="main"><input size="200" aria-label="Wide">', "px too wide"),
        ('<main id="main"><font color="#eeeeee">Pale</font>', "color-contrast"),
        ('<main id="main"><script>alert(1)</script>', "Content Security Policy"),
    ],
)
def test_what_is_wrong_with_a_page_is_seen(shown, scene, spoiled, seen):
    path, answer = "/", scene.town.app.test_client().get("/")
    answer.set_data(re.sub(r"<main[^>]*>", spoiled, answer.get_data(as_text=True)))
    assert any(seen in fault for fault in shown.look(path, answer))


SPOILED = {
    "<style>*{outline:none !important; box-shadow:none !important}</style>": "focus isn't seen",
    '<div inert><a href="/">Never</a></div><button type="button" tabindex="3">First</button>': "by Tab one comes to",
}


@pytest.mark.parametrize("shown", ["light"], indirect=True)
@pytest.mark.parametrize("spoiled", SPOILED)
def test_what_the_keyboard_cannot_do_is_seen(shown, scene, spoiled):
    path, answer = "/login/", scene.town.app.test_client().get("/login/")
    answer.headers.remove("Content-Security-Policy")
    answer.set_data(answer.get_data(as_text=True).replace("</main>", f"{spoiled}</main>"))
    assert any(SPOILED[spoiled] in fault for fault in shown.by_keyboard(path, answer))
