"""Everybody at every address: each answer is the declared one, and reading changes nothing."""

from tests.matrix.crossing import rules
from tests.matrix.table import ROWS, agrees, expected

ABOUT_CASES = ("<number>", "<token>")


def asked(app, method):
    """(rule, kind) of each address with that method; logging out comes last, for it ends the crossing's own login."""
    found = sorted(rule for each, rule in rules(app) if each == method)
    for rule in sorted(found, key=lambda rule: rule == "/logout/"):
        for kind in ("quality", "other") if any(each in rule for each in ABOUT_CASES) else ("quality",):
            yield rule, kind


def told(method, rule, kind, answer, declared):
    return f"{method} {rule} ({kind}): {answer}, declared {declared}"


def test_every_address_is_in_the_table(crossing):
    missing = [
        (method, rule) for method, rule in rules(crossing.app) if expected(method, rule, "quality", "desk") is None
    ]
    assert not missing, "say in tests/matrix/table.py who may go there"
    assert ROWS


def test_reading_is_answered_as_declared_and_changes_nothing(crossing):
    wrong = []
    for rule, kind in asked(crossing.app, "GET"):
        answer = crossing.get(crossing.address(rule, kind))
        declared = expected("GET", rule, kind, crossing.who)
        if not agrees(answer, declared):
            wrong.append(told("GET", rule, kind, answer, declared))
        if crossing.changed():
            wrong.append(f"GET {rule} wrote to the database")
    assert not wrong, "\n".join(wrong)
    assert crossing.dump() == crossing.kept


def test_sending_is_answered_as_declared(crossing):
    wrong = []
    for rule, kind in asked(crossing.app, "POST"):
        answer = crossing.post(crossing.address(rule, kind))
        declared = expected("POST", rule, kind, crossing.who)
        if not agrees(answer, declared):
            wrong.append(told("POST", rule, kind, answer, declared))
        if crossing.changed():
            if answer in ("login", "no", "none", "not", "bad", "late"):
                wrong.append(f"POST {rule} answered {answer} and wrote to the database")
            crossing.restore()
    assert not wrong, "\n".join(wrong)
