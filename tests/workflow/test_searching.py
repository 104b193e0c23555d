"""Searching by the index: what is found is the same whatever way it is found, on both databases, and never by luck."""

import re

import pytest
from sqlalchemy import event, select, text

from app.scope import search
from app.workflow import finding
from app.workflow.redacting import redact
from model import Case, Part, Subject, searching

ROUTINE = """
    flows:
      case:
        label: Case
        see: [contact, boss, {who: warden, only: [number, title]}]
        states: {open: {label: Open}, shut: {label: Shut, final: true}}
        transitions:
          submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [unit, secret, where, notes], assign: desk}
          name: {label: Name, from: open, to: same, by: desk, fields: [title]}
          wipe: {label: Wipe, from: open, to: same, by: desk, forget: [description, secret]}
          end: {label: End, from: open, to: shut, by: desk}
      job:
        label: Job
        part of: case
        see: [contact]
        states: {todo: {label: To do}, done: {label: Done, final: true}}
        transitions:
          add: {label: Add, from: new, to: todo, by: desk, fields: [title]}
          finish: {label: Finish, from: todo, to: done, by: desk}
    fields:
      secret: {label: Secret, see: desk}
      where: {label: Where, type: place}
      notes: {label: Notes, many: true}
    """
WAYS = ("by its index", "on the way through the list")
READS_ALL = re.compile(r"Seq Scan on subject\b|^SCAN subject(?!_search VIRTUAL)")
BY_INDEX = re.compile(rf"{searching.INDEX}|^SCAN {searching.TABLE} VIRTUAL")
SIGN = "🜁"
"""Stands in no other piece, so that its bytes tell whether the index has it."""


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE)


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    """Rare words are found by the index, others on the way: here all of them one way."""
    monkeypatch.setattr(search, "SHARE", 1_000_000 if request.param == WAYS[0] else 0)
    return request.param


def found(town, words, who="dora", table=Case):
    context = town.context
    viewer = context.viewer(town.people[who])
    clause = finding.searched(context, viewer, table, words)
    return set(town.session.scalars(select(table.number).where(finding.rows(viewer, table), clause)))


THERE = [
    *(
        "vakt",
        "EKSAMENSVAKT",
        "mensva",
        "åpen Østre",
        "ÅPEN øStRe",
        "wc pc",
        "v",
        "æ",
        "æt",
        "æTT",
        "ærtesuppe",
        "sal B12",
    ),
    *("b12", "2026-0001", "6-0001", "100%", "C:\\ny", "\\ny", 'sa"nei', "gul rød", "rø", "vakt wc 100% rød gul b12"),
]
NOT_THERE = ["apen", "ct", "kt", "vakt borte", "10_%", "2026-0009", "mensvakta!", "æætt", "12"]
COMMANDS = [
    *(
        '"',
        "AND",
        "*",
        "NEAR(",
        "a:",
        "words:vakt",
        '"vakt',
        "vakt*",
        "^v",
        "NOT x",
        "(",
        "-",
        "' OR 1=1 --",
        "[ab]",
        "]",
        "^",
    ),
]


def test_every_word_stands_somewhere_in_what_one_may_read(town, way):
    town.report(
        area="safety",
        description='Eksamensvakta i åpen sal, ØSTRE fløy.\nwc og\tPC: 100% tett, C:\\ny, Per sa"nei". ÆTT og ærtesuppe',
        where="B12",
        notes=["Ny ventil", "gul"],
        secret="rød",
    )
    town.report(description="Noe annet.")
    assert [words for words in THERE if found(town, words) != {"2026-0001"}] == [], way
    assert [words for words in NOT_THERE if found(town, words)] == [], way
    assert [words for words in THERE if found(town, words, "olga")] == []


def test_f35_no_word_is_a_command(town, way):
    town.report(description="Eksamensvakt")
    assert [words for words in COMMANDS if found(town, words)] == [], way
    for words in COMMANDS:
        other = town.report(description=f"Her sier noen {words}")
        assert other.number in found(town, words), (way, words)


def test_f4_what_is_found_follows_the_field_that_one_may_read(town, way):
    town.report(area="safety", description="Hemmelig ventil", secret="nøkkelhull")
    town.do(town.session.scalars(select(Case)).one(), "dora", "name", title="Overskrift")
    seen = {
        who: [bool(found(town, w, who)) for w in ("nøkkelhull", "ventil", "overskrift", "2026-0001")]
        for who in ("dora", "bess", "wanda", "olga")
    }
    assert seen == {
        "dora": [True, True, True, True],
        "bess": [False, True, True, True],
        "wanda": [False, False, True, True],
        "olga": [False, False, False, False],
    }


def test_a_part_is_found_by_its_own_words_and_those_it_has_from_its_whole(town, way):
    case = town.report(area="safety", description="Ventilen lekker", secret="nøkkelhull")
    part = town.add(case, "dora", title="Bytt pakning")
    other = town.add(town.report(description="Noe annet"), "dora", title="Bytt lås")
    assert found(town, "pakning", table=Part) == {part.number}
    assert found(town, "bytt", table=Part) == {part.number, other.number}
    assert found(town, "bytt ventilen", table=Part) == {part.number}, "one word each"
    assert found(town, "bytt nøkkelhull", table=Part) == set(), "what else the whole has is looked for there"
    assert found(town, "pakning") == set()


def test_what_is_changed_is_found_by_what_it_says_now(town, way):
    case = town.report(description="Ventilen lekker")
    town.do(case, "dora", "name", title="Pakning")
    assert found(town, "pakning") == found(town, "ventilen") == {case.number}
    town.do(case, "dora", "name", title="Lås")
    assert (found(town, "pakning"), found(town, "lås"), found(town, "lå")) == (set(), {case.number}, {case.number})


def raw(town):
    """What the index itself has, byte for byte; on PostgreSQL only whether it leads to a row."""
    if town.database.dialect.name == "sqlite":
        blocks = town.session.scalars(text("SELECT block FROM subject_search_data"))
        return SIGN.encode() in b"".join(blocks)
    town.session.execute(text("SET LOCAL enable_seqscan = off"))
    words = f"{searching.FUNCTION}({', '.join(searching.COLUMNS)})"
    has = text(f"{words} ILIKE '%{SIGN}%'")
    return town.session.scalar(select(Subject.id).where(has)) is not None


@pytest.mark.parametrize("gone", ["redacted", "forgotten"])
def test_f62_what_is_taken_out_is_gone_from_the_index_itself(town, gone):
    for nth in range(30):
        town.report(description=f"Sak {nth} om noe helt annet")
    case = town.report(description=f"Navnet er hem{SIGN}elig.", secret=f"og a{SIGN}b")
    assert raw(town)
    if gone == "redacted":
        redact(town.context, case, [f"hem{SIGN}elig", f"a{SIGN}b"], actor=town.actor("dora"), version=None)
        town.session.commit()
    else:
        town.do(case, "dora", "wipe")
    assert not raw(town)
    assert found(town, "annet", "dora") != set()


def plan(town, words, table=Case):
    """How the database finds the first page of a list."""
    context, sent = town.context, []
    clause = finding.searched(context, context.viewer(town.people["dora"]), table, words)
    rows = finding.rows(context.viewer(town.people["dora"]), table)
    connection = town.session.connection()

    def keep(_connection, _cursor, *given):
        sent.append(given[:2])

    event.listen(connection, "before_cursor_execute", keep)
    connection.execute(select(table.id).where(rows, clause).order_by(table.due_at, table.id).limit(26))
    explain = "EXPLAIN QUERY PLAN " if town.database.dialect.name == "sqlite" else "EXPLAIN "
    return [row[-1] for row in connection.exec_driver_sql(explain + sent[0][0], sent[0][1])]


def crowd(town, *rows):
    """Many more like these, with other words."""
    own = {"id", "number", "title", "description", "submit_key", "follow_hash", "code_hash"}
    names = ", ".join(each.name for each in Subject.__table__.columns if each.name not in own)
    many = "WITH RECURSIVE seq(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n < 3000)"
    words = "CAST(id AS text) || '-' || n, 'Noe ' || n, 'Noe annet'"
    copied = f"INSERT INTO subject (number, title, description, {names}) {many} SELECT {words}, {names} "
    for row in rows:
        town.session.execute(text(f"{copied} FROM seq, subject WHERE id = :id"), {"id": row.id})
    if town.database.dialect.name == "postgresql":  # as its own sweeper does, in a while
        town.session.execute(text("SELECT gin_clean_pending_list(:index)"), {"index": searching.INDEX})
    town.session.execute(text("ANALYZE subject"))
    town.session.commit()


@pytest.mark.parametrize("table", [Case, Part])
def test_no_search_reads_every_case(town, table):
    case = town.report(description="Pakning på lås")
    crowd(town, case, town.add(case, "dora", title="Pakning på lås"))
    for words in ("pakning", "pakning noe", "xylofon", "på"):
        lines = plan(town, words, table)
        assert [line for line in lines if READS_ALL.search(line)] == [], words
        assert any(BY_INDEX.search(line) for line in lines), (words, lines)
    assert not any(BY_INDEX.search(line) for line in plan(town, "annet", table)), "what every case has is soon met"


def test_a_piece_that_every_case_has_is_not_gone_through_beside_a_rare_one(settle):
    town = settle(ROUTINE)
    case = town.report(description="Pakning")
    crowd(town, case)
    known = {"annpak": "pak", "pakann": "pak", "annet": None, "pakning": "pak nin ing"}
    for words, pieces in known.items():
        found(town, words)
        [asked] = [*search.narrowing(town.session, [words], wholes=False)] or [None]
        told = str(asked.compile(compile_kwargs={"literal_binds": True})) if asked is not None else ""
        assert [*re.findall(r'"([^"]{3})"', told)] == (pieces or "").split(), words


def test_whether_a_word_is_rare_is_asked_once_in_a_while(settle):
    town, sent = settle(ROUTINE), []
    town.report(description="Ventil")
    assert found(town, "ventil") == {"2026-0001"}
    context = town.context
    event.listen(town.database, "before_cursor_execute", lambda *given: sent.append(given[2]))
    finding.searched(context, context.viewer(town.people["dora"]), Case, "ventil")
    assert sent == []
    finding.searched(context, context.viewer(town.people["dora"]), Case, "kran")
    assert len(sent) == 4, "for each piece of it how many rows there are, and how many have it"


def test_no_more_is_remembered_than_so_many_searches(settle, monkeypatch):
    monkeypatch.setattr(search, "MOST_KNOWN", 2)
    town, sent = settle(ROUTINE), []
    town.report(description="Ventil")
    context = town.context
    viewer = context.viewer(town.people["dora"])
    for words in ("ventil", "kran", "pumpe"):
        finding.searched(context, viewer, Case, words)
    event.listen(town.database, "before_cursor_execute", lambda *given: sent.append(given[2]))
    finding.searched(context, viewer, Case, "pumpe")
    assert sent == []
    finding.searched(context, viewer, Case, "ventil")
    assert len(sent) == 4
