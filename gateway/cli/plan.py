"""``tongfen plan``: show the query plan of an operation."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from gateway.errors import TongfenError
from gateway.resolvers import plan
from gateway.resolvers.executor import prepare
from gateway.resolvers.executor.compiled import NotCompiledError, compile_operation, print_compiled
from gateway.resolvers.operation import Limits, parse_operation, read_operation, with_incremental_directives
from gateway.resolvers.planner import plan_operation
from gateway.resolvers.query_plan import QueryPlan
from gateway.schema.query_graph import QueryGraph, build_query_graph
from gateway.schema.supergraph import read_supergraph

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("plan")
@click.option("--supergraph", type=EXISTING_FILE, help="The supergraph SDL to plan over.")
@click.option("--operation-name", help="Which operation of the file to plan, where it has several.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--json-lines", is_flag=True, help="Serve plans: one JSON request a line on standard input, one answer a line."
)
@click.option("--compiled", is_flag=True, help="Show the Python that the operation is compiled to, or why it is not.")
@click.option(
    "--variables",
    default="{}",
    help="A JSON object with the variables of @skip and @include, by which --compiled compiles.",
)
@click.option("--server", is_flag=True, hidden=True, help="The same as --json-lines.")
@click.argument("query_file", type=EXISTING_FILE, required=False)
def plan_command(
    supergraph: Path | None,
    operation_name: str | None,
    form: str,
    json_lines: bool,
    compiled: bool,
    variables: str,
    server: bool,
    query_file: Path | None,
) -> None:
    """Show the query plan of the operation in QUERY_FILE.

    With --json-lines, each line of standard input is {"supergraph", "operation", "operationName"?, "overrideConditions"?} and each line
    of standard output {"ok": true, "plan", "text"} or {"ok": false, "error"}. Operations are then planned without being validated.
    """
    if json_lines or server:
        for answer in answer_lines(sys.stdin):
            click.echo(answer)
            sys.stdout.flush()
        return
    if supergraph is None or query_file is None:
        raise click.UsageError("Give --supergraph FILE and QUERY_FILE, or --json-lines.")
    if compiled:
        click.echo(
            show_compiled(supergraph.read_text("utf-8"), query_file.read_text("utf-8"), operation_name, variables)
        )
        return
    found = plan(supergraph.read_text("utf-8"), query_file.read_text("utf-8"), operation_name)
    click.echo(json.dumps(found.to_json(), indent=2, ensure_ascii=False) if form == "json" else str(found))


def show_compiled(supergraph_sdl: str, query: str, operation_name: str | None, variables: str) -> str:
    """The Python that an operation is compiled to, or why it is not. Raises TongfenError for what cannot be planned."""
    supergraph = read_supergraph(supergraph_sdl)
    operation = read_operation(with_incremental_directives(supergraph.api_schema), query, operation_name, Limits())
    prepared = prepare(operation, plan_operation(build_query_graph(supergraph), operation), supergraph)
    try:
        conditions = json.loads(variables)
    except ValueError as error:
        raise click.UsageError(f"--variables is not JSON: {error}") from error
    try:
        return print_compiled(compile_operation(prepared, conditions))
    except NotCompiledError as error:
        return f"Not compiled ({error.reason}): {error}. The plain executor runs it."


def answer_lines(lines: Iterable[str] | TextIO) -> Iterator[str]:
    """Answer each request line. The tables of the last supergraph are kept: requests for it come together."""
    text, graph = None, None
    for line in lines:
        if not line.strip():
            continue
        try:
            request = json.loads(line)
            if graph is None or request["supergraph"] != text:
                text = request["supergraph"]
                graph = build_query_graph(read_supergraph(text))
            found = _plan(graph, request)
            answer: dict[str, Any] = {"ok": True, "plan": found.to_json(), "text": str(found)}
        except (TongfenError, KeyError, ValueError) as error:
            answer = {"ok": False, "error": f"{type(error).__name__}: {error}"}
        yield json.dumps(answer, ensure_ascii=False)


def _plan(graph: QueryGraph, request: dict[str, Any]) -> QueryPlan:
    conditions = request.get("overrideConditions") or {}
    operation = parse_operation(request["operation"], request.get("operationName"), Limits())
    return plan_operation(graph, operation, labels=frozenset(name for name, active in conditions.items() if active))
