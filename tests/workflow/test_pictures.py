"""Pictures made anew: within which bounds, in which colours, and that nothing hidden comes along."""

import io

import pytest
from PIL import Image

from app.workflow import pictures
from app.workflow.pictures import remade
from app.workflow.unfit import BROKEN, MOVING, Unfit
from tests.workflow.samples import picture


def opened(content):
    return Image.open(io.BytesIO(content))


def refused(content, kind):
    with pytest.raises(Unfit) as fault:
        remade(content, kind, kind)
    return str(fault.value)


def test_the_bounds_are_what_memory_was_measured_for():
    assert pictures.MOST_PIXELS == {"JPEG": 25_000_000, "PNG": 25_000_000, "GIF": 25_000_000, "WEBP": 8_000_000}
    assert (pictures.MOST_PROGRESSIVE, pictures.MOST_PHOTO_PIXELS) == (16_000_000, 100_000_000)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_picture_is_no_larger_than_its_bound(monkeypatch, kind):
    monkeypatch.setitem(pictures.MOST_PIXELS, kind, 800)
    assert opened(remade(picture(kind, (40, 20)), kind, kind)).size == (40, 20)
    assert refused(picture(kind, (89, 9)), kind) == BROKEN


def test_a_gif_is_bound_as_itself(monkeypatch):
    monkeypatch.setitem(pictures.MOST_PIXELS, "GIF", 800)
    assert opened(remade(picture("GIF", (40, 20), "P"), "GIF", "PNG")).format == "PNG"
    assert refused(picture("GIF", (89, 9), "P"), "GIF") == BROKEN


def test_a_large_photo_is_decoded_at_half_its_size_and_a_larger_one_refused(monkeypatch):
    monkeypatch.setitem(pictures.MOST_PIXELS, "JPEG", 800)
    monkeypatch.setattr(pictures, "MOST_PHOTO_PIXELS", 3200)
    sizes = [opened(remade(picture("JPEG", size), "JPEG", "JPEG")).size for size in ((40, 20), (42, 20), (80, 40))]
    assert sizes == [(40, 20), (21, 10), (40, 20)]
    assert refused(picture("JPEG", (81, 40)), "JPEG") == BROKEN


def test_a_progressive_photo_has_a_bound_of_its_own_and_is_not_halved(monkeypatch):
    monkeypatch.setitem(pictures.MOST_PIXELS, "JPEG", 400)
    monkeypatch.setattr(pictures, "MOST_PROGRESSIVE", 800)
    whole = remade(picture("JPEG", (40, 20), progressive=True), "JPEG", "JPEG")
    assert opened(whole).size == (40, 20)
    assert refused(picture("JPEG", (42, 20), progressive=True), "JPEG") == BROKEN


def test_a_photo_with_more_behind_it_is_its_first_picture_and_another_moving_one_refused():
    more = {"save_all": True, "append_images": [Image.new("RGB", (40, 20), 9)]}
    made = opened(remade(picture("MPO", **more), "JPEG", "JPEG"))
    assert (made.format, made.size) == ("JPEG", (40, 20))
    assert refused(picture("WEBP", **more), "WEBP") == MOVING


def test_only_the_format_that_was_told_is_read():
    assert refused(picture("PNG"), "JPEG") == BROKEN


@pytest.mark.parametrize(
    ("kind", "mode", "becomes", "kept"),
    [
        ("JPEG", "CMYK", "JPEG", "RGB"),
        ("JPEG", "L", "JPEG", "L"),
        ("PNG", "LA", "PNG", "LA"),
        ("GIF", "P", "PNG", "P"),
        ("WEBP", "RGBA", "WEBP", "RGBA"),
        ("PNG", "P", "WEBP", "RGB"),
        ("PNG", "LA", "WEBP", "RGBA"),
    ],
)
def test_in_which_colours_a_picture_is_kept(kind, mode, becomes, kept):
    made = opened(remade(picture(kind, mode=mode), kind, becomes))
    assert (made.format, made.mode) == (becomes, kept)


def test_what_shines_through_still_does():
    content = picture("PNG", mode="RGB", transparency=(200, 30, 30), dpi=(72, 72))
    assert opened(remade(content, "PNG", "PNG")).info == {"transparency": (200, 30, 30)}
    plain = picture("PNG", dpi=(72, 72))
    assert opened(remade(plain, "PNG", "PNG")).info == {}


def test_a_photo_keeps_most_of_its_quality():
    """Ninety of a hundred: the tables of coarseness say which quality a JPEG was saved with."""
    saved = io.BytesIO()
    Image.effect_noise((64, 64), 60).convert("RGB").save(saved, "JPEG", quality=100)
    expected = io.BytesIO()
    opened(saved.getvalue()).save(expected, "JPEG", quality=90)
    made = opened(remade(saved.getvalue(), "JPEG", "JPEG"))
    assert made.quantization == opened(expected.getvalue()).quantization
    larger = io.BytesIO()
    opened(saved.getvalue()).save(larger, "JPEG", quality=90, optimize=False)
    assert len(remade(saved.getvalue(), "JPEG", "JPEG")) < len(larger.getvalue())


def test_a_webp_is_saved_as_well_as_a_photo():
    noise = io.BytesIO()
    Image.effect_noise((64, 64), 60).convert("RGB").save(noise, "WEBP", lossless=True)
    wanted = io.BytesIO()
    opened(noise.getvalue()).convert("RGB").save(wanted, "WEBP", quality=90, method=2)
    assert remade(noise.getvalue(), "WEBP", "WEBP") == wanted.getvalue()
