"""What stands between a draft and publishing it, as a list of sentences with the way to mend each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.change.publish import Hindrance
from app.i18n import gettext, ngettext
from model import DryRun


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list: whether it is so, and the link that mends it."""

    text: str
    ok: bool = False
    href: str = ""
    link: str = ""


def stale_words() -> Mapping[str, str]:
    """Why a dry run can't be built on."""
    return {
        "missing": gettext("The draft hasn't been tried yet."),
        "unfinished": gettext("The dry run isn't finished."),
        "draft": gettext("The draft has been changed since the dry run."),
        "configuration": gettext("Somebody has changed the setup since the dry run."),
        "cases": gettext("Cases have moved since the dry run, and would get stuck."),
        "old": gettext("The dry run is more than ten minutes old."),
    }


def checks(hindrances: Sequence[Hindrance], run: DryRun | None, approval: str) -> list[Check]:
    """Say what is in the way first, then what is well; `approval` is where that stands."""
    broken = any(each.name == "faults" and not each.ok for each in hindrances)
    untold = {"dry_run"} if broken else set()  # with faults it was tried on nothing
    found = [_check(each, run, approval) for each in hindrances if not each.ok or each.name not in untold]
    return sorted(found, key=lambda each: each.ok)


def _check(each: Hindrance, run: DryRun | None, approval: str) -> Check:
    if each.ok:
        return Check(_well(each.name, run), ok=True)
    text, href, link = _unapproved(approval) if each.name == "approval" else _wrong(each)
    return Check(text, ok=False, href=href, link=link)


def _wrong(each: Hindrance) -> tuple[str, str, str]:
    count = each.count
    match each.name:
        case "faults":
            text = ngettext("%(num)d fault in the workflow.", "%(num)d faults in the workflow.", count)
            return text, "#faults", gettext("See what is wrong")
        case "nothing_changed":
            text = gettext("The draft says the same as the edition in force.")
            return text, "/studio/workflow/", gettext("Change the workflow")
        case "dry_run":
            return stale_words()[str(each.items[0])], "#run", gettext("Try it again")
        case "mapping":
            text = ngettext("%(num)d question isn't answered.", "%(num)d questions aren't answered.", count)
            return text, "#map", gettext("Say what happens to the open cases")
        case "stranded":
            text = ngettext("%(num)d case gets stuck.", "%(num)d cases get stuck.", count)
            return text, "#list", gettext("See which")
        case "holes":
            text = ngettext("%(num)d new hole in the coverage.", "%(num)d new holes in the coverage.", count)
            return text, "#holes", gettext("Close the holes")
        case "rows":
            text = ngettext("%(num)d new fault in the routing.", "%(num)d new faults in the routing.", count)
            return text, "/studio/routing/", gettext("Mend the routing")
        case "scenarios":
            text = ngettext("%(num)d scenario fails.", "%(num)d scenarios fail.", count)
            return text, "#scenarios", gettext("See which")
        case _:
            text = gettext("Cases are still on their way to the edition in force.")
            return text, "/studio/editions/", gettext("See how far they have come")


def _unapproved(approval: str) -> tuple[str, str, str]:
    if approval != "approve":
        text = gettext("Another administrator must approve it, because you made the draft.")
        return text, "#ask", gettext("Ask for approval")
    return gettext("It must be approved by somebody who didn't make it."), "#approve", gettext("Approve")


def _well(name: str, run: DryRun | None) -> str:
    scenarios = len(run.result.get("scenarios", ())) if run else 0
    words = {
        "faults": gettext("The workflow has no faults, and all texts are there in every language."),
        "nothing_changed": gettext("The draft changes something."),
        "migrating": gettext("No case is on its way to an edition."),
        "dry_run": gettext("It has been tried on every open case as it is now."),
        "mapping": gettext("It is said what happens to the open cases."),
        "stranded": gettext("No case gets stuck."),
        "holes": gettext("No new holes in the coverage."),
        "rows": gettext("Every row of the routing has cases, and the last one takes the rest."),
        "scenarios": ngettext("%(num)d scenario went well.", "%(num)d scenarios went well.", scenarios)
        if scenarios
        else gettext("There are no scenarios."),
        "approval": gettext("Another administrator has approved it."),
    }
    return words[name]
