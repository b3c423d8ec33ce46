"""Arguments that many fields take: how many items, and from where."""

from typing import Annotated, Final

import strawberry

from subgraphs.kit.errors import ErrorCode, Refusal

DEFAULT_PAGE_SIZE: Final = 20
MOST_ITEMS: Final = 500
"""The most items that one list answers with; what is longer is read page by page or by narrower arguments."""

First = Annotated[
    int | None, strawberry.argument(description=f"取前几项，最多 {MOST_ITEMS}。How many items, at most {MOST_ITEMS}.")
]
Last = Annotated[
    int | None,
    strawberry.argument(
        description=f"取最后几项，最多 {MOST_ITEMS}。How many items from the end, at most {MOST_ITEMS}."
    ),
]
After = Annotated[str | None, strawberry.argument(description="从此游标之后开始。Start after this cursor.")]
Before = Annotated[str | None, strawberry.argument(description="到此游标之前为止。Stop before this cursor.")]


def page_size(count: int | None, *, name: str = "first", default: int = DEFAULT_PAGE_SIZE) -> int:
    """The number of items asked for, the default where none is given. Raises ``Refusal`` INVALID_PAGE_SIZE outside 0 to 500."""
    if count is None:
        return default
    if not 0 <= count <= MOST_ITEMS:
        raise Refusal(
            ErrorCode.INVALID_PAGE_SIZE, f"{name}: {count} is outside 0 to {MOST_ITEMS}; ask for less and read on."
        )
    return count
