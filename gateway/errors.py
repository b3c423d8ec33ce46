"""The exceptions of the gateway, one tree.

TongfenError
├── SettingsError          the operator wrote a wrong setting
├── SupergraphError        the supergraph text is not one this gateway can serve
├── RequestError           the client's request is wrong; nothing was sent to any subgraph
├── PlanningError          the operation is valid, but no plan was found within limits
└── SubgraphError          a subgraph did not give a usable answer

Composition does not raise: it reports ``CompositionError`` and ``Hint`` values.
"""

from dataclasses import dataclass, field
from typing import Any


class TongfenError(Exception):
    """What went wrong, under a stable code.

    ``message`` says what is wrong, where, and how to mend it.
    """

    code: str = "INTERNAL_SERVER_ERROR"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class SettingsError(TongfenError):
    """A setting is unknown, missing or wrong; ``message`` starts with the setting's key."""

    code = "SETTINGS_INVALID"


class SupergraphError(TongfenError):
    """The supergraph cannot be served: not GraphQL, no join specification, or an unknown required feature."""

    code = "INVALID_FEDERATION_SUPERGRAPH"


class RequestError(TongfenError):
    """A request that is refused before anything is sent.

    ``errors`` holds GraphQL errors in response format (specification, section 7.1.2), each with ``extensions.code``.
    """

    code = "BAD_REQUEST"

    def __init__(
        self, message: str, *, code: str | None = None, errors: tuple[dict[str, Any], ...] = (), status: int = 400
    ) -> None:
        super().__init__(message, code=code)
        self.errors = errors or ({"message": message, "extensions": {"code": self.code}},)
        self.status = status


class PlanningError(TongfenError):
    """No plan was found: a part of the operation is out of reach, or a planning limit was hit."""

    code = "QUERY_PLANNING_FAILED"


class SubgraphError(TongfenError):
    """A subgraph gave no usable answer: refused, timed out, or did not speak GraphQL.

    ``reports`` are what was said on the way to it where several asked together (``RequestContext.reports``).
    """

    code = "SUBREQUEST_HTTP_ERROR"

    def __init__(
        self, message: str, *, subgraph: str, code: str | None = None, extensions: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.subgraph = subgraph
        self.extensions = extensions or {}
        self.reports: dict[str, list[Any]] = {}


@dataclass(frozen=True, slots=True, order=True)
class SourceLocation:
    """A place in one subgraph's SDL. ``line`` and ``column`` count from 1."""

    subgraph: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class CompositionError:
    """One reason why subgraphs do not compose.

    ``coordinate`` is a schema coordinate (``Type.field(arg:)``) or empty. ``mend`` says what to change.
    """

    code: str
    message: str
    coordinate: str = ""
    subgraphs: tuple[str, ...] = ()
    locations: tuple[SourceLocation, ...] = ()
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Hint:
    """Something to know about a composition that did succeed. Fields as in ``CompositionError``."""

    code: str
    message: str
    coordinate: str = ""
    subgraphs: tuple[str, ...] = ()
    locations: tuple[SourceLocation, ...] = field(default=())
