from datetime import UTC, date, datetime, timedelta

import pytest
from flask_babel import force_locale

from app.i18n import day, in_days, language, long_day, moment, say
from model.base import NEVER


@pytest.mark.parametrize(
    ("asked", "cookie", "wished", "spoken"),
    [
        ("nn", "en", "nb", "nn"),
        (None, "en", "nb", "en"),
        (None, None, "nn,nb;q=0.5", "nn"),
        (None, None, "no", "nb"),
        (None, None, "en-GB,en;q=0.9", "en"),
        (None, None, "de", "nb"),
        ("xx", "yy", "", "nb"),
    ],
)
def test_a_page_speaks_what_was_asked_for(shared_house, asked, cookie, wished, spoken):
    client = shared_house.test_client()
    if cookie:
        client.set_cookie("lang", cookie)
    page = client.get("/login/" + (f"?lang={asked}" if asked else ""), headers={"Accept-Language": wished})
    assert f'<html lang="{spoken}"' in page.get_data(as_text=True)


def test_a_chosen_language_is_kept_and_an_unknown_one_is_not(shared_house):
    client = shared_house.test_client()
    client.get("/login/?lang=nn")
    assert client.get_cookie("lang").value == "nn"
    client.get("/login/?lang=de")
    assert client.get_cookie("lang").value == "nn"
    assert '<html lang="nn"' in client.get("/nothing").get_data(as_text=True)


def test_language_links_keep_the_rest_of_the_address(shared_house):
    page = shared_house.test_client().get("/login/?next=/cases/&lang=en").get_data(as_text=True)
    assert 'href="/login/?next=%2Fcases%2F&amp;lang=nn"' in page


@pytest.fixture
def speaking(shared_house):
    def speak(name):
        return force_locale(name)

    with shared_house.test_request_context():
        yield speak


def test_days_are_said_as_people_say_them(speaking):
    this_year = date.today().replace(month=12, day=4)  # noqa: DTZ011 - the words are of the day, not the moment
    said = {"nb": ("4. des.", "4. desember"), "nn": ("4. des.", "4. desember"), "en": ("4 Dec", "4 December")}
    for name, (short, long) in said.items():
        with speaking(name):
            assert language() == name
            assert day(this_year) == short
            assert day(this_year.replace(year=2019)) == f"{short} 2019"
            assert long_day(this_year) == f"{long} {this_year.year}"


def test_a_moment_is_told_where_the_institution_is(speaking):
    with speaking("en"):
        assert moment(datetime(2019, 7, 1, 22, 5, tzinfo=UTC)) == "2 Jul 2019 at 00.05"


def test_the_distance_to_a_day_is_told_in_words(speaking):
    now = datetime.now(UTC)
    with speaking("en"):
        assert in_days(now) == "today"
        assert in_days(now + timedelta(days=1)) == "tomorrow"
        assert in_days(now + timedelta(days=11)) == "in 11 days"
        assert in_days(now - timedelta(days=1)) == "Overdue 1 day"
        assert in_days(now - timedelta(days=5)) == "Overdue 5 days"
        assert in_days(NEVER) == ""


def test_a_text_falls_back_to_the_nearest_language(speaking):
    with speaking("nn"):
        assert say({"nb": "bokmål", "en": "english"}) == "bokmål"
        assert say({"nn": "nynorsk", "nb": "bokmål"}) == "nynorsk"
        assert say({"en": "english"}) == "english"
        assert say({}) == ""
        assert say("plain") == "plain"
    assert say({"nb": "bokmål", "en": "english"}, "en") == "english"
