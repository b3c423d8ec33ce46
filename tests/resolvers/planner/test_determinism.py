"""Plans depend on the supergraph and the operation, and on nothing else."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from graphql import DocumentNode, EnumTypeDefinitionNode, Visitor, VisitorAction, visit
from graphql.language.ast import Node

from gateway.resolvers import plan
from gateway.schema.supergraph import read_supergraph
from tests.resolvers.planner.checking import case_names, read_case

ROOT = Path(__file__).parents[3]

PLAN_ALL = """
import json
from gateway.resolvers import plan
from tests.resolvers.planner.checking import case_names, read_case
print(json.dumps([plan(*read_case(name)[:2]).to_json() for name in case_names()]))
"""


def plans_under(seed: int) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    done = subprocess.run(
        [sys.executable, "-c", PLAN_ALL], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_plans_are_the_same_under_twenty_hash_seeds() -> None:
    """Sets and dictionaries of texts iterate in another order under each; plans must not."""
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(plans_under, range(20)))
    assert json.loads(found[0])
    assert len(set(found)) == 1


class ReverseGraphs(Visitor):
    """Reverses the list of subgraphs."""

    def leave_enum_type_definition(self, node: EnumTypeDefinitionNode, *_: object) -> VisitorAction | Node:
        if node.name.value != "join__Graph":
            return None
        values = tuple(reversed(node.values or ()))
        return EnumTypeDefinitionNode(name=node.name, directives=node.directives, values=values)


class ReverseDirectives(Visitor):
    """Reverses the directives on everything."""

    def leave(self, node: Node, *_: object) -> VisitorAction | Node:
        if not getattr(node, "directives", None):
            return None
        changed = {key: getattr(node, key, None) for key in node.keys}
        return type(node)(**{**changed, "directives": tuple(reversed(changed["directives"]))})


def reversed_document(document: DocumentNode) -> DocumentNode:
    reversed_graphs: DocumentNode = visit(document, ReverseGraphs())
    return visit(reversed_graphs, ReverseDirectives())


@pytest.mark.parametrize("name", case_names())
def test_plans_do_not_depend_on_the_order_of_subgraphs(name: str) -> None:
    """The same supergraph with its subgraphs and their annotations in reverse."""
    supergraph, operation, expected = read_case(name)
    other = read_supergraph(reversed_document(supergraph.document))
    assert f"{plan(other, operation)}\n" == expected
