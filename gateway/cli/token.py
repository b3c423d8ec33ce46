"""``tongfen token``: who may do what with a registry."""

from datetime import UTC, datetime

import click

from gateway.cli.registry_client import Connection, connected
from gateway.cli.registry_text import FORMAT, Format, print_json, table

RIGHTS = ("read", "check", "publish", "force", "admin")


@click.group("token", no_args_is_help=True)
def token_command() -> None:
    """Tokens of a registry. All of these need the right ADMIN."""


@token_command.command("create")
@click.argument("name")
@click.option("--right", "rights", type=click.Choice(RIGHTS), multiple=True, required=True, help="May be given again.")
@click.option("--subgraph", "subgraphs", multiple=True, help="What it is for; may be given again. Without it: all.")
@click.option(
    "--in", "environments", multiple=True, help="The environment it is good in; may be given again. Without it: all."
)
@click.option("--expires", type=click.DateTime(), help="When it expires, in UTC.")
@connected
def create(
    connection: Connection,
    name: str,
    rights: tuple[str, ...],
    subgraphs: tuple[str, ...],
    environments: tuple[str, ...],
    expires: datetime | None,
) -> None:
    """Make a token and print it. It is shown this once."""
    query = "mutation Create($token: TokenInput!) { createToken(token: $token) { secret token { id } } }"
    token = {
        "name": name,
        "rights": [right.upper() for right in rights],
        "subgraphs": list(subgraphs),
        "environments": list(environments),
        "expiresAt": expires.replace(tzinfo=UTC).isoformat() if expires else None,
    }
    made = connection.ask(query, {"token": token})["createToken"]
    click.echo(made["secret"])
    click.echo(f"This is the token {made['token']['id']} of {name}. It is not shown again.", err=True)


@token_command.command("revoke")
@click.argument("id")
@connected
def revoke(connection: Connection, id: str) -> None:  # noqa: A002  # the argument's name
    """Make a token useless from now on."""
    connection.ask("mutation Revoke($id: ID!) { revokeToken(id: $id) }", {"id": id})
    click.echo(f"The token {id} is revoked.")


@token_command.command("list")
@FORMAT
@connected
def list_tokens(connection: Connection, format_: Format) -> None:
    """List the tokens, without their secrets."""
    query = "{ tokens { id name rights subgraphs environments createdAt createdBy expiresAt revokedAt } }"
    tokens = connection.ask(query)["tokens"]
    if format_ == "json":
        print_json(tokens)
        return
    rows = [("ID", "NAME", "RIGHTS", "SUBGRAPHS", "ENVIRONMENTS", "STATE")]
    for one in tokens:
        state = "revoked" if one["revokedAt"] else f"until {one['expiresAt'][:19]}" if one["expiresAt"] else "good"
        rights = ",".join(right.lower() for right in one["rights"])
        places = ",".join(one["subgraphs"]) or "all", ",".join(one["environments"]) or "all"
        rows.append((one["id"], one["name"], rights, *places, state))
    click.echo(table(rows))
