"""`flask routine test <folder>`: play a routine's scenarios."""

from pathlib import Path

import click
from flask.cli import AppGroup

from app.change.scenarios import CannotPlay, play_folder

group = AppGroup("routine", help="Try routines before they are used.")


@group.command("test", with_appcontext=False)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def test(folder: Path) -> None:
    """Play the scenarios of a folder with data.yaml, scenarios.yaml and perhaps its own workflow.yaml."""
    failed = 0
    try:
        for played in play_folder(folder):
            click.echo(f"{'✕' if played.faults else '✓'} {played.name}")
            for fault in played.faults:
                click.echo(f"    {fault}")
            failed += bool(played.faults)
    except CannotPlay as cannot:
        raise click.ClickException(f"The routine can't be read:\n{cannot}") from cannot
    if failed:
        raise click.ClickException(f"{failed} scenario(s) didn't go as told.")
