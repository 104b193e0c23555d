"""`flask routine test <folder>`: play a routine's scenarios."""

from pathlib import Path

import click
from flask.cli import AppGroup

from app.setup.scenarios import CannotPlay, play_folder

group = AppGroup("routine", help="Try routines before they are used.")


@group.command("test")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def test(folder: Path) -> None:
    """Play the scenarios of a folder with data.yaml, scenarios.yaml and perhaps its own workflow.yaml."""
    failed = 0
    try:
        for name, faults in play_folder(folder):
            click.echo(f"{'✕' if faults else '✓'} {name}")
            for fault in faults:
                click.echo(f"    {fault}")
            failed += bool(faults)
    except CannotPlay as cannot:
        raise click.ClickException(f"The routine can't be read:\n{cannot}") from cannot
    if failed:
        raise click.ClickException(f"{failed} scenario(s) didn't go as told.")
