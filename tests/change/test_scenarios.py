"""Scenarios: played on the product's engine, checked before, and every section of NTNU's routine has one that holds."""

import re
from textwrap import dedent

import pytest
import yaml
from click.testing import CliRunner

from app.change import stage
from app.change.scenarios import CannotPlay, Ground, play, play_folder
from app.cli.routine import group
from config import ROOT
from tests.workflow.town import DATA as TOWN
from tests.workflow.town import HEAD

NTNU = ROOT / "routines" / "ntnu"
SECTIONS = {
    "Felles mottak": {*range(4, 18)},
    "Fakultetenes mottak": {*range(18, 38)},
    "Tiltaksansvarlig": {*range(38, 45)},
    "Slik kan melder følge saksgangen": {45, 46},
    "HMS": {47},
    "Varsling": {48},
    "Generelle prinsipper": {*range(49, 54)},
    "Kontakt": {54},
}
SHOWN_BY_PAGES = {3, 21}
"""Links to neighbouring routines, and a mail's link through the login: journeys 6 and 2 prove them."""

DATA = TOWN.replace(", answer_within: 2 days", "")
ROUTINE = HEAD + dedent("""
    flows:
      case:
        label: Case
        see: [reporter, boss]
        states:
          open: {label: Open}
          shut: {label: Shut, final: true}
        transitions:
          submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [reporter, unit], guards: [not_unsafe], assign: desk, notify: {reporter: receipt, desk: new_case}}
          note: {label: Note, from: open, to: same, by: handler, fields: [comment]}
          end: {label: End, from: open, to: shut, by: handler, fields: [summary]}
          pause: {label: Pause, from: open, to: same, by: handler, guards: [noted]}
          give_up: {label: Give up, from: open, to: shut, by: itself}
        clocks:
          patience: {start: open, runs: 2 days, remind: {handler: 1 day after}}
          end_of_patience: {start: open, runs: 5 days, then: give_up}
    guards:
      not_unsafe: {needs: {not: {area: safety}}, says: Ring the bell instead.}
      noted: {needs: {done: note}, says: A note is missing.}
    """)
CHANGED = re.sub(r"\bopen\b", "begun", ROUTINE).replace("label: Open", "label: Begun")
MIGRATES = CHANGED + "migrate: {case: {open: begun}}\n"
REPORT = "{as: stig, do: submit, makes: A, with: {area: teaching, unit: red, description: It is cold.}}"


def told(*steps, head="now: 2026-03-02 09:00", files=None, routine=ROUTINE):
    """What goes wrong in one scenario with these steps."""
    listed = "".join(f"      - {step}\n" for step in steps)
    text = f"{head}\nscenarios:\n  - name: One\n    steps:\n{listed}"
    (played,) = play(routine, DATA, text, files)
    return list(played.faults)


def test_what_holds_has_no_faults():
    assert (
        told(
            REPORT,
            "expect: {case: A, state: open, round: '1', handler: desk, fields: {area: teaching, summary: empty}, sees: [stig, bess, dora], hidden from: [rita], offers: {dora: [note, end], reporter: []}, not offered: {bess: end, dora: {pause: note is missing}}, mails: {stig: receipt, dora: new_case, dirk: new_case}, holds: {stig: is now “Open”, dora: 2026-0001}, lacks: {dora: It is cold.}, due: {patience: 2026-03-04 23:59}, log: {who: stig, did: submit}}",
            "{time: 2026-03-05 07:00, expect: {mails: {dora: reminder, dirk: reminder}}}",
            "{as: dora, do: end, case: A, refused: summary}",
            "{as: rita, do: end, case: A, with: {summary: Done.}, refused: not offered}",
            "{as: dora, do: end, case: A, with: {summary: Done.}, expect: {state: shut, due: {patience: none}, reads: {bess: Done.}, not read: {stig: Done.}}}",
            "{as: bess, report: all, expect: {rows: [{state: shut, count: 1}]}}",
            "{as: anyone, do: submit, with: {area: safety, description: It burns.}, refused: not_unsafe}",
            "{as: anyone, do: submit, with: {area: safety}, refused: {not_unsafe: [Ring, bell], description: Fill in “Description”}}",
            "{as: rita, report: all, expect: {rows: []}}",
        )
        == []
    )


def test_rows_say_ticks_people_and_several_answers_as_scenarios_do():
    counted = ROUTINE.replace("[reporter, unit]", "[reporter, unit, hurt, keeper, witnesses, kinds]") + dedent("""
        fields:
          hurt: {label: Hurt, type: tick}
          keeper: {label: Keeper, type: person, choices: desk}
          witnesses: {label: Witnesses, type: person, many: true, choices: desk}
          kinds: {label: Kinds, many: true, choices: {red: Red, blue: Blue}}
        reports:
          all_of_it: {label: All, of: case, rows: [hurt, keeper, witnesses, kinds], see: boss}
        """)
    given = "hurt: ticked, keeper: dora, witnesses: [dora, dirk], kinds: [red, blue]"
    row = "hurt: ticked, keeper: dora, witnesses: [dirk, dora], kinds: [blue, red], count: 1"
    report = REPORT.replace("description: It is cold.", f"description: It is cold., {given}")
    asked = "{as: bess, report: all_of_it, expect: {rows: [{ROW}]}}"
    assert told(report, asked.replace("ROW", row), routine=counted) == []
    (fault,) = told(report, asked.replace("ROW", row.replace("[blue, red]", "blue")), routine=counted)
    assert "kinds: blue, red" in fault


@pytest.mark.parametrize(
    ("expected", "fault"),
    [
        ("state: shut", "state should be shut, but is open"),
        ("round: '2'", "round should be 2, but is 1"),
        ("handler: rita", "handler should be rita, but is dirk, dora"),
        ("handler: nobody", "handler should be nothing, but is desk:1:"),
        ("fields: {summary: Done.}", "summary should be Done., but is empty"),
        ("sees: rita", "rita doesn't see the case, but should"),
        ("hidden from: dora", "dora sees the case, but shouldn't"),
        ("offers: {dora: end}", "offers dora should be end, but is end, note"),
        ("not offered: {dora: end}", "dora may do “end”, but shouldn't"),
        ("mails: {}", "mails should be nothing, but is dirk: new_case; dora: new_case; stig: receipt"),
        ("mails: {administrators: no_handler}", "administrators: no_handler"),
        ("lacks: {stig: '1'}", "stig's mail holds “1”"),
        ("reads: {bess: Begun}", "bess doesn't read “Begun”, but should"),
        ("not read: {bess: Open}", "bess reads “Open”, but shouldn't"),
        ("due: {patience: none}", "due patience should be none, but is 2026-03-04 23:59"),
        ("log: {who: dora, did: submit}", "the journal doesn't say that dora did “submit”"),
        ("log: [{who: stig, did: submit}, {who: itself, did: give_up}]", "doesn't say that itself did “give_up”"),
        ("log: {who: anyone, did: submit}", "the journal doesn't say that anyone did “submit”"),
        ("holds: {dora: cold}", "dora's mail doesn't hold “cold”, only: "),
        ("holds: {bess: cold}", "bess got no mail"),
        (
            "not offered: {dora: {pause: A bell}}",
            "should be refused with “A bell”, but the sentence is: A note is missing.",
        ),
        ("not offered: {dora: {end: A bell}}", "dora may do “end”, but shouldn't"),
        ("not offered: {bess: {end: A bell}}", "“bess end” isn't shown at all, so no sentence says why"),
        ("rows: [], as: bess", "the report should have no rows, but has area: teaching; count: 1;"),
        ("reads: {rita: '2026'}", "rita doesn't read “2026”, but should"),
        ("rows: [{state: shut}], as: bess", "the report has no row state: shut, only"),
    ],
)
def test_what_does_not_hold_is_told(expected, fault):
    (sentence,) = told(REPORT, f"expect: {{case: A, {expected}}}")
    assert sentence.startswith("Step 2 (line 6): ")
    assert fault in sentence


def test_refusals_are_compared():
    assert told("{as: stig, do: submit, with: {area: safety, description: Hot.}}") == [
        "Step 1 (line 5): “stig submit” was refused by not_unsafe"
    ]
    assert told(REPORT[:-1] + ", refused: not_unsafe}") == [
        "Step 1 (line 5): “stig submit” should have been refused by not_unsafe, but wasn't"
    ]
    assert told("{as: stig, do: submit, with: {area: safety, description: Hot.}, refused: description}") == [
        "Step 1 (line 5): “stig submit” should have been refused by description, but was by not_unsafe"
    ]
    hot = "{as: stig, do: submit, with: {area: safety, description: Hot.}, refused: {not_unsafe: %s}}"
    assert told(hot % "Ring the bell") == []
    assert told(hot % "[Ring, the horn]") == [
        "Step 1 (line 5): “stig submit” should be refused with “the horn”, but the sentence is: Ring the bell instead."
    ]


def test_a_move_of_another_flow_is_not_offered():
    other = ROUTINE.replace(
        "guards:\n  not_unsafe",
        "  job:\n    label: Job\n    part of: case\n    states: {new_one: {label: A, final: true}}\n    transitions:\n      give: {label: Give, from: new, to: new_one, by: boss}\n      hurry: {label: Hurry, from: new_one, to: same, by: boss}\nguards:\n  not_unsafe",
    )
    text = f"now: 2026-03-02 09:00\nscenarios: [{{name: One, steps: [{REPORT}, {{as: bess, do: hurry, case: A, refused: not offered}}]}}]\n"
    (played,) = play(other, DATA, text)
    assert played.faults == ()


def test_the_mails_of_a_step_in_which_time_passes_are_all_of_the_way():
    assert (
        told(
            REPORT,
            "{time: 2026-03-09 09:00, expect: {mails: {dora: reminder, dirk: reminder}}}",
            "expect: {case: A, state: shut, log: [{who: itself, did: give_up}], mails: {dora: reminder, dirk: reminder}}",
            "{time: 2026-03-10 09:00, expect: {mails: {}}}",
        )
        == []
    )


def test_what_a_step_that_ended_the_play_left_undone_is_marked():
    steps = f"[{REPORT}, {{as: dora, do: end, makes: B}}, {{expect: {{case: A, state: shut}}}}]"
    (played,) = play(ROUTINE, DATA, f"now: 2026-03-02 09:00\nscenarios: [{{name: One, steps: {steps}}}]\n")
    assert [(each.number, each.held, each.played) for each in played.steps] == [
        (1, True, True),
        (2, False, True),
        (3, False, False),
    ]


@pytest.mark.parametrize(
    ("step", "place", "fault"),
    [
        ("{as: stigg, do: submit}", "5:14", 'unknown person "stigg" (Did you mean "stig"?)'),
        ("{as: stig, do: submitt}", "5:24", 'unknown transition "submitt" (Did you mean "submit"?)'),
        ("{as: stig, does: submit}", "5:20", 'unknown word "does" in a step'),
        ("{as: stig}", "5:9", 'a step has "do", "time"'),
        ("{do: submit}", "5:14", 'says "as" whom'),
        ("{as: stig, do: note, case: A}", "5:36", 'unknown case "A"'),
        ("{as: stig, do: submit, with: {aria: teaching}}", "5:39", 'unknown field "aria" (Did you mean "area"?)'),
        ("{as: stig, do: submit, with: {reporter: stigg}}", "5:49", 'unknown person "stigg"'),
        ("{as: stig, do: submit, refused: nothing}", "5:41", 'unknown refusal "nothing"'),
        ("{as: stig, do: submit, refused: {not_unsaf: x}}", "5:42", 'unknown refusal "not_unsaf" (Did you mean'),
        ("{as: stig, do: submit, refused: {not_unsafe: {}}}", "5:54", "what a sentence holds is one text, not a map"),
        ("expect: {holds: [stig]}", "5:25", "is a map, not a list"),
        ("{time: tomorrow}", "5:16", '"tomorrow" is no time'),
        ("{publish: other.yaml}", "5:19", 'unknown file "other.yaml"'),
        ("{as: stig, report: yearly}", "5:28", 'unknown report "yearly"'),
        ("expect: {state: open}", "5:18", '"state" is about a case'),
        ("expect: {mails: {stig: recipt}}", "5:32", 'unknown mail "recipt" (Did you mean "receipt"?)'),
        ("expect: {mails: [stig]}", "5:25", "is a map, not a list"),
        ("expect: {colour: red}", "5:18", 'unknown word "colour" in "expect"'),
        ("expect: {rows: many}", "5:24", "is a list, not one text"),
        ("- x", "5:9", "a step is a map, not a list"),
    ],
)
def test_a_faulty_text_gives_faults_with_their_place(step, place, fault):
    (sentence,) = told(step)
    assert sentence.startswith(f"scenarios.yaml:{place}: ")
    assert fault in sentence


@pytest.mark.parametrize(
    "word",
    [
        "state: opn",
        "handler: dorra",
        "sees: dorra",
        "offers: {dora: ned}",
        "not offered: {dora: {ned: x}}",
        "holds: {dorra: x}",
        "log: [{who: dorra, did: end}]",
        "hidden from: [anybody]",
        "due: {patienc: none}",
        "due: {patience: soon}",
        "fields: {colour: red}",
        "log: {who: dora}",
        "not read: {dorra: x}",
    ],
)
def test_every_name_that_is_expected_is_checked(word):
    (sentence,) = told(REPORT, f"expect: {{case: A, {word}}}")
    assert re.match(r"scenarios\.yaml:6:\d+: ", sentence)


@pytest.mark.parametrize(
    "text",
    [
        "now: 2026-03-02 09:00\nscenarios: [",
        "scenarios: []",
        "[]",
        "now: soon\nscenarios: []",
        "x",
        "now: {}\nscenarios: {}\n",
        "\tx",
    ],
)
def test_an_unreadable_text_is_one_fault_of_the_file(text):
    (played,) = play(ROUTINE, DATA, text)
    assert played.name == "scenarios.yaml"
    assert played.faults


def test_no_text_is_no_scenario():
    assert play(ROUTINE, DATA, "") == play(ROUTINE, DATA, " \n") == []


def test_a_scenario_with_faults_keeps_no_other_from_being_played():
    text = f"now: 2026-03-02 09:00\nscenarios:\n  - {{name: Bad, steps: [{{do: it}}]}}\n  - {{name: Good, steps: [{REPORT}]}}\n"
    assert [(each.name, bool(each.faults)) for each in play(ROUTINE, DATA, text)] == [("Bad", True), ("Good", False)]


def test_a_routine_with_faults_cannot_be_played():
    with pytest.raises(CannotPlay, match="unknown"):
        play(ROUTINE.replace("by: handler", "by: handlr"), DATA, "")
    with pytest.raises(CannotPlay):
        play(ROUTINE, DATA.replace("unit: red,", "unit: rad,"), "")


def test_a_scenario_has_people_of_its_own():
    head = "now: 2026-03-02 09:00\npeople: {nina: {name: Nina, mail: nina@town.example, unit: blue, kind: student}}"
    assert (
        told(
            REPORT.replace("stig", "nina"),
            "expect: {case: A, mails: {nina: receipt, dora: new_case, dirk: new_case}}",
            head=head,
        )
        == []
    )
    (sentence,) = told(REPORT, head=head.replace("blue", "bluue"))
    assert "unknown unit" in sentence


def test_a_guest_is_called_by_the_address():
    step = "{as: anyone, do: submit, makes: A, with: {area: teaching, reporter: a@b.example, description: It is cold.}}"
    assert (
        told(
            step,
            "expect: {case: A, mails: {a@b.example: receipt, dora: new_case, dirk: new_case}, fields: {reporter: a@b.example}}",
        )
        == []
    )


def test_each_scenario_starts_from_nothing():
    text = f"now: 2026-03-02 09:00\nscenarios:\n  - {{name: One, steps: [{REPORT}, {{as: bess, report: all, expect: {{rows: [{{count: 1}}]}}}}]}}\n"
    again = text + text.split("scenarios:\n")[1].replace("One", "Two")
    assert [each.faults for each in play(ROUTINE, DATA, again)] == [(), ()]


def test_so_much_time_cannot_be_played(monkeypatch):
    monkeypatch.setattr(stage, "MOST_MOMENTS", 3)
    assert told(REPORT, "{time: 2026-04-02 09:00}") == []
    monkeypatch.setattr(stage, "MOST_MOMENTS", 2)
    assert told(REPORT, "{time: 2026-04-02 09:00}") == ["Step 2 (line 6): so much time can't be played"]


def test_a_step_that_cannot_be_played_ends_its_scenario():
    found = told(REPORT, "{as: dora, do: end, makes: B}", "expect: {case: A, state: shut}")
    assert len(found) == 1
    assert "Step 2 (line 6): can't be played" in found[0]


# -- publishing -----------------------------------------------------------------


def test_publishing_brings_the_open_cases_along():
    assert (
        told(
            REPORT,
            "publish: next.yaml",
            "expect: {case: A, state: begun}",
            "{as: dora, do: end, case: A, with: {summary: Done.}, expect: {state: shut}}",
            files={"next.yaml": MIGRATES},
        )
        == []
    )


def test_an_edition_that_says_nothing_of_open_cases_is_refused():
    assert (
        told(
            REPORT,
            "{publish: next.yaml, refused: migrate}",
            "expect: {case: A, state: open}",
            files={"next.yaml": CHANGED},
        )
        == []
    )
    (sentence,) = told(REPORT, "publish: next.yaml", files={"next.yaml": CHANGED})
    assert "“next.yaml” was refused by migrate" in sentence


def test_without_open_cases_nothing_is_asked():
    assert told("publish: next.yaml", REPORT, "expect: {case: A, state: begun}", files={"next.yaml": CHANGED}) == []


def test_an_edition_with_faults_is_refused():
    broken = ROUTINE.replace("by: handler", "by: handlr")
    assert told("publish: workflow.yaml", "{publish: next.yaml, refused: faults}", files={"next.yaml": broken}) == []


def test_a_scenario_may_begin_under_an_older_edition():
    newer = ROUTINE + "migrate: {case: {begun: open}}\n"
    text = f"now: 2026-03-02 09:00\nscenarios:\n  - name: One\n    steps:\n      - publish: older.yaml\n      - {REPORT}\n      - expect: {{case: A, state: begun}}\n      - publish: workflow.yaml\n      - expect: {{case: A, state: open}}\n"
    (played,) = play(newer, DATA, text, {"older.yaml": CHANGED})
    assert played.faults == ()


def test_an_organisation_may_be_published():
    more = DATA.replace("assignments:", "assignments:\n  - {person: rita, role: desk, unit: top}")
    step = "expect: {case: A, handler: [dirk, dora, rita]}"
    assert told(REPORT, "publish: more.yaml", step, files={"more.yaml": more}) == []
    assert len(told(REPORT, step)) == 1


# -- from the command line --------------------------------------------------------


def test_a_folder_is_played_from_the_command_line(tmp_path):
    (tmp_path / "workflow.yaml").write_text(ROUTINE)
    (tmp_path / "data.yaml").write_text(DATA)
    missing = CliRunner().invoke(group, ["test", str(tmp_path)])
    assert (missing.exit_code, "scenarios.yaml is missing" in missing.output) == (1, True)
    text = f"now: 2026-03-02 09:00\nscenarios:\n  - name: One\n    steps:\n      - {REPORT}\n      - expect: {{case: A, state: open}}\n"
    (tmp_path / "scenarios.yaml").write_text(text)
    held = CliRunner().invoke(group, ["test", str(tmp_path)])
    assert (held.exit_code, held.output.splitlines()[0]) == (0, "✓ One")
    assert "    ✓ 2 (line 6) {expect: {case: A, state: open}}\n" in held.output
    assert held.output.splitlines()[-1] == "1 of 1 scenarios and 2 of 2 steps went as told."
    quiet = CliRunner().invoke(group, ["test", str(tmp_path), "--quiet"])
    assert quiet.output == "1 of 1 scenarios and 2 of 2 steps went as told.\n"
    (tmp_path / "scenarios.yaml").write_text(text.replace("state: open", "state: shut"))
    failed = CliRunner().invoke(group, ["test", str(tmp_path)])
    assert failed.exit_code == 1
    told = "    ✕ 2 (line 6) {expect: {case: A, state: shut}}\n        state should be shut, but is open\n"
    assert told in failed.output
    assert failed.output.startswith("✕ One\n    ✓ 1 (line 5) {as: stig, do: submit, makes: A, with: ")
    assert failed.output.splitlines()[-1] == "0 of 1 scenarios and 1 of 2 steps went as told."


# -- NTNU's own ------------------------------------------------------------------


@pytest.fixture(scope="module")
def ntnu():
    told = yaml.load((NTNU / "scenarios.yaml").read_text("utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506 - texts only
    return [{**each, "covers": [*map(int, each["covers"])]} for each in told["scenarios"]]


def test_all_of_ntnus_scenarios_hold():
    faults = {each.name: each.faults for each in play_folder(NTNU) if each.faults}
    assert faults == {}


def test_they_hold_without_the_reporters_in_the_organisation():
    data = "\n".join(
        line for line in (NTNU / "data.yaml").read_text("utf-8").splitlines() if "kind: student" not in line
    )
    ground = Ground.of((ROOT / "workflow.yaml").read_text("utf-8"), data)
    assert ground.read((NTNU / "scenarios.yaml").read_text("utf-8")).every_fault == []


def test_every_section_of_the_routine_has_a_scenario(ntnu):
    for section, demands in SECTIONS.items():
        covered = {number for each in ntnu if section in each["name"] for number in each["covers"]}
        assert covered & demands, section


def test_every_demand_is_covered_or_shown_by_pages(ntnu):
    covered = {number for each in ntnu for number in each["covers"]}
    assert {*range(1, 56)} - covered == SHOWN_BY_PAGES


OPEN = ROUTINE.replace(
    "see: [reporter, boss]", "see: [reporter, boss, {who: anyone, only: [number, told, area]}]"
) + dedent("""
    reports:
      all_of_it: {label: All, rows: [area], see: anyone, hide below: 2}
      inside: {label: Inside, rows: [area], see: desk}
    """)


def test_what_everybody_sees_reads_and_counts_can_be_told():
    steps = [
        REPORT,
        "expect: {case: A, sees: [anyone], reads: {anyone: [Teaching, Open]}, not read: {anyone: [It is cold, Red, Stig]}}",
        "{as: anyone, report: all_of_it, expect: {rows: [{area: teaching, count: under 2}]}}",
    ]
    text = "now: 2026-03-02 09:00\nscenarios:\n  - name: One\n    steps:\n" + "".join(f"      - {s}\n" for s in steps)
    (played,) = play(OPEN, DATA, text)
    assert list(played.faults) == []
    wrong = text.replace("sees: [anyone]", "hidden from: [anyone]").replace(
        "not read: {anyone: [It", "not read: {anyone: [Teaching, It"
    )
    (played,) = play(OPEN, DATA, wrong)
    assert len(played.faults) == 2
    (played,) = play(
        ROUTINE, DATA, text.split("      - {as: anyone")[0].replace("sees: [anyone]", "hidden from: [anyone]")
    )
    assert any("Teaching" in str(fault) for fault in played.faults)


ONE_FLOW = HEAD + dedent("""
    flows:
      hall:
        label: Hall
        when: {area: safety}
        see: [reporter, desk]
        states: {open: {label: Open}, shut: {label: Shut, final: true}}
        transitions:
          submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [reporter, unit], assign: desk}
          close: {label: Close, from: open, to: shut, by: handler}
    reports:
      open_ones: {label: Open, of: hall, show: [number, handler], see: desk}
    """)


def test_no_case_begins_in_a_flow_that_is_not_for_it():
    elsewhere = REPORT.replace("makes: A", "makes: A, refused: not offered")
    assert told(elsewhere, routine=ONE_FLOW) == []
    assert "there is no case “A”" in told(REPORT, "expect: {case: A, state: open}", routine=ONE_FLOW)[-1]


def test_whoever_leaves_out_who_they_are_is_nobody_and_a_list_tells_who_has_it():
    named = REPORT.replace("area: teaching", "area: safety")
    nameless = named.replace("area: safety", "area: safety, reporter: empty")
    assert told(named, "expect: {case: A, fields: {reporter: stig}}", routine=ONE_FLOW) == []
    assert told(nameless, "expect: {case: A, fields: {reporter: empty, entered_by: empty}}", routine=ONE_FLOW) == []
    assert (
        told(named, "{as: dora, report: open_ones, expect: {rows: [{number: A, handler: desk}]}}", routine=ONE_FLOW)
        == []
    )
