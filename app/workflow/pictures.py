"""Pictures made anew: decoded within bounds and encoded again, so that what is kept is pixels and nothing else."""

from __future__ import annotations

import warnings
from io import BytesIO
from threading import Lock
from typing import Any

from PIL import Image, ImageOps

from app.workflow.unfit import BROKEN, MOVING, Unfit

MOST_PIXELS = {"JPEG": 25_000_000, "PNG": 25_000_000, "GIF": 25_000_000, "WEBP": 8_000_000}
"""So many that decoding and encoding takes less than 200 MB of memory; WebP takes five times as much as the others."""
MOST_PROGRESSIVE = 16_000_000
MOST_PHOTO_PIXELS = 100_000_000
"""Of a JPEG that can be decoded at half its width and height; phones take such."""
SAVED = {
    "JPEG": {"quality": 90, "optimize": True},
    "PNG": {},
    "WEBP": {"quality": 90, "method": 2},
}
KEPT_MODES = {
    "JPEG": ("L", "RGB"),
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "WEBP": ("RGB", "RGBA"),
}

_one_at_a_time = Lock()
"""A decoded picture takes a hundred megabytes: several at once would take them several times."""


def remade(content: bytes, kind: str, becomes: str) -> bytes:
    """Give the picture of that Pillow format anew in another, upright and without anything hidden.

    Raises Unfit: BROKEN for one that can't be decoded or is too large, MOVING for an animation.
    """
    with _one_at_a_time:
        try:
            return _remade(content, kind, becomes)
        except Unfit:
            raise
        except Exception:  # noqa: BLE001 - a decoder fails in a hundred ways, and all mean the same
            raise Unfit(BROKEN) from None


def _remade(content: bytes, kind: str, becomes: str) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        picture = Image.open(BytesIO(content), formats=(kind,))
    with picture:
        _bound(picture, kind)
        picture.load()
        ImageOps.exif_transpose(picture, in_place=True)
        return _encoded(picture, becomes)


def _bound(picture: Image.Image, kind: str) -> None:
    """Look at the head alone: nothing is decoded yet."""
    if kind == "JPEG":
        # A JPEG with several frames is a photo with its depth or brightness behind it: the first frame is the photo.
        _reduce(picture)
    elif getattr(picture, "n_frames", 1) > 1:
        raise Unfit(MOVING)
    most = MOST_PROGRESSIVE if picture.info.get("progressive") else MOST_PIXELS[kind]
    if picture.width * picture.height > most:
        raise Unfit(BROKEN)


def _reduce(picture: Image.Image) -> None:
    """Have a very large photo decoded at half its width and height, which costs a quarter of the memory."""
    pixels = picture.width * picture.height
    if MOST_PIXELS["JPEG"] < pixels <= MOST_PHOTO_PIXELS and not picture.info.get("progressive"):
        picture.draft(picture.mode, (picture.width // 2, picture.height // 2))


def _encoded(picture: Image.Image, becomes: str) -> bytes:
    plain: Any = picture if picture.mode in KEPT_MODES[becomes] else picture.convert(_mode(picture))
    shows_through = plain.info.get("transparency")
    plain.info = {} if shows_through is None else {"transparency": shows_through}
    made = BytesIO()
    plain.save(made, becomes, **SAVED[becomes])
    return made.getvalue()


def _mode(picture: Image.Image) -> str:
    return "RGBA" if picture.has_transparency_data else "RGB"
