"""A scenario's step that publishes: a draft is tried, goes through the gate and brings open cases along, as ever."""

from __future__ import annotations

from collections.abc import Callable

from app.change import drafts, dryrun
from app.change.importing import import_data
from app.change.migrations import advance
from app.change.publish import NotYet, publish
from app.change.stage import Play, bump
from app.language.data import load_data

MIGRATE = "migrate"
"""What scenarios call the hindrance that nothing is said of open cases, or not enough."""


def release(play: Play, file: str, is_workflow: Callable[[str], bool]) -> list[str]:
    """Publish a file; give the names of what refused it."""
    text = play.files[file]
    return _edition(play, text) if is_workflow(text) else _organisation(play, text)


def _organisation(play: Play, text: str) -> list[str]:
    data = load_data(text, routine=play.context.routine).data
    if data is None:
        return ["faults"]
    import_data(play.session, data)
    bump(play.session)
    play.keep()
    return []


def _edition(play: Play, text: str) -> list[str]:
    session = play.session
    draft = drafts.start(session, None, play.now)
    drafts.write(draft, None, play.now, text=text, scenarios="")
    play.keep()
    run = dryrun.begin(session, draft, play.now)
    play.keep()
    dryrun.perform(session, run, play.now)
    play.keep()
    try:
        publish(session, draft, None, play.now, reason="a scenario", override="a scenario")
    except NotYet as refused:
        session.rollback()
        drafts.discard(draft, None, play.now)
        play.keep()
        names = [each.name for each in refused.hindrances]
        return [MIGRATE] if "mapping" in names else names
    bump(session)
    play.keep()
    while advance(session, play.now):
        play.keep()
    play.keep()
    return []
