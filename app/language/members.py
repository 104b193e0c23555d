"""Which roles, fields and words a party is made of, looked at without any case."""

from collections.abc import Iterator

from app.language.definition import Flow, Routine, Transition
from app.language.parties import InField, InRole, NamedParty, Party, Query, Several, Word

Member = Word | InRole | InField


def members(party: Party | None, routine: Routine) -> Iterator[Member]:
    """Whoever may be in the party: through lists, names and queries, those it excepts left out."""
    match party:
        case Several(of):
            for each in of:
                yield from members(each, routine)
        case Query(who=who, first=first):
            for one in (who, *first):
                yield from members(one, routine)
        case NamedParty(name):
            yield from members(routine.parties.get(name), routine)
        case Word() | InRole() | InField():
            yield party


def roles_in(party: Party | None, routine: Routine) -> frozenset[str]:
    """Roles that may be in the party."""
    return frozenset(member.role for member in members(party, routine) if isinstance(member, InRole))


def has_word(party: Party | None, word: str, routine: Routine) -> bool:
    """Whether one of WORDS is in the party."""
    return Word(word) in members(party, routine)


def with_wholes(flow: Flow, routine: Routine) -> tuple[Flow, ...]:
    """The flow and those it lives inside."""
    return (flow, *(routine.flows[name] for name in flow.part_of if name in routine.flows))


def handling_roles(flow: Flow, routine: Routine, routed: frozenset[str]) -> frozenset[str]:
    """Roles that may come to have a case of this flow; `routed` = those routing leads to."""
    found: frozenset[str] = frozenset()
    for transition in _leading_here(flow, routine):
        if transition.assign is not None:
            found |= _assigned(transition, transition.assign, routine, routed)
    return found


def _leading_here(flow: Flow, routine: Routine) -> Iterator[Transition]:
    yield from flow.transitions.values()
    for other in routine.flows.values():
        yield from (each for each in other.transitions.values() if flow.name in each.to.flows)


def _assigned(transition: Transition, party: Party, routine: Routine, routed: frozenset[str]) -> frozenset[str]:
    found = roles_in(party, routine)
    for member in members(party, routine):
        if member == Word("routing"):
            found |= routed
        elif member == Word("me"):
            found |= roles_in(transition.by, routine)
        elif isinstance(member, InField):
            found |= _choosable(member.field, routine)
    return found | _who_did(party, routine)


def _choosable(field: str, routine: Routine) -> frozenset[str]:
    """Roles a person field may be answered with; without choices, anyone."""
    choices = routine.fields[field].choices
    if choices is None or isinstance(choices, str | tuple):
        return frozenset(routine.roles)
    return roles_in(choices, routine)


def _who_did(party: Party, routine: Routine) -> frozenset[str]:
    match party:
        case Query(did=str(did)):
            every = (flow.transitions.get(did) for flow in routine.flows.values())
            return frozenset(role for move in every if move for role in roles_in(move.by, routine))
        case Query(who=Query() as who):
            return _who_did(who, routine)
        case Query(first=of) | Several(of):
            return frozenset(role for each in of for role in _who_did(each, routine))
        case NamedParty(name) if name in routine.parties:
            return _who_did(routine.parties[name], routine)
        case _:
            return frozenset()
