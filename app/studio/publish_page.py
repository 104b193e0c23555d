"""What the publishing page shows: the worst consequence first, then every case counted once, then what is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flask import current_app
from markupsafe import Markup

from app.change import dryrun, publish
from app.change.changes import CannotApply, Change
from app.change.trial import OUTCOMES
from app.i18n import gettext, ngettext, say, translated
from app.language.definition import Routine
from app.language.said import unpacked
from app.studio.changes import TITLES
from app.studio.keeping import why_not
from app.studio.publish_asked import Family, families
from app.studio.publish_drawn import compiled, drawn
from app.studio.publish_gate import Check, checks, stale_words
from app.studio.publish_settings import wanted
from app.studio.publish_words import TONES, Words, tiles
from app.studio.told import names
from app.telling.difference import Difference, compare
from app.telling.sentences import Sentence, sentences
from app.web.database import db
from app.web.grants import me
from app.web.here import context
from model import Draft, DryRun, WorkflowEdition

SEVERAL = ("receiver", "clocks", "blocked", "gained", "lost")
"""Findings that a case may have besides the one it is counted by."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One outcome with the number of cases that have it."""

    outcome: str
    count: int
    text: str
    tone: str


@dataclass(frozen=True)
class Page:
    """A draft beside the edition in force, with what its last dry run found."""

    draft: Draft
    run: DryRun | None
    edition: WorkflowEdition
    now: datetime

    @property
    def number(self) -> int:
        """The number that the draft would get."""
        return self.edition.number + 1

    @cached_property
    def stale(self) -> str:
        """Why the dry run can't be built on, in words; nothing where it can."""
        if self.run is None:
            return stale_words()["missing"]
        return stale_words().get(dryrun.up_to_date(db.session(), self.draft, self.run, self.now), "")

    @property
    def editor(self) -> str:
        """Where the draft's workflow is changed."""
        return "/studio/workflow/"

    @property
    def running(self) -> bool:
        """Whether the dry run is under way."""
        return self.run is not None and self.run.finished_at is None

    @property
    def result(self) -> Mapping[str, Any]:
        """What the dry run found; nothing before it has."""
        return self.run.result if self.run is not None and self.run.finished_at is not None else {}

    @property
    def tried(self) -> bool:
        """Whether open cases were tried: a text with errors can't be."""
        return "counts" in self.result

    # -- consequences ----------------------------------------------------------

    def tiles(self) -> list[Tile]:
        """Give the outcomes with their numbers; the first and the last always, the others where there are any."""
        counts, words = self.result["counts"], tiles()
        always = {OUTCOMES[0], OUTCOMES[-1]}
        return [Tile(n, counts.get(n, 0), words[n], TONES[n]) for n in OUTCOMES if counts.get(n) or n in always]

    def headline(self) -> tuple[str, str, str]:
        """The worst that would happen: tone, sentence, and what to do."""
        if self.errors():
            text = ngettext("The draft has %(num)d fault", "The draft has %(num)d faults", len(self.errors()))
            return "danger", text, gettext("Mend it before you can see what happens to the open cases.")
        worst = next(name for name in OUTCOMES if self.result["counts"].get(name) or name == OUTCOMES[-1])
        count = self.result["counts"].get(worst, 0)
        return TONES[worst], self._worst(worst, count), self._advice(worst)

    @staticmethod
    def _worst(name: str, count: int) -> str:
        match name:
            case "stranded":
                return ngettext("%(num)d case would get stuck", "%(num)d cases would get stuck", count)
            case "moved":
                return ngettext("%(num)d case moves to another state", "%(num)d cases move to another state", count)
            case "receiver":
                return ngettext("%(num)d case gets a new handler", "%(num)d cases get a new handler", count)
            case "options":
                return ngettext("%(num)d case gets other choices", "%(num)d cases get other choices", count)
            case "blocked":
                return ngettext("%(num)d case gets a new requirement", "%(num)d cases get a new requirement", count)
            case "clocks":
                return ngettext("%(num)d case gets another deadline", "%(num)d cases get another deadline", count)
            case _:
                return gettext("No open case notices anything")

    def _advice(self, worst: str) -> str:
        if worst != "stranded":
            return gettext("No case gets stuck.")
        gone = [say(label) for label in self._gone()]
        if gone:
            return gettext("They are in a state that is gone: %(states)s.", states=", ".join(gone))
        return gettext("Nobody could move them on. See below which cases they are, and why.")

    def _gone(self) -> list[str]:
        words = self.words
        asked = [each for each in self.result["questions"] if each["state"] and not each["answer"]]
        return [words.state(each["flow"], each["state"]) for each in asked] if words else []

    def sum(self) -> str:
        """Say that every case is counted once."""
        shown = self.tiles()
        text = " + ".join(str(each.count) for each in shown)
        return gettext("Every case is counted once: %(sum)s = %(all)d.", sum=text, all=self.result["open"])

    def besides(self) -> Iterator[str]:
        """Mails, deadlines and what is so today already."""
        mails = self.result["mails"]
        sent = ngettext(
            "%(num)d mail is sent when you publish.", "%(num)d mails are sent when you publish.", mails["sent"]
        )
        yield sent if mails["sent"] else gettext("No mail is sent when you publish.")
        if mails["collected"]:
            yield ngettext(
                "%(people)d person gets one mail about all the cases that are new to them.",
                "%(people)d people get one mail each about all the cases that are new to them.",
                mails["people"],
                people=mails["people"],
            )
        clocks = self.result["facets"].get("clocks", 0)
        moved = ngettext("Deadlines of %(num)d case change.", "Deadlines of %(num)d cases change.", clocks)
        yield moved if clocks else gettext("No deadlines change.")
        already = self.result["already"]
        if already:
            yield ngettext("%(num)d case is stuck already today.", "%(num)d cases are stuck already today.", already)

    # -- what is changed -------------------------------------------------------

    @cached_property
    def routines(self) -> tuple[Routine, Routine] | None:
        """Both sides, where both can be read."""
        old, new = compiled(self.edition.text), compiled(self.draft.text)
        return (old, new) if old is not None and new is not None else None

    @cached_property
    def words(self) -> Words | None:
        """The names of both sides."""
        return Words(*self.routines, context().organisation, {}) if self.routines else None

    @cached_property
    def difference(self) -> Difference | None:
        """What the texts differ in."""
        return compare(*self.routines) if self.routines else None

    def sentences(self) -> list[Sentence]:
        """Say what is changed in the workflow."""
        if self.routines is None or self.difference is None:
            return []
        return sentences(*self.routines, self.difference, names())

    def pictures(self) -> list[tuple[str, Markup]]:
        """Draw each changed flow, with the number of open cases in each state."""
        return drawn(self.routines, self.difference, self.result.get("states")) if self.routines else []

    def errors(self) -> list[str]:
        """The faults that keep it from being published."""
        return self._faults(warnings=False)

    def warnings(self) -> list[str]:
        """What one might look at again."""
        return self._faults(warnings=True)

    def _faults(self, *, warnings: bool) -> list[str]:
        faults = self.result.get("faults", ())
        return [fault_in_words(line, message) for line, _, message, warning in faults if warning == warnings]

    def settings(self) -> list[tuple[str, str]]:
        """Say what is changed in the settings."""
        return list(wanted(self.draft))

    def holes(self) -> list[str]:
        """Say which units and areas would have no receiver any more."""
        units, areas = context().organisation.unit_by_name, context().organisation.area_by_name
        return [
            gettext(
                "%(area)s at %(unit)s",
                unit=say(units[hole["unit"]].label) if hole["unit"] in units else hole["unit"],
                area=say(areas[hole["area"]].label) if hole["area"] in areas else hole["area"],
            )
            for hole in self.result.get("holes", ())
        ]

    def failed(self) -> list[tuple[str, list[str]]]:
        """Give the test cases that went wrong, each with what did."""
        return [(name, faults) for name, faults in self.result.get("scenarios", ()) if faults]

    def families(self) -> list[Family]:
        """What must be said about open cases, flow by flow."""
        return families(self.result.get("questions", ()), self.words) if self.words else []

    # -- the gate --------------------------------------------------------------

    @cached_property
    def hindrances(self) -> list[publish.Hindrance]:
        """What publishing needs."""
        person = me()
        return publish.gate(
            db.session(), self.draft, self.now, person=person.id if person else None, four_eyes=self.four_eyes
        )

    @property
    def four_eyes(self) -> bool:
        """Whether another administrator must approve."""
        return bool(current_app.config["FOUR_EYES"])

    def checks(self) -> list[Check]:
        """Say what publishing needs, what is in the way first."""
        return checks(self.hindrances, self.run, self.approval)

    @property
    def needs_override(self) -> bool:
        """Whether it can be published only with a reason why it is, although test cases fail."""
        return any(not each.ok and each.override for each in self.hindrances)

    @property
    def ready(self) -> bool:
        """Whether it can be published now."""
        return all(each.ok or each.override for each in self.hindrances)

    @property
    def approval(self) -> str:
        """Where the approval stands: nothing where none is needed, else ask, asked, approve or approved."""
        if not self.four_eyes:
            return ""
        if self.draft.approved_revision == self.draft.revision:
            return "approved"
        person = me()
        own = person is not None and person.id in (self.draft.made_by_id, self.draft.changed_by_id)
        if not own:
            return "approve"
        return "asked" if self.draft.asked_at else "ask"


def fault_in_words(line: int, message: Any) -> str:
    """Say a fault as a dry run keeps it: a change of settings that no longer fits, or a sentence about a line."""
    if isinstance(message, list):
        table, key, reason, name = message
        fault = CannotApply(Change(table, key, "change"), reason, name)
        return gettext("%(table)s, changed in the draft: %(why)s", table=TITLES[table], why=why_not(fault))
    text = translated(unpacked(message))
    return gettext("Line %(line)d: %(text)s", line=line, text=text) if line else text
