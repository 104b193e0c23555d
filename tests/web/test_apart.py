"""A search is answered once: its words are looked for in one statement, and the page is made of what was found."""

import pytest
from sqlalchemy import event, text

from app.web import apart
from app.web.database import db
from tests.house import Person, make_app
from tests.matrix.world import Maker
from tests.test_queries import NEXT, cost, numbers, turn

WORD = "gyngestol"
SEARCH = f"/cases/?lang=en&tab=all&sort=-submitted_at&size=2&q={WORD}"
SENT_ON = """
UPDATE subject SET handler = other.handler, unit_id = other.unit_id, state = other.state
FROM subject AS other WHERE subject.number = :number AND other.number = :other
"""


def furnished(app):
    """Five cases with the word that quality_ie may open, newest first, and one that waits for the desk."""
    with app.app_context():
        make = Maker.open(db.session())
        made = [make.case("quality", "in_progress", f"{WORD} {n}").number for n in range(5)]
        elsewhere = make.case("other", "received", WORD).number
        make.case("quality", "in_progress", "Without it")
        db.session.commit()
        db.session.remove()
    return [*reversed(made)], elsewhere


@pytest.mark.parametrize("cap", [1000, 5, 4, 3])
def test_every_page_of_a_search_is_right_however_many_there_are(house, monkeypatch, cap):
    monkeypatch.setattr(apart, "CAP", cap)
    made, _ = furnished(house)
    contact = Person(house, "quality_ie")
    contact.get(SEARCH)
    pages = [numbers(contact)]
    for _ in range(2):
        turn(contact, NEXT)
        pages.append(numbers(contact))
    assert pages == [made[:2], made[2:4], made[4:]]


def test_a_search_looks_for_its_words_once(house):
    furnished(house)
    count, _, statements = cost(Person(house, "quality_ie"), SEARCH)
    looked = [each for each in statements if "MATCH" in each[0] or WORD in str(each[1])]
    assert (count, len(looked)) == (4, 1), looked


@pytest.mark.postgresql
def test_what_goes_out_of_sight_while_the_page_is_made_is_not_on_it(postgresql_url, tmp_path):
    house = make_app(postgresql_url, tmp_path)
    made, elsewhere = furnished(house)
    contact = Person(house, "quality_ie")
    contact.get(SEARCH)
    assert numbers(contact) == made[:2]
    with house.app_context():
        engine = db.engine

    def sent_on(_connection, _cursor, statement, given, *_):
        if "string_agg" in statement and WORD in str(given):
            with engine.begin() as other:
                other.execute(text(SENT_ON), {"number": made[0], "other": elsewhere})

    event.listen(engine, "after_cursor_execute", sent_on)
    contact.get(SEARCH)
    assert numbers(contact) == made[1:3]
