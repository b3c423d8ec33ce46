"""What the steps of a demand take: each names the demand, whose id begins with its city's code, and a key of the client's own."""

from typing import Any, Final

import strawberry

from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.texts import check_text

_LONGEST_REASON: Final = 1_000
_LONGEST_CONTRACT_NO: Final = 32


def _demand_id() -> Any:
    return strawberry.field(description="需求编号。The demand's id.")


def _key() -> Any:
    return strawberry.field(
        description="幂等键：同键同文只办一次。A key of one's own: the same wish sent twice is done once."
    )


@strawberry.input(description="对接：选定一份揭榜。To match a demand with one of its answers.")
class MatchDemandInput:
    """对接."""

    demand_id: strawberry.ID = _demand_id()
    answer_id: strawberry.ID = strawberry.field(description="揭榜编号。The answer's id.")
    idempotency_key: strawberry.ID = _key()
    broker_no: strawberry.ID | None = strawberry.field(
        default=None, description="撮合经纪人的登记号。The number of the broker who brought them together."
    )


@strawberry.input(description="重新公开：对接未成。To open a matched demand again.")
class ReopenDemandInput:
    """重新公开."""

    demand_id: strawberry.ID = _demand_id()
    reason: str = strawberry.field(description="原因。Why the talks came to nothing.")
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="签约。To tell that a contract was signed.")
class SignDemandInput:
    """签约."""

    demand_id: strawberry.ID = _demand_id()
    contract_no: strawberry.ID = strawberry.field(
        description="技术合同登记号。The number of the technology contract's registration."
    )
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="撤回。To withdraw a demand.")
class WithdrawDemandInput:
    """撤回."""

    demand_id: strawberry.ID = _demand_id()
    reason: str = strawberry.field(description="原因。Why.")
    idempotency_key: strawberry.ID = _key()


def check_reason(reason: str) -> None:
    """Raises ``Refusal`` INVALID_TEXT for a reason that is blank or too long."""
    check_text("reason", reason, _LONGEST_REASON)


def check_contract_no(number: str) -> None:
    """Raises ``Refusal`` INVALID_TEXT for a number that is blank or too long."""
    check_text("contractNo", number, _LONGEST_CONTRACT_NO)


def answer_not_found(answer_id: str, demand_id: str) -> Refusal:
    """The refusal of an answer that is none of a demand's."""
    message = f"There is no answer {answer_id!r} to the demand {demand_id}; give the id of one of its answers."
    return Refusal(ErrorCode.ANSWER_NOT_FOUND, message)
