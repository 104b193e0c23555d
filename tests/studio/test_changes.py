import re
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from sqlalchemy import select

from app.change import drafts
from config import ROOT
from model import Area, Assignment, Case, Draft, MailText, Role, RoutingRow, Unit, WorkflowEdition
from model import Person as Row
from tests.house import cases, session_of
from tests.studio.forms import drafted, filled, journal, send
from tests.web.english import English as Person


@pytest.fixture
def admin(small_house):
    return Person(small_house, "admin")


@pytest.fixture
def case(small_house):
    """A case that waits for the quality contact of HF, who has no deputy."""
    Person(small_house).report()
    number = next(iter(cases(small_house)))
    desk = Person(small_house, "desk")
    with session_of(small_house) as session:
        assert session.scalar(select(Case.state)) == "received"
    desk.move(number, "forward", unit="hf", area="education_quality")
    assert cases(small_house)[number][0] == "at_faculty", desk.text
    return number


def of(app, model, **wanted):
    with session_of(app) as session:
        return session.scalar(select(model.id).filter_by(**wanted))


def post_of(app, person):
    with session_of(app) as session:
        return session.scalar(select(Assignment.id).join(Assignment.person).where(Row.name == person))


def test_a_change_of_who_has_a_case_is_shown_before_it_is_saved(small_house, admin, case):
    person = str(of(small_house, Row, name="quality_iv"))
    answers = {"role": "quality_contact", "unit": "hf", "person": person}
    send(admin, "/studio/assignment/new/", **answers, save="now")
    assert admin.status == 200
    assert "This is what it does" in admin.text
    assert case in admin.text
    assert "get a new handler" in admin.text
    carried = admin.hidden()
    assert carried["person"] == person
    with session_of(small_house) as session:
        before = session.query(Assignment).count()
    admin.post("/studio/assignment/new/", save="now")
    assert admin.status == 302, admin.text
    with session_of(small_house) as session:
        assert session.query(Assignment).count() == before + 1
    assert [(who, table, what) for who, table, what, *_ in journal(small_house)] == [
        ("Administrator", "assignment", "add")
    ]


def test_going_back_from_what_it_does_shows_the_form_with_everything_typed(small_house, admin, case):
    person = str(of(small_house, Row, name="quality_iv"))
    answers = {"role": "quality_contact", "unit": "hf", "person": person, "starts_on": "2020-01-02"}
    send(admin, "/studio/assignment/new/", **answers, save="now")
    admin.post("/studio/assignment/new/", back="1")
    assert admin.status == 200
    sent = filled(admin.page)
    assert (sent["starts_on"], sent["person"]) == (["2020-01-02"], [person])


def test_what_is_confirmed_is_what_was_shown(small_house, admin, case):
    person = str(of(small_house, Row, name="quality_iv"))
    send(admin, "/studio/assignment/new/", role="quality_contact", unit="hf", person=person, save="now")
    with session_of(small_house) as session:
        before = session.query(Assignment).count()
    Person(small_house).report()
    other = next(number for number in cases(small_house) if number != case)
    Person(small_house, "desk").move(other, "forward", unit="hf", area="education_quality")
    admin.post("/studio/assignment/new/", save="now")
    assert admin.status == 200
    assert "Something has changed since you were asked" in admin.text
    assert other in admin.text
    with session_of(small_house) as session:
        assert session.query(Assignment).count() == before
    admin.post("/studio/assignment/new/", save="now")
    assert admin.status == 302


def test_a_change_that_no_case_notices_is_saved_at_once(small_house, admin, case):
    person = str(of(small_house, Row, name="quality_iv"))
    send(admin, "/studio/assignment/new/", role="dean", unit="iv", person=person, save="now")
    assert admin.status == 302, admin.text


def test_the_last_one_who_has_open_cases_can_not_go_without_somebody_instead(small_house, admin, case):
    path = f"/studio/assignment/edit/?id={post_of(small_house, 'quality_hf')}"
    send(admin, path, ends_on="2020-01-01", save="now")
    assert admin.status == 200
    assert "Say who takes over first" in admin.text
    assert case in admin.text
    assert "/studio/assignment/new/" in admin.text
    with session_of(small_house) as session:
        assert session.get(Assignment, post_of(small_house, "quality_hf")).ends_on is None
    admin.get(path.replace("edit", "delete"))
    admin.post(path.replace("edit", "delete"), save="now")
    assert "Say who takes over first" in admin.follow().get_data(as_text=True)
    assert post_of(small_house, "quality_hf")


def test_a_case_that_others_could_still_reject_is_not_left_without_its_handler_either(small_house, admin, case):
    text = (ROOT / "workflow.yaml").read_text(encoding="utf-8")
    wider = text.replace(
        "see: [reporter, {who: owner, of: action", "see: [reporter, intake, {who: owner, of: action", 1
    )
    assert wider != text
    with session_of(small_house) as session:
        sha = sha256(wider.encode()).hexdigest()
        session.add(WorkflowEdition(number=2, text=wider, sha256=sha, published_at=datetime.now(UTC)))
        session.commit()
    path = f"/studio/assignment/edit/?id={post_of(small_house, 'quality_hf')}"
    send(admin, path, ends_on="2020-01-01", save="now")
    assert "Say who takes over first" in admin.text


def test_two_who_change_the_same_row_do_not_undo_each_other(small_house, admin):
    """F47."""
    path = f"/studio/role/edit/?id={of(small_house, Role, name='dean')}"
    admin.get(path)
    late = filled(admin.page)
    other = Person(small_house, "admin")
    send(other, path, **{"label-en": "Head of faculty"})
    admin.post(path, **{**late, "label-nb": "Sjef"})
    assert admin.status == 409
    assert "Somebody has changed this" in admin.text
    assert "Sjef" in admin.text
    admin.post(path, **filled(admin.page))
    with session_of(small_house) as session:
        label = session.scalar(select(Role).where(Role.name == "dean")).label
    assert label["nb"] == "Sjef"


def test_a_row_saved_in_the_draft_counts_for_nobody_yet_and_is_marked(small_house, admin):
    path = f"/studio/role/edit/?id={of(small_house, Role, name='dean')}"
    send(admin, path, **{"label-en": "Head of faculty"}, save="draft")
    assert admin.status == 302
    told = admin.follow().get_data(as_text=True)
    assert "when the draft is published" in told
    assert "~ Changed" in told
    assert "Head of faculty" not in told
    (change,) = drafted(small_house)
    assert change[:3] == ("role", "dean", "change")
    assert change[3]["label"]["en"] == "Head of faculty"
    assert journal(small_house) == []
    page = admin.get("/studio/changes/").get_data(as_text=True)
    assert "from “Dean”" in page
    assert "to “Head of faculty”" in page
    assert "Administrator" in page


def test_a_change_is_taken_out_of_the_draft_and_what_goes_back_leaves_it(small_house, admin):
    path = f"/studio/role/edit/?id={of(small_house, Role, name='dean')}"
    send(admin, path, **{"label-en": "Head of faculty"}, save="draft")
    admin.get("/studio/changes/")
    number = re.search(r'name="change" value="(\d+)"', admin.text)[1]
    admin.post("/studio/changes/out/", change=number)
    assert drafted(small_house) == []
    send(admin, path, **{"label-en": "Head of faculty"}, save="draft")
    admin.get("/studio/changes/")
    admin.post("/studio/changes/out/", change="999999")
    assert admin.status == 404
    admin.get("/studio/changes/")
    admin.post("/studio/changes/out/", change=re.search(r'name="change" value="(\d+)"', admin.text)[1])
    send(admin, path, **{"label-en": "Head of faculty"}, save="draft")
    send(admin, f"{path}&draft=1", **{"label-en": "Dean"}, save="draft")
    assert drafted(small_house) == []


def test_a_row_that_only_the_draft_has_is_listed_changed_and_chosen(small_house, admin):
    texts = {"label-nb": "Ny", "label-nn": "Ny", "label-en": "New one"}
    send(admin, "/studio/unit/new/", name="newest", parent="ie", **texts, save="draft")
    assert admin.status == 302, admin.text
    page = admin.get("/studio/unit/").get_data(as_text=True)
    assert "/studio/unit/edit/?key=newest" in page
    send(admin, "/studio/unit/edit/?key=newest", code="NEW", save="draft")
    (change,) = drafted(small_house)
    assert change[2:] == ("add", {**change[3], "code": "NEW", "parent": "ie"})
    desk = str(of(small_house, Row, name="desk"))
    send(admin, "/studio/assignment/new/", role="dean", unit="newest", person=desk, save="now")
    assert admin.status == 200
    assert "only in the draft" in admin.text
    send(admin, "/studio/assignment/new/", role="dean", unit="newest", person=desk, save="draft")
    assert admin.status == 302
    assert len(drafted(small_house)) == 2
    assert of(small_house, Unit, name="newest") is None


def test_units_areas_and_roles_are_retired_and_taken_back_by_the_draft(small_house, admin):
    pk = of(small_house, Area, name="repairs")
    admin.get(f"/studio/area/edit/?id={pk}")
    admin.post(f"/studio/area/retire/?id={pk}")
    assert drafted(small_house) == [("area", "repairs", "change", {"retired": True})]
    assert "Retired" in admin.get("/studio/area/").get_data(as_text=True)
    admin.get(f"/studio/area/edit/?id={pk}")
    admin.post(f"/studio/area/retire/?id={pk}")
    assert drafted(small_house) == []


def test_the_routings_order_is_changed_by_buttons_in_the_draft(small_house, admin):
    with session_of(small_house) as session:
        first, second = session.scalars(select(RoutingRow.id).order_by(RoutingRow.position))
    admin.get("/studio/routing/")
    admin.post("/studio/routing/order/", move=f"{first} down")
    assert drafted(small_house) == [
        ("routing", str(second), "change", {"position": 1}),
        ("routing", str(first), "change", {"position": 2}),
    ]
    page = admin.get("/studio/routing/").get_data(as_text=True)
    assert "nothing is left for it" in page
    assert "The last row must always hold" in page
    admin.post("/studio/routing/order/", move=f"{first} up")
    assert drafted(small_house) == []
    admin.get("/studio/routing/")
    assert admin.post("/studio/routing/order/", move="999 up").status_code == 404


def test_the_simple_form_writes_what_the_text_would(small_house, admin):
    answers = {"areas": ["hse"], "units": ["ie"], "first": "hse_coordinator", "second": "intake"}
    send(admin, "/studio/routing/new/", **answers)
    assert admin.status == 302, admin.text
    ((table, key, operation, values),) = drafted(small_house)
    assert (table, operation) == ("routing", "add")
    assert values["condition"] == {"area": ["hse"], "unit": ["ie"]}
    assert values["receiver"] == {"first": ["hse_coordinator", "intake"]}
    page = admin.get("/studio/routing/").get_data(as_text=True)
    assert f"key={key}" in page
    for wrong in ({"areas": ["nowhere"]}, {"first": ""}, {"first": "no_such_role"}):
        send(admin, "/studio/routing/new/", **{**answers, **wrong})
        assert admin.status == 200, wrong


def test_two_new_rows_of_one_name_never_become_one(small_house, admin):
    texts = {"label-nb": "Ny", "label-nn": "Ny", "label-en": "New"}
    for _ in range(2):
        send(admin, "/studio/unit/new/", name="newest", **texts, save="draft")
    assert admin.status == 200
    assert "another one with the same name" in admin.text


def test_a_text_in_some_of_the_languages_is_asked_for_in_the_others(small_house, admin):
    send(admin, "/studio/unit/new/", name="newest", **{"label-nb": "Ny"})
    assert admin.status == 200
    assert "in these languages, too: Nynorsk, English" in admin.text


def test_days_away_are_added_and_taken_away_without_a_script(small_house, admin):
    path = f"/studio/person/edit/?id={of(small_house, Row, name='quality_iv')}"
    admin.get(path)
    admin.post(path, **{**filled(admin.page), "label": "Typed"}, more="away")
    assert admin.status == 200
    assert "Typed" in admin.text
    days = {"away-0-from": "2030-01-02", "away-0-until": "2030-01-09", "label": "Kvalitetskontakt IV"}
    admin.post(path, **{**filled(admin.page), **days}, save="now")
    assert admin.status == 302, admin.text
    page = admin.get("/studio/person/away/").get_data(as_text=True)
    assert "2 Jan 2030 to 9 Jan 2030" in page
    admin.get(path)
    admin.post(path, **filled(admin.page), less="away-0")
    assert "away-0-from" not in filled(admin.page)
    admin.post(path, **filled(admin.page), save="now")
    with session_of(small_house) as session:
        assert session.scalar(select(Row).where(Row.name == "quality_iv")).away == []
    send(admin, path, **{"away-0-from": "2030-02-02", "away-0-until": "2030-01-01"})
    assert "before the first" in admin.text


def test_a_calendar_is_changed_in_plain_rows(small_house, admin):
    answers = {"weekend": ["friday"], "country": "SE", "closed-3-from": "2030-01-02", "closed-3-until": "2030-01-03"}
    notice = {"notices-0-from": "2030-01-02", "notices-0-text-nb": "Stengt", "notices-0-text-en": "Closed"}
    send(admin, "/studio/calendar/edit/?id=1", **answers, **notice, **{"notices-0-until": ""}, save="now")
    assert admin.status == 302, admin.text
    ((_, _, _, before, after),) = journal(small_house)
    assert (before["weekend"], after["weekend"], after["holidays"]) == (["saturday", "sunday"], ["friday"], "SE")
    assert after["closed"][-1] == {"from": "2030-01-02", "until": "2030-01-03"}
    assert after["notices"] == [{"from": "2030-01-02", "until": "", "text": {"nb": "Stengt", "en": "Closed"}}]


def test_a_draft_that_no_longer_fits_still_lets_other_changes_in(small_house, admin):
    with session_of(small_house) as session:
        session.add(MailText(name="gone", subject={"nb": "A"}, body={"nb": "B"}))
        session.commit()
    path = f"/studio/mail/edit/?id={of(small_house, MailText, name='gone')}"
    texts = {f"{part}-{name}": "C" for part in ("subject", "body") for name in ("nb", "nn", "en")}
    send(admin, path, **texts, save="draft")
    with session_of(small_house) as session:
        session.delete(session.scalar(select(MailText).where(MailText.name == "gone")))
        session.commit()
    assert "no longer there" in admin.get("/studio/changes/").get_data(as_text=True)
    send(admin, f"/studio/role/edit/?id={of(small_house, Role, name='dean')}", **{"label-en": "X"}, save="draft")
    assert admin.status == 302
    assert len(drafted(small_house)) == 2


def test_nothing_is_drafted_where_nothing_was_changed(small_house, admin):
    send(admin, f"/studio/role/edit/?id={of(small_house, Role, name='dean')}", save="draft")
    with session_of(small_house) as session:
        assert session.scalar(select(Draft)) is None
        assert drafts.open_draft(session) is None
