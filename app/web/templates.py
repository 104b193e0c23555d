"""What templates need beside the frame: values as text and long groups of choices folded by subject."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from app.web.cells import plain


@dataclass(slots=True)
class Group:
    """Choices that end in the same words, each with its place among all."""

    name: str
    choices: list[tuple[int, tuple[Any, Any, bool]]] = field(default_factory=list)

    @property
    def chosen(self) -> int:
        """How many are chosen."""
        return sum(bool(choice[2]) for _, choice in self.choices)

    @property
    def some(self) -> bool:
        """Whether some but not all are chosen: those one wants to see at once."""
        return 0 < self.chosen < len(self.choices)


def grouped(choices: Iterable[tuple[Any, ...]]) -> list[Group]:
    """Group choices such as "can list on CaseView" by what stands after "on"; others by their first letter."""
    groups: dict[str, Group] = {}
    for at, (value, label, chosen, *_) in enumerate(choices):
        what, _, where = str(label).rpartition(" on ")
        name = where if what else str(label)[:1].upper()
        groups.setdefault(name, Group(name)).choices.append((at, (value, what or label, chosen)))
    return [groups[name] for name in sorted(groups, key=str.casefold)]


def must(field: Any) -> bool:
    """Whether the field has to be filled in."""
    return bool(field.flags.required or (field.render_kw or {}).get("required"))


def attributes(field: Any) -> dict[str, Any]:
    """HTML attributes a field asks for, those of its validators included."""
    wanted = {name: value for name, value in (field.render_kw or {}).items() if name not in {"rows", "required"}}
    longest = field.flags.maxlength
    return {**wanted, "maxlength": longest or None, "required": "" if must(field) else None}


def faults(form: Any) -> list[tuple[str, str]]:
    """Every fault of a form as (field's id or nothing, sentence)."""
    told = ((each.id, str(each.label.text), " ".join(map(str, each.errors))) for each in form if each.errors)
    found = [(at, f"{label}{'' if label.endswith('?') else ':'} {text}") for at, label, text in told]
    return found + [("", str(text)) for text in getattr(form, "form_errors", ())]


def init_templates(app: Flask) -> None:
    """Give templates these filters."""
    app.jinja_env.filters.update(plain=plain, grouped=grouped, must=must, attributes=attributes, faults=faults)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
