"""The reporter stays on a page of their own, however the routine speaks of them."""

from app.workflow.actor import Actor
from app.workflow.evaluator import may


def test_a_reporter_seen_on_a_condition_is_still_only_the_reporter(settle_on_both):
    town = settle_on_both(
        """
    parties:
      informed: {who: reporter, when: {not: {witness: ticked}}}
    flows:
      case:
        label: Case
        see: [informed, desk]
        states:
          open: {label: Open}
          shut: {label: Shut, final: true}
        transitions:
          submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [witness], assign: desk}
          answer: {label: Answer, from: open, to: same, by: desk, fields: [letter]}
          withdraw: {label: Withdraw, from: open, to: shut, by: informed}
    fields:
      witness: {type: tick, label: Witness}
      letter: {label: Letter, see: [desk, informed]}
      verdict: {label: Verdict, see: [{who: reporter, when: {state: shut}}, {who: reporter, when: {witness: empty}}]}
    """
    )
    case, seen = town.report(), town.report(witness=True)
    viewer = town.context.viewer(town.people["stig"])
    assert viewer.sees(town.facts(case))
    assert not viewer.fully(town.facts(case)), "the case's own page is for those who handle it"
    assert [viewer.shows("letter", town.facts(each), as_reporter=True) for each in (case, seen)] == [True, False]
    told = [viewer.shows("verdict", town.facts(each), as_reporter=True) for each in (case, seen)]
    assert told == [True, False], "named twice, each with its own condition"
    code = Actor(None, reporter=True)
    assert [may(town.facts(each), "withdraw", code).offered for each in (case, seen)] == [True, False]


def test_a_reporter_held_to_some_fields_reads_those_and_no_others(settle):
    town = settle(
        """
    flows:
      case:
        label: Case
        see: [{who: reporter, when: {witness: empty}}, {who: reporter, when: {witness: ticked}, only: [lesson]}, desk]
        states:
          open: {label: Open}
          shut: {label: Shut, final: true}
        transitions:
          submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [witness], assign: desk}
          close: {label: Close, from: open, to: shut, by: desk, fields: [letter, lesson]}
    fields:
      witness: {type: tick, label: Witness}
      letter: {label: Letter, see: [desk, reporter]}
      lesson: {label: Lesson}
    """
    )
    victim, witness = town.report(), town.report(witness=True)
    viewer = town.context.viewer(town.people["stig"])

    def read(case):
        return [n for n in ("number", "letter", "lesson") if viewer.shows(n, town.facts(case), as_reporter=True)]

    assert (read(victim), read(witness)) == (["number", "letter"], ["number", "lesson"])
