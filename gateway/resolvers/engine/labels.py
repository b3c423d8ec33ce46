"""Which labels of progressive overrides are active: drawn by chance for each request, or decided by the operator."""

import re
from collections.abc import Callable, Iterable
from typing import Final

from gateway.types import Label

PERCENT: Final = re.compile(r"percent\((\d{1,3}(?:\.\d{1,8})?)\)")
"""The share of requests for which a label is active, with up to 8 decimals (federation's ``@override(label:)``)."""


def draw_labels(labels: Iterable[Label], always: frozenset[Label], chance: Callable[[], float]) -> frozenset[Label]:
    """The active ones of ``labels``: all that are ``always`` active, and each ``percent(…)`` with its own probability."""
    return frozenset(label for label in labels if label in always or _is_drawn(label, chance))


def _is_drawn(label: Label, chance: Callable[[], float]) -> bool:
    found = PERCENT.fullmatch(label)
    return found is not None and chance() * 100 < float(found[1])
