"""F36-F38: whatever stands in the file, it is loaded or refused at a place; never a crash."""

from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.language.data import load_data
from app.language.draw import draw
from app.language.kinds import guard_kind
from app.language.load import load
from app.language.plain import condition, party
from tests.language.mutation import SNIPPETS, mutated

FILES = Path(__file__).parent / "files"
WORKFLOW = (FILES / "complete.yaml").read_text()
DATA = (FILES / "data.yaml").read_text()
ROWS = load_data(DATA).data
OFTEN = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def placed(faults):
    return all(fault.line >= 1 and fault.column >= 1 and fault.message for fault in faults)


@OFTEN
@given(mutated(WORKFLOW), st.sampled_from([None, ROWS]))
def test_any_workflow_is_loaded_or_refused(text, data):
    loaded = load(text, data=data)
    assert placed(loaded.faults)
    assert (loaded.routine is None) == bool(loaded.errors)
    for flow in loaded.routine.flows.values() if loaded.routine else ():
        draw(loaded.routine, flow)
        for move in flow.transitions.values():
            for guard in move.guards:
                assert guard_kind(loaded.routine, flow.name, move.name, guard) in {"input", "process", "fact"}


@OFTEN
@given(mutated(DATA))
def test_any_data_is_loaded_or_refused(text):
    loaded = load_data(text, routine=load(WORKFLOW).routine)
    assert placed(loaded.faults)
    assert (loaded.data is None) == bool(loaded.errors)


@OFTEN
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(raw):
    assert placed(load(raw).errors)
    assert load(raw).errors


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(SNIPPETS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["all", "any", "not", "every", "done", "who", "at", "of", "area", "x"]), inner
        )
    ),
)


@OFTEN
@given(PLAIN)
def test_any_plain_value_is_parsed_or_a_value_error(plain):
    for parse in (condition, party):
        with suppress(ValueError):
            assert parse(plain) is not None
