"""The routine's sections HMS and Varsling, and what has a door of its own."""

import pytest

from tests.journeys.town import TEXT, kinds, words

DOORS = {
    "whistleblowing": ("https://i.ntnu.no/wiki/-/wiki/Norsk/Varsling", "Varsler sendes i varslingskanalen."),
    "repairs": ("https://innsida.ntnu.no/sifra", "Meld det i e-vaktmester."),
    "exam_complaint": ("https://i.ntnu.no/eksamen", "Klager har eget skjema og egne frister."),
}


def test_s47_each_area_is_explained_with_an_example_where_it_is_chosen(small_town):
    visitor = small_town.visitor()
    visitor.get("/")
    page = words(visitor)
    assert "Skader, nestenulykker, farlige situasjoner og regelbrudd, eller forslag til forbedring." in page
    assert "Avtrekket på laboratoriet stoppet." in page


def test_s47_employees_report_hse_as_well(small_town):
    case = small_town.reported("course_imf", area="hse", description="Avtrekket stoppet.").quietly()
    case.does("desk", "forward", unit="ie", area="hse")
    assert case.news() == {("hse_ie", "case_assigned")}


@pytest.mark.parametrize("area", DOORS)
def test_s16_s48_s53_a_report_with_another_door_is_shown_it_and_never_stored(town, area):
    address, told = DOORS[area]
    before = kinds(town.app)
    visitor = town.visitor()
    visitor.report(area=area, description=TEXT)
    assert visitor.status == 200
    assert f'href="{address}"' in visitor.text
    assert told in words(visitor)
    assert TEXT in visitor.text  # to take along
    assert kinds(town.app) == before


@pytest.mark.parametrize("area", DOORS)
def test_s48_the_door_is_found_before_anything_is_written(small_town, area):
    visitor = small_town.visitor()
    visitor.get("/")
    assert f'href="/door/{area}"' in visitor.text
    assert f'id="area-{area}"' not in visitor.text
    visitor.get(f"/door/{area}")
    assert DOORS[area][1] in words(visitor)


def test_s16_a_whistleblowers_report_under_another_heading_is_rejected_with_help(small_town):
    case = small_town.reported().quietly()
    desk = case.tries("desk", "forward", unit="ie", area="whistleblowing")
    assert desk.status == 400
    case.does("desk", "reject", reason="Dette er et varsel. Bruk varslingskanalen.", help_offered="y")
    assert case.news() == {("visitor", "case_rejected")}
    assert "Bruk varslingskanalen." in case.letter("visitor", "case_rejected").text
