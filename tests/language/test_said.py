"""Every fault is told in bokmål, nynorsk and English."""

import ast
import json
import re
from pathlib import Path

import pytest
import yaml
from babel.support import Translations
from flask import Flask
from flask_babel import Babel
from hypothesis import HealthCheck, given, settings

from app.i18n import force_locale, translated
from app.language.data import load_data
from app.language.fault import Fault
from app.language.load import load
from app.language.plain import condition, length, party
from app.language.said import Said, Words, joined, listed, packed, said, unpacked
from tests.language.mutation import mutated

ROOT = Path(__file__).parents[2]
FILES = Path(__file__).parent / "files"
WORKFLOW, DATA = (FILES / "complete.yaml").read_text(), (FILES / "data.yaml").read_text()
TRANSLATIONS = str(ROOT / "app" / "translations")
NORWEGIAN = ("nb", "nn")
SOURCES = [*sorted((ROOT / "app" / "language").glob("*.py"))]
TREES = {file.name: ast.parse(file.read_text()) for file in SOURCES}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def app():
    made = Flask("told")
    Babel(made, default_translation_directories=TRANSLATIONS)
    return made


@pytest.fixture(scope="module")
def tell(app):
    def told(message, language):
        with app.app_context(), force_locale(language):
            return translated(message)

    return told


# -- how the code says it ----------------------------------------------------


def calls(tree, *names):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) in names:
            yield node


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


TELLING = {
    each.name for tree in TREES.values() for each in functions(tree) if getattr(each.returns, "id", "") == "Said"
}
TELLING |= {"joined"}


def is_said(node, scope, tree):
    """Whether an expression is a sentence that can be said in another language."""
    match node:
        case ast.Call(func=ast.Name(name)):
            return name in TELLING
        case ast.Call(func=ast.Attribute(value=inner, attr="cut")):
            return is_said(inner, scope, tree)
        case ast.Attribute(attr="message"):
            return True
        case ast.Name(name):
            given = [arg for arg in scope.args.args if arg.arg == name and getattr(arg.annotation, "id", "") == "Said"]
            found = [each.value for each in ast.walk(scope) if isinstance(each, ast.Assign) and _names(each, name)]
            found = found or [each.value for each in tree.body if isinstance(each, ast.Assign) and _names(each, name)]
            return bool(given) or (bool(found) and all(is_said(each, scope, tree) for each in found))
    return False


def _names(assignment, name):
    return any(isinstance(target, ast.Name) and target.id == name for target in assignment.targets)


def unsaid(tree):
    """Lines on which a fault is told with a text that can't be said in another language."""
    return [
        call.lineno
        for scope in functions(tree)
        for call in calls(scope, "wrong", "warn", "Fault", "Unreadable")
        if not is_said(call.args[-1], scope, tree)
    ]


def test_every_fault_can_be_said_in_another_language():
    assert {name: lines for name, tree in TREES.items() if (lines := unsaid(tree))} == {}
    assert sum(1 for tree in TREES.values() for _ in calls(tree, "wrong", "warn", "Fault", "Unreadable")) > 100


@pytest.mark.parametrize("text", ['"x"', 'f"{x} is wrong"', "x", 'str(said("x"))', 'said("x") + y', '"%s" % x'])
def test_a_fault_that_cant_be_said_in_another_language_is_seen(text):
    assert unsaid(ast.parse(f"def f(reading, node, x):\n    reading.wrong(node, {text})\n")) == [2]


def test_every_sentence_is_a_literal_with_its_own_values():
    wrong = []
    for name, tree in TREES.items():
        for call in calls(tree, "said"):
            template, given = call.args[0], {keyword.arg for keyword in call.keywords}
            literal = isinstance(template, ast.Constant) and isinstance(template.value, str)
            if not literal or set(PLACEHOLDER.findall(template.value)) != given or len(call.args) > 1:
                wrong.append(f"{name}:{call.lineno}")
    assert wrong == []


# -- what is told ------------------------------------------------------------


@pytest.fixture(scope="module")
def catalogues():
    return {language: set(Translations.load(TRANSLATIONS, [language])._catalog) for language in NORWEGIAN}


def templates(message):
    """Every template a message is made of."""
    if isinstance(message, Words):
        return {template for each in message for template in templates(each)}
    if not isinstance(message, Said):
        return set()
    return {message.template, *(each for value in message.values.values() for each in templates(value))}


def names(message):
    """Every name out of the file that a message tells."""
    if isinstance(message, Words):
        return [name for each in message for name in names(each)]
    if isinstance(message, Said):
        return [name for value in message.values.values() for name in names(value)]
    return [str(message)]


def assert_told(faults, tell, catalogues):
    for fault in faults:
        message = fault.message
        assert isinstance(message, Said), message
        for language in NORWEGIAN:
            norwegian = tell(message, language)
            assert templates(message) <= catalogues[language]
            assert norwegian != message
            assert "%(" not in norwegian or "%(" in message
            if message.most is None:
                assert [name for name in names(message) if name not in norwegian] == []
        assert tell(message, "en") == message == unpacked(json.loads(json.dumps(packed(message))))


def rows(name):
    return yaml.safe_load((FILES / name).read_text())


def changed(text, row):
    for old, new in row.get("change") or [(row["old"], row["new"])]:
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("file", ["broken_words.yaml", "broken_wholes.yaml", "broken_data.yaml"])
def test_all_that_is_broken_is_told_in_norwegian(file, tell, catalogues, routine):
    for row in rows(file):
        if file == "broken_data.yaml":
            faults = load_data(changed(DATA, row), "d", routine).faults
        else:
            faults = load(changed(WORKFLOW, row), "w").faults
        assert faults
        assert_told(faults, tell, catalogues)


@pytest.mark.parametrize("raw", [b"", b"a: \xff", b"a: \x00", b"x" * 300_000, b"[" * 100, b"a: 'b", b"%x", b'a: "\\q"'])
def test_what_cant_be_read_is_told_in_norwegian(raw, tell, catalogues):
    assert load(raw).faults
    assert_told(load(raw).faults, tell, catalogues)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated(WORKFLOW), mutated(DATA))
def test_any_fault_is_told_in_norwegian(tell, catalogues, text, data):
    rows = load_data(data)
    assert_told([*rows.faults, *load(text, data=rows.data).faults], tell, catalogues)


@pytest.mark.parametrize(
    ("change", "norwegian"),
    [
        (("to: opne", "to: opne"), ""),
        (("        to: open\n", "        to: opne\n"), "finner ikke tilstanden «opne» (Mente du «open»?)"),
        (
            ("by: handler}", "by: 7}"),
            "finner ingen rolle, gruppe eller personfelt som heter «7»; roller står under roles",
        ),
        (("        by: desk\n", ""), "overgangen «take» mangler «by»; legg det til"),
        (
            ("label: Take it", "label: [Take it]"),
            "«label» i overgangen «take» skal ha en tekst på hvert språk: {en: …}",
        ),
    ],
)
def test_a_fault_in_bokmaal(change, norwegian, tell):
    faults = load(WORKFLOW.replace(*change), "w").faults
    told = "\n".join(tell(fault.message, "nb") for fault in faults)
    assert told.startswith(norwegian)
    assert bool(told) == bool(norwegian)


@pytest.mark.parametrize(
    ("old", "new", "norwegian"),
    [
        ("unit: top}", "unit: north}", "ingen har rollen «desk» i «top»"),
        ("{to: contact}", "{to: handlr}", "fordelingen sender saker til «handlr», som ikke er en rolle i rutinen"),
        ("  - {to: contact}\n", "", "fordelingen mangler en siste rad uten «when»"),
        ("  praise: {label: Praise}", "  other: {label: X}", "finner ikke svaret «praise» blant dem «area» har"),
        ("  auditor: {label: Auditor}\n", "", "rollen «auditor» finnes ikke i datafilen; her kan det stå: contact"),
        ("mails:\n  receipt:", "mails:\n  other:", "e-posten «receipt» har ingen tekst i E-posttekster"),
        ("{number}'", "{grade}'", "e-posten «receipt» forteller om «grade», men det har ikke «reporter» lov til å se"),
        ("mails:", "mails:", "malen «not_ours» har ingen tekst i E-posttekster; her kan det stå: receipt"),
    ],
)
def test_a_routine_against_its_data_is_told_in_norwegian(old, new, norwegian, tell, catalogues):
    assert old in DATA
    faults = load(WORKFLOW, "w", load_data(DATA.replace(old, new)).data).faults
    assert_told(faults, tell, catalogues)
    told = [tell(fault.message, "nb") for fault in faults]
    assert any(each.startswith(norwegian) for each in told), told


def test_names_stand_in_a_sentence(tell):
    names = listed(["a", "b", "c"])
    assert (names, tell(names, "nb"), tell(names, "nn")) == ('"a", "b" and "c"', "«a», «b» og «c»", "«a», «b» og «c»")
    assert tell(listed(["a"]), "nn") == "«a»"


def test_a_plain_text_is_said_as_it_is(tell):
    assert tell("state", "nb") == "state"
    assert tell(said("state"), "nb") == "tilstanden"
    assert tell("", "nb") == ""


def test_a_very_long_name_is_short_in_every_language(tell):
    message = load(WORKFLOW.replace("by: dean, again", f"by: {'x' * 100_000}, again")).faults[0].message
    assert {len(message), len(tell(message, "nb")), len(tell(message, "en"))} == {500}
    assert tell(unpacked(packed(message)), "nn") == tell(message, "nn")


def test_a_sentence_is_the_text_it_has():
    message = said('unknown party "%(name)s"%(hint)s', name="x", hint="")
    assert (message, hash(message)) == ('unknown party "x"', hash('unknown party "x"'))
    assert len({Fault("w", 1, 1, message), Fault("w", 1, 1, 'unknown party "x"')}) == 1
    assert min(Fault("w", 1, 1, message), Fault("w", 1, 1, "a")).message == "a"


@pytest.mark.parametrize(
    ("parse", "value", "norwegian"),
    [
        (
            party,
            {"whoo": "dean"},
            "ordet «whoo» kan ikke stå i en gruppe personer (Mente du «who»?)",
        ),
        (party, [], "her står en tom liste"),
        (length, "5 dayz", "«5 dayz» er ikke en varighet"),
        (condition, {}, "betingelsen er tom"),
    ],
)
def test_what_isnt_one_is_told_in_norwegian(parse, value, norwegian, tell):
    with pytest.raises(ValueError, match=r".") as wrong:
        parse(value)
    assert tell(wrong.value.args[0], "nb").startswith(norwegian)
    assert tell(wrong.value.args[0], "en") == str(wrong.value)


def test_sentences_after_one_another(tell):
    both = joined([said("the file is empty"), said("a date"), said("a list")])
    assert both == "the file is empty; a date; a list"
    assert tell(both, "nb") == "filen er tom; en dato; en liste, som [a, b]"
    assert unpacked(packed(both)) == both
