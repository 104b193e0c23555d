"""What a routine is made of, in the words that sentences about faults use."""

from app.language.said import Said, said

FLOW = said("flow")
STATE = said("state")
TRANSITION = said("transition")
CLOCK = said("clock")
FIELD = said("field")
CHOICE = said("choice")
GUARD = said("guard")
PARTY = said("party")
ROLE = said("role")
REPORT = said("report")
UNIT = said("unit")
AREA = said("area")
PERSON = said("person")
MAIL = said("mail")
A_PARTY = said("a party")
A_LANGUAGE = said("a language")
A_MAIL = said("name of a mail")
A_KIND = said("a kind of unit")
DATE_FIELD = said("date field")
EVENT = said("transition or state")
START = said("transition, state or date field")

SECTIONS: dict[str, Said] = {
    FLOW: said("flows"),
    STATE: said("states"),
    TRANSITION: said("transitions"),
    CLOCK: said("clocks"),
    FIELD: said("fields"),
    CHOICE: said("choices"),
    GUARD: said("guards"),
    PARTY: said("parties"),
    ROLE: said("roles"),
    REPORT: said("reports"),
    UNIT: said("units"),
    AREA: said("areas"),
    PERSON: said("people"),
    MAIL: said("mails"),
}
"""What stands together under one word, by what each of them is."""


def of(word: str, what: Said) -> Said:
    """The part of something that a word of the language names."""
    return said("%(word)s of %(what)s", word=word, what=what)


def value_of(word: str) -> Said:
    """What is written after a word."""
    return said('value of "%(word)s"', word=word)


def flow_named(name: str) -> Said:
    """One of the flows."""
    return said('flow "%(name)s"', name=name)


def role_named(name: str) -> Said:
    """One of the roles."""
    return said('role "%(name)s"', name=name)
