"""What a mail is previewed with: a real open case, if one may see any, else a made-up one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import not_, select

from app.i18n import force_locale, gettext, say
from app.language.definition import Field, Routine
from app.web.database import db
from app.web.grants import me
from app.web.here import context
from app.workflow import mailing
from app.workflow.words import TICKED, in_day
from model import Case

NUMBER = "2026-0001"


def sample(language: str) -> tuple[str, dict[str, str]]:
    """Give the case's number, "" for a made-up one, and what its mails may say in the language."""
    here, person = context(), me()
    if person is not None:
        scope = here.viewer(person.id).visible()
        case = db.session.scalar(select(Case).where(scope, not_(Case.finished)).order_by(Case.id.desc()).limit(1))
        if case is not None:
            facts = here.facts(case)
            known = mailing.allowed(mailing.values(here, facts, language), here, facts, person)
            # Looking at who reported is logged, and this is no place for it.
            return case.number, known | {"reporter": ""}
    return "", made_up(here.routine, language)


def made_up(routine: Routine, language: str) -> dict[str, str]:
    """Give values as a case would have them."""
    organisation = context().organisation
    flow = next(each for each in routine.flows.values() if not each.part_of)
    state = next(iter(flow.states.values()))
    soon = in_day((datetime.now(UTC) + timedelta(days=5)).date(), language)
    known = {name: _answer(field, language, soon) for name, field in routine.fields.items()}
    known |= {
        "number": NUMBER,
        "state": say(state.label, language),
        "told": say(state.told, language),
        "notice": "",
        "unit": next((say(unit.label, language) for unit in organisation.units.values() if unit.above), ""),
        "area": next((say(area.label, language) for area in organisation.areas.values()), ""),
        "handler": next((say(label, language) for label in organisation.roles.values()), ""),
    }
    return known | {f"due {clock}": soon for each in routine.flows.values() for clock in each.clocks}


def _answer(field: Field, language: str, soon: str) -> str:
    if field.type == "tick":
        return TICKED.get(language, TICKED["en"])
    if field.type == "date":
        return soon
    if isinstance(field.choices, tuple) and field.choices:
        return say(field.choices[0].label, language)
    with force_locale(language):
        return gettext("[answer: %(label)s]", label=say(field.label, language))
