"""Cases that other cases name: who may name which, what conditions and parties see of them, who is told."""

import pytest
from sqlalchemy import event, select

from app.workflow import engine, joining
from app.workflow.actor import Actor
from app.workflow.evaluator import may
from model import CaseLink, OutgoingMail, Subject

JOINED = """
parties:
  told: {who: reporter, of: repeats}
flows:
  case:
    label: Case
    see: [desk, {who: contact, at: own}, {who: handler, of: repeats}]
    states:
      open: {label: Open}
      duplicate: {label: Duplicate, final: true}
      closed: {label: Closed, final: true}
      settled: {label: Settled, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [repeats], assign: contact}
      is_duplicate: {label: Duplicate, from: open, to: duplicate, by: [handler, desk], fields: [umbrella]}
      join: {label: Join, from: open, to: same, by: [handler, desk], fields: [repeats], optional: [wait]}
      close: {label: Close, from: open, to: closed, by: [handler, desk], guards: [all_closed], notify: {told: joined_closed}}
      settle: {label: Settle, from: open, to: settled, by: itself, guards: [waits, all_closed]}
      follow: {label: Follow, from: open, to: same, by: [desk, contact], set: {followers: me}, notify: {followers: follows}}
guards:
  all_closed: {needs: {every: repeats, state: final}, says: A joined case is open.}
  waits: {needs: {wait: ticked}, says: It doesn't wait.}
fields:
  umbrella: {label: Umbrella case, type: case}
  repeats: {label: Joined cases, type: case, many: true}
  followers: {label: Followers, type: person, many: true}
  wait: {label: Wait for them, type: tick}
"""
NOWHERE = "2026-9999"


def visible(town, who):
    scope = town.context.viewer(town.people[who]).visible()
    return set(town.session.scalars(select(Subject.number).where(scope)))


def test_a_number_that_is_not_theirs_is_refused_like_one_that_is_nobodys(settle_on_both):
    town = settle_on_both(JOINED)
    red, blue = town.report(), town.report(unit="blue")

    def refusals(who, number):
        return may(town.facts(red), "is_duplicate", town.actor(who), {"umbrella": number}).refusals

    assert not refusals("dora", blue.number)
    told = [refusals("rita", each) for each in (blue.number, NOWHERE, "2026", "the other one", "2026\0", f"{red.id}")]
    assert told == [told[0]] * len(told)
    assert [(each.name, each.reason) for each in told[0]] == [("umbrella", "no_case")]
    assert [each.reason for each in refusals("dora", red.number)] == ["same_case"]


def test_what_a_case_names_already_may_stay_though_it_is_not_theirs(settle):
    town = settle(JOINED)
    red, blue, more = town.report(), town.report(unit="blue"), town.report()
    town.do(red, "dora", "join", repeats=[blue.number])
    town.do(red, "rita", "join", repeats=f"{blue.number}, {more.number} {more.number}")
    assert red.answers["repeats"] == [blue.number, more.number]


def test_a_case_closes_when_every_joined_one_is_finished(settle_on_both):
    town = settle_on_both(JOINED)
    umbrella, first, second = (town.report() for _ in range(3))
    assert town.refused(umbrella, "rita", "close") == []
    umbrella = town.report()
    town.do(umbrella, "rita", "join", repeats=[first.number, second.number])
    assert town.refused(umbrella, "rita", "close") == ["all_closed"]
    for each in (first, second):
        town.do(each, "rita", "is_duplicate", umbrella=umbrella.number)
        assert each.finished
    town.do(umbrella, "rita", "close")
    assert umbrella.state == "closed"


def test_a_case_that_waits_for_another_goes_on_by_itself(settle_on_both):
    town = settle_on_both(JOINED)
    waiting, first = town.report(), town.report(unit="blue")
    town.do(waiting, "dora", "join", repeats=[first.number], wait=True)
    assert waiting.state == "open"
    town.do(first, "bill", "close")
    town.session.refresh(waiting)
    assert waiting.state == "settled"


def test_who_handles_a_joined_case_sees_the_case_that_joins_it(settle_on_both):
    town = settle_on_both(JOINED)
    umbrella, blue = town.report(), town.report(unit="blue")
    assert visible(town, "bill") == {blue.number}
    town.do(umbrella, "dora", "join", repeats=[blue.number])
    assert visible(town, "bill") == {blue.number, umbrella.number}
    viewer = town.context.viewer(town.people["bill"])
    assert viewer.sees(town.facts(umbrella))
    town.do(umbrella, "dora", "join", repeats=[town.report().number])
    assert visible(town, "bill") == {blue.number}
    assert not town.context.viewer(town.people["bill"]).sees(town.facts(umbrella))


def test_reporters_of_joined_cases_are_told_and_follow_their_own(settle):
    town = settle(JOINED)
    umbrella, own = town.report("olga"), town.report()
    town.do(own, "rita", "is_duplicate", umbrella=umbrella.number)
    town.do(umbrella, "rita", "join", repeats=[own.number])
    town.do(umbrella, "rita", "close")
    assert town.mails() == [("stig", "joined_closed")]
    link = select(OutgoingMail.link).where(OutgoingMail.name == "joined_closed")
    assert town.session.scalars(link).all() == [f"follow:{own.id}"]


def test_somebody_follows_a_case_by_their_own_press(settle):
    town = settle(JOINED)
    case = town.report()
    town.do(case, "dora", "follow")
    town.do(case, "rita", "follow")
    assert case.answers["followers"] == [town.people["dora"], town.people["rita"]]
    assert town.mails() == [("dora", "follows")]


def test_lists_know_conditions_on_joined_cases(settle_on_both):
    town = settle_on_both(
        JOINED.replace(
            "see: [desk, {who: contact, at: own}, {who: handler, of: repeats}]",
            "see: [{who: desk, when: {every: repeats, state: final}}, {who: boss, at: anywhere, when: {some: repeats, area: teaching}}]",
        )
        .replace("assign: contact", "assign: warden")
        .replace("by: [desk, contact]", "by: desk")
    )
    alone, one, waits = (town.report("stig") for _ in range(3))
    for case, number in ((waits, one), (one, alone)):
        town.do(case, "dora", "join", repeats=[number.number])
    for who in ("dora", "bess"):
        listed = visible(town, who)
        for each in (alone, one, waits):
            seen = town.context.viewer(town.people[who]).sees(town.facts(each))
            assert seen == (each.number in listed), (who, each.number)
    assert visible(town, "dora") == {alone.number}
    assert visible(town, "bess") == {one.number, waits.number}


def test_links_follow_the_answers(settle_on_both):
    town = settle_on_both(JOINED)
    one, other, third = (town.report() for _ in range(3))
    town.do(third, "dora", "join", repeats=[one.number, other.number])
    town.do(third, "dora", "join", repeats=[other.number])
    links = town.session.execute(select(CaseLink.subject_id, CaseLink.field, CaseLink.case_id)).all()
    assert links == [(third.id, "repeats", other.id)]


def test_a_visitor_names_no_case_that_is_not_public(settle):
    town = settle(JOINED)
    case = town.report()
    answers = {"area": "teaching", "unit": "red", "description": "Again.", "repeats": case.number}
    with pytest.raises(engine.Refused, match="repeats"):
        engine.create(town.context, "submit", actor=Actor(None), answers=answers)


def test_cases_that_are_named_no_longer_are_no_longer_joined(settle_on_both):
    town = settle_on_both(JOINED)
    umbrella, one, two = town.report(), town.report(), town.report()

    def joined():
        town.session.commit()
        rows = select(CaseLink.field, CaseLink.case_id).where(CaseLink.subject_id == umbrella.id)
        return set(town.session.execute(rows).tuples())

    def name(*cases):
        umbrella.answers = {**umbrella.answers, "repeats": [each.number for each in cases]}
        joining.note(town.context, umbrella)
        return joined()

    assert name(one, two) == {("repeats", one.id), ("repeats", two.id)}
    assert name(two) == {("repeats", two.id)}
    assert name(two) == {("repeats", two.id)}
    assert name() == set()


@pytest.mark.parametrize(
    ("answer", "numbers"),
    [
        (None, []),
        ("", []),
        ("2026-0001", ["2026-0001"]),
        (["2026-0001", "2026-0002"], ["2026-0001", "2026-0002"]),
        (("2026-0001", {"forgotten": True}), ["2026-0001"]),
        ({"forgotten": True}, []),
        (7, []),
    ],
)
def test_which_numbers_an_answer_holds(answer, numbers):
    assert list(joining.several(answer)) == numbers


def test_links_are_those_of_the_answers_alone(settle):
    town = settle(JOINED)
    one, two, own = town.report(), town.report(), town.report()

    def linked(**answers):
        own.answers = answers
        joining.note(town.context, own)
        rows = select(CaseLink.field, CaseLink.case_id).where(CaseLink.subject_id == own.id)
        return set(town.session.execute(rows).tuples())

    assert linked() == set()
    assert linked(umbrella=one.number, repeats=[one.number, two.number, NOWHERE]) == {
        ("umbrella", one.id),
        ("repeats", one.id),
        ("repeats", two.id),
    }
    written = []
    event.listen(town.database, "before_cursor_execute", lambda *told: written.append(told[2].split()[0]))
    assert len(linked(umbrella=one.number, repeats=[two.number, one.number])) == 3
    assert not {"INSERT", "DELETE"} & set(written), "nothing is written where nothing changed"
    two.answers = {"umbrella": one.number}
    joining.note(town.context, two)
    assert linked(repeats=[two.number]) == {("repeats", two.id)}
    assert town.session.scalars(select(CaseLink.subject_id).where(CaseLink.case_id == one.id)).all() == [two.id]
    assert linked() == set()


def test_those_that_wait_for_a_case_are_the_open_ones_that_name_it(settle):
    town = settle(JOINED)
    one, first, second, other = (town.report() for _ in range(4))
    for each in (second, first):
        town.do(each, "dora", "join", repeats=[one.number])
    town.do(other, "dora", "join", repeats=[first.number])
    assert joining.waiting(town.context, one) == [first, second]
    first.finished = True
    town.session.flush()
    assert joining.waiting(town.context, one) == [second]
    assert joining.waiting(town.context, other) == []
