"""What a routine may not say although every name in it is right."""

from app.language.check_clocks import check_clocks
from app.language.check_data import check_data
from app.language.check_flow import check_flow
from app.language.check_flows import check_flows
from app.language.check_names import check_names, check_rings
from app.language.check_sight import check_sight
from app.language.check_size import check_size
from app.language.check_use import check_use
from app.language.definition import Routine
from app.language.read import Node
from app.language.reading import Reading
from app.language.rows import Data


def check(reading: Reading, routine: Routine, root: Node, data: Data | None) -> None:
    """Check the routine as a whole, with `data` against that too; faults go to the reading."""
    check_names(reading, routine, root)
    if check_rings(reading, routine, root) or check_size(reading, routine, root):
        return
    for flow in routine.flows.values():
        check_flow(reading, routine, flow, root)
        check_clocks(reading, flow, root)
    check_flows(reading, routine, root)
    check_sight(reading, routine, root, data)
    if not reading.broken:
        check_use(reading, routine, root, data)
    if data is not None:
        check_data(reading, routine, root, data)
