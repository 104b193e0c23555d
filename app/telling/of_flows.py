"""What is different about one flow: its states, its moves, its deadlines and itself."""

from __future__ import annotations

from app.i18n import gettext, ngettext, say
from app.language.conditions import ALWAYS
from app.language.definition import Final, Flow, State
from app.telling.difference import FlowDiff
from app.telling.names import listed, quoted
from app.telling.of_clocks import added_clock, changed_clock, removed_clock
from app.telling.of_moves import added_move, changed_move, removed_move
from app.telling.teller import Pair, Told, minus, once, plus, tilde, told_parts


def of_flow(diff: FlowDiff, pair: Pair) -> Told:
    """Tell all that differs in the flow."""
    inside = pair.within(diff.old, diff.new)
    if diff.old is None and diff.new is not None:
        yield from _added(diff.new, inside)
    elif diff.new is None and diff.old is not None:
        yield minus(gettext("Removed: “%(flow)s”, all of it.", flow=say(diff.old.label)))
    elif diff.old is not None and diff.new is not None:
        yield from _itself(diff, diff.old, diff.new, inside)
        yield from _states(diff, diff.old, diff.new)
        yield from _moves(diff, diff.old, diff.new, inside)
        yield from _clocks(diff, diff.old, diff.new, inside)


def _added(flow: Flow, pair: Pair) -> Told:
    states = listed(quoted(say(state.label)) for state in flow.states.values())
    yield plus(gettext("New: “%(flow)s”, with the states %(states)s.", flow=say(flow.label), states=states))
    blank = Flow(flow.name, flow.label, {}, {}, {})
    parts = frozenset(part for part in ("when", "part_of", "see") if getattr(blank, part) != getattr(flow, part))
    yield from _itself(FlowDiff(flow.name, blank, flow, parts=parts), blank, flow, pair)
    for state in flow.states.values():
        yield from _state_as_it_is(state)
    for move in flow.transitions.values():
        yield from added_move(pair, move)
    for clock in flow.clocks.values():
        yield from added_clock(pair, clock)


def _state_as_it_is(state: State) -> Told:
    if say(state.told) and state.told != state.label:
        yield plus(
            gettext("In “%(state)s” the reporter is told: %(told)s", state=say(state.label), told=say(state.told))
        )
    if state.finished:
        yield plus(final_in_words(state.final, say(state.label)))


def final_in_words(final: Final, state: str) -> str:
    """Say whether the state is where it ends."""
    words = {
        "yes": gettext("“%(state)s” is the end of the way.", state=state),
        "may reopen": gettext("“%(state)s” is the end of the way, but may be reopened.", state=state),
        "no": gettext("“%(state)s” is not the end of the way.", state=state),
    }
    return words[final]


# -- states ------------------------------------------------------------------


def _states(diff: FlowDiff, old: Flow, new: Flow) -> Told:
    for name in diff.states.added:
        yield from _new_state(diff, new, new.states[name])
    for name in diff.states.removed:
        yield minus(_removed_state(diff, old, name))
    for before, now in diff.renamed.items():
        values = {"old": say(old.states[before].label), "new": say(new.states[now].label)}
        if values["old"] == values["new"]:
            yield tilde(
                gettext(
                    "The state “%(new)s” has another name inside the file; its cases stay in it.", new=values["new"]
                )
            )
        else:
            yield tilde(gettext("The state “%(old)s” becomes “%(new)s”; its cases stay in it.", **values))
    former = {now: before for before, now in diff.renamed.items()}
    for name, parts in diff.states.changed.items():
        earlier = old.states[former.get(name, name)]
        yield from _changed_state(earlier, new.states[name], parts - ({"label"} if name in former else set()))


def _new_state(diff: FlowDiff, new: Flow, state: State) -> Told:
    moves = [new.transitions[name] for name in diff.transitions.added]
    touching = [say(move.label) for move in moves if state.name in (*move.sources, move.to.state)]
    values = {"state": say(state.label), "moves": listed(map(quoted, touching))}
    if touching:
        yield plus(
            ngettext(
                "New state: “%(state)s”, with the move %(moves)s.",
                "New state: “%(state)s”, with the moves %(moves)s.",
                len(touching),
                **values,
            )
        )
    else:
        yield plus(gettext("New state: “%(state)s”.", state=values["state"]))
    yield from _state_as_it_is(state)


def _removed_state(diff: FlowDiff, old: Flow, name: str) -> str:
    moves = [old.transitions[each] for each in diff.transitions.removed]
    touching = [say(move.label) for move in moves if name in (*move.sources, move.to.state)]
    values = {"state": say(old.states[name].label), "moves": listed(map(quoted, touching))}
    if touching:
        return ngettext(
            "Removed state: “%(state)s”, with the move %(moves)s.",
            "Removed state: “%(state)s”, with the moves %(moves)s.",
            len(touching),
            **values,
        )
    return gettext("Removed state: “%(state)s”.", state=values["state"])


def _changed_state(old: State, new: State, parts: frozenset[str]) -> Told:
    label = say(new.label)
    ways = {
        "label": once(
            tilde(gettext("The state “%(old)s” is now called “%(new)s”.", old=say(old.label), new=label)),
            old.label,
            new.label,
        ),
        "told": once(
            tilde(gettext("In “%(state)s” the reporter is now told: %(told)s", state=label, told=say(new.told))),
            old.told,
            new.told,
        ),
        "final": once(tilde(gettext("Now: %(what)s", what=final_in_words(new.final, label)))),
    }
    yield from told_parts(label, parts, ways)


# -- moves and deadlines ------------------------------------------------------


def _moves(diff: FlowDiff, old: Flow, new: Flow, pair: Pair) -> Told:
    for name in diff.transitions.added:
        yield from added_move(pair, new.transitions[name])
    for name in diff.transitions.removed:
        if not _goes_with_a_state(diff, old, name):
            yield from removed_move(old.transitions[name])
    for name, parts in diff.transitions.changed.items():
        yield from changed_move(pair, old.transitions[name], new.transitions[name], parts, diff.renamed)


def _goes_with_a_state(diff: FlowDiff, old: Flow, name: str) -> bool:
    """Whether the sentence about a removed state has told of the move."""
    move = old.transitions[name]
    return any(state in (*move.sources, move.to.state) for state in diff.states.removed)


def _clocks(diff: FlowDiff, old: Flow, new: Flow, pair: Pair) -> Told:
    for name in diff.clocks.added:
        yield from added_clock(pair, new.clocks[name])
    for name in diff.clocks.removed:
        yield from removed_clock(pair, old.clocks[name])
    for name, parts in diff.clocks.changed.items():
        yield from changed_clock(pair, old.clocks[name], new.clocks[name], parts)


# -- the flow itself -----------------------------------------------------------


def _itself(diff: FlowDiff, old: Flow, new: Flow, pair: Pair) -> Told:
    label = say(new.label)
    ways = {
        "label": once(
            tilde(gettext("“%(old)s” is now called “%(new)s”.", old=say(old.label), new=label)), old.label, new.label
        ),
        "when": lambda: _when(new, pair),
        "part_of": lambda: _part_of(new, pair),
        "see": lambda: _see(old, new, pair),
        "state order": once(tilde(gettext("The states of “%(flow)s” stand in another order.", flow=label))),
        "move order": once(tilde(gettext("The moves of “%(flow)s” stand in another order.", flow=label))),
    }
    yield from told_parts(label, diff.parts, ways)


def _when(new: Flow, pair: Pair) -> Told:
    if new.when == ALWAYS:
        yield tilde(gettext("“%(flow)s” now takes every new report that nothing before it takes.", flow=say(new.label)))
    else:
        condition = pair.now.condition(new.when)
        yield tilde(
            gettext("“%(flow)s” now takes new reports if %(condition)s.", flow=say(new.label), condition=condition)
        )


def _part_of(new: Flow, pair: Pair) -> Told:
    if new.part_of:
        flows = listed(quoted(pair.now.flow_label(name)) for name in new.part_of)
        yield tilde(gettext("“%(flow)s” is now a part of %(flows)s.", flow=say(new.label), flows=flows))
    else:
        yield tilde(gettext("“%(flow)s” is now a case of its own.", flow=say(new.label)))


def _see(old: Flow, new: Flow, pair: Pair) -> Told:
    added, removed = pair.members(old.see, new.see)
    for who in added:
        yield plus(gettext("“%(flow)s” can now be seen by %(who)s.", flow=say(new.label), who=who))
    for who in removed:
        yield minus(gettext("“%(flow)s” can no longer be seen by %(who)s.", flow=say(new.label), who=who))
