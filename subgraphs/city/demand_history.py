"""What became of a demand: whom it was matched with, and the chain of its steps."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.federation import field

from subgraphs.city import tables
from subgraphs.city.answers import DemandAnswer
from subgraphs.kit.directives import cached_with_parent
from subgraphs.kit.enums import DemandStep
from subgraphs.kit.evidence import canonical_json
from subgraphs.kit.rows import Row, lazy, one, row_type

TechnologyBroker = lazy("subgraphs.city.regions", "TechnologyBroker")


@strawberry.type(
    description="对接。What a demand was matched with, and what came of it.", directives=[cached_with_parent()]
)
@row_type(tables.DemandAgreement)
class DemandAgreement:
    """对接."""

    answer: Any = one(
        tables.DemandAnswer.id,
        by="answer_id",
        of=DemandAnswer,
        optional=False,
        description="选定的揭榜。The answer it was matched with.",
    )
    broker: Any = one(
        tables.Broker.registration_no,
        by="broker_no",
        of=TechnologyBroker,
        description="撮合的经纪人。Who brought them together.",
    )
    matched_at: datetime = field(description="对接时间。When they were matched.")
    contract_no: str | None = field(description="技术合同登记号。The number of the contract that came of it.")
    signed_at: datetime | None = field(description="签约时间。When the city heard that it was signed.")


def subject(root: Row) -> str:
    """What was done, in the form in which it was hashed."""
    return canonical_json(root.subject).decode()


@strawberry.type(
    description="需求存证：每步一条，含前一条的哈希。One step of a demand, with the hash of the record before it.",
    directives=[cached_with_parent()],
)
@row_type(tables.DemandRecord)
class DemandRecord:
    """存证."""

    height: int = field(description="高度，从 0 起。Its height in the demand's chain, from 0.")
    step: DemandStep = field(description="步骤。The step.")
    subject: str = field(
        resolver=subject,
        description="内容，规范 JSON；文本只记哈希。What was done, as canonical JSON; of texts only the hash.",
    )
    sha256: str = field(description="本条的 SHA-256。The record's SHA-256.")
    previous_sha256: str | None = field(description="上一条的 SHA-256。The SHA-256 of the record before it.")
    recorded_at: datetime = field(description="存证时间。When it was recorded.")
