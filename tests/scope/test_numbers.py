"""Texts that are read as numbers by the database: what is kept as one, and nothing else."""

import re

import pytest
from sqlalchemy import create_engine, literal, null, select
from sqlalchemy.exc import OperationalError

from app.scope.numbers import NUMBER, number_of
from tests.conftest import POSTGRESQL, missing

NUMBERS = {
    "0": 0.0,
    "7": 7.0,
    "-7": -7.0,
    "42": 42.0,
    "10.25": 10.25,
    "-0.5": -0.5,
    "1E+3": 1000.0,
    "2.5E-1": 0.25,
    "1E3": 1000.0,
    "1E12": 1e12,
    "1" * 30: float("1" * 30),
    "0." + "1" * 30: float("0." + "1" * 30),
}
NONE = [
    "",
    " ",
    "many",
    "7 apples",
    "ten7",
    "-",
    "+7",
    ".5",
    "5.",
    "1,5",
    "1e3",
    "E3",
    "1E",
    "NaN",
    "Infinity",
    "٣",
    "7\n",
]
TOO_BIG = ["1E123", "1" * 31]


def ways():
    return [
        pytest.param("sqlite://", id="sqlite"),
        pytest.param(POSTGRESQL, id="postgresql", marks=pytest.mark.postgresql),
    ]


@pytest.fixture(scope="module", params=ways())
def connection(request):
    engine = create_engine(request.param)
    try:
        with engine.connect() as connection:
            yield connection
    except OperationalError:
        missing("PostgreSQL")
    finally:
        engine.dispose()


def read(connection, text):
    return connection.scalar(select(number_of(literal(text))))


def test_what_is_kept_as_a_number_is_read_as_it_and_anything_else_as_none(connection):
    assert {text: read(connection, text) for text in [*NUMBERS, *NONE]} == {**NUMBERS, **dict.fromkeys(NONE)}


def test_what_is_too_big_for_the_database_is_none_where_it_says_so(connection):
    found = {read(connection, text) for text in TOO_BIG}
    assert found == {None} or connection.dialect.name != "postgresql"


@pytest.mark.parametrize("text", NUMBERS)
def test_what_is_kept_as_a_number_is_of_the_shape_that_others_ask_for(text):
    assert re.match(NUMBER, text)


@pytest.mark.parametrize("text", [*NONE, *TOO_BIG])
def test_and_nothing_else_is(text):
    assert not re.fullmatch(NUMBER, text)


def test_nothing_is_no_number(connection):
    assert connection.scalar(select(number_of(null()))) is None


def test_two_numbers_are_read_apart(connection):
    """A statement that is remembered reads each time what it is given."""
    assert [read(connection, text) for text in ("1", "2", "x", "3")] == [1, 2, None, 3]
