"""One folder per trap of federation: subgraphs with data, an operation, the plan it must get and the answer it must have.

A case is a folder of a name that states a fact: ``README.md`` says what the trap is, ``NAME.graphql`` is one subgraph, ``data.yaml`` what each
subgraph knows, ``operation.graphql`` (with ``variables.json``) what a client asks. ``plan.txt`` is the plan, ``answer.json`` the response. Adding a
case is adding a folder. Subgraphs validate what they are sent, so a wrong operation shows as an error in the answer.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.resolvers.engine import Engine
from gateway.resolvers.messages import GraphQLRequest
from gateway.resolvers.subgraph_client import InProcessClient
from gateway.schema import Subgraph, compose
from gateway.schema.supergraph import Supergraph
from tests.resolvers.servers import make_server

FOLDER = Path(__file__).parent
CASES = sorted(path.parent for path in FOLDER.glob("*/operation.graphql"))


def load_subgraphs(case: Path) -> dict[str, str]:
    """Each subgraph's SDL by its name."""
    return {path.stem: path.read_text() for path in sorted(case.glob("*.graphql")) if path.stem != "operation"}


def load_supergraph(case: Path) -> Supergraph:
    result = compose([Subgraph(name, f"http://{name}", sdl) for name, sdl in load_subgraphs(case).items()])
    assert result.supergraph is not None, result.errors
    return result.supergraph


def load_variables(case: Path) -> Mapping[str, Any]:
    path = case / "variables.json"
    loaded: Mapping[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return loaded


async def respond(case: Path, *, dry_run: bool = False) -> Any:
    """The gateway's response to the case's operation."""
    data = yaml.safe_load((case / "data.yaml").read_text())
    servers = {name: make_server(sdl, data.get(name, {})) for name, sdl in load_subgraphs(case).items()}
    engine = Engine(load_supergraph(case), InProcessClient(servers))
    operation = (case / "operation.graphql").read_text()
    request = GraphQLRequest(operation, variables=load_variables(case), dry_run=dry_run)
    bodies = {(await engine.execute(request)).body for _ in range(3)}
    assert len(bodies) == 1, "an operation that comes often is compiled, and must be answered the same"
    return json.loads(bodies.pop())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_answer_is_right(case: Path) -> None:
    """Data, its order, and errors are what one undivided server would give."""
    answer = await respond(case)
    assert answer == json.loads((case / "answer.json").read_text())
    assert list(answer.get("data") or ()) == list(json.loads((case / "answer.json").read_text()).get("data") or ())


@pytest.mark.parametrize("case", [case for case in CASES if (case / "plan.txt").exists()], ids=lambda case: case.name)
async def test_the_plan_is_the_expected_one(case: Path) -> None:
    """No request more than it takes, and each with what it must have."""
    answer = await respond(case, dry_run=True)
    assert answer["extensions"]["queryPlan"]["text"] == (case / "plan.txt").read_text().rstrip("\n")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_is_whole(case: Path) -> None:
    """It says what it is about, and has all it takes to be understood without running it."""
    assert (case / "README.md").read_text().startswith("# ")
    assert load_subgraphs(case)
    has_plan = (case / "plan.txt").exists()
    assert has_plan == ("data" in json.loads((case / "answer.json").read_text())), "a refused operation has no plan"
