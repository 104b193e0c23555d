from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from app.web.database import db
from app.worker import nightly

TABLES = text("SELECT DISTINCT tbl FROM sqlite_stat1")


def looked_at(session):
    there = session.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'"))
    found = set(session.scalars(TABLES)) if there else set()
    session.rollback()
    return found


def test_once_a_night_sqlite_looks_how_its_rows_are_spread(small_house):
    """Without it a list of one person's cases is looked for among everybody's."""
    tomorrow = datetime.now(UTC) + timedelta(days=2)
    with small_house.app_context():
        session = db.session()
        assert "subject" not in looked_at(session)
        nightly.check(tomorrow)
        assert "person" in looked_at(session)
        session.execute(text("DELETE FROM sqlite_stat1"))
        session.commit()
        nightly.check(tomorrow)
        assert looked_at(session) == set()
