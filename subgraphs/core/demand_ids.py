"""The ids of demands, of which core knows no more than how they are written: their cities know the rest."""

import re
from collections.abc import Sequence
from typing import Final

from subgraphs.kit.errors import ErrorCode, Refusal

_DEMAND_ID: Final = re.compile(r"\d{6}-D-\d{6}")


def check_demand_id(demand_id: str | None) -> None:
    """Raises ``Refusal`` DEMAND_NOT_FOUND for what cannot be a demand's id."""
    if demand_id is None or not _DEMAND_ID.fullmatch(demand_id):
        message = f"{demand_id!r} is no demand's id; write it as its city does, like 330300-D-000045."
        raise Refusal(ErrorCode.DEMAND_NOT_FOUND, message)


def check_demand_ids(demand_ids: Sequence[str], most: int) -> None:
    """Raises ``Refusal`` INVALID_DEMANDS for none, too many or one twice, DEMAND_NOT_FOUND for what is none's id."""
    for demand_id in demand_ids:
        check_demand_id(demand_id)
    if not 1 <= len(demand_ids) <= most or len(set(demand_ids)) < len(demand_ids):
        message = f"demandIds has {len(demand_ids)} ids; give 1 to {most} that differ."
        raise Refusal(ErrorCode.INVALID_DEMANDS, message)
