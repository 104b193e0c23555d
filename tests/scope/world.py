"""Cases and parts with every kind of answer, and what conditions and parties say of them, asked in both ways."""

import json
from random import Random

from sqlalchemy import select

from app.language import plain
from app.language.conditions import holds
from app.language.parties import Word
from app.routing import exclusion
from app.routing.parties import Lookup
from app.scope.conditions import meeting
from app.scope.parties import Members
from app.scope.row import Row
from model import Subject
from tests.workflow.town import DATA

SUBMIT = (
    "submit: {label: Report, from: new, to: open, by: anyone, assign: routing, fields: [area, description],"
    " optional: [topic, reporter, unit, severity, kinds, hurt, mark, keeper, witnesses, place_of, elsewhere, amount, seen_on]}"
)
WORDS = ["anyone", "reporter", "handler", "me", "itself", "routing"]
ROLES = ["desk", "contact", "warden", "boss"]
FIELDS = ["keeper", "witnesses", "owner", "entered_by"]
PLACES = ["nearest", "own", "within", "anywhere", "place_of", "keeper", "owner"]
PARTIES = [
    *WORDS,
    *ROLES,
    *FIELDS,
    "helpers",
    ["contact", "keeper"],
    *({"who": role, "at": place} for role in ("contact", "warden", "boss") for place in PLACES),
    *({"at": place} for place in PLACES),
    {"who": ["contact", "boss"], "at": "own"},
    {"who": "helpers", "at": "place_of"},
    {"who": "contact", "when": {"severity": "high"}},
    {"who": "contact", "when": {"not": {"severity": "high"}}},
    {"who": ["contact", "desk"], "except": "keeper"},
    {"who": ["contact", "boss"], "except": "anyone"},
    {"who": ["contact", "keeper"], "except": {"did": "anything"}},
    {"first": ["warden", "contact"]},
    {"first": ["keeper", "warden", "boss"]},
    {"first": ["handler", "desk"]},
    {"first": ["me", "desk"]},
    {"first": ["routing", "desk"]},
    {"first": [{"who": "contact", "when": {"severity": "high"}}, "keeper"]},
    {"first": [{"at": "own"}, "desk"]},
    {"first": [{"who": "keeper", "of": "alike"}, "desk"]},
    {"first": [{"did": "again"}, "contact"]},
    {"first": [{"who": "owner", "of": "job"}, "contact"]},
    {"did": "take"},
    {"did": "close"},
    {"did": "anything"},
    {"who": "owner", "of": "job"},
    {"who": "owner", "of": "errand"},
    {"who": "handler", "of": "errand"},
    {"who": "contact", "of": "job"},
    {"who": "contact", "of": "job", "at": "keeper"},
    {"who": "keeper", "of": "alike"},
    {"who": "contact", "of": "like"},
    {"who": "reporter", "of": "alike"},
    {"who": "handler", "of": "like"},
    {"who": "handler", "of": "whole"},
    {"who": "contact", "of": "whole"},
    {"who": {"who": "contact", "at": "keeper"}, "of": "whole"},
    {"who": "contact", "except": "keeper"},
    {"who": "anyone", "except": "keeper"},
    {"who": "anyone", "except": ["contact", "anyone"], "when": {"severity": "high"}},
    {"who": {"who": "anyone", "except": "contact"}, "except": "boss"},
    {"who": ["contact", {"who": "anyone", "except": "contact"}], "except": "keeper"},
    {"who": [{"who": "anyone", "except": ["contact", "boss"]}, {"who": "anyone", "except": "boss"}], "except": "desk"},
    {"who": ["contact", "boss"], "except": ["anyone", "keeper"]},
    {"who": ["contact", "boss"], "except": {"first": ["anyone", "keeper"]}},
    {"who": ["contact", "boss"], "except": {"who": "anyone", "except": "keeper"}},
]
ROUTINE = """
parties:
ASKED
  helpers: [warden, contact]
  late_ones: {who: contact, when: {over: slow}}
flows:
  case:
    label: Case
    when: {topic: conduct}
    see: desk
    states: {open: {label: Open}, taken: {label: Taken}, shut: {label: Shut, final: true}}
    transitions:
      SUBMIT
      take: {label: Take, from: open, to: taken, by: [desk, handler], assign: me}
      again: {label: Again, from: taken, to: open, by: [desk, handler], again: [severity], assign: {first: [contact, desk]}}
      join: {label: Join, from: [open, taken], to: same, by: [desk, handler], optional: [like, alike]}
      close: {label: Close, from: [open, taken], to: shut, by: [desk, handler]}
    clocks: {slow: {start: submit, stop: close, runs: 1 day}}
  wish:
    label: Wish
    see: desk
    states: {open: {label: Open}, taken: {label: Taken}, shut: {label: Shut, final: true}}
    transitions:
      SUBMIT
      take: {label: Take, from: open, to: taken, by: [desk, handler], assign: me}
      close: {label: Close, from: [open, taken], to: shut, by: [desk, handler]}
  job:
    label: Job
    part of: [case, wish]
    see: owner
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: begun, by: [desk, handler], fields: [owner], optional: [due_on, note]}
      finish: {label: Finish, from: begun, to: done, by: [owner, desk]}
  errand:
    label: Errand
    part of: case
    see: owner
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      send: {label: Send, from: new, to: begun, by: [desk, handler], fields: [owner], optional: [area, severity, like], assign: owner}
      finish: {label: Finish, from: begun, to: done, by: [owner, desk]}
guards:
  is_grave: {needs: {severity: high}, says: It isn't grave.}
fields:
  severity: {choices: {low: Low, high: High}}
  topic: {label: Topic, choices: {conduct: {label: Conduct, choices: {driver: Driver, check: {label: Check, choices: {fine: Fine}}}}, late: Late}}
  kinds: {label: Kinds, many: true, choices: {a_b: One, axb: Another, b: Third}}
  hurt: {label: Hurt, type: tick}
  mark: {label: Mark}
  keeper: {type: person, label: Keeper}
  witnesses: {type: person, many: true, label: Witnesses}
  place_of: {type: unit, label: Another unit}
  elsewhere: {type: unit, many: true, label: Other units}
  amount: {type: number, label: Amount}
  seen_on: {type: date, label: Seen}
  like: {type: case, label: Like}
  alike: {type: case, many: true, label: Alike}
  note: {label: Note}
  owner: {}
  ombudsman: {label: Ombudsman, of: unit, choices: {red_office: The red office, blue_office: {label: The blue office, choices: {blue_desk: Its desk}}}}
  standby: {label: Standby, of: unit, choices: {night: Night, day: Day}, default: day}
"""
ROUTINE = ROUTINE.replace("SUBMIT", SUBMIT).replace(
    "ASKED", "\n".join(f"  asked_{number}: {json.dumps(party)}" for number, party in enumerate(PARTIES))
)
HERE = (
    DATA.replace("answer_within: 2 days", "ombudsman: red_office, standby: night")
    .replace("kind: faculty, under: top}\nareas", "kind: faculty, under: top, ombudsman: blue_desk}\nareas")
    .replace("  - {person: bill", "  - {person: olga, role: warden, unit: blue, area: teaching}\n  - {person: bill")
)
VISITOR = None


def ids(written):
    """Name a test by what it asks."""
    return json.dumps(written)


def fill(town):
    """Make cases with every answer and with none, in every state, with parts, joined to one another; nobody has one."""
    pick, chance = town.people, Random(5)  # noqa: S311 - a draw, not a secret
    several = [None, [pick["rita"], pick["bill"]], [pick["olga"]], [pick["stig"], pick["lena"], pick["dora"]]]
    offered = {
        "unit": ["red", "red_lab", "blue", "top", None],
        "area": ["teaching", "safety"],
        "topic": ["conduct", "driver", "check", "fine", "late", None],
        "severity": ["low", "high", None],
        "kinds": [None, ["a_b"], ["axb"], ["b", "a_b"], ["axb", "b"]],
        "hurt": [True, None],
        "mark": ["ticked", "true", None],
        "keeper": [None, *(pick[each] for each in ("rita", "olga", "lena", "bess"))],
        "witnesses": several,
        "place_of": [None, "red", "red_lab", "blue"],
        "elsewhere": [None, ["blue"], ["red", "top"]],
        "amount": [None, "2", "2.5"],
        "seen_on": [None, "2026-02-28"],
        "reporter": [None, pick["stig"], pick["bess"]],
    }
    made = []
    for number in range(30):
        answers = {name: chance.choice(values) for name, values in offered.items()}
        case = town.report(chance.choice(["stig", "bill"]), **answers)
        made.append(case)
        _move(town, case, made, number, chance)
    made[-1].handler, made[-2].title = None, ""
    made[-3].answers = {**made[-3].answers, "mark": "two words"}
    town.session.commit()


def _move(town, case, made, number, chance):
    pick = town.people
    others = [each for each in made if each is not case]
    if case.flow == "case" and others and number % 3:
        alike = chance.sample(others, min(2, len(others)))
        like = chance.choice(others).number if number % 4 else None
        town.do(case, "dora", "join", like=like, alike=[each.number for each in alike])
    for _ in range(number % 3):
        owner = pick[chance.choice(["olga", "wanda", "rita"])]
        job = town.add(case, "dora", owner=owner, due_on="2026-04-01" if number % 2 else None, note="Fix.")
        if chance.random() < 0.5:
            town.do(job, "dirk", "finish")
    if case.flow == "case" and number % 2:
        given = {"area": "safety", "severity": "high"} if number % 4 == 1 else {}
        like = made[0].number if number % 5 == 0 else None
        errand = town.add(case, "dora", "send", "errand", owner=pick["lena"], like=like, **given)
        if chance.random() < 0.5:
            town.do(errand, "lena", "finish")
    moves = [(), ("take",), ("take", "close"), ("close",)]
    moves += [("take", "again"), ("take", "again", "take")] if case.flow == "case" else []
    for move in moves[number % len(moves)]:
        town.do(case, chance.choice(["dora", "dirk"]) if move == "take" else "dora", move)


class Both:
    """The same asked of the database and of each row in hand."""

    def __init__(self, town):
        self.town = town
        self.session, self.context = town.session, town.context
        self.routine, self.organisation = self.context.routine, self.context.organisation
        self.today = self.organisation.worktime.day_of(town.now)
        self.rows = town.subjects()
        self.facts = {row.id: self.context.facts(row) for row in self.rows}
        self._known = {}

    def found(self, predicate):
        """Ids of the rows that the database finds."""
        return set(self.session.scalars(select(Subject.id).where(predicate)))

    def of_flow(self, flow):
        return {row.id for row in self.rows if row.flow == flow}

    def meeting(self, written):
        """Ids of the rows that meet a condition, asked in the one way and in the other."""
        condition = plain.condition(written) if isinstance(written, dict) else written
        held = {key for key, facts in self.facts.items() if holds(condition, facts)}
        return self.found(meeting(condition, self.routine, self.organisation)), held

    def row(self, flow, table=Subject):
        return Row(self.routine, self.routine.flows[flow], table)

    def members(self, who, **options):
        person = self.town.people[who] if who else None
        return Members(person, self.routine, self.organisation, self.today, **options)

    def party(self, written):
        """Give the party as the routine has it."""
        return self.routine.parties[f"asked_{PARTIES.index(written)}"]

    def in_party(self, written, who, flow):
        """Ids of the flow's rows in whose party somebody is, asked in the one way and in the other."""
        listed = self.found(self.members(who).of(self.party(written), self.row(flow)))
        return listed & self.of_flow(flow), self.said_in(written, who, flow)

    def said_in(self, written, who, flow):
        """Ids of the flow's rows in whose party somebody is, looked up row by row."""
        person = self.town.people[who] if who else None
        return {key for key in self.of_flow(flow) if self._includes(written, key, person)}

    def somebody_in(self, written, flow):
        """Ids of the flow's rows whose party isn't empty, asked in the one way and in the other."""
        there, somebody = self.of_flow(flow), self.members(VISITOR, anybody=True)
        said = {key for key in there if self._looked_up(ids(written), key, None)}
        return self.found(somebody.of(self.party(written), self.row(flow))) & there, said

    def _looked_up(self, asked, key, me):
        """Whoever is in the party for the row; looked up once, unless it hangs on who asks."""
        if (asked, key, me) not in self._known:
            self._known[asked, key, me] = Lookup(self.facts[key], me).find(self.party(json.loads(asked)))
        return self._known[asked, key, me]

    def _includes(self, written, key, person):
        asked = ids(written)
        found = self._looked_up(asked, key, person if '"me"' in asked else None)
        return found.holds(person)

    def joined_in(self, party, who, shut):
        """Ids of cases that join one in whose party somebody is, if that one doesn't shut them out."""
        query, person = self.party(party), self.town.people[who]
        free = query.who == Word("reporter")

        def counts(other):
            barred = exclusion.covers(shut[other.subject.id], person, self.organisation, self.today)
            plain = Lookup(self.context.facts(other.subject), person)
            return plain.includes(query.who, person) and (free or not barred)

        return {key for key in self.of_flow("case") if any(map(counts, self.facts[key].parts(query.of)))}
