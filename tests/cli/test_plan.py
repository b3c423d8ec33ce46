"""``tongfen plan``."""

import json
from pathlib import Path

from click.testing import CliRunner
from graphql import print_ast

from gateway.cli.plan import answer_lines, plan_command
from tests.resolvers.planner.checking import CASES, read_case

SUBSCRIPTION = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.4", for: EXECUTION)
{ query: Query subscription: Subscription }
enum join__Graph { CITY @join__graph(name: "city", url: "http://city") }
type Query @join__type(graph: CITY) { city: String }
type Subscription @join__type(graph: CITY) { news: String }
"""


def supergraph_text(case: str) -> str:
    return print_ast(read_case(case)[0].document)


def run(folder: Path, case: str, *options: str) -> str:
    path = folder / "supergraph.graphql"
    path.write_text(supergraph_text(case), "utf-8")
    operation = str(CASES / case / "operation.graphql")
    result = CliRunner().invoke(plan_command, ["--supergraph", str(path), operation, *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_it_prints_the_plan_as_text(tmp_path: Path) -> None:
    """The usual text form is the default."""
    assert run(tmp_path, "key_chain") == read_case("key_chain")[2]


def test_it_prints_the_plan_as_json(tmp_path: Path) -> None:
    """`--format json` is for other programs."""
    assert json.loads(run(tmp_path, "key_chain", "--format", "json"))["node"]["kind"] == "Sequence"


def test_it_prints_the_code_that_an_operation_is_compiled_to(tmp_path: Path) -> None:
    """Each request's body stands above the functions."""
    shown = run(tmp_path, "key_chain", "--compiled")
    assert shown.startswith("# Fetch 0: a query to ")
    assert '"variables":{"representations": …}' in shown
    assert "def collect_1_0(state):" in shown


def test_it_says_why_an_operation_is_not_compiled(tmp_path: Path) -> None:
    """The reason has a name, by which metrics count, and a text."""
    supergraph, query = tmp_path / "supergraph.graphql", tmp_path / "query.graphql"
    supergraph.write_text(SUBSCRIPTION, "utf-8")
    query.write_text("subscription { news }", "utf-8")
    result = CliRunner().invoke(plan_command, ["--supergraph", str(supergraph), str(query), "--compiled"])
    assert result.output == "Not compiled (subscription): a subscription. The plain executor runs it.\n"


def test_variables_must_be_json(tmp_path: Path) -> None:
    """What cannot be read is said, and where."""
    supergraph, query = tmp_path / "supergraph.graphql", tmp_path / "query.graphql"
    supergraph.write_text(SUBSCRIPTION, "utf-8")
    query.write_text("{ city }", "utf-8")
    arguments = ["--supergraph", str(supergraph), str(query), "--compiled", "--variables", "{"]
    result = CliRunner().invoke(plan_command, arguments)
    assert result.exit_code == 2
    assert "--variables is not JSON" in result.output


def test_it_asks_for_what_is_missing() -> None:
    """Without a supergraph there is nothing to plan over."""
    result = CliRunner().invoke(plan_command, [])
    assert result.exit_code == 2
    assert "--supergraph FILE" in result.output


def test_json_lines_answer_line_by_line() -> None:
    """Each request has its own answer, and a wrong one does not end the conversation."""
    good = {"supergraph": supergraph_text("override"), "operation": "{ bill { payer } }"}
    wrong = {"supergraph": "type Query { a: Int }", "operation": "{ a }"}
    lines = [json.dumps(good), "", json.dumps(wrong), "{", json.dumps(good)]
    answers = [json.loads(line) for line in answer_lines(lines)]
    assert [answer["ok"] for answer in answers] == [True, False, False, True]
    assert answers[0] == answers[3]
    assert "SupergraphError" in answers[1]["error"]


def test_json_lines_take_override_conditions() -> None:
    """Labels that are named true are active."""
    supergraph = """
    schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
    { query: Query }
    enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
    type Query @join__type(graph: A) @join__type(graph: B) {
      feed: Int @join__field(graph: A, override: "b", overrideLabel: "canary") @join__field(graph: B, overrideLabel: "canary")
    }
    """
    request = {"supergraph": supergraph, "operation": "{ feed }", "overrideConditions": {"canary": True}}
    (answer,) = answer_lines([json.dumps(request)])
    assert json.loads(answer)["plan"]["node"]["serviceName"] == "a"


def test_a_deferred_part_is_a_node_of_the_plan(tmp_path: Path) -> None:
    """Clients may write @defer and @stream, which no supergraph defines: the command reads them as the gateway does."""
    supergraph, query = tmp_path / "supergraph.graphql", tmp_path / "query.graphql"
    supergraph.write_text(SUBSCRIPTION, "utf-8")
    query.write_text('{ __typename ... @defer(label: "later") { city } }', "utf-8")
    result = CliRunner().invoke(plan_command, ["--supergraph", str(supergraph), str(query), "--format", "json"])
    assert result.exit_code == 0, result.output
    (deferred,) = json.loads(result.output)["node"]["deferred"]
    assert deferred["label"] == "later"
