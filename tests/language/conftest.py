from pathlib import Path

import pytest

from app.language.load import load

FILES = Path(__file__).parent / "files"
COMPLETE = (FILES / "complete.yaml").read_text()


@pytest.fixture
def complete():
    return COMPLETE


@pytest.fixture(scope="session")
def routine():
    return load(COMPLETE).routine


@pytest.fixture
def broken():
    """A file with places replaced, each of which must be there exactly once."""

    def replaced(text, changes):
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return text

    return replaced
