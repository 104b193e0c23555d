"""F24: every address and method, by everybody, about every case and action in every state: as the table declares.

What is asked is made from the URL map, the people, and the states and moves of workflow.yaml; so what is new there is
asked here at once, and fails until the table says who may.
"""

import gc
from contextlib import contextmanager
from itertools import chain
from random import Random

import pytest

from tests.matrix.crossing import filled, rules
from tests.matrix.declared import ACTION, CASE, FLOWS, MOVES, ROUTINE, parties
from tests.matrix.table import (
    PARTIES,
    RANKS,
    TABLES,
    WORDS,
    agrees,
    is_theirs,
    is_to_action,
    is_to_case,
    of_move,
    rank,
    row,
)
from tests.matrix.world import ACTION_STATES, CASE_STATES, KINDS, PEOPLE

FEWEST = 9_000
SHARE = 40
"""Of so many cells PostgreSQL is asked one; MATRIX_ON=postgresql asks it all of them."""
OF_CASES = ("<number>", "<token>")
OF_ACTIONS = ("/actions/<number>", "/api/v1/actions/<number>")
MOVED = ("<name>", "<transition>")
ELSEWHERE = {CASE: ["submit", "resume", "no_such_move"], ACTION: ["add", "close", "no_such_move"]}
"""Names that are no move there: made already, the other flow's, nobody's."""
LAST = "/logout/"
"""Ends a login, so it is asked last."""


def about(rule):
    """What an address is about: a case, an action, or neither."""
    if rule.startswith(OF_ACTIONS):
        return ACTION
    return CASE if any(each in rule for each in OF_CASES) and not rule.startswith("/studio/") else "alone"


def places(flow, who):
    """(kind, state, key of the number) of everything that an address of the flow is asked about.

    Everybody is asked about both faculties; about the second area of one of them only whoever has to do with it.
    """
    kinds = [kind for kind in KINDS if kind != "hse" or who in ("visitor", "desk", "hse", "hse_iv", "owner", "quality")]
    if flow == ACTION:
        return [(kind, state, (kind, "action", state)) for kind in kinds for state in ACTION_STATES]
    states = [(kind, state, (kind, state)) for kind in kinds for state in (*CASE_STATES, "with_actions")]
    return [*states, ("handed", "in_progress", ("handed", "in_progress"))]


def named(rule, flow, state, relation, turn):
    """The moves to ask about: all for those who see it; for others one that leaves the state, each time another."""
    leaving = sorted(name for name, move in MOVES[flow].items() if state in move.states) or ["note"]
    one = leaving[turn % len(leaving)]
    if rule.startswith("/follow/"):
        return ["reply", one]
    return [*MOVES[flow], *ELSEWHERE[flow]] if relation in ("handler", "owner") else [one]


def state_of(state):
    """The routine's name of a state that the world has under a name of its own."""
    return "in_progress" if state == "with_actions" else state


def everything(*_cell):
    return True


class Draw:
    """One cell of each row and column of the table, and one in `of` of all the others."""

    def __init__(self, seed, of):
        self.random, self.of, self.seen = Random(seed), of, set()  # noqa: S311 - a draw, no secret

    def __call__(self, *cell):
        first = cell not in self.seen
        self.seen.add(cell)
        return self.random.randrange(self.of) == 0 or first


class Matrix:
    """All that somebody is asked to try, what came of it, and what did not fit; `takes` says which cells are tried."""

    def __init__(self, world, who, takes=everything):
        self.crossing, self.who, self.wrong, self.count = world(who), who, [], 0
        self.takes = takes
        self.turn = list(PEOPLE).index(who)
        self.rules = sorted(rules(world.app))
        self.numbers = world.numbers
        self.versions = {each["number"]: each["version"] for each in world.rows("SELECT number, version FROM subject")}
        self.tokens = {key: world.token_of(number) for key, number in self.numbers.items() if len(key) == 2}

    def run(self):
        for method, rule in sorted(self.rules, key=lambda each: each[1] == LAST):
            if about(rule) == "alone" and self.takes(method, rule, rank(self.who)):
                self.ask(method, filled(rule), row("alone", method, rule)[rank(self.who)], rule)
        self.crossing.log_in_again()
        for flow, relation_of in ((CASE, is_to_case), (ACTION, is_to_action)):
            for kind, state, key in places(flow, self.who):
                self.about(flow, key, relation_of(self.who, kind, state), state_of(state))
        return self

    def about(self, flow, key, relation, state):
        """Ask every address of a case or an action."""
        self.turn += 1
        for method, rule in self.rules:
            if about(rule) != flow:
                continue
            word = row(flow, method, rule)[relation]
            moves = named(rule, flow, state, relation, self.turn) if rule.endswith(MOVED) else ["note"]
            for move in moves:
                if (
                    word == "sends"
                    and move != moves[self.turn % len(moves)]
                    and not is_theirs(flow, move, state, relation)
                ):
                    continue  # the question after its form, which is asked, has the same answer
                if not self.takes(method, rule, relation):
                    continue
                said = of_move(word, flow, move, state, relation) if word in WORDS else word
                path = filled(rule, self.numbers[key], self.tokens.get(key, ""), move)
                self.ask(method, path, said, f"{rule} ({' '.join(key)}, {move})", (flow, move), self.numbers[key])

    def ask(self, method, path, declared, told, move=("", ""), number=""):
        crossing = self.crossing
        if method == "GET":
            answer = crossing.get(path, accept="application/json")
        elif path.startswith("/api/") and number:
            answer = crossing.send(path, {"version": self.versions[number], "answers": unanswered(*move)})
        else:
            version = {"version": self.versions[number]} if number else {}
            answer = crossing.post(path, accept="application/json", **version)
        self.count += 1
        if not agrees(answer, declared):
            self.wrong.append(f"{self.who} {method} {told}: {answer}, declared {declared}")
        if crossing.changed():
            if method == "GET" or answer in ("login", "key", "no", "none", "not", "bad", "late", "422"):
                self.wrong.append(f"{self.who} {method} {told} answered {answer} and wrote to the database")
            crossing.restore()


@contextmanager
def swept():
    """Let nothing be swept up meanwhile: so many requests leave little behind, and looking for it takes long."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def unanswered(flow, move):
    """Nothing as the answer to each question that must be answered."""
    known = MOVES.get(flow, {}).get(move)
    return dict.fromkeys(known.asked) if known else {}


def ask_all(world, takes=everything):
    """Ask as everybody; give how many cells were asked. Fails where one deviates."""
    with swept():
        asked = [Matrix(world, who, takes).run() for who in PEOPLE]
    wrong = list(chain.from_iterable(each.wrong for each in asked))
    assert not wrong, f"{len(wrong)} deviations\n" + "\n".join(wrong[:200])
    assert world.dump() == world.kept
    count = sum(each.count for each in asked)
    print(f"{count} cells of the permission matrix, no deviation")  # noqa: T201 - shown by pytest -s
    return count


def test_f24_everybody_gets_the_declared_answer_everywhere(crowded):
    assert ask_all(crowded) >= FEWEST, "what is asked has shrunk"


@pytest.mark.postgresql
def test_f24_postgresql_answers_as_declared_in_each_row_and_column_and_a_share_of_all_cells(crowded_on_postgresql):
    draw = Draw(seed=24, of=SHARE)
    count = ask_all(crowded_on_postgresql, draw)
    columns = [row(about(rule), method, rule) for method, rule in rules(crowded_on_postgresql.app)]
    assert len(draw.seen) == sum(len(each) for each in columns), "each cell of the table has to be asked"
    assert count >= len(draw.seen)


def test_f24_every_address_and_way_of_asking_is_in_the_table(crowded):
    missing = [each for each in sorted(rules(crowded.app)) if row(about(each[1]), *each) is None]
    assert not missing, "say in tests/matrix/table.py who may go there"


def test_f24_no_row_of_the_table_is_about_an_address_that_is_gone(crowded):
    used = {id(row(about(rule), method, rule)) for method, rule in rules(crowded.app)}
    unused = [name for rows in TABLES.values() for name, cells in rows.items() if id(cells) not in used]
    assert not unused


def test_f24_every_flow_state_party_and_function_of_the_routine_is_asked_about(crowded):
    assert set(FLOWS) == {CASE, ACTION}, "a flow needs addresses, states and people of its own here"
    assert set(FLOWS[CASE]["states"]) == set(CASE_STATES)
    assert set(FLOWS[ACTION]["states"]) == set(ACTION_STATES)
    assert parties() == set(PARTIES), "say in tests/matrix/table.py what the party comes to"
    query = "SELECT DISTINCT role.name FROM assignment JOIN role ON role_id = role.id JOIN person p ON person_id = p.id"
    held = {each["name"] for who in PEOPLE.values() if who for each in crowded.rows(f"{query} WHERE p.name = ?", who)}
    assert held == set(ROUTINE["roles"]), "let somebody with the function be among those who ask"


def test_f24_every_access_role_is_held_by_somebody_who_asks(crowded):
    query = (
        "SELECT DISTINCT r.name FROM ab_role r JOIN ab_user_role h ON h.role_id = r.id "
        "JOIN person p ON p.user_id = h.user_id WHERE p.name = ?"
    )
    held = {each["name"] for who in PEOPLE.values() if who for each in crowded.rows(query, who)}
    assert held == {each["name"] for each in crowded.rows("SELECT name FROM ab_role")}
    assert sorted(who for those in RANKS.values() for who in those) == sorted(PEOPLE)
