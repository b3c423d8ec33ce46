"""统一社会信用代码 (GB 32100-2015): 18 characters with a check character, around the organisation code of GB 11714-1997."""

from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100: letters that look like digits (I, O, Z, S, V) are left out."""

_WEIGHTS: Final = tuple(pow(3, at, 31) for at in range(17))
_CODE_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_CODE_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DEMO_PREFIX: Final = "DM"
"""No real organisation code begins with these letters (they are digits, or begin with MA and its successors)."""


def make_uscc(kind: str, region_code: str, number: int) -> str:
    """The code of a synthetic organisation.

    ``kind`` is the authority and the category, two characters (``91`` an enterprise, ``12`` a public institution, ``11`` a
    government office); ``number`` is any number below 31^6.
    """
    digits = []
    for _ in range(6):
        number, digit = divmod(number, 31)
        digits.append(_ALPHABET[digit])
    body = _DEMO_PREFIX + "".join(digits)
    begun = f"{kind}{region_code}{body}{_code_check(body)}"
    return begun + _check(begun)


def is_uscc(code: str) -> bool:
    """True where both check characters are right."""
    if len(code) != 18 or any(character not in _ALPHABET for character in code):
        return False
    return code[16] == _code_check(code[8:16]) and code[17] == _check(code[:17])


def _code_check(body: str) -> str:
    """The check character of GB 11714: modulo 11, where ten is written X."""
    total = sum(_CODE_ALPHABET.index(character) * weight for character, weight in zip(body, _CODE_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def _check(begun: str) -> str:
    """The check character of GB 32100: modulo 31 over powers of three."""
    total = sum(_ALPHABET.index(character) * weight for character, weight in zip(begun, _WEIGHTS, strict=True))
    return _ALPHABET[-total % 31]
