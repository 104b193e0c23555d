"""All of the configuration as one file: the routine, its organisation and its scenarios, each a text as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import yaml

from app.language.fault import Fault, meant
from app.language.said import said
from app.language.unreadable import in_words

PARTS = ("workflow", "data", "scenarios")
MOST = 1_000_000
"""Characters; what is longer is no configuration."""


@dataclass(frozen=True, slots=True)
class Part:
    """One text of the file; its first line is line `line` of the file, moved `indent` columns to the right."""

    text: str
    line: int
    indent: int

    def placed(self, fault: Fault, file: str) -> Fault:
        """Give a fault of the text its place in the file."""
        return replace(fault, file=file, line=fault.line + self.line - 1, column=fault.column + self.indent)


class NotWhole(Exception):
    """It isn't such a file; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def write(texts: Mapping[str, str]) -> str:
    """Write the texts under their names, each line as it is."""
    return "".join(f"{name}: {_block(text)}" for name, text in texts.items() if text)


def _block(text: str) -> str:
    ending = "+" if text.endswith("\n") else "-"
    lines = text.removesuffix("\n").split("\n")
    return f"|2{ending}\n" + "".join(f"  {line}\n" if line else "\n" for line in lines)


def read(text: str, file: str) -> dict[str, Part]:
    """Take the texts apart again. Raises NotWhole."""
    found: dict[str, Part] = {}
    try:
        for key, part in _parts(yaml.parse(text, Loader=yaml.CSafeLoader), file):
            if key in found:
                raise NotWhole(Fault(file, part.line, 1, said('"%(name)s" is here twice', name=key)))
            found[key] = part
    except yaml.MarkedYAMLError as wrong:
        mark, (problem, hint) = wrong.problem_mark, in_words(wrong.problem or "")
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        told = said("this isn't YAML: %(problem)s; %(hint)s", problem=problem, hint=hint)
        raise NotWhole(Fault(file, line, column, told)) from wrong
    except yaml.YAMLError as wrong:
        raise NotWhole(Fault(file, 1, 1, said("this isn't YAML"))) from wrong
    return found


def _parts(events: Iterator[yaml.Event], file: str) -> Iterator[tuple[str, Part]]:
    """The parser's events one by one, so that nothing deeper than a text is ever built."""
    top = next((event for event in events if isinstance(event, yaml.NodeEvent)), None)
    if not isinstance(top, yaml.MappingStartEvent):
        raise NotWhole(Fault(file, 1, 1, said("the file has the texts workflow, data and scenarios")))
    for key in events:
        if isinstance(key, yaml.MappingEndEvent):
            return
        value = next(events)
        name = key.value if isinstance(key, yaml.ScalarEvent) else ""
        place = _line(key) + 1, key.start_mark.column + 1 if key.start_mark else 1
        if name not in PARTS:
            raise NotWhole(Fault(file, *place, said('unknown text "%(name)s"', name=name) + meant(name, PARTS)))
        if not isinstance(value, yaml.ScalarEvent):
            told = said('"%(name)s" is a text: write | after the colon and indent its lines', name=name)
            raise NotWhole(Fault(file, *place, told))
        literal = value.style == "|"
        yield name, Part(value.value, _line(value) + (2 if literal else 1), 2 if literal else 0)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0
