"""Questions the studio asks: one text in every language, and small structures written as YAML."""

from collections.abc import Callable
from typing import Any, ClassVar

import yaml
from wtforms import Field, TextAreaField
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from app.i18n import LANGUAGES, gettext
from app.language.read import read


class TextsField(Field):  # type: ignore[misc]
    """One text in several languages: an input for each; languages we don't speak are kept as they were."""

    render_kind = "texts"

    def __init__(self, label: Any = None, *, long: bool = False, **options: Any) -> None:
        options.pop("allow_blank", None)
        super().__init__(label, **options)
        self.long = long
        self.data: dict[str, str] = {}

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:  # noqa: ARG002 - the library's signature
        """Read the kept texts, or what was typed in each language."""
        self.process_errors: list[str] = []
        kept = {} if data is unset_value or not data else dict(data)
        self.object_data = kept
        self.data = dict(kept)
        if formdata is not None and any(f"{self.name}-{name}" in formdata for name in LANGUAGES):
            typed = {name: formdata.get(f"{self.name}-{name}", "").strip() for name in LANGUAGES}
            self.data = {**kept, **typed}
            self.data = {name: text for name, text in self.data.items() if text}
            self.raw_data = list(self.data.values())


class Plain(yaml.SafeDumper):
    """Writes every word as it is: whoever reads it takes everything as text."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # type: ignore[misc]


def written(value: Any, *, one_line: bool = False) -> str:
    """Small structure as YAML; nothing for None."""
    if value is None:
        return ""
    text = yaml.dump(
        value, Dumper=Plain, allow_unicode=True, sort_keys=False, default_flow_style=one_line or None, width=1000
    )
    return text.removesuffix("...\n").strip()


class YamlField(TextAreaField):  # type: ignore[misc]
    """A small structure as YAML; no answer is kept as `empty`.

    `check` raises ValueError with a sentence for what can't be.
    """

    def __init__(
        self, label: Any = None, *, check: Callable[[Any], object] | None = None, empty: Any = None, **options: Any
    ) -> None:
        options.pop("allow_blank", None)
        super().__init__(label, **options)
        self.check = check
        self.empty = empty

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data in (None, {}, []):
            return ""
        return written(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed: every word as text, nothing surprising."""
        if not valuelist:
            return
        text = valuelist[0].strip()
        if not text:
            self.data = self.empty
            return
        node, faults = read(text, "")
        if faults or node is None:
            told = "; ".join(
                gettext("line %(line)d: %(what)s", line=fault.line, what=fault.message) for fault in faults
            )
            raise ValueError(told)
        self.data = node.plain()

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - the library's signature
        """Ask whether the structure means something."""
        if self.errors or self.check is None:
            return
        try:
            self.check(self.data)
        except ValueError as wrong:
            raise StopValidation(str(wrong)) from wrong
