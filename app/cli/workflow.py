"""`flask workflow`: look at a routine's file before it is published."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app.i18n import LANGUAGES, force_locale, gettext, translated
from app.language import lexicon
from app.language.data import load_data
from app.language.definition import Routine
from app.language.draw import draw
from app.language.fault import Fault
from app.language.load import load
from app.language.read import MAX_BYTES

group = AppGroup("workflow", help="The routine's file: check it, draw it.")
READERS = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where a shell says which language its user reads."""
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@group.command("check")
@click.argument("file", type=FILE, required=False)
@click.option("--data", type=FILE, help="Check it against this data.yaml, and that against it.")
@click.option("--language", envvar=READERS, default="en", help="Language of the faults: nb, nn or en.")
def check(file: Path | None, data: Path | None, language: str) -> None:
    """Tell every fault in FILE (the routine in use, if none is named); exit code 1 if there are errors."""
    path = file or _in_use()
    faults = _faults(path, data)
    with force_locale(spoken(language)):
        for fault in faults:
            click.echo(_told(fault))
        if any(not fault.warning for fault in faults):
            raise SystemExit(1)
        click.echo(gettext("%(file)s: in order", file=path))


@group.command("draw")
@click.argument("flow", required=False)
@click.option("--file", type=FILE, help="The routine; the one in use, if none is named.")
@click.option("--language", default="", help="Language of the labels, such as nb.")
def draw_flow(flow: str | None, file: Path | None, language: str) -> None:
    """Write FLOW (the first one, if none is named) as a Mermaid diagram."""
    routine = routine_of(file or _in_use())
    name = flow or next(iter(routine.flows))
    if name not in routine.flows:
        raise click.BadParameter(f'no flow "{name}"; there is {", ".join(routine.flows)}')
    click.echo(draw(routine, routine.flows[name], language), nl=False)


@group.command("explain", with_appcontext=False)
@click.argument("words", nargs=-1)
def explain(words: tuple[str, ...]) -> None:
    """Tell what a word of the language means, or each word of a place; all words by place, if none is named.

    The word may be written as a fault or a file has it, such as "hidden from" or to:.
    """
    word = " ".join(words).strip("\"'“”«»`:, ")
    if not word:
        for place in dict.fromkeys(each.place for each in lexicon.entries()):
            known = (w for each in lexicon.entries() if each.place == place for w in each.words)
            click.echo(f"{place}: {', '.join(dict.fromkeys(known))}")
        return
    if not lexicon.explained(word):
        hint = f" Did you mean {', '.join(lexicon.near(word))}?" if lexicon.near(word) else ""
        raise click.BadParameter(f'the language has no word "{word}".{hint}')
    for line in lexicon.told(word):
        click.echo(line)


@group.command("document", with_appcontext=False)
@click.argument("page", type=FILE)
def document(page: Path) -> None:
    """Write the tables of the language's PAGE anew from the words as they are explained."""
    page.write_text(lexicon.page(page.read_text("utf-8")), "utf-8")


def _in_use() -> Path:
    return Path(current_app.config["WORKFLOW_FILE"])


def spoken(language: str) -> str:
    """Take `nb` from nb_NO.UTF-8; a language we don't speak is English."""
    name = language[:2].replace("no", "nb")
    return name if name in LANGUAGES else "en"


def _told(fault: Fault) -> str:
    told = translated(fault.message)
    if fault.warning:
        told = gettext("warning: %(what)s", what=told)
    return f"{fault.file}:{fault.line}:{fault.column}: {told}"


def _faults(path: Path, data: Path | None) -> list[Fault]:
    if data is None:
        return load(_read(path), str(path)).faults
    text, known = _read(path), _read(data)
    rows = load_data(known, str(data))
    loaded = load(text, str(path), rows.data)
    if loaded.routine:
        rows = load_data(known, str(data), loaded.routine)
    return loaded.faults + rows.faults


def routine_of(path: Path) -> Routine:
    """Give the routine of the file. Raises ClickException with its errors."""
    return _compiled(path)[0]


def read_text(path: Path) -> str:
    """Give the text of a file that has no errors: what was read is what was checked. Raises ClickException."""
    return _compiled(path)[1].decode("utf-8-sig")


def _compiled(path: Path) -> tuple[Routine, bytes]:
    raw = _read(path)
    loaded = load(raw, str(path))
    if loaded.routine is None:
        raise click.ClickException("\n".join(str(fault) for fault in loaded.errors))
    return loaded.routine, raw


def _read(path: Path) -> bytes:
    """Read a file that somebody else may be writing, moving or taking away. Raises ClickException."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as fault:
        told = gettext("%(file)s can't be read: %(why)s", file=path, why=fault.strerror)
        raise click.ClickException(told) from fault
