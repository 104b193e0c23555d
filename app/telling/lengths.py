"""Lengths and moments as people say them."""

from app.i18n import gettext, ngettext
from app.language.moments import Length, Moment


def length_in_words(length: Length) -> str:
    """`3 working days`."""
    count = length.count
    words = {
        "working days": ngettext("%(num)d working day", "%(num)d working days", count),
        "days": ngettext("%(num)d day", "%(num)d days", count),
        "hours": ngettext("%(num)d hour", "%(num)d hours", count),
        "weeks": ngettext("%(num)d week", "%(num)d weeks", count),
        "months": ngettext("%(num)d month", "%(num)d months", count),
        "years": ngettext("%(num)d year", "%(num)d years", count),
    }
    return words[length.unit]


def moment_in_words(moment: Moment) -> str:
    """Give when a reminder goes: `1 working day after the deadline`."""
    if moment.length is None:
        return gettext("when the deadline is up")
    if moment.how == "every":
        return _rhythm(moment.length)
    if moment.how == "before":
        return gettext("%(length)s before the deadline", length=length_in_words(moment.length))
    return gettext("%(length)s after the deadline", length=length_in_words(moment.length))


def _rhythm(length: Length) -> str:
    count = length.count
    words = {
        "working days": ngettext("then every working day", "then every %(num)d working days", count),
        "days": ngettext("then every day", "then every %(num)d days", count),
        "hours": ngettext("then every hour", "then every %(num)d hours", count),
        "weeks": ngettext("then every week", "then every %(num)d weeks", count),
        "months": ngettext("then every month", "then every %(num)d months", count),
        "years": ngettext("then every year", "then every %(num)d years", count),
    }
    return words[length.unit]
