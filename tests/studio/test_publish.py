"""What a draft would do to every open case, what stands in the way, and making it real."""

import io
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import func, select, update

from app.change.changes import Change
from app.studio import publish, publish_cases
from app.worker.tick import tick
from model import Assignment, Case, Draft, DryRun, DryRunCase, OutgoingMail, RoutingRow, Unit, WorkflowEdition
from model import Person as People
from tests.house import Person as Plain
from tests.house import session_of
from tests.matrix.world import SECRETS, build
from tests.studio.drafting import (
    PAGE,
    another_admin,
    answer,
    draft_of,
    editions,
    renamed,
    run,
    with_head,
    without_head,
    without_intake,
    write,
)
from tests.studio.drafting import publish as press
from tests.web.english import English as Person

POSTS = ("run", "map", "publish", "ask", "approve", "discard", "restore", "back")
TILE = re.compile(r'class="tile" data-color="(\w+)"[^>]*><b>(\d+)</b>(?:<span>)?([^<]+)')


@pytest.fixture
def admin(house):
    return Person(house, "admin")


@pytest.fixture
def small_admin(small_house):
    return Person(small_house, "admin")


def tiles(person):
    return {text: int(count) for _, count, text in TILE.findall(person.text)}


def open_cases(app):
    with session_of(app) as session:
        return session.scalar(select(func.count()).select_from(Case).where(Case.finished.is_(False)))


def with_the_head(app, admin):
    """Publish the edition with another state, and send a case there; give the case's number."""
    numbers = build(app, kinds=("quality",))
    write(app, with_head)
    run(admin)
    answer(admin)
    assert press(admin).status_code == 302, admin.text
    while tick(app):
        pass
    number = numbers["quality", "in_progress"]
    handler = Person(app, "quality_ie")
    handler.move(number, "ask_head")
    with session_of(app) as session:
        assert session.scalar(select(Case.state).where(Case.number == number)) == "with_head", handler.text
    return number


# -- who may ---------------------------------------------------------------------


@pytest.mark.parametrize("name", ["desk", "student_idi", None])
def test_only_those_who_may_configure_come_in(small_house, name):
    write(small_house, renamed)
    before = draft_of(small_house)
    person = Person(small_house, name)
    person.get("/")
    for path in (PAGE, f"{PAGE}export/xlsx"):
        assert person.get(path).status_code == (403 if name else 302)
    for each in POSTS:
        person.get("/")
        assert person.post(f"{PAGE}{each}").status_code == (403 if name else 302), each
    assert draft_of(small_house) == before


def test_a_form_from_elsewhere_changes_nothing(small_house, small_admin):
    write(small_house, renamed)
    before = draft_of(small_house)
    for each in POSTS:
        assert small_admin.client.post(f"{PAGE}{each}", data={"draft": 1, "revision": 2}).status_code == 400
    assert draft_of(small_house) == before
    assert list(editions(small_house)) == [1]


# -- the way through --------------------------------------------------------------


def test_a_state_that_is_gone_is_asked_about_and_its_cases_go_where_it_is_said(house, admin):
    """F40."""
    number = with_the_head(house, admin)
    write(house, without_head)
    run(admin)
    assert "1 case would get stuck" in admin.text
    assert "They are in a state that is gone: With the head." in admin.text
    assert tiles(admin)["get stuck"] == 1
    assert sum(tiles(admin).values()) == open_cases(house)
    assert f" = {open_cases(house)}." in admin.text
    assert "Proposed: In progress." in admin.text
    assert press(admin, "It was not used.").status_code == 409
    assert "Nothing is published yet" in admin.text
    assert "It was not used." in admin.text
    assert list(editions(house)) == [1, 2]

    answer(admin, with_head="in_progress")
    assert "No case gets stuck." in admin.text
    assert tiles(admin)["move to another state"] == 1
    assert "It was not used." in admin.text
    assert "With the head (nb)" not in admin.text
    assert press(admin, "It was not used.").status_code == 302, admin.text
    assert editions(house)[3] == ("It was not used.", "")
    assert "Edition 3 is published" in admin.follow().get_data(as_text=True)
    while tick(house):
        pass
    with session_of(house) as session:
        moved = session.scalar(select(Case).where(Case.number == number))
        newest = session.scalar(select(WorkflowEdition.id).where(WorkflowEdition.number == 3))
        assert (moved.state, moved.edition_id) == ("in_progress", newest)


def test_a_case_that_moves_is_told_with_those_who_keep_it_and_every_deadline_by_its_name(small_house, small_admin):
    number = build(small_house, kinds=("quality",))["quality", "received"]
    write(small_house, without_intake)
    small_admin.get(PAGE)
    assert "0 open" not in small_admin.text, "nobody has counted yet"
    run(small_admin)
    row = re.search(rf'data-case="{number}".*?</tr>', small_admin.text, re.DOTALL).group()
    assert "At the faculty, still with Student Services" in row
    assert "The deadline for “received” doesn't run" in row


def test_nothing_is_changed_by_trying_and_looking(small_house, small_admin):
    build(small_house, kinds=("quality",))
    write(small_house, with_head)
    with session_of(small_house) as session:
        before = sorted((c.number, c.state, c.version, c.edition_id) for c in session.scalars(select(Case)))
        mails = session.scalar(select(func.count()).select_from(OutgoingMail))
    run(small_admin)
    assert "Nothing is changed yet." in small_admin.text
    with session_of(small_house) as session:
        assert sorted((c.number, c.state, c.version, c.edition_id) for c in session.scalars(select(Case))) == before
        assert session.scalar(select(func.count()).select_from(OutgoingMail)) == mails
    assert list(editions(small_house)) == [1]


def test_a_new_move_can_be_made_at_once_and_what_an_admin_took_away_stays_away(house, admin):
    numbers = build(house, kinds=("quality",))
    with session_of(house) as session:
        staff = session.scalar(select(Role).where(Role.name == "Staff"))
        staff.permissions = [each for each in staff.permissions if each.permission.name != "can_close"]
        session.commit()
    write(house, with_head)
    run(admin)
    assert "New move: “Ask the head”. The handler can do it from “In progress”" in admin.text
    answer(admin)
    assert press(admin).status_code == 302, admin.text
    while tick(house):
        pass
    handler = Person(house, "quality_ie")
    handler.get(f"/cases/{numbers['quality', 'in_progress']}")
    assert 'data-transition="ask_head"' in handler.text
    assert 'data-transition="close"' not in handler.text


def test_open_cases_may_stay_with_the_edition_they_have(small_house, small_admin):
    numbers = build(small_house, kinds=("quality",))
    write(small_house, with_head)
    run(small_admin)
    small_admin.post(f"{PAGE}map", **{"how-case": "stay"})
    small_admin.get(PAGE)
    assert tiles(small_admin)["notice nothing"] == open_cases(small_house)
    assert press(small_admin).status_code == 302, small_admin.text
    while tick(small_house):
        pass
    with session_of(small_house) as session:
        case = session.scalar(select(Case).where(Case.number == numbers["quality", "in_progress"]))
        assert session.get(WorkflowEdition, case.edition_id).number == 1


# -- affected cases ---------------------------------------------------------------


def test_affected_cases_are_listed_a_page_at_a_time_and_never_what_they_are_about(
    small_house, small_admin, monkeypatch
):
    build(small_house)
    write(small_house, with_head)
    run(small_admin)
    affected = tiles(small_admin)["get other choices"]
    assert affected > 4
    monkeypatch.setattr(publish_cases, "PAGE", 2)
    seen, path = [], f"{PAGE}?outcome=options"
    while path:
        small_admin.get(path)
        assert not any(secret in small_admin.text for secret in SECRETS.values())
        seen += re.findall(r'data-case="([^"]+)"', small_admin.text)
        more = re.search(r'rel="next" href="([^"]+)#list"', small_admin.text)
        path = more[1] if more else None
    assert len(seen) == len(set(seen)) == affected
    assert "Also possible: “Ask the head”" in small_admin.text
    book = openpyxl.load_workbook(io.BytesIO(small_admin.get(f"{PAGE}export/xlsx?outcome=options").data))
    rows = list(book.active.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == seen
    assert not any(secret in str(rows) for secret in SECRETS.values())


def test_new_handlers_are_told_by_name_and_each_gets_one_mail_about_all_their_cases(house, admin):
    build(house, kinds=("hse",))
    with session_of(house) as session:
        post = session.scalar(select(Assignment).join(Assignment.person).where(People.name == "hse_ie"))
        heir = session.scalar(select(People).where(People.name == "hse_iv"))
        was, key, pk, label = post.person.label, str(post.id), heir.id, heir.label
        waiting = session.scalar(
            select(func.count()).select_from(Case).where(Case.state.in_(["at_faculty", "in_progress"]))
        )
    write(house, None, Change("assignment", key, "change", {"person": pk}))
    run(admin)
    assert f"{waiting} cases get a new handler" in admin.text
    assert tiles(admin)["get a new handler"] == waiting
    assert sum(tiles(admin).values()) == open_cases(house)
    assert "1 mail is sent when you publish. 1 person gets one mail about all the cases that are new" in admin.text
    row = re.search(r'(?s)data-case="[^"]+".*?</tr>', admin.text)[0]
    assert row.index(was) < row.index(label)
    assert press(admin).status_code == 302, admin.text
    with session_of(house) as session:
        mails = session.scalars(select(OutgoingMail).where(OutgoingMail.name == "cases_handed_over")).all()
        assert [mail.receiver_id for mail in mails] == [pk]
        assert str(waiting) in mails[0].body


@pytest.mark.parametrize(
    "query", ["outcome=nothing_like_it&after=x", "after=options:99999999999999999999", "outcome=%00", "after=%F0%9F"]
)
def test_odd_addresses_show_the_page(small_house, small_admin, query):
    write(small_house, renamed)
    run(small_admin)
    assert small_admin.get(f"{PAGE}?{query}").status_code == 200
    assert small_admin.get(f"{PAGE}export/csv?{query}").status_code == 200


@pytest.mark.parametrize("number", ["", "0", "-1", "x", "9" * 40, "٣"])
def test_odd_numbers_change_nothing(small_house, small_admin, number):
    write(small_house, renamed)
    run(small_admin)
    before = draft_of(small_house)
    for each in ("publish", "ask", "approve", "map"):
        small_admin.get(PAGE)
        small_admin.post(f"{PAGE}{each}", draft=number, revision=number, reason="x", **{"how-case": "stay"})
        assert small_admin.status == 409, each
    for each in ("restore", "back"):
        small_admin.get(PAGE)
        assert small_admin.post(f"{PAGE}{each}", draft=number, number=number).status_code == 404
    assert draft_of(small_house) == before


# -- many cases ---------------------------------------------------------------------


def test_many_cases_are_tried_by_the_worker_while_the_page_tells_how_far_it_is(house, admin, monkeypatch):
    build(house, kinds=("quality",))
    write(house, with_head)
    monkeypatch.setattr(publish, "AT_ONCE", -1)
    run(admin)
    assert '<meta http-equiv="refresh" content="1">' in admin.text
    assert f"0 of {open_cases(house)} open cases" in admin.text
    assert "The dry run isn't finished." in admin.text
    tick(house)
    admin.get(PAGE)
    assert "http-equiv" not in admin.text
    assert sum(tiles(admin).values()) == open_cases(house)


def test_a_run_that_is_under_way_is_left_alone_unless_nobody_goes_on_with_it(small_house, small_admin, monkeypatch):
    write(small_house, with_head)
    monkeypatch.setattr(publish, "AT_ONCE", -1)
    run(small_admin)
    now = datetime.now(UTC)
    with session_of(small_house) as session:
        session.execute(update(DryRun).values(beat_at=now - timedelta(minutes=1)))
        session.commit()
    tick(small_house, now)
    with session_of(small_house) as session:
        assert session.scalar(select(DryRun.finished_at)) is None
    tick(small_house, now + timedelta(minutes=5))
    with session_of(small_house) as session:
        assert session.scalar(select(DryRun.finished_at)) is not None


def test_a_run_that_breaks_is_not_tried_for_ever(small_house, small_admin, monkeypatch):
    write(small_house, with_head)
    monkeypatch.setattr(publish, "AT_ONCE", -1)
    run(small_admin)

    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr("app.worker.trying.rehearse", fail)
    assert tick(small_house) == 1
    assert tick(small_house) == 0
    small_admin.get(PAGE)
    assert "The draft hasn't been tried yet." in small_admin.text


# -- what stands in the way -----------------------------------------------------------


def test_faults_are_told_with_their_lines(small_house, small_admin):
    """F36: the old one stays."""
    write(small_house, lambda text: text.replace("to: at_faculty", "to: nowhere", 1))
    run(small_admin)
    assert "The draft has " in small_admin.text
    assert re.search(r"Line \d+: .*nowhere", small_admin.text)
    assert press(small_admin).status_code == 409
    assert list(editions(small_house)) == [1]


def test_a_change_of_settings_that_no_longer_fits_is_told(small_house, small_admin):
    write(small_house, None, Change("unit", "idi", "change", {"parent": "gone_meanwhile"}))
    run(small_admin)
    assert "Units, changed in the draft: “gone_meanwhile” isn't there." in small_admin.text
    assert press(small_admin).status_code == 409


def test_a_draft_that_changes_nothing_is_not_published(small_house, small_admin):
    write(small_house)
    run(small_admin)
    assert "The draft says the same as the edition in force." in small_admin.text
    assert press(small_admin).status_code == 409
    assert list(editions(small_house)) == [1]


def test_a_reason_is_asked_for(small_house, small_admin):
    write(small_house, renamed)
    run(small_admin)
    assert press(small_admin, "  ").status_code == 200
    assert "Write why you publish it." in small_admin.text
    assert list(editions(small_house)) == [1]


def stale_by_time(session):
    session.execute(update(DryRun).values(finished_at=datetime.now(UTC) - timedelta(minutes=11)))


def stale_by_setting(session):
    session.scalar(select(Unit).where(Unit.name == "idi")).code = "New"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (stale_by_time, "The dry run is more than ten minutes old."),
        (stale_by_setting, "Somebody has changed the setup since the dry run."),
    ],
)
def test_a_dry_run_that_is_out_of_date_is_refused_and_the_reason_stays(small_house, small_admin, change, told):
    write(small_house, renamed)
    run(small_admin)
    with session_of(small_house) as session:
        change(session)
        session.commit()
    assert press(small_admin, "Because we <b>must</b>.").status_code == 409
    assert told in small_admin.text
    assert "Because we <b>must</b>." in small_admin.text
    assert "&lt;b&gt;must" in small_admin.page.get_data(as_text=True)
    run(small_admin)
    assert "Because we <b>must</b>." in small_admin.text
    assert press(small_admin, "Because we <b>must</b>.").status_code == 302


def test_a_case_that_moved_since_the_dry_run_to_where_it_would_get_stuck_is_in_the_way(house, admin):
    number = with_the_head(house, admin)
    handler = Person(house, "quality_ie")
    handler.move(number, "head_answers")
    write(house, without_head)
    run(admin)
    answer(admin)
    admin.get(PAGE)
    handler.move(number, "ask_head")
    admin.post(f"{PAGE}publish", reason="Nobody is there.")
    assert admin.status == 409
    assert "Cases have moved since the dry run, and would get stuck." in admin.text
    assert "Nobody is there." in admin.text
    assert list(editions(house)) == [1, 2]


def test_a_new_case_is_in_nobodys_way(small_house, small_admin):
    write(small_house, renamed)
    run(small_admin)
    Plain(small_house).report()
    assert press(small_admin).status_code == 302, small_admin.text


SCENARIOS = """
now: 2026-11-02 09:00
people:
  somebody: {name: Some Body, mail: some.body@ntnu.example, unit: idi, kind: student, language: en}
scenarios:
  - name: A report is closed at once <b>
    steps:
      - {as: somebody, do: submit, makes: A, with: {area: education_quality, description: Cold., tried_first: tried, no_personal_data: ticked}}
      - expect: {case: A, state: closed}
"""


def test_a_scenario_that_fails_takes_a_reason_that_is_kept(small_house, small_admin):
    write(small_house, renamed, scenarios=SCENARIOS)
    run(small_admin)
    assert "1 scenario fails." in small_admin.text
    assert "A report is closed at once &lt;b&gt;" in small_admin.page.get_data(as_text=True)
    assert press(small_admin, "Because.").status_code == 409
    assert press(small_admin, "Because.", override=" ").status_code == 409
    assert press(small_admin, "Because.", override="The scenario is wrong.").status_code == 302, small_admin.text
    assert editions(small_house)[2] == ("Because.", "The scenario is wrong.")
    assert "The scenario is wrong." in small_admin.follow().get_data(as_text=True)


def test_holes_and_last_years_cases_are_told(small_house, small_admin):
    build(small_house, kinds=("quality",))
    with session_of(small_house) as session:
        rows = session.scalars(select(RoutingRow).order_by(RoutingRow.position)).all()
        changes = [
            Change("routing", str(row.id), "change", {"receiver": {"first": ["course_coordinator"]}}) for row in rows
        ]
    write(small_house, None, *changes)
    run(small_admin)
    assert re.search(r"\d+ new holes in the coverage\.", small_admin.text)
    assert "Nobody would get the cases from here:" in small_admin.text
    assert "Last year's cases through the new routing" in small_admin.text
    assert re.search(r"[1-9]\d* of \d+ cases would have come to somebody else\.", small_admin.text)
    assert press(small_admin).status_code == 409


# -- two at once ------------------------------------------------------------------------


def test_of_two_who_publish_one_does_and_the_other_is_told_and_loses_nothing(house, admin):
    other = another_admin(house)
    write(house, renamed)
    run(admin)
    other.get(PAGE)
    assert press(admin, "Mine.").status_code == 302
    other.post(f"{PAGE}publish", reason="Theirs, well argued.")
    assert other.status == 409
    assert "Somebody else was here first" in other.text
    assert "Theirs, well argued." in other.text
    assert editions(house) == {1: editions(house)[1], 2: ("Mine.", "")}


def test_two_presses_at_the_same_moment_publish_once(house, admin):
    """F42, F47."""
    other = another_admin(house)
    write(house, renamed)
    run(admin)
    people = (admin, other)
    for person in people:
        person.get(PAGE)
    start = threading.Barrier(2)

    def both(person):
        start.wait()
        return person.post(f"{PAGE}publish", reason=f"By {person.name}.").status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(both, people)) == [302, 409]
    assert list(editions(house)) == [1, 2]
    late = next(person for person in people if person.status == 409)
    assert f"By {late.name}." in late.text


def test_a_draft_that_was_changed_meanwhile_is_not_published_unseen(small_house, small_admin):
    other = another_admin(small_house)
    write(small_house, renamed)
    run(small_admin)
    small_admin.get(PAGE)
    write(small_house, with_head, who="desk")
    run(other)
    small_admin.post(f"{PAGE}publish", reason="As I saw it.")
    assert small_admin.status == 409
    assert "The draft has been changed since you opened this page." in small_admin.text
    assert "As I saw it." in small_admin.text
    assert list(editions(small_house)) == [1]


# -- four eyes --------------------------------------------------------------------------


def test_with_four_eyes_another_administrator_approves(house, admin):
    house.config["FOUR_EYES"] = True
    other = another_admin(house)
    write(house, renamed)
    run(admin)
    assert "Another administrator must approve it, because you made the draft." in admin.text
    assert press(admin).status_code == 409
    admin.get(PAGE)
    admin.post(f"{PAGE}ask")
    with session_of(house) as session:
        mail = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()
        receiver = session.get(People, mail.receiver_id)
        assert (mail.name, receiver.name, mail.link) == ("draft_waits", "desk", "studio:publish")
    admin.get(PAGE)
    assert admin.post(f"{PAGE}approve").status_code == 200
    assert "another administrator must approve it" in admin.text
    other.get(PAGE)
    assert other.post(f"{PAGE}approve").status_code == 302
    assert press(admin).status_code == 302, admin.text
    with session_of(house) as session:
        edition = session.scalar(select(WorkflowEdition).where(WorkflowEdition.number == 2))
        assert (edition.published_by.name, edition.approved_by.name) == ("admin", "desk")


def test_an_approval_counts_only_for_what_was_seen(small_house, small_admin):
    small_house.config["FOUR_EYES"] = True
    other = another_admin(small_house)
    write(small_house, renamed)
    other.get(PAGE)
    other.post(f"{PAGE}approve")
    write(small_house, with_head)
    run(small_admin)
    answer(small_admin)
    assert press(small_admin).status_code == 409
    assert list(editions(small_house)) == [1]


# -- discarding and fetching back ---------------------------------------------------------


def test_a_discarded_draft_can_be_fetched_back(small_house, small_admin):
    key = write(small_house, renamed)
    run(small_admin)
    small_admin.post(f"{PAGE}discard")
    small_admin.get(PAGE)
    assert "Edition 1 is in force" in small_admin.text
    assert "Discarded drafts" in small_admin.text
    small_admin.post(f"{PAGE}restore", draft=str(key))
    status, text, _ = draft_of(small_house)
    assert status == "open"
    assert "Close it for good" in text
    with session_of(small_house) as session:
        assert session.scalar(select(func.count()).select_from(DryRunCase)) >= 0


def test_only_a_draft_discarded_lately_is_fetched_back(small_house, small_admin):
    key = write(small_house, renamed)
    small_admin.get(PAGE)
    small_admin.post(f"{PAGE}discard")
    with session_of(small_house) as session:
        session.get(Draft, key).changed_at = datetime.now(UTC) - timedelta(days=31)
        session.commit()
    small_admin.get(PAGE)
    assert "Discarded drafts" not in small_admin.text
    assert small_admin.post(f"{PAGE}restore", draft=str(key)).status_code == 404
    key = write(small_house, renamed)
    run(small_admin)
    press(small_admin)
    small_admin.get(PAGE)
    assert small_admin.post(f"{PAGE}restore", draft=str(key)).status_code == 404
    assert draft_of(small_house)[0] == "published"


def test_a_draft_is_not_fetched_back_over_another(small_house, small_admin):
    key = write(small_house, renamed)
    small_admin.get(PAGE)
    small_admin.post(f"{PAGE}discard")
    write(small_house, with_head)
    small_admin.get(PAGE)
    small_admin.post(f"{PAGE}restore", draft=str(key))
    assert "There is a draft already." in small_admin.follow().get_data(as_text=True)
    assert "with_head" in draft_of(small_house)[1]
