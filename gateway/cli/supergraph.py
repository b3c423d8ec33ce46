"""``tongfen supergraph``: the versions of a registry's supergraph."""

from pathlib import Path

import click

from gateway.cli.registry_client import Connection, connected
from gateway.cli.registry_text import (
    CHANGE_FIELDS,
    CHANGES,
    FORMAT,
    VERSION_FIELDS,
    Format,
    changes_lines,
    changes_markdown,
    print_change,
    print_json,
    table,
)


@click.group("supergraph", no_args_is_help=True)
def supergraph_command() -> None:
    """Versions of a registry's supergraph. Exit codes: 0 done, 1 refused or it cannot be done, 2 wrong use."""


@supergraph_command.command("history")
@click.option("--first", default=20, show_default=True, help="How many versions.")
@click.option("--before", type=int, help="Only versions before this one.")
@FORMAT
@connected
def history(connection: Connection, first: int, before: int | None, format_: Format) -> None:
    """List the versions, the newest first."""
    query = f"""query History($environment: String, $first: Int!, $before: Int) {{
      versions(environment: $environment, first: $first, before: $before) {VERSION_FIELDS}
    }}"""
    versions = connection.ask(query, {"first": first, "before": before})["versions"]
    if format_ == "json":
        print_json(versions)
        return
    rows = [("VERSION", "AT", "KIND", "SUBGRAPH", "AUTHOR", "MESSAGE")]
    for one in versions:
        what = one["subgraph"] or one["origin"]
        rows.append((str(one["number"]), one["at"][:19], one["kind"].lower(), what, one["author"], one["message"]))
    click.echo(table(rows))


@supergraph_command.command("show")
@click.argument("number", type=int, required=False)
@FORMAT
@connected
def show(connection: Connection, number: int | None, format_: Format) -> None:
    """Show a version, and how it has changed the schema; without NUMBER the current one."""
    query = f"""query Show($environment: String, $number: Int) {{
      version(environment: $environment, number: $number) {{ info {VERSION_FIELDS} changes {CHANGES} }}
    }}"""
    found = connection.ask(query, {"number": number})["version"]
    if format_ == "json":
        print_json(found)
        return
    one = found["info"]
    click.echo(
        f"Version {one['number']} of {one['environment']}, {one['at'][:19]}, by {one['author'] or 'nobody'}: "
        f"{one['kind'].lower()} {one['subgraph'] or one['origin']}".rstrip()
    )
    if one["message"]:
        click.echo(one["message"])
    told = changes_markdown if format_ == "markdown" else changes_lines
    click.echo("\n".join(told(found["changes"])))


@supergraph_command.command("download")
@click.option("--version", "number", type=int, help="Without it the current one.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here and not to standard output."
)
@connected
def download(connection: Connection, number: int | None, output: Path | None) -> None:
    """Write the supergraph of a version."""
    query = """query Download($environment: String, $number: Int) {
      version(environment: $environment, number: $number) { supergraphSdl }
    }"""
    sdl = connection.ask(query, {"number": number})["version"]["supergraphSdl"]
    if output is None:
        click.echo(sdl, nl=False)
    else:
        output.write_text(sdl, encoding="utf-8")


@supergraph_command.command("rollback")
@click.argument("number", type=int)
@click.option("--message", default="", help="For the history.")
@connected
def rollback(connection: Connection, number: int, message: str) -> None:
    """Make an earlier version's content current again, as a new version."""
    query = f"""mutation Rollback($environment: String, $number: Int!, $message: String!) {{
      rollback(environment: $environment, number: $number, message: $message) {VERSION_FIELDS}
    }}"""
    version = connection.ask(query, {"number": number, "message": message})["rollback"]
    click.echo(f"Version {version['number']} of {version['environment']} is what version {number} was.")


@supergraph_command.command("promote")
@click.argument("source")
@click.argument("target")
@click.option("--version", "number", type=int, help="Which version of the source; without it the current one.")
@click.option("--message", default="", help="For the history.")
@click.option("--force", is_flag=True, help="Although it breaks clients that are known. Needs the right ADMIN.")
@FORMAT
@connected
def promote(
    connection: Connection, source: str, target: str, number: int | None, message: str, force: bool, format_: Format
) -> None:
    """Take the subgraphs of the environment SOURCE over into TARGET, which keeps the addresses it has."""
    query = f"""mutation Promote($source: String!, $target: String!, $number: Int, $message: String!, $force: Boolean!) {{
      promote(source: $source, target: $target, number: $number, message: $message, force: $force) {CHANGE_FIELDS}
    }}"""
    variables = {"source": source, "target": target, "number": number, "message": message, "force": force}
    result = connection.ask(query, variables)["promote"]
    print_change(result, format_)
    raise SystemExit(1 if result["outcome"] == "REFUSED" else 0)
