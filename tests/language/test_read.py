import pytest

from app.language.read import MAX_BYTES, read


def told(text):
    root, faults = read(text, "w")
    assert root is None
    return [str(fault) for fault in faults]


def test_every_scalar_is_text_as_written():
    root, faults = read("a: no\nb: 12:30\nc: 1.0\nd: ~\ne: 0x1f\nf: 2024-03-04\ng: on\n", "w")
    assert not faults
    assert root.plain() == {
        "a": "no",
        "b": "12:30",
        "c": "1.0",
        "d": "~",
        "e": "0x1f",
        "f": "2024-03-04",
        "g": "on",
    }


def test_a_node_knows_its_place():
    root, _ = read("a:\n  b: [x, æ, y]\n", "w")
    node = root.at("a", "b").spot("y")
    assert (node.line, node.column) == (2, 13)
    assert (root.where("a", "b", "nothing").line, root.where("a", "b").column) == (2, 3)


def test_a_byte_order_mark_and_windows_line_ends_are_fine():
    root, faults = read("\ufeffa: b\r\nc: d\r\n".encode(), "w")
    assert (root.plain(), faults) == ({"a": "b", "c": "d"}, [])


def test_a_repeated_word_is_told_at_both_places():
    _, faults = read("a: 1\nb: 2\na: 3\n", "w")
    assert [str(fault) for fault in faults] == [
        'w:1:1: "a" is written again at 3:1; keep one',
        'w:3:1: "a" is already written at 1:1; keep one',
    ]


BOMB = "a: &a [x, x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(9))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", ["w:1:1: the file is empty"]),
        ("# nothing\n", ["w:1:1: the file is empty"]),
        ("a:\n\tb: 1\n\tc: 1\n", [f"w:{n}:1: a tab in the indentation; indent with spaces" for n in (2, 3)]),
        (BOMB, ["w:1:4: &a is an anchor; write the value out where it is used"]),
        ("a: *b\n", ["w:1:4: *b refers to another place; write it out here"]),
        (
            "a: !!python/object/apply:os.system [ls]\n",
            ["w:1:4: tag:yaml.org,2002:python/object/apply:os.system is a tag; write the value alone"],
        ),
        ("a: !x b\n", ["w:1:4: !x is a tag; write the value alone"]),
        ("x" * (MAX_BYTES + 1), ["w:1:1: the file is larger than 256 kB"]),
        (b"x" * 10_000_000, ["w:1:1: the file is larger than 256 kB"]),
        ("æ" * (MAX_BYTES // 2 + 1), ["w:1:1: the file is larger than 256 kB"]),
        ("[" * 1000, ["w:1:22: deeper than 20 levels"]),
        ("{a: " * 1000, ["w:1:82: deeper than 20 levels"]),
        ("a: b\nc: æ".encode("latin-1"), ["w:2:4: this isn't UTF-8; save the file as UTF-8"]),
        ("a: b".encode("utf-16"), ["w:1:1: this isn't UTF-8; save the file as UTF-8"]),
        ("a: b\nc: \x00d\n", ["w:2:4: the character U+0000 can't stand here"]),
        ("a: \ud800\n", ["w:1:4: the character U+D800 can't stand here"]),
        ("? [a, b]\n: c\n", ["w:1:3: a name is one word, not a list or a map"]),
        ("a: b\n---\nc: d\n", ["w:2:1: a second document; a file holds one (remove the ---)"]),
        (
            "a: b: c\n",
            [
                (
                    "w:1:5: this isn't YAML: mapping values are not allowed in this context; "
                    "text that holds a colon stands in quotes"
                )
            ],
        ),
        (
            "a: [b\n",
            [
                (
                    "w:2:1: this isn't YAML: did not find expected ',' or ']'; "
                    "look at the indentation, the brackets and the quotes around here"
                )
            ],
        ),
    ],
)
def test_what_cant_be_read_is_refused_at_its_place(text, faults):
    """F36, F37."""
    assert told(text) == faults


def test_a_merge_key_is_a_word_like_another():
    root, _ = read("<<: {a: b}\n", "w")
    assert root.plain() == {"<<": {"a": "b"}}
