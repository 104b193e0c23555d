from pathlib import Path

import pytest
import yaml

from app.language.data import load_data
from app.language.load import load

BROKEN_WHOLES = yaml.safe_load((Path(__file__).parent / "files" / "broken_wholes.yaml").read_text())


@pytest.mark.parametrize("row", BROKEN_WHOLES, ids=lambda row: repr(row["change"][-1][1])[:60])
def test_a_broken_whole_is_told_at_its_place(complete, broken, row):
    loaded = load(broken(complete, row["change"]), "w")
    assert [str(fault) for fault in loaded.faults] == row["told"]
    assert (loaded.routine is None) == any(not fault.warning for fault in loaded.faults)


@pytest.mark.parametrize(
    "changes",
    [
        [("migrate:\n  case: {at_desk: received}", "migrate:\n  case: {at_desk: waiting}")],
        [
            ("      waiting:  {label: Waiting}", "      waiting:  {label: Waiting}\n      old: {label: Old}"),
            ("{at_desk: received}", "{at_desk: old}"),
            ("from: [received, waiting]", "from: [received, waiting, old]"),
        ],
        [("    when: {not: {area: praise}}\n", "")],
        [("to: back, by: handler}", "to: back, by: auditor}")],
        [("see: [reporter, {who: auditor, only: [number, told]}", "see: [anyone"), ("assign: routing", "assign: desk")],
    ],
)
def test_a_whole_that_is_right_after_all(complete, broken, changes):
    """A state named in migrate, a flow cases go on to, a role that routing may lead to, a public list."""
    assert load(broken(complete, changes)).errors == []


BLIND_AUDITOR = [
    ("{who: auditor, only: [number, told]}, ", ""),
    ("to: back, by: handler}", "to: back, by: auditor}"),
    ("first: [handler, contact]", "first: [handler, desk]"),
]
ROLE_FAULT = (
    'role "auditor" may press "resume" but doesn\'t see the case; '
    'put it in "see" of flow "case" or assign the case to it'
)
CHOOSABLE = ("  seen_on: {label", "  new_handler: {choices: auditor}\n  seen_on: {label")
ANYONE_IN_IT = ("  seen_on: {label", "  new_handler: {help: Who}\n  seen_on: {label")


@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ([("assign: routing", "assign: desk")], False),
        ([("assign: routing", "assign: auditor")], True),
        ([("assign: routing", "assign: {who: auditor, at: within}")], True),
        ([("assign: routing", "assign: {first: [desk, auditor]}")], True),
        ([("assign: routing", "assign: {who: desk, except: auditor}")], False),
        ([("assign: routing", "assign: new_handler"), CHOOSABLE], True),
        ([("assign: routing", "assign: new_handler"), ANYONE_IN_IT], True),
        ([("assign: routing", "assign: {did: resume}")], True),
        ([("assign: routing", "assign: {did: take}")], False),
        ([("assign: routing", "assign: me"), ("to: same, by: handler", "to: same, by: [auditor, handler]")], True),
    ],
)
def test_a_role_sees_the_case_if_it_may_come_to_have_it(complete, broken, changes, seen):
    loaded = load(broken(complete, BLIND_AUDITOR + changes))
    told = [fault.message for fault in loaded.errors]
    assert told == ([] if seen else [ROLE_FAULT])


def test_who_makes_a_case_need_not_see_it(complete, broken):
    made_by = ("from: new, to: thanked, by: anyone", "from: new, to: thanked, by: auditor")
    changes = [("see: reporter\n", "see: dean\n"), made_by, ("assign: routing", "assign: contact")]
    assert load(broken(complete, changes)).errors == []


DATA = """
units:
  top: {label: Top, kind: university}
  north: {label: North, kind: faculty, under: top}
areas: {hse: {label: HSE}, threat: {label: Threats}, praise: {label: Praise}}
roles: {desk: {label: Desk}, contact: {label: Contact}, dean: {label: Dean}, auditor: {label: Auditor}}
people: {ann: {name: Ann, mail: ann@example.org, unit: top}}
assignments:
  - {person: ann, role: desk, unit: top}
  - {person: ann, role: contact, unit: top}
  - {person: ann, role: dean, unit: top}
  - {person: ann, role: auditor, unit: top}
routing: [{to: contact}]
mails:
  receipt: {subject: "{number}", body: "{link}"}
  new_case: {subject: "{number}", body: "{link}"}
  for_the_desk: {subject: "{number}", body: "{link}"}
  opened: {subject: "{number}", body: "{link}"}
  not_ours: {subject: "{number}", body: "{link}"}
"""


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ([], []),
        (
            [("role: dean, unit: top", "role: dean, unit: north")],
            ['w:4:24: warning: nobody holds the role "dean" in "top"'],
        ),
        (
            [(", dean: {label: Dean}", ""), ("  - {person: ann, role: dean, unit: top}\n", "")],
            ['w:4:24: role "dean" is unknown in data; there is auditor, contact, desk'],
        ),
        (
            [("threat: {label: Threats}", "other: {label: Other}")],
            ['w:75:43: unknown choice "threat" of "area"; there is hse, other, praise'],
        ),
        (
            [("[{to: contact}]", "[{to: contact, when: {area: hse}}]")],
            ['w:42:123: warning: routing in data has no last row without "when"; such cases would go to nobody'],
        ),
        (
            [("[{to: contact}]", "[{to: clerk}]")],
            [
                'w:4:1: routing in data leads to "clerk", which is no role here; add it',
                (
                    'w:45:61: role "contact" may press "approve" but doesn\'t see the case; '
                    'put it in "see" of flow "case" or assign the case to it'
                ),
            ],
        ),
        (
            [('  receipt: {subject: "{number}", body: "{link}"}\n', "")],
            ['w:31:28: warning: the mail "receipt" has no text in data; the standard text is sent'],
        ),
        (
            [('  not_ours: {subject: "{number}", body: "{link}"}\n', "")],
            [
                (
                    'w:91:24: warning: the template "not_ours" has no text in data; '
                    "there is for_the_desk, new_case, opened, receipt"
                ),
            ],
        ),
        (
            [('receipt: {subject: "{number}", body: "{link}"}', 'receipt: {subject: "{area}", body: "{grade}"}')],
            ['w:31:28: warning: the mail "receipt" names "grade", which "reporter" may not see'],
        ),
        (
            [('opened: {subject: "{number}", body: "{link}"}', 'opened: {subject: "{area}", body: "{why_not}"}')],
            ['w:47:124: warning: the mail "opened" names "why_not", which "contact" may not see'],
        ),
        (
            [("kind: faculty", "kind: school")],
            ['w:83:38: unknown kind of unit "faculty"; there is north, school, top, university'],
        ),
    ],
)
def test_a_routine_against_its_data(complete, broken, changes, faults):
    data = load_data(broken(DATA, changes)).data
    assert [str(fault) for fault in load(complete, "w", data).faults] == faults


def test_an_area_no_flow_takes(complete, broken):
    text = broken(
        complete,
        [
            ("    when: {not: {area: praise}}", "    when: {area: hse}"),
            ("    label: Praise\n    see", "    label: Praise\n    when: {area: praise}\n    see"),
        ],
    )
    faults = load(text, "w", load_data(DATA).data).faults
    assert [str(fault) for fault in faults] == ['w:10:1: warning: no flow takes the area "threat"']


def chained(section, count, uses):
    """A file in which names of a section use one another, from the first to the last."""
    text = (Path(__file__).parent / "files" / "complete.yaml").read_text()
    if section == "guards":
        rows = [f"  n{i}: {{needs: {{all: [{', '.join([f'n{i + 1}'] * uses)}]}}, says: X}}\n" for i in range(count)]
        rows += [f"  n{count}: {{needs: {{area: hse}}, says: X}}\n"]
        text = text.replace("when: {not: {area: praise}}", "when: {not: n0}")
    else:
        rows = [f"  n{i}: [{', '.join([f'n{i + 1}'] * uses)}]\n" for i in range(count)] + [f"  n{count}: desk\n"]
        text = text.replace("by: dean, again", "by: n0, again")
    return text.replace(f"\n{section}:\n", f"\n{section}:\n{''.join(rows)}")


@pytest.mark.parametrize("section", ["guards", "parties"])
def test_names_may_use_one_another_but_not_without_end(section):
    """However they do it, the file is refused at the lowest name that is too large: no crash, no waiting."""
    assert load(chained(section, 6, 2)).errors == []
    assert load(chained(section, 18, 1)).errors == []
    for count, uses, name in ((60, 2, "n52"), (3000, 1, "n2980")):
        faults = load(chained(section, count, uses)).errors
        assert [fault.message.split('"')[1] for fault in faults] == [name]
        assert "is too large with the names in it written out" in faults[0].message
