"""Reports and `migrate` from nodes."""

from collections.abc import Mapping

from app.language.conditions import ALWAYS
from app.language.definition import Report
from app.language.grammar import condition, party
from app.language.load_clock import a_length
from app.language.moments import Length
from app.language.parties import Party
from app.language.read import Node
from app.language.reading import Reading
from app.language.scope import Scope, everywhere

REPORT_WORDS = ("label", "of", "when", "rows", "show", "times", "see", "send", "hide below")
PERIODS = ("weekly", "monthly", "quarterly", "half-yearly", "yearly")


def report(reading: Reading, name: str, key: Node, node: Node) -> Report:
    """One count or list; faults go to the reading."""
    what = f'report "{name}"'
    found = reading.words(node, what, REPORT_WORDS, ("label",), key=key)
    if not {"rows", "show", "times"} & set(found):
        reading.wrong(key, f'{what} is empty; say "rows" (a count), "show" (a list) or "times"')
    of = reading.knowns(found.get("of"), "flow", reading.names.flows)
    scope = Scope(reading.names, of) if of else everywhere(reading.names)
    return Report(
        name=name,
        label=reading.text(found["label"], f"label of {what}") if "label" in found else {},
        of=of,
        when=condition(reading, found["when"], scope) if "when" in found else ALWAYS,
        rows=reading.knowns(found.get("rows"), "field", reading.names.fields),
        show=reading.knowns(found.get("show"), "field", reading.names.fields),
        times=_times(reading, found["times"], scope) if "times" in found else {},
        see=party(reading, found["see"], scope, sight=True) if "see" in found else None,
        send=_send(reading, found["send"], scope) if "send" in found else (),
        hide_below=_number(reading, found["hide below"]) if "hide below" in found else 0,
    )


def _times(reading: Reading, node: Node, scope: Scope) -> dict[str, tuple[Length, ...]]:
    clocks = scope.all("clocks")
    if node.kind != "map":
        return dict.fromkeys(reading.knowns(node, "clock", clocks), ())
    times = {}
    for key, value in node.entries:
        buckets = [a_length(reading, item) for item in value.each()]
        times[reading.known(key, "clock", clocks)] = tuple(each for each in buckets if each)
    return times


def _send(reading: Reading, node: Node, scope: Scope) -> tuple[tuple[Party, str], ...]:
    rows = node.entries if reading.shaped(node, '"send"', "map") else ()
    return tuple((party(reading, key, scope), reading.one_of(value, "period", PERIODS)) for key, value in rows)


def _number(reading: Reading, node: Node) -> int:
    text = reading.scalar(node, "a number")
    if text.isascii() and text.isdigit() and len(text) < len("10000"):
        return int(text)
    reading.wrong(node, f'"{text}" is no whole number up to 9999')
    return 0


def migrate(reading: Reading, node: Node | None) -> dict[str, str | Mapping[str, str]]:
    """What happens to open cases: flow -> `stay`, or old state -> new state."""
    found: dict[str, str | Mapping[str, str]] = {}
    for key, value in node.entries if node and reading.shaped(node, '"migrate"', "map") else ():
        flow = reading.known(key, "flow", reading.names.flows)
        if value.kind == "scalar":
            found[flow] = reading.one_of(value, 'value of "migrate" (or {old_state: new_state})', ("stay",))
        elif flow and reading.shaped(value, '"migrate" of a flow', "map"):
            states = reading.names.flows[flow].states
            found[flow] = {old.text: reading.known(new, "state", states) for old, new in value.entries}
    return found
