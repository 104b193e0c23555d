"""Which tests could notice a fault: those that run its lines, as coverage's contexts tell."""

import ast
import random
import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from coverage import CoverageData

from bench.mutants.making import Mutant, mutants_of

GUARDS = ("conditions", "kinds", "members", "parties")
JOURNAL = ("sealing", "verifying", "prints", "anchors", "redacting", "journal")
ROOMS = {
    "workflow": ["app/workflow/*.py"],
    "journal": [f"app/workflow/{name}.py" for name in JOURNAL],
    "access": ["app/access.py"],
    "scope": ["app/scope/*.py"],
    "outbox": ["app/outbox/*.py"],
    "routing": ["app/routing/*.py"],
    "guards": [f"app/language/{name}.py" for name in GUARDS],
}
WORD_LISTS = {"app/outbox/standard.py", "app/workflow/codes.py"}
UNKNOWN = 1.0
"""Seconds, for a test whose time nobody has taken."""


@dataclass(frozen=True)
class Job:
    """A mutant, the tests that are to notice it in their order, and the seconds they take without it."""

    mutant: Mutant
    tests: tuple[str, ...]
    seconds: float
    left_out: int


def files_of(room: str) -> list[str]:
    """Give the room's files; the journal's are a room of their own."""
    found = sorted(path.as_posix() for pattern in ROOMS[room] for path in Path().glob(pattern))
    return found if room != "workflow" else [each for each in found if each not in files_of("journal")]


def mutants_in(room: str) -> list[Mutant]:
    """Every fault of the room, but of lists of words: what a mail says, and what cases are called."""
    return [
        each
        for file in files_of(room)
        for each in mutants_of(file, Path(file).read_text("utf-8"))
        if not (file in WORD_LISTS and each.at_import and each.kind == "constant")
    ]


def sample(room: str, size: int, seed: int) -> list[Mutant]:
    """Draw as many of the room's mutants, each as likely as any other."""
    population = mutants_in(room)
    return random.Random(f"{seed}:{room}").sample(population, min(size, len(population)))  # noqa: S311


@cache
def _words(file: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", Path(file).read_text("utf-8")))


class Choice:
    """What was measured: which test runs which line, and how long each takes."""

    def __init__(self, folder: Path, budget: float) -> None:
        self.folder = folder
        self.budget = budget

    @cached_property
    def data(self) -> CoverageData:
        found = CoverageData(basename=str(self.folder / ".coverage"))
        found.read()
        return found

    @cached_property
    def seconds(self) -> dict[str, float]:
        """Every test that passed -> how long it takes."""
        found = {}
        for file in sorted(self.folder.glob("*.xml")):
            for case in ET.parse(file).iter("testcase"):  # noqa: S314 - pytest wrote it here
                if len(case) == 0 or all(child.tag in ("system-out", "system-err") for child in case):
                    path = case.get("classname").replace(".", "/")
                    found[f"{path}.py::{case.get('name')}"] = float(case.get("time"))
        return found

    @cache  # noqa: B019 - one for a run
    def _lines(self, file: str) -> dict[int, dict[str, bool]]:
        """Line -> the tests that run it, and whether in the test itself."""
        found = defaultdict(dict)
        for line, contexts in self.data.contexts_by_lineno(file).items():
            for context in contexts:
                test, _, phase = context.partition("|")
                if test in self.seconds:
                    found[line][test] = found[line].get(test, False) or phase == "run"
        return found

    @cached_property
    def _by_file(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        for test in self.seconds:
            found[test.partition("::")[0]].append(test)
        return found

    def job(self, mutant: Mutant) -> Job:
        """Choose the tests that run the line: as many as the budget of seconds has room for.

        First those of the module's own files, then those whose file names the module, then the fastest.
        """
        found = self._covering(mutant)
        name = Path(mutant.file).stem
        own = re.compile(rf"/test_{name}(_\w+)?\.py::")

        def order(test: str):
            file = test.partition("::")[0]
            return own.search(test) is None, name not in _words(file), self.seconds[test], test

        ordered = sorted(found, key=order)
        chosen, total = [], 0.0
        for test in ordered:
            if total + self.seconds[test] <= self.budget or not chosen:
                chosen.append(test)
                total += self.seconds[test]
        return Job(mutant, tuple(chosen), total, len(ordered) - len(chosen))

    def _covering(self, mutant: Mutant) -> set[str]:
        lines = self._lines(mutant.file)
        wanted = self._users(mutant) if mutant.at_import else mutant.lines
        runs = {test: run for line in wanted for test, run in lines.get(line, {}).items()}
        # Where a fixture ran the line, whatever shares the fixture may tell.
        shared = {each for test, run in runs.items() if not run for each in self._by_file[test.partition("::")[0]]}
        # A test of the module's own may ask for what is reckoned at import without running a line of it.
        named = f"/test_{Path(mutant.file).stem}.py"
        own = {
            test for file in self._by_file if mutant.at_import and file.endswith(named) for test in self._by_file[file]
        }
        return {*runs, *shared, *own}

    def _users(self, mutant: Mutant) -> set[int]:
        """Lines of functions that use what the statement names; without any, all lines of the file."""
        tree = ast.parse(Path(mutant.file).read_text("utf-8"))
        start = mutant.lines[0]
        statement = next((node for node in tree.body if node.lineno <= start <= (node.end_lineno or 0)), None)
        names = {node.id for node in ast.walk(statement or tree) if isinstance(node, ast.Name)}
        if not isinstance(statement, ast.Assign | ast.AnnAssign):
            return set(self._lines(mutant.file))
        stored = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} & names
        used = {
            line
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in stored
            for line in range(node.lineno, node.lineno + 1)
        }
        return used & set(self._lines(mutant.file)) or set(self._lines(mutant.file))
