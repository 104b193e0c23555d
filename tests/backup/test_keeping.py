"""What a backup says of itself, and which ones an installation takes."""

import io
import tarfile

import pytest
from alembic import command

from model import schema
from tests.backup.conftest import typed
from tests.house import Person as Visitor
from tests.house import cases, make_app


@pytest.fixture
def fresh(tmp_path):
    """An installation whose database isn't there yet."""
    (tmp_path / "fresh").mkdir()
    schema.upgrade(f"sqlite:///{tmp_path / 'fresh' / 'new.db'}")
    return make_app(f"sqlite:///{tmp_path / 'fresh' / 'new.db'}", tmp_path / "fresh", SECRET_KEY="another secret")


def test_a_backup_of_an_older_schema_is_brought_up(small_house, sqlite_url, fresh, tmp_path):
    Visitor(small_house).report()
    command.downgrade(schema.alembic_config(sqlite_url), "0006")
    assert "schema 0006" in typed(small_house, "backup", str(tmp_path / "old.tar")).output
    assert typed(fresh, "restore", str(tmp_path / "old.tar")).exit_code == 0
    assert schema.current(fresh.config["DATABASE_URL"]) == schema.newest()
    assert len(cases(fresh)) == 1


def test_without_the_secret_both_commands_say_so(small_house, fresh, tmp_path):
    file = str(tmp_path / "backup.tar")
    assert "It lacks the secret." in typed(small_house, "backup", file).output
    with tarfile.open(file) as archive:
        assert archive.getnames() == ["manifest.json", "database"]
    assert "follow links and codes sent before the backup are dead" in typed(fresh, "restore", file).output
    assert "are dead" not in typed(small_house, "restore", file).output


def test_a_newer_schema_and_another_kind_of_database_are_refused(small_house, fresh, tmp_path):
    file = tmp_path / "backup.tar"
    assert typed(small_house, "backup", str(file)).exit_code == 0
    for was, is_now, said in (
        (schema.newest(), "9999", "A newer version has made this backup"),
        ('"sqlite"', '"postgresql"', "This is a backup of postgresql"),
        ('"format": 1', '"format": 2', "A newer version of Avviksflyt"),
        ('"kind"', '"kin"', "manifest can't be read"),
    ):
        changed = tmp_path / "changed.tar"
        _rewrite(file, changed, was, is_now)
        refused = typed(fresh, "restore", str(changed))
        assert (refused.exit_code, said in refused.output) == (1, True), refused.output
    (tmp_path / "text.tar").write_text("not a backup")
    assert "is no backup of Avviksflyt" in typed(fresh, "restore", str(tmp_path / "text.tar")).output


def _rewrite(file, changed, was, is_now):
    with tarfile.open(file) as source, tarfile.open(changed, "w") as target:
        for member in source:
            content = source.extractfile(member).read()
            if member.name == "manifest.json":
                content = content.replace(was.encode(), is_now.encode())
                member.size = len(content)
            target.addfile(member, io.BytesIO(content))


def test_a_backup_that_fails_leaves_no_file(small_house, tmp_path):
    refused = typed(small_house, "backup", str(tmp_path / "nowhere" / "backup.tar"))
    assert (refused.exit_code, "There is no folder" in refused.output) == (1, True)


@pytest.mark.postgresql
def test_without_postgresqls_programs_that_is_said(postgresql_url, tmp_path, monkeypatch):
    house = make_app(postgresql_url, tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    refused = typed(house, "backup", str(tmp_path / "backup.tar"))
    assert (refused.exit_code, "pg_dump is missing" in refused.output) == (1, True)
    assert not (tmp_path / "backup.tar").exists()
