"""Fault F4: text is kept safe and otherwise as written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.privacy import clean


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("a\u0000b", "ab"),
        ("trygg\u202efdp.exe", "tryggfdp.exe"),
        ("\u2066x\u2069", "x"),
        ("a\ud800b", "ab"),
        ("A\u030angstro\u0308m", "Ångström"),
        ("en\r\nto\rtre\u2028fire\tfem", "en\nto\ntre\nfire\tfem"),
        ("\x1b[31mrød\x07", "[31mrød"),
        ("👩‍💻 og 🇳🇴", "👩‍💻 og 🇳🇴"),
        ("z" + "\u0300\u0315\u0321\u0332\u0353" * 9 + "!", "z\u0321\u0321\u0321\u0321!"),
    ],
)
def test_f4_what_is_kept(raw, kept):
    assert clean(raw) == kept


@given(st.text(alphabet=st.characters(codec=None)))
def test_f4_cleaned_text_is_composed_storable_and_stays_so(text):
    kept = clean(text)
    assert clean(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert "\x00" not in kept
    kept.encode()
