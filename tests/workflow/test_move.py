"""The one move: in its order, in one transaction, or not at all."""

import pytest
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.workflow import engine
from app.workflow.engine import EndlessRing, Refused, Stale
from model import Case, JournalEntry, OutgoingMail, Person
from tests.workflow.town import nothing_written, snapshot

ROUTINE = """
parties:
  former: {who: {did: take}, except: handler}
flows:
  case:
    label: Case
    see: [reporter, desk, contact]
    states:
      open: {label: Open}
      taken: {label: Taken}
      asked: {label: Asked}
      shut: {label: Shut, final: may reopen}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, description], optional: [unit], assign: desk, notify: {reporter: receipt, desk: new_case}}
      route: {label: Route, from: open, to: open, by: desk, fields: [unit, area], assign: routing, notify: {handler: yours}}
      take: {label: Take, from: open, to: taken, by: handler, assign: me, notify: {[reporter, me]: taken, former: lost}}
      hand: {label: Hand over, from: taken, to: same, by: handler, fields: [new_handler], assign: new_handler, notify: {handler: yours, former: lost}}
      ask: {label: Ask, from: any, to: asked, by: [desk, handler], fields: [message], notify: {reporter: question}}
      answer: {label: Answer, from: asked, to: back, by: reporter, fields: [message], notify: {handler: answered}}
      grade: {label: Grade, from: taken, to: same, by: handler, optional: [cause, effect], set: {graded: ticked, keeper: handler, followers: me}}
      redo: {label: Redo, from: taken, to: same, by: handler, again: [cause, effect]}
      close: {label: Close, from: taken, to: shut, by: handler, fields: [summary], guards: [cause_is_known], notify: {reporter: closed}}
      reopen: {label: Reopen, from: shut, to: taken, by: handler}
      remark: {label: Remark, from: shut, to: same, by: handler, fields: [comment]}
      to_keeper: {label: To the keeper, from: taken, to: same, by: handler, assign: keeper}
      lose: {label: Lose, from: taken, to: same, by: handler, assign: {who: warden, at: own}, notify: {handler: yours}}
guards:
  cause_is_known: {needs: {cause: filled}, says: Find the cause first.}
fields:
  new_handler: {choices: {who: [contact, boss], at: anywhere}}
  cause: {type: text, label: Cause}
  effect: {type: text, label: Effect}
  graded: {type: tick, label: Graded}
  keeper: {type: person, label: Keeper}
  followers: {type: person, many: true, label: Followers}
"""
ROUTINE = ROUTINE.replace("{[reporter, me]: taken, former: lost}", "{reporter: taken, me: taken, former: lost}")


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE)


@pytest.fixture
def small(settle):
    return settle(ROUTINE)


def taken(town, who="rita"):
    case = town.do(town.report(), "dora", "route", unit="red", area="teaching")
    return town.do(case, who, "take")


def test_a_move_writes_state_version_journal_and_mails_together(town):
    case = town.report()
    assert (case.state, case.version, case.events) == ("open", 1, 1)
    town.do(case, "dora", "route", unit="red", area="teaching")
    assert (case.version, case.events) == (2, 2)
    [first, second] = town.journal(case)
    assert (first.from_state, first.to_state, first.transition) == (None, "open", "submit")
    assert (second.from_state, second.to_state, second.transition) == ("open", "open", "route")
    assert second.actor_id == town.people["dora"]
    assert town.mails() == [("rita", "yours")]
    assert [(m["to"], m["name"], m["why"]) for m in second.mails] == [(str(town.people["rita"]), "yours", "handler")]


def test_mails_go_to_the_new_handler_and_not_to_the_doer(small):
    case = taken(small)
    assert small.handlers(case) == {"rita"}
    small.do(case, "rita", "hand", new_handler=small.people["bess"])
    assert small.mails() == [("bess", "yours")]
    spared = [m for m in small.journal(case)[-1].mails if "skipped" in m]
    assert [(m["to"], m["name"], m["skipped"]) for m in spared] == [(str(small.people["rita"]), "lost", "did_it")]
    small.do(case, "bess", "hand", new_handler=small.people["bill"])
    assert sorted(small.mails()) == [("bill", "yours"), ("rita", "lost")]


def test_who_is_reached_as_me_or_reporter_is_told_of_their_own_doing(small):
    case = taken(small)
    assert sorted(small.mails()) == [("rita", "taken"), ("stig", "taken")]
    assert small.mails(since=0)[0] == ("stig", "receipt")
    del case


def test_a_refused_move_writes_nothing(town):
    case = taken(town)
    with nothing_written(town):
        assert town.refused(case, "rita", "close") == ["summary", "cause_is_known"]
        assert town.refused(case, "bill", "hand") == ["not offered"]
        assert town.refused(case, "rita", "reopen") == ["not offered"]


def test_a_move_that_is_rolled_back_leaves_nothing(town):
    case = taken(town)
    with nothing_written(town):
        engine.move(town.context, case, "ask", actor=town.actor("rita"), answers={"message": "Where?"}, version=None)
        town.session.flush()
        town.session.rollback()
    assert case.state == "taken"


def test_the_journal_row_and_the_mails_are_in_the_moves_own_transaction(town):
    case = taken(town)
    before = snapshot(town)
    engine.move(town.context, case, "ask", actor=town.actor("rita"), answers={"message": "Where?"}, version=None)
    town.session.flush()
    assert snapshot(town) == before, "nothing is seen from outside before the commit"
    town.session.commit()
    after = snapshot(town)
    assert len(after["journal_entry"]) == len(before["journal_entry"]) + 1
    assert len(after["outgoing_mail"]) == len(before["outgoing_mail"]) + 1


def test_an_old_form_is_stale_and_writes_nothing(town):
    case = taken(town)
    with nothing_written(town), pytest.raises(Stale):
        town.do(case, "rita", "grade", version=case.version - 1)
    town.session.rollback()
    town.do(case, "rita", "grade", version=case.version)


@pytest.mark.parametrize("version", [0, -1, 99])
def test_a_version_that_never_was_is_stale(small, version):
    with pytest.raises(Stale):
        small.do(taken(small), "rita", "grade", version=version)
    small.session.rollback()


def test_back_leads_to_the_state_that_was_left_last_however_often(small):
    case = small.report()
    small.do(case, "dora", "ask", message="Where?")
    small.do(case, "stig", "answer", message="Here.")
    assert (case.state, case.former_states) == ("open", [])
    small.do(case, "dora", "route", unit="red", area="teaching")
    small.do(case, "rita", "take")
    small.do(case, "rita", "ask", message="When?")
    small.do(case, "rita", "ask", message="And where?")
    assert case.state == "asked"
    small.do(case, "stig", "answer", message="Now.")
    assert case.state == "taken"


def test_set_gives_values_and_many_fields_gain(small):
    case = taken(small)
    small.do(case, "rita", "grade", cause="Cold")
    assert case.answers["graded"] is True
    assert case.answers["keeper"] == small.people["rita"]
    assert case.answers["followers"] == [small.people["rita"]]
    small.do(case, "rita", "hand", new_handler=small.people["bess"])
    small.do(case, "bess", "grade")
    small.do(case, "bess", "grade")
    assert case.answers["followers"] == [small.people["rita"], small.people["bess"]]


def test_again_empties_fields_and_counts_a_round_and_the_journal_keeps_the_old_ones(small):
    case = taken(small)
    small.do(case, "rita", "grade", cause="Cold", effect="Ice")
    small.do(case, "rita", "redo")
    assert (case.round, case.answers.get("cause"), case.answers.get("effect")) == (2, None, None)
    small.do(case, "rita", "redo")
    assert case.round == 3, "a round is counted where nothing was filled in, too"
    answered = [
        (entry.round, entry.answers.get("cause")) for entry in small.journal(case) if entry.transition == "grade"
    ]
    assert answered == [(1, "Cold")]
    assert small.refused(case, "rita", "close", summary="Done.") == ["cause_is_known"]


def test_an_end_that_is_left_and_reached_again_has_its_own_day(small):
    case = taken(small)
    small.do(case, "rita", "grade", cause="Cold")
    small.do(case, "rita", "close", summary="Done.")
    first = case.closed_at
    assert case.finished
    small.now = small.now.replace(day=9)
    small.do(case, "rita", "remark", comment="Still fine.")
    assert case.closed_at == first, "what is written afterwards doesn't close it again"
    small.do(case, "rita", "reopen")
    assert (case.finished, case.closed_at) == (False, None)
    small.do(case, "rita", "close", summary="Done once more.")
    assert case.closed_at == small.now


def employ_an_administrator(town):
    given = {"username": "a", "email": "a@town.example", "active": True, "roles": [Role(name="Admin")]}
    user = User(first_name="A", last_name="", **given)
    town.session.add(Person(name="admin", label="Admin", mail="a@town.example", language="en", user=user))
    town.session.commit()
    town.names[town.session.scalars(select(Person.id).where(Person.name == "admin")).one()] = "admin"


def test_a_case_that_nobody_can_have_is_told_to_the_administrators(town):
    employ_an_administrator(town)
    case = taken(town)
    town.do(case, "rita", "lose")
    assert (case.handler, case.orphaned) == (None, True)
    assert town.mails() == [("admin", "no_handler")]
    assert case.trace[-1]["ok"] is None
    assert town.handlers(case) == set()


def test_a_person_field_that_is_empty_has_nobody_and_that_is_told_too(small):
    employ_an_administrator(small)
    case = taken(small)
    small.do(case, "rita", "to_keeper")
    assert (case.handler, case.orphaned) == (None, True)
    assert small.mails() == [("admin", "no_handler")]


def test_a_submit_key_counts_once(town):
    def submit():
        given = {"area": "teaching", "unit": "red", "description": "Twice."}
        return engine.create(town.context, "submit", actor=town.actor("stig"), answers=given, submit_key="k1")

    submit()
    town.session.commit()
    with pytest.raises(IntegrityError):
        submit()
    town.session.rollback()
    assert len(town.cases()) == 1


def test_numbers_follow_each_other_through_the_year_and_start_anew(small):
    small.report()
    second = small.report()
    small.now = small.now.replace(year=2027)
    third = small.report()
    assert [second.number, third.number] == ["2026-0002", "2027-0001"]


def test_an_unknown_transition_is_a_fault_of_the_program(small):
    case = small.report()
    with pytest.raises(KeyError):
        small.do(case, "dora", "no_such_move")
    small.session.rollback()


def test_a_visitor_may_report_where_the_routine_says_anyone(small):
    with pytest.raises(Refused) as refused:
        small.report(who=None)
    assert [each.name for each in refused.value.refusals] == ["reporter"]
    small.session.rollback()
    case = small.report(who=None, reporter=small.people["olga"])
    assert small.session.get(Case, case.id).reporter_id == small.people["olga"]
    [entry] = small.journal(case)
    assert (entry.actor_id, entry.actor_as) == (None, "visitor")


def test_one_person_reached_twice_gets_one_mail_of_a_name(small):
    case = small.report()
    small.session.execute(OutgoingMail.__table__.delete())
    small.do(case, "dora", "route", unit="red", area="safety")
    rows = small.session.execute(select(OutgoingMail.receiver_id, OutgoingMail.name)).all()
    assert len(rows) == len(set(rows)) == 1
    assert small.session.scalars(select(JournalEntry.id)).all()


RING = """
flows:
  case:
    label: Case
    see: desk
    states: {open: {label: Open}, ping: {label: Ping}, pong: {label: Pong}, over: {label: Over, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [unit], assign: desk}
      serve: {label: Serve, from: open, to: ping, by: desk}
      hit: {label: Hit, from: ping, to: pong, by: itself, guards: [goes_on]}
      stop: {label: Stop, from: [open, ping, pong], to: over, by: desk}
guards:
  goes_on: {needs: {done: serve}, says: It has not begun.}
"""


def test_what_happens_by_itself_follows_at_once_and_is_in_the_journal(settle):
    town = settle(RING)
    case = town.do(town.report(), "dora", "serve")
    assert case.state == "pong"
    last = town.journal(case)[-1]
    assert (last.transition, last.actor_as, last.actor_id, last.ordinal) == ("hit", "itself", None, 3)


def test_a_ring_that_never_ends_is_rolled_back(settle, monkeypatch):
    town = settle(f"{RING}\n# Its own, for below it is changed.")
    case = town.report()
    # The check refuses such a routine; should one come through, the engine must not run for ever.
    flow = town.context.routine.flows["case"]
    from dataclasses import replace  # noqa: PLC0415 - only here

    from app.language.definition import Destination  # noqa: PLC0415
    from app.workflow import machine, table  # noqa: PLC0415

    back = replace(flow.transitions["hit"], name="return", sources=("pong",), to=Destination("ping"))
    monkeypatch.setitem(flow.transitions, "return", back)
    table.leaving.cache_clear()
    machine.machine.cache_clear()
    with nothing_written(town), pytest.raises(EndlessRing):
        town.do(case, "dora", "serve")
    town.session.rollback()
    assert town.session.info.get("by_itself", 0) == 0


def test_what_makes_a_case_sets_fields_too(settle_on_both):
    town = settle_on_both("""
    flows:
      case:
        label: Case
        see: desk
        states:
          open: {label: Open}
          shut: {label: Shut, final: true}
        transitions:
          submit: {label: Report, from: new, to: open, by: anyone, fields: [area, unit, description], assign: desk, set: {severity: low, followers: me}}
          end: {label: End, from: open, to: shut, by: desk}
        clocks:
          answer: {start: submit, runs: {severity: {high: 2 days, low: 5 days}}}
    fields:
      severity: {choices: {high: High, low: Low}}
      followers: {label: Followers, type: person, many: true}
    """)
    case = town.report()
    assert town.facts(case).value("severity") == "low"
    assert town.facts(case).people_in("followers") == (town.people["stig"],)
    assert town.due(case, "answer") == "2026-03-07 23:59"
