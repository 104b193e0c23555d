"""The page tells a deadline in the calendar's own time zone, wherever the server stands."""

from app.submit.progress import told
from tests.workflow.town import DATA, Town, database

ROUTINE = """
flows:
  case:
    label: Case
    see: reporter
    states:
      open: {label: Open, told: "We answer by {due answer}."}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, unit, description], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
    clocks:
      answer: {start: submit, runs: 5 working days}
"""


def test_the_deadline_told_is_the_day_on_which_it_ends_in_the_calendars_zone(tmp_path):
    data = DATA.replace("timezone: Europe/Oslo", "timezone: Europe/London")
    town = Town(database(f"sqlite:///{tmp_path / 'town.db'}"), ROUTINE, data=data)
    case = town.report()
    assert told(town.facts(case), "en") == "We answer by 9 March 2026."
    town.session.close()
    town.database.dispose()
