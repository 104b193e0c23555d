"""How the installation runs is told without anybody's name, and a button mends each thing."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.outbox import pausing
from model import LastCheck, OutboxPause, OutgoingMail
from tests.house import Person, session_of
from tests.web.english import English

PLACE = "/studio/operations/"


@pytest.fixture
def admin(small_house):
    return English(small_house, "admin")


def dead(app, fault):
    """A report whose mails did not arrive; their ids."""
    Person(app).report()
    with session_of(app) as session:
        session.execute(update(OutgoingMail).values(status="dead", tries=11, fault=fault))
        session.commit()
        return session.scalars(select(OutgoingMail.id).order_by(OutgoingMail.id)).all()


def by_status(app, status):
    with session_of(app) as session:
        return session.scalars(select(OutgoingMail.id).where(OutgoingMail.status == status)).all()


def test_f56_a_dead_mail_is_told_without_its_receiver_and_tried_again_alone_or_with_all(small_house, admin):
    first, *others = dead(small_house, "550 no such user melder@stud.example here")
    admin.get(PLACE)
    assert "550 no such user …@… here" in admin.text
    assert "melder@stud.example" not in admin.text
    admin.post(f"{PLACE}retry", mail=str(first))
    assert "1 mail is tried again." in admin.follow().get_data(as_text=True)
    assert by_status(small_house, "waiting") == [first]
    admin.post(f"{PLACE}retry", mail="all")
    assert set(by_status(small_house, "waiting")) == {first, *others}
    for odd in ("", "x", "²", "1" * 30):
        assert admin.post(f"{PLACE}retry", mail=odd).status_code == 400
    assert Person(small_house, "desk").get(PLACE).status_code == 403


def test_f56_why_mails_wait_is_told_without_their_receivers(small_house, admin):
    first, *others = dead(small_house, "450 melder@stud.example is busy")
    admin.get(PLACE)
    assert "Why some wait" not in admin.text
    with session_of(small_house) as session:
        session.execute(update(OutgoingMail).values(status="waiting"))
        session.execute(
            update(OutgoingMail).where(OutgoingMail.id == first).values(fault="450 desk@ie.example is busy")
        )
        session.add(OutgoingMail(**fresh(session.get(OutgoingMail, first))))
        session.commit()
    admin.get(PLACE)
    assert f"450 …@… is busy ({1 + len(others)} mail" in admin.text
    assert "melder@stud.example" not in admin.text


def fresh(mail):
    """The same mail about another event, not tried yet."""
    columns = {each.name: getattr(mail, each.name) for each in OutgoingMail.__table__.columns}
    return {**columns, "id": None, "event_key": "another", "message_id": "<another@localhost>", "fault": ""}


def test_a_paused_outbox_is_told_everywhere_and_released_only_when_the_old_mails_are_decided(small_house, admin):
    Person(small_house).report()
    with session_of(small_house) as session:
        session.add(LastCheck(name="backup", at=datetime(2024, 5, 6, 7, tzinfo=UTC), result={}))
        pausing.pause(session, datetime.now(UTC), datetime.now(UTC) + timedelta(seconds=1))
        session.commit()
    old = by_status(small_house, "waiting")
    assert "No mail is sent, because a backup was restored." in admin.get("/studio/").get_data(as_text=True)
    assert "All is well" not in admin.text
    admin.get(PLACE)
    assert "2024" in admin.text.split("Last backup")[1][:100]
    assert f"{len(old)} mails that wait were written before the backup." in admin.text
    facts = admin.client.get("/healthz").get_json()
    assert (facts["outbox"]["paused"], facts["outbox"]["waiting"]) == (True, len(old))
    assert facts["backup"]["age"] > 0
    admin.post(f"{PLACE}release")
    assert "Nothing is released yet." in admin.follow().get_data(as_text=True)
    admin.post(f"{PLACE}release", old="drop")
    assert f"{len(old)} mails were dropped." in admin.follow().get_data(as_text=True)
    assert by_status(small_house, "dropped") == old
    with session_of(small_house) as session:
        row = session.scalars(select(OutboxPause)).one()
        assert (row.dropped, row.released_by.name) == (len(old), "admin")
    assert "let mails be sent again" in admin.text
    assert "No mail is sent" not in admin.get("/studio/").get_data(as_text=True)
    admin.post(f"{PLACE}release", old="keep")
    admin.follow()
    assert "The outbox wasn't paused." in admin.text
