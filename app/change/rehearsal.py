"""The whole rehearsal of a draft: every open case tried, last year's replayed, and the scenarios played."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from app.change import drafts, dryrun
from app.change.changes import CannotApply
from app.change.replay import replay
from app.change.scenarios import CannotPlay, editions, play
from app.change.whatif import WhatIf, what_if
from model import Draft, DryRun, LastCheck

SCENARIOS = "scenarios"
Results = list[list[Any]]
"""Name of each scenario, and what went wrong."""


def rehearse(session: Session, run: DryRun, now: datetime, progress: dryrun.Progress = lambda: None) -> None:
    """Perform the run, replay last year's cases, play the draft's scenarios; `progress` is called now and then.

    The run has been committed, as `dryrun.perform` wants it; nothing is written before that has begun.
    """
    draft = session.get_one(Draft, run.draft_id)
    then = _then(session, draft, now)
    more: dict[str, Any] = {}
    if then is not None and not then.errors:
        more["scenarios"] = _played(session, draft, then) if draft.scenarios.strip() else []
        progress()
        more["replay"] = replay(session, dryrun.trial_of(session, then, now), now)
        progress()
    dryrun.perform(session, run, now, progress)
    if then is not None and more:
        run.result = {**run.result, **more}
        session.merge(LastCheck(name=SCENARIOS, at=now, result={_digest(draft, then): more["scenarios"]}))


def _then(session: Session, draft: Draft, now: datetime) -> WhatIf | None:
    try:
        return what_if(session, now, changes=drafts.changes_of(draft), text=draft.text)
    except CannotApply:
        return None  # the run tells it


def _digest(draft: Draft, then: WhatIf) -> str:
    return sha256(f"{draft.text}\0{then.data}\0{draft.scenarios}".encode()).hexdigest()


def _played(session: Session, draft: Draft, then: WhatIf) -> Results:
    """Play the scenarios, unless just these were played last."""
    known, digest = session.get(LastCheck, SCENARIOS), _digest(draft, then)
    if known is not None and digest in known.result:
        return list(known.result[digest])
    try:
        return [
            [each.name, list(each.faults)] for each in play(draft.text, then.data, draft.scenarios, editions(session))
        ]
    except CannotPlay as cannot:
        return [[SCENARIOS, [str(cannot)]]]
