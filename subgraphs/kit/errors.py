"""Refusals with names: what a client did wrong, as a stable code, a sentence and how to mend it.

Only these reach a client with their text; any other exception is masked, for its text may tell what nobody should know.
"""

from enum import StrEnum


class ErrorCode(StrEnum):
    """Every code that a market's subgraph puts into ``extensions.code``."""

    INVALID_PAGE_SIZE = "INVALID_PAGE_SIZE"
    INVALID_CURSOR = "INVALID_CURSOR"
    PAGE_DIRECTION_UNCLEAR = "PAGE_DIRECTION_UNCLEAR"
    INVALID_PERIOD = "INVALID_PERIOD"
    INVALID_REPRESENTATION = "INVALID_REPRESENTATION"
    MISSING_ARGUMENT = "MISSING_ARGUMENT"
    INVALID_TEXT = "INVALID_TEXT"
    INVALID_AMOUNT = "INVALID_AMOUNT"
    INVALID_USCC = "INVALID_USCC"
    INVALID_FIELD_CODE = "INVALID_FIELD_CODE"
    INVALID_MATURITY_LEVEL = "INVALID_MATURITY_LEVEL"
    DEADLINE_PASSED = "DEADLINE_PASSED"
    UNKNOWN_COUNTY = "UNKNOWN_COUNTY"
    DEMAND_NOT_FOUND = "DEMAND_NOT_FOUND"
    DEMAND_NOT_OPEN = "DEMAND_NOT_OPEN"
    DEMAND_NOT_MATCHED = "DEMAND_NOT_MATCHED"
    DEMAND_CLOSED = "DEMAND_CLOSED"
    OWN_DEMAND = "OWN_DEMAND"
    ANSWER_NOT_FOUND = "ANSWER_NOT_FOUND"
    BROKER_NOT_FOUND = "BROKER_NOT_FOUND"
    ACHIEVEMENT_NOT_FOUND = "ACHIEVEMENT_NOT_FOUND"
    INVALID_IDEMPOTENCY_KEY = "INVALID_IDEMPOTENCY_KEY"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    EVENTS_LOST = "EVENTS_LOST"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


class Refusal(Exception):  # noqa: N818 - a refusal is the client's error, not ours
    """A request that is refused; graphql-core carries ``extensions`` into the answer."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.extensions = {"code": str(code)}
