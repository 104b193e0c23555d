"""Taking words out of a case for good: from its rows, journal, letters, mails and file names; a scar stays.

Faults F12: words that should never have been written can be taken away without taking the whole answer.
What stands within a file, and in backups taken earlier, isn't reached.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.language.definition import Routine
from app.routing import seats
from app.scope.unlisted import take_out
from app.workflow import engine, journal, keeping, prints
from app.workflow.actor import Actor
from app.workflow.context import Context
from app.workflow.journal import REDACTED
from app.workflow.prints import MARK
from app.workflow.words import in_day, say
from model import Case, Document, JournalEntry, OutgoingMail, StoredFile, Subject

SCAR = {
    "nb": MARK + " (fjernet av {who} {day})",
    "nn": MARK + " (fjerna av {who} {day})",
    "en": MARK + " (removed by {who} on {day})",
}
SOMEBODY = {"nb": "en saksbehandler", "nn": "ein saksbehandlar", "en": "a case handler"}
WHOLE_SCAR = re.compile(rf"{MARK} \([^()]*\)")
SHORTEST, MOST = 2, 50
"""Characters that a word has at least: a scar's mark is no longer than what it stands for. Words at one time."""
WRITTEN = ("text", "place")
"""Types of fields that hold what people wrote."""

Change = Callable[[str], str]


def words_in(text: str) -> list[str]:
    """Give the words or phrases that somebody wants taken out, one a line; what is too short is left out."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return [*dict.fromkeys(each for each in lines if len(each) >= SHORTEST)][:MOST]


def pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Find any of the words, the longest first, whatever their case and spacing; not within a longer word."""
    return re.compile("|".join(map(_spelled, sorted(words, key=len, reverse=True))) or r"(?!)", re.IGNORECASE)


def _spelled(word: str) -> str:
    inner = r"\s+".join(map(re.escape, word.split()))
    before, after = (r"(?<!\w)" if word[0].isalnum() else ""), (r"(?!\w)" if word[-1].isalnum() else "")
    return before + inner + after


def scar(context: Context, case: Subject, actor: Actor) -> str:
    """Give what stands in the words' place, in the case's language: by which function, and when."""
    day = in_day(context.organisation.worktime.day_of(context.now), case.language)
    return say(SCAR, case.language).format(who=_function(context, case, actor), day=day)


def _function(context: Context, case: Subject, actor: Actor) -> str:
    """Name the function in which the actor has the case, else one that they hold; never the person."""
    organisation, language = context.organisation, case.language
    today = organisation.worktime.day_of(context.now)
    held = [each for each in organisation.holdings if each.person == actor.person]
    handler = seats.read(case.handler) if case.handler else seats.Seat()
    if actor.person is not None and case.handler in seats.seats_of(actor.person, organisation, today) and handler.role:
        role, unit = handler.role, handler.unit
    elif held:
        role, unit = held[0].role, held[0].unit
    else:
        return say(SOMEBODY, language)
    row = organisation.units.get(unit) if unit else None
    named = f"{say(organisation.label(role), language)} {row.code or say(row.label, language) if row else ''}"
    return re.sub(r"[()]", "", named).strip()


def redact(context: Context, case: Case, words: Iterable[str], *, actor: Actor, version: int | None) -> None:
    """Put scars in the words' places, in the case and its parts, and write in the journal that it was done.

    Nothing of the words is kept, nor how many there were. Raises Stale when the case has moved on.
    """
    engine.claim(context, case, version)
    for part in case.parts:
        engine.claim(context, part, None)
    found, long, rows = pattern(words), scar(context, case, actor), [case, *case.parts]
    titles = [_before_and_after(each, found, long) for each in rows]
    for each, (_, title) in zip(rows, titles, strict=True):
        _in_subject(context, each, found, long, title)
    take_out(context.session)
    _in_journal(context, case, found, long)
    ids = [each.id for each in rows]
    _in_sent(context.session, ids, _changing(found, long, titles), _changing(found, MARK, titles))
    _in_file_names(context.session, ids, found)
    case.events += 1
    case.changed_at = context.now
    journal.write(context, case, None, actor, case.state, {}, (), [], event=REDACTED)


def _before_and_after(subject: Subject, found: re.Pattern[str], long: str) -> tuple[str, str]:
    """Give the title as it was and as it becomes; one that was derived from the description is derived anew."""
    title = subject.title
    if subject.description and title == keeping.title_of(WHOLE_SCAR.sub(MARK, subject.description)):
        return title, keeping.title_of(WHOLE_SCAR.sub(MARK, found.sub(long, subject.description)))
    return title, found.sub(MARK, title)


def _in_subject(context: Context, subject: Subject, found: re.Pattern[str], long: str, title: str) -> None:
    subject.title, subject.description = title, found.sub(long, subject.description)
    subject.answers = _answers(subject.answers, context.edition(subject).routine, found, long)


def _answers(answers: Mapping[str, Any], routine: Routine, found: re.Pattern[str], long: str) -> dict[str, Any]:
    """Change what people wrote, and what their files are called; a chosen value or a number stays what it is."""
    written = {name for name in answers if name not in routine.fields or routine.fields[name].type in WRITTEN}
    scars = {name: MARK if name == "title" else long for name in written}
    return {name: _changed(value, found, scars.get(name)) for name, value in answers.items()}


def _changed(value: Any, found: re.Pattern[str], scar: str | None) -> Any:
    """Change a text where there is a scar for it, and a file's name anyway."""
    if isinstance(value, list):
        return [_changed(each, found, scar) for each in value]
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        return {**value, "name": found.sub(MARK, value["name"])}
    return found.sub(scar, value) if isinstance(value, str) and scar else value


def _in_journal(context: Context, case: Case, found: re.Pattern[str], long: str) -> None:
    for entry in context.session.scalars(select(JournalEntry).where(JournalEntry.case_id == case.id)):
        answers = _answers(entry.answers, context.edition(entry).routine, found, long)
        prints.rewritten(entry, [f"{prints.ANSWER}{name}" for name in answers if answers[name] != entry.answers[name]])
        entry.answers = answers


def _in_sent(session: Session, ids: Sequence[int], change: Change, short: Change) -> None:
    """Change letters, and mails that were sent or still wait."""
    for letter in session.scalars(select(Document).where(Document.subject_id.in_(ids))):
        letter.title, letter.body = short(letter.title), change(letter.body)
    for mail in session.scalars(select(OutgoingMail).where(OutgoingMail.subject_id.in_(ids))):
        mail.subject, mail.body = short(mail.subject), change(mail.body)


def _in_file_names(session: Session, ids: Sequence[int], found: re.Pattern[str]) -> None:
    for file in session.scalars(select(StoredFile).where(StoredFile.subject_id.in_(ids))):
        file.name = found.sub(MARK, file.name)


def _changing(found: re.Pattern[str], scar: str, titles: Iterable[tuple[str, str]]) -> Change:
    """Make the change of a text that titles are copied into: those first, since one may end in the midst of words."""
    renamed = {before: after for before, after in titles if before != after}

    def change(text: str) -> str:
        for before, after in renamed.items():
            text = text.replace(before, after)
        return found.sub(scar, text)

    return change
