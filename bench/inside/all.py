"""What is measured within one process."""

from __future__ import annotations

from typing import Any

from bench.data.filled import Data
from bench.expected import Expected


def measured(data: Data, expected: Expected) -> dict[str, Any]:
    return {}
