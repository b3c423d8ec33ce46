"""The table of codes, the limits, and what the documentation says of both."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from gateway.resolvers import codes
from gateway.resolvers.operation import Limits

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "request-errors.md").read_text()
CODES = {name: value for name, value in vars(codes).items() if name.isupper() and isinstance(value, str)}


def test_a_code_is_its_own_name_and_has_a_meaning() -> None:
    """No code is without a meaning, and no meaning without a code."""
    assert all(name == value for name, value in CODES.items())
    assert set(codes.MEANINGS) == set(CODES.values())


def test_every_code_is_documented_in_the_tables_own_words() -> None:
    """The page and the table cannot come apart."""
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+) \|$", PAGE, re.MULTILINE))
    assert rows == codes.MEANINGS


@pytest.mark.parametrize("limit", [field.name for field in fields(Limits)])
def test_every_limit_is_documented_with_its_default(limit: str) -> None:
    """The page says what is on by default."""
    (default,) = re.findall(rf"^\| `{limit}` \| ([\d,]+) \|", PAGE, re.MULTILINE)
    assert int(default.replace(",", "")) == getattr(Limits(), limit)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_used(code: str) -> None:
    """A code that nothing reports would be a promise nobody keeps."""
    sources = (path.read_text() for path in (ROOT / "gateway").rglob("*.py") if path.name != "codes.py")
    assert any(f"codes.{code}" in source or f'code = "{code}"' in source for source in sources)
