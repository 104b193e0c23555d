"""Fault F12: words that should never have been written are taken out everywhere, and a scar stays."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import MetaData, select, text

from app.web.database import snapshot
from app.workflow import sealing
from app.workflow.redacting import words_in
from model import JournalEntry, OutgoingMail, Subject
from model.searching import TABLE
from tests.house import Person, cases, session_of
from tests.workflow.proof import faults

SECRET = "Testnavn Prøvesen"
BROKEN = "Foreleseren heter Testnavn\nPrøvesen, og det er 900 00 001 som er nummeret. TESTNAVN  PRØVESEN kom ikke."


def everything(app):
    """All that stands in the database, table by table, as one text; FTS5 has its index in tables of its own."""
    with session_of(app) as session:
        known = MetaData()
        known.reflect(session.connection())
        rows = {name: session.execute(select(table)).all() for name, table in known.tables.items() if name != TABLE}
        return {name: " ".join(map(str, (tuple(row) for row in found))) for name, found in rows.items()}


def stands(app, *words):
    """Tables in which one of the words stands, in whatever case and spacing, however JSON spells it."""
    found = set()
    for table, whole in everything(app).items():
        plain = " ".join(whole.replace("\\n", " ").split()).casefold()
        spelled = [*words, *(json.dumps(word)[1:-1] for word in words), *(repr(word)[1:-1] for word in words)]
        found |= {table for word in spelled if word.casefold() in plain}
    return found


def in_index(app, piece):
    """Whether the index for searching has three letters: SQLite's as it is stored, PostgreSQL's as it is asked."""
    with session_of(app) as session:
        if session.get_bind().dialect.name == "sqlite":
            made = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.known USING fts5vocab('main', 'subject_search', 'row')"
            session.execute(text(made))
            known = session.scalar(
                text("SELECT count(*) FROM temp.known WHERE term = :piece"), {"piece": piece.lower()}
            )
            segments = session.scalar(text("SELECT count(DISTINCT segid) FROM subject_search_idx")) or 0
            return bool(known) or segments > 1  # what was taken out stays in older segments until they are one
        session.execute(text("SET LOCAL enable_seqscan = off"))
        has = text("subject_words(number, title, description, language, severity, reporter_kind, answers) ILIKE :piece")
        return session.scalar(select(Subject.id).where(has), {"piece": f"%{piece}%"}) is not None


@pytest.fixture
def case(house):
    """A case of IE's quality contact, with the secret in its report, messages, notes, a mail and an action."""
    Person(house).report(description=BROKEN, keep_personal_data="y")
    number = next(iter(cases(house)))
    Person(house, "desk").move(number, "forward", unit="ie", area="education_quality")
    quality = Person(house, "quality_ie")
    quality.move(number, "accept")
    quality.move(number, "write_to_reporter", conversation=f"Vi snakker med {SECRET} om dette.")
    quality.move(number, "note", comment=f"Ringte {SECRET.upper()} i dag.")
    with session_of(house) as session:
        mail = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).first()
        mail.body += f"\n{SECRET}"
        mail.subject = "Foreleseren heter Testnavn"
        session.commit()
    return number


@pytest.fixture
def quality(house):
    return Person(house, "quality_ie")


def test_f12_words_are_gone_from_every_table_and_a_scar_says_so(house, case, quality):
    assert {"subject", "journal_entry", "outgoing_mail"} <= stands(house, SECRET)
    assert in_index(house, "Prø")
    page = f"/cases/{case}/remove-words"
    quality.get(page)
    assert "900 00 001" in quality.text
    quality.post(page, words=SECRET, found="900 00 001", preview="1")
    assert "██ (fjernet av " in quality.text
    assert {"subject", "journal_entry"} <= stands(house, SECRET), "a preview changes nothing"
    quality.post(page, words=SECRET, found="900 00 001", remove="1")
    assert quality.status == 302, quality.text
    assert stands(house, SECRET, "900 00 001", "Testnavn") == set()
    assert not in_index(house, "Prø")
    quality.follow()
    assert "Words were removed" in quality.text or "Ord er fjernet fra saken" in quality.text
    assert quality.get("/cases/?tab=all&q=Prøve").text.count("data-case=") == 0
    with session_of(house) as session:
        row = session.scalars(select(Subject).where(Subject.number == case)).one()
        assert row.title == "Foreleseren heter ██, og det er ██ som er nummeret"
        assert row.description.count("██ (fjernet av ") == 3
        last = session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
        assert (last.event, last.answers, last.transition) == ("redacted", {}, None)


def test_f12_the_scar_names_the_function_and_never_the_person(house, case, quality):
    quality.get(f"/cases/{case}/remove-words")
    quality.post(f"/cases/{case}/remove-words", words=SECRET, remove="1")
    with session_of(house) as session:
        text = session.scalars(select(Subject).where(Subject.number == case)).one().description
    assert "fjernet av Studiekvalitetskontakt IE " in text


def test_f12_nothing_happens_without_words_that_stand_there(house, case, quality):
    page = f"/cases/{case}/remove-words"
    quality.get(page)
    assert quality.post(page, words="", remove="1").status_code == 400
    assert quality.post(page, words="noe helt annet", remove="1").status_code == 400
    assert "noe helt annet" in quality.text
    assert "journal_entry" in stands(house, SECRET)


def test_f12_a_case_that_moved_meanwhile_is_looked_through_again(house, case, quality):
    page = f"/cases/{case}/remove-words"
    quality.get(page)
    old = quality.hidden()
    Person(house, "quality_ie").move(case, "note", comment="Noe nytt.")
    assert quality.post(page, **old, words=SECRET, remove="1").status_code == 409
    assert SECRET in quality.text
    assert "journal_entry" in stands(house, SECRET)


def proved(house):
    """What is wrong with the journal, once all of it is sealed."""
    with session_of(house) as session:
        while sealing.seal(session):
            session.commit()
        session.commit()
        with snapshot(session.get_bind()) as connection:
            return [what for _, _, what in faults(connection, datetime.now(UTC))]


def test_f62_the_journal_still_proves_itself_and_tells_words_that_were_taken_out_by_hand(house, case, quality):
    page = f"/cases/{case}/remove-words"
    for words in ("Testnavn", "Prøvesen", "900 00 001"):
        quality.get(page)
        assert quality.post(page, words=words, remove="1").status_code == 302, quality.text
    assert proved(house) == []
    quality.move(case, "note", comment="Noe helt nytt.")
    with session_of(house) as session:
        last = session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
        last.salts = {**last.salts, "answers.comment": "rewritten 1"}
        last.answers = {"comment": "██ helt nytt."}
        session.commit()
    assert proved(house) == ["words were taken out, and no later row says so"]


def test_a_word_is_taken_whole_and_too_short_ones_not_at_all():
    assert words_in(" Per  Hansen \n\nx\nPer  Hansen\nab") == ["Per Hansen", "ab"]
