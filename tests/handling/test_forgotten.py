"""A closed case is made anonymous (F62): its content is gone wherever it was, and the counts and the proof stay."""

import io
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from sqlalchemy import select

from app.cli.journal import group
from app.language.load import load
from app.web.roles import allow_moves
from app.worker.tick import tick
from config import ROOT
from model import OutgoingMail, StoredFile, WorkflowEdition
from tests.handling.test_redaction import in_index, stands
from tests.house import Person, cases, session_of

SECRET = "Fjellrypa"
MAIL = "melder@stud.example"
CHANGED = {
    "optional: [unit, course]": "optional: [unit, course, attachments]",
    "\n      close: {label": "\n      erase: {label: {nb: Slett innholdet, nn: Slett innhaldet, en: Erase}, from: closed, "
    "to: same, by: handler, forget: [reporter, description, attachments, conversation, comment, summary]}"
    "\n      close: {label",
}


@pytest.fixture
def closed(house):
    """A case that is closed, with the secret in its report, its file, a message, a note and mails; its number."""
    routine = (ROOT / "workflow.yaml").read_text("utf-8")
    for old, new in CHANGED.items():
        assert old in routine
        routine = routine.replace(old, new, 1)
    with session_of(house) as session:
        sha = sha256(routine.encode()).hexdigest()
        session.add(WorkflowEdition(number=2, text=routine, sha256=sha, published_at=datetime.now(UTC)))
        allow_moves(session, load(routine).routine)
        session.commit()
    file = io.BytesIO(f"Om {SECRET}".encode()), f"{SECRET}.txt"
    Person(house).report(description=f"Det gjelder {SECRET}.", attachments=file)
    number = next(iter(cases(house)))
    Person(house, "desk").move(number, "forward", unit="ie", area="education_quality")
    quality = Person(house, "quality_ie")
    quality.move(number, "accept")
    quality.move(number, "write_to_reporter", conversation=f"Vi ser på {SECRET}.")
    quality.move(number, "note", comment=f"Ringte om {SECRET}.")
    quality.move(number, "assess", severity="medium", others_to_inform="nobody")
    quality.move(number, "close", summary=f"{SECRET} er ordnet.")
    with session_of(house) as session:
        for mail in session.scalars(select(OutgoingMail)):
            mail.status = "sent"
            mail.body += SECRET
            mail.subject += SECRET
        session.commit()
    assert cases(house)[number][0] == "closed", quality.text
    return number


def found(person):
    """What the search, the list as a file and the counts tell."""
    hits = person.get(f"/cases/?tab=all&q={SECRET}") and person.text.count("data-case=")
    listed = person.get("/cases/export/csv?tab=all&columns=description").get_data(as_text=True)
    return hits, SECRET in listed, person.get("/reports/by_unit/csv").get_data()


def test_f62_a_case_made_anonymous_is_gone_from_everywhere_and_still_counted_and_proved(house, closed):
    quality = Person(house, "quality_ie")
    assert {"subject", "journal_entry", "stored_file", "outgoing_mail"} <= stands(house, SECRET)
    assert in_index(house, "lry")
    hits, listed, counted = found(quality)
    assert (hits, listed) == (1, True)
    quality.move(closed, "erase")
    assert quality.status == 302, quality.text
    tick(house)
    assert stands(house, SECRET, MAIL) == set()
    assert not in_index(house, "lry")
    with session_of(house) as session:
        assert SECRET.encode() not in b"".join(session.scalars(select(StoredFile.content)))
    assert found(quality) == (0, False, counted)
    quality.get(f"/cases/{closed}")
    assert quality.status == 200
    assert SECRET not in quality.text
    told = house.test_cli_runner().invoke(group, ["verify"])
    assert told.exit_code == 0, told.output
