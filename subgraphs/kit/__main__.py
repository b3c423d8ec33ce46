"""``python -m subgraphs.kit export``: write the markets' schemas to their files."""

import click

from subgraphs.kit.export import export_all


@click.group()
def cli() -> None:
    """What all markets share."""


@cli.command()
def export() -> None:
    """Write every market's schema to schema.graphql beside it."""
    for file in export_all():
        click.echo(f"Written: {file.parent.name}/{file.name}")


if __name__ == "__main__":
    cli()
