"""Working days and the ends of lengths, in the institution's time zone and calendar.

Source: the language's section 12 (Clocks). Every moment given or returned is aware; those returned are UTC.
"""

from bisect import bisect_left, bisect_right
from calendar import isleap, monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.language.moments import Length, Moment

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MORNING = time(7)
DAY = timedelta(days=1)
LONGEST_CLOSURE = 10
"""Years in a row without a working day, after which the calendar is taken to be a mistake."""


class WorkTime:
    """When the institution works.

    `weekend` names weekdays; `holidays` is a country's code (`NO`, `DE-BY`) or ISO dates; `closed` has
    `{from, until}` rows of ISO dates, both days included. Raises ValueError for what isn't so.
    """

    def __init__(
        self,
        timezone: str,
        weekend: Sequence[str],
        holidays: str | Sequence[str],
        closed: Sequence[Mapping[str, str]],
    ) -> None:
        self._zone = ZoneInfo(timezone)
        self._weekend = frozenset(WEEKDAYS.index(name) for name in weekend)
        if len(self._weekend) == len(WEEKDAYS):
            raise ValueError("a week needs a day that isn't weekend")
        self._country = holidays if isinstance(holidays, str) else ""
        self._holidays = frozenset(_dates(() if isinstance(holidays, str) else holidays))
        self._closed = tuple(_span(row) for row in closed)
        self._key = (timezone, self._weekend, self._country, self._holidays, self._closed)
        self._hash = hash(self._key)

    @property
    def zone(self) -> ZoneInfo:
        """The institution's time zone."""
        return self._zone

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WorkTime) and self._key == other._key

    def __hash__(self) -> int:
        return self._hash

    def is_working(self, day: date) -> bool:
        """Whether the day is neither weekend, holiday nor closed."""
        if day.weekday() in self._weekend or day in self._holidays:
            return False
        if self._country and day in _holidays_of(self._country, day.year):
            return False
        return not any(first <= day <= last for first, last in self._closed)

    def day_of(self, moment: datetime) -> date:
        """Give the institution's date at that moment."""
        return moment.astimezone(self._zone).date()

    def end_of(self, day: date) -> datetime:
        """Give the last second of the day."""
        return datetime.combine(day, time(23, 59, 59, fold=1), self._zone).astimezone(UTC)

    def add(self, day: date, length: Length) -> date:
        """Give the day that many days, weeks, months, years or working days later; a negative count goes back."""
        match length.unit:
            case "days":
                return day + length.count * DAY
            case "weeks":
                return day + 7 * length.count * DAY
            case "months":
                return _add_months(day, length.count)
            case "years":
                return _add_months(day, 12 * length.count)
            case "working days":
                return _working_days_later(self, day, length.count)
            case unit:
                raise ValueError(f"not counted in days: {unit}")

    def due(self, start: datetime, length: Length, extra: int = 0) -> datetime:
        """When the length is over: the end of its last day, or for hours to the minute.

        The day of the start isn't counted. `extra` is paused time as `units_between` counts it.
        """
        if length.unit == "hours":
            minutes = timedelta(hours=length.count, minutes=extra)
            return (start.astimezone(UTC) + minutes).replace(second=0, microsecond=0)
        day = self.day_of(start)
        if length.unit == "working days":
            return self.end_of(self.add(day, Length(length.count + extra, length.unit)))
        return self.end_of(self.add(day, length) + extra * DAY)

    def units_between(self, start: datetime, end: datetime, unit: str) -> int:
        """How long a clock stood still, as `due` adds it.

        Minutes for a clock in hours, working days for one in working days, days for all others.
        """
        if unit == "hours":
            return max(0, (end - start) // timedelta(minutes=1))
        first, last = self.day_of(start), self.day_of(end)
        days = max(0, (last - first).days)
        if unit != "working days":
            return days
        return sum(self.is_working(first + ahead * DAY) for ahead in range(1, days + 1))

    def moment(self, due: datetime, moment: Moment, n: int, *, hours: bool) -> datetime:
        """When a reminder goes out; `n` counts the repetitions of `every` from 1, `hours` = the clock is in hours.

        Moments counted in days go at 07:00 of their day, `due` at the first 07:00 after the end; those counted
        in hours, and all of a clock in hours, to the minute.
        """
        if moment.length is None:
            return due if hours else self._morning(self.day_of(due) + DAY)
        times = {"before": -1, "after": 1, "every": n}[moment.how]
        length = Length(times * moment.length.count, moment.length.unit)
        if length.unit == "hours":
            return due + timedelta(hours=length.count)
        day = self.add(self.day_of(due), length)
        if not hours:
            return self._morning(day)
        clock = due.astimezone(self._zone).time()
        return datetime.combine(day, clock, self._zone).astimezone(UTC)

    def _morning(self, day: date) -> datetime:
        return datetime.combine(day, MORNING, self._zone).astimezone(UTC)


@lru_cache(maxsize=65536)
def _working_days_later(worktime: WorkTime, day: date, count: int) -> date:
    """Remembered: a list of cases asks for the same few days over and over. Raises ValueError for none."""
    if count == 0:
        return day
    here = _working_days_of(worktime, day.year)
    place = bisect_right(here, day) + count - 1 if count > 0 else bisect_left(here, day) + count
    year, idle = day.year, 0
    while not 0 <= place < len(here):
        step = 1 if place >= 0 else -1
        place -= len(here) if step > 0 else 0
        year += step
        here = _working_days_of(worktime, year)
        place += len(here) if step < 0 else 0
        idle = 0 if here else idle + 1
        if idle > LONGEST_CLOSURE:
            raise ValueError(f"the calendar has no working day for years around {day}")
    return here[place]


@lru_cache(maxsize=1024)
def _working_days_of(worktime: WorkTime, year: int) -> tuple[date, ...]:
    first = date(year, 1, 1)
    days = (first + ahead * DAY for ahead in range(366 if isleap(year) else 365))
    return tuple(day for day in days if worktime.is_working(day))


def _add_months(day: date, count: int) -> date:
    years, month = divmod(day.month - 1 + count, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _dates(texts: Iterable[str]) -> Iterable[date]:
    return (date.fromisoformat(str(text)) for text in texts)


def _span(row: Mapping[str, str]) -> tuple[date, date]:
    first = date.fromisoformat(str(row["from"]))
    return first, date.fromisoformat(str(row["until"])) if row.get("until") else first


def knows_holidays(country: str) -> bool:
    """Whether the public holidays of the country (`NO`) can be looked up."""
    from holidays import list_supported_countries  # noqa: PLC0415 - as below

    return country in list_supported_countries()


@lru_cache(maxsize=256)
def _holidays_of(country: str, year: int) -> frozenset[date]:
    """Look up the public holidays; the package takes a third of a second to import, so only when asked."""
    from holidays import country_holidays  # noqa: PLC0415

    code, _, part = country.partition("-")
    try:
        return frozenset(country_holidays(code, subdiv=part or None, years=year))
    except NotImplementedError as unknown:
        raise ValueError(f"no calendar of holidays for {country!r}") from unknown
