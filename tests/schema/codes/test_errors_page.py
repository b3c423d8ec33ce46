"""Every code has an example, and the page of errors shows it."""

from pathlib import Path

import pytest

from gateway.schema.codes import Code, ErrorCode, HintCode
from tests.schema.codes.errors_page import examples, print_page

PAGE = Path(__file__).parents[3] / "docs" / "errors.md"
CODES: list[Code] = [*ErrorCode, *HintCode]


@pytest.mark.parametrize("code", CODES, ids=lambda code: f"{type(code).__name__}.{code}")
def test_a_code_has_a_case_or_a_reason_why_not(code: Code) -> None:
    """Some case produces the code, exactly if the code does not say why none can."""
    assert any(example.says(code) for example in examples()) == (not code.never)


def test_the_page_of_errors_is_not_stale() -> None:
    """Print it anew with ``python -m tests.schema.codes.errors_page > docs/errors.md``."""
    assert PAGE.read_text(encoding="utf-8") == print_page()
