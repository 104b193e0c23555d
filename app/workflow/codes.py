"""Code names: two words that say nothing about anyone, drawn by lot and given out once in an installation.

The words are spelled and understood alike in Bokmål, Nynorsk and English, and none of them is a person's name.
"""

from __future__ import annotations

from secrets import choice, randbelow

from sqlalchemy.dialects import postgresql, sqlite

from app.workflow.context import Context
from model import CodeName, Subject

WORDS = (
    *("alarm", "album", "alto", "atlas", "banjo", "basalt", "bingo", "bison", "bolero", "bongo", "bonus", "cello"),
    *("delta", "diesel", "domino", "drama", "dynamo", "fjord", "flamenco", "forum", "gong", "gorilla", "hamster"),
    *("hotel", "jazz", "judo", "karate", "karma", "ketchup", "kilo", "kiwi", "koala", "laser", "lava", "limbo"),
    *("lotus", "mambo", "mango", "meteor", "motor", "neon", "omega", "opera", "origami", "oval", "panda", "papaya"),
    *("paprika", "pasta", "piano", "pilot", "pizza", "polka", "puma", "quiz", "radar", "radio", "robot", "rumba"),
    *("safari", "salsa", "samba", "sauna", "slalom", "sofa", "solo", "sonar", "sushi", "taiga", "tango", "tapir"),
    *("tempo", "tenor", "tiger", "tofu", "tornado", "trombone", "tsunami", "tuba", "tundra", "video", "wok"),
    *("yoga", "zebra"),
)
TRIES = 20
"""Pairs that are tried before a number is put behind one."""


def give(context: Context, subject: Subject) -> None:
    """Give a case the code names that its routine has and it lacks; a part has its case's."""
    if subject.kind != "case":
        return
    declared = context.edition(subject).routine.fields.values()
    lacking = [field.name for field in declared if field.type == "code name" and not subject.answers.get(field.name)]
    if lacking:
        subject.answers = {**subject.answers, **{name: _drawn(context, subject, name) for name in lacking}}


def _drawn(context: Context, subject: Subject, field: str) -> str:
    """Draw until a name is free. While two draw the same at once, one waits for the other and draws again."""
    tries = 0
    while not _take(context, subject, field, name := _name(numbered=tries >= TRIES)):
        tries += 1
    return name


def _name(*, numbered: bool) -> str:
    pair = f"{choice(WORDS)}-{choice(WORDS)}"
    return f"{pair}-{2 + randbelow(9998)}" if numbered else pair


def _take(context: Context, subject: Subject, field: str, name: str) -> bool:
    dialect = sqlite if context.session.get_bind().dialect.name == "sqlite" else postgresql
    taking = dialect.insert(CodeName).values(name=name, subject_id=subject.id, field=field)
    taken = context.session.execute(taking.on_conflict_do_nothing().returning(CodeName.name))
    return taken.scalar() is not None
