from datetime import UTC, datetime

import pytest

from app.workflow import anchors
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


@pytest.mark.parametrize("line", ["{", "[]", "7", '{"at": "2026-03-02"}', '{"at": "x", "seals": 1}'])
def test_a_line_that_is_no_anchor_is_named(tmp_path, line):
    file = tmp_path / anchors.FILE
    anchors.write(file, anchors.anchor(Head(), NOW))
    file.write_text(f"{file.read_text()}{line}\n")
    with pytest.raises(anchors.Unreadable, match="line 2"):
        anchors.read(file)
