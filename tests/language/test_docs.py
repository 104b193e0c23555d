import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from app.change.scenarios import play, play_folder
from app.change.script import FILE_WORDS as SCRIPT_WORDS
from app.change.script import SCENARIO_WORDS, STEP_WORDS
from app.change.script_words import EXPECT_WORDS
from app.cli import workflow
from app.language import lexicon
from app.language import load as load_module
from app.language.data import FILE_WORDS as DATA_WORDS
from app.language.data import load_data
from app.language.data_people import ASSIGNMENT_WORDS, PERSON_WORDS
from app.language.data_places import AREA_WORDS, UNIT_WORDS
from app.language.data_rest import CALENDAR_WORDS
from app.language.grammar import CONDITION_WORDS, QUERY_WORDS
from app.language.load_clock import CLOCK_WORDS
from app.language.load_field import FIELD_WORDS
from app.language.load_flow import FLOW_WORDS, STATE_WORDS, TOGETHER, TRANSITION_WORDS
from app.language.load_report import PERIODS, REPORT_WORDS
from app.language.names import TYPES
from app.language.parties import WORDS
from app.language.standard import EVERY_STANDARD

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "workflow-language.md").read_text("utf-8")
SCENARIOS = (DOCS / "scenarios.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
GROUPS = (
    *(load_module.FILE_WORDS, FLOW_WORDS, STATE_WORDS, TRANSITION_WORDS, CLOCK_WORDS, FIELD_WORDS, REPORT_WORDS),
    *(CONDITION_WORDS, QUERY_WORDS, TOGETHER, PERIODS, TYPES, WORDS, tuple(EVERY_STANDARD), ("needs", "says")),
    *(DATA_WORDS, UNIT_WORDS, AREA_WORDS, PERSON_WORDS, ASSIGNMENT_WORDS, CALENDAR_WORDS),
)


@pytest.mark.parametrize("words", GROUPS, ids=lambda words: words[0])
def test_every_word_is_on_the_page(words):
    code = " ".join(re.findall(r"`([^`\n]+)`", PAGE))
    assert [word for word in words if not re.search(rf"(?<![\w]){re.escape(word)}(?![\w])", code)] == []


def test_the_first_routine_is_in_order():
    assert load_module.load(BLOCKS[0]).faults == []


def test_every_example_is_yaml():
    assert all(yaml.safe_load(block) for block in BLOCKS)
    assert len(BLOCKS) > 5


DATES = ("from", "until")
EXPLAINED = {word for each in lexicon.entries() for word in each.words}
PLACED = {
    "The file": load_module.FILE_WORDS,
    "Flows": FLOW_WORDS,
    "States": STATE_WORDS,
    "Transitions": TRANSITION_WORDS,
    "Clocks": CLOCK_WORDS,
    "Fields": FIELD_WORDS,
    "Reports": REPORT_WORDS,
    "Guards": ("needs", "says"),
    "data.yaml": (
        *(*DATA_WORDS, *UNIT_WORDS, *AREA_WORDS, "label", *PERSON_WORDS, *DATES, *ASSIGNMENT_WORDS, "when", "to"),
        *(*CALENDAR_WORDS, *DATES, "text", "subject", "body", "letter"),
    ),
    "scenarios.yaml": SCRIPT_WORDS,
    "scenarios.yaml, a scenario": SCENARIO_WORDS,
    "scenarios.yaml, a step": STEP_WORDS,
    "scenarios.yaml, in `expect`": EXPECT_WORDS,
}


def test_the_pages_are_made_from_the_words():
    places = [found["place"] for page in (PAGE, SCENARIOS) for found in lexicon.MARK.finditer(page)]
    assert (lexicon.page(PAGE), lexicon.page(SCENARIOS)) == (PAGE, SCENARIOS)
    assert sorted(places) == sorted({each.place for each in lexicon.entries()})


@pytest.mark.parametrize("place", PLACED)
def test_every_word_is_explained_where_it_stands_and_no_other(place):
    rows = [each for each in lexicon.entries() if each.place == place]
    assert sorted(word for each in rows for word in each.words) == sorted(PLACED[place])


@pytest.mark.parametrize("words", [CONDITION_WORDS, QUERY_WORDS, WORDS], ids=lambda words: words[0])
def test_every_word_of_the_grammars_is_explained(words):
    assert [word for word in words if word not in EXPLAINED] == []


@pytest.mark.parametrize(
    "entry", [e for e in lexicon.entries() if e.example and e.words], ids=lambda e: f"{e.place}-{e.words[0]}"
)
def test_every_example_shows_its_word(entry):
    read = yaml.safe_load(entry.example)
    keys = set(re.findall(r"[a-z_ ]+", str(read)))
    assert isinstance(read, dict)
    assert any(word in entry.example for word in entry.words), keys


def test_every_word_of_a_transition_and_a_clock_has_an_example():
    places = {place for place in PLACED if place != "data.yaml"}
    assert [e.words for e in lexicon.entries() if e.place in places and not e.example] == []


def test_a_word_is_explained_in_each_of_its_places():
    runner = CliRunner()
    said = runner.invoke(workflow.group, ["explain", "see"]).output
    assert "see (Flows)" in said
    assert "see (Fields)" in said
    assert "Example: see: [handler, reporter]" in said
    for written in (["hidden", "from"], ["“hidden from”"], ['"Hidden from":']):
        assert (
            "hidden from (scenarios.yaml, in `expect`)" in runner.invoke(workflow.group, ["explain", *written]).output
        )
    parties = runner.invoke(workflow.group, ["explain", "Parties, in a map"]).output
    assert all(f"{word} (Parties, in a map)" in parties for word in QUERY_WORDS)
    wrong = runner.invoke(workflow.group, ["explain", "togehter"])
    assert wrong.exit_code == 2
    assert "Did you mean together?" in wrong.output
    assert "Transitions: label, from, to" in runner.invoke(workflow.group, ["explain"]).output


TUTORIAL = DOCS / "tutorial"
STEPS = (TUTORIAL.with_suffix(".md")).read_text("utf-8")


def test_the_tutorials_routine_goes_as_its_scenarios_tell(small_house):
    with small_house.app_context():
        played = list(play_folder(TUTORIAL))
    assert [(each.name, each.faults) for each in played if each.faults] == []
    assert len(played) >= 5


def test_the_tutorials_routine_has_no_fault_and_no_warning():
    data = load_data((TUTORIAL / "data.yaml").read_text("utf-8")).data
    assert [str(f) for f in load_module.load((TUTORIAL / "workflow.yaml").read_text("utf-8"), "w", data).faults] == []


@pytest.mark.parametrize("block", re.findall(r"^```yaml\n(.*?)^```", STEPS, re.MULTILINE | re.DOTALL))
def test_every_block_of_the_tutorial_is_in_its_files(block):
    files = [each.read_text("utf-8") for each in TUTORIAL.glob("*.yaml")]
    assert any(block in text for text in files), block


# -- scenarios.md: its examples belong to the tutorial's kindergarten --------------

TOLD = re.findall(r"^```yaml\n(.*?)^```", SCENARIOS, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", TOLD, ids=lambda block: yaml.safe_load(block)["scenarios"][0]["name"])
def test_every_example_of_a_scenario_goes_as_told(small_house, block):
    files = {each.name: each.read_text("utf-8") for each in TUTORIAL.glob("*.yaml")}
    with small_house.app_context():
        (played,) = play(files["workflow.yaml"], files["data.yaml"], block, files)
    assert played.faults == ()


def keys_of(value):
    """Every key in there, however deep."""
    if isinstance(value, dict):
        yield from value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys_of(each)


def test_every_word_of_a_scenario_is_used_in_an_example():
    used = {key for block in TOLD for key in keys_of(yaml.safe_load(block))}
    assert {*SCRIPT_WORDS, *SCENARIO_WORDS, *STEP_WORDS, *EXPECT_WORDS} <= used
