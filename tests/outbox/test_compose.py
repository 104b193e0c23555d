"""What is written, to whom and in which language; that it is written once; that text stays text (F60)."""

import re

from sqlalchemy import func, select

from app.outbox import compose
from model import Case, MailText, OutgoingMail, Person, Subject
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


def test_whoever_was_never_saved_is_saved_first(session):
    new = Person(name="new", mail=" new@example.no ", language="nb")
    session.add(new)
    mail = post(session, receiver=new)
    assert (mail.receiver_id, mail.address) == (new.id, "new@example.no")
    assert new.id is not None
    moved = {"edition_id": 1, "state": "received", "submitted_at": NOW, "changed_at": NOW}
    case = Case(number="2024-9", flow="case", language="en", **moved)
    session.add(case)
    mail = post(session, event_key="case:9:1", subject=case)
    assert mail.subject_id == case.id is not None
    assert post(session, event_key="nobody's", subject=None).subject_id is None


def test_a_language_that_is_given_goes_before_the_receivers(session):
    words(session, nb="bokmål", nn="nynorsk", en="English")
    assert post(session, language="en").body == "English"


def test_what_is_kept_of_why_and_of_the_id_is_bounded(session):
    mail = post(session, why="w" * 130, event_key="clock:" + "é1" * 50)
    assert mail.why == "w" * 120
    assert re.fullmatch(r"<clock-1(-1){16}-\.[0-9a-f]{32}@localhost>", mail.message_id)
    assert post(session, event_key=":a:").message_id.startswith("<a.")


def test_an_id_is_sealed_over_event_address_and_mail(session):
    ids = {
        post(session, event_key=key, mail=name, receiver=Person(name=at, mail=f"{at}@example.no")).message_id
        for key, name, at in (("e", "a", "x"), ("e", "b", "x2"), ("f", "a", "x3"), ("e", "a", "y"))
    }
    assert len({each.partition(".")[2] for each in ids}) == 4


def test_only_a_letter_keeps_what_stands_above_it(session):
    head = {"day": "today"}
    assert post(session, letter=head).letter == {}
    words(session, nn="Hei {link}")
    assert post(session, letter=head, event_key="1").letter == {}
    session.scalars(select(MailText)).one().letter = True
    session.flush()
    assert post(session, letter=head, event_key="2").letter == head
    assert post(session, event_key="3").letter == {}
    assert compose.words(session, "accepted").letter is True
    assert compose.words(session, "other").letter is False


def test_a_letter_without_a_link_lacks_its_line_and_a_mail_its_place(session):
    words(session, nn="Hei.  \n\nLes: {link}\n\n\nHelsing")
    assert compose.filled(compose.words(session, "accepted"), "accepted", "nn", {}, "") == (
        "nn",
        "Hei.  \n\nLes: \n\nHelsing",
    )
    session.scalars(select(MailText)).one().letter = True
    session.flush()
    assert compose.filled(compose.words(session, "accepted"), "accepted", "nn", {}, "") == ("nn", "Hei.\n\nHelsing")
    assert compose.LINK in compose.filled(compose.words(session, "accepted"), "accepted", "nn", {}, "case:1")[1]


def test_a_title_has_no_link(session):
    assert compose.fill("See {link} {a}", "{a}{link}", {"a": "b"}, "case:1") == ("See b", f"b{compose.LINK}")
    assert compose.fill("{link}", "{link}", {"link": "x"}, "") == ("", "")


def test_the_word_for_a_link_is_said_in_the_languages_there_are():
    said = {language: compose.with_word(f"<{compose.LINK}>", language) for language in ("nb", "en", "se")}
    assert said == {"nb": "<[lenke]>", "en": "<[link]>", "se": "<[link]>"}


def test_a_preview_has_a_link_and_a_mail_without_one_has_no_word(session):
    assert "[link]" in compose.preview(session, "accepted", "en", {})[1]
    assert "[link]" not in compose.preview(session, "accepted", "en", {}, "")[1]


def test_in_which_language_a_mail_goes(session):
    words(session, nb="bokmål", nn="nynorsk", se="bokmål")

    def language(wish, mail="accepted", spoken=("nb", "en")):
        return compose.language_of(compose.words(session, mail), wish, spoken)

    assert language("en") == "en", "the routine speaks it"
    assert language("nn") == "nn", "the text has words in it"
    assert language("se") == "nb", "the same words are none of its own"
    assert language("fr") == "nb"
    assert language("nn", "other") == "nb"


def test_which_placeholders_a_text_has(session):
    words(session, nn="{reason} and {due close_target} {Not} {1x} {a b c}")
    assert compose.named(compose.words(session, "accepted"), "accepted", "nn") == {
        "number",
        "reason",
        "due close_target",
        "a b c",
    }
    assert {"number", "state"} <= compose.named(compose.words(session, "other"), "other", "nn")


def test_a_text_that_lacks_words_falls_back_on_the_standard_ones(session):
    session.add(MailText(name="accepted", subject={"en": "About {number}"}, body={}))
    session.flush()
    title, body = compose.filled(
        compose.words(session, "accepted"), "accepted", "en", {"number": "7", "state": "Open"}, ""
    )
    assert title == "About 7"
    assert body.startswith("Case 7 is now")


def test_line_breaks_of_all_kinds_become_one_kind():
    assert (
        compose.plain("a\r\nb\rc\vd\fe\x1cf\x1dg\x1eh\x85i\u2028j\u2029k\nl\tm")
        == "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\tm"
    )
    assert compose.plain("a\x00\x1f\u202a\u2066\ue000\ud800b") == "ab"


def test_a_subject_of_no_language_asks_the_installation(session):
    session.get(Person, 1).language = ""
    session.get(Subject, 1).language = ""
    assert post(session).language == compose.Settings.current().default_language
