"""Anchors in their file: what a line says, and what is done with one that says something else."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.workflow import anchors, prints
from app.workflow.sealing import Head

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_anchors_are_added_line_by_line_and_read_again(tmp_path):
    file = tmp_path / anchors.FILE
    assert anchors.read(file) == []
    assert anchors.last(file) is None
    made = [anchors.anchor(Head(n, "ab" * 32), NOW) for n in range(20)]
    for each in made:
        anchors.write(file, each)
    assert anchors.read(file) == made
    assert anchors.last(file) == made[-1]


WITHOUT_ZONE = '{"at": "2026-03-02T09:00:00", "seals": 1, "chain": "ab", "secret": "cd"}'


@pytest.mark.parametrize(
    "line", ["{", "[]", "7", '{"at": "2026-03-02"}', '{"at": "x", "seals": 1}', WITHOUT_ZONE, b"\xff"]
)
def test_a_line_that_is_no_anchor_is_named(tmp_path, line):
    file = tmp_path / anchors.FILE
    anchors.write(file, anchors.anchor(Head(), NOW))
    written = line if isinstance(line, bytes) else line.encode()
    file.write_bytes(file.read_bytes() + b"\n" + written + b"\n")
    with pytest.raises(anchors.Unreadable, match=r"^anchors\.jsonl, line 3$"):
        anchors.read(file)
    with pytest.raises(anchors.Unreadable, match=r"^anchors\.jsonl$"):
        anchors.last(file)


def test_a_line_says_moment_seals_chain_and_which_secret(tmp_path):
    """Written down once and for all: the file outlives the program that began it."""
    file = tmp_path / anchors.FILE
    local = NOW.astimezone(timezone(timedelta(hours=1)))
    anchors.write(file, anchors.Anchor(local, 7, "ab", "cd"))
    assert file.read_text() == '{"at": "2026-03-02T09:00:00+00:00", "seals": 7, "chain": "ab", "secret": "cd"}\n'
    assert file.stat().st_mode & 0o007 == 0, "nobody else reads it"
    assert anchors.last(file) == anchors.Anchor(NOW, 7, "ab", "cd")
    assert anchors.mark(prints.key_of("a secret")) == "d1e660a8"
    made = anchors.anchor(Head(7, "ab"), NOW)
    assert made == anchors.Anchor(NOW, 7, "ab", anchors.mark(prints.current_key()))


def test_a_line_is_on_the_disk_before_anything_goes_on(tmp_path, monkeypatch):
    file, kept = tmp_path / anchors.FILE, []
    monkeypatch.setattr(anchors.os, "fsync", lambda _handle: kept.append(file.read_text()))
    anchors.write(file, anchors.Anchor(NOW, 7, "ab", "cd"))
    assert kept == [file.read_text()] != [""]


def test_blank_lines_are_no_anchors(tmp_path):
    file = tmp_path / anchors.FILE
    file.write_text("\n \n")
    assert anchors.read(file) == []
    assert anchors.last(file) is None
