"""The order of the rooms, read from the imports themselves: downwards only, never sideways."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENTRANCES = ("submit", "handling", "studio", "reports", "api", "worker", "setup", "login")
LEVELS = (
    ("config",),
    ("model",),
    ("app.language",),
    ("app.i18n", "app.logs"),
    ("app.telling",),
    ("app.privacy",),
    ("app.routing",),
    ("app.scope",),
    ("app.access",),
    ("app.outbox",),
    ("app.workflow",),
    ("app.tally",),
    ("app.change", "app.figures", "app.backup"),
    ("app.web",),
    ("app.forms",),
    tuple(f"app.{room}" for room in ENTRANCES),
    ("app.cli",),
    ("app",),
)
"""Lowest first; rooms on one level never import each other."""
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
PROGRAMS = {"app.worker.celery_app"}
"""Started as processes of their own, these make the whole product."""
COMMITTERS = {f"app/{room}" for room in ("cli", *ENTRANCES)}
MAY_COMMIT = {"app/web/look.py", "app/change/stage.py"}
MAY_COMMIT |= {f"app/web/{name}.py" for name in ("seal", "logins", "halfway", "second", "planned")}
"""The base of all generated screens, the stage that scenarios are played on, in memory; logging in and out; and the end of
a transaction that only read."""
GUARDED = {"state", "unit_id", "handler", "version"}
LONGEST_FILE, LONGEST_FUNCTION = 300, 40


def sources():
    found = [ROOT / "config.py", *sorted((ROOT / "app").rglob("*.py")), *sorted((ROOT / "model").rglob("*.py"))]
    return [file for file in found if "migrations" not in file.parts]


def room_of(module):
    """The room that a module belongs to; None for what isn't ours."""
    parts = module.split(".")
    if parts[0] in ("config", "model"):
        return parts[0]
    if parts[0] != "app":
        return None
    return ".".join(parts[:2]) if ".".join(parts[:2]) in LEVEL else "app"


def module_of(file):
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(tree, known):
    """Each import of a syntax tree as (line, module): `from app import forms` is app.forms."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written out in full here"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield node.lineno, full if full in known else str(node.module)


def faults_of(name, tree, known):
    here = room_of(name)
    for line, module in imports(tree, known):
        there = room_of(module)
        if there is None or there == here or (name in PROGRAMS and there == "app"):
            continue
        if LEVEL[there] >= LEVEL[here]:
            yield f"{line}: {here} imports {module}, which lies {'beside' if LEVEL[there] == LEVEL[here] else 'above'}"


def read(file):
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def test_imports_go_downwards_only():
    files = sources()
    known = {module_of(file) for file in files}
    found = [
        f"{file.relative_to(ROOT)}:{fault}" for file in files for fault in faults_of(module_of(file), read(file), known)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("module", "code", "told"),
    [
        ("app.workflow.engine", "from app.handling import queue", "1: app.workflow imports app.handling.queue"),
        ("app.submit.report", "\nimport app.handling", "2: app.submit imports app.handling, which lies beside"),
        ("app.language.load", "from app import i18n", "1: app.language imports app.i18n, which lies above"),
        ("model.case", "def f():\n    from app.workflow import engine", "2: model imports app.workflow.engine"),
    ],
)
def test_a_step_upwards_or_sideways_is_told_with_its_line(module, code, told):
    known = {"app.handling.queue", "app.workflow.engine", "app.i18n", "app.handling"}
    [fault] = faults_of(module, ast.parse(code), known)
    assert fault.startswith(told)


def test_every_room_has_its_place_in_the_order():
    rooms = {
        module_of(each) for each in (ROOT / "app").iterdir() if each.suffix == ".py" or (each / "__init__.py").exists()
    }
    assert not {room for room in rooms if room not in LEVEL}


def test_only_entrances_commit():
    found = []
    for file in sources():
        place = file.relative_to(ROOT).as_posix()
        if place in MAY_COMMIT or any(place.startswith(f"{room}/") for room in COMMITTERS):
            continue
        calls = (node for node in ast.walk(read(file)) if isinstance(node, ast.Call))
        found += [f"{place}:{c.lineno}" for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "commit"]
    assert not found, f"a commit below the entrances: {found}"


def assigned(tree):
    """Each attribute that is assigned, by statement, setattr or an update's values: (line, name)."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            for each in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
                if isinstance(each, ast.Attribute):
                    yield each.lineno, each.attr
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr":
            name = node.args[1]
            if isinstance(name, ast.Constant):
                yield node.lineno, name.value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "values":
            yield from ((node.lineno, keyword.arg) for keyword in node.keywords)


OTHERS_OWN = {
    ("app/web/database.py", "version"),
    ("app/change/stage.py", "version"),
    ("app/setup/organisation.py", "unit_id"),
}
"""Columns of the same names in other tables: the configuration's version, a person's unit."""


def test_state_unit_handler_and_version_are_written_by_the_workflow_alone():
    found = []
    for file in sources():
        place = file.relative_to(ROOT).as_posix()
        if place.startswith(("app/workflow/", "model/")):
            continue
        found += [
            f"{place}:{line} {name}"
            for line, name in assigned(read(file))
            if name in GUARDED and (place, name) not in OTHERS_OWN
        ]
    assert not found, found


def test_files_and_functions_stay_short():
    found = []
    for file in sources():
        text = file.read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > LONGEST_FILE:
            found.append(f"{file.relative_to(ROOT)}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    found.append(f"{file.relative_to(ROOT)}:{node.lineno} {node.name}: {length} lines")
    assert not found, "\n".join(found)
