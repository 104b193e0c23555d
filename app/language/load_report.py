"""Reports and `migrate` from nodes."""

from collections.abc import Mapping

from app.language.conditions import ALWAYS
from app.language.definition import Report
from app.language.grammar import condition, party
from app.language.load_clock import a_length
from app.language.moments import Length
from app.language.nouns import CLOCK, FIELD, FLOW, STATE, of
from app.language.parties import Party
from app.language.read import Node
from app.language.reading import Reading
from app.language.said import quoted, said
from app.language.scope import Scope, everywhere

REPORT_WORDS = ("label", "of", "when", "rows", "show", "times", "see", "send", "hide below")
STAY = said('value of "migrate" (or {old_state: new_state})')
OF_A_FLOW = said('"migrate" of a flow')
A_PERIOD = said("period")
A_NUMBER = said("a number")
PERIODS = ("weekly", "monthly", "quarterly", "half-yearly", "yearly")


def report(reading: Reading, name: str, key: Node, node: Node) -> Report:
    """One count or list; faults go to the reading."""
    what = said('report "%(name)s"', name=name)
    found = reading.words(node, what, REPORT_WORDS, ("label",), key=key)
    if not {"rows", "show", "times"} & set(found):
        reading.wrong(key, said('%(what)s is empty; say "rows" (a count), "show" (a list) or "times"', what=what))
    flows = reading.knowns(found.get("of"), FLOW, reading.names.flows)
    scope = Scope(reading.names, flows) if flows else everywhere(reading.names)
    return Report(
        name=name,
        label=reading.text(found["label"], of("label", what)) if "label" in found else {},
        of=flows,
        when=condition(reading, found["when"], scope) if "when" in found else ALWAYS,
        rows=reading.knowns(found.get("rows"), FIELD, reading.names.fields),
        show=reading.knowns(found.get("show"), FIELD, reading.names.fields),
        times=_times(reading, found["times"], scope) if "times" in found else {},
        see=party(reading, found["see"], scope, sight=True) if "see" in found else None,
        send=_send(reading, found["send"], scope) if "send" in found else (),
        hide_below=_number(reading, found["hide below"]) if "hide below" in found else 0,
    )


def _times(reading: Reading, node: Node, scope: Scope) -> dict[str, tuple[Length, ...]]:
    clocks = scope.all("clocks")
    if node.kind != "map":
        return dict.fromkeys(reading.knowns(node, CLOCK, clocks), ())
    times = {}
    for key, value in node.entries:
        buckets = [a_length(reading, item) for item in value.each()]
        times[reading.known(key, CLOCK, clocks)] = tuple(each for each in buckets if each)
    return times


def _send(reading: Reading, node: Node, scope: Scope) -> tuple[tuple[Party, str], ...]:
    rows = node.entries if reading.shaped(node, quoted("send"), "map") else ()
    return tuple((party(reading, key, scope), reading.one_of(value, A_PERIOD, PERIODS)) for key, value in rows)


def _number(reading: Reading, node: Node) -> int:
    text = reading.scalar(node, A_NUMBER)
    if text.isascii() and text.isdigit() and len(text) < len("10000"):
        return int(text)
    reading.wrong(node, said('"%(text)s" is no whole number up to 9999', text=text))
    return 0


def migrate(reading: Reading, node: Node | None) -> dict[str, str | Mapping[str, str]]:
    """What happens to open cases: flow -> `stay`, or old state -> new state."""
    found: dict[str, str | Mapping[str, str]] = {}
    for key, value in node.entries if node and reading.shaped(node, quoted("migrate"), "map") else ():
        flow = reading.known(key, FLOW, reading.names.flows)
        if value.kind == "scalar":
            found[flow] = reading.one_of(value, STAY, ("stay",))
        elif flow and reading.shaped(value, OF_A_FLOW, "map"):
            states = reading.names.flows[flow].states
            found[flow] = {old.text: reading.known(new, STATE, states) for old, new in value.entries}
    return found
