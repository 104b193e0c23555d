"""A town with a first line, and its administrator who changes the routine."""

from textwrap import dedent

from sqlalchemy import select

from app.change import changes, drafts, dryrun, migrations, publish
from app.change.rehearsal import rehearse
from model import DryRunCase, WorkflowEdition
from tests.workflow.town import HEAD

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk, contact]
    states:
      received: {label: Received}
      with_contact: {label: With the contact}
      in_hand: {label: In hand}
      shut: {label: Shut, final: may reopen}
    transitions:
      submit: {label: Report, from: new, to: received, by: anyone, fields: [reporter, area, description], optional: [unit], assign: desk, notify: {desk: new_case}}
      route: {label: Route, from: received, to: with_contact, by: desk, fields: [unit, area], assign: routing, notify: {handler: yours}}
      take: {label: Take, from: with_contact, to: in_hand, by: handler}
      grade: {label: Grade, from: in_hand, to: same, by: handler, fields: [cause]}
      close: {label: Close, from: in_hand, to: shut, by: handler, guards: [jobs_done]}
      reopen: {label: Reopen, from: shut, to: in_hand, by: handler}
    clocks:
      at_desk: {start: received, runs: 3 working days, remind: {desk: [1 day after]}}
      in_hand: {start: in_hand, runs: 10 working days}
  job:
    label: Job
    part of: case
    states:
      given: {label: Given}
      done: {label: Done, final: true}
    transitions:
      add: {label: Add, from: new, to: given, by: handler, fields: [owner, description]}
      finish: {label: Finish, from: given, to: done, by: owner}
guards:
  jobs_done: {needs: {every: job, state: done}, says: Every job is done.}
fields:
  cause: {label: Cause, type: text}
  answer_within: {label: Answer within, type: length, of: unit}
  owner: {choices: {who: [contact, boss], at: anywhere}}
"""


def edited(*swaps, more=""):
    """The routine with texts swapped, each of which must be there."""
    text = ROUTINE
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new)
    return text + dedent(more)


class Office:
    """The administrator of a town; `bess` unless another one is named."""

    def __init__(self, town):
        self.town, self.session = town, town.session
        self.me = town.people["bess"]

    def draft(self, text=None, *changed):
        """Have a draft that says so."""
        draft = drafts.start(self.session, self.me, self.town.now)
        if text is not None:
            drafts.write(draft, self.me, self.town.now, text=HEAD + dedent(text))
        for change in changed:
            drafts.put(draft, change, self.me, self.town.now)
        self.session.commit()
        return draft

    def settings(self, *changed):
        return self.draft(None, *changed)

    def try_out(self, draft):
        """Perform a dry run; give its result."""
        run = dryrun.begin(self.session, draft, self.town.now)
        self.session.commit()
        rehearse(self.session, run, self.town.now)
        self.session.commit()
        return run.result

    def found(self, number=None):
        """What the run found of each case: number -> (outcome, detail)."""
        rows = self.session.scalars(select(DryRunCase).order_by(DryRunCase.id))
        return {row.number: (row.outcome, row.detail) for row in rows if number in (None, row.number)}

    def of(self, case):
        return self.found()[case.number]

    def gate(self, draft, **how):
        found = publish.gate(
            self.session, draft, self.town.now, person=how.pop("person", self.me), four_eyes=how.pop("four_eyes", False)
        )
        return {each.name: each for each in found}

    def publish(self, draft, **how):
        """Try it out, publish it and let the worker bring the cases along."""
        self.try_out(draft)
        edition = publish.publish(
            self.session, draft, self.me, self.town.now, reason=how.pop("reason", "better"), **how
        )
        self.session.commit()
        self.bring()
        return edition

    def bring(self):
        while migrations.advance(self.session, self.town.now):
            self.session.commit()
        self.session.commit()

    def edition_of(self, case):
        self.session.refresh(case)
        return self.session.get_one(WorkflowEdition, case.edition_id).number


def assignment_of(town, person, **values):
    """A change of the one assignment that the person has."""
    from model import Assignment  # noqa: PLC0415 - only here

    row = town.session.scalars(select(Assignment).where(Assignment.person_id == town.people[person])).one()
    return changes.Change("assignment", str(row.id), "change" if values else "remove", values)
