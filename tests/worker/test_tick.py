from sqlalchemy import select

from app.worker.tick import mailbox, tick
from model import OutgoingMail
from tests.worker.conftest import post


def test_the_demos_mails_go_to_its_own_mailbox(app, session):
    mail = post(session)
    assert tick(app) == 1
    assert tick(app) == 0
    ((_, kept),) = mailbox(app).newest()
    session.expire_all()
    assert kept["Message-ID"] == session.scalar(select(OutgoingMail.message_id)) == mail.message_id
    assert mail.status == "sent"


def test_outside_the_demo_mails_without_a_server_wait(app, session):
    app.config["DEMO"] = False
    mail = post(session)
    assert tick(app) == 0
    session.expire_all()
    assert mail.status == "waiting"


def test_clocks_that_fail_keep_no_mail_back(app, session, monkeypatch):
    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr("app.worker.tick.run_due", fail)
    post(session)
    assert tick(app) == 1
