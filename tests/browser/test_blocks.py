"""Blocks that only some routines bring, on a phone: files, approvals, joined cases, a report's list, more filters."""

import pytest

from tests.browser.front import in_front_of
from tests.browser.test_pages import Shown
from tests.routines.institution import Institution, letter
from tests.routines.test_stories import BEAM, RED

pytestmark = pytest.mark.browser


def faults_of(browser, place, pages):
    """Show each page with all that can be opened opened; gives name -> what is wrong."""
    found = {}
    with in_front_of(place.app) as front:
        shown = Shown(browser, front, "light")
        for who, path, block in pages:
            place.person(who).get(f"{path}{'&' if '?' in path else '?'}lang=nb")
            answer = place.person(who).page
            page = answer.get_data(as_text=True)
            assert block in page, (who, path)
            answer.set_data(page.replace("<details", "<details open"))
            found[path] = shown.look(path, answer, wide=False)
        shown.context.close()
    return {path: wrong for path, wrong in found.items() if wrong}


def test_files_a_glimpse_a_reports_list_and_more_filters_in_bokmaal(browser, tmp_path):
    uio = Institution("uio-si-fra", tmp_path)
    red = uio.submits("stud", **RED)
    uio.does("archive", red, "file", unit="hf")
    uio.does("hfc", red, "answer", letter=letter())
    uio.does("hfc", red, "decide_level", level="institute", unit="iln")
    uio.does("head", red, "hear", subject="lecturer@uni.example", accusation="Noen sier at du truer.")
    late = uio.submits("stud", **RED)
    uio.does("archive", late, "file", unit="hf")
    uio.passes(late, days=9)
    pages = [
        ("hfc", f"/cases/{red}", "letter.pdf"),
        ("lecturer", f"/cases/{red}", "Noen sier at du truer."),
        ("rev", "/reports/overdue", late),
        ("hfc", "/cases/?tab=all&columns=level", "Flere filtre og kolonner"),
        ("archive", "/?way=register", "Hvem melder fra?"),
    ]
    assert faults_of(browser, uio, pages) == {}


def test_approvals_and_joined_cases(browser, tmp_path):
    factory = Institution("fort-homes-capa", tmp_path)
    first = factory.submits("employee_1", "open", **BEAM)
    beam = factory.submits("employee_1", "open", **BEAM, repeats=first)
    factory.does("sup", beam, "sign_containment")
    factory.does("qm", beam, "propose", disposition="return_to_supplier", new_handler=factory.id_of("mgr"))
    pages = [("qm", f"/cases/{beam}", "data-approval"), ("qm", f"/cases/{first}", "data-joined")]
    assert faults_of(browser, factory, pages) == {}
