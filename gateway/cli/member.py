"""``tongfen member``: the members of a partitioned subgraph."""

from pathlib import Path

import click

from gateway.cli.registry_client import Connection, connected
from gateway.cli.registry_text import CHANGE_FIELDS, FORMAT, Format, print_change
from gateway.cli.subgraph import SDL_FILE


@click.group("member", no_args_is_help=True)
def member_command() -> None:
    """Members of a partitioned subgraph, by a registry. Exit codes: 0 done, 1 refused or it cannot be done, 2 wrong use."""


@member_command.command("publish")
@click.argument("subgraph")
@click.argument("partition")
@click.option("--url", "urls", multiple=True, required=True, help="Where requests go; may be given again for replicas.")
@click.option("--schema", type=SDL_FILE, help="Its own SDL, where it differs from the subgraph's.")
@click.option("--message", default="", help="For the history.")
@FORMAT
@connected
def publish(
    connection: Connection,
    subgraph: str,
    partition: str,
    urls: tuple[str, ...],
    schema: Path | None,
    message: str,
    format_: Format,
) -> None:
    """Put a member in its place, or a new one beside the others."""
    query = f"""mutation PublishMember($subgraph: String!, $member: MemberInput!, $environment: String, $message: String!) {{
      publishMember(subgraph: $subgraph, member: $member, environment: $environment, message: $message) {CHANGE_FIELDS}
    }}"""
    sdl = schema.read_text(encoding="utf-8") if schema else ""
    member = {"partition": partition, "urls": list(urls), "sdl": sdl}
    result = connection.ask(query, {"subgraph": subgraph, "member": member, "message": message})["publishMember"]
    print_change(result, format_)
    raise SystemExit(1 if result["outcome"] == "REFUSED" else 0)


@member_command.command("remove")
@click.argument("subgraph")
@click.argument("partition")
@click.option("--message", default="", help="For the history.")
@FORMAT
@connected
def remove(connection: Connection, subgraph: str, partition: str, message: str, format_: Format) -> None:
    """Take a member out."""
    query = f"""mutation RemoveMember($subgraph: String!, $partition: String!, $environment: String, $message: String!) {{
      removeMember(subgraph: $subgraph, partition: $partition, environment: $environment, message: $message) {CHANGE_FIELDS}
    }}"""
    result = connection.ask(query, {"subgraph": subgraph, "partition": partition, "message": message})["removeMember"]
    print_change(result, format_)
