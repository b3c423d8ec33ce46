"""What every plan in every test must hold to."""

from collections.abc import Iterator
from pathlib import Path

from graphql import parse, validate

from gateway.resolvers.query_plan import QueryPlan
from gateway.schema import Subgraph, compose
from gateway.schema.supergraph import Supergraph, derive_subgraph_schema

CASES = Path(__file__).parent / "cases"


def case_names() -> list[str]:
    """The folders of cases: ``subgraphs/*.graphql``, ``operation.graphql`` and ``plan.txt`` each."""
    return sorted(folder.name for folder in CASES.iterdir())


def read_case(name: str) -> tuple[Supergraph, str, str]:
    """A case's supergraph, operation and plan text."""
    folder = CASES / name
    result = compose(
        [Subgraph(f.stem, f"http://{f.stem}", f.read_text("utf-8")) for f in sorted(folder.glob("subgraphs/*.graphql"))]
    )
    assert result.supergraph is not None, result.errors
    return (
        result.supergraph,
        (folder / "operation.graphql").read_text("utf-8"),
        (folder / "plan.txt").read_text("utf-8"),
    )


def invalid_operations(supergraph: Supergraph, plan: QueryPlan) -> Iterator[str]:
    """What is wrong with the operations of a plan, by the schema of the subgraph each goes to."""
    schemas = {fetch.subgraph: derive_subgraph_schema(supergraph, fetch.subgraph) for fetch in plan.fetches}
    for fetch in plan.fetches:
        for error in validate(schemas[fetch.subgraph], parse(fetch.operation)):
            yield f"{fetch.subgraph}: {error.message}: {fetch.operation}"
