"""The benchmark itself on a few cases, so that it goes on working: the data set, the servers, the checks, the table."""

import json
import os
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from app.workflow import prints
from app.workflow.context import Context
from bench import throughput
from bench.data import facts, own, seeded
from bench.data.filled import copies
from bench.figures import quartiles, ratio
from bench.own import Own
from bench.plans import faults, faults_on_postgresql
from bench.products import PEERS_BIN, Bare, Builder, Django, FlaskAdmin, TunedDjango, installed
from bench.profiled import within
from bench.rounds import measure
from bench.run import Plan, expected_of, run, started
from bench.running import Running
from bench.work import WORKS
from model import Case, JournalEntry

CASES = 200
PEERS = (Bare, FlaskAdmin, Builder, Django, TunedDjango)
BY_HAND = {"W3", "W3 far", "W4", "W5", "W1", "W2", "W7", "search"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def figures(folder, told):
    peers = [each.key for each in PEERS] if PEERS_BIN.exists() else ["bare"]
    asked = {"rounds": 2, "times": 2, "products": ("own", *peers), "starts": 0, "inside": False}
    file = run(Plan("200", CASES, folder=folder, results=folder / "results", **asked), told.append)
    return json.loads(file.with_suffix(".json").read_text()) | {"table": file.read_text()}


@pytest.fixture(scope="module")
def session(folder, figures):
    engine = create_engine(f"sqlite:///{folder / f'sqlite-{CASES}-own.db'}")
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture(scope="module")
def places(session):
    return seeded.places(session)


def test_every_product_does_every_work_rightly(figures, told):
    assert set(figures["works"]) == BY_HAND == {work.short for work in WORKS}
    for short, work in figures["works"].items():
        for key, found in work["products"].items():
            assert "fault" not in found, (short, key, found)
            assert [len(waits) for waits in found["waits_ms"]] in ([2, 2], [1, 1])
            assert all(cpu > 0 for cpu in found["cpu_ms"])
            assert figures["queries"][key][short] > 0
    assert set(figures["works"]["W3"]["products"]) >= {"own", "bare"}


def test_reminders_are_written_once(figures):
    for key, found in figures["reminders"].items():
        assert found["mails"] >= found["actions"] > 0, key


def test_the_table_compares_each_product_with_ours(figures):
    table = figures["table"]
    assert all(f"## {short}:" in table for short in BY_HAND)
    [bare] = [line for line in table.partition("## W4:")[2].partition("##")[0].splitlines() if "bare" in line]
    assert bare.count("x (") == 2


def test_the_same_facts_are_told_each_time(places):
    now = own.moment(datetime.now(UTC))
    first, again = (list(facts.cases(places, CASES, now)) for _ in range(2))
    assert first == again
    probes = first[: facts.probes(CASES)]
    assert {(len(each.events), each.state, each.faculty) for each in probes} == {(20, "at_faculty", places.faculty)}
    assert all(each.events[-1].at <= now for each in first)
    assert [each.submitted_at for each in first] == sorted(each.submitted_at for each in first)


def test_our_rows_are_what_the_product_would_have_written(session, places):
    key = prints.key_of(seeded.SECRET)
    rows = session.scalars(select(JournalEntry).limit(100)).all()
    for row in rows:
        kept = [getattr(row, name) for name in prints.KEPT]
        assert row.digest == prints.digest_of(key, kept, row.mails, row.prints)
        parts = prints.printed(row.answers, row.mails, row.trace, row.actor_id)
        assert row.prints == {name: prints.print_of(row.salts[name], name, value) for name, value in parts.items()}
    context = Context.open(session, datetime.now(UTC))
    cases = session.scalars(select(Case).where(Case.state == "in_progress")).all()
    found = {each.number: context.facts(each) for each in cases}
    routed = {number: context.lookup(of).find(of.flow.transitions["forward"].assign) for number, of in found.items()}
    assert routed
    assert {number: str(each.seats[0]) for number, each in routed.items()} == {
        each.number: each.handler for each in cases
    }


def test_a_ratio_is_of_rounds_side_by_side():
    found = ratio([1.0, 2.0, 4.0], [2.0, 4.0, 8.0])
    assert (found.value, found.low, found.high) == (2.0, 2.0, 2.0)
    assert quartiles([1, 2, 3, 4, 5]) == (2, 3, 4)


class Elsewhere(Bare):
    """Shows other cases than it is asked for."""

    def list(self, page):
        return f"/cases?state=rejected&page={page}"


def test_a_wrong_answer_is_told_and_not_measured(folder, figures, told):
    with copies("", CASES, folder) as data:
        running = Running(Elsewhere(data, expected_of(data)))
        try:
            found = measure([running], WORKS[0], 1, 1, told.append)
        finally:
            running.stop()
    assert "page 1 of the list is wrong" in found["bare"].fault
    assert found["bare"].waits == []


def test_the_product_is_measured_as_it_is_installed_while_that_is_up_to_date(tmp_path):
    lock, ready = tmp_path / "requirements.txt", tmp_path / "ready"
    lock.touch()
    assert installed(tmp_path, lock) == Path(sys.executable).parent
    ready.touch()
    assert installed(tmp_path, lock) == tmp_path / "bin"
    os.utime(lock, (ready.stat().st_mtime + 1,) * 2)
    assert installed(tmp_path, lock) == Path(sys.executable).parent


def test_what_goes_through_a_great_table_is_told(folder, figures):
    with within("", str(CASES), folder) as (inside, engine):
        assert list(faults(inside, engine, CASES)) == []
    with within("", str(CASES), folder) as (inside, engine):
        with engine.begin() as connection:
            names = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'subject' AND sql IS NOT NULL"
            for (name,) in connection.exec_driver_sql(names).all():
                connection.exec_driver_sql(f"DROP INDEX {name}")
        found = {each.split(":")[0] for each in faults(inside, engine, CASES)}
    assert {"W3", "W3 far", "W5"} <= found


def test_a_plan_of_postgresql_is_read_to_its_leaves(postgresql_url):
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        look = partial(faults_on_postgresql, connection, "W3")
        assert look("SELECT count(*) FROM subject WHERE title = 'x'", ()) == ["goes through subject"]
        assert look("SELECT * FROM subject WHERE id = 1 ORDER BY title", ()) == []
        everything = "SELECT s.id FROM subject s, generate_series(1, 1000000) n ORDER BY n, s.title"
        assert [each.split()[0] for each in look(everything, ())] == ["sorts", "goes"]
    engine.dispose()


def test_every_server_is_asked_at_each_number_of_connections(folder, figures, monkeypatch, capsys):
    monkeypatch.setattr(throughput, "SECONDS", 0.3)
    with copies("", CASES, folder) as data:
        products = [each(data, expected_of(data)) for each in (Own, Bare)]
        with started(products) as running:
            found = throughput.measured(running, 1)
    assert set(found) == {(page, connections) for page in ("list", "form") for connections in (1, 16)}
    assert all(set(done) == {"own", "bare"} for done in found.values())
    assert all(rate > 0 and cost > 0 for done in found.values() for rounds in done.values() for rate, cost in rounds)
    throughput.tell(found)
    lines = {tuple(line.split(" | ")[:3]) for line in capsys.readouterr().out.splitlines()[2:]}
    assert lines == {(f"| {page}", n, key) for page in ("list", "form") for n in ("1", "16") for key in ("own", "bare")}
