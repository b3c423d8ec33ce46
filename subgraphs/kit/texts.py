"""Checks of what a mutation is given that need no database: texts, amounts, years."""

from typing import Final

from subgraphs.kit.errors import ErrorCode, Refusal

_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2100


def check_text(name: str, text: str, longest: int) -> None:
    """Raises ``Refusal`` INVALID_TEXT for a text that is blank or too long."""
    if not text.strip() or len(text) > longest:
        raise Refusal(
            ErrorCode.INVALID_TEXT, f"{name} has {len(text)} characters; give 1 to {longest} that are not all blank."
        )


def check_amount(name: str, amount: int | None) -> None:
    """Raises ``Refusal`` INVALID_AMOUNT for an amount of fen that is zero or less."""
    if amount is not None and amount <= 0:
        raise Refusal(ErrorCode.INVALID_AMOUNT, f"{name} is {amount}; give a positive number of fen, or leave it out.")


def check_year(year: int) -> None:
    """Raises ``Refusal`` INVALID_YEAR for a year outside 2000 to 2100."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise Refusal(ErrorCode.INVALID_YEAR, f"year {year} is outside {_FIRST_YEAR} to {_LAST_YEAR}; give one inside.")
