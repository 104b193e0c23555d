"""Faults F12 and F13: what is found in a text, and what isn't."""

import random
from datetime import date, timedelta

import pytest
from stdnum.no.fodselsnummer import calc_check_digit1, calc_check_digit2

from app.privacy import Finding, find, is_national_id, redact

SHIFTS = {
    "birth number": (0, 0),
    "D number": (40, 0),
    "H number": (0, 40),
    "Tenor": (0, 80),
    "synthetic D": (40, 80),
    "+65": (0, 65),
    "synthetic D +65": (40, 65),
    "synthetic D +40": (40, 40),
}
SHAPES = ("{0}{1}", "{0} {1}", "{0}-{1}", "{0}.{1}", "{0}\u00a0{1}", "{0} - {1}", "{2} {3} {4} {1}", "{2}.{3}.{4}.{1}")

WITH_NAMES = [
    "Foreleser Per Hansen møtte ikke opp i uke 36.",
    "Emneansvarlig Kari svarer ikke på e-post.",
    "Vi spurte studass Jonas Li om hjelp.",
    "Veilederen Anne-Lise Berg har sluttet.",
    "Instituttleder Olsen ville ikke høre.",
    "Eg snakka med førelesar Ingvild Nes i går.",
    "Rettleiar Torbjørn Åsen var borte heile hausten.",
    "Professor Ødegård kom tretti minutter for sent.",
    "Sensor Bjørn Dahl kjente oppgaven.",
    "Medstudenten Silje blir holdt utenfor.",
    "The lecturer John Smith never answers.",
    "Our supervisor Maria Rossi has left.",
    "Læringsassistenten Ola retter ikke øvingene.",
    "Det var Per som sa det.",
    "Hilsen Nora Vik",
    "Emnet undervises av Knut Hamre.",
]
ORDINARY = [
    "Referansegruppa i TDT4100 ble aldri satt ned i høst.",
    "Vi spurte emneansvarlig i uke 36 og 39.",
    "Teleslyngen i Kristian Birkeland-auditoriet virker ikke.",
    "Forelesningen 23.11.2026 kl. 10.15 ble avlyst.",
    "Ventilasjonen i rom A4-112 har stått siden 2026-09-01.",
    "Saken min har nummer 2026-0187.",
    "Pengene skulle til kontonummer 1234 56 78903.",
    "Kontoen er 8601.11.17947, og beløpet 1 250 kr.",
    "Emnet TMA4100 Matematikk 1 har 7,5 studiepoeng.",
    "Eksamen var 4. desember, og sensuren falt 21 dager for sent.",
    "Det er 45 plasser på lesesalen, men 312 studenter.",
    "Kart finnes på rom 2.114 i Realfagbygget.",
    "Boka har ISBN 978-82-05-39123-4.",
    "Institusjonen har organisasjonsnummer 974 767 880.",
    "Øving 3 av 8 ble rettet etter fristen 15.10.",
    "Foreleser Blackboard-siden er tom.",
    "Studenten i gruppe 12 fikk ikke svar.",
    "Professor Brochs gate 2 har ikke heis til tredje etasje.",
    "Eva-auditoriet og Odd Fellow-salen er for små.",
    "Liv og røre på lesesalen gjør det umulig å lese.",
    "Tor Hjertes hus er stengt om kvelden.",
    "Timeplanen for 2026/2027 er ikke lagt ut.",
    "Vi fikk 14 av 20 poeng, altså 70 prosent.",
    "Forelesningene er 08.15-10.00 mandag og 12.15-14.00 onsdag.",
    "Eg fekk ikkje svar frå instituttet på seks veker.",
    "Undervisninga i FI2107 er lagd oppå TMA4110.",
    "The lecture on 3 November 2026 was cancelled without notice.",
    "Our teacher Blackboard page is empty.",
    "Lufttemperaturen var 28,5 grader klokka 13.40.",
    "Lab 3-204 hadde 400 ppm før og 1850 ppm etter timen.",
    "Jeg ser at ntnu.no er nede igjen.",
    "Bussen 3 går 07.52, men timen starter 08.00.",
    "Studiebarometeret 2025 viste 3,9 av 5.",
    "Kandidatnummer 10023 fikk feil karakter.",
    "Pensum er side 112-348 i boka og 12 artikler.",
    "Etter 14 dager, 3 purringer og 2 møter skjedde ingenting.",
    "Versjon 10.4.2 av programmet virker ikke på lab-maskinene.",
    "Frist: 20261201, innlevering i Inspera.",
    "Dekanen Trondheim-kontoret er stengt.",
    "Det gjelder vurderingsordningen i EXPH0300, EXFAC og HFEL0001.",
]


def seeded(seed: int | str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same numbers in every run


def number(when: date, individual: int, day: int, month: int) -> str | None:
    digits = f"{when.day + day:02}{when.month + month:02}{when.year % 100:02}{individual:03}"
    first = calc_check_digit1(digits)
    second = calc_check_digit2(digits + first)
    return digits + first + second if len(first + second) == 2 else None


def numbers(kind: str, count: int) -> list[str]:
    dice = seeded(kind)
    made: list[str] = []
    while len(made) < count:
        when = date(1930, 1, 1) + timedelta(days=dice.randrange(36000))
        one = number(when, dice.randrange(1000), *SHIFTS[kind])
        made += [one] if one else []
    return made


def kinds(text: str) -> list[str]:
    return [finding.kind for finding in find(text)]


@pytest.mark.parametrize("kind", SHIFTS)
def test_f12_every_national_identity_number_blocks(kind):
    dice = seeded(1)
    for one in numbers(kind, 1000):
        written = dice.choice(SHAPES).format(one[:6], one[6:], one[:2], one[2:4], one[4:6])
        text = f"I uke 12 fikk {written} avslag, 3 ganger."
        assert find(text) == [Finding("national_id", 14, 14 + len(written), block=True)]


def test_a_number_with_one_wrong_digit_is_not_one():
    dice = seeded(2)
    hits = 0
    for one in numbers("birth number", 1000):
        place = dice.randrange(11)
        wrong = one[:place] + str((int(one[place]) + dice.randrange(1, 10)) % 10) + one[place + 1 :]
        hits += is_national_id(wrong)
    assert hits == 0


def test_a_number_written_as_an_account_never_blocks():
    one = numbers("birth number", 1)[0]
    for text in (f"{one[:4]} {one[4:6]} {one[6:]}", f"{one[:4]}.{one[4:6]}.{one[6:]}", f"Kontonr.: {one}"):
        assert kinds(text) == ["account"]
        assert not find(text)[0].block


@pytest.mark.parametrize(
    "mail",
    ["ola.nordmann@stud.ntnu.no", "ola (at) stud.ntnu.no", "ola[at]ntnu[dot]no", "ola krøllalfa ntnu.no", "o@n.no"],
)
def test_f12_mail_addresses_warn(mail):
    text = f"Svar til {mail}, takk."
    assert find(text) == [Finding("email", 9, 9 + len(mail), block=False)]


@pytest.mark.parametrize(
    "phone", ["901 23 456", "90123456", "+47 901 23 456", "0047 73595000", "73 59 50 00", "+46 8 123 456 78"]
)
def test_f12_phone_numbers_warn(phone):
    text = f"Ring {phone} etter klokka 16."
    assert find(text) == [Finding("phone", 5, 5 + len(phone), block=False)]


def test_names_after_a_role_warn_in_most_sentences():
    hits = [text for text in WITH_NAMES if "name" in kinds(text)]
    assert len(hits) / len(WITH_NAMES) >= 0.6
    start = WITH_NAMES[0].index("Per")
    assert find(WITH_NAMES[0]) == [Finding("name", start, start + len("Per Hansen"), block=False)]


@pytest.mark.parametrize("text", ORDINARY)
def test_f13_ordinary_sentences_are_left_alone(text):
    assert find(text) == []


def test_f13_a_thousand_ordinary_reports_raise_few_alarms():
    dice = seeded(3)
    alarms = 0
    for _ in range(1000):
        report = " ".join(dice.sample(ORDINARY, 5))
        day = date(2026, 1, 1) + timedelta(days=dice.randrange(400))
        account = "".join(str(dice.randrange(10)) for _ in range(11))
        report += f" {day:%d.%m.%Y} i rom {dice.randrange(100, 999)}, konto {account[:4]} {account[4:6]} {account[6:]}."
        alarms += bool(find(report))
    assert alarms <= 5


def test_an_institution_decides_what_blocks_and_what_is_left_alone():
    text = "Svar til a@b.no eller 901 23 456."
    assert [finding.block for finding in find(text, {"email": "block"})] == [True, False]
    assert [finding.kind for finding in find(text, {"phone": "off"})] == ["email"]


def test_an_address_is_told_once_and_in_reading_order():
    text = "Foreleser Per Hansen, 90123456@stud.ntnu.no, 901 23 456"
    assert kinds(text) == ["name", "email", "phone"]


def test_redaction_leaves_a_scar():
    assert redact("Skriv til a@b.no nå", (10, 16), "fjernet: e-postadresse") == "Skriv til [fjernet: e-postadresse] nå"
