"""Programs are told what pages tell: the same cases, in the same order."""

from tests.matrix.test_foreign import NUMBERS

ASKED = ("tab=all", "tab=mine", "tab=all&state=closed", "tab=all&q=sentence", "tab=all&unit=ie")


def test_a_program_lists_what_the_page_lists(world):
    for who in ("desk", "quality", "other", "owner", "dean", "admin"):
        crossing = world(who)
        for asked in ASKED:
            crossing.get(f"/cases/?{asked}&size=100")
            shown = NUMBERS.findall(crossing.person.page.get_data(as_text=True))
            assert crossing.get(f"/api/v1/cases?{asked}&size=100") == "ok"
            assert [row["number"] for row in crossing.person.page.json["rows"]] == shown, (who, asked)
    assert not world.changed()
