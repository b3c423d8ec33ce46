"""What a code is: a name that tools print, with its meaning and its mend."""

from enum import StrEnum
from typing import Self


class Code(StrEnum):
    """A code; its value is the name as tools print it.

    ``never`` is empty, or says why there is no example that ``compose`` gives the code for.
    """

    meaning: str
    mend: str
    never: str

    def __new__(cls, code: str, meaning: str, mend: str, never: str = "") -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.meaning, member.mend, member.never = meaning, mend, never
        return member
