"""The table of codes is whole and readable."""

import json

import pytest

from gateway.schema.codes import Code, ErrorCode, HintCode

CODES: list[Code] = [*ErrorCode, *HintCode]


@pytest.mark.parametrize("table", [ErrorCode, HintCode])
def test_no_two_entries_are_one_code(table: type[Code]) -> None:
    """An enum makes equal values silently one member; none is lost that way."""
    assert len(table) == len(table.__members__)


@pytest.mark.parametrize("code", CODES, ids=lambda code: f"{type(code).__name__}.{code}")
def test_every_code_says_what_it_means_and_how_to_mend_it(code: Code) -> None:
    """Both are whole sentences."""
    for sentence in (code.meaning, code.mend, *filter(None, [code.never])):
        assert sentence[0].isupper() or sentence.startswith(("`", "compose()"))
        assert sentence.endswith(".")


def test_a_code_prints_as_the_name_that_tools_know() -> None:
    """The member may be called otherwise than the code it prints."""
    assert str(ErrorCode.ARGUMENT_TYPE_MISMATCH) == "FIELD_ARGUMENT_TYPE_MISMATCH"
    assert json.dumps({"code": ErrorCode.NO_QUERIES}) == '{"code": "NO_QUERIES"}'
