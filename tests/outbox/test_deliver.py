"""Each thing a mail server can do, and what it means for the mail (F48, F51, F56), on a real socket."""

import re
import socket
import threading
from dataclasses import replace
from datetime import timedelta
from email import policy
from email.parser import BytesParser

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from app.outbox import queue, tokens
from app.outbox.deliver import deliver
from model import Case, OutgoingMail, Person
from tests.outbox.conftest import NOW, SETTINGS, post
from tests.outbox.server import Told, running
from tests.outbox.test_message import ATTACKS, HEADERS


@pytest.fixture
def mail(session):
    mail = post(session, link="follow:1")
    session.commit()
    return mail


def sending(sessions, url, now=NOW, **other):
    return deliver(sessions, settings=replace(SETTINGS, smtp_url=url), now=now, **other)


def reread(session, mail):
    session.rollback()
    session.refresh(mail)
    return mail


def read(handler, number=0):
    return BytesParser(policy=policy.default).parsebytes(handler.took[number][2])


def test_a_mail_is_sent_once_to_one_receiver_with_its_link(session, sessions, mail):
    handler = Told()
    with running(handler) as url:
        assert sending(sessions, url) == 1
        assert sending(sessions, url) == 0
    sender, receivers, _ = handler.took[0]
    assert (len(handler.took), sender, receivers) == (1, "avvik@example.no", ["marit@example.no"])
    token = tokens.token(SETTINGS.secret, 1, "salt")
    assert f"https://avvik.example.no/follow/{token}" in read(handler).get_content()
    assert read(handler)["Message-ID"] == reread(session, mail).message_id
    assert (mail.status, mail.tries, mail.sent_at, mail.locked_until, mail.fault) == ("sent", 1, NOW, None, "")
    assert token not in mail.body


def test_a_link_goes_to_the_case_as_it_is_when_the_mail_is_sent(session, sessions, mail):
    session.get(Case, 1).follow_salt = None
    session.commit()
    handler = Told()
    with running(handler) as url:
        sending(sessions, url)
    assert "https://avvik.example.no/follow\r\n" in read(handler).get_content() + "\r\n"


@pytest.mark.parametrize("told", [{"rcpt": "450 Try later"}, {"rcpt": "421 Busy"}, {"data": "451 Try later"}])
def test_f56_a_temporary_no_is_asked_again_later_and_later(session, sessions, mail, told):
    handler = Told(**told)
    with running(handler) as url:
        sending(sessions, url)
        assert (reread(session, mail).status, mail.next_try_at) == ("waiting", NOW + timedelta(seconds=30))
        assert mail.fault.startswith(told.popitem()[1][:3])
        assert sending(sessions, url, NOW + timedelta(seconds=29)) == 0
        assert sending(sessions, url, NOW + timedelta(seconds=30)) == 1
        assert reread(session, mail).next_try_at == NOW + timedelta(seconds=90)
        handler.rcpt = handler.data = "250 OK"
        sending(sessions, url, NOW + timedelta(seconds=90))
    assert (reread(session, mail).status, mail.tries, mail.fault) == ("sent", 3, "")


def test_after_the_last_rung_of_the_ladder_it_is_dead_until_somebody_revives_it(session, sessions, mail):
    handler, now = Told(rcpt="450 Try later"), NOW
    with running(handler) as url:
        for wait in queue.LADDER:
            assert sending(sessions, url, now) == 1
            now += wait
            assert reread(session, mail).next_try_at == now
        sending(sessions, url, now)
        assert (reread(session, mail).status, mail.tries) == ("dead", 11)
        assert sending(sessions, url, now + timedelta(days=9)) == 0
        assert queue.revive(session, now) == 1
        session.commit()
        handler.rcpt = "250 OK"
        assert sending(sessions, url, now) == 1
    assert reread(session, mail).status == "sent"


def test_how_long_it_is_waited_between_tries():
    assert [each.total_seconds() for each in queue.LADDER] == [30, 60, 120, 300, 600, 1200, 2400, 3600, 7200, 7200]


def test_the_log_counts_what_became_of_them_and_names_nobody(session, sessions, mail):
    post(session, event_key="case:1:5").address = "marit@example.no, evil@example.no"
    post(session, event_key="case:1:6")
    session.commit()
    with running(Told()) as url, capture_logs() as logged:
        sending(sessions, url)
    assert {key: value for key, value in logged[-1].items() if key != "log_level"} == {
        "event": "mails",
        "sent": 2,
        "dead": 1,
    }
    [failed] = [each for each in logged if each["event"] == "mail_failed"]
    assert (failed["outcome"], failed["tries"]) == ("dead", 1)
    assert "example.no" not in str(logged)


def test_the_server_is_told_goodbye(session, sessions, mail):
    class Polite(Told):
        left = 0

        async def handle_QUIT(self, *_):  # noqa: N802
            self.left += 1
            return "221 Bye"

    handler = Polite()
    with running(handler) as url:
        sending(sessions, url)
    assert handler.left == 1


@pytest.mark.parametrize("told", [{"rcpt": "550 No such user"}, {"data": "554 Refused"}])
def test_f56_a_final_no_is_the_end(session, sessions, mail, told):
    with running(Told(**told)) as url:
        sending(sessions, url)
        assert sending(sessions, url, NOW + timedelta(days=9)) == 0
    assert (reread(session, mail).status, mail.fault) == ("dead", told.popitem()[1])


def test_one_bad_mail_keeps_no_other_back(session, sessions, mail):
    mail.address = "marit@example.no, evil@example.no"
    post(session, event_key="case:1:5")
    session.commit()
    handler = Told()
    with running(handler) as url:
        assert sending(sessions, url) == 2
    assert len(handler.took) == 1
    assert reread(session, mail).status == "dead"


def test_a_busy_server_that_hangs_up_costs_the_next_mail_nothing(session, sessions, mail):
    second = post(session, event_key="case:1:5")
    session.commit()

    class Once(Told):
        async def handle_RCPT(self, *args):  # noqa: N802
            self.rcpt = "250 OK" if self.rcpt.startswith("421") and self.asked else self.rcpt
            self.asked = True
            return await super().handle_RCPT(*args)

        asked = False

    handler = Once(rcpt="421 Busy")
    with running(handler) as url:
        sending(sessions, url)
    assert reread(session, mail).status == "waiting"
    assert reread(session, second).status == "sent"


def unused_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_f56_a_server_that_cannot_be_reached_kills_no_mail(session, sessions, mail):
    second, now = post(session, event_key="case:1:5"), NOW
    session.commit()
    for _ in range(30):
        assert sending(sessions, f"smtp://127.0.0.1:{unused_port()}", now) == 2
        now += queue.UNREACHABLE
    assert {reread(session, each).status for each in (mail, second)} == {"waiting"}
    assert ("ConnectionRefusedError" in mail.fault, mail.tries) == (True, len(queue.LADDER))
    with running(Told()) as url:
        sending(sessions, url, now)
    assert {reread(session, each).status for each in (mail, second)} == {"sent"}


@pytest.mark.parametrize("query", ["?starttls=1", ""])
def test_f56_nothing_is_sent_to_a_server_that_cannot_do_what_was_asked(session, sessions, mail, query):
    handler = Told()
    with running(handler) as url:
        sending(sessions, url + query if query else url.replace("smtp://", "smtps://"), patience=5)
    assert not handler.took
    assert (reread(session, mail).status, mail.tries) == ("waiting", 1)


def test_a_server_that_wants_no_such_login_is_a_server_out_of_reach(session, sessions, mail):
    def nobody(*_):
        from aiosmtpd.smtp import AuthResult  # noqa: PLC0415

        return AuthResult(success=False, handled=False)

    options = {"authenticator": nobody, "auth_required": True, "auth_require_tls": False}
    with running(Told(), **options) as url:
        sending(sessions, url.replace("smtp://", "smtp://avvik:p%40ss@"))
    assert (reread(session, mail).status, mail.fault[:3]) == ("waiting", "535")


@pytest.mark.parametrize("told", [{"hang": True}, {"drop": True}])
def test_f56_a_server_that_never_answers_the_last_dot_gets_the_same_mail_again(session, sessions, mail, told):
    handler = Told(**told)
    with running(handler) as url:
        sending(sessions, url, patience=0.5)
        assert (reread(session, mail).status, mail.fault[:20]) == ("waiting", "the connection broke")
        handler.hang = handler.drop = False
        sending(sessions, url, NOW + timedelta(seconds=30))
    assert reread(session, mail).status == "sent"
    assert len(handler.took) == 2
    assert read(handler, 0)["Message-ID"] == read(handler, 1)["Message-ID"]


def test_a_server_that_trickles_is_cut_off(session, sessions, mail):
    """F50, F56: a byte now and then."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def trickle():
            connection, _ = listener.accept()
            with connection:
                while not ended.wait(0.05):
                    try:
                        connection.send(b"2")
                    except OSError:
                        return

        thread = threading.Thread(target=trickle, daemon=True)
        thread.start()
        sending(sessions, f"smtp://127.0.0.1:{listener.getsockname()[1]}", patience=0.5)
        ended.set()
        thread.join()
    assert (reread(session, mail).status, mail.tries) == ("waiting", 1)


SMUGGLED = (
    "Hei\r\n.\r\nMAIL FROM:<evil@example.no>\r\nRCPT TO:<evil@example.no>\r\nDATA\r\nSubject: x\r\n\r\nx\n.\n.\r\n"
)


def test_f55_f57_f58_what_a_server_takes_has_the_headers_that_were_meant_one_receiver_and_no_second_mail(
    session, sessions
):
    session.get(Person, 1).label = ATTACKS[0]
    for number, attack in enumerate(ATTACKS):
        row = post(session, event_key=f"case:1:{number}", values={"number": attack})
        row.body = f"{SMUGGLED}{attack}"
    session.commit()
    handler = Told()
    with running(handler) as url:
        while sending(sessions, url):
            pass
    assert len(handler.took) == len(ATTACKS)
    for number, (sender, receivers, content) in enumerate(handler.took):
        assert (sender, receivers) == ("avvik@example.no", ["marit@example.no"]), "bounces come to whoever runs it"
        assert set(read(handler, number).keys()) == HEADERS
        assert {name.decode() for name in re.findall(rb"(?m)^([A-Za-z-]+):", content.split(b"\r\n\r\n")[0])} == HEADERS
        assert read(handler, number)["Auto-Submitted"] == "auto-generated", "no automatic answer is asked for"
        assert read(handler, number)["X-Auto-Response-Suppress"] == "All"


def test_a_worker_that_dies_between_the_servers_yes_and_its_note_leaves_the_mail_to_the_next(
    session, sessions, mail, monkeypatch
):
    handler = Told()

    def die(*_args, **_names):
        raise KeyboardInterrupt

    with running(handler) as url:
        monkeypatch.setattr(queue, "sent", die)
        with pytest.raises(KeyboardInterrupt):
            sending(sessions, url)
        monkeypatch.undo()
        assert sending(sessions, url, NOW + queue.LEASE - timedelta(seconds=1)) == 0
        assert sending(sessions, url, NOW + queue.LEASE) == 1
    assert [read(handler, number)["Message-ID"] for number in (0, 1)] == [reread(session, mail).message_id] * 2
    assert (mail.status, mail.tries) == ("sent", 2)


def test_a_worker_whose_lease_was_taken_over_writes_nothing_any_more(session, sessions, mail):
    late = queue.claim(session, worker="late", now=NOW, limit=9)
    session.commit()
    after = NOW + queue.LEASE
    other = queue.claim(session, worker="other", now=after, limit=9)
    session.commit()
    queue.dead(session, late.letters[0].id, worker="late", fault="too late")
    session.commit()
    assert reread(session, mail).status == "waiting"
    queue.sent(session, other.letters[0].id, worker="other", now=after)
    session.commit()
    assert (reread(session, mail).status, mail.fault) == ("sent", "")


def test_several_workers_send_each_mail_once(session, sessions):
    for number in range(60):
        post(session, event_key=f"case:1:{number}")
    session.commit()
    handler = Told()

    def work():
        while sending(sessions, url, limit=7):
            pass

    with running(handler) as url:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    ids = [read(handler, number)["Message-ID"] for number in range(len(handler.took))]
    assert len(ids) == len(set(ids)) == 60
    assert set(session.scalars(select(OutgoingMail.status))) == {"sent"}


def test_a_slow_servers_batch_ends_early_and_the_rest_goes_back(session, sessions, mail, monkeypatch):
    """F50."""
    post(session, event_key="case:1:5")
    session.commit()
    monkeypatch.setattr("app.outbox.deliver.BATCH_SECONDS", 0.0)
    handler = Told()
    with running(handler) as url:
        assert sending(sessions, url) == 2
    assert not handler.took
    assert (reread(session, mail).tries, mail.locked_until, mail.status) == (0, None, "waiting")


def test_without_a_mail_server_mails_wait(session, sessions, mail):
    assert sending(sessions, "") == 0
    assert (reread(session, mail).status, mail.tries) == ("waiting", 0)


def test_what_is_waiting_is_counted(session, sessions, mail):
    assert queue.counts(session) == (1, NOW, 0)
    mail.status = "dead"
    session.flush()
    assert queue.counts(session) == (0, None, 1)


def test_twenty_are_sent_in_one_batch(session, sessions):
    for number in range(21):
        post(session, event_key=f"case:1:{number}")
    session.commit()
    with running(Told()) as url:
        assert [sending(sessions, url) for _ in range(3)] == [20, 1, 0]


def test_the_log_counts_what_no_server_was_there_for(session, sessions, mail):
    post(session, event_key="case:1:5")
    session.commit()
    with capture_logs() as logged:
        sending(sessions, f"smtp://127.0.0.1:{unused_port()}")
    assert logged == [{"event": "mails", "unreached": 2, "log_level": "info"}]
