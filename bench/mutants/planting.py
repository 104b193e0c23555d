"""Put a mutant in its module's place: in a living process, or (`-p bench.mutants.planting`) before it is imported."""

import functools
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
from pathlib import Path
from types import CodeType, FunctionType

from bench.mutants.making import made

PLANTED = "MUTANT"
REMEMBERING = type(functools.cache(len))


def living(file: str) -> dict[tuple[str, int], list[FunctionType]]:
    """Every function of the file in this process, by its name and line."""
    path, found = str(Path(file).resolve()), {}
    for each in _everything():
        if isinstance(each, FunctionType) and each.__code__.co_filename == path:
            found.setdefault((each.__code__.co_qualname, each.__code__.co_firstlineno), []).append(each)
    return found


def caches(rooms: str = "app.") -> list:
    """Every cache of the product's: what it remembers was reckoned without the fault."""
    found = [each for each in _everything() if isinstance(each, REMEMBERING)]
    return [each for each in found if (each.__module__ or "").startswith(rooms)]


def _everything() -> list:
    """Every object that there is, those as well that the tests leave out of each search for garbage."""
    gc.unfreeze()
    return gc.get_objects()


def plant(file: str, index: int, functions: dict[tuple[str, int], list[FunctionType]]) -> int:
    """Give the living functions the mutant's code; return how many have another one now."""
    path = str(Path(file).resolve())
    changed = 0
    for code in _codes(compile(made(Path(file).read_text("utf-8"), index), path, "exec")):
        for function in functions.get((code.co_qualname, code.co_firstlineno), []):
            if function.__code__ != code and len(function.__code__.co_freevars) == len(code.co_freevars):
                function.__code__ = code
                changed += 1
    return changed


def _codes(code: CodeType):
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)


class Mutated(importlib.abc.MetaPathFinder, importlib.machinery.SourceFileLoader):
    """Finds one module, and loads it with the fault."""

    def __init__(self, file: str, index: int) -> None:
        self.module = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self.index = index
        super().__init__(self.module, str(Path(file).resolve()))

    def find_spec(self, name, path=None, target=None):  # noqa: ARG002 - as the import system calls it
        if name != self.module:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def get_code(self, fullname):  # noqa: ARG002 - the same
        return compile(made(Path(self.path).read_text("utf-8"), self.index), self.path, "exec")


if PLANTED in os.environ:
    sys.meta_path.insert(0, Mutated(*json.loads(os.environ[PLANTED])))
