"""Text from people: make it safe to keep, and find what shouldn't be in it.

Requirements S8, S24, S51; what blocks and what warns is configuration (C3).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from phonenumbers import PhoneNumberMatcher
from stdnum.no.fodselsnummer import calc_check_digit1, calc_check_digit2

Level = Literal["block", "warn", "off"]

KINDS: Mapping[str, Level] = {
    "national_id": "block",
    "account": "warn",
    "email": "warn",
    "phone": "warn",
    "name": "warn",
}
"""What to do about each kind of finding; an institution may say otherwise (PRIVACY_KINDS)."""

MARKS_IN_A_ROW = 4
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
PLAIN = re.compile("[\n\t\x20-\x7e\xa0-\u02ff]*")
"""Text without controls and marks, of letters that are composed as they are."""

BETWEEN = r"[ \t\r\n.,/\-\u2010-\u2015\u00a0\u2007\u2009\u200b\u202f\u2060\u00ad\ufeff]{0,3}"
ELEVEN_DIGITS = re.compile(rf"(?<!\d)(?=(\d(?:{BETWEEN}\d){{10}})(?!\d))")
IN_TWO = re.compile(r"(?i)(?<!\d)(\d{6})\W{1,3}(?:og )?(?:personnummer|personnr|pers\.?nr|pnr)\W{0,3}(\d{5})(?!\d)")
AS_ACCOUNT = re.compile(r"\d{4}\D\d{2}\D\d{5}")
ACCOUNT_BEFORE = re.compile(r"(?i)(?:konto(?:nummer|nr)?|account(?: number)?)\W{0,3}$")
LONGEST_MONTH = 31
MONTHS = 12
SHIFTED_DAY = 40
SHIFTED_MONTHS = (80, 65, 40)

EMAIL = re.compile(
    r"(?i)(?<![\w.+-])[\w+-][\w.+-]{0,63}"
    r"(?:(?:\s?[@＠]\s?|\s?[(\[{<]\s?(?:at|@|alfa|krøllalfa)\s?[)\]}>]\s?|\s(?:krøllalfa|snabel-?a)\s)"
    r"[\w-]{1,63}(?:(?:\.|\s?[(\[{<]\s?(?:dot|punktum|prikk)\s?[)\]}>]\s?)[\w-]{1,63}){1,4}"
    r"|\sat\s[\w-]{1,63}(?:\s(?:dot|punktum|prikk)\s[\w-]{1,63}){0,3}\s(?:dot|punktum|prikk)\s(?:no|com|org|net|edu)\b)"
)

ROLES = (
    r"fore-?lese?r(?:en)?|førelesar(?:en)?|faglærer(?:en)?|faglærar(?:en)?|lærer(?:en)?|lærar(?:en)?|"
    r"professor(?:en)?|førsteamanuensis|universitetslektor(?:en)?|lektor(?:en)?|stipendiat(?:en)?|"
    r"emneansvarlige?|emneansvarlege?|emnekoordinator(?:en)?|"
    r"veileder(?:en)?|vegleiar(?:en)?|rettleiar(?:en)?|"
    r"sensor(?:en)?|eksaminator(?:en)?|studass(?:en)?|læringsassistent(?:en)?|studieassistent(?:en)?|"
    r"instituttleder(?:en)?|instituttleiar(?:en)?|studieprogramleder(?:en)?|studieprogramleiar(?:en)?|"
    r"dekan(?:en)?|prodekan(?:en)?|rektor|leder(?:en)?|leiar(?:en)?|sjef(?:en)?|"
    r"student(?:en)?|medstudent(?:en)?|gruppemedlem(?:met)?|tillitsvalgte?|tillitsvalde?|studieveileder(?:en)?|"
    r"lecturer|teacher|supervisor|examiner|tutor|head of department|dean|course coordinator|fellow student|"
    r"teaching assistant|student assistant|classmate"
)
WORD = r"[A-ZÆØÅÄÖ][a-zæøåäöéèüáíóß]+"
BEFORE_NAME = r"(?: (?:vår|min|vårt|mitt|er|(?:som )?hei?ter|is|named|called))?[ \u00a0]+"
AFTER_COMMA = rf"(?=, {WORD}[ \u00a0-]{WORD}),[ ]"
NAMED = re.compile(
    rf"\b(?i:{ROLES})(?:{BEFORE_NAME}|{AFTER_COMMA})"
    rf"(?P<name>{WORD}(?:[ \u00a0-]{WORD}){{0,3}})(?P<after>[ -]?\w*)"
)
NOT_A_NAME = re.compile(
    "Blackboard|Canvas|Inspera|Teams|Zoom|Feide|Studentweb|Wiseflow|Moodle|Panopto|Discord|Facebook|Outlook|Mazemap|"
    "Trondheim|Gjøvik|Ålesund|Oslo|Bergen|Norge|Noreg|Norway|Gløshaugen|Dragvoll|"
    "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|June|July|August|"
    "September|October|November|December|Se|Vi|De|Det|Den|Dei|Jeg|Eg|Hva|Kva|Hvor|Kvar|Når|"
    "Og|Eller|Men|Etter|Før|Har|Er|Var|Som|Ingen|Alle|Noen|Nokon|Institutt|Instituttet|Fakultet|Fakultetet|Norges|The|This|That|It|We|They|He|She"
)
DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|(?:19|20)\d\d[.-]?(?:0[1-9]|1[0-2])[.-]?(?:0[1-9]|[12]\d|3[01])")
CASE_NUMBER = re.compile(r"\d{2,4}/\d+(?:-\d+)?")
SHORTEST_PHONE = 8
NOT_AFTER = re.compile(
    r"(?i)^[ -]?(?:gate|gata|gt|vei|veien|veg|vegen|plass|auditorie|auditoriet|bygge?t?|huset|hall|rom)$"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a text that looks like personal data: `text[start:end]`, of one of KINDS."""

    kind: str
    start: int
    end: int
    block: bool


def clean(text: str) -> str:
    """Make a text safe to keep: composed, without control and direction characters or towers of marks.

    Line ends become newlines. What a reader would see of an ordinary text stays as it was.
    """
    if PLAIN.fullmatch(text):
        return text  # nearly every text: nothing to look for letter by letter
    kept = "".join(each for each in LINE_ENDS.sub("\n", text) if _may_stay(each))
    return "".join(_at_most(MARKS_IN_A_ROW, unicodedata.normalize("NFC", kept)))


def _may_stay(character: str) -> bool:
    if character in "\n\t":
        return True
    return character not in BIDI and unicodedata.category(character) not in ("Cc", "Cs")


def _at_most(limit: int, text: str) -> Iterator[str]:
    for is_mark, run in groupby(text, key=lambda each: unicodedata.category(each) in ("Mn", "Me")):
        piece = "".join(run)
        yield piece[:limit] if is_mark else piece


def redact(text: str, span: tuple[int, int], word: str) -> str:
    """Put `[word]` where `text[span[0]:span[1]]` stood: a scar, so that readers know something was there."""
    start, end = span
    return f"{text[:start]}[{word}]{text[end:]}"


def find(text: str, kinds: Mapping[str, Level] | None = None) -> list[Finding]:
    """What in the text looks like personal data, in reading order, none overlapping another.

    `kinds` overrides KINDS, wholly or for some; a kind that is `off` isn't told.
    """
    levels = {**KINDS, **(kinds or {})}
    found: list[Finding] = []
    for kind, start, end in _all(text):
        level = levels.get(kind, "warn")
        if level != "off" and all(end <= other.start or start >= other.end for other in found):
            found.append(Finding(kind, start, end, level == "block"))
    return sorted(found, key=lambda each: each.start)


def _all(text: str) -> Iterator[tuple[str, int, int]]:
    """Surest first: a span that one kind has taken isn't told again as another."""
    yield from _numbers(text)
    for match in EMAIL.finditer(text):
        yield "email", match.start(), match.end()
    yield from _phones(text)
    for match in NAMED.finditer(text):
        if not NOT_A_NAME.fullmatch(match["name"].split()[0]) and not NOT_AFTER.match(match["after"]):
            yield "name", match.start("name"), match.end("name")


def _phones(text: str) -> Iterator[tuple[str, int, int]]:
    for phone in PhoneNumberMatcher(text, "NO"):
        written = phone.raw_string
        of_a_person = sum(map(str.isdecimal, written)) >= SHORTEST_PHONE
        if of_a_person and not DATE.fullmatch(written) and not CASE_NUMBER.fullmatch(written):
            opened = written.startswith("(") and ")" not in written
            yield "phone", phone.start + opened, phone.end


def _numbers(text: str) -> Iterator[tuple[str, int, int]]:
    for match in ELEVEN_DIGITS.finditer(text):
        if is_national_id(_digits(match[1])):
            account = AS_ACCOUNT.fullmatch(match[1]) or ACCOUNT_BEFORE.search(text[: match.start(1)][-20:])
            yield "account" if account else "national_id", match.start(1), match.end(1)

    for match in IN_TWO.finditer(text):
        if is_national_id(_digits(match[1] + match[2])):
            yield "national_id", match.start(), match.end()


def _digits(text: str) -> str:
    """The digits alone, in the way that they are mostly written: full-width ones and those of other scripts too."""
    return "".join(str(int(each)) for each in text if each.isdecimal())


def is_national_id(digits: str) -> bool:
    """Whether eleven digits are a birth number, a D or H number or a synthetic one of these."""
    if digits[9] != calc_check_digit1(digits) or digits[10] != calc_check_digit2(digits):
        return False
    day, month = int(digits[:2]), int(digits[2:4])
    month -= next((shift for shift in SHIFTED_MONTHS if month > shift), 0)
    day -= SHIFTED_DAY if day > SHIFTED_DAY else 0
    return 1 <= day <= LONGEST_MONTH and 1 <= month <= MONTHS
