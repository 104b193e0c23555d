"""F21 to F23: a link's token opens one case; a wrong one tells nothing, reading changes nothing, and nothing keeps it."""

import ast
import inspect
import logging
import re
from contextlib import contextmanager

from sqlalchemy import event

from app.outbox import tokens
from app.submit import desk, followed
from app.web.database import db
from tests.matrix.crossing import rules

WRONG = ("x", "0", "a" * 43, "a" * 300, "null", "-1", "💥")
CHANGING = re.compile(r'nonce="[^"]*"|nonce-[\w-]+|/(?:follow|receipt)/[^"\s?]*')
"""What differs between two answers of the same page: the nonce, and the address itself in the links to languages."""
APART = ("Set-Cookie", "Content-Length")
"""The length follows the address in those links; what is left without them is compared to the byte."""


def variants(token):
    """The token cut, lengthened, turned, and with one letter changed at each end and in the middle."""
    flipped = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in (0, 21, 42)]
    return [token[:-1], token[1:], token + "A", token.swapcase(), token[::-1], *flipped]


def answer(client, path, method="GET", **given):
    page = client.open(path, method=method, **given)
    headers = sorted((name, CHANGING.sub("", value)) for name, value in page.headers if name not in APART)
    return page.status_code, headers, CHANGING.sub("", page.get_data(as_text=True))


def paths(world):
    """Every address that takes a token, as {method: [pattern]}."""
    for method, rule in sorted(rules(world.app)):
        if "<token>" in rule:
            yield method, rule.replace("<transition>", "reply").replace("<int:which>", "1")


def test_f21_every_token_that_opens_nothing_gets_the_same_answer_to_the_byte(world):
    number = world.numbers["quality", "in_progress"]
    token, visitor = world.token_of(number), world("visitor")
    old = world.token_of(world.numbers["quality", "closed"])
    world.write("UPDATE subject SET follow_hash = NULL, follow_salt = 'another' WHERE number = ?",
                (world.numbers["quality", "closed"],))  # fmt: skip
    for method, rule in paths(world):
        if rule == "/follow/<token>/reply" and method == "GET":
            continue  # leads to the case's page without looking
        given = {"data": {"csrf_token": visitor.token, "conversation": "x"}} if method == "POST" else {}
        told = {
            str(answer(visitor.person.client, rule.replace("<token>", wrong), method, **given))
            for wrong in (*WRONG, *variants(token), old)
        }
        assert len(told) == 1, rule
        assert told.pop().startswith("(404,"), rule


def test_f21_a_token_is_found_by_its_digest_alone():
    """By construction no time tells how much of a token is right: what is compared are digests of all of it."""
    source = ast.unparse(ast.parse(inspect.getsource(followed.by_token)))
    assert "digest = tokens.digest(token)" in source
    assert "Case.follow_hash == digest" in source
    assert "followed.by_token(here, token)" in inspect.getsource(desk.found)
    one, near = (tokens.digest(text) for text in ("a" * 43, "a" * 42 + "b"))
    assert sum(a == b for a, b in zip(one, near, strict=True)) < len(one) // 2


@contextmanager
def asked_of(world):
    """The statements that reach the database meanwhile."""
    asked = []

    def note(*given):
        asked.append(given[2])

    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_f21_all_wrong_tokens_ask_the_database_the_same_and_first_what_the_right_one_asks(world):
    token, client = world.token_of(world.numbers["quality", "in_progress"]), world("visitor").person.client
    found = []
    for each in (token, "x", *variants(token)):
        with asked_of(world) as asked:
            client.get(f"/follow/{each}")
        found.append([statement for statement in asked if "follow_hash = " in statement])
    first, *others = [[statement.split("WHERE")[1] for statement in each] for each in found]
    assert first
    assert all(each[: len(first)] == first for each in others)
    assert all(each == others[0] for each in others)


def test_f22_a_link_that_scanners_open_first_changes_nothing_and_still_works(world):
    number = world.numbers["quality", "in_progress"]
    token, client = world.token_of(number), world("visitor").person.client
    for method, rule in paths(world):
        for asked in ("GET", "HEAD") if method == "GET" else ():
            for _ in range(5):
                client.open(rule.replace("<token>", token), method=asked)
    assert not world.changed()
    assert world.dump() == world.kept
    visitor = world("visitor")
    sent = {"version": visitor.version(number), "conversation": "And then?"}
    assert visitor.post(f"/follow/{token}/reply", **sent) == "go"


def test_f23_a_token_is_in_no_log_figure_referrer_or_table(world, caplog):
    caplog.set_level(logging.DEBUG)
    number = world.numbers["quality", "in_progress"]
    token, visitor = world.token_of(number), world("visitor")
    for method, rule in paths(world):
        path = rule.replace("<token>", token)
        given = {"data": {"csrf_token": visitor.token, "version": "0", "state": "closed"}} if method == "POST" else {}
        page = visitor.person.client.open(path, method=method, **given)
        assert page.headers["Referrer-Policy"] == "no-referrer", rule
        assert page.headers["Cache-Control"] == "no-store", rule
    logging.getLogger("gunicorn.access").warning('"GET /follow/%s HTTP/1.1" 200', token)
    assert token not in caplog.text
    assert caplog.text
    assert token not in world("admin").person.client.get("/healthz").get_data(as_text=True)
    assert token not in world("admin").person.client.get("/studio/operations/").get_data(as_text=True)
    assert token not in world.dump()
