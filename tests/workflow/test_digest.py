"""Late reminders: which wait for the others, and the one mail that each person gets for all of theirs."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.workflow import digest
from model import OutgoingMail
from model.base import NEVER
from tests.workflow.proof import ROUTINE


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def reminder(town, case, who, **other):
    """A mail that waits, as reminding writes it."""
    number = len(town.session.scalars(select(OutgoingMail.id)).all())
    row = {
        "event_key": f"clock:{number}",
        "subject_id": case.id,
        "receiver_id": town.people[who] if who else None,
        "address": f"{who}@town.example",
        "name": "reminder",
        "why": "desk",
        "language": "en",
        "message_id": f"<{number}@town.example>",
        "subject": "Reminder",
        "body": "",
        "link": f"case:{case.number}",
        "letter": {},
        "status": digest.GATHERING,
        "created_at": town.now,
        "next_try_at": town.now,
    }
    mail = OutgoingMail(**{**row, **other})
    town.session.add(mail)
    town.session.flush()
    return mail


def gathered(town):
    digest.gather(town.session, town.now)
    town.session.expire_all()
    return town.session.scalars(select(OutgoingMail).where(OutgoingMail.name == "reminders")).all()


@pytest.mark.parametrize(
    ("other", "late", "status"),
    [
        ({}, True, "gathering"),
        ({"link": "action:2026-0001-1"}, True, "gathering"),
        ({"link": "follow:1"}, True, "waiting"),
        ({"link": ""}, True, "waiting"),
        ({"letter": {"day": "today"}}, True, "waiting"),
        ({}, False, "waiting"),
    ],
)
def test_which_late_reminders_wait_for_the_others(other, late, status):
    assert digest.status({"link": "case:2026-0001", "letter": {}, **other}, late=late) == status


def test_late_is_later_than_an_hour():
    assert timedelta(hours=1) == digest.LATE


def test_without_any_nothing_is_sent(town):
    reminder(town, town.report(), "dora", status="waiting")
    assert gathered(town) == []


def test_a_single_one_goes_as_it_is_and_one_to_somebody_forgotten_too(town):
    case = town.report()
    mine = reminder(town, case, "dora")
    nobodys = [reminder(town, case, None), reminder(town, case, None)]
    assert gathered(town) == []
    assert [mail.status for mail in (mine, *nobodys)] == ["waiting"] * 3


def test_several_become_one_mail_with_the_nearest_end_first(town):
    first, second, third = town.report(), town.report(), town.report()
    first.due_at, second.due_at = town.now + timedelta(days=2), town.now + timedelta(days=1)
    assert third.due_at == NEVER
    mails = [reminder(town, case, "dora") for case in (third, first, second, second)]
    [mail] = gathered(town)
    assert [each.status for each in mails] == ["gathered"] * 4
    assert (mail.subject, mail.link, mail.why, mail.language) == ("Reminders: 3", "cases:", "desk", "en")
    assert mail.event_key == f"reminders:{mails[0].id}:{mails[-1].id}"
    told = [f"{second.number}: 3 March 2026 at 09.00", f"{first.number}: 4 March 2026 at 09.00"]
    listed = [line for line in mail.body.splitlines() if line.startswith("2026-")]
    assert listed[:2] == told
    assert listed[2].startswith(third.number)
    assert (mail.status, mail.receiver_id, mail.subject_id) == ("waiting", town.people["dora"], None)


def test_each_person_gets_their_own_and_parts_lead_to_the_list_of_parts(town):
    case = town.report()
    for who, links in (("dora", ("action:1", "action:2")), ("dirk", ("action:1", f"case:{case.number}"))):
        for link in links:
            reminder(town, case, who, link=link)
    found = {town.names[mail.receiver_id]: (mail.link, mail.subject) for mail in gathered(town)}
    assert found == {"dora": ("actions:", "Reminders: 1"), "dirk": ("cases:", "Reminders: 1")}


def test_a_mail_lists_a_hundred_cases_and_says_where_there_are_more(town, monkeypatch):
    assert digest.MOST_TOLD == 100
    monkeypatch.setattr(digest, "MOST_TOLD", 2)
    cases = [town.report() for _ in range(3)]
    for case in cases[:2]:
        reminder(town, case, "dora")
    for case in cases:
        reminder(town, case, "dirk")
    bodies = {town.names[mail.receiver_id]: mail.body for mail in gathered(town)}
    assert "…" not in bodies["dora"]
    assert bodies["dirk"].count("…") == 1
    assert cases[2].number not in bodies["dirk"]
    assert all(case.number in body for case in cases[:2] for body in bodies.values())
