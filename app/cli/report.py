"""`flask report`: whether the numbers that reports keep are those of the cases."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.tally.checking import Check, Difference
from app.tally.folding import fold
from app.web.database import db, snapshot
from app.workflow.context import Context
from model import TallyState

BATCH = 500
SHOWN = 20

group = AppGroup("report", help="Numbers of reports.")


@group.command("verify")
@click.option("--repair", is_flag=True, help="Count all of it anew if anything is wrong.")
def verify(*, repair: bool) -> None:
    """Compare the numbers that reports keep with a count of every case. Exit code 1 if anything is wrong."""
    with snapshot(db.engine) as connection, Session(connection) as session:
        check = Check(Context.open(session, datetime.now(UTC)))
        if check.begun_only:
            click.echo("The worker hasn't taken in every case yet; until then reports count all cases each time.")
            return
        found = list(check.differences())
    for each in found[:SHOWN]:
        click.echo(_told(each))
    if not found:
        click.echo(f"In order: {check.cells} numbers of {check.cases} cases; {check.waiting} more wait to be taken in.")
        return
    if not repair:
        raise click.ClickException(
            f"{len(found)} of {check.cells} numbers are wrong. Run: flask report verify --repair"
        )
    click.echo(f"{len(found)} numbers were wrong; {_count_anew()} cases have been counted anew.")


def _told(each: Difference) -> str:
    cell = each.cell
    what = f"runs of {cell.clock}" if cell.clock else "cases"
    where = f"unit {cell.unit_id}, area {cell.area_id}, answers {cell.answers}"
    return f"{cell.report}, {cell.year}, {where}: {each.kept.runs} {what} are kept, there are {each.counted.runs}"


def _count_anew() -> int:
    with Session(db.engine) as session, session.begin():
        session.execute(update(TallyState).values(reports=""))
    done, now = 0, datetime.now(UTC)
    while True:
        with Session(db.engine) as session, session.begin():
            taken = fold(session, now, BATCH)
        done += taken
        if taken < BATCH:
            return done
