"""Say what is wrong in one subgraph: code, coordinate, place in the SDL, and the mend that the code's table gives."""

from collections.abc import Iterable
from typing import Final

from graphql import Node

from gateway.errors import CompositionError, SourceLocation
from gateway.schema.codes import ErrorCode
from gateway.types import SubgraphName

_SHOWN: Final = 300
"""Letters of an author's text that a message repeats."""


def shorten(text: str) -> str:
    """Text as written, cut where it would bury the message."""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def location_of(subgraph: SubgraphName, node: Node | None) -> tuple[SourceLocation, ...]:
    """Where a node stands in its subgraph's SDL; nothing for a node that was not written."""
    if node is None or node.loc is None:
        return ()
    token = node.loc.start_token
    return (SourceLocation(subgraph, token.line, token.column),)


def subgraph_error(
    code: ErrorCode,
    subgraph: SubgraphName,
    message: str,
    *,
    coordinate: str = "",
    nodes: Iterable[Node | None] = (),
    mend: str = "",
) -> CompositionError:
    """An error in one subgraph; its message begins with the subgraph's name."""
    return CompositionError(
        code=str(code),
        message=f"[{subgraph}] {message}",
        coordinate=coordinate,
        subgraphs=(subgraph,),
        locations=tuple(place for node in nodes for place in location_of(subgraph, node)),
        mend=mend or code.mend,
    )
