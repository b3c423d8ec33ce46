"""What goes into the engine and what comes out of it. Transports make the one and send the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A client's request, already taken apart (GraphQL over HTTP, section 5.1).

    ``document_id`` names a document that takes the place of ``query``. ``headers`` have lower-case names. ``claims`` are those of the client's verified token, empty without one. ``read_only`` refuses mutations (they may not come by GET). ``expose_plan`` adds the plan to
    the response's extensions; ``dry_run`` plans without sending anything.
    """

    query: str
    document_id: str | None = field(default=None, kw_only=True)
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    extensions: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)
    read_only: bool = False
    expose_plan: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class GraphQLResponse:
    """A response ready to send.

    ``body`` is UTF-8 JSON. ``executed`` tells whether it has a ``data`` entry: without one it is a request error, and ``status`` is what
    ``application/graphql-response+json`` answers with (GraphQL over HTTP, section 6.4).
    """

    body: bytes
    executed: bool
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
