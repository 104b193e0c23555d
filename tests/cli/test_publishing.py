"""The publishing page's work from a shell: the same gate, and a draft that somebody works on is never touched."""

import pytest
from sqlalchemy import func, select

from model import Draft, Subject
from tests.house import session_of
from tests.matrix.world import build
from tests.studio.drafting import draft_of, editions, renamed, with_head, write


@pytest.fixture
def run(house):
    return lambda *words: house.test_cli_runner().invoke(args=["workflow", *map(str, words)], env={"LANG": "C"})


@pytest.fixture
def file(root, tmp_path):
    def make(change):
        path = tmp_path / "new.yaml"
        path.write_text(change((root / "workflow.yaml").read_text()))
        return path

    return make


def test_a_file_is_tried_and_published(house, run, file):
    build(house, kinds=("quality",))
    with session_of(house) as session:
        held = select(func.count()).select_from(Subject).where(Subject.kind == "case", Subject.finished.is_(False))
        count = session.scalar(held)
    told = run("publish", file(renamed), "--reason", "From the shell.")
    assert told.exit_code == 0, told.output
    assert f"{count:6} notice nothing" in told.output
    assert "Edition 2 is published" in told.output
    assert editions(house)[2] == ("From the shell.", "")


def test_trying_publishes_nothing_and_leaves_no_draft(house, run, file):
    told = run("publish", file(renamed), "--reason", "x", "--try")
    assert told.exit_code == 0, told.output
    assert list(editions(house)) == [1]
    assert draft_of(house)[0] == "discarded"


def test_what_is_in_the_way_is_told_and_nothing_is_published(house, run, file):
    build(house, kinds=("quality",))
    told = run("publish", file(with_head), "--reason", "x")
    assert told.exit_code == 1
    assert "✕ 1 question isn't answered." in told.output
    assert list(editions(house)) == [1]
    assert draft_of(house)[0] == "discarded"


def test_faults_are_told_and_make_no_draft(house, run, file):
    told = run("publish", file(lambda text: text.replace("to: at_faculty", "to: nowhere", 1)), "--reason", "x")
    assert told.exit_code == 1
    assert "nowhere" in told.output
    with session_of(house) as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 0


def test_somebodys_draft_is_left_alone(house, run, file):
    write(house, with_head)
    before = draft_of(house)
    told = run("publish", file(renamed), "--reason", "x")
    assert told.exit_code == 1
    assert "There is a draft already." in told.output
    assert draft_of(house) == before


def test_with_four_eyes_the_draft_waits_for_an_administrator(house, run, file):
    house.config["FOUR_EYES"] = True
    told = run("publish", file(renamed), "--reason", "x")
    assert told.exit_code == 1
    assert "The draft is kept" in told.output
    assert draft_of(house)[0] == "open"
    assert list(editions(house)) == [1]


def test_differences_are_told_between_files_and_editions(house, run, file):
    path = file(renamed)
    told = run("diff", path)
    assert "~ The move “Close the case” is now called “Close it for good”." in told.output
    assert "is now called “Close the case”" in run("diff", path, "1").output
    assert run("diff", "1").output == "Nothing that can be told in words.\n"
    norwegian = run("diff", path, "--language", "nb_NO.UTF-8").output
    assert "«Lukk saken»" in norwegian or "Close it for good (nb)" in norwegian


@pytest.mark.parametrize("name", ["2", "0", "no_such.yaml", "9" * 30, "٣"])
def test_what_is_no_file_and_no_edition_is_told(house, run, name):
    told = run("diff", name)
    assert told.exit_code == 2
    assert f'"{name}" is no file' in told.output
