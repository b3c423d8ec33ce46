"""The usual JSON form of a query plan, with what a plan knows beyond it: ids, dependencies, batches and why a fetch is there."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gateway.resolvers.query_plan.fetch import (
    ContextInput,
    DeferredBlock,
    EntityInput,
    EntityPart,
    Fetch,
    Rename,
    RootPart,
)
from gateway.resolvers.query_plan.text import after_event, fetches_of, waits_for
from gateway.resolvers.query_plan.tree import in_waves, path_segments, type_conditions
from gateway.schema.selection import Guard, InlineFragment, SelectionSet, print_selections
from gateway.types import OperationKind

JsonObject = dict[str, Any]


def plan_to_json(kind: OperationKind, fetches: Sequence[Fetch], deferred: Sequence[DeferredBlock] = ()) -> JsonObject:
    """The plan as JSON values. A request with several ``_entities`` calls is one ``BatchFetch``."""
    plan: JsonObject = {"kind": "QueryPlan"}
    if not fetches:
        return plan
    if kind is OperationKind.SUBSCRIPTION:
        rest = after_event(fetches)
        node: JsonObject = {"kind": "Subscription", "primary": _fetch(fetches[0])}
        plan["node"] = node | ({"rest": _tree(rest)} if rest else {})
    else:
        plan["node"] = _deferring(fetches, deferred) if deferred else _tree(fetches)
    return plan


def _deferring(fetches: Sequence[Fetch], deferred: Sequence[DeferredBlock]) -> JsonObject:
    primary = {"node": _tree(fetches_of(fetches, None))}
    return {"kind": "Defer", "primary": primary, "deferred": [_deferred(fetches, block) for block in deferred]}


def _deferred(fetches: Sequence[Fetch], block: DeferredBlock) -> JsonObject:
    own = fetches_of(fetches, block.id)
    return {
        "depends": [{"id": str(other)} for other in waits_for(fetches, block)],
        **({"label": block.label} if block.label else {}),
        "queryPath": path_segments(block.path),
        "subselection": f"{{ {print_selections(block.selections)} }}",
        **({"node": _tree(own)} if own else {}),
    }


def _tree(fetches: Sequence[Fetch]) -> JsonObject:
    waves = [_of("Parallel", [_guarded(f) for f in wave]) for wave in in_waves(fetches) if wave]
    return _of("Sequence", waves)


def _of(kind: str, nodes: list[JsonObject]) -> JsonObject:
    return nodes[0] if len(nodes) == 1 else {"kind": kind, "nodes": nodes}


def _guarded(fetch: Fetch) -> JsonObject:
    return _conditions(fetch.guards, _fetch(fetch))


def _conditions(guards: Iterable[Guard], node: JsonObject) -> JsonObject:
    for guard in reversed(tuple(guards)):
        clause = "ifClause" if guard.expected else "elseClause"
        node = {"kind": "Condition", "condition": guard.variable, clause: node}
    return node


def _fetch(fetch: Fetch) -> JsonObject:
    node: JsonObject = {
        "kind": "Fetch",
        "serviceName": fetch.subgraph,
        "operationKind": fetch.kind.value,
        "operation": fetch.operation,
        "operationName": fetch.operation_name,
        "variableUsages": list(fetch.variables),
        "id": str(fetch.id),
        "dependsOn": [str(other) for other in fetch.depends_on],
        "serves": list(fetch.serves),
    }
    first = fetch.parts[0]
    if isinstance(first, RootPart) and len(fetch.parts) == 1:
        node |= _rewrites("outputRewrites", first.renames)
        return _flatten(path_segments(first.path), node)
    if isinstance(first, EntityPart) and len(fetch.parts) == 1 and len(first.paths) == 1:
        node |= _inputs(first)
        return _flatten(path_segments(first.paths[0]), node)
    if isinstance(first, RootPart):
        node |= {
            "root": {"selections": list(_selections(first.selections)), **_rewrites("outputRewrites", first.renames)}
        }
    parts = [part for part in fetch.parts if isinstance(part, EntityPart)]
    return node | {"kind": "BatchFetch", "entityBatch": {"aliases": [_alias(part) for part in parts]}}


def _flatten(path: list[str], node: JsonObject) -> JsonObject:
    return {"kind": "Flatten", "path": path, "node": node} if path else node


def _alias(part: EntityPart) -> JsonObject:
    alias: JsonObject = {
        "alias": part.alias,
        "representationsVariableName": part.variable,
        "paths": [path_segments(path) for path in part.paths],
    }
    if part.guards:
        alias["conditions"] = [{"variable": guard.variable, "expected": guard.expected} for guard in part.guards]
    return alias | _inputs(part)


def _inputs(part: EntityPart) -> JsonObject:
    found: JsonObject = {
        "requires": [_fragment(name, one.selections) for one in part.inputs for name in type_conditions(one)]
    }
    if setters := [setter for one in part.inputs for setter in _typename_setters(one)]:
        found["inputRewrites"] = setters
    if part.contexts:
        found["contextRewrites"] = [_context(context) for context in part.contexts]
    return found | _rewrites("outputRewrites", part.renames)


def _fragment(type_name: str, selections: SelectionSet) -> JsonObject:
    inner = [{"kind": "Field", "name": "__typename"}, *_selections(selections)]
    return {"kind": "InlineFragment", "typeCondition": type_name, "selections": inner}


def _selections(selections: SelectionSet) -> Iterator[JsonObject]:
    for selection in selections:
        inner = {"selections": list(_selections(selection.selections))} if selection.selections else {}
        if isinstance(selection, InlineFragment):
            yield {"kind": "InlineFragment", "typeCondition": selection.type_condition, **inner}
        else:
            alias = {"alias": selection.alias} if selection.alias else {}
            yield {"kind": "Field", "name": selection.name, **alias, **inner}


def _typename_setters(one: EntityInput) -> Iterator[JsonObject]:
    for name in type_conditions(one):
        if name != one.typename:
            yield {"kind": "ValueSetter", "path": [f"... on {name}", "__typename"], "setValueTo": one.typename}


def _rewrites(key: str, renames: Sequence[Rename]) -> JsonObject:
    found = [
        {"kind": "KeyRenamer", "path": [*path_segments(rename.path), rename.key], "renameKeyTo": rename.to}
        for rename in renames
    ]
    return {key: found} if found else {}


def _context(context: ContextInput) -> JsonObject:
    path = [*path_segments(context.path), *(s["name"] for s in _selections(context.selections) if "name" in s)]
    return {"kind": "KeyRenamer", "path": path, "renameKeyTo": context.variable}
