import re
from pathlib import Path

import pytest
import yaml

from app.change.script import FILE_WORDS as SCRIPT_WORDS
from app.change.script import SCENARIO_WORDS, STEP_WORDS
from app.change.script_words import EXPECT_WORDS
from app.language import load as load_module
from app.language.data import FILE_WORDS as DATA_WORDS
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

PAGE = (Path(__file__).parents[2] / "docs" / "workflow-language.md").read_text()
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
GROUPS = (
    *(load_module.FILE_WORDS, FLOW_WORDS, STATE_WORDS, TRANSITION_WORDS, CLOCK_WORDS, FIELD_WORDS, REPORT_WORDS),
    *(CONDITION_WORDS, QUERY_WORDS, TOGETHER, PERIODS, TYPES, WORDS, tuple(EVERY_STANDARD), ("needs", "says")),
    *(DATA_WORDS, UNIT_WORDS, AREA_WORDS, PERSON_WORDS, ASSIGNMENT_WORDS, CALENDAR_WORDS),
    *(SCRIPT_WORDS, SCENARIO_WORDS, STEP_WORDS, EXPECT_WORDS),
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
