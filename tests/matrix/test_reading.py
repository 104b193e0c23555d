"""F27: asking for a page, or for its head alone, never changes anything: no delete, reset, action or move by a link."""

from tests.matrix.crossing import filled, rules
from tests.matrix.declared import ACTION, CASE, MOVES
from tests.matrix.table import handler_of
from tests.matrix.test_matrix import ELSEWHERE, MOVED, about
from tests.matrix.world import OWNERS

FEWEST = 1_000

STATES = {CASE: ("received", "at_faculty", "in_progress"), ACTION: ("assigned", "accepted", "clarifying")}
DISPOSABLE = {
    "users": (
        "INSERT INTO ab_user (first_name, last_name, username, active, email) VALUES (?, ?, ?, ?, ?)",
        ("A", "B", "leaver", True, "leaver@ntnu.example"),
    ),
    "roles": ("INSERT INTO ab_role (name) VALUES (?)", ("Unused",)),
    "groups": ("INSERT INTO ab_group (name, label, description) VALUES (?, ?, ?)", ("unused", "Unused", "")),
}
"""What nothing hinders from being deleted: an account, an access role and a group that nobody uses."""


def disposables(world):
    """Add a row of each; give their keys."""
    return {name: str(world.write(*given)) for name, given in DISPOSABLE.items()}


def addresses(world, who, keys):
    """Every address that is read, about one's own and others' cases, about what could be deleted, for each move."""
    for rule in sorted(rule for method, rule in rules(world.app) if method == "GET"):
        flow = about(rule)
        if flow == "alone":
            yield filled(rule, pk=keys.get(rule.split("/")[1], "1")), ""
            continue
        for key in ((*start, state) for start in places(flow) for state in STATES[flow]):
            number = world.numbers[key]
            token = world.token_of(number) if "<token>" in rule else ""
            mine = who in (handler_of(key[0], key[-1]) if flow == CASE else key[0], OWNERS[key[0]])
            moves = [*MOVES[flow], *ELSEWHERE[flow]] if mine and rule.endswith(MOVED) else ["accept"]
            yield from ((filled(rule, number, token, move), number) for move in moves)


def places(flow):
    kinds = ("quality", "other")
    return [(kind, "action") for kind in kinds] if flow == ACTION else [(kind,) for kind in kinds]


def test_f27_no_address_changes_anything_when_its_head_is_asked_for(world):
    keys, wrong, asked = disposables(world), [], 0
    world.changed()
    before = world.dump()
    for who in ("visitor", "student", "desk", "quality", "owner", "admin"):
        crossing = world(who)
        for path, number in addresses(world, who, keys):
            data = {"version": crossing.version(number)} if number else {"confirmed": "1", "remove": "1"}
            # With a method of GET everybody is asked for everything in test_matrix.py.
            crossing.person.client.open(path, method="HEAD", headers=crossing.known_by(path), data=data)
            asked += 1
            if world.changed():
                wrong.append(f"{path} by {who} wrote to the database")
    assert not wrong, "\n".join(wrong)
    assert world.dump() == before
    assert asked >= FEWEST, "what is asked has shrunk"


def test_f27_a_head_tells_what_its_page_tells(world):
    for who, path in (("quality", "/cases/"), ("admin", "/studio/"), ("visitor", "/cases/"), ("student", "/cases/")):
        client = world(who).person.client
        page, head = client.get(path), client.head(path)
        assert (head.status_code, head.data) == (page.status_code, b"")
        assert set(head.headers.keys()) - {"Set-Cookie"} == set(page.headers.keys()) - {"Set-Cookie"}


def test_f27_one_stays_logged_in_when_the_way_out_is_only_looked_at(world):
    crossing = world("quality")
    for method in ("GET", "HEAD"):
        assert crossing.person.client.open("/logout/", method=method).status_code == 200
    assert crossing.get("/cases/") == "ok"
