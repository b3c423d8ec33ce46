"""``tongfen subgraph``: publish, check, list and remove subgraphs by a registry."""

from pathlib import Path
from typing import Any

import click

from gateway.cli.registry_client import Connection, connected
from gateway.cli.registry_text import (
    CHANGE_FIELDS,
    CHECK_FIELDS,
    FORMAT,
    Format,
    print_change,
    print_check,
    print_json,
    table,
)

SDL_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("subgraph", no_args_is_help=True)
def subgraph_command() -> None:
    """Subgraphs of a registry. Exit codes: 0 done, 1 refused or it cannot be done, 2 wrong use."""


@subgraph_command.command("publish")
@click.argument("name")
@click.option("--url", default="", help="Where requests go; needed for a new subgraph.")
@click.option("--schema", type=SDL_FILE, help="The SDL. Without it the subgraph at the URL is asked.")
@click.option("--kind", default="", help="What it is, for people: city, industry.")
@click.option("--region", default="", help="Where it is, for people: 330200.")
@click.option("--message", default="", help="For the history.")
@click.option("--force", is_flag=True, help="Although it breaks clients that are known. Needs the right FORCE.")
@click.option("--expected-version", type=int, help="Only if this is the current version.")
@FORMAT
@connected
def publish(
    connection: Connection,
    name: str,
    url: str,
    schema: Path | None,
    kind: str,
    region: str,
    message: str,
    force: bool,
    expected_version: int | None,
    format_: Format,
) -> None:
    """Publish a subgraph: if it composes with the others and breaks no known client, it is served within two seconds."""
    query = f"""mutation Publish(
      $subgraphs: [SubgraphInput!]!, $environment: String, $message: String!, $force: Boolean!, $expected: Int
    ) {{
      publish(subgraphs: $subgraphs, environment: $environment, message: $message, force: $force, expectedVersion: $expected)
      {CHANGE_FIELDS}
    }}"""
    subgraph = make_input(name, url, schema) | {"kind": kind, "region": region}
    variables = {"subgraphs": [subgraph], "message": message, "force": force, "expected": expected_version}
    result = connection.ask(query, variables)["publish"]
    print_change(result, format_)
    raise SystemExit(1 if result["outcome"] == "REFUSED" else 0)


@subgraph_command.command("check")
@click.argument("name")
@click.option("--url", default="", help="Where requests go; needed for a new subgraph.")
@click.option("--schema", type=SDL_FILE, help="The SDL. Without it the subgraph at the URL is asked.")
@click.option("--strict", is_flag=True, help="Every breaking change fails, also one that breaks no known client.")
@FORMAT
@connected
def check(connection: Connection, name: str, url: str, schema: Path | None, strict: bool, format_: Format) -> None:
    """Say what publishing would do, and change nothing: 0 it may be published, 1 it may not."""
    query = f"""query Check($subgraphs: [SubgraphInput!]!, $environment: String) {{
      check(subgraphs: $subgraphs, environment: $environment) {CHECK_FIELDS}
    }}"""
    result = connection.ask(query, {"subgraphs": [make_input(name, url, schema)]})["check"]
    print_check(result, format_)
    breaks = strict and any(change["severity"] == "BREAKING" for change in result["changes"])
    raise SystemExit(0 if result["ok"] and not breaks else 1)


@subgraph_command.command("list")
@FORMAT
@connected
def list_subgraphs(connection: Connection, format_: Format) -> None:
    """List the current subgraphs and how they are."""
    query = """query List($environment: String) {
      subgraphs(environment: $environment) { name url kind region members { partition urls } }
      health(environment: $environment) { subgraph partition state reason latencyMs lastSeen drift }
    }"""
    answer = connection.ask(query)
    if format_ == "json":
        print_json(answer)
        return
    found = {(one["subgraph"], one["partition"]): one for one in answer["health"]}
    rows = [("NAME", "URL", "KIND", "REGION", "HEALTH")]
    for one in answer["subgraphs"]:
        servers = [(one["url"], "")] if not one["members"] else [(m["urls"][0], m["partition"]) for m in one["members"]]
        for url, partition in servers:
            name = f"{one['name']}/{partition}" if partition else one["name"]
            rows.append((name, url, one["kind"], one["region"], describe_health(found.get((one["name"], partition)))))
    click.echo(table(rows))


@subgraph_command.command("remove")
@click.argument("name")
@click.option("--message", default="", help="For the history.")
@click.option("--force", is_flag=True, help="Although it breaks clients that are known. Needs the right FORCE.")
@FORMAT
@connected
def remove(connection: Connection, name: str, message: str, force: bool, format_: Format) -> None:
    """Take a subgraph out."""
    query = f"""mutation Remove($name: String!, $environment: String, $message: String!, $force: Boolean!) {{
      removeSubgraph(name: $name, environment: $environment, message: $message, force: $force) {CHANGE_FIELDS}
    }}"""
    result = connection.ask(query, {"name": name, "message": message, "force": force})["removeSubgraph"]
    print_change(result, format_)
    raise SystemExit(1 if result["outcome"] == "REFUSED" else 0)


def make_input(name: str, url: str, schema: Path | None) -> dict[str, Any]:
    return {"name": name, "url": url, "sdl": schema.read_text(encoding="utf-8") if schema else None}


def describe_health(health: dict[str, Any] | None) -> str:
    """``healthy, 12 ms, drift``."""
    if health is None:
        return "unknown"
    parts = [health["state"].lower()]
    if health["latencyMs"] is not None:
        parts.append(f"{health['latencyMs']} ms")
    if health["drift"]:
        parts.append("drift: it tells another SDL than was published")
    if health["reason"]:
        parts.append(health["reason"])
    return ", ".join(parts)
