"""Small faults in a file's syntax tree: which there are, and the file with one of them."""

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

FLIPPED = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip
OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
PAIRS = (
    ("any", "all"), ("min", "max"), ("and_", "or_"), ("true", "false"),
    ("is_", "is_not"), ("in_", "not_in"), ("asc", "desc"), ("startswith", "endswith"),
)  # fmt: skip
NAMES = {**dict(PAIRS), **{other: one for one, other in PAIRS}}
NEGATED_BY_ITSELF = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
WORDING = {"gettext", "ngettext", "lazy_gettext", "lazy_ngettext", "said"}
LOGS = {"debug", "info", "warning", "error", "exception"}
UNTOUCHED = ("annotation", "returns", "type_params", "decorator_list", "ctx", "ops", "op")
"""What says nothing about what is done: types, and decorators (a cache's size, whether a row can be changed)."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
MARK = "~"
LONGEST = 90


@dataclass(frozen=True)
class Mutant:
    """One fault. `index` counts a file's faults; `lines` are its statement's; `at_import` = no function holds it."""

    file: str
    index: int
    line: int
    lines: tuple[int, ...]
    where: str
    kind: str
    before: str
    after: str
    nth: int
    at_import: bool

    @property
    def name(self) -> str:
        """What it is called in results and in the list of equivalents, wherever its line moves."""
        again = f" #{self.nth + 1}" if self.nth else ""
        return f"{self.file} {self.where}: {self.kind}: {self.before} => {self.after}{again}"


@dataclass(frozen=True)
class Change:
    """A fault that can be made in the tree at hand."""

    node: ast.AST
    statement: ast.stmt
    where: str
    at_import: bool
    kind: str
    after: str
    make: Callable[[], None]


@dataclass
class _Place:
    """Where the walk is."""

    where: tuple[str, ...] = ()
    at_import: bool = True
    statement: ast.stmt | None = None
    returns_bool: bool = False
    wording: bool = False

    def inside(self, **change) -> "_Place":
        return _Place(**{**self.__dict__, **change})


def mutants_of(file: str, source: str) -> list[Mutant]:
    """Every fault that can be made in the file."""
    found, seen = [], Counter()
    for index, change in enumerate(changes(ast.parse(source))):
        key = (change.where, change.kind, before := shown(change.node), change.after)
        lines = tuple(range(change.statement.lineno, _end(change.statement) + 1))
        place = (file, index, getattr(change.node, "lineno", lines[0]), lines)
        found.append(Mutant(*place, change.where, change.kind, before, change.after, seen[key], change.at_import))
        seen[key] += 1
    return found


def made(source: str, index: int) -> ast.Module:
    """Give the file's tree with that fault in it; its lines stay."""
    tree = ast.parse(source)
    for number, change in enumerate(changes(tree)):
        if number == index:
            change.make()
            break
    return ast.fix_missing_locations(tree)


def changes(tree: ast.Module) -> Iterator[Change]:
    """Go through the tree, and give each fault before going on."""
    yield from _within(tree, _Place())


def shown(node: ast.AST) -> str:
    """Give the code on one line, cut short."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _end(statement: ast.stmt) -> int:
    """Where the statement's own lines end: a compound one's before its body."""
    body = getattr(statement, "body", None)
    return max(statement.lineno, body[0].lineno - 1) if body else statement.end_lineno or statement.lineno


def _within(node: ast.AST, place: _Place) -> Iterator[Change]:
    for name, value in ast.iter_fields(node):
        if name in UNTOUCHED:
            continue
        inner = _entered(node, name, place)
        many = value if isinstance(value, list) else [value]
        for position, child in enumerate(many):
            if isinstance(child, ast.AST):
                put = _setter(value, position) if isinstance(value, list) else _setter(node, name)
                yield from _at(child, put, inner.inside(statement=child) if isinstance(child, ast.stmt) else inner)


def _setter(holder, key) -> Callable[[ast.AST], None]:
    def put(new: ast.AST) -> None:
        if isinstance(holder, list):
            holder[key] = new
        else:
            setattr(holder, key, new)

    return put


def _entered(node: ast.AST, name: str, place: _Place) -> _Place:
    """Where the node's children under that name are."""
    if name != "body":
        return place.inside(wording=True) if _words(node) else place
    if isinstance(node, ast.Lambda):
        return place.inside(at_import=False)
    if isinstance(node, FUNCTIONS):
        answers = isinstance(node.returns, ast.Name) and node.returns.id == "bool"
        return place.inside(where=(*place.where, node.name), at_import=False, returns_bool=answers)
    return place.inside(where=(*place.where, node.name)) if isinstance(node, ast.ClassDef) else place


def _words(node: ast.AST) -> bool:
    """Whether the strings inside are wording: what a person or a log is told."""
    if isinstance(node, ast.Raise):
        return True
    return isinstance(node, ast.Call) and (_called(node) in WORDING or _logs(node))


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _logs(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr in LOGS and shown(node.func.value).lower() == "log"


def _at(node: ast.AST, put: Callable[[ast.AST], None], place: _Place) -> Iterator[Change]:
    """Give the faults of the node itself, and then of what is in it."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring

    def change(kind: str, new: ast.AST) -> Change:
        where = ".".join(place.where) or "<module>"
        ast.copy_location(new, node)
        return Change(node, place.statement, where, place.at_import, kind, shown(new), lambda: put(new))

    for kind, new in _faults(node, place):
        yield change(kind, new)
    yield from _within(node, place)


def _faults(node: ast.AST, place: _Place) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Constant(value=value):
            yield from _constant(value, place)
        case ast.stmt():
            yield from _statement(node, place)
        case ast.expr():
            yield from _expression(node, place)
    if isinstance(node, ast.If | ast.While | ast.IfExp) and not _negated_otherwise(node.test):
        yield "condition", _with_test(node)
    if isinstance(node, ast.comprehension):
        for position, test in enumerate(node.ifs):
            if not _negated_otherwise(test):
                ifs = [*node.ifs[:position], _negated(test), *node.ifs[position + 1 :]]
                yield "condition", ast.comprehension(node.target, node.iter, ifs, node.is_async)


def _expression(node: ast.expr, place: _Place) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Compare(left=left, ops=[op], comparators=others) if type(op) in FLIPPED:
            yield "comparison", ast.Compare(left, [FLIPPED[type(op)]()], others)
        case ast.BoolOp(op=op, values=values):
            yield "boolean", ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=operand):
            yield "boolean" if isinstance(node.op, ast.Not) else "operator", operand
        case ast.BinOp(left=left, op=op, right=right) if _counts(node, place):
            yield "operator", ast.BinOp(left, OPERATORS[type(op)](), right)
        case ast.Name(id=name, ctx=ast.Load()) if name in NAMES and not place.at_import:
            yield "operator", ast.Name(NAMES[name], node.ctx)
        case ast.Attribute(attr=name, ctx=ast.Load()) if name in NAMES:
            yield "operator", ast.Attribute(node.value, NAMES[name], node.ctx)


def _statement(node: ast.stmt, place: _Place) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Return):
        if node.value is not None and not isinstance(node.value, ast.Constant):
            new = ast.UnaryOp(ast.Not(), node.value) if place.returns_bool else ast.Constant(None)
            yield "return value", ast.Return(ast.copy_location(new, node.value))
    elif _removable(node):
        yield "removed", ast.Pass()


def _constant(value, place: _Place) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(value, bool):
        yield "constant", ast.Constant(not value)
    elif isinstance(value, int | float):
        yield "constant", ast.Constant(value + 1)
    elif isinstance(value, str) and not place.wording:
        yield "constant", ast.Constant(value + MARK)
    elif isinstance(value, bytes):
        yield "constant", ast.Constant(value + MARK.encode())


def _counts(node: ast.BinOp, place: _Place) -> bool:
    """Whether another operator is a fault, and no nonsense of types: text isn't subtracted, types aren't cut."""
    texts = (ast.JoinedStr, ast.List, ast.Tuple)
    sides = (node.left, node.right)
    spoken = any(isinstance(s, texts) or (isinstance(s, ast.Constant) and isinstance(s.value, str)) for s in sides)
    typed = place.at_import and isinstance(node.op, ast.BitOr)
    return type(node.op) in OPERATORS and not spoken and not typed


def _removable(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.AugAssign() | ast.Raise() | ast.Delete():
            return True
        case ast.Continue() | ast.Break():
            return True
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return True
    return False


def _negated_otherwise(test: ast.expr) -> bool:
    """Whether another fault already turns the test round."""
    if isinstance(test, ast.Compare):
        return len(test.ops) == 1 and isinstance(test.ops[0], NEGATED_BY_ITSELF)
    return isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)


def _with_test(node):
    return type(node)(**{**dict(ast.iter_fields(node)), "test": _negated(node.test)})


def _negated(test: ast.expr) -> ast.expr:
    return ast.copy_location(ast.UnaryOp(ast.Not(), test), test)
