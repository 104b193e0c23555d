"""workflow.yaml to a `Routine`: all faults at once, each at its place."""

from dataclasses import dataclass, field, replace

from app.language.check import check
from app.language.conditions import ALWAYS
from app.language.definition import Guard, Routine
from app.language.fault import Fault
from app.language.grammar import condition, party
from app.language.load_field import fields
from app.language.load_flow import flow
from app.language.load_report import migrate, report
from app.language.names import Names, gather
from app.language.nouns import A_LANGUAGE, FLOW, GUARD, PARTY, REPORT, ROLE
from app.language.read import Node, read
from app.language.reading import LANGUAGE, LANGUAGES, NAME, Reading, no_language, no_name
from app.language.rows import Data
from app.language.said import said
from app.language.scope import Scope, everywhere

A_ROUTINE = said("a routine")
A_ROLE = said("a role")
THE_TITLE = said("title")
FILE_WORDS = ("title", "languages", "roles", "parties", "flows", "guards", "fields", "reports", "migrate")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The routine, unless there are errors, and every fault in the file's order."""

    routine: Routine | None
    faults: list[Fault] = field(default_factory=list)

    @property
    def errors(self) -> list[Fault]:
        """Faults that keep the file from being used."""
        return [fault for fault in self.faults if not fault.warning]


def load(text: str | bytes, file: str = "workflow.yaml", data: Data | None = None) -> Loaded:
    """Routine written in the file; with `data`, checked against units, areas, roles and mails too. Never raises."""
    root, faults = read(text, file)
    if root is None:
        return Loaded(None, sorted(faults))
    reading = Reading(file, _names(root, data), faults=faults)
    routine = _routine(reading, root)
    if routine:
        check(reading, routine, root, data)
    told = sorted(set(reading.faults))
    return Loaded(None if reading.broken else routine, told)


def _names(root: Node, data: Data | None) -> Names:
    names = gather(root)
    if data is None:
        return names
    kinds = {unit.kind for unit in data.units.values() if unit.kind}
    return replace(names, areas=frozenset(data.areas), units=frozenset(data.units) | kinds)


def _routine(reading: Reading, root: Node) -> Routine | None:
    if not reading.shaped(root, A_ROUTINE, "map"):
        return None
    found = reading.words(root, A_ROUTINE, FILE_WORDS, ("title", "flows"))
    if not reading.names.flows:
        reading.wrong(root.where("flows"), said("there are no flows; one says how a case moves"))
        return None
    reading.languages = _languages(reading, found.get("languages"))
    everything = everywhere(reading.names)
    parties = reading.named(found.get("parties"), PARTY)
    return Routine(
        title=reading.text(found["title"], THE_TITLE) if "title" in found else {},
        languages=reading.languages,
        roles=_roles(reading, found.get("roles")),
        parties={name: party(reading, value, everything, sight=True) for name, _, value in parties},
        flows={name: flow(reading, name, key, value) for name, key, value in reading.named(found.get("flows"), FLOW)},
        guards={
            name: _guard(reading, name, key, value) for name, key, value in reading.named(found.get("guards"), GUARD)
        },
        fields=fields(reading, found.get("fields")),
        reports={
            name: report(reading, name, key, value) for name, key, value in reading.named(found.get("reports"), REPORT)
        },
        migrate=migrate(reading, found.get("migrate")),
    )


def _languages(reading: Reading, node: Node | None) -> tuple[str, ...]:
    found = []
    for item in node.each() if node else ():
        code = reading.scalar(item, A_LANGUAGE)
        if not LANGUAGE.fullmatch(code):
            reading.wrong(item, no_language(code))
        elif code in found:
            reading.wrong(item, said('language "%(code)s" stands twice', code=code))
        else:
            found.append(code)
    return tuple(found) or LANGUAGES


def _roles(reading: Reading, node: Node | None) -> tuple[str, ...]:
    found = []
    for item in node.each() if node else ():
        role = reading.scalar(item, A_ROLE)
        if role in found:
            reading.wrong(item, said('role "%(name)s" stands twice', name=role))
        elif role and not NAME.fullmatch(role):
            reading.wrong(item, no_name(role, ROLE))
        found.append(role)
    return tuple(found)


def _guard(reading: Reading, name: str, key: Node, node: Node) -> Guard:
    what = said('guard "%(name)s"', name=name)
    found = reading.words(node, what, ("needs", "says"), ("needs", "says"), key=key)
    users = [flow for flow, names in reading.names.flows.items() if name in names.guards]
    scopes = [Scope(reading.names, (flow,)) for flow in users] or [everywhere(reading.names)]
    needs = [condition(reading, found["needs"], scope) for scope in scopes] if "needs" in found else []
    if "says" in found:
        for scope in scopes:
            reading.placeholders(found["says"], scope.all("clocks"))
    says = reading.text(found["says"], said("sentence of %(what)s", what=what)) if "says" in found else {}
    return Guard(name, needs[0] if needs else ALWAYS, says)
