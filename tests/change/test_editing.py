"""Forms change a routine's text: what they are about changes, and every other letter stays."""

from difflib import SequenceMatcher
from pathlib import Path

import pytest

from app.change import editing
from app.change.editing import NoName, Taken, Unknown
from app.change.editing_removal import remove_state, remove_transition
from app.change.editing_text import Broken, Document, flow, snippet
from app.language.load import load
from config import ROOT

FILES = {each.stem: each for each in sorted((Path(__file__).parent / "routines").glob("*.yaml"))}
FILES["real"] = ROOT / "workflow.yaml"
NEW = {"nb": "Ny, og «bra»", "nn": "Ny: to", "en": "New? #1", "no": ""}


@pytest.fixture(params=sorted(FILES))
def text(request):
    return FILES[request.param].read_text()


@pytest.fixture
def real():
    return FILES["real"].read_text()


def changed(before, after):
    """Lines that went and lines that came."""
    old, new = before.split("\n"), after.split("\n")
    gone, come = [], []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            gone += old[a:b]
            come += new[c:d]
    return gone, come


def routine(text):
    loaded = load(text)
    assert loaded.routine is not None, [str(fault) for fault in loaded.errors]
    return loaded.routine


def label(text, said):
    """A text in the languages of the routine."""
    return {code: f"{said} {code}" for code in Document(text).languages}


def everything(text, kind):
    document = Document(text)
    return [(flow, name) for flow in document.names("flows") for name in document.names("flows", flow, kind)]


def said(text, *path):
    return dict(Document(text).value(*path))


# -- nothing is lost ---------------------------------------------------------------


def test_what_is_set_to_what_it_says_already_changes_no_letter(text):
    after = text
    for flow_name, name in everything(text, "transitions"):
        after = editing.set_transition(after, flow_name, name, said(text, "flows", flow_name, "transitions", name))
    for flow_name, name in everything(text, "states"):
        after = editing.set_state(after, flow_name, name, said(text, "flows", flow_name, "states", name))
    for flow_name, name in everything(text, "clocks"):
        after = editing.set_clock(after, flow_name, name, said(text, "flows", flow_name, "clocks", name))
    for name in Document(text).names("guards"):
        after = editing.set_guard(after, name, *editing.guard(after, name))
    for name in Document(text).names("fields"):
        after = editing.set_field(after, name, said(text, "fields", name))
    assert after == text


def test_every_transition_can_be_changed_and_only_its_own_lines_change(text):
    for flow_name, name in everything(text, "transitions"):
        new = {"label": label(text, "Ny: knapp"), "optional": None, "by": ["handler", {"who": "handler", "at": "own"}]}
        after = editing.set_transition(text, flow_name, name, new)
        gone, come = changed(text, after)
        before = said(text, "flows", flow_name, "transitions", name)
        assert len(come) <= len(gone) <= 3, (name, gone)
        now = said(after, "flows", flow_name, "transitions", name)
        assert editing.texts(Document(after), "flows", flow_name, "transitions", name, "label") == new["label"]
        assert {**before, **now} == {**before, "label": now["label"], "by": new["by"]}
        assert [word for word in before if word != "optional"] == list(now)


def test_a_new_word_gets_its_place_among_the_others(text):
    order = ["label", "from", "to", "by", "fields", "optional", "guards", "assign", "notify"]
    for flow_name, name in everything(text, "transitions"):
        after = editing.set_transition(text, flow_name, name, {"assign": "me", "optional": ["comment"]})
        words = [word for word in said(after, "flows", flow_name, "transitions", name) if word in order]
        before = [word for word in said(text, "flows", flow_name, "transitions", name) if word in order]
        if before == sorted(before, key=order.index):
            assert words == sorted(words, key=order.index), name
        gone, come = changed(text, after)
        assert len(gone) <= 2, (name, gone)
        assert len(come) <= 2, (name, come)


def test_every_state_and_clock_and_field_and_guard_can_be_changed(text):
    document = Document(text)
    for flow_name, name in everything(text, "states"):
        after = editing.set_state(text, flow_name, name, {"label": label(text, "Ny"), "told": label(text, "Si: nå")})
        assert editing.texts(Document(after), "flows", flow_name, "states", name, "told") == label(text, "Si: nå")
        assert len(changed(text, after)[0]) <= 3
    for flow_name, name in everything(text, "clocks"):
        after = editing.set_clock(text, flow_name, name, {"runs": "7 days", "remind": {"handler": ["due"]}})
        assert said(after, "flows", flow_name, "clocks", name)["remind"] == {"handler": ["due"]}
        assert len(changed(text, after)[0]) <= 2
    for name in document.names("guards"):
        after = editing.set_guard(text, name, "{area: hse}", label(text, "Nei"))
        assert editing.guard(after, name) == ("{area: hse}", label(text, "Nei"))
    for name in document.names("fields"):
        after = editing.set_field(text, name, {"help": label(text, "Hjelp")})
        assert editing.texts(Document(after), "fields", name, "help") == label(text, "Hjelp")
        assert len(changed(text, after)[0]) <= 2


def test_a_standard_field_is_declared_when_something_is_said_of_it(text):
    after = editing.set_field(text, "comment", {"label": label(text, "Merknad")})
    assert said(after, "fields", "comment")
    gone, _ = changed(text, after)
    assert not gone
    routine(after)


def test_what_stays_in_a_list_stays_as_it_was_written(real):
    odd = real.replace("by: [intake, handler]", "by: ['intake',   { who: dean,  at: own }, handler]", 1)
    by = ["intake", {"who": "dean", "at": "own"}, "handler"]
    assert editing.set_transition(odd, "case", "consult", {"by": by}) == odd
    after = editing.set_transition(odd, "case", "consult", {"by": [*by, "dean"]})
    assert "by: ['intake', { who: dean,  at: own }, handler, dean]" in after


# -- adding ------------------------------------------------------------------------


def test_a_state_and_transitions_to_and_from_it_are_added_and_it_loads(text):
    after = text
    for flow_name in Document(text).names("flows"):
        states = Document(text).names("flows", flow_name, "states")
        loaded = routine(text).flows[flow_name].states.values()
        unfinished = next((each.name for each in loaded if not each.finished), "")
        if not unfinished:
            continue
        values = {"label": label(text, "Mellom: to"), "told": label(text, "{number} står her")}
        after = editing.add_state(after, flow_name, "in_between", values, unfinished)
        names = Document(after).names("flows", flow_name, "states")
        assert names == [*states[: states.index(unfinished) + 1], "in_between", *states[states.index(unfinished) + 1 :]]
        there = {"label": label(text, "Dit"), "from": unfinished, "to": "in_between", "by": "handler"}
        after = editing.add_transition(after, flow_name, "go_there", there)
        back = {"label": label(text, "Tilbake"), "from": ["in_between"], "to": unfinished, "by": ["handler"]}
        after = editing.add_transition(after, flow_name, "go_back", back, "go_there")
    gone, _ = changed(text, after)
    assert not gone
    routine(after)


def test_a_guard_is_added_asked_for_and_removed_again(text):
    flow_name, name = everything(text, "transitions")[-1]
    after = editing.add_guard(text, "brand_new", "any: [{area: other}, {handler: filled}]", label(text, "Nei, ikke nå"))
    guards = list(said(after, "flows", flow_name, "transitions", name).get("guards", []))
    after = editing.set_transition(after, flow_name, name, {"guards": [*guards, "brand_new"]})
    assert "brand_new" in routine(after).flows[flow_name].transitions[name].guards
    assert editing.remove_guard(after, "brand_new") == text


@pytest.mark.parametrize("name", ["", "With Space", "Big", "1st", "æ", "new", "any", "x" * 64])
def test_what_is_no_name_is_refused(real, name):
    with pytest.raises(NoName):
        editing.add_state(real, "case", name, {"label": NEW})
    with pytest.raises(NoName):
        editing.rename_state(real, "case", "received", name)


def test_a_name_in_use_is_refused(real):
    with pytest.raises(Taken):
        editing.add_state(real, "case", "received", {"label": NEW})
    with pytest.raises(Taken):
        editing.add_transition(real, "case", "received", {"label": NEW})
    with pytest.raises(Taken):
        editing.rename_state(real, "case", "received", "accept")
    with pytest.raises(Taken):
        editing.add_guard(real, "area_belongs_here", "{area: hse}", NEW)
    with pytest.raises(Unknown):
        editing.set_state(real, "case", "nowhere", {"label": NEW})
    with pytest.raises(Unknown):
        remove_state(real, "nowhere", "received")


# -- names everywhere --------------------------------------------------------------


def test_every_state_can_be_renamed_and_nothing_still_uses_the_old_name(text):
    for flow_name, name in everything(text, "states"):
        after = editing.rename_state(text, flow_name, name, "quite_another_name")
        loaded = routine(after)
        assert loaded.migrate == {**routine(text).migrate, flow_name: {name: "quite_another_name"}}
        flow_now = loaded.flows[flow_name]
        assert name not in flow_now.states
        back = editing.rename_state(after, flow_name, "quite_another_name", name, published=[name])
        assert back == text, "and back again leaves no trace"


def test_a_renamed_state_is_followed_into_conditions_of_other_flows_and_not_into_words(real):
    after = editing.rename_state(real, "case", "in_progress", "being_handled")
    _, come = changed(real, after)
    assert "needs: {whole: {state: being_handled}}" in "\n".join(come)
    assert "      in_progress: {start: being_handled," in "\n".join(come)
    assert after.count("In progress") == real.count("In progress"), "what people read stays"
    assert come[-4:] == ["", "migrate:", "  case: {in_progress: being_handled}", ""][-4:] or "migrate:" in come
    renamed = editing.rename_state(real, "action", "clarifying", "asking")
    assert "pause: {state: asking}" in renamed
    assert "from: [assigned, accepted, asking, declined]" in renamed


def test_a_state_that_two_flows_have_keeps_both_names_where_a_condition_is_about_both(real):
    two = real.replace("{not: {area: repairs}}", "{not: {state: [accepted]}}").replace(
        "  action:\n    label:", "  action:\n    label:"
    )
    two = editing.add_state(two, "case", "accepted", {"label": label(real, "x")}, "received")
    two = two.replace(
        "from: [received, at_faculty], to: rejected",
        "from: [received, at_faculty, accepted], to: rejected",
    )
    two = editing.set_transition(two, "action", "withdraw", {"guards": ["repairs_have_their_own_desk"]})
    after = editing.rename_state(two, "action", "accepted", "doing")
    assert "{not: {state: [accepted, doing]}}" in after
    assert "from: [received, at_faculty, accepted]" in after, "the other flow's own state"


def test_a_state_renamed_twice_is_known_to_open_cases_by_its_published_name(real):
    published = list(routine(real).flows["case"].states)
    after = editing.rename_state(real, "case", "in_progress", "handled", published)
    after = editing.rename_state(after, "case", "handled", "being_handled", published)
    assert routine(after).migrate == {"case": {"in_progress": "being_handled"}}
    after = editing.set_migrate(after, "case", "stay")
    after = editing.rename_state(after, "case", "being_handled", "worked_on", published)
    assert routine(after).migrate == {"case": "stay"}


# -- open cases --------------------------------------------------------------------


def test_what_becomes_of_open_cases_stands_last_and_is_taken_out_without_a_trace(text):
    states = Document(text).names("flows", Document(text).names("flows")[0], "states")
    first = Document(text).names("flows")[0]
    for value in ("stay", {}, {"gone": states[0]}):
        after = editing.set_migrate(text, first, value)
        assert routine(after).migrate[first] == value
        assert list(Document(after).names())[-1] == "migrate"
        assert editing.without_migrate(after) == text
        assert editing.set_migrate(after, first, None) == text
        assert editing.set_migrate(after, first, value) == after
    assert editing.without_migrate(text) == text
    assert editing.without_migrate("a: [") == "a: ["


# -- removing ----------------------------------------------------------------------


def test_a_state_goes_with_what_has_no_meaning_without_it(real):
    direct = editing.set_transition(real, "case", "submit", {"to": "at_faculty", "assign": "routing"})
    removal = remove_state(direct, "case", "received", "at_faculty")
    assert sorted(removal.transitions) == [("case", "forward"), ("case", "send_back")]
    assert removal.narrowed == [("case", "consult"), ("case", "reject")]
    assert removal.clocks == [("case", "at_intake")]
    assert removal.reports == ["by_unit"]
    loaded = routine(removal.text)
    assert loaded.flows["case"].transitions["reject"].sources == ("at_faculty",)
    assert loaded.reports["by_unit"].times == {"at_faculty": (), "in_progress": ()}
    assert loaded.migrate == {"case": {"received": "at_faculty"}}
    assert "# S7, S9-S12" not in removal.text
    assert "# G1; when and what was agreed" in removal.text
    assert "\n\n\n" not in removal.text


def test_a_transition_goes_with_the_clocks_that_only_it_started(real):
    removal = remove_transition(real, "action", "add")
    assert removal.clocks == [("action", "action_due")]
    assert "clocks" not in Document(removal.text).names("flows", "action")
    assert "# S33, C11; E5" not in removal.text
    assert "\n\n\n" not in removal.text
    assert removal.transitions == []


def test_every_state_and_every_transition_can_be_removed_and_the_rest_stays_readable(text):
    for flow_name, name in everything(text, "states"):
        removal = remove_state(text, flow_name, name)
        document = Document(removal.text)
        assert name not in document.names("flows", flow_name, "states")
        _, come = changed(text, removal.text)
        assert all(f" {name}," not in f" {line.strip()}" or "from" in line or "times" in line for line in come)
    for flow_name, name in everything(text, "transitions"):
        removal = remove_transition(text, flow_name, name)
        assert name not in Document(removal.text).names("flows", flow_name, "transitions")
        gone, come = changed(text, removal.text)
        assert len(come) <= 3, (name, come)
        assert gone


# -- text --------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["a: [", "a: &x 1", "\ta: 1", "", "just words", "- a\n- b", "a: {b"])
def test_a_text_that_can_not_be_read_is_refused_with_its_place(broken):
    with pytest.raises(Broken) as told:
        editing.set_state(broken, "case", "received", {"label": NEW})
    assert told.value.fault.line >= 1
    assert told.value.fault.message


@pytest.mark.parametrize(
    "words",
    [
        "No",
        "yes",
        "a, b",
        "a: b",
        "#1",
        "{number}",
        "3",
        "- x",
        "'quoted'",
        '"q"',
        "a\nb",
        "null",
        "~",
        "a ",
        "«å»",
        "*x",
        "&x",
        "!x",
        "100 %",
        "é: ",
        "?",
    ],
)
def test_any_words_are_read_back_as_they_were_written(real, words):
    after = editing.set_state(real, "case", "received", {"label": {"nb": words, "nn": words, "en": words}})
    assert said(after, "flows", "case", "states", "received")["label"] == {"nb": words, "nn": words, "en": words}
    assert snippet(flow([words, {"a": words}])) == [words, {"a": words}]


def test_a_piece_of_the_language_that_can_not_be_read_tells_its_place(real):
    with pytest.raises(Broken) as told:
        editing.set_guard(real, "area_belongs_here", "{not: {area: [", {"nb": "x"})
    assert told.value.fault.message
    assert snippet("  ") is None


def test_the_path_of_a_place_leads_to_what_stands_there(real):
    document = Document(real)
    for path in (("flows", "case", "transitions", "reject", "notify"), ("guards", "area_belongs_here", "needs")):
        node = document.node(*path)
        assert document.path_at(node.start_mark.line + 1, node.start_mark.column + 1)[: len(path)] == path
        key = document.find(*path)[0]
        assert document.path_at(key.start_mark.line + 1, key.start_mark.column + 1) == path
