"""What a routine may not say although every name in it is right."""

from app.language.definition import Routine
from app.language.read import Node
from app.language.reading import Reading
from app.language.rows import Data


def check(reading: Reading, routine: Routine, root: Node, data: Data | None) -> None:
    """Check the routine as a whole; faults go to the reading."""
