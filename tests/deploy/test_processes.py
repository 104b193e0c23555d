"""How gunicorn is told to serve, and that a first start of several processes makes one secret."""

import runpy

import app as product
from config import ROOT


def served(monkeypatch, **variables):
    """gunicorn's settings as they are with these variables."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings = runpy.run_path(str(ROOT / "config.py"))
    monkeypatch.setattr("config.WEB_PROCESSES", settings["WEB_PROCESSES"])
    return runpy.run_path(str(ROOT / "deploy" / "gunicorn.py"))


def test_one_process_serves_unless_more_are_asked_for(monkeypatch):
    monkeypatch.delenv("WEB_PROCESSES", raising=False)
    assert served(monkeypatch)["workers"] == 1
    assert served(monkeypatch, WEB_PROCESSES="3")["workers"] == 3


def test_no_application_is_made_before_the_fork(monkeypatch):
    """Its threads, the embedded worker's among them, would be in none of the processes that serve."""
    assert served(monkeypatch)["preload_app"] is False


def test_nothing_is_written_to_the_home_of_the_products_user(monkeypatch):
    """An image has none; and of two gunicorns the second would find the first one's socket there."""
    assert served(monkeypatch)["control_socket_disable"] is True


def test_a_process_that_begins_meanwhile_reads_no_half_secret(monkeypatch, tmp_path):
    others = []

    def made(_):
        monkeypatch.undo()
        others.append(product._own_secret(tmp_path))
        return "of the second to begin"

    monkeypatch.setattr(product.secrets, "token_urlsafe", made)
    mine = product._own_secret(tmp_path)
    assert [mine] == others
    assert len(mine) == 64
    assert [each.name for each in tmp_path.iterdir()] == ["secret_key"]
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
