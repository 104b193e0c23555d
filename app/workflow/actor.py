"""Who is doing something: a person, a visitor, the holder of a follow link, or the system itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """`person` is None for a visitor; `reporter` = holds the case's follow link; `itself` = nobody pressed."""

    person: int | None = None
    language: str = "nb"
    reporter: bool = False
    itself: bool = False
    kind: str = ""


ITSELF = Actor(itself=True)
