"""What the city's mutations take, and the checks that need no database."""

import re
from datetime import date
from typing import Final

import strawberry

from subgraphs.kit.enums import DemandSource
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.scalars import Long
from subgraphs.kit.texts import check_amount, check_text

_USCC: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_FIELD: Final = re.compile(r"\d{2}|\d{4}")
_LONGEST_TITLE: Final = 256
_LONGEST_TEXT: Final = 10_000
_LONGEST_NAME: Final = 64
_LONGEST_PHONE: Final = 32


@strawberry.input(description="联系人。Whom to talk to.")
class ContactInput:
    """联系人."""

    name: str = strawberry.field(description="姓名。The name.")
    phone: str = strawberry.field(description="电话。The telephone number.")


@strawberry.input(description="待发布的需求。A demand to be published.")
class PublishDemandInput:
    """A demand to be published."""

    county_code: strawberry.ID = strawberry.field(description="县（市、区）代码。The code of its county.")
    title: str = strawberry.field(description="标题。Its title.")
    summary: str = strawberry.field(description="摘要。Its summary.")
    field_code: strawberry.ID = strawberry.field(description="技术领域代码。The code of its technical field.")
    publisher_uscc: strawberry.ID = strawberry.field(description="发布方信用代码。The code of its publisher.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="幂等键：同键同文只发布一次。A key of one's own: the same wish sent twice is published once."
    )
    source: DemandSource = strawberry.field(default=DemandSource.ENTERPRISE, description="来源。Where it comes from.")
    budget_fen: Long | None = strawberry.field(default=None, description="预算（分）。The budget in fen.")
    deadline: date | None = strawberry.field(default=None, description="截止日期。The last day for answers.")
    contact: ContactInput | None = strawberry.field(default=None, description="联系人。Whom to talk to.")


@strawberry.input(description="待发布的成果。An achievement to be published.")
class PublishAchievementInput:
    """An achievement to be published."""

    county_code: strawberry.ID = strawberry.field(description="县（市、区）代码。The code of its county.")
    title: str = strawberry.field(description="标题。Its title.")
    summary: str = strawberry.field(description="摘要。Its summary.")
    field_code: strawberry.ID = strawberry.field(description="技术领域代码。The code of its technical field.")
    owner_uscc: strawberry.ID = strawberry.field(description="权利人信用代码。The code of its owner.")
    maturity_level: int = strawberry.field(description="技术成熟度，1 至 9。Its technology readiness level, 1 to 9.")
    service_invention: bool = strawberry.field(description="是否职务科技成果。Whether it was made in employment.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="幂等键：同键同文只发布一次。A key of one's own: the same wish sent twice is published once."
    )
    patent_nos: list[str] = strawberry.field(default_factory=list, description="专利号。The numbers of its patents.")
    asking_price_fen: Long | None = strawberry.field(default=None, description="挂牌价（分）。The asking price in fen.")
    supports_free_licence: bool = strawberry.field(
        default=False, description="是否支持先免费许可、后付费转化。Whether it may be used free at first."
    )


@strawberry.input(description="成果更名。An achievement's new name.")
class RenameAchievementInput:
    """An achievement's new name."""

    achievement_id: strawberry.ID = strawberry.field(description="成果编号。The achievement's id.")
    title: str = strawberry.field(description="新标题。Its new title.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="幂等键：同键同文只更名一次。A key of one's own: the same wish sent twice is done once."
    )


@strawberry.input(description="揭榜。An answer to a demand.")
class AnswerDemandInput:
    """An answer to a demand."""

    demand_id: strawberry.ID = strawberry.field(description="需求编号。The demand's id.")
    organization_uscc: strawberry.ID = strawberry.field(description="揭榜方信用代码。The code of who answers.")
    solution: str = strawberry.field(description="解决方案。The solution offered.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="幂等键：同键同文只揭榜一次。A key of one's own: the same wish sent twice is one answer."
    )
    achievement_id: strawberry.ID | None = strawberry.field(
        default=None, description="所用成果编号。The id of the achievement that it builds on."
    )


def check_demand(given: PublishDemandInput, today: date) -> None:
    """Check a demand before it meets the database. Raises ``Refusal``."""
    _check_listing(given.title, given.summary, given.field_code, given.publisher_uscc)
    check_amount("budgetFen", given.budget_fen)
    if given.contact is not None:
        check_text("contact.name", given.contact.name, _LONGEST_NAME)
        check_text("contact.phone", given.contact.phone, _LONGEST_PHONE)
    if given.deadline is not None and given.deadline < today:
        raise Refusal(ErrorCode.DEADLINE_PASSED, f"deadline {given.deadline} is past; give today or a later day.")


def check_achievement(given: PublishAchievementInput) -> None:
    """Check an achievement before it meets the database. Raises ``Refusal``."""
    _check_listing(given.title, given.summary, given.field_code, given.owner_uscc)
    check_amount("askingPriceFen", given.asking_price_fen)
    for number in given.patent_nos:
        check_text("patentNos", number, _LONGEST_NAME)
    if not 1 <= given.maturity_level <= 9:
        message = f"maturityLevel {given.maturity_level} is outside 1 to 9; give the technology readiness level."
        raise Refusal(ErrorCode.INVALID_MATURITY_LEVEL, message)


def check_renaming(given: RenameAchievementInput) -> None:
    """Check an achievement's new name before it meets the database. Raises ``Refusal``."""
    check_text("title", given.title, _LONGEST_TITLE)


def check_answer(given: AnswerDemandInput) -> None:
    """Check an answer before it meets the database. Raises ``Refusal``."""
    check_text("solution", given.solution, _LONGEST_TEXT)
    _check_uscc(given.organization_uscc)


def _check_listing(title: str, summary: str, field_code: str, uscc: str) -> None:
    check_text("title", title, _LONGEST_TITLE)
    check_text("summary", summary, _LONGEST_TEXT)
    _check_uscc(uscc)
    if not _FIELD.fullmatch(field_code):
        raise Refusal(
            ErrorCode.INVALID_FIELD_CODE, f"{field_code!r} is no technical field's code; give two or four digits."
        )


def _check_uscc(code: str) -> None:
    if not _USCC.fullmatch(code):
        message = f"{code!r} is no unified social credit code; give its 18 digits and capital letters (GB 32100-2015)."
        raise Refusal(ErrorCode.INVALID_USCC, message)
