"""The subgraphs of one merge, with what is known of each; the same subgraph in the next merge is the same part."""

from collections.abc import Iterable

from gateway.schema.composition.merge.graphs import graph_names
from gateway.schema.composition.merge.state import Part
from gateway.schema.subgraph import SubgraphSchema, find_facts
from gateway.schema.subgraph.model import elements


def make_parts(schemas: Iterable[SubgraphSchema], known: Iterable[Part] = ()) -> tuple[Part, ...]:
    """One part for each subgraph, sorted by name. Those that are ``known`` are taken over."""
    ordered = sorted(schemas, key=lambda schema: schema.name)
    graphs = graph_names(schema.name for schema in ordered)
    earlier = {part.schema: part for part in known}
    return tuple(_make_part(schema, graphs[schema.name], earlier.get(schema)) for schema in ordered)


def _make_part(schema: SubgraphSchema, graph: str, earlier: Part | None) -> Part:
    if earlier is not None and earlier.graph == graph:
        return earlier
    return Part(schema, find_facts(schema), graph, _applied_names(schema))


def _applied_names(schema: SubgraphSchema) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    everywhere = [d for _, _, element in elements(schema) for d in element.directives]
    everywhere += [d for arguments in schema.definition_arguments.values() for a in arguments for d in a.directives]
    for directive in (*everywhere, *schema.schema_directives):
        if directive.spec is not None:
            found.setdefault(directive.spec, set()).add(directive.name)
    return {spec: frozenset(names) for spec, names in found.items()}
