"""The sentence with which something is refused: the same on a page, in a list of reasons and in a scenario."""

from __future__ import annotations

from collections.abc import Iterator

from app.i18n import force_locale, gettext, language, lazy_gettext, say
from app.language.definition import Routine
from app.language.parties import Party, Query, name_of, opened
from app.routing.facts import CaseFacts
from app.routing.organisation import Organisation
from app.workflow.answers import INVALID, MISSING, NO_CASE, PERSONAL, SAME_CASE
from app.workflow.context import Context
from app.workflow.evaluator import Refusal
from app.workflow.unfit import BROKEN, GONE, MACROS, MOVING, TOO_BIG, UNKNOWN_KIND
from app.workflow.uploads import MOST_BYTES, MOST_FILES

FILES = {
    GONE: lazy_gettext("A file you chose earlier in “%(label)s” is no longer kept. Choose it again."),
    TOO_BIG: lazy_gettext("“%(label)s” is too much: at most %(files)d files of %(most)d MB each."),
    UNKNOWN_KIND: lazy_gettext("“%(label)s” can be PDF, a picture, a document or plain text. Choose another file."),
    BROKEN: lazy_gettext(
        "“%(label)s”: a file is damaged or far too large when opened. Save it anew, or choose another."
    ),
    MOVING: lazy_gettext("“%(label)s”: a moving picture can't be kept. Choose a still one."),
    MACROS: lazy_gettext("“%(label)s”: a document with macros can't be kept. Save it without macros."),
}
"""What is said of a file that isn't taken, by reason."""


def sentences(refusal: Refusal, routine: Routine, context: Context) -> Iterator[str]:
    """Say the refusal in each language of the routine; nothing for a move that isn't offered at all."""
    for spoken in routine.languages:
        with force_locale(spoken):
            if refusal.kind == "guard":
                yield say(refusal.says, spoken)
            elif refusal.kind == "field":
                yield of_field(refusal, say(routine.fields[refusal.name].label, spoken))
            elif refusal.kind == "empty":
                yield of_nobody(refusal, context)


def of_field(refusal: Refusal, label: str) -> str:
    """Say what is wrong with an answer and what to do about it."""
    if refusal.reason == MISSING:
        return gettext("Fill in “%(label)s”.", label=label)
    if refusal.reason == PERSONAL:
        return gettext("“%(label)s” holds a national identity number. Remove it before you send.", label=label)
    if refusal.reason == NO_CASE:
        return gettext("“%(label)s”: no such case. Check the number.", label=label)
    if refusal.reason == SAME_CASE:
        return gettext("“%(label)s”: a case can't be joined to itself.", label=label)
    if refusal.reason in FILES:
        sizes = {"files": MOST_FILES, "most": MOST_BYTES // 1_000_000}
        return str(FILES[refusal.reason]) % {"label": label, **sizes}
    if refusal.reason == INVALID:
        return gettext("“%(label)s” can't be read. Check what you wrote or chose.", label=label)
    return label


def of_nobody(refusal: Refusal, where: CaseFacts | Context) -> str:
    """Say which party must approve and has nobody, and who can mend that."""
    unit = where.organisation.unit_by_name.get(refusal.reason)
    return gettext(
        "%(party)s must approve, but too few have that role at %(unit)s. An administrator can give it to somebody.",
        party=of_party(refusal.name, where),
        unit=say(unit.label) if unit else gettext("the whole institution"),
    )


def of_party(name: str, where: CaseFacts | Context) -> str:
    """Name a party as it stands in a sentence, its conditions left out: the reporter, a role, whoever is in a field.

    `name` is what the journal keeps: a role, a field, a party of the routine, or several with commas between.
    """
    said: str = where.organisation.kept(_of_party, name, where.routine, where.organisation, language())
    return said


def _of_party(name: str, routine: Routine, organisation: Organisation, _language: str) -> str:
    several = (_opened(each, routine, organisation) for each in name.split(", "))
    return ", ".join(dict.fromkeys(said for each in several for said in each))


def _opened(name: str, routine: Routine, organisation: Organisation) -> Iterator[str]:
    named = routine.parties
    members = opened(named[name], named) if name in named else ()
    if not members:
        yield _called(name, routine, organisation)
    for member in members:
        base = _base(member)
        if isinstance(base, Query):
            yield _who_did(base.did or "", routine)
        else:
            yield _of_party(name_of(base), routine, organisation, "")


def _base(party: Party) -> Party:
    """Whom the party narrows, or the first of those it tries."""
    while isinstance(party, Query) and (party.who is not None or party.first):
        party = party.who or party.first[0]
    return party


def _called(name: str, routine: Routine, organisation: Organisation) -> str:
    words = {
        "reporter": gettext("the reporter"),
        "handler": gettext("the handler"),
        "owner": gettext("the person responsible"),
        "new_handler": gettext("the new handler"),
        "recipients": gettext("those you choose"),
        "query": gettext("others"),
    }
    field = routine.fields.get(name)
    if name in words or name in routine.roles:
        return words.get(name) or say(organisation.label(name))
    if any(name in flow.transitions for flow in routine.flows.values()):
        return str(gettext("the others who must answer"))
    if field is None:
        return say(organisation.label(name))
    return gettext("those named in “%(field)s”", field=say(field.label))


def _who_did(move: str, routine: Routine) -> str:
    labels = (say(flow.transitions[move].label) for flow in routine.flows.values() if move in flow.transitions)
    label = next(labels, "")
    return gettext("whoever did “%(move)s”", move=label) if label else gettext("those who have worked on the case")
