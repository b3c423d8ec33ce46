"""A fetch as data: one request, where its inputs come from and where its answer goes."""

from dataclasses import dataclass

from gateway.schema.selection import Guard, SelectionSet
from gateway.types import OperationKind, ResponseKey, SubgraphName, TypeName

EACH_ITEM = "@"
"""The path segment that stands for every item of a list. Never a response key."""


@dataclass(frozen=True, slots=True)
class OnTypes:
    """The path segment that keeps only objects whose ``__typename`` is one of ``types`` (concrete types, sorted)."""

    types: tuple[TypeName, ...]


PathSegment = ResponseKey | OnTypes
Path = tuple[PathSegment, ...]
"""A way down the merged data from its root: response keys, ``@`` per list level, and type conditions."""


@dataclass(frozen=True, slots=True)
class EntityInput:
    """How to build the representation of one kind of object.

    ``on`` are the concrete types it is for; empty means any object, whose ``__typename`` is then not looked at. ``typename`` is
    what to send as ``__typename``; None sends the object's own. In ``selections`` a field's name is the key to write, its
    response key the key to read in the merged data; fragments are taken by the object's ``__typename``.
    An object matches at most one input of a part.
    """

    on: tuple[TypeName, ...]
    typename: TypeName | None
    selections: SelectionSet


@dataclass(frozen=True, slots=True)
class Rename:
    """Give a key of a subgraph's answer its name in the merged data, before merging.

    ``path`` leads from the part's own object to those that carry ``key``.
    """

    path: Path
    key: ResponseKey
    to: ResponseKey


@dataclass(frozen=True, slots=True)
class ContextInput:
    """A value that a field takes from an enclosing object (``@fromContext``), sent as a variable of the operation.

    ``path`` leads to that object and is a prefix of the part's paths; ``selections`` reads one value, by type.
    """

    variable: str
    path: Path
    selections: SelectionSet


@dataclass(frozen=True, slots=True)
class EntityPart:
    """One ``_entities`` call inside a fetch.

    ``alias`` is its response key, ``variable`` the name of its representations variable. Each object found at ``paths`` becomes a
    representation by ``inputs``; equal representations are sent once. The answer's items are merged into those objects.
    Where the guards do not hold, nothing is collected.
    """

    alias: ResponseKey
    variable: str
    paths: tuple[Path, ...]
    inputs: tuple[EntityInput, ...]
    selections: SelectionSet
    guards: tuple[Guard, ...] = ()
    renames: tuple[Rename, ...] = ()
    contexts: tuple[ContextInput, ...] = ()


@dataclass(frozen=True, slots=True)
class RootPart:
    """Fields of a root type. ``path`` leads to the object they belong to: the response's root, but for root re-entry."""

    selections: SelectionSet
    path: Path = ()
    renames: tuple[Rename, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request to one subgraph.

    ``operation`` is the text to send, ``variables`` the names of the client's variables to forward. ``parts`` is one root part, or
    one entity part for each aliased ``_entities`` call, and before these the root fields that waited to go with them. ``depends_on`` are ids of fetches that must have ended before.
    ``guards`` must all hold, or the fetch is left out. ``serves`` says why it is there: the coordinates
    (``Product.price``) of the client's fields and of the inputs of other fetches that it brings. ``blocks`` are the ids of the
    deferred blocks that it brings something of, ``deferred`` is the one that alone needs it; None for a fetch of the first answer.
    """

    id: int
    subgraph: SubgraphName
    kind: OperationKind
    operation: str
    operation_name: str | None
    variables: tuple[str, ...]
    parts: tuple[RootPart | EntityPart, ...]
    depends_on: tuple[int, ...] = ()
    guards: tuple[Guard, ...] = ()
    serves: tuple[str, ...] = ()
    deferred: str | None = None
    blocks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeferredBlock:
    """A part of the answer that may come later (``@defer``).

    ``path`` leads to the objects that it completes by ``selections``, as the client wrote them. ``variable`` decides at run time
    whether it is deferred. It is ready when the fetches ``depends_on`` have ended, some of which may be of the first answer: what
    comes with another fetch anyway is not asked for twice. ``parent`` is the block that it stands in.
    """

    id: str
    path: Path
    selections: SelectionSet
    label: str | None = None
    variable: str | None = None
    parent: str | None = None
    depends_on: tuple[int, ...] = ()
