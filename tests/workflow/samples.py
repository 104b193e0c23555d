"""Files as people, and those who mean harm, send them."""

import io
import zipfile

from PIL import Image

GPS = 34853
ORIENTATION, MAKE = 274, 271
PLACE = "Secret place 63.4N"
TYPES = "[Content_Types].xml"
MAIN = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
OPEN = {"odt": "application/vnd.oasis.opendocument.text", "ods": "application/vnd.oasis.opendocument.spreadsheet"}


def picture(kind="PNG", size=(40, 20), mode="RGB", **options):
    made = io.BytesIO()
    Image.new(mode, size, 120 if mode in ("1", "L", "P") else (200, 30, 30, 90)[: len(mode)]).save(
        made, kind, **options
    )
    return made.getvalue()


def photo(kind="JPEG", size=(40, 20)):
    """Give a picture taken on its side, that tells where and by which camera."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = 6, PLACE
    exif[GPS] = {1: "N", 2: (63.0, 25.0, 4.0), 29: "2026:11:25"}
    hidden = {"exif": exif, "icc_profile": PLACE.encode() * 20}
    if kind != "PNG":
        hidden["xmp"] = f"<x:xmpmeta>{PLACE}</x:xmpmeta>".encode()
    if kind == "JPEG":
        hidden["comment"] = PLACE
    return picture(kind, size, **hidden)


def zipped(entries):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def document(kind="docx", more=()):
    """Give the least that a document of that kind holds."""
    more = dict(more)
    if kind in OPEN:
        return zipped({"mimetype": OPEN[kind], "content.xml": "<office/>", **more})
    return zipped({TYPES: "<Types/>", MAIN[kind]: "<w/>", **more})
