"""Where somebody may meet a case: each surface asked by the function it uses itself, and compared with the others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sqlalchemy import and_, select

from app.access import Viewer
from app.change.compared import listed
from app.change.stage import Play
from app.i18n import gettext
from app.routing.facts import CaseFacts
from app.routing.parties import Lookup
from app.workflow import finding
from app.workflow.counting import Choice, count
from app.workflow.extras import Fields
from app.workflow.filing import files_of
from app.workflow.keeping import title_of
from model import Case, JournalEntry, OutgoingMail, Part, Subject

PAGE, SIGHT, LIST, SEARCH, COUNT = "page", "sight", "list", "search", "count"
NOT_TEXT = frozenset({"language", "reporter_kind"})
"""Fields whose values are words of the product, though they are typed as text."""


def faults(play: Play, subject: Subject, name: str, *, wanted: bool) -> Iterator[str]:
    """Give each surface on which the person called that meets the case, or doesn't, otherwise than wanted."""
    look = _Look(play, subject, name)
    yield from look.of_all(wanted=wanted)
    yield from look.of_words()
    yield from look.of_parts()
    yield from look.of_files()
    if not wanted:
        yield from look.of_mails()


class _Look:
    def __init__(self, play: Play, subject: Subject, name: str) -> None:
        self.play, self.subject, self.name = play, subject, name
        self.context = play.context
        self.facts: CaseFacts = self.context.facts(subject)
        self.person = play.people.get(name)
        self.viewer: Viewer = self.context.viewer(self.person)
        self.table: type[Subject] = type(subject)

    # -- the case itself -----------------------------------------------------------

    def of_all(self, *, wanted: bool) -> Iterator[str]:
        """Compare the surfaces with what is wanted: one sentence if all differ, else one for each that does."""
        shown = self._shown()
        wrong = [surface for surface, sees in shown.items() if sees != wanted]
        if len(wrong) == len(shown):
            told = gettext("%(person)s doesn't see the case, but should", person=self.name)
            yield told if wanted else gettext("%(person)s sees the case, but shouldn't", person=self.name)
            return
        for surface in wrong:
            words = {"person": self.name, "where": self._called(surface)}
            if wanted:
                yield gettext("%(person)s should see the case everywhere, but doesn't %(where)s", **words)
            else:
                yield gettext("%(person)s shouldn't see the case anywhere, but does %(where)s", **words)

    def _shown(self) -> Mapping[str, bool]:
        number = self.subject.number
        found = {
            PAGE: self._finds(finding.opened(self.viewer, self.table, number)),
            SIGHT: self.viewer.sees(self.facts),
            LIST: self._finds(select(self.table).where(finding.rows(self.viewer, self.table))),
            SEARCH: self._searched(number),
        }
        return {**found, COUNT: self._counted()} if isinstance(self.subject, Case) else found

    def _called(self, surface: str) -> str:
        return {
            PAGE: gettext("on its page"),
            SIGHT: gettext("where links and mails ask"),
            LIST: gettext("in the list, its counts and its file"),
            SEARCH: gettext("when searching for its number"),
            COUNT: gettext("in the counts of the report “all”"),
        }[surface]

    def _finds(self, rows: object) -> bool:
        query = rows.where(self.table.id == self.subject.id)  # type: ignore[attr-defined]
        return self.play.session.scalar(query) is not None

    def _searched(self, text: str) -> bool:
        clause = finding.searched(self.context, self.viewer, self.table, text)
        listed = select(self.table).where(finding.rows(self.viewer, self.table))
        return clause is not None and self._finds(listed.where(clause))

    def _counted(self) -> bool:
        scope = and_(finding.counted(self.viewer), Subject.id == self.subject.id)
        return bool(count(self.context, choice=Choice(scope)))

    # -- what it holds -------------------------------------------------------------

    def of_words(self) -> Iterator[str]:
        """Search for a word of the title and of the description: it finds the case for those who may read it."""
        texts = {name: str(getattr(self.subject, name)) for name in finding.WORDS}
        for word in dict.fromkeys(max(text.split(), key=len) for text in texts.values() if text.strip()):
            holding = [name for name, text in self._texts() if word.lower() in text.lower()]
            readable = any(self._reads(name) for name in holding) or word.lower() in self.subject.number.lower()
            found = self._searched(word)
            if found and not readable:
                yield gettext(
                    "%(person)s finds the case by the word “%(word)s”, but may not read it", person=self.name, word=word
                )
            elif readable and not found and self.viewer.fully(self.facts):
                yield gettext(
                    "%(person)s may read “%(word)s”, but doesn't find the case by it", person=self.name, word=word
                )

    def _texts(self) -> Iterator[tuple[str, str]]:
        """Everything in the case that a search looks at, by field."""
        for name in dict.fromkeys((*finding.WORDS, *Fields(self.viewer, self.table is Part).texts)):
            value = self.subject.title if name == "title" else self.facts.value(name)
            yield name, " ".join(map(str, listed(value or "")))

    def _reads(self, name: str) -> bool:
        return self.viewer.sees(self.facts) and finding.shows(self.viewer, name, self.facts)

    def of_parts(self) -> Iterator[str]:
        """Whoever sees the whole case sees each of its parts; a part in the list has a page."""
        for part in getattr(self.subject, "parts", ()):
            facts = self.context.facts(part)
            listed = self.play.session.scalar(finding.opened(self.viewer, Part, part.number)) is not None
            words = {"person": self.name, "number": part.number}
            if listed != self.viewer.sees(facts):
                yield gettext("the list and the page of part %(number)s disagree about %(person)s", **words)
            elif self.viewer.fully(self.facts) and not listed:
                yield gettext("%(person)s sees the whole case, but not its part %(number)s", **words)

    def of_files(self) -> Iterator[str]:
        """A file is downloaded by those who see the case and may read its field; its list says the same."""
        listed = {each.id for each in finding.files(self.context, self.viewer, self.facts)}
        for each in files_of(self.context, self.subject):
            may = self.viewer.sees(self.facts) and each.id in listed
            got = finding.file(self.context, self.viewer, self.subject.number, each.id) is not None
            words = {"person": self.name, "file": each.name}
            if got and not may:
                yield gettext("%(person)s can download “%(file)s”, but may not see it", **words)
            elif may and not got:
                yield gettext("%(person)s may see “%(file)s”, but can't download it", **words)

    def of_mails(self) -> Iterator[str]:
        """No mail of the latest step tells somebody the words of a case that is hidden from them."""
        text = "\n".join(f"{mail.subject}\n{mail.body}" for mail in self._mails())
        for word in dict.fromkeys(self._secrets() if text else ()):
            if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text):
                yield gettext(
                    "%(person)s was mailed “%(words)s”, which stands in the case", person=self.name, words=word
                )

    def _mails(self) -> list[OutgoingMail]:
        family = {self.subject.id, *(part.id for part in getattr(self.subject, "parts", ()))}
        return [
            mail
            for mail in self.play.latest_mails()
            if mail.receiver_id == self.person is not None and (mail.subject_id is None or mail.subject_id in family)
        ]

    def _secrets(self) -> Iterator[str]:
        """Texts that people wrote in the case, those aside that a field's own `see` lets the person read."""
        query = select(JournalEntry).where(JournalEntry.subject_id == self.subject.id)
        for entry in self.play.session.scalars(query):
            for name, value in entry.answers.items() if entry.actor_id != self.person else ():
                if self._is_text(name) and not self._is_told(name):
                    texts = [each for each in listed(value) if isinstance(each, str) and each.strip()]
                    yield from (*texts, *(title_of(each) for each in texts if name == "description"))

    def _is_text(self, name: str) -> bool:
        declared = self.facts.routine.fields.get(name)
        return declared is not None and declared.type == "text" and not declared.choices and name not in NOT_TEXT

    def _is_told(self, name: str) -> bool:
        """Whether the field's own `see` names the person, who is then told it without any sight of the case."""
        declared = self.viewer.routine.fields.get(name)
        see = declared.see if declared else None
        return see is not None and Lookup(self.facts, self.person).includes(see, self.person or 0)
