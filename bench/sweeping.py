"""W6: a mail for each overdue action, twice: the second time there is none to write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.expected import Expected
from bench.running import Running
from bench.work import Wrong

ROUNDS = 3


def measured(products: Sequence[Running], expected: Expected) -> dict[str, Any]:
    """Let each remind in turn; milliseconds and mails of each round by product."""
    found: dict[str, Any] = {each.product.key: {"ms": [], "mails": 0} for each in products}
    if not expected.late:
        return found
    for _ in range(ROUNDS):
        for each in products:
            each.forget_reminders()
            each.begin()
            mails = each.sweep()
            waited = each.visitor.seconds * 1000
            again = each.sweep()
            if again or mails < expected.late:
                raise Wrong(f"{each.product.name}: {mails} mails about {expected.late} overdue actions, then {again}")
            kept = found[each.product.key]
            kept["ms"].append(round(waited, 3))
            kept["mails"], kept["actions"] = mails, expected.late
            kept["us_per_mail"] = [round(1000 * ms / mails, 1) for ms in kept["ms"]]
    return found
