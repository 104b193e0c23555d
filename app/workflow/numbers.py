"""Numbers that people can say: 2026-0187 for a case, 2026-0187-2 for its second action."""

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from app.workflow.context import Context
from model import Case, Counter


def next_case(context: Context) -> str:
    """Take the year's next number; two at once wait for each other."""
    year = str(context.organisation.worktime.day_of(context.now).year)
    taken = update(Counter).where(Counter.name == year).values(value=Counter.value + 1).returning(Counter.value)
    value = context.session.scalar(taken.execution_options(synchronize_session=False))
    if value is None:
        _begin(context, year)
        value = context.session.scalar(taken.execution_options(synchronize_session=False))
    return f"{year}-{value:04d}"


def _begin(context: Context, year: str) -> None:
    """Make the year's counter; if another process just did, its row is the one."""
    dialect = sqlite if context.session.get_bind().dialect.name == "sqlite" else postgresql
    context.session.execute(dialect.insert(Counter).values(name=year, value=0).on_conflict_do_nothing())


def next_part(whole: Case) -> str:
    """Give the next number in a case; the case is locked."""
    return f"{whole.number}-{len(whole.parts) + 1}"
