"""`flask workflow publish` and `flask workflow diff`: what the studio's publishing page does, from a shell."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.change import drafts, dryrun, publish
from app.change.rehearsal import rehearse
from app.change.trial import OUTCOMES
from app.cli.workflow import READERS, read_text, routine_of, spoken
from app.i18n import force_locale, gettext
from app.language.definition import Routine
from app.language.load import load
from app.routing import organisation
from app.studio.publish_gate import checks
from app.studio.publish_page import fault_in_words
from app.studio.publish_words import tiles
from app.telling.difference import compare
from app.telling.names import Names
from app.telling.sentences import sentences
from app.web.database import db
from app.web.roles import allow_moves
from model import Draft, DryRun, WorkflowEdition

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
LANGUAGE = click.option("--language", envvar=READERS, default="en", help="Language of what is told: nb, nn or en.")


@click.command("publish")
@click.argument("file", type=FILE)
@click.option("--reason", required=True, help="Why it is published; it stands in the list of editions.")
@click.option("--override", default="", help="Why it is published although scenarios fail.")
@click.option("--try", "only_try", is_flag=True, help="Tell what it would do, and publish nothing.")
@LANGUAGE
@with_appcontext
def publish_file(file: Path, reason: str, override: str, language: str, *, only_try: bool) -> None:
    """Try FILE on every open case, tell what would happen, and publish it where nothing stands in the way."""
    session, now = db.session(), datetime.now(UTC)
    with force_locale(spoken(language)):
        draft = _drafted(session, file, now)
        run = dryrun.begin(session, draft, now)
        session.commit()
        rehearse(session, run, now, session.commit)
        session.commit()
        _tell(run)
        ready = _is_ready(session, draft, run, override)
        if not ready or only_try:
            _put_away(session, draft, wanted=ready)
            raise SystemExit(0 if ready else 1)
        _publish(session, draft, reason, override)


def _drafted(session: Session, file: Path, now: datetime) -> Draft:
    """Make a draft of the file; one that somebody works on is never touched."""
    if drafts.open_draft(session) is not None:
        raise click.ClickException(gettext("There is a draft already. Publish it or discard it first."))
    text = read_text(file)
    draft = drafts.start(session, None, now)
    drafts.write(draft, None, now, text=text)
    return draft


def _tell(run: DryRun) -> None:
    for line, _, message, _warning in run.result["faults"]:
        click.echo(fault_in_words(line, message))
    counts, words = run.result.get("counts", {}), tiles()
    for name in OUTCOMES:
        if name in counts:
            click.echo(f"{counts[name]:6} {words[name]}")


def _is_ready(session: Session, draft: Draft, run: DryRun, override: str) -> bool:
    """Tell what publishing needs; whether nothing is missing."""
    found = publish.gate(session, draft, datetime.now(UTC), person=None, four_eyes=_four_eyes())
    for each in checks(found, run, "approve"):
        click.echo(f"{'✓' if each.ok else '✕'} {each.text}")
    return all(each.ok or (each.override and override) for each in found)


def _four_eyes() -> bool:
    return bool(current_app.config["FOUR_EYES"])


def _put_away(session: Session, draft: Draft, *, wanted: bool) -> None:
    """Throw the draft away, unless it only waits for somebody to approve it."""
    found = publish.gate(session, draft, datetime.now(UTC), person=None, four_eyes=_four_eyes())
    missing = {each.name for each in found if not each.ok}
    if not wanted and missing == {"approval"}:
        click.echo(gettext("The draft is kept: another administrator can approve and publish it in the setup."))
        return
    drafts.discard(draft, None, datetime.now(UTC))
    session.commit()


def _publish(session: Session, draft: Draft, reason: str, override: str) -> None:
    now = datetime.now(UTC)
    try:
        edition = publish.publish(session, draft, None, now, reason=reason, override=override, four_eyes=_four_eyes())
    except publish.NotYet as refused:
        session.rollback()
        raise click.ClickException(str(refused)) from refused
    routine = load(edition.text).routine
    if routine is not None:
        allow_moves(session, routine)
    session.commit()
    click.echo(gettext("Edition %(number)d is published and counts from now on.", number=edition.number))


@click.command("diff")
@click.argument("first")
@click.argument("second", required=False)
@LANGUAGE
@with_appcontext
def diff(first: str, second: str | None, language: str) -> None:
    """Tell what is different, each a file or an edition's number: from FIRST to SECOND.

    With one file it is compared with the edition in force; with one number that edition is, with the one in force.
    """
    session = db.session()
    in_force = str(drafts.newest(session).number)
    if second is None:
        first, second = (in_force, first) if Path(first).exists() else (first, in_force)
    old, new = _named(session, first), _named(session, second)
    found = organisation.load(session, version=-1)
    names = Names(
        roles=found.roles,
        areas={area.name: area.label for area in found.areas.values()},
        units={unit.name: unit.label for unit in found.units.values()},
    )
    with force_locale(spoken(language)):
        told = sentences(old, new, compare(old, new), names)
        for each in told:
            click.echo(f"{each.sign} {each.text}")
        if not told:
            click.echo(gettext("Nothing that can be told in words."))


def _named(session: Session, name: str) -> Routine:
    if Path(name).is_file():
        return routine_of(Path(name))
    fine = name.isascii() and name.isdigit() and len(name) < 10  # noqa: PLR2004 - no number is longer
    edition = session.scalar(select(WorkflowEdition).where(WorkflowEdition.number == int(name))) if fine else None
    routine = load(edition.text).routine if edition is not None else None
    if routine is None:
        raise click.BadParameter(f'"{name}" is no file, and no edition has that number')
    return routine
