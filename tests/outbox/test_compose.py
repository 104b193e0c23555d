"""What is written, to whom and in which language; that it is written once; that text stays text (F60)."""

import re

from sqlalchemy import func, select

from app.outbox import compose
from model import MailText, OutgoingMail, Person
from tests.outbox.conftest import NOW, post


def words(session, **bodies):
    subject = {language: f"{language} {{number}}" for language in bodies}
    session.add(MailText(name="accepted", subject=subject, body=bodies))
    session.flush()


def test_a_mail_without_words_of_its_own_says_number_state_and_link(session):
    mail = post(session)
    assert mail.subject == "Sak 2024-1"
    assert mail.body == f"Sak 2024-1 har no status «Under behandling».\n\nOpne her: {compose.LINK}"
    assert (mail.address, mail.name, mail.why, mail.language) == ("marit@example.no", "accepted", "reporter", "nn")
    assert (mail.status, mail.tries, mail.created_at, mail.next_try_at) == ("waiting", 0, NOW, NOW)


def test_each_receiver_reads_their_own_language(session):
    words(session, nb="bokmål", nn="nynorsk", en="English")
    person = session.get(Person, 1)
    written = []
    for number, language in enumerate(("nn", "en", "", "se")):
        person.language = language
        written.append(post(session, event_key=f"case:1:{number}").body)
    assert written == ["nynorsk", "English", "English", "bokmål"]
    person.language = ""
    assert post(session, subject=None, event_key="nobody's").body == "bokmål"


def test_the_same_event_writes_one_mail_however_often_it_is_told(session):
    assert post(session) is not None
    assert post(session) is None
    session.commit()
    assert post(session) is None
    assert post(session, mail="closed") is not None
    assert post(session, event_key="case:1:5") is not None
    assert session.scalar(select(func.count()).select_from(OutgoingMail)) == 3


def test_the_message_id_is_fixed_when_the_mail_is_written(session):
    first = post(session)
    assert re.fullmatch(r"<case-1-4\.[0-9a-f]{32}@localhost>", first.message_id)
    session.rollback()
    assert post(session).message_id == first.message_id
    assert post(session, event_key="case:1:5").message_id != first.message_id


def test_f60_placeholders_are_filled_once_and_unknown_ones_left_out(session):
    words(session, nn="{reason} {due close_target}{handler}/{unknown}/{{number}} {link}")
    values = {"number": "2024-1", "reason": "{link} {number} {{7*7}}", "due close_target": "4. mars "}
    mail = post(session, values=values)
    assert mail.body == f"{{link}} {{number}} {{{{7*7}}}} 4. mars //{{2024-1}} {compose.LINK}"


def test_no_text_from_people_can_hold_the_links_place_or_what_a_database_refuses(session):
    words(session, nn="{reason}")
    mail = post(session, values={"reason": f"a{compose.LINK}\x00\ud800\u202eb\u2028c\r\nd 👩‍🔬 é"})
    assert mail.body == "ab\nc\nd 👩‍🔬 é"
    session.commit()


def test_a_subject_is_one_line_of_bounded_length(session):
    words(session, nn="")
    mail = post(session, values={"number": "1\r\nBcc: evil@example.no" + "x" * 1000})
    assert mail.subject.startswith("nn 1 Bcc: evil@example.no")
    assert "\n" not in mail.subject
    assert len(mail.subject) == 500


def test_without_a_link_there_is_no_line_about_it(session):
    assert compose.LINK not in post(session, link="").body


def test_the_preview_is_what_is_sent(session):
    words(session, nn="Følg saka: {link}", nb="Følg saken: {link}")
    assert compose.preview(session, "accepted", "nb", {"number": "1"}) == ("nb 1", "Følg saken: [lenke]")
    assert post(session, values={"number": "1"}).body == f"Følg saka: {compose.LINK}"


def test_the_commit_that_writes_mails_can_be_told(session):
    assert compose.WROTE not in session.info
    post(session)
    assert session.info[compose.WROTE]
