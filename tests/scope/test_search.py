"""What is typed into a search: every word, anywhere in any column, whatever its case, and nothing else."""

import pytest
from sqlalchemy import create_engine, literal, select

from app.scope.search import MOST_WORDS, contains

COLUMNS = (literal("Ventilen i Rød sal er 100% tett, sak_7"), literal("a b c d e f g h; fra bill@town.example"))


@pytest.fixture(scope="module")
def connection():
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ventilen", True),
        ("VENTIL", True),
        ("sal ventil", True),
        ("ventil bill", True),
        ("ventil olga", False),
        ("olga", False),
        ("100%", True),
        ("1%t", False),
        ("sak_7", True),
        ("r_d", False),
        ("sak-7", False),
        ("a b c d e f g h", True),
        ("a b c d e f g olga", False),
        ("a b c d e f g h olga", True),
    ],
)
def test_every_word_stands_in_one_of_the_columns(connection, text, found):
    assert bool(connection.scalar(select(contains(*COLUMNS)(text)))) == found


@pytest.mark.parametrize("text", ["", "  ", "\t\n"])
def test_without_a_word_nothing_is_asked(text):
    assert contains(*COLUMNS)(text) is None


def test_as_many_words_are_looked_for_as_a_form_says():
    assert MOST_WORDS == 8
