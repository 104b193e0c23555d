"""Faults are made where they are said to be, are noticed by a test that looks, and counted honestly."""

import ast
import gc
from functools import cache
from textwrap import dedent

import pytest

from bench.mutants.choosing import Choice
from bench.mutants.making import made, mutants_of
from bench.mutants.planting import caches, living, plant
from bench.mutants.telling import figures, wilson

SOURCE = '''
"""Words about it."""

MOST = 3


def few(numbers: list[int], *, strictly: bool = True) -> bool:
    """Whether there are few."""
    if not numbers:
        raise ValueError("there are none")
    log.info("looking")
    return len(numbers) < MOST and strictly
'''


def test_each_fault_is_one_change_and_has_a_name_of_its_own():
    source = dedent(SOURCE)
    plain = ast.unparse(ast.parse(source))
    found = mutants_of("few.py", source)
    texts = [ast.unparse(made(source, each.index)) for each in found]
    assert plain not in texts
    assert len(set(texts)) == len(found) == len({each.name for each in found})
    assert {(each.where, each.kind, each.before, each.after) for each in found} == {
        ("<module>", "constant", "3", "4"),
        ("<module>", "constant", "True", "False"),
        ("few", "boolean", "not numbers", "numbers"),
        ("few", "removed", "raise ValueError('there are none')", "pass"),
        ("few", "removed", "log.info('looking')", "pass"),
        (
            "few",
            "return value",
            "return len(numbers) < MOST and strictly",
            "return not (len(numbers) < MOST and strictly)",
        ),
        ("few", "boolean", "len(numbers) < MOST and strictly", "len(numbers) < MOST or strictly"),
        ("few", "comparison", "len(numbers) < MOST", "len(numbers) <= MOST"),
    }
    assert {each.at_import for each in found if each.where == "few"} == {False}


def test_a_living_function_takes_the_fault_on(tmp_path, monkeypatch):
    file = tmp_path / "small.py"
    file.write_text("def double(number):\n    return [each + each for each in (number,)][0]\n")
    space = {}
    exec(compile(file.read_text(), str(file), "exec"), space)  # noqa: S102 - the test's own two lines
    added = next(each for each in mutants_of(str(file), file.read_text()) if each.kind == "operator")
    gc.freeze()  # as the tests do with all that is imported
    assert plant(str(file), added.index, living(str(file))) == 1
    assert space["double"](4) == 0


def test_what_is_remembered_is_found_wherever_it_was_left():
    remembering = cache(lambda number: number)
    remembering.__module__ = "app.somewhere"
    gc.freeze()
    assert remembering in caches()


def test_what_is_reckoned_at_import_is_asked_of_the_modules_own_tests(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in (("few.py", SOURCE), ("test_few.py", ""), ("test_other.py", "")):
        (tmp_path / name).write_text(dedent(text))
    choice = Choice(tmp_path, budget=10)
    choice.seconds = {
        f"{folder}{name}::test_it": 1.0 for folder, name in (("./", "test_few.py"), ("./", "test_other.py"))
    }
    monkeypatch.setattr(Choice, "_lines", lambda _self, _file: {})
    asked = {each.at_import: choice.job(each).tests for each in mutants_of("few.py", dedent(SOURCE))}
    assert asked == {True: ("./test_few.py::test_it",), False: ()}


@pytest.mark.parametrize(("hits", "size", "low", "high"), [(90, 100, 0.8256, 0.9448), (0, 0, 0, 1), (5, 5, 0.5655, 1)])
def test_the_interval(hits, size, low, high):
    assert wilson(hits, size) == pytest.approx((low, high), abs=5e-5)


def test_equivalents_are_left_out_and_timeouts_count_as_noticed():
    found = [{"room": "a", "end": end} for end in ("killed", "timeout", "survived", "untested", "equivalent")]
    [one, everything] = figures(found, {"a": 50})
    assert (one["tried"], one["killed"], one["survived"], one["equivalent"]) == (4, 2, 2, 1)
    assert everything == {**one, "room": "all"}
