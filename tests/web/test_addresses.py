"""One address is one receiver, or it is refused, wherever it comes in (F57); each place has the same sense of it."""

import json

import pytest
from sqlalchemy import select

from app.language.address import in_ascii
from app.language.data import load_data
from app.login.people import Refused, _mail
from app.outbox.message import UnsendableError, envelope
from app.web import addresses
from model import Person as Row
from tests.house import Person, cases, session_of, tick
from tests.outbox.server import Told, running
from tests.studio.forms import send
from tests.web.english import English

NONE = (
    *("a@b.no, evil@x.no", "a@b.no evil@x.no", "a@b.no;evil@x.no", "a@b.no\nevil@x.no", "Marit <a@b.no>", "<a@b.no>"),
    *('"a b"@x.no', '"a"@x.no', "a" * 65 + "@x.no", "a@" + "b" * 64 + ".no", "a@" + ".".join(["b" * 60] * 5) + ".no"),
    *(
        "ø@x.no",
        "a..b@x.no",
        ".a@x.no",
        "a@x..no",
        "a@[127.0.0.1]",
        "=?utf-8?q?a=0ABcc=3Ab?=@x.no",
        "a@b@x.no",
        "marit",
    ),
)
ONE = {
    "marit@example.no": "marit@example.no",
    "o'brien+avvik@sub.example.no": "o'brien+avvik@sub.example.no",
    "kari@blåbær.no": "kari@xn--blbr-roah.no",
    "a" * 64 + "@example.no": "a" * 64 + "@example.no",
}


@pytest.mark.parametrize("text", NONE)
def test_f57_what_is_not_one_address_is_none_wherever_it_is_read(text):
    assert in_ascii(text) is None
    assert not addresses.is_address(text)
    with pytest.raises(UnsendableError):
        envelope(text)
    with pytest.raises(Refused):
        _mail({"email": text})
    told = load_data(f"people:\n  kari: {{name: Kari, mail: {json.dumps(text)}}}\n")
    assert "is no mail address" in "".join(map(str, told.faults))


@pytest.mark.parametrize("text", ONE)
def test_f57_one_address_is_one_wherever_it_is_read(text):
    assert addresses.is_address(text)
    assert envelope(text) == in_ascii(text) == ONE[text]
    assert _mail({"email": text}) == text
    assert load_data(f"people:\n  kari: {{name: Kari, mail: {json.dumps(text)}}}\n").faults == []


def test_f57_a_report_is_refused_with_its_text_kept_and_a_person_is_not_saved(small_house):
    visitor, admin = Person(small_house), English(small_house, "admin")
    with session_of(small_house) as session:
        row = session.execute(select(Row.id, Row.mail).where(Row.name == "desk")).one()
    for text in NONE:
        visitor.report(reporter=text)
        assert visitor.status == 400, text
        assert "Referansegruppa ble aldri satt ned" in visitor.text
        send(admin, f"/studio/person/edit/?id={row.id}", mail=text)
        assert admin.status == 200, text
        assert "Write an e-mail address like name@example.org." in admin.text
    assert cases(small_house) == {}
    with session_of(small_house) as session:
        assert session.scalar(select(Row.mail).where(Row.id == row.id)) == row.mail
        assert session.scalar(select(Row.id).where(Row.guest)) is None


def test_f57_a_receipt_goes_to_the_one_receiver_that_was_typed(small_house):
    for text in ONE:
        assert Person(small_house).report(reporter=text).status_code == 303
    handler = Told()
    with running(handler) as url:
        small_house.config["SMTP_URL"] = url
        while tick(small_house):
            pass
    got = [receivers for _, receivers, _ in handler.took]
    assert all(len(each) == 1 for each in got)
    assert set(ONE.values()) <= {each[0] for each in got}
