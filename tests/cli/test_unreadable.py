"""F43: a routine's file that is half written, gone, closed, circular or swapped: told in a line, and the old one stays."""

import os
import threading

import pytest
from click import ClickException
from sqlalchemy import func, select

from app.cli.workflow import read_text
from model import Draft
from tests.house import session_of
from tests.studio.drafting import editions, renamed


@pytest.fixture
def run(small_house):
    def run(*words):
        made = small_house.test_cli_runner().invoke(args=["workflow", *map(str, words)], env={"LANG": "C"})
        assert made.exception is None or isinstance(made.exception, SystemExit), made.exception
        return made

    return run


@pytest.fixture
def text(root):
    return (root / "workflow.yaml").read_text()


def half_written(path, text):
    path.write_text(text[: len(text) * 2 // 3])


def in_mid_character(path, text):
    path.write_bytes((text + "# blåbær").encode()[:-2])


def emptied(path, _text):
    path.write_text("")


def gone(_path, _text):
    pass


def a_folder(path, _text):
    path.mkdir()


def a_loop(path, _text):
    path.with_name("other.yaml").symlink_to(path)
    path.symlink_to(path.with_name("other.yaml"))


def led_nowhere(path, _text):
    path.symlink_to(path.with_name("nothing.yaml"))


def closed(path, text):
    path.write_text(text)
    path.chmod(0)


def endless(path, _text):
    path.symlink_to("/dev/zero")


ROOT = [] if os.geteuid() else [closed]
"""Nothing is closed to root."""


@pytest.mark.parametrize(
    "make",
    [
        each
        for each in (half_written, in_mid_character, emptied, gone, a_folder, a_loop, led_nowhere, closed, endless)
        if each not in ROOT
    ],
)
def test_f43_nothing_is_published_and_nothing_is_left_behind(small_house, run, tmp_path, text, make):
    path = tmp_path / "new.yaml"
    make(path, renamed(text))
    for words in (("publish", path, "--reason", "x"), ("check", path)):
        told = run(*words)
        assert told.exit_code in (1, 2)
        assert "new.yaml" in told.output
        assert "Traceback" not in told.output
    assert list(editions(small_house)) == [1]
    with session_of(small_house) as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 0


def test_f43_a_file_cut_anywhere_is_never_taken_for_a_whole_one(run, tmp_path, text):
    """Cut at the end of a line, where what is left may still be YAML."""
    path = tmp_path / "new.yaml"
    lines = text.splitlines(keepends=True)
    flows = next(at for at, line in enumerate(lines) if line.startswith("flows:"))
    last = next(at for at, line in enumerate(lines) if at > flows and line[:1].isalpha())
    for at in range(2, last, 9):
        path.write_text("".join(lines[:at]))
        assert run("check", path).exit_code == 1, at


def test_f43_a_file_swapped_by_an_editor_is_the_old_one_or_the_new_one(run, tmp_path, text):
    path, spare, done = tmp_path / "new.yaml", tmp_path / ".new.yaml.swp", threading.Event()
    path.write_text(text)

    def swap():
        while not done.is_set():
            spare.write_text(renamed(text))
            spare.replace(path)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for _ in range(5):
            told = run("check", path)
            assert told.exit_code == 0, told.output
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("make", [gone, a_folder, a_loop])
def test_f43_a_file_that_changes_between_being_found_and_being_read_is_told_too(small_house, tmp_path, text, make):
    path = tmp_path / "new.yaml"
    make(path, text)
    with small_house.app_context(), pytest.raises(ClickException, match=r"new\.yaml [^:]+: [A-Z]"):
        read_text(path)
