"""What stands on every page."""

from tests.house import Person, make_app


def test_the_routines_own_page_is_linked_from_every_page(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, ROUTINE_URL="https://routine.example/page")
    for name, path in ((None, "/"), (None, "/login/"), ("desk", "/cases/"), ("admin", "/studio/unit/")):
        assert 'href="https://routine.example/page"' in Person(app, name).get(path).get_data(as_text=True), path


def test_without_such_a_page_there_is_no_link(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, ROUTINE_URL="")
    assert ">Rutinen</a>" not in Person(app).get("/").get_data(as_text=True)
