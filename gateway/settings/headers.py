"""Settings of headers: what goes on to subgraphs, and what comes back to clients."""

import re
from enum import Enum
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, model_validator

from gateway.resolvers.headers import RESERVED
from gateway.settings.section import HeaderName, Section

NOT_TO_CLIENTS: Final = RESERVED | {"set-cookie", "cache-control", "vary", "date", "server"}
"""Headers of a subgraph's answer that say nothing true of the gateway's; cookies of several answers cannot be merged into one header."""


def check_pattern(text: str) -> str:
    try:
        re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None
    return text


def check_passed(name: str) -> str:
    if name in RESERVED:
        raise ValueError(f"{name} speaks of one connection or one body, and cannot be passed on")
    return name


def check_returned(name: str) -> str:
    if name in NOT_TO_CLIENTS:
        raise ValueError(f"{name} of a subgraph's answer cannot be given to clients")
    return name


def read_name(value: object) -> object:
    """A name alone stands for passing that header on."""
    return {"named": value} if isinstance(value, str) else value


Pattern = Annotated[str, AfterValidator(check_pattern)]


class HeaderRuleSetting(Section):
    """What is done with one header, or with those of a pattern: exactly one of ``named``, ``matching``, ``set`` and ``remove``."""

    named: Annotated[HeaderName, AfterValidator(check_passed)] | None = None
    rename: Annotated[HeaderName, AfterValidator(check_passed)] | None = None
    default: str | None = None
    matching: Pattern | None = None
    set: Annotated[HeaderName, AfterValidator(check_passed)] | None = None
    value: str | None = None
    remove: Pattern | None = None

    @model_validator(mode="after")
    def check_one_rule(self) -> "HeaderRuleSetting":
        kinds = (self.named, self.matching, self.set, self.remove)
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError("give exactly one of named, matching, set and remove")
        if self.named is None and (self.rename is not None or self.default is not None):
            raise ValueError("rename and default belong to named")
        if (self.set is None) != (self.value is None):
            raise ValueError("set and value belong together")
        return self


HeaderRulesSetting = tuple[Annotated[HeaderRuleSetting, BeforeValidator(read_name)], ...]


class Merge(Enum):
    """Which subgraph's value counts: of the first answer to come, of the last, or of all, joined by commas."""

    FIRST = "first"
    LAST = "last"
    ALL = "all"


class ResponseHeader(Section):
    """A header of subgraphs' answers that clients get."""

    named: Annotated[HeaderName, AfterValidator(check_returned)]
    merge: Merge = Merge.LAST


ResponseHeaders = tuple[Annotated[ResponseHeader, BeforeValidator(read_name)], ...]
