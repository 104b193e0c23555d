"""A migration adds, so that the version before it serves on meanwhile; one that does more is named in the docs."""

import ast
import re

import pytest

from config import ROOT

FILES = sorted((ROOT / "model" / "migrations" / "versions").glob("*.py"))
ADDS = {"create_table", "create_index", "drop_index"}
"""An index that is gone makes the version before it slower, no more."""
WITHIN = {"batch_alter_table", "f", "get_bind"}
"""What only holds or names what is added."""
STOP = re.compile(r"^\| `(\d{4})` \|", re.MULTILINE)


def more_than_adding(text):
    """What `upgrade` does that a version which doesn't know of it may trip over: method and line."""
    [upgrade] = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"]
    for call in (node for node in ast.walk(upgrade) if isinstance(node, ast.Call)):
        if not isinstance(call.func, ast.Attribute) or ast.unparse(call.func.value) not in ("op", "batch_op"):
            continue
        name = call.func.attr
        if name not in ADDS | WITHIN and not (name == "add_column" and may_be_left_out(call)):
            yield name, call.lineno


def may_be_left_out(call):
    """Whether whoever doesn't know the new column can write a row all the same."""
    [column] = [each for each in call.args if isinstance(each, ast.Call) and ast.unparse(each.func) == "sa.Column"]
    given = {each.arg: ast.unparse(each.value) for each in column.keywords}
    return "server_default" in given or given.get("nullable") == "True"


def named():
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    return set(STOP.findall(text.split("### Migrations that need a stop")[1].split("\n## ")[0]))


def test_a_migration_that_does_more_than_add_is_named_as_one_that_needs_a_stop():
    found = {file.name[:4] for file in FILES[1:] if list(more_than_adding(file.read_text("utf-8")))}
    assert found <= named()
    assert named() <= {file.name[:4] for file in FILES}


@pytest.mark.parametrize(
    ("line", "more"),
    [
        ("op.add_column('subject', sa.Column('x', sa.Text(), nullable=True))", []),
        ("op.add_column('subject', sa.Column('x', sa.Text(), server_default='', nullable=False))", []),
        ("op.add_column('subject', sa.Column('x', sa.Text(), nullable=False))", ["add_column"]),
        ("op.drop_column('subject', 'x')", ["drop_column"]),
        ("op.execute('UPDATE subject SET x = 1')", ["execute"]),
        ("batch_op.alter_column('x', nullable=False)", ["alter_column"]),
        ("op.create_index('ix', 'subject', ['x'])", []),
        ("op.drop_index('ix', table_name='subject')", []),
    ],
)
def test_what_counts_as_adding(line, more):
    assert [name for name, _ in more_than_adding(f"def upgrade():\n    {line}\n")] == more
