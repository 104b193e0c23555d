"""Numbers that are kept as text: read by the database itself, each in its own words."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

NUMBER = r"^-?[0-9]{1,30}(\.[0-9]{1,30})?(E[+-]?[0-9]{1,2})?$"
"""What is kept as a number and fits into the database's own; anything else isn't found by its size."""


class number_of(FunctionElement[float]):  # noqa: N801 - a function of SQL
    """The number that a text is; null where it is none."""

    type = Float()
    inherit_cache = True


@compiles(number_of)  # type: ignore[no-untyped-call,untyped-decorator]
def _number(element: number_of, compiler: Any, **kw: Any) -> str:
    text = compiler.process(element.clauses, **kw)
    return f"CASE WHEN {text} ~ '{NUMBER}' THEN CAST({text} AS DOUBLE PRECISION) END"


@compiles(number_of, "sqlite")  # type: ignore[no-untyped-call,untyped-decorator]
def _number_on_sqlite(element: number_of, compiler: Any, **kw: Any) -> str:
    """SQLite reads any text as some number and has no patterns of its own but these."""
    text = compiler.process(element.clauses, **kw)
    is_number = f"{text} GLOB '[-0-9]*[0-9]' AND {text} NOT GLOB '*[^-+.0-9E]*'"
    digit = f"{text} GLOB '[0-9]'"
    return f"CASE WHEN ({is_number}) OR {digit} THEN CAST({text} AS REAL) END"
