"""What the draft must say about open cases of flows that changed: whether they move, and where to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.i18n import gettext, ngettext, say
from app.studio.publish_words import Words


@dataclass(frozen=True, slots=True)
class Question:
    """Where the cases of a state that is gone go: the states there are, and which one is chosen."""

    name: str
    text: str
    states: list[tuple[str, str]]
    chosen: str
    hint: str
    answered: bool


@dataclass(frozen=True, slots=True)
class Family:
    """What becomes of the open cases of one flow: `answer` is stay, move or nothing."""

    name: str
    text: str
    answer: str
    states: list[Question]


def families(asked: Iterable[Mapping[str, Any]], words: Words) -> list[Family]:
    """Give the questions of a dry run, flow by flow."""
    asked = list(asked)
    return [_family(head, asked, words) for head in asked if not head["state"]]


def _family(head: Mapping[str, Any], asked: Iterable[Mapping[str, Any]], words: Words) -> Family:
    text = ngettext(
        "%(flow)s: %(num)d open case", "%(flow)s: %(num)d open cases", head["count"], flow=words.flow(head["flow"])
    )
    states = [_question(each, words) for each in asked if each["state"] and each["family"] == head["family"]]
    return Family(head["family"], text, head["answer"], states)


def _question(asked: Mapping[str, Any], words: Words) -> Question:
    flow, state = asked["flow"], asked["state"]
    target = words.after.flows.get(flow)
    states = {each.name: say(each.label) for each in target.states.values()} if target else {}
    proposal, label = states.get(asked["proposal"], ""), words.state(flow, state)
    return Question(
        f"to-{flow}-{state}",
        ngettext("%(num)d in “%(state)s” moves to", "%(num)d in “%(state)s” move to", asked["count"], state=label),
        list(states.items()),
        asked["answer"] or asked["proposal"],
        gettext("Proposed: %(state)s.", state=proposal) if proposal and not asked["answer"] else "",
        bool(asked["answer"]),
    )
