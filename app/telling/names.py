"""What roles, areas, units and mails are called: that lies in the database, so it is handed in."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from babel.lists import format_list

from app.i18n import gettext, language, say
from app.language.definition import Text

PLACEHOLDER = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Names:
    """Labels of roles, areas and units and subjects of mails, by name; what is missing is called by its own name."""

    roles: Mapping[str, Text] = field(default_factory=dict)
    areas: Mapping[str, Text] = field(default_factory=dict)
    units: Mapping[str, Text] = field(default_factory=dict)
    mails: Mapping[str, Text] = field(default_factory=dict)

    def role(self, name: str) -> str:
        """What the role is called."""
        return say(self.roles.get(name)) or spelled(name)

    def area(self, name: str) -> str:
        """What the area is called."""
        return say(self.areas.get(name)) or spelled(name)

    def unit(self, name: str) -> str:
        """What the unit, or the kind of unit, is called."""
        kinds = {
            "university": gettext("a university"),
            "faculty": gettext("a faculty"),
            "department": gettext("a department"),
        }
        return say(self.units.get(name)) or kinds.get(name) or spelled(name)

    def mail(self, name: str) -> str:
        """What the mail's subject says, without what differs from case to case."""
        return PLACEHOLDER.sub("…", say(self.mails.get(name))) or spelled(name)


def spelled(name: str) -> str:
    """Give a name of the file as words, where nothing better is known."""
    return name.replace("_", " ")


def listed(items: Iterable[str], style: str = "standard") -> str:
    """`A, B and C`; with the style `or`, `A, B or C`. Each is told once."""
    return str(format_list(list(dict.fromkeys(items)), style=style, locale=language()))


def quoted(text: str) -> str:
    """Give the text between the quotation marks of the language."""
    return gettext("“%(text)s”", text=text)
