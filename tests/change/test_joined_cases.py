"""Joined cases, code names, history and access log, told as scenarios by a routine that has them all."""

from textwrap import dedent

import pytest

from app.change.scenarios import play
from tests.workflow.town import DATA as TOWN
from tests.workflow.town import HEAD

DATA = TOWN.replace(", answer_within: 2 days", "")
ROUTINE = HEAD + dedent("""
    parties:
      joined_reporters: {who: reporter, of: repeats}
    flows:
      case:
        label: Case
        see: [reporter, desk, boss]
        states:
          open: {label: Open}
          answered: {label: Answered, told: "Your code name is {alias}."}
          duplicate: {label: Duplicate, told: Somebody reported this before you., final: true}
          closed: {label: Closed, final: true}
        transitions:
          submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [seen_at], assign: desk}
          merge: {label: It is a duplicate, from: open, to: duplicate, by: handler, fields: [umbrella]}
          join: {label: Join cases, from: open, to: same, by: handler, fields: [repeats]}
          follow: {label: Follow the case, from: [open, answered], to: same, by: [desk, boss], set: {followers: me}}
          answer: {label: Answer, from: open, to: answered, by: handler, fields: [cause, patience]}
          doubt: {label: Look again, from: answered, to: open, by: boss, again: [cause]}
          close: {label: Close, from: [open, answered], to: closed, by: handler, guards: [joined_are_finished], notify: {joined_reporters: joined_closed, followers: closed, reporter: closed}}
    guards:
      joined_are_finished: {needs: {every: repeats, state: final}, says: A joined case is still open.}
    fields:
      umbrella: {label: Repeats, type: case}
      repeats: {label: Joined cases, type: case, many: true}
      followers: {label: Followers, type: person, many: true}
      alias: {label: Code name, type: code name, see: [reporter, boss]}
      seen_at: {label: Seen at, type: place}
      cause: {label: Cause}
      patience: {label: Time needed, type: length}
      history: {see: boss}
      access_log: {see: boss}
    """)


def report(who, name):
    return f"{{as: {who}, do: submit, makes: {name}, with: {{area: teaching, unit: red, description: It is cold.}}}}"


def told(*steps):
    """What goes wrong in one scenario with these steps."""
    listed = "".join(f"      - {step}\n" for step in steps)
    (played,) = play(ROUTINE, DATA, f"now: 2026-03-02 09:00\nscenarios:\n  - name: One\n    steps:\n{listed}")
    return list(played.faults)


def test_duplicates_end_and_their_reporters_hear_of_the_umbrellas_end():
    assert (
        told(
            report("stig", "A"),
            report("olga", "B"),
            report("lena", "C"),
            "{as: bess, do: follow, case: A, expect: {fields: {followers: bess}}}",
            "{as: dora, do: join, case: A, with: {repeats: [B, C]}, expect: {fields: {repeats: [B, C]}}}",
            "{as: dora, do: close, case: A, refused: joined_are_finished}",
            "{as: dora, do: merge, case: B, with: {umbrella: A}, expect: {state: duplicate, fields: {umbrella: A}}}",
            "{as: dora, do: close, case: A, refused: joined_are_finished}",
            "{as: dora, do: merge, case: C, with: {umbrella: A}}",
            "{as: dora, do: close, case: A, expect: {state: closed, mails: {olga: joined_closed, lena: joined_closed, bess: closed, stig: closed}, hidden from: [olga, lena]}}",
        )
        == []
    )


@pytest.mark.parametrize("other", ["2026-9999", "A"])
def test_a_case_is_joined_neither_to_nothing_nor_to_itself(other):
    assert (
        told(report("stig", "A"), f"{{as: dora, do: merge, case: A, with: {{umbrella: {other}}}, refused: umbrella}}")
        == []
    )


def test_a_case_nobody_has_made_is_a_fault_of_the_file():
    (fault,) = told(report("stig", "A"), "{as: dora, do: merge, case: A, with: {umbrella: B}}")
    assert 'unknown case "B"' in fault


def test_a_code_name_is_made_and_read_by_those_who_may():
    assert (
        told(
            report("stig", "A"),
            "{as: dora, do: answer, case: A, with: {cause: A draught., patience: 2 uker}}",
            "expect: {case: A, fields: {alias: filled, patience: 2 weeks}, reads: {stig: '-'}}",
        )
        == []
    )


def test_what_was_answered_before_is_read_in_the_history_alone():
    assert (
        told(
            report("stig", "A"),
            "{as: dora, do: answer, case: A, with: {cause: A draught., patience: 1 day}}",
            "{as: bess, do: doubt, case: A, expect: {round: '2', reads: {bess: A draught.}, not read: {dora: A draught.}}}",
            "{as: dora, do: answer, case: A, with: {cause: A window., patience: 1 day}, expect: {reads: {dora: A window., bess: [A draught., A window.]}, not read: {dora: A draught.}}}",
        )
        == []
    )


def test_whoever_has_read_the_case_stands_in_its_log():
    assert (
        told(
            report("stig", "A"),
            "expect: {case: A, not read: {bess: Dora}}",
            "expect: {case: A, reads: {dora: It is cold., stig: It is cold.}}",
            "expect: {case: A, reads: {bess: [Dora, Bess]}, not read: {bess: Dirk, dora: Bess}}",
        )
        == []
    )
