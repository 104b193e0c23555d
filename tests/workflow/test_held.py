"""Reports that are held back: who finds them, how long they wait, and what is left when they end."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, true

from app.outbox import tokens
from app.outbox.settings import Settings
from app.workflow import held
from model import DELETED, EXPIRED, RELEASED, WAITING, Case, HeldFile, HeldReport
from tests.workflow.proof import ROUTINE

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def hold(town, number, **other):
    """A report that waits, as the report page keeps it, with a file of ten bytes."""
    row = {
        "number": number,
        "received_at": NOW,
        "flow": "case",
        "handler": "desk:1:",
        "language": "en",
        "typed": [["description", "Cold"]],
        "shown": {"description": "Cold"},
        "submit_key": f"key-{number}",
        "follow_salt": f"salt-{number}",
        "status": WAITING,
    }
    report = HeldReport(**{**row, **other})
    report.files = [HeldFile(field="papers", name="a.txt", size=10, content=b"0123456789")]
    town.session.add(report)
    town.session.flush()
    report.follow_hash = tokens.digest(held.token_of(report))
    report.code_hash = tokens.digest(held.code_of(report))
    town.session.flush()
    return report


def numbers(rows):
    return [row.number for row in rows]


def test_those_that_wait_are_counted_and_listed_the_oldest_first(town):
    assert (held.waiting(town.session), held.oldest(town.session)) == (0, None)
    late = hold(town, "2026-0001", received_at=NOW + DAY)
    hold(town, "2026-0002")
    hold(town, "2026-0003")
    hold(town, "2026-0004", status=RELEASED, received_at=NOW - DAY)
    assert (held.waiting(town.session), held.oldest(town.session)) == (3, NOW)
    assert held.waiting(town.session, HeldReport.received_at > NOW) == 1
    assert numbers(held.listed(town.session, true())) == ["2026-0002", "2026-0003", late.number]
    assert numbers(held.listed(town.session, HeldReport.id == late.id)) == [late.number]


def test_a_page_has_no_more_than_fifty(town):
    for number in range(52):
        hold(town, f"2026-{number:04d}", sender_id=town.people["stig"])
    assert len(held.listed(town.session, true())) == 50
    assert len(held.of_sender(town.session, town.people["stig"])) == 50
    assert len(held.ahead(town.session, NOW, 1, DAY, DAY).reports) == 50


def test_only_whoever_would_have_the_case_reads_one(town):
    top = town.context.organisation.unit_by_name["top"].id
    mine = hold(town, "2026-0001", handler=f"desk:{top}:")
    hold(town, "2026-0002", handler=f"boss:{top}:")
    hold(town, "2026-0003", handler=None)
    viewer = town.context.viewer(town.people["dora"])
    assert numbers(held.listed(town.session, held.theirs(viewer))) == [mine.number]
    assert town.session.scalar(select(held.counted(viewer))) == 1
    mine.status = RELEASED
    town.session.flush()
    assert town.session.scalar(select(held.counted(viewer))) == 0


def test_of_two_who_decide_at_once_one_finds_it_gone(town):
    report = hold(town, "2026-0001")
    assert held.taken(town.session, report.id, HeldReport.handler == "other", NOW) is None
    assert held.taken(town.session, report.id + 1, true(), NOW) is None
    assert held.taken(town.session, report.id, true(), NOW) is report
    assert report.decided_at == NOW
    report.status = DELETED
    town.session.flush()
    assert held.taken(town.session, report.id, true(), NOW) is None


def test_a_sender_finds_what_waits_by_account_link_and_code(town):
    stig = town.people["stig"]
    first = hold(town, "2026-0001", sender_id=stig)
    second = hold(town, "2026-0002", sender_id=stig)
    other = hold(town, "2026-0003")
    assert numbers(held.of_sender(town.session, stig)) == ["2026-0002", "2026-0001"]
    assert held.by_token(town.session, held.token_of(first)) is first
    assert held.by_code(town.session, held.code_of(second).lower().replace("-", " ")) is second
    assert held.by_token(town.session, held.code_of(second)) is None
    assert held.by_code(town.session, held.token_of(first)) is None
    for each in (first, second, other):
        each.status = DELETED
    town.session.flush()
    assert held.of_sender(town.session, stig) == []
    assert held.by_token(town.session, held.token_of(first)) is None
    assert held.by_code(town.session, held.code_of(second)) is None


def test_no_case_has_the_link_or_the_code_of_a_report(town):
    report = hold(town, "2026-0001")
    secret = Settings.current().secret
    assert held.token_of(report) == tokens.token(secret, -report.id, report.follow_salt)
    assert held.code_of(report) == tokens.code(secret, -report.id, report.follow_salt)


def test_a_link_opens_the_case_that_its_report_became_as_long_as_that_has_the_same_salt(town):
    case, other = town.report(), town.report()
    report = hold(town, "2026-0009", status=RELEASED, case_id=case.id, follow_salt=case.follow_salt)

    def opened(digest):
        return town.session.scalars(select(Case).where(held.became(digest))).all()

    assert opened(report.follow_hash) == opened(report.code_hash) == [case]
    assert opened("other") == []
    report.status = DELETED
    town.session.flush()
    assert opened(report.follow_hash) == []
    report.status = RELEASED
    report.follow_salt = "another"
    town.session.flush()
    assert opened(report.follow_hash) == []
    report.follow_salt, report.case_id = other.follow_salt, case.id
    town.session.flush()
    assert opened(report.follow_hash) == []


def test_there_is_room_for_so_many_and_so_much(town, monkeypatch):
    assert held.BYTES == 1_000_000_000
    assert held.has_room(town.session, 1)
    assert not held.has_room(town.session, 0)
    hold(town, "2026-0001")
    assert not held.has_room(town.session, 1)
    monkeypatch.setattr(held, "BYTES", 11)
    assert held.has_room(town.session, 2)
    monkeypatch.setattr(held, "BYTES", 10)
    assert not held.has_room(town.session, 2)


@pytest.mark.parametrize(("status", "opens"), [(RELEASED, True), (DELETED, False), (EXPIRED, False)])
def test_at_its_end_words_and_files_are_erased_and_what_became_of_it_stays(town, status, opens):
    stig, dora = town.people["stig"], town.people["dora"]
    report, other = hold(town, "2026-0001", sender_id=stig), hold(town, "2026-0002", sender_id=stig)
    held.end(town.session, report, status, dora, NOW + DAY)
    assert (report.status, report.decided_at, report.decided_by_id) == (status, NOW + DAY, dora)
    assert (report.typed, report.shown, report.sender_id) == ([], {}, None)
    assert (report.follow_hash is not None, report.code_hash is not None) == (opens, opens)
    assert town.session.scalars(select(HeldFile.report_id)).all() == [other.id]
    assert (other.status, other.shown, other.sender_id) == (WAITING, {"description": "Cold"}, stig)


def test_what_nobody_looked_at_ends_after_so_many_days(town, monkeypatch):
    old = hold(town, "2026-0001", received_at=NOW - 7 * DAY)
    young = hold(town, "2026-0002", received_at=NOW - 7 * DAY + timedelta(seconds=1))
    hold(town, "2026-0003", received_at=NOW - 9 * DAY, status=RELEASED)
    assert held.expire(town.session, NOW, 7) == 1
    assert (old.status, old.decided_by_id, old.decided_at, young.status) == (EXPIRED, None, NOW, WAITING)
    assert held.expire(town.session, NOW, 7) == 0
    assert held.BATCH == 100
    monkeypatch.setattr(held, "BATCH", 1)
    more = [hold(town, f"2026-001{number}", received_at=NOW - 9 * DAY) for number in range(2)]
    assert held.expire(town.session, NOW, 7) == 1
    assert [each.status for each in more] == [EXPIRED, WAITING]


def test_what_will_end_by_itself_is_told_by_numbers(town):
    for number, days in (("2026-0001", 5), ("2026-0002", 6), ("2026-0003", 4), ("2026-0004", 3)):
        hold(town, number, received_at=NOW - days * DAY)
    hold(town, "2026-0005", received_at=NOW - 6 * DAY, status=DELETED)
    found = held.ahead(town.session, NOW, 7, 2 * DAY, 3 * DAY)
    assert (found.soon, found.later) == (2, 3)
    assert found.reports == (("2026-0002", NOW + DAY), ("2026-0001", NOW + 2 * DAY), ("2026-0003", NOW + 3 * DAY))


def test_what_was_decided_last_comes_first_and_each_end_is_counted(town):
    assert held.ended(town.session) == {}
    for number, status in enumerate((RELEASED, DELETED, WAITING, DELETED, EXPIRED)):
        hold(town, f"2026-000{number}", status=status, decided_at=NOW + number * DAY)
    assert numbers(held.decided(town.session)) == ["2026-0004", "2026-0003", "2026-0001", "2026-0000"]
    assert held.ended(town.session) == {RELEASED: 1, DELETED: 2, EXPIRED: 1}
    assert held.ended(town.session, [DELETED]) == {DELETED: 2}
