"""How long a dry run takes, by the number of open cases and by what the draft does to them.

    python -m bench.dry_run                 # 5,000 and 50,000 open cases on SQLite
    python -m bench.dry_run --cases 400

Each line: what the draft does, open cases, seconds, microseconds a case, and the ratio to reading the same rows with
plain SQL in the same run. The parts are the product's own; nothing is left out but the web page around it.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from app.change import drafts, dryrun, editing
from app.change.changes import Change
from bench.crowd import Crowd, seed
from model import Assignment, Draft, Role

RAW = (
    "SELECT * FROM subject s WHERE s.kind = 'case' AND NOT s.finished",
    "SELECT p.* FROM subject p JOIN subject s ON s.id = p.whole_id WHERE NOT s.finished",
    "SELECT c.* FROM clock c JOIN subject s ON s.id = c.subject_id WHERE NOT s.finished",
)
ROUNDS = 3


def worded(draft: Draft, _session: Session) -> None:
    """Change a label: no case notices."""
    draft.text = draft.text.replace("en: In progress", "en: Being dealt with", 1)


def renamed(draft: Draft, _session: Session) -> None:
    """Rename a state as the studio does: the cases in it move."""
    draft.text = editing.rename_state(draft.text, "case", "in_progress", "being_handled", ("in_progress",))


def rewritten(draft: Draft, _session: Session) -> None:
    """Rename the state and its deadline: every case in it has its clock stopped and another one started."""
    draft.text = draft.text.replace("in_progress", "being_handled") + "migrate: {case: {in_progress: being_handled}}\n"


def guarded(draft: Draft, _session: Session) -> None:
    """Ask for one thing more before a case is closed, and move every case to the new edition."""
    asked = "{every: action, state: final}"
    draft.text = draft.text.replace(f"needs: {asked}", f"needs: {{all: [{asked}, {{done: consult}}]}}", 1)
    draft.text += "migrate: {case: {}}\n"


def replaced(draft: Draft, session: Session) -> None:
    """Give one seat of the intake to somebody else: what waits there changes hands."""
    seat = session.scalars(select(Assignment).join(Role).where(Role.name == "intake")).first()
    other = session.scalars(select(Assignment.person_id).join(Role).where(Role.name == "dean")).first()
    drafts.put(draft, Change("assignment", str(seat.id), "change", {"person": other}), None, datetime.now(UTC))


DRAFTS: dict[str, Callable[[Draft, Session], None]] = {
    "a label": worded,
    "a state renamed": renamed,
    "a deadline replaced": rewritten,
    "a requirement added": guarded,
    "another receiver": replaced,
}


def raw(engine) -> float:
    """Seconds that plain SQL takes to read what a dry run reads."""
    began = perf_counter()
    with engine.connect() as connection:
        for query in RAW:
            for _ in connection.execute(text(query)):
                pass
    return perf_counter() - began


def tried(engine, change: Callable[[Draft, Session], None]) -> tuple[float, dict]:
    """Seconds of one dry run from pressing the button to its result, and the result."""
    with Session(engine) as session:
        now = datetime.now(UTC)
        draft = drafts.start(session, None, now)
        change(draft, session)
        draft.revision += 1
        session.commit()
        began = perf_counter()
        run = dryrun.begin(session, draft, now)
        session.commit()
        dryrun.perform(session, run, now, session.commit)
        session.commit()
        seconds, result = perf_counter() - began, run.result
        drafts.discard(draft, None, now)
        session.commit()
        return seconds, result


def measure(engine, name: str) -> None:
    """Print one line, the median of some rounds."""
    plain, found = [], []
    for _ in range(ROUNDS):
        plain.append(raw(engine))
        found.append(tried(engine, DRAFTS[name]))
    seconds, result = statistics.median(each for each, _ in found), found[0][1]
    if "counts" not in result:
        wrong = [each for each in result["faults"] if not each[3]]
        raise SystemExit(f"{name}: the draft has faults: {wrong}")
    spread = max(each for each, _ in found) - min(each for each, _ in found)
    counts = ", ".join(f"{count} {what}" for what, count in result["counts"].items() if count)
    ratio = seconds / statistics.median(plain)
    each = 1e6 * seconds / result["open"]
    speed = f"{seconds:6.2f} s ±{spread / 2:.2f} {each:5.0f} µs/case {ratio:5.1f}x raw"
    print(f"{name:20} {result['open']:7} {speed}  {counts}", flush=True)


def main() -> None:
    """Seed, grow and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, nargs="+", default=[5000, 50000])
    parser.add_argument("--draft", choices=DRAFTS, nargs="+", default=list(DRAFTS))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(seed(Path(folder)))
        crowd = Crowd(engine)
        for count in asked.cases:
            crowd.grow(count)
            crowd = Crowd(engine)
            for name in asked.draft:
                measure(engine, name)


if __name__ == "__main__":
    main()
