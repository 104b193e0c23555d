"""`flask journal`: whether the journal is as it was written, and where its chain ends now."""

from datetime import UTC, datetime
from os import cpu_count
from pathlib import Path

import click
from flask.cli import AppGroup

from app.web.database import db
from app.web.readers import NotStarted, readers
from app.worker import proving
from app.workflow import anchors, prints
from app.workflow.anchors import Anchor
from app.workflow.evidence import Fault
from app.workflow.examining import last_seal
from app.workflow.verifying import Verifier

group = AppGroup("journal", help="The journal: verify it, anchor it.")
MOST_PROCESSES = 4
WORTH = 50_000
"""Seals from which on several processes are quicker than one; each takes seconds to start."""
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@group.command("verify")
@click.option("--anchors", "file", type=FILE, help="Anchors kept elsewhere, instead of those beside the database.")
@click.option("--processes", type=click.IntRange(1, 64), help="Processes that look; otherwise as many as are worth it.")
def verify(file: Path | None, processes: int | None) -> None:
    """Compare every row with its proof, the chain over them, and every anchor. Exit code 1 if anything is wrong."""
    known = _anchors(file or proving.file())
    try:
        with readers(db.engine, processes or _worth_it()) as looking:
            verifier = Verifier(looking, prints.keys(), known, datetime.now(UTC))
            found = list(verifier.faults())
    except NotStarted as fault:
        raise click.ClickException("other processes could not read along, or were ended: try --processes 1") from fault
    for each in found:
        click.echo(_told(each))
    if found:
        raise click.ClickException("the journal is not as it was written (docs/operations.md tells what to do)")
    seen = verifier.seen
    click.echo(
        f"In order: {seen.rows} rows, {seen.seals} seals, {seen.adopted} of them on rows that are older "
        f"than the chain, {len(known)} anchors."
    )
    if not known:
        click.echo("There is no anchor yet, so a tail that was cut off would not be seen.")


@group.command("anchor")
def anchor() -> None:
    """Seal what has been written and keep the chain's end now: before a backup, for example."""
    click.echo(anchors.line(proving.anchor(datetime.now(UTC))))


def _worth_it() -> int:
    with db.engine.connect() as connection:
        large = last_seal(connection) >= WORTH
    return min(cpu_count() or 1, MOST_PROCESSES) if large else 1


def _anchors(file: Path) -> list[Anchor]:
    try:
        return anchors.read(file)
    except (anchors.Unreadable, OSError) as fault:
        raise click.ClickException(f"the anchors can't be read: {fault}") from fault


def _told(fault: Fault) -> str:
    where = [f"row {fault.entry}"] if fault.entry is not None else []
    where += [f"case {fault.number}"] if fault.number else []
    return f"{', '.join(where)}: {fault.what}" if where else fault.what
