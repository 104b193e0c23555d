"""A form as its page shows it: the routine's fields with what a reporter needs, and what is wrong with the answers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from wtforms import EmailField, Form, StringField
from wtforms import Field as FormField

from app.i18n import gettext, lazy_gettext, say
from app.submit import remarks
from app.submit.place import options
from app.submit.report import Report
from app.web import addresses
from app.workflow.answers import LONGEST_TEXT, MISSING, PERSONAL
from app.workflow.evaluator import Refusal
from app.workflow.refusals import of_field

KEEP = "keep_personal_data"
PROSE = ("TextAreaField", "StringField")
FIRST = {"area": 0, "unit": 1}
LAST = {"reporter": 9}
ELSE = 5
BY_NAME = {
    "area": lazy_gettext("Choose what it is about."),
    "reporter": lazy_gettext("Write your e-mail address, so that we can reach you."),
}
BY_KIND = {
    "BooleanField": lazy_gettext("Tick this to go on."),
    "RadioField": lazy_gettext("Choose an answer."),
    "SelectField": lazy_gettext("Choose an answer."),
    "SelectMultipleField": lazy_gettext("Choose at least one."),
}
"""What to do about an answer that is missing, by the field's name or else its kind."""


class Own(Form):  # type: ignore[misc]
    """The questions that a reporter answers in words of their own: the engine is told what they mean."""

    unit = StringField(render_kw={"list": "places", "autocomplete": "off"})
    reporter = EmailField(lazy_gettext("E-mail"), render_kw={"autocomplete": "email"})


@dataclass
class Sheet:
    """The fields in the page's order, with their errors; `form_errors` are those of no field."""

    fields: list[FormField]
    form_errors: list[str] = field(default_factory=list)
    warned: bool = False
    places: list[tuple[str, str]] = field(default_factory=list)

    def __iter__(self) -> Iterator[FormField]:
        return iter(self.fields)

    @property
    def names(self) -> set[str]:
        """Names of the fields."""
        return {each.name for each in self.fields}

    @property
    def faulty(self) -> bool:
        """Whether it can't be sent as it is."""
        return self.warned or self.blamed

    @property
    def blamed(self) -> bool:
        """Whether some answer is wrong."""
        return bool(self.form_errors) or any(each.errors for each in self.fields)

    def blame(self, name: str, text: str) -> None:
        """Put an error at a field that has none yet; without such a field at the whole form."""
        found = next((each for each in self.fields if each.name == name), None)
        if found is None:
            self.form_errors.append(text)
        elif not found.errors:
            found.errors = [text]

    def look_for_personal_data(self, *, confirmed: bool) -> None:
        """Mark the texts that hold what shouldn't be sent."""
        for each in self.fields:
            remark = remarks.on_text(each.data or "") if each.type in PROSE else None
            if remark is None:
                each.warning = ""
            elif not remark.warning:
                each.errors = [remark.text]
            else:
                each.warning = remark.text
                self.warned = self.warned or not confirmed

    def explain(self, refusals: Iterable[Refusal]) -> None:
        """Put what the routine refuses where it can be mended."""
        for refusal in refusals:
            found = next((each for each in self.fields if each.name == refusal.name), None)
            if refusal.kind == "field":
                kind, label = (found.type, str(found.label.text)) if found else ("", refusal.name)
                self.blame(refusal.name, _sentence(refusal, kind, label))
            else:
                self.blame("", say(refusal.says) or gettext("This can't be sent from here."))


def _sentence(refusal: Refusal, kind: str, label: str) -> str:
    if refusal.reason == MISSING:
        return str(BY_NAME.get(refusal.name) or BY_KIND.get(kind) or gettext("Write an answer here."))
    if refusal.reason == PERSONAL:
        return gettext("Take out the national identity number. It can't be sent.")
    return of_field(refusal, label)


def of_report(report: Report) -> Sheet:
    """Make the sheet of a report: area and place first, how to be reached last."""
    own = Own(report.sent) if report.sent is not None else Own(data=_before(report))
    kind = report.field("unit").choices
    shown = [_fitted(each, own, report) for each in report.form if _is_shown(each, report)]
    shown.sort(key=lambda each: {**FIRST, **LAST}.get(each.name, ELSE))
    proposed = options(report.context.organisation, kind if isinstance(kind, str) else None)
    return Sheet(shown, places=proposed if report.asks("unit") else [])


def _before(report: Report) -> dict[str, str]:
    home = report.initial("unit") if report.asks("unit") else None
    unit = report.context.organisation.unit_by_name.get(home or "")
    return {"unit": say(unit.label) if unit else ""}


def _is_shown(each: FormField, report: Report) -> bool:
    if each.name == report.spot:
        return False
    if each.name == "reporter":
        return report.actor.person is None or report.for_another
    return True


def _fitted(each: FormField, own: Own, report: Report) -> Any:
    """Give the field as a reporter needs it."""
    if each.name in own:
        fitted = own[each.name]
        fitted.flags.optional = each.flags.optional
        if each.name in report.transition.fields:
            fitted.render_kw = {**fitted.render_kw, "required": True}
        if each.name == "unit" or each.reworded:
            fitted.label.text, fitted.description = _question(each, report)
        return fitted
    if each.name == "area":
        _explain_areas(each, report)
    if each.type in PROSE:
        each.render_kw = {**(each.render_kw or {}), "maxlength": LONGEST_TEXT}
    if each.name == "description" and not each.description:
        each.description = gettext("Write roles instead of names. Don't write national identity numbers.")
    return each


def _question(each: FormField, report: Report) -> tuple[str, str]:
    """Give label and explanation; a unit that is asked together with a place is asked in the place's words."""
    if each.name != "unit" or not report.spot:
        return each.label.text, each.description
    place = report.form[report.spot]
    label = place.label.text if place.reworded else f"{place.label.text} / {each.label.text}"
    return label, place.description or each.description


def _explain_areas(each: FormField, report: Report) -> None:
    """Show areas as cards with what they are and an example; those that belong elsewhere have doors instead."""
    known = report.context.organisation.areas.values()
    areas = [area for area in known if area.name not in report.doors and not area.retired]
    each.choices = [(area.name, say(area.label), {"description": _definition(area)}) for area in areas]
    each.render_kind = "cards"
    each.description = each.description or gettext("Choose what fits best.")


def _unknown_place(report: Report) -> str:
    if "unit" in report.transition.fields:
        return gettext("We don't know this. Choose from the list.")
    return gettext("We don't know this. Choose from the list, or leave it empty.")


def _definition(area: Any) -> str:
    example = say(area.example)
    told = gettext("For example: %(example)s", example=example) if example else ""
    return " ".join(text for text in (say(area.help), told) if text)


def blame_places_and_people(sheet: Sheet, report: Report) -> None:
    """Say which places and addresses we don't understand."""
    if report.asks("unit") and not (report.place.known and (report.spot or not report.place.code)):
        sheet.blame("unit", _unknown_place(report))
    for each in sheet.fields:
        typed = report.addresses(each.name) if each.type == "EmailField" else []
        if any(not addresses.is_address(mail) for mail in typed):
            sheet.blame(each.name, gettext("Write an e-mail address like name@example.org."))
