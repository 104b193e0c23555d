"""docs/security.md answers every requirement of ASVS 5.0.0's levels 1 and 2 once, by tests that are there."""

import ast
import json
import re
import runpy
from pathlib import Path

import pytest
import structlog

from app import logs

ROOT = Path(__file__).parents[1]
PAGES = ("docs/security.md", "docs/threat-model.md", "SECURITY.md")
ASKED = {
    1: (2, 9, 11, 3, 2),
    2: (3, 3, 4, 1),
    3: (0, 2, 4, 6, 5, 0, 2),
    4: (3, 1, 2, 4),
    5: (1, 3, 2, 3),
    6: (3, 12, 4, 4, 5, 3, 0, 4),
    7: (3, 4, 2, 5, 2, 2),
    8: (2, 3, 1, 1),
    9: (3, 4),
    10: (2, 2, 4, 11, 5, 2, 3),
    11: (2, 3, 3, 4, 1, 1),
    12: (3, 2, 4),
    13: (1, 5, 2, 5),
    14: (2, 4, 3),
    15: (3, 3, 7),
    16: (1, 5, 4, 3, 3),
    17: (1, 4, 2),
}
"""Chapter -> how many requirements of levels 1 and 2 each of its sections has; they come first in their section."""
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
VERDICT = re.compile(r"^(met\b|operator\b|not here\b|not met\b.*\bbecause\b|not proved here\b)")
TEST = re.compile(r"([\w/]+\.py)::(\w+)")
LINK = re.compile(r"\]\(([^)#:]*)(#[\w-]+)?\)")


def read(page):
    return (ROOT / page).read_text("utf-8")


def rows():
    return ROW.findall(read("docs/security.md"))


def test_every_requirement_is_answered_exactly_once():
    asked = [
        f"{chapter}.{section}.{number}"
        for chapter, sections in ASKED.items()
        for section, most in enumerate(sections, 1)
        for number in range(1, most + 1)
    ]
    assert len(asked) == 253
    assert [number for number, _, _ in rows()] == asked


def test_every_answer_has_a_verdict_and_what_is_met_says_by_what():
    for number, _, answer in rows():
        assert VERDICT.match(answer), (number, answer)
        if answer.startswith("met"):
            assert re.search(r"::test_|\]\(|`[\w/ ]+`|ruff", answer), (number, answer)


def those_in(file):
    tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_is_named_is_there(page):
    named = set(TEST.findall(read(page)))
    assert [f"{file}::{name}" for file, name in sorted(named) if name not in those_in(file)] == []
    assert page == "SECURITY.md" or len(named) > 10


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_heading_that_is_there(page):
    for target, heading in LINK.findall(read(page)):
        file = (ROOT / page).parent / target if target else ROOT / page
        assert file.exists(), target
        if heading:
            heads = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
            slugs = [re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads]
            assert heading[1:] in slugs, (target, heading)


def test_our_scripts_use_nothing_that_runs_text_or_keeps_data():
    for script in (ROOT / "app" / "static").glob("*.js"):
        text = script.read_text("utf-8")
        words = r"\beval\(|new Function|document\.write|(window|parent|opener|top|contentWindow)\.postMessage|addEventListener\(.message|localStorage|sessionStorage|indexedDB|__proto__|Object\.assign|outerHTML"
        assert not re.search(words, text), script.name


def test_f67_a_line_of_the_log_stays_one_line(capsys):
    import logging  # noqa: PLC0415 - only here a log is set up

    root = logging.getLogger()
    kept = root.handlers, root.level, structlog.get_config()
    try:
        logs.set_up()
        structlog.get_logger("x").info("odd", said='a\r\n{"event": "login"}\x1b[31m\u2028')
        logging.getLogger("x").warning("two\nlines")
    finally:
        root.handlers, root.level = kept[0], kept[1]
        structlog.configure(**kept[2])
    lines = capsys.readouterr().err.strip("\n").split("\n")
    assert [json.loads(line)["event"] for line in lines] == ["odd", "two\nlines"]
    assert all(json.loads(line)["timestamp"].endswith("Z") for line in lines)


def test_the_check_says_when_it_could_not_ask(monkeypatch, capsys):
    check = runpy.run_path(str(ROOT / ".ci" / "check"))
    told = check["judged"]
    skipped = {"dependencies": [{"name": "a", "skip_reason": "not found"}, {"name": "b", "version": "1", "vulns": []}]}
    assert told("x", json.dumps({"dependencies": [{"name": "b", "version": "1", "vulns": []}]}), "") == 0
    assert told("x", json.dumps(skipped), "") == 3
    bad = {"dependencies": [{"name": "b", "version": "1", "vulns": [{"id": "CVE-1"}]}, skipped["dependencies"][0]]}
    assert told("x", json.dumps(bad), "") == 1
    assert told("x", "", "no network") == 3
    assert "COULD NOT ASK" in capsys.readouterr().out
