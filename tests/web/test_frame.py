"""What stands on every page."""

from tests.house import Person, make_app


def test_the_routines_own_page_is_linked_from_every_page(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, ROUTINE_URL="https://routine.example/page")
    for name, path in ((None, "/"), (None, "/login/"), ("desk", "/cases/"), ("admin", "/studio/unit/")):
        assert 'href="https://routine.example/page"' in Person(app, name).get(path).get_data(as_text=True), path


def test_without_such_a_page_the_link_leads_to_the_one_written_from_the_routine(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, ROUTINE_URL="")
    assert '<a class="ds-link" href="/routine">Rutinen</a>' in Person(app).get("/").get_data(as_text=True)
    assert Person(app).get("/routine").status_code == 200
