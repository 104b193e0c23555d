"""Field by field: each text has a word of its own, which stands where the table lets it, and nowhere else."""

import io
import re
import zipfile

from tests.matrix.declared import ROUTINE, readers
from tests.matrix.table import is_to_case
from tests.matrix.world import CASE_STATES, OWNERS, PEOPLE, mark

FIELDS = """
             handler owner reporter recipient
title        yes     no    yes      no
description  yes     no    yes      no
course       yes     no    yes      no
comment      yes     no    no       no
question     yes     no    yes      no
reply        yes     no    yes      no
message      yes     no    no       yes
reason       yes     no    yes      no
summary      yes     no    yes      no
task         yes     yes   no       no
doubt        yes     yes   no       no
result       yes     yes   no       no
filename     yes     no    no       no
lettertitle  yes     no    yes      no
"""
"""Who reads what of a case: `question` and `reply` are its conversation, `task`, `doubt` and `result` an action's texts.

`owner` has an action in the case, and reads that action's texts; a `recipient` was informed by mail, and has the mail.
Everybody else reads nothing. Who reported stands nowhere: the handler looks it up, and the journal says so.
"""
CALLED = {"question": "conversation", "reply": "conversation"}
KINDS = ("quality", "other")
MARK = re.compile(r"zq([a-z]+)zz([a-z]+)zz([a-z]+)zq")
NAMES = re.compile(r"student\.idi|Student IDI")
COLUMNS = "&".join(f"columns={name}" for name in ROUTINE["fields"] if ROUTINE["fields"][name].get("type") != "file")
ALL = f"tab=all&size=100&{COLUMNS}&columns=comment&columns=description"
LISTS = (
    f"/cases/?{ALL}",
    f"/cases/export/csv?{ALL}",
    f"/cases/export/xlsx?{ALL}",
    "/api/v1/cases?tab=all&size=100",
    f"/actions/?{ALL}",
    f"/actions/export/csv?{ALL}",
    f"/actions/export/xlsx?{ALL}",
    "/api/v1/actions?tab=all&size=100",
    "/reports/by_unit",
    "/reports/by_unit/csv",
    "/my/",
    "/my/data.zip",
    "/home/",
    "/",
)
MAILED = {"reason": "student", "message": "dean"}
"""The texts that stand in mails, and to whom; anybody else's mails have none."""


def table():
    head, *lines = [line.split() for line in FIELDS.strip().splitlines()]
    return {name: dict(zip(head, cells, strict=True)) for name, *cells in lines}


TABLE = table()


def plain(state):
    return state.replace("_", "")


def text_of(page):
    """A page's words, as the reader has them: an archive or a workbook is unpacked."""
    data = page.get_data()
    if data[:2] != b"PK":
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return "".join(packed.read(each).decode("utf-8", "replace") for each in packed.namelist())


def relation(who, kind, state):
    """What somebody is to the case of that kind whose texts have words of their own."""
    if who == OWNERS[kind] and state in ("in_progress", "closed"):
        return "owner"
    if who == "dean" and state not in {"received", "rejected"}:
        return "recipient"
    return is_to_case(who, kind, state)


def allowed(who):
    """The words that somebody may read, by the table: (field, kind, state)."""
    places = [(kind, state) for kind in KINDS for state in CASE_STATES]
    return {
        (field, kind, plain(state))
        for kind, state in places
        for field, cells in TABLE.items()
        if cells.get(relation(who, kind, state)) == "yes"
    }


def there(world):
    """Every word that the database holds."""
    return set(MARK.findall(world.kept))


def cases_of(world):
    """Numbers of the cases and of the actions that have words of their own."""
    keys = [key for key in world.numbers if "marked" in key] + [(kind, "in_progress") for kind in KINDS]
    actions = [world.numbers[key] for key in keys if "action" in key]
    return [world.numbers[key] for key in keys if "action" not in key], actions


def surfaces(world, who):
    """Every page and file on which somebody could read of a case."""
    cases, actions = cases_of(world)
    yield from LISTS
    for number in cases:
        yield from (f"/cases/{number}", f"/api/v1/cases/{number}", f"/cases/{number}/note", f"/cases/{number}/close")
        yield from (f"/cases/{number}/remove-words",)
        if who == "visitor":
            yield from (f"/follow/{world.token_of(number)}", f"/receipt/{world.token_of(number)}")
    for number in actions:
        yield from (f"/actions/{number}", f"/api/v1/actions/{number}", f"/actions/{number}/reassign")
    if who == "admin":
        yield from ("/studio/", "/studio/operations/", "/studio/history/", "/studio/changes/", "/studio/publish/")


def read(world, who):
    """What somebody finds: word -> where; and where they find who reported."""
    found, named, crossing = {}, [], world(who)
    for path in surfaces(world, who):
        if crossing.get(path) != "ok":
            continue
        text = text_of(crossing.person.page)
        for word in MARK.findall(text):
            found.setdefault(word, set()).add(path)
        if NAMES.search(text) and who != "student":
            named.append(f"{path} tells {who} who reported")
    return found, named


def test_each_field_is_read_by_those_whom_the_table_names_and_by_nobody_else(world):
    wrong, words = [], there(world)
    assert {field for field, _, _ in words} >= set(TABLE)
    for who in PEOPLE:
        # Whoever holds the follow link is the reporter; this visitor holds all of them.
        may = allowed("student" if who == "visitor" else who) & words
        found, named = read(world, who)
        wrong += named
        wrong += [f"{who} reads {word} at {found[word]}" for word in sorted(set(found) - may) if word[0] in TABLE]
        wrong += [f"{who} finds {word} nowhere" for word in sorted(may - set(found))]
    assert not wrong, "\n".join(wrong)
    assert not world.changed()


def test_the_table_says_what_the_routine_says(world):
    for field, cells in TABLE.items():
        declared = readers(CALLED.get(field, field))
        if declared is not None:
            granted = {name for name, cell in cells.items() if cell == "yes"}
            assert granted == {each.removesuffix("s") for each in declared}, field
    assert {name for name in ROUTINE["fields"] if readers(name)} == {
        "reporter",
        *(CALLED.get(field, field) for field in TABLE if readers(CALLED.get(field, field))),
    }, "a field with a `see` of its own needs a row"


def test_no_mail_tells_more_than_its_receiver_may_read(world):
    query = "SELECT p.name, m.subject || m.body AS text FROM outgoing_mail m JOIN person p ON p.id = m.receiver_id"
    told = {(word[0], row["name"]) for row in world.rows(query) for word in MARK.findall(row["text"])}
    assert told == {(field, PEOPLE[who]) for field, who in MAILED.items()}
    assert not [row for row in world.rows(query) if NAMES.search(row["text"])]


def test_a_search_finds_by_no_word_that_its_reader_may_not_read(world):
    kept = ("title", "description", "course", "comment", "reply", "message", "reason", "summary")
    for who in ("desk", "quality", "other", "owner", "dean", "admin"):
        crossing, may = world(who), allowed(who)
        for field in (*kept, "question", "task", "doubt", "result"):
            state = {"reason": "rejected", "summary": "closed"}.get(field, "in_progress")
            place, key = ("actions", ("action",)) if field in ("task", "doubt", "result") else ("cases", ())
            assert crossing.get(f"/api/v1/{place}?tab=all&q={mark(field, 'quality', state)}") == "ok"
            found = {row["number"] for row in crossing.person.page.json["rows"]}
            readable = (field, "quality", plain(state)) in may and relation(who, "quality", state) != "recipient"
            number = world.numbers[("quality", *key, "marked", state)]
            if field in kept:
                assert found == ({number} if readable else set()), (who, field)
            else:
                assert found <= ({number} if readable else set()), (who, field)


def test_who_reported_is_told_to_the_handler_alone_and_the_look_is_noted(world):
    number = world.numbers["quality", "marked", "in_progress"]
    for who in ("desk", "other", "hse", "owner", "dean", "admin"):
        assert world(who).post(f"/cases/{number}/reporter") == "none"
        assert not NAMES.search(world(who).person.text)
    assert not world.changed()
    quality = world("quality")
    assert quality.post(f"/cases/{number}/reporter") == "ok"
    assert NAMES.search(quality.person.text)
    assert quality.journal(number)[-1] == ("looked_up", quality.people["quality_ie"])
