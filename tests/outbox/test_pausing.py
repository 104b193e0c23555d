"""After a restore: nothing is sent until somebody says what becomes of the mails written before."""

from datetime import timedelta

from sqlalchemy import select

from app.outbox import pausing, queue
from model import OutboxPause
from tests.outbox.conftest import NOW, post

DAY = timedelta(days=1)


def test_while_it_is_paused_nothing_is_claimed(session):
    assert pausing.standing(session) is None
    post(session)
    pausing.pause(session, NOW, NOW - DAY)
    standing = pausing.standing(session)
    assert (standing.since, standing.backup_at, standing.released_at) == (NOW, NOW - DAY, None)
    assert queue.claim(session, worker="one", now=NOW, limit=9) == queue.Claim((), {})
    assert pausing.release(session, NOW + DAY, 1, drop=False) == 0
    assert (standing.released_at, standing.released_by_id, standing.dropped) == (NOW + DAY, 1, 0)
    assert pausing.standing(session) is None
    assert len(queue.claim(session, worker="one", now=NOW, limit=9).letters) == 1


def test_mails_that_may_have_been_sent_before_are_counted_and_dropped(session):
    mails = [post(session, event_key=f"e{number}") for number in range(4)]
    for mail, days in zip(mails, (2, 1, 0, 3), strict=True):
        mail.created_at = NOW - days * DAY
    mails[3].status = "sent"
    mails[0].locked_by, mails[0].locked_until = "one", NOW
    session.flush()
    assert pausing.written_before(session, NOW - DAY) == 2
    assert pausing.written_before(session, NOW - 9 * DAY) == 0
    pausing.pause(session, NOW, NOW - DAY)
    assert pausing.release(session, NOW, None, drop=True) == 2
    for mail in mails:
        session.refresh(mail)
    assert [mail.status for mail in mails] == ["dropped", "dropped", "waiting", "sent"]
    assert (mails[0].locked_by, mails[0].locked_until) == (None, None)
    [pause] = session.scalars(select(OutboxPause))
    assert (pause.dropped, pause.released_by_id) == (2, None)


def test_all_pauses_end_at_once_the_first_first(session):
    assert pausing.release(session, NOW, 1, drop=True) is None, "nothing was paused"
    early, late = post(session), post(session, event_key="other")
    early.created_at = NOW - 2 * DAY
    session.flush()
    pausing.pause(session, NOW, NOW - DAY)
    pausing.pause(session, NOW, NOW)
    first = pausing.standing(session)
    assert first.backup_at == NOW - DAY
    assert pausing.release(session, NOW, 1, drop=True) == 2
    assert session.scalars(select(OutboxPause.dropped).order_by(OutboxPause.id)).all() == [1, 1]
    session.refresh(late)
    assert late.status == "dropped"
