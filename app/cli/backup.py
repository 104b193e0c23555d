"""`flask backup` and `flask restore`, and what ends the silence after a restore."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.orm import Session

import config
from app.backup import archive, keeping
from app.outbox import pausing
from app.outbox.settings import Settings
from app.web.database import db
from model import schema

outbox = AppGroup("outbox", help="The mails that wait.")


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-secret", is_flag=True, help="Also the secret: whoever has the file can then open every case.")
@with_appcontext
def back_up(file: Path, *, with_secret: bool) -> None:
    """Write a backup to FILE, while the product runs."""
    try:
        made = keeping.back_up(current_app.config, file, with_secret=with_secret)
    except archive.CannotBackUp as reason:
        raise click.ClickException(str(reason)) from reason
    with Session(db.engine) as session, session.begin():
        keeping.note(session, made)
    click.echo(
        f"{file}: {made.size} bytes, {sum(made.rows.values())} rows, schema {made.schema}, as of {made.made_at}."
    )
    if with_secret:
        click.echo("It has the secret: keep the file as you keep a password.")
    else:
        click.echo("It lacks the secret. Without it every follow link and code is dead: keep it elsewhere,")
        click.echo("or make the backup with --with-secret.")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Write over a database that has cases.")
@with_appcontext
def restore(file: Path, *, replace: bool) -> None:
    """Put the backup in FILE in the database's place. Stop the product first, and start it afterwards."""
    db.engine.dispose()
    try:
        restored, secret = keeping.restore(current_app.config, file, replace=replace)
    except archive.CannotRestore as reason:
        raise click.ClickException(str(reason)) from reason
    click.echo(f"Restored {sum(restored.rows.values())} rows as of {restored.made_at}; schema {schema.newest()}.")
    _settle_secret(restored, secret)
    click.echo("The outbox is paused: no mail is sent before somebody releases it, in the setup under Operations,")
    click.echo("or by: flask outbox release --keep-old | --drop-old")


def _settle_secret(restored: archive.Manifest, secret: str | None) -> None:
    """Put the backup's secret where the product finds it; tell when the links will be dead all the same."""
    if secret is not None and not config.SECRET_KEY:
        _write_secret(Path(current_app.config["VAR"]) / "secret_key", secret)
        click.echo("The secret is restored, too.")
    elif restored.secret_mark not in map(archive.mark, Settings.current().secrets):
        click.echo("This installation has another secret: follow links and codes sent before the backup are dead.")
        click.echo("Put back the secret that belongs to it, as SECRET_KEY, SECRET_KEY_OLD or in VAR_DIR/secret_key.")


def _write_secret(file: Path, secret: str) -> None:
    part = file.with_name(f"{file.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(secret)
    part.replace(file)


@outbox.command("release")
@click.option("--drop-old/--keep-old", default=None, help="Drop, or send, mails written before the backup was made.")
def release(*, drop_old: bool | None) -> None:
    """Let mails be sent again after a restore."""
    if drop_old is None:
        raise click.UsageError("Say --keep-old to send the mails written before the backup, or --drop-old.")
    with Session(db.engine) as session, session.begin():
        dropped = pausing.release(session, datetime.now(UTC), None, drop=drop_old)
    click.echo("The outbox wasn't paused." if dropped is None else f"Released. {dropped} mails were dropped.")


commands: list[click.Command] = [back_up, restore, outbox]
