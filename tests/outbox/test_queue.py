"""The outbox as a queue: which mails are claimed in which order, and what is written down of each."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.outbox import queue, tokens
from model import Case, Part
from tests.outbox.conftest import NOW, post

SECOND = timedelta(seconds=1)


def claimed(session, worker="one", now=NOW, limit=9):
    session.flush()
    session.expire_all()
    return queue.claim(session, worker=worker, now=now, limit=limit)


def test_what_is_due_is_claimed_the_oldest_first_and_no_more_than_so_many(session):
    mails = [post(session, event_key=f"e{number}") for number in range(4)]
    mails[0].next_try_at = NOW + SECOND
    mails[1].next_try_at, mails[3].next_try_at = NOW, NOW - SECOND
    mails[2].status = "dead"
    session.flush()
    assert [letter.id for letter in claimed(session, limit=1).letters] == [mails[3].id]
    assert [letter.id for letter in claimed(session).letters] == [mails[1].id]
    assert claimed(session).letters == ()
    assert claimed(session).follows == {}


def test_a_claim_lasts_three_minutes(session):
    mail = post(session)
    assert [letter.tries for letter in claimed(session).letters] == [1]
    session.refresh(mail)
    assert (mail.locked_until, mail.locked_by, mail.tries) == (NOW + timedelta(minutes=3), "one", 1)
    assert claimed(session, "other", NOW + timedelta(minutes=3) - SECOND).letters == ()
    assert [letter.tries for letter in claimed(session, "other", NOW + timedelta(minutes=3)).letters] == [2]


def test_a_letter_has_all_that_is_sent_and_is_filed_under_its_case(session):
    mail = post(session, link="follow:1")
    [letter] = claimed(session).letters
    kept = (mail.address, mail.subject, mail.body, mail.link, mail.message_id, mail.created_at)
    assert (letter.address, letter.subject, letter.body, letter.link, letter.message_id, letter.created_at) == kept
    assert (letter.thread, letter.sheet) == (1, None)
    post(session, event_key="part", subject=session.get(Part, 2))
    post(session, event_key="nobody's", subject=None)
    mail.letter = {"institution": "Top", "reference": "Sak 1", "day": "i dag"}
    session.flush()
    letters = claimed(session, now=NOW + timedelta(hours=1)).letters
    assert [letter.thread for letter in letters] == [1, 1, None]
    sheet = letters[0].sheet
    assert (sheet.institution, sheet.title, sheet.language) == ("Top", mail.subject, "nn")


def test_whom_a_letter_follows_is_read_with_it(session):
    case = session.get(Case, 1)
    case.follow_hash = tokens.digest("x")
    post(session, link="follow:1")
    post(session, event_key="part", link="follow:2")
    post(session, event_key="other", link="case:2024-1")
    assert claimed(session).follows == {1: ("salt", case.follow_hash), 2: (None, None)}


def test_what_became_of_a_mail_is_written_down_and_it_is_let_go(session):
    mail = post(session)
    address, body = mail.address, mail.body
    claimed(session)
    queue.sent(session, mail.id, worker="other", now=NOW)
    session.refresh(mail)
    assert (mail.status, mail.locked_by) == ("waiting", "one"), "only whoever holds it writes"
    mail.fault = "before"
    session.flush()
    queue.sent(session, mail.id, worker="one", now=NOW + SECOND)
    session.refresh(mail)
    assert (mail.status, mail.sent_at, mail.fault) == ("sent", NOW + SECOND, "")
    assert (mail.locked_until, mail.locked_by) == (None, None)
    assert (mail.address, mail.body) == (address, body)


def test_of_somebody_who_was_forgotten_meanwhile_nothing_is_kept(session):
    mail, other = post(session), post(session, event_key="other")
    claimed(session)
    mail.receiver_id = None
    session.flush()
    queue.sent(session, mail.id, worker="one", now=NOW)
    session.refresh(mail)
    session.refresh(other)
    assert (mail.address, mail.body, queue.nobody(7)) == (f"forgotten-{mail.id}", "", "forgotten-7")
    assert (other.status, other.locked_by) == ("waiting", "one")


@pytest.mark.parametrize(
    ("tries", "wait"),
    [
        *enumerate((30, 60, 120, 300, 600, 1200, 2400, 3600, 7200, 7200), 1),
        (11, None),
        (12, None),
    ],
)
def test_a_mail_that_failed_is_tried_later_and_later_and_then_never(session, tries, wait):
    mail = post(session)
    [letter] = claimed(session).letters
    queue.failed(session, replace(letter, tries=tries), worker="one", now=NOW, fault="450 later")
    session.refresh(mail)
    after = ("waiting", NOW + timedelta(seconds=wait)) if wait else ("dead", NOW)
    assert (mail.status, mail.next_try_at, mail.fault, mail.locked_by) == (*after, "450 later", None)


@pytest.mark.parametrize(
    ("tries", "wait", "kept"),
    [(1, 30, 1), (3, 120, 3), (4, 300, 4), (5, 300, 5), (10, 300, 10), (11, 300, 10), (20, 300, 10)],
)
def test_a_server_out_of_reach_makes_nobody_wait_longer_than_five_minutes(session, tries, wait, kept):
    mail = post(session)
    [letter] = claimed(session).letters
    queue.unreached(session, [replace(letter, tries=tries)], worker="one", now=NOW, fault="no server")
    session.refresh(mail)
    told = (mail.status, mail.next_try_at, mail.tries, mail.fault, mail.locked_until)
    assert told == ("waiting", NOW + timedelta(seconds=wait), kept, "no server", None)


def test_what_was_never_tried_is_given_back_as_it_was(session):
    mail = post(session)
    [letter] = claimed(session).letters
    queue.put_back(session, [letter], worker="one")
    session.refresh(mail)
    assert (mail.tries, mail.status, mail.next_try_at, mail.locked_by) == (0, "waiting", NOW, None)


def test_dead_mails_are_revived_one_or_all(session):
    mails = [post(session, event_key=f"e{number}") for number in range(4)]
    for mail in mails[:3]:
        mail.status, mail.tries = "dead", 11
    session.flush()
    later = NOW + timedelta(hours=1)
    assert queue.revive(session, later, mails[0].id) == 1
    assert queue.revive(session, later, mails[3].id) == 0, "it isn't dead"
    assert queue.counts(session) == (2, NOW, 2)
    assert queue.revive(session, later) == 2
    for mail in mails:
        session.refresh(mail)
    assert [(mail.status, mail.tries, mail.next_try_at) for mail in mails[:3]] == [("waiting", 0, later)] * 3
    assert mails[3].next_try_at == NOW


def test_what_waits_is_counted_since_the_oldest(session):
    assert queue.counts(session) == (0, None, 0)
    first, second = post(session), post(session, event_key="other")
    first.created_at = NOW - timedelta(days=1)
    session.flush()
    assert queue.counts(session) == (2, NOW - timedelta(days=1), 0)
    first.status = second.status = "sent"
    session.flush()
    assert queue.counts(session) == (0, None, 0)
