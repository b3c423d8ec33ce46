"""What goes into the engine and what comes out of it. Transports make the one and send the other."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import msgspec

from gateway.resolvers.uploads import UploadedFile


class Incremental(Enum):
    """How the parts of a deferred answer say where they belong: by the parameter with which clients accept it."""

    PATHS = "deferSpec=20220824"
    """Each part has its path and label, as Apollo's clients have it."""
    IDS = "incrementalSpec=v0.2"
    """Parts are announced as pending, and named by an id, as the newer proposal for the specification has it."""


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A client's request, already taken apart (GraphQL over HTTP, section 5.1).

    ``document_id`` names a document that takes the place of ``query``. ``headers`` have lower-case names. ``claims`` are those of the client's verified token, empty without one. ``read_only`` refuses mutations (they may not come by GET). ``expose_plan`` adds the plan to
    the response's extensions; ``dry_run`` plans without sending anything. ``subscriptions`` and ``incremental`` say what the client's
    transport can stream: answers of subscriptions, and parts of deferred answers (None: these are answered whole). ``files`` are those
    that stand in the variables, and are still on their way.
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
    subscriptions: bool = False
    incremental: Incremental | None = None
    files: tuple[UploadedFile, ...] = ()


class GraphQLResponse(msgspec.Struct, frozen=True):
    """A response ready to send.

    ``body`` is UTF-8 JSON. ``executed`` tells whether it has a ``data`` entry: without one it is a request error, and ``status`` is what
    ``application/graphql-response+json`` answers with (GraphQL over HTTP, section 6.4).
    """

    body: bytes
    executed: bool
    status: int = 200
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GraphQLStream:
    """A response in several payloads, each UTF-8 JSON: the answers of a subscription, or the parts of one answer.

    Whoever reads ``payloads`` closes it (``contextlib.aclosing``), which stops all that is under way for it; it raises nothing but
    cancellation. ``incremental`` is the form of the parts, None for a subscription.
    """

    payloads: AsyncGenerator[bytes, None]
    incremental: Incremental | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = GraphQLResponse | GraphQLStream
