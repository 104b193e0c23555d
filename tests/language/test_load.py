from pathlib import Path

import pytest
import yaml

from app.language.conditions import All, AnyOf, ClockIs, Done, Has, Is, Named, Not, Parts, Whole
from app.language.data import load_data
from app.language.definition import Choice, Destination
from app.language.load import load
from app.language.moments import Length, Moment
from app.language.parties import InField, InRole, NamedParty, Query, Several, Word
from app.language.standard import EVERY_STANDARD, READ_ONLY

ROOT = Path(__file__).parents[2]
BROKEN_WORDS = yaml.safe_load((Path(__file__).parent / "files" / "broken_words.yaml").read_text())
PAIRS = [(ROOT / "workflow.yaml", ROOT / "routines" / "ntnu" / "data.yaml")]
PAIRS += [(path, path.with_name("data.yaml")) for path in sorted(ROOT.glob("routines/*/workflow.yaml"))]


@pytest.mark.parametrize(("workflow", "data"), PAIRS, ids=lambda path: path.parent.name)
def test_the_routines_that_come_along_are_in_order(workflow, data):
    rows = load_data(data.read_bytes())
    loaded = load(workflow.read_bytes(), data=rows.data)
    assert loaded.errors == []
    assert load_data(data.read_bytes(), routine=loaded.routine).faults == []


def test_the_complete_file_has_no_faults(complete):
    assert load(complete).faults == []


@pytest.mark.parametrize("row", BROKEN_WORDS, ids=lambda row: repr(row["change"][-1][1])[:60])
def test_a_broken_word_is_told_at_its_place(complete, broken, row):
    """F36, F38."""
    loaded = load(broken(complete, row["change"]), "w")
    assert [str(fault) for fault in loaded.faults] == row["told"]
    assert loaded.routine is None


def test_all_faults_are_told_at_once_in_the_files_order(complete, broken):
    text = broken(
        complete,
        [("lead: {first", "lead: {frist"), ("by: dean, again", "by: daen, again"), ("over: watch", "over: wach")],
    )
    assert [fault.line for fault in load(text).faults] == [7, 47, 77]


def test_a_text_lacks_a_language(complete, broken):
    text = broken(complete, [("languages: [en]", "languages: [en, nb]")])
    first = load(text, "w").faults[0]
    assert str(first) == "w:2:8: title is a text in every language: {en: …, nb: …}"


def test_without_languages_there_are_three():
    faults = load("title: {nb: A, en: A}\nflows: {a: {label: x, states: {}, transitions: {}}}\n", "w").faults
    assert str(faults[0]) == "w:1:8: title has no text in nn; add nn: …"


def test_300_parentheses_are_refused(complete, broken):
    """F38."""
    deep = "{not: " * 300 + "is_open" + "}" * 300
    text = broken(complete, [("{needs: {severity: filled, urgent: ticked}", f"{{needs: {deep}")])
    assert [fault.message for fault in load(text).faults] == ["deeper than 20 levels"]


def test_a_very_long_word_is_not_told_in_full(complete, broken):
    loaded = load(broken(complete, [("by: dean, again", f"by: {'x' * 100_000}, again")]))
    assert len(str(loaded.faults[0])) < 600


def test_the_file(routine):
    assert routine.title == {"en": "A routine"}
    assert routine.languages == ("en",)
    assert routine.roles == ("desk", "contact", "dean", "auditor")
    assert routine.migrate == {"case": {"at_desk": "received"}, "action": "stay"}


def test_parties(routine):
    assert routine.parties["lead"] == Query(first=(Word("handler"), InRole("contact")))
    assert routine.parties["old_hands"] == Query(
        who=InRole("contact"), at="own", excepted=Query(did="anything"), when=Is("severity", frozenset({"high"}))
    )


def test_a_flow(routine):
    case, action = routine.flows["case"], routine.flows["action"]
    assert case.when == Not(Is("area", frozenset({"praise"})))
    assert case.see == Several(
        (
            Word("reporter"),
            Query(who=InRole("auditor"), only=("number", "told")),
            Query(who=InField("owner"), of="action"),
            InRole("dean"),
        )
    )
    assert (action.part_of, action.see, case.part_of) == (("case",), InField("owner"), ())


def test_states(routine):
    states = routine.flows["case"].states
    assert [state.final for state in states.values()] == ["no", "no", "no", "may reopen", "yes"]
    assert states["received"].told == {"en": "{handler} reads it by {due answer}."}
    assert states["open"].told == states["open"].label == {"en": "Open"}


def test_transitions(routine):
    moves = routine.flows["case"].transitions
    submit, take, approve, reopen = (moves[name] for name in ("submit", "take", "approve", "reopen"))
    assert (submit.creates, submit.by, submit.guards) == (True, Word("anyone"), ("own_channel",))
    assert submit.asked == ("area", "description", "reporter", "unit", "seen_on", "attachments")
    assert submit.notify == ((Word("reporter"), ("receipt",)), (InRole("desk"), ("new_case", "for_the_desk")))
    assert (take.sources, take.to, take.exclude) == (("received", "waiting"), Destination("open"), Query(at="conflict"))
    assert take.set == {"followers": Word("me"), "grade": "good"}
    assert (approve.together, approve.by) == ("each in order", Several((InRole("dean"), NamedParty("lead"))))
    assert (reopen.again, reopen.forget) == (("severity",), ("reporter",))
    assert moves["is_praise"].to == Destination(flows={"praise": "thanked"})
    assert (moves["resume"].to, moves["pass_on"].to) == (Destination("back"), Destination("same"))
    assert (moves["pass_on"].assign, moves["close_late"].by) == (Word("routing"), None)


def test_any_is_every_unfinished_state(routine):
    assert routine.flows["case"].transitions["wait"].sources == ("received", "open", "waiting")


def test_clocks(routine):
    answer, waited, watch = routine.flows["case"].clocks.values()
    assert (answer.start, answer.stop) == (("submit",), ("take", "reject"))
    assert answer.runs == ("severity", {"high": Length(2, "days"), "low": Length(3, "weeks")})
    handler = (Moment("due"), Moment("before", Length(1, "days")), Moment("every", Length(2, "days")))
    assert answer.remind == ((Word("handler"), handler), (InRole("desk"), (Moment("due"),)))
    assert (waited.runs, waited.until, waited.then) == ("patience", "due_on", "close_late")
    assert (waited.pause, waited.when) == (Is("area", frozenset({"hse"})), Has("unit", "filled"))
    assert (watch.start, watch.runs) == (("seen_on",), Length(30, "working days"))


def test_guards(routine):
    needs = {name: guard.needs for name, guard in routine.guards.items()}
    assert needs["own_channel"] == Not(Is("area", frozenset({"hse", "threat"})))
    assert needs["settled"] == AnyOf(
        (Parts("every", "action", Is("state", frozenset({"final"}))), Parts("some", "action", Has("due_on", "empty")))
    )
    assert needs["talked"] == All(
        (
            Done("pass_on", "take"),
            ClockIs("answer", "running"),
            Not(ClockIs("watch", "over")),
            Named("is_filled"),
        )
    )
    assert needs["is_filled"] == All((Has("severity", "filled"), Has("urgent", "ticked")))
    assert needs["is_open"] == Whole(Is("state", frozenset({"open"})))


def test_fields(routine):
    fields = routine.fields
    assert fields["grade"].choices == (
        Choice("good", {"en": "Good"}),
        Choice("poor", {"en": "Poor"}, (Choice("late", {"en": "Late"}), Choice("wrong", {"en": "Wrong"}))),
    )
    assert (fields["grade"].type, fields["followers"].many) == ("choice", True)
    assert (fields["patience"].of_unit, fields["patience"].default) == (True, "5 days")
    assert fields["urgent"].when == Is("severity", frozenset({"high"}))
    assert fields["why_not"].see == Several((Word("handler"), Word("reporter")))
    assert fields["reason"].templates == ("not_ours",)


def test_a_declared_standard_field_adds_to_the_standard_one(routine):
    unit, severity = routine.fields["unit"], routine.fields["severity"]
    assert (unit.type, unit.default, unit.choices) == ("unit", "reporter", "faculty")
    assert unit.label == {
        "nb": "Enhet meldingen gjelder",
        "nn": "Eining meldinga gjeld",
        "en": "Unit the report is about",
    }
    assert (severity.type, severity.default) == ("choice", "low")
    assert routine.fields["history"].see == InRole("auditor")


def test_every_standard_field_is_there_in_three_languages(routine):
    assert set(EVERY_STANDARD) <= set(routine.fields)
    assert all(set(field.label) == {"nb", "nn", "en"} for field in EVERY_STANDARD.values())
    assert set(READ_ONLY) == {*("number", "state", "round", "handler", "submitted_on", "told", "history", "access_log")}


def test_reports(routine):
    report = routine.reports["yearly"]
    assert (report.of, report.when) == (("case",), Is("state", frozenset({"final"})))
    assert (report.rows, report.show, report.hide_below) == (("unit", "area"), ("grade",), 5)
    assert report.times == {"answer": (Length(15, "days"), Length(30, "days"))}
    assert report.send == ((InRole("dean"), "half-yearly"),)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("set: {area: praise}", "set: praise", "set: {area: red, followers: me}"),
        ("final: may reopen", "final: {a: b}", "final: may reopen"),
        ("hide below: 5", "hide below: [5]", "hide below: 5"),
    ],
)
def test_a_word_that_is_misused_is_shown_with_an_example(complete, old, new, told):
    assert complete.count(old) == 1
    faults = [str(each) for each in load(complete.replace(old, new), "w").faults]
    assert any(each.endswith(f"; for example: {told}") for each in faults), faults


def test_words_that_are_no_file_have_no_example():
    assert "for example" not in str(load_data("routing: [{when: {area: hse}}]\n", "d").faults)


@pytest.mark.parametrize(
    "needs",
    [
        "=",
        "''",
        "",
        "{}",
        "[]",
        "9**9**9",
        "__class__",
        "case.__class__.__mro__",
        "{__class__: high}",
        "{severity: __import__('os').system('ls')}",
        "{severity: 3}",
        "{severity: hihg}",
        "{severty: high}",
        "{urgent: 1}",
        "lambda: True",
        '"{{ 7*7 }}"',
        "{not: }",
        "{all: []}",
        "{every: action}",
    ],
)
def test_f38_a_guard_that_says_nothing_the_language_knows_is_refused_at_its_place(complete, broken, needs):
    good = next(line for line in complete.splitlines() if "{needs: {severity: filled, urgent: ticked}" in line)
    before = good.partition("{needs: ")[0] + "{needs: "
    text = broken(complete, [("{needs: {severity: filled, urgent: ticked}", "{needs: " + needs)])
    loaded = load(text, "w")
    assert loaded.routine is None
    line = complete.splitlines().index(good) + 1
    assert line in {fault.line for fault in loaded.errors}, [str(each) for each in loaded.errors]
    assert all(fault.column >= 1 and fault.message for fault in loaded.errors)
    assert before.strip()
