"""``tongfen member``: the members of a partitioned subgraph."""

from pathlib import Path
from typing import Any

import click

from gateway.cli.registry import CONFIG
from gateway.cli.registry_client import Connection, connected
from gateway.cli.registry_text import CHANGE_FIELDS, FORMAT, Format, print_change, print_json, table
from gateway.cli.subgraph import SDL_FILE, describe_health
from gateway.settings import Settings, read_settings


@click.group("member", no_args_is_help=True)
def member_command() -> None:
    """Members of partitioned subgraphs, by a registry; those of the settings can be listed. Exit codes: 0 done, 1 refused or it cannot be done, 2 wrong use."""


@member_command.command("add")
@click.argument("subgraph")
@click.argument("partition")
@click.option("--url", "urls", multiple=True, required=True, help="Where requests go; may be given again for replicas.")
@click.option("--schema", type=SDL_FILE, help="Its own SDL, where it differs from the subgraph's.")
@click.option("--message", default="", help="For the history.")
@FORMAT
@connected
def add(
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


@member_command.command("list")
@click.argument("subgraph", required=False)
@click.option("--config", type=CONFIG, help="List those in these settings instead of a registry's.")
@FORMAT
@connected
def list_members(connection: Connection, subgraph: str | None, config: Path | None, format_: Format) -> None:
    """List the members of one subgraph or of all, and where their servers are."""
    found = members_in(read_settings(config)) if config is not None else members_of(connection)
    chosen = [one for one in found if subgraph in (None, one["subgraph"])]
    if format_ == "json":
        print_json(chosen)
        return
    rows = [(one["subgraph"], one["partition"], " ".join(one["urls"]), one["health"]) for one in chosen]
    click.echo(table([("SUBGRAPH", "PARTITION", "URLS", "HEALTH"), *rows]))


def members_in(settings: Settings) -> list[dict[str, Any]]:
    """The members that settings name."""
    return [
        {"subgraph": name, "partition": partition, "urls": list(member.urls), "health": "unknown"}
        for name, own in settings.traffic.subgraphs.items()
        for partition, member in own.members.items()
    ]


def members_of(connection: Connection) -> list[dict[str, Any]]:
    """The members that a registry knows. Raises TongfenError."""
    query = """query Members($environment: String) {
      subgraphs(environment: $environment) { name members { partition urls } }
      health(environment: $environment) { subgraph partition state reason latencyMs lastSeen drift }
    }"""
    answer = connection.ask(query)
    health = {(one["subgraph"], one["partition"]): one for one in answer["health"]}
    return [
        {
            "subgraph": one["name"],
            **member,
            "health": describe_health(health.get((one["name"], member["partition"]))),
        }
        for one in answer["subgraphs"]
        for member in one["members"]
    ]
