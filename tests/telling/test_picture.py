"""The drawing shows every state and move, is the same each time, and nothing in it lies on anything else."""

import random
import re
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest

from app.language.definition import Destination, Flow, State, Transition
from app.language.parties import Word
from app.telling.arrows import graph
from app.telling.difference import compare
from app.telling.names import Names
from app.telling.picture import picture
from app.telling.places import place
from app.telling.rows import rows
from app.telling.text import BOX, LETTER, LINE, lines_of, wrapped
from app.telling.tracks import plan
from tests.telling.conftest import ROUTINES, with_flow, with_move, without_state

SVG = "{http://www.w3.org/2000/svg}"
FLOWS = [(routine, flow) for routine in ROUTINES.values() for flow in routine.flows.values()]
NAMES = [flow.name for _, flow in FLOWS]


def random_flow(seed):
    """A flow with up to a dozen states and moves every way between them."""
    chance = random.Random(seed)  # noqa: S311 - a drawing, not a secret
    names = [f"s{number}" for number in range(chance.randint(1, 12))]
    text = ["Short", "Somewhat longer", "With quite a lot of words in it", "Averyveryverylongwordthatneverends"]
    states = {
        name: State(name, {"en": chance.choice(text)}, {"en": ""}, chance.choice(["no", "no", "yes"])) for name in names
    }
    moves = {"new": Transition("new", {"en": "Begin"}, ("new",), Destination(chance.choice(names)), Word("anyone"))}
    for number in range(chance.randint(0, 20)):
        sources = tuple(chance.sample(names, chance.randint(1, min(4, len(names)))))
        to = chance.choice([*names, "same", "back"])
        moves[f"m{number}"] = Transition(
            f"m{number}", {"en": chance.choice(text)}, sources, Destination(to), Word("handler")
        )
    return Flow("random", {"en": "Random"}, states, moves, {})


def drawn(routine, flow, diff=None):
    boxes = graph(routine, flow, "en", diff)
    placed = place(boxes)
    return boxes, placed, plan(boxes, placed)


def rectangles(placed, planned):
    for row, column in placed.cells.values():
        left, width = planned.columns[column]
        yield left, planned.tops[row], left + width, planned.tops[row] + planned.height


def words(placed, planned):
    for run in planned.runs:
        yield run.left, run.y - 5 - LINE * len(run.lines) + 3, run.left + run.width, run.y - 3
    for arrow in placed.straight:
        lines = lines_of(arrow.labels, narrow=True)
        (row, a), (_, b) = placed.cells[arrow.sources[0]], placed.cells[arrow.targets[0]]
        ends = planned.columns[min(a, b)], planned.columns[max(a, b)]
        middle = (sum(ends[0]) + ends[1][0]) / 2
        width = max(map(len, lines)) * LETTER
        y = planned.tops[row] + planned.height / 2 - 7
        yield middle - width / 2, y - LINE * len(lines) + 3, middle + width / 2, y + 2


def meet(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def check(routine, flow, diff=None):
    boxes, placed, planned = drawn(routine, flow, diff)
    said = list(words(placed, planned))
    solid = list(rectangles(placed, planned))
    assert not [pair for pair in combinations(said, 2) if meet(*pair)]
    assert not [(word, box) for word in said for box in solid if meet(word, box)]
    assert not [pair for pair in combinations(solid, 2) if meet(*pair)]
    for left, top, right, bottom in said + solid:
        assert planned.left <= left, boxes
        assert right <= planned.right
        assert planned.top <= top
        assert bottom <= planned.bottom
    for run in planned.runs:
        between = [planned.tops[0], planned.tops[0] + planned.height, planned.tops[1], planned.tops[1] + planned.height]
        low, high = [(planned.top, between[0]), (between[1], between[2]), (between[3], planned.bottom)][run.channel]
        assert low <= run.y <= high
        assert len(run.legs) == len(run.arrow.sources) + len(run.arrow.targets)
        for x, name in (*run.sources, *run.targets):
            left, width = planned.columns[placed.cells[name][1]]
            assert left <= x <= left + width
    legs = [(x, run.channel) for run in planned.runs for x in set(run.legs)]
    assert len(legs) == len(set(legs))


@pytest.mark.parametrize(("routine", "flow"), FLOWS, ids=NAMES)
def test_nothing_lies_on_anything_else(english, routine, flow):
    check(routine, flow)


@pytest.mark.parametrize("seed", range(60))
def test_nothing_lies_on_anything_else_whatever_the_flow(english, ntnu, seed):
    old, new = random_flow(seed), random_flow(seed + 1000)
    check(with_flow(ntnu, new), new)
    difference = compare(with_flow(ntnu, old), with_flow(ntnu, new))
    check(with_flow(ntnu, new), new, difference.flows.get("random"))
    ET.fromstring(picture(with_flow(ntnu, new), new, "en", diff=difference.flows.get("random")))  # noqa: S314


def test_words_between_neighbours_leave_room_for_what_passes_above(english, ntnu):
    case = ntnu.flows["case"]
    more = {f"too_{number}": replace(case.transitions["accept"], name=f"too_{number}") for number in range(3)}
    flow = replace(case, transitions={**case.transitions, **more})
    check(with_flow(ntnu, flow), flow)


def shown(svg):
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    return root, " ".join(text.text for text in root.iter(f"{SVG}text"))


@pytest.mark.parametrize(("routine", "flow"), FLOWS, ids=NAMES)
def test_every_state_and_every_way_is_drawn_and_told(english, routine, flow):
    svg = str(picture(routine, flow, "en")).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    root, text = shown(svg)
    assert root.get("role") == "img"
    ids = root.get("aria-labelledby").split()
    assert [element.get("id") for element in root if element.tag in (f"{SVG}title", f"{SVG}desc")] == ids
    desc = root.find(f"{SVG}desc").text
    for state in flow.states.values():
        assert state.label["en"] in desc
        assert all(line in text for line in wrapped(state.label["en"]))
    for move in flow.transitions.values():
        if move.to.state != "same" and move.sources != (move.to.state,):
            assert move.label["en"] in desc
    assert len(list(root.iter(f"{SVG}rect"))) >= len(flow.states)
    assert "style=" not in svg


def test_the_same_routine_gives_the_same_drawing(english, ntnu):
    flow = ntnu.flows["action"]
    assert picture(ntnu, flow, "nb") == picture(ntnu, flow, "nb")


def test_the_language_is_the_one_asked_for(english, ntnu):
    svg = picture(ntnu, ntnu.flows["case"], "nb")
    assert "Mottatt" in svg
    assert "Received" not in svg


def test_the_main_way_goes_from_left_to_right_and_ends_beside_it_lie_below(english, ntnu):
    _, placed, _ = drawn(ntnu, ntnu.flows["case"])
    row = [placed.cells[name] for name in ("", "received", "at_faculty", "in_progress", "closed")]
    assert row == [(0, column) for column in range(5)]
    assert placed.cells["rejected"][0] == 1


def test_open_cases_stand_under_the_label(english, ntnu):
    svg = picture(ntnu, ntnu.flows["case"], "en", counts={"received": 14, "in_progress": 1})
    assert re.findall(r"(\d+ open)<", svg) == ["14 open", "0 open", "1 open"]
    assert "open<" not in picture(ntnu, ntnu.flows["case"], "en")


def test_parallel_moves_share_a_label_of_three_lines(english, ntnu):
    case = ntnu.flows["case"]
    more = {f"again_{number}": replace(case.transitions["send_back"], name=f"again_{number}") for number in range(3)}
    svg = picture(ntnu, replace(case, transitions={**case.transitions, **more}), "en")
    assert svg.count(">Return to intake<") == 2
    assert ">+2<" in svg


def test_several_drawings_on_a_page_have_their_own_ids(english, ntnu):
    both = [picture(ntnu, ntnu.flows["case"], "en", name=name) for name in ("old", "new")]
    ids = [each for svg in both for each in re.findall(r'id="([^"]+)"', svg)]
    assert len(ids) == len(set(ids)) == 4


def test_f5_words_are_never_markup(english, ntnu):
    evil = {"en": '<script>alert("&")</script>'}
    case = ntnu.flows["case"]
    states = {**case.states, "received": replace(case.states["received"], label=evil)}
    routine = with_move(with_flow(ntnu, replace(case, states=states, label=evil)), "close", label=evil)
    svg = picture(routine, routine.flows["case"], "en", name='"><b>')
    assert "<script" not in svg
    assert "<b>" not in svg
    ET.fromstring(svg)  # noqa: S314


def test_states_and_moves_are_pointed_out(english, ntnu):
    svg = picture(ntnu, ntnu.flows["case"], "en", mark=frozenset({"received", "close"}))
    assert svg.count('data-kind="current"') == 1
    assert svg.count('data-marked="true"') == 1


def test_what_a_draft_does_is_marked_by_sign_and_style(english, ntnu):
    new = with_move(without_state(ntnu, "rejected"), "close", fields=())
    diff = compare(ntnu, new).flows["case"]
    svg = picture(new, new.flows["case"], "en", diff=diff, counts={"rejected": 2})
    assert ">− Rejected<" in svg
    assert ">2 open: must be moved<" in svg
    assert ">− Reject<" in svg
    assert ">~ Close the<" in svg
    back = picture(ntnu, ntnu.flows["case"], "en", diff=compare(new, ntnu).flows["case"])
    assert ">+ Rejected<" in back
    assert ">+ Reject<" in back
    for svg_part in (svg, back):
        assert 'data-diff="changed"' in svg_part


def test_a_way_that_a_move_no_longer_goes_is_drawn_as_removed(english, ntnu):
    new = with_move(ntnu, "reject", sources=("received",))
    svg = picture(new, new.flows["case"], "en", diff=compare(ntnu, new).flows["case"])
    assert ">− Reject<" in svg
    assert ">Reject<" in svg


def test_a_whole_flow_that_is_new_or_gone(english, ntnu):
    alone = replace(ntnu, flows={"case": ntnu.flows["case"]})
    flow = ntnu.flows["action"]
    for difference, sign in ((compare(alone, ntnu), "+"), (compare(ntnu, alone), "−")):
        svg = picture(ntnu, flow, "en", diff=difference.flows["action"])
        assert svg.count(f">{sign} ") >= len(flow.states)


def test_a_box_is_wide_enough_for_its_lines():
    for text in ("Under behandling hos instituttet", "x" * 60, "", "a b c d e f g h i j k l m n o p"):
        assert all(len(line) * 7.6 <= BOX for line in wrapped(text))


def test_the_table_says_the_same(english, ntnu, names):
    found = {row.name: row for row in rows(ntnu, ntnu.flows["case"], names, {"received": 14, "at_faculty": 49})}
    assert list(found) == list(ntnu.flows["case"].transitions)
    reject = found["reject"]
    assert (reject.label, reject.way) == ("Reject", "“Received” and “At the faculty” → “Rejected”")
    assert (reject.who, reject.open) == ("Student Services and the handler", 63)
    assert reject.mails == ("the reporter",)
    assert found["close"].requires == ("An action is not settled yet.",)
    assert found["submit"].sources == "a new one"
    assert rows(ntnu, ntnu.flows["case"], Names())[0].open is None
