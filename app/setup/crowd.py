"""A semester's ordinary cases for the demo: many, spread over faculties and areas, the same each time."""

from __future__ import annotations

import random
from collections.abc import Iterator

from app.setup.stories import HSE, MIND, PLACE, QUALITY, Step, Story, accept, act, add, assess, forward, report

FACULTIES = {
    "iv": ("student_mtp", "mtp"),
    "ie": ("student_idi", "idi"),
    "mh": ("student_ikom", "ikom"),
    "nv": ("student_ibi", "ibi"),
    "su": ("student_ilu", "ilu"),
    "hf": ("student_isl", "isl"),
}
"""Faculty -> a student and a department there."""
WEIGHTS = (24, 20, 18, 15, 13, 10)
REPORTS = {
    QUALITY: (
        "Pensumlista ble endret etter at semesteret hadde begynt.",
        "Øvingsopplegget passer ikke med det vi blir prøvd i på eksamen.",
        "Opptakene fra forelesningene forsvant før eksamen.",
        "Vi fekk ikkje vite kven som sit i referansegruppa.",
        "The course page has not been updated since last year.",
    ),
    MIND: (
        "Gruppene i prosjektet blir satt sammen slik at noen alltid står igjen alene.",
        "Det er vanskelig å stille spørsmål uten å bli gjort til latter.",
    ),
    PLACE: (
        "Det er for få arbeidsplasser når hele kullet har fri samtidig.",
        "Ventilasjonen i seminarrommet holder ikke for så mange som vi er.",
        "Lyset i auditoriet blinkar, og det er vanskeleg å følgje med.",
    ),
    HSE: (
        "Vernebrillene på laben er ripete, og det er for få av dem.",
        "Nøddusjen på verkstedet er sperret av utstyr.",
    ),
}
AREAS, AREA_WEIGHTS = (QUALITY, MIND, PLACE, HSE), (50, 15, 22, 13)
STAGES, STAGE_WEIGHTS = ("received", "at_faculty", "in_progress", "with_action", "accepted"), (4, 12, 34, 20, 30)
MEASURES = (
    "Gå gjennom opplegget med dem som underviser, og si fra til studentene om hva som blir endret.",
    "Finn ut hva som må til, og legg en plan for å få det gjort.",
)
DUE_IN = 28


def ordinary(count: int) -> Iterator[Story]:
    """Give that many stories, each of a case that is still open."""
    chance = random.Random(count)  # noqa: S311 - the same cases each time, and no secret # nosec B311
    for number in range(count):
        faculty = chance.choices(tuple(FACULTIES), WEIGHTS)[0]
        area = chance.choices(AREAS, AREA_WEIGHTS)[0]
        stage = chance.choices(STAGES, STAGE_WEIGHTS)[0]
        days = chance.randint(0, 2) if stage == "received" else chance.randint(5, 26)
        yield Story(days, tuple(_steps(chance, faculty, area, stage)), minute=number % 50)


def _steps(chance: random.Random, faculty: str, area: str, stage: str) -> Iterator[Step]:
    student, department = FACULTIES[faculty]
    contact = f"hse_{faculty}" if area in (HSE, PLACE) else f"quality_{faculty}"
    yield report(student, area, chance.choice(REPORTS[area]), "difficult" if area == MIND else "tried")
    if stage == "received":
        return
    yield forward(1, faculty, area)
    if stage == "at_faculty":
        return
    yield accept(2, contact)
    if stage == "in_progress":
        return
    yield assess(2, contact, chance.choice(("low", "medium", "high")))
    owner = chance.choice((f"course_{department}", f"head_{department}"))
    yield add(3, contact, chance.choice(MEASURES), owner, DUE_IN)
    if stage == "accepted":
        yield act(4, owner, "accept")
