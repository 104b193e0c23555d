"""`flask routine test <folder>`: play a routine's scenarios."""

from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import AppGroup

from app.change.scenarios import CannotPlay, Played, PlayedStep, play_folder
from app.cli.workflow import READERS, spoken
from app.i18n import force_locale, gettext

group = AppGroup("routine", help="Try routines before they are used.")
LONGEST = 160
"""Letters of a step that are shown."""


@group.command("test", with_appcontext=False)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--language", envvar=READERS, default="en", help="Language of what is told: nb, nn or en.")
@click.option("--quiet", is_flag=True, help="Tell only what doesn't go as told, and the count.")
def test(folder: Path, language: str, *, quiet: bool) -> None:
    """Play the scenarios of a folder with data.yaml, scenarios.yaml and perhaps its own workflow.yaml.

    Tells each step: it went as told, it didn't, or it was never reached. Exit code 1 unless everything went as told.
    """
    with force_locale(spoken(language)):
        every = list(_told(folder, quiet=quiet))
        click.echo(_counted(every))
    if any(played.faults for played in every):
        raise SystemExit(1)


def _told(folder: Path, *, quiet: bool) -> Iterator[Played]:
    """Play one scenario after the other, telling each as soon as it has been played."""
    try:
        for played in play_folder(folder):
            for line in _lines(played) if played.faults or not quiet else ():
                click.echo(line)
            yield played
    except CannotPlay as cannot:
        raise click.ClickException(gettext("The routine can't be read:\n%(faults)s", faults=cannot)) from cannot


def _lines(played: Played) -> Iterator[str]:
    yield f"{'✕' if played.faults else '✓'} {played.name}"
    if not played.steps:
        yield from (f"    {fault}" for fault in played.faults)
    for step in played.steps:
        where = gettext("line %(line)d", line=step.line)
        yield f"    {_mark(step)} {step.number} ({where}) {_shortened(step.text)}"
        yield from (f"        {fault}" for fault in step.faults)


def _mark(step: PlayedStep) -> str:
    if not step.played:
        return "–"
    return "✓" if step.held else "✕"


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _counted(every: list[Played]) -> str:
    steps = [step for played in every for step in played.steps]
    held, went = sum(not played.faults for played in every), sum(step.held for step in steps)
    return gettext(
        "%(held)d of %(scenarios)d scenarios and %(went)d of %(steps)d steps went as told.",
        held=held,
        scenarios=len(every),
        went=went,
        steps=len(steps),
    )
