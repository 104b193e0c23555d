"""Whether the receiver of a mail may see the fields it names."""

from collections.abc import Iterator

from app.language.definition import Field, Flow, Routine
from app.language.members import Member, handling_roles, has_word, members, with_wholes
from app.language.parties import InRole, Party, Query, Several, Word
from app.language.read import Node
from app.language.reading import PLACEHOLDER, STANDARD_PLACEHOLDERS, Reading
from app.language.rows import Mail
from app.language.said import said

REPORTER, HANDLER, ANYONE = Word("reporter"), Word("handler"), Word("anyone")


def check_mail(reading: Reading, routine: Routine, flow: Flow, to: Party, mail: Mail, node: Node) -> None:
    """Warn of each field the mail names and one of its receivers may not see."""
    told = {
        name for text in (mail.subject, mail.body) for words in text.values() for name in PLACEHOLDER.findall(words)
    }
    named = [routine.fields[name] for name in sorted(told - STANDARD_PLACEHOLDERS) if name in routine.fields]
    for receiver in dict.fromkeys(members(to, routine)):
        for field in named:
            if not _sees(receiver, field, flow, routine):
                hidden = said(
                    'the mail "%(mail)s" names "%(field)s", which "%(receiver)s" may not see',
                    mail=mail.name,
                    field=field.name,
                    receiver=_called(receiver),
                )
                reading.warn(node, hidden)


def _called(member: Member) -> str:
    return str(getattr(member, "name", "") or getattr(member, "role", "") or getattr(member, "field", ""))


def _sees(member: Member, field: Field, flow: Flow, routine: Routine) -> bool:
    if field.see is not None:
        return bool({member, ANYONE} & set(members(field.see, routine)))
    if member == REPORTER:
        return field.name in _own_words(routine, flow) | _told(routine, flow)
    if member == HANDLER or _may_have_it(member, flow, routine):
        return True
    grants = _grants(flow, routine, member)
    told = _told(routine, flow)
    return any(not only or field.name in only or ("told" in only and field.name in told) for only in grants)


def _may_have_it(member: Member, flow: Flow, routine: Routine) -> bool:
    everyone = frozenset(routine.roles)
    handling = [handling_roles(each, routine, everyone) for each in with_wholes(flow, routine)]
    return isinstance(member, InRole) and any(member.role in roles for roles in handling)


def _own_words(routine: Routine, flow: Flow) -> set[str]:
    """Fields the reporter answers, on a form open to everyone or on one of theirs."""
    moves = [move for each in with_wholes(flow, routine) for move in each.transitions.values()]
    own = (m for m in moves if has_word(m.by, "reporter", routine) or has_word(m.by, "anyone", routine) or m.creates)
    return {name for move in own for name in move.asked}


def _told(routine: Routine, flow: Flow) -> set[str]:
    texts = (state.told for each in with_wholes(flow, routine) for state in each.states.values())
    return {name for text in texts for words in text.values() for name in PLACEHOLDER.findall(words)}


def _grants(flow: Flow, routine: Routine, member: Member) -> Iterator[tuple[str, ...]]:
    """The `only` of every party in the `see` of the flow that the member is in; () = full sight."""
    for each in with_wholes(flow, routine):
        yield from _within(each.see, routine, member)


def _within(party: Party | None, routine: Routine, member: Member) -> Iterator[tuple[str, ...]]:
    for each in party.of if isinstance(party, Several) else (party,):
        if isinstance(each, Several):
            yield from _within(each, routine, member)
        elif {member, ANYONE} & set(members(each, routine)):
            yield each.only if isinstance(each, Query) else ()
