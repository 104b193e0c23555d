"""Questions the studio asks: texts in every language, rows of other tables, spans of days, and structures as YAML."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, ClassVar

import yaml
from wtforms import Field, SelectField, TextAreaField
from wtforms.utils import unset_value
from wtforms.validators import StopValidation, ValidationError

from app.i18n import LANGUAGES, gettext, translated
from app.language.read import read
from app.web.here import context


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
            asked = [name for name in LANGUAGES if f"{self.name}-{name}" in formdata]
            typed = {name: _typed(formdata, f"{self.name}-{name}").strip() for name in asked}
            self.data = {**kept, **typed}
            self.data = {name: text for name, text in self.data.items() if text}
            self.raw_data = list(self.data.values())

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - the library's signature
        """Ask for the text in every language of the routine, if there is one at all."""
        wanted = [name for name in context().routine.languages if name in LANGUAGES]
        missing = [LANGUAGES[name] for name in wanted if name not in self.data]
        if self.data and missing:
            raise StopValidation(gettext("Write it in these languages, too: %(names)s.", names=", ".join(missing)))


def _typed(formdata: Any, name: str) -> str:
    """Give what was typed, with the line breaks that we keep."""
    return str(formdata.get(name, "")).replace("\r\n", "\n")


class RowField(SelectField):  # type: ignore[misc]
    """A row of another table, by its key; `rows` gives keys and names of those that may be chosen.

    What was chosen before stays a choice, as `former` calls it. `blank` is the name of no row; None = one must be.
    """

    render_kind = "SelectField"

    def __init__(
        self,
        label: Any,
        *,
        rows: Callable[[], list[tuple[str, str]]],
        former: Callable[[str], str],
        blank: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(label, choices=(), validate_choice=False, **options)
        self.rows, self.former, self.blank = rows, former, blank

    def process_data(self, value: Any) -> None:
        """Take the row's key."""
        self.data = "" if value is None else str(value)

    def iter_choices(self) -> Iterator[tuple[str, str, bool, dict[str, Any]]]:
        """Give the rows that may be chosen, the one that was, and none where that may be."""
        choices = list(self.rows())
        kept = "" if self.object_data is None else str(self.object_data)
        if kept and kept not in dict(choices):
            choices.append((kept, self.former(kept)))
        none = [("", "–" if self.blank is None else str(self.blank))]
        return ((key, text, key == (self.data or ""), {}) for key, text in none + choices)

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - the library's signature
        """Refuse what is no choice, and none where one must be."""
        if not self.data and self.blank is None:
            raise StopValidation(gettext("Choose one."))
        if self.data not in {key for key, *_ in self.iter_choices()}:
            raise StopValidation(gettext("Choose one of the list."))


class SpansField(Field):  # type: ignore[misc]
    """Spans of days, each with its own row: add an empty one, leave one empty to take it away.

    `texts`: each has a text in every language. An open end is kept as `open_end`.
    """

    render_kind = "spans"

    def __init__(self, label: Any = None, *, texts: bool = False, open_end: Any = None, **options: Any) -> None:
        options.pop("allow_blank", None)
        super().__init__(label, **options)
        self.texts, self.open_end = texts, open_end
        self.rows: list[dict[str, str]] = []
        self.data: list[dict[str, Any]] = []

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:  # noqa: ARG002 - the library's signature
        """Read the kept spans, or what was typed in each row."""
        self.process_errors: list[str] = []
        self.object_data = [] if data is unset_value or not data else data
        self.rows = [_row_of(each) for each in self.object_data]
        self.data = list(self.object_data)
        if formdata is not None and f"{self.name}-rows" in formdata:
            self.rows = list(self._typed_rows(formdata))
            self.data = [self._span(row) for row in self.rows if any(row.values())]

    def _typed_rows(self, formdata: Any) -> Iterator[dict[str, str]]:
        found = re.compile(rf"{re.escape(self.name)}-(\d{{1,4}})-from").fullmatch
        places = sorted({int(each[1]) for name in formdata if (each := found(name))})
        parts = ("from", "until", *((f"text-{name}" for name in LANGUAGES) if self.texts else ()))
        for place in places:
            if formdata.get("less") != f"{self.name}-{place}":
                yield {part: _typed(formdata, f"{self.name}-{place}-{part}").strip() for part in parts}
        if formdata.get("more") == self.name:
            yield dict.fromkeys(parts, "")

    def _span(self, row: dict[str, str]) -> dict[str, Any]:
        span: dict[str, Any] = {"from": row["from"], "until": row["until"] or self.open_end}
        if self.texts:
            span["text"] = {name: row[f"text-{name}"] for name in LANGUAGES if row[f"text-{name}"]}
        return span

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - the library's signature
        """Refuse what is no day, and an end before its start."""
        for span in self.data:
            start, end = day_of(span["from"]), day_of(span["until"] or span["from"])
            if end < start:
                raise StopValidation(gettext("The last day comes before the first."))
            if self.texts and not span["text"]:
                raise StopValidation(gettext("Write the text that is told on these days."))


def _row_of(span: dict[str, Any]) -> dict[str, str]:
    texts = {f"text-{name}": text for name, text in (span.get("text") or {}).items()}
    return {"from": span.get("from") or "", "until": span.get("until") or "", **texts}


def day_of(text: str) -> date:
    """Read a day. Raises ValidationError for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise ValidationError(gettext("“%(text)s” isn't a day. Write days as 2026-12-24.", text=text)) from wrong


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
                gettext("line %(line)d: %(what)s", line=fault.line, what=translated(fault.message)) for fault in faults
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
            raise StopValidation(translated(wrong.args[0])) from wrong
