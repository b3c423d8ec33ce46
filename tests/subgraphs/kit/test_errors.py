"""Every code that a market may answer with is explained where people look for it."""

import re
from pathlib import Path

from subgraphs.kit.errors import ErrorCode, Refusal

README = Path(__file__).parents[3] / "subgraphs" / "README.md"


def test_every_code_is_in_the_table_of_refusals() -> None:
    """No code is missing there, and none is explained that does not exist."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+) \| (.+) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert [code for code, _, _ in rows] == list(ErrorCode)


def test_a_refusal_carries_its_code_into_the_answer() -> None:
    """graphql-core takes the extensions of the exception that a resolver raised."""
    refusal = Refusal(ErrorCode.INVALID_CURSOR, "no")
    assert (str(refusal), refusal.extensions) == ("no", {"code": "INVALID_CURSOR"})
