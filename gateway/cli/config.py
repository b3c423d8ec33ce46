"""``tongfen config``: settings before anything is started with them."""

import json
from pathlib import Path

import click

from gateway.app import make_loader
from gateway.settings import read_settings
from gateway.settings.json_schema import settings_schema

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("config")
def config_command() -> None:
    """Check settings, and show what there is to set."""


@config_command.command("check")
@click.argument("file", type=EXISTING_FILE)
def check_command(file: Path) -> None:
    """Check a settings FILE, and the supergraph that it names.

    Every key that is unknown, missing or wrong is told with its line, and the nearest key that exists. Exit code 0 when all is well.
    """
    settings = read_settings(file)
    if settings.supergraph.file is not None:
        make_loader(settings)
    changed = sorted(settings.model_fields_set)
    click.echo(f"{file} is fine. It sets {', '.join(changed)}; everything else has its default.")


@config_command.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of the settings, for editors.

    With it in settings.schema.json, the first line of a settings file may be: # yaml-language-server: $schema=settings.schema.json
    """
    click.echo(json.dumps(settings_schema(), indent=2, ensure_ascii=False))
