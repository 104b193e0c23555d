"""Every text in bokmål, nynorsk and English at the same time (F68), and no English where Norwegian was asked for."""

import ast
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import flask_admin
import flask_appbuilder
import pytest
import wtforms
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from app.i18n import force_locale, in_days, ngettext, today
from app.language.load import load
from app.language.read import read
from app.web.frameworks import SAID
from tests.house import Person, cases, make_app

ROOT = Path(__file__).parents[1]
LANGUAGES = {"nb", "nn", "en"}
NORWEGIAN = ("nb", "nn")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|(?<!%)%[sd]|\{\w*\}")
TAG = re.compile(r"</?\w[^>]*>")
WORD = re.compile(r"\w+")
NYNORSK = "ikkje|frå|einingar?|dykk|korleis|kvifor|kva|meldaren|saka"
BOKMAL = "ikke|fra|enhet|enheten|dere|hvordan|hvorfor|hva|noe|saken|dager"
MARKERS = {"_", "gettext", "ngettext", "lazy_gettext", "lazy_ngettext", "said"}
HOW = {"method_map": [("**.py", "python")], "keywords": {**DEFAULT_KEYWORDS, "lazy_gettext": None}}
ROUTINE = [ROOT / "workflow.yaml", *sorted((ROOT / "routines").rglob("*.yaml"))]


def catalogue(language, folder=ROOT / "app" / "translations"):
    with (folder / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def forms(text):
    return (text,) if isinstance(text, str) else tuple(text)


def messages(language):
    return [message for message in catalogue(language) if message.id]


@pytest.fixture(scope="session")
def gathered(tmp_path_factory):
    """What `make messages` does, done to a copy: the template and the catalogues."""
    folder = tmp_path_factory.mktemp("gathered")
    shutil.copytree(ROOT / "app" / "translations", folder / "translations")
    make = ["make", "-n", "-s", "-o", ".venv/ready", "messages", f"BIN={Path(sys.executable).parent}"]
    told = subprocess.run(
        make, cwd=ROOT, capture_output=True, text=True, check=True, env={**os.environ, "MAKEFLAGS": ""}
    )
    script = told.stdout.replace("build/", f"{folder}/").replace("app/translations", str(folder / "translations"))
    subprocess.run(["sh", "-ec", script.replace("mkdir -p build", "")], cwd=ROOT, check=True)
    return folder


@pytest.mark.parametrize("language", NORWEGIAN)
def test_f68_the_catalogue_has_every_text_and_no_other(gathered, language):
    with (gathered / "messages.pot").open("rb") as file:
        wanted = {forms(message.id) for message in read_po(file) if message.id}
    found = {forms(message.id) for message in messages(language)}
    assert found == wanted
    assert not catalogue(language).obsolete


@pytest.mark.parametrize("language", NORWEGIAN)
def test_gathering_the_texts_again_changes_nothing(gathered, language):
    kept = Path("translations") / language / "LC_MESSAGES" / "messages.po"
    assert (gathered / kept).read_text() == (ROOT / "app" / kept).read_text()


def marked():
    """Texts that the code marks for translation, as Python itself reads it."""
    for file in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKERS:
                first = node.args[0]
                yield f"{file.name}:{node.lineno}", first.value if isinstance(first, ast.Constant) else None


def test_no_text_is_hidden_from_gathering():
    known = {forms(message.id)[0] for message in messages("nb")}
    computed = {"frameworks.py"}  # hands on what a framework says
    lost = [place for place, text in marked() if text not in known and place.split(":")[0] not in computed]
    assert lost == []


@pytest.mark.parametrize("language", NORWEGIAN)
def test_f68_every_text_is_translated_and_nothing_is_a_guess(language):
    unfinished = [m.id for m in messages(language) if m.fuzzy or not all(forms(m.string)) or not m.string]
    assert unfinished == []


@pytest.mark.parametrize("language", NORWEGIAN)
def test_f68_placeholders_markup_and_the_number_of_plurals_are_the_same(language):
    for message in messages(language):
        *first, last = forms(message.id)
        said = forms(message.string)
        assert len(said) == len(first) + 1, message.id
        for ours, theirs in zip([*first, last], said, strict=True):
            assert sorted(PLACEHOLDER.findall(ours)) == sorted(PLACEHOLDER.findall(theirs)), theirs
            assert sorted(TAG.findall(ours)) == sorted(TAG.findall(theirs)), theirs


@pytest.mark.parametrize(("language", "other"), [("nb", NYNORSK), ("nn", BOKMAL)])
def test_norwegian_is_plain_and_one_of_the_two(language, other):
    for message in messages(language):
        for text in forms(message.string):
            assert not re.search(rf"(?i)\b(vennligst|ticket|guard|{other})\b|[“”]", text), text


TEXT = r'\{\{-?\s*_\("((?:[^"\\]|\\.)*)"'
PLACES = {
    "a button": (re.compile(rf'<(?:button|a)\b[^>]*class="ds-button[^>]*>\s*(?:<[^>]*>\s*)*{TEXT}'), 30),
    "a column's head": (re.compile(rf"<th\b[^>]*>\s*{TEXT}"), 32),
    "a fact's name": (re.compile(rf"<dt\b[^>]*>\s*{TEXT}"), 36),
    "a heading": (re.compile(rf"<h1\b[^>]*>\s*{TEXT}"), 36),
}
"""Places in pages whose texts must be short: where they are found, and the most letters."""
MENU_ROOM = 20
LONGEST_WORD = 20
"""What a heading has room for on a phone of 320 pixels."""


def texts_of_places():
    for where, (pattern, most) in PLACES.items():
        pages = (ROOT / "app" / "templates").rglob("*.html")
        yield where, most, {text for page in pages for text in pattern.findall(page.read_text())}
    menus = [ROOT / "app" / "web" / "menu.py", ROOT / "app" / "studio" / "__init__.py"]
    yield (
        "a menu",
        MENU_ROOM,
        {text for file in menus for text in re.findall(r'lazy_gettext\("([^"]+)"\)', file.read_text())},
    )


@pytest.mark.parametrize("language", ["en", *NORWEGIAN])
def test_f68_no_label_is_too_long_for_its_place(language):
    said = {} if language == "en" else {forms(m.id)[0]: max(forms(m.string), key=len) for m in messages(language)}
    for where, most, texts in texts_of_places():
        assert len(texts) > 5, where
        long = [said.get(text, text) for text in texts if len(said.get(text, text)) > most]
        assert long == [], f"{where} has room for {most} letters"
    words = {word for text in said.values() for word in re.findall(r"[^\W\d_]+", PLACEHOLDER.sub("", text))}
    assert [word for word in words if len(word) > LONGEST_WORD] == []


def test_what_the_frameworks_say_is_what_they_say():
    theirs = set()
    for package in (flask_appbuilder, flask_admin, wtforms):
        for _, _, text, *_ in extract_from_dir(Path(package.__file__).parent, **HOW):
            theirs.update(forms(text))
    ours = {text._args[0] for text in SAID}
    assert ours <= theirs


@pytest.mark.parametrize("language", NORWEGIAN)
def test_the_compiled_catalogue_is_the_one_that_is_read(language):
    compiled = ROOT / "app" / "translations" / language / "LC_MESSAGES" / "messages.mo"
    with compiled.open("rb") as file:
        shown = {forms(message.id): forms(message.string) for message in read_mo(file) if message.id}
    assert shown == {forms(message.id): forms(message.string) for message in messages(language)}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", ["om 0 dager", "om 1 dag", "om 2 dager"]),
        ("nn", ["om 0 dagar", "om 1 dag", "om 2 dagar"]),
        ("en", ["in 0 days", "in 1 day", "in 2 days"]),
    ],
)
def test_f68_none_one_and_several(small_house, language, words):
    with small_house.test_request_context(), force_locale(language):
        assert [ngettext("in %(num)d day", "in %(num)d days", number) for number in (0, 1, 2)] == words


def test_days_are_told_as_people_say_them(small_house):
    told = {}
    for language in ("nb", "nn", "en"):
        with small_house.test_request_context(), force_locale(language):
            told[language] = in_days(today())
    assert told == {"nb": "i dag", "nn": "i dag", "en": "today"}


def texts_in(value, place=""):
    """Every text of several languages in a file: where it stands, and what it has."""
    if isinstance(value, dict):
        if LANGUAGES & set(value):
            yield place, {name: text for name, text in value.items() if str(text or "").strip()}
        for name, inner in value.items():
            yield from texts_in(inner, f"{place}/{name}")
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from texts_in(inner, f"{place}/{at}")


def spoken_in(folder):
    """The languages that the folder's routine asks of its texts."""
    return set(load((folder / "workflow.yaml").read_text("utf-8")).routine.languages)


@pytest.mark.parametrize("file", ROUTINE, ids=lambda file: str(file.relative_to(ROOT)))
def test_the_routines_own_words_are_in_all_languages(file):
    node, faults = read(file.read_text(), file.name)
    assert not faults
    wanted = spoken_in(file.parent)
    found = list(texts_in(node.plain()))
    assert found or file.name == "scenarios.yaml" or len(wanted) == 1
    assert [(place, set(said)) for place, said in found if set(said) != wanted] == []
    for place, said in found:
        marks = {name: sorted(set(PLACEHOLDER.findall(text))) for name, text in said.items()}
        assert len({tuple(each) for each in marks.values()}) == 1, (place, marks)


# -- pages -------------------------------------------------------------------

VISITORS = ["/", "/follow/", "/login/", "/login/?next=/cases/2026-0001", "/nothing", "/routine", "/door/whistleblowing"]
HANDLERS = ["/cases/", "/cases/?q=nothing-has-this", "/cases/{case}", "/cases/{case}/forward", "/cases/{case}/reject"]
HANDLERS += ["/cases/{case}/consult", "/actions/", "/reports/", "/reports/by_unit", "/my/", "/logout/", "/users/list/"]
ADMINS = [
    "/users/list/",
    "/users/add",
    "/users/userinfo/",
    "/roles/list/",
    "/roles/add",
    "/groups/list/",
    "/groups/add",
]
ADMINS += ["/resetmypassword/form", "/userinfoeditview/form", "/demo/mail", "/login/second", "/login/own/list"]
MENU = re.compile(r'href="(/[^"?#]*)"')
UNTOLD = re.compile(r"(?s)<(script|style|svg|textarea)\b.*?</\1>")
NAMES = {"/permissionviews/list/"}
"""Pages that show names out of the code on purpose."""


@pytest.fixture(scope="module")
def town(sqlite_filled, tmp_path_factory):
    """One installation with one case, for tests that only look."""
    folder = tmp_path_factory.mktemp("town")
    shutil.copy(sqlite_filled, folder / "house.db")
    app = make_app(f"sqlite:///{folder / 'house.db'}", folder)
    Person(app).report()
    return app


@pytest.fixture(scope="module")
def english():
    """Searches for English sentences that have a Norwegian translation, in a page without its markup."""
    texts = {forms(m.id)[0] for m in messages("nb") if forms(m.id)[0] not in {*forms(m.string), "Person"}}
    norwegian = {text for language in NORWEGIAN for message in messages(language) for text in forms(message.string)}
    telling = [
        text for text in sorted(texts - norwegian) if not PLACEHOLDER.search(text) or len(WORD.findall(_bare(text))) > 1
    ]
    return [(text, _word(text), re.compile(rf"(?m)^\s*{_pattern(text)}\s*$")) for text in telling]


def _bare(text):
    return PLACEHOLDER.sub("", TAG.sub("", text))


def _pattern(text):
    return ".+".join(re.escape(part).replace(r"\ ", r"\s+") for part in _parts(text))


def _parts(text):
    return PLACEHOLDER.split(" ".join(TAG.sub("", text).split()))


def _word(text):
    """The longest word without which a page can't have the text: looking for it is much quicker than for the pattern."""
    return max((word for part in _parts(text) for word in part.split()), key=len, default="")


def told(page):
    """A page's words, one element per line, and those of its attributes."""
    page = UNTOLD.sub("", page)
    attributes = re.findall(r'(?:aria-label|placeholder|title|alt)="([^"]+)"', page)
    inline = re.sub(r"</?(?:b|a|span|small|strong|br|time|mark|i)\b[^>]*>", "", page)
    return unescape("\n".join([re.sub(r"<[^>]+>", "\n", inline), re.sub(r"<[^>]+>", "\n", page), *attributes]))


def found_in(page, english):
    words = told(page)
    return [text for text, word, pattern in english if word in words and pattern.search(words)]


def reader(app, name, language):
    person = Person(app, name)
    person.get(f"/login/?lang={language}" if not name else f"/my/?lang={language}")
    return person


@pytest.mark.parametrize("language", NORWEGIAN)
@pytest.mark.parametrize(("name", "paths"), [(None, VISITORS), ("desk", HANDLERS), ("admin", ADMINS)])
def test_no_page_speaks_english_to_a_norwegian(town, english, language, name, paths):
    person = reader(town, name, language)
    number = next(iter(cases(town)))
    person.get("/")
    menu = [path for path in dict.fromkeys(MENU.findall(person.text)) if not path.startswith("/static")]
    person.get("/studio/unit/")
    menu += [
        path for path in dict.fromkeys(MENU.findall(person.text)) if path.startswith("/studio") and name == "admin"
    ]
    english_here = {}
    for path in dict.fromkeys([*paths, *menu]):
        person.get(path.format(case=number), follow_redirects=True)
        assert f'<html lang="{language}"' in person.text, path
        found = found_in(person.text, english)
        if found and path not in NAMES:
            english_here[path] = found
    assert english_here == {}


@pytest.mark.parametrize("language", NORWEGIAN)
@pytest.mark.parametrize(
    ("path", "answers"),
    [
        ("/users/add", {"email": "no-address", "password": "a", "conf_password": "b", "username": "x" * 100}),
        ("/roles/add", {"name": ""}),
        ("/groups/add", {"name": "x" * 200}),
        ("/resetmypassword/form", {"password": "one", "conf_password": "another"}),
        ("/userinfoeditview/form", {"first_name": ""}),
        ("/login/second", {"current": "avviksflyt", "code": "1"}),
        ("/login/own/list", {"current": "wrong"}),
        ("/studio/unit/new/", {"name": "Not A Name", "label-nb": "", "position": "many", "parent": "999999"}),
        ("/studio/unit/new/", {"name": "idi", "label-nb": "Finst"}),
        ("/studio/person/new/", {"name": "somebody", "label": "x" * 400, "mail": "no-address"}),
        ("/studio/assignment/new/", {"role": "", "starts_on": "yesterday"}),
        ("/studio/routing/new/", {"position": "first", "condition": "area: [", "receiver": ""}),
        ("/", {"description": ""}),
        ("/follow/", {"code": "nothing"}),
    ],
)
def test_no_fault_is_told_in_english(town, english, language, path, answers):
    admin = reader(town, "admin", language)
    admin.get(path)
    admin.post(path, **answers)
    if admin.status in (301, 302):
        admin.follow()
    assert re.search(r"ds-validation-message|ds-error-summary|ds-alert", admin.text), admin.text
    assert found_in(admin.text, english) == []
