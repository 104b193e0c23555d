"""An empty database, and one with NTNU's organisation in it."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from app.change.importing import import_data
from app.language.data import load_data
from app.web.database import tune
from model import Base

ROOT = Path(__file__).parents[2]
NTNU = ROOT / "routines" / "ntnu" / "data.yaml"


@pytest.fixture
def session(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'test.db'}", connect_args={"isolation_level": "IMMEDIATE"})
    tune(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture(scope="session")
def ntnu():
    loaded = load_data(NTNU.read_bytes())
    assert loaded.data is not None, loaded.faults
    return loaded.data


@pytest.fixture
def filled(session, ntnu):
    import_data(session, ntnu)
    session.commit()
    return session
