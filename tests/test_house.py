from tests.house import cases, mails


def test_a_report_reaches_the_intake_on_both_databases(house, enter):
    visitor = enter(None)
    visitor.report()
    assert visitor.status == 303, visitor.text
    assert [state for state, _ in cases(house).values()] == ["received"]
    assert {name for _, _, name, _, _ in mails(house)} == {"receipt", "new_case"}
    desk = enter("desk")
    desk.get("/cases/")
    assert "data-case=" in desk.text
    desk.move(next(iter(cases(house))), "forward", unit="ie", area="education_quality")
    assert desk.status == 302, desk.text
    assert [state for state, _ in cases(house).values()] == ["at_faculty"]
