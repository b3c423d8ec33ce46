"""Plans written by hand, to test the executor by itself."""

from typing import Any

from gateway.resolvers.executor import ErrorPolicy, Executed, RunOptions, execute_operation, prepare
from gateway.resolvers.operation import Limits, coerce_variables, read_operation
from gateway.resolvers.query_plan import EntityInput, EntityPart, Fetch, OnTypes, Path, QueryPlan, RootPart
from gateway.resolvers.subgraph_client import SubgraphClient
from gateway.schema.selection import parse_field_set, print_selections
from gateway.schema.supergraph import Supergraph
from gateway.types import OperationKind


def path_of(text: str) -> Path:
    """A path from its text: ``items.@.|Book.author``."""
    segments = text.split(".") if text else []
    return tuple(OnTypes(tuple(s[1:].split("|"))) if s.startswith("|") else s for s in segments)


def root(number: int, subgraph: str, text: str, *after: int, **more: Any) -> Fetch:
    """A fetch of root fields. ``path`` and ``renames`` are the part's, ``declare`` its variables' definitions, the rest the fetch's."""
    kind = more.pop("kind", OperationKind.QUERY)
    part = RootPart(parse_field_set(text), **{name: more.pop(name) for name in ("path", "renames") if name in more})
    operation = f"{kind.value}{more.pop('declare', '')} {{ {text} }}"
    return _fetch(number, subgraph, operation, (part,), after, kind=kind, **more)


def entity(
    path: str, inputs: str, text: str, *, on: str = "", send: str | None = None, alias: str = "e", **more: Any
) -> EntityPart:
    """One ``_entities`` call: the objects at ``path`` (several with ``&``), by ``inputs``, asked for ``text``."""
    types = tuple(on.split("|")) if on else ()
    wanted = EntityInput(types, send, parse_field_set(inputs))
    paths = tuple(path_of(p) for p in path.split("&"))
    return EntityPart(alias, f"r_{alias}", paths, (wanted,), parse_field_set(text), **more)


def entities(number: int, subgraph: str, parts: list[EntityPart], *after: int, declare: str = "", **more: Any) -> Fetch:
    """A fetch of entities, its text made of its parts. ``declare`` are definitions of more variables."""
    definitions = ", ".join([*(f"${part.variable}: [_Any!]!" for part in parts), *([declare] if declare else [])])
    calls = " ".join(
        f"{part.alias}: _entities(representations: ${part.variable}) {{ {print_selections(part.selections)} }}"
        for part in parts
    )
    return _fetch(number, subgraph, f"query({definitions}) {{ {calls} }}", tuple(parts), after, **more)


def _fetch(number: int, subgraph: str, operation: str, parts: Any, after: tuple[int, ...], **more: Any) -> Fetch:
    given = {"kind": OperationKind.QUERY, "operation_name": None, "variables": (), **more}
    return Fetch(id=number, subgraph=subgraph, operation=operation, parts=parts, depends_on=after, **given)


async def run(
    supergraph: Supergraph,
    client: SubgraphClient,
    query: str,
    *fetches: Fetch,
    policy: ErrorPolicy | None = None,
    **variables: Any,
) -> Executed:
    """Execute ``query`` by these fetches."""
    operation = read_operation(supergraph.api_schema, query, None, Limits())
    prepared = prepare(operation, QueryPlan(operation.kind, fetches), supergraph)
    coerced = coerce_variables(supergraph.api_schema, operation.variables, variables)
    return await execute_operation(prepared, RunOptions(client, coerced, error_policy=policy or ErrorPolicy()))
