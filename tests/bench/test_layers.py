"""A profile told by layers: every function's time is in one of them, and what is built in counts for whoever calls it."""

import cProfile
import pstats

import pytest

from app.language.load import load
from bench.layers import OTHERS, by_layer, layer, told
from config import ROOT

PACKAGES = "/venv/lib/python3.11/site-packages"


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (("~", 0, "<method 'execute' of 'sqlite3.Cursor' objects>"), "the database and its driver"),
        ((f"{PACKAGES}/psycopg/cursor.py", 1, "execute"), "the database and its driver"),
        ((f"{PACKAGES}/sqlalchemy/orm/session.py", 1, "flush"), "SQLAlchemy"),
        ((f"{ROOT}/app/templates/page.html", 1, "root"), "templates as compiled, Jinja"),
        ((f"{PACKAGES}/flask/app.py", 1, "wsgi_app"), "Flask, Werkzeug, Flask-AppBuilder and others"),
        ((f"{ROOT}/app/workflow/engine.py", 1, "move"), "ours: people, rights, routine"),
        ((f"{ROOT}/app/web/look.py", 1, "show"), "ours: pages, words and forms"),
        ((f"{ROOT}/model/case.py", 1, "late"), "ours: rows"),
        (("/usr/lib/python3.11/json/decoder.py", 1, "decode"), OTHERS),
        (("~", 0, "<built-in method builtins.len>"), OTHERS),
    ],
)
def test_each_function_is_in_a_layer(function, said):
    assert layer(function) == said


def test_all_time_is_told_and_built_in_functions_are_their_callers():
    profiler = cProfile.Profile()
    text = (ROOT / "workflow.yaml").read_text("utf-8")
    profiler.enable()
    for _ in range(2):
        load(text)
    profiler.disable()
    found = by_layer(profiler, 2)
    own = sum(spent for spent, _ in found.values())
    assert own == pytest.approx(pstats.Stats(profiler).total_tt * 1000 / 2, rel=0.05)
    assert found["ours: people, rights, routine"][1] > 1000
    assert found[OTHERS][1] < sum(calls for _, calls in found.values()) / 4
    assert told(found).count("\n") == len(found) + 1
