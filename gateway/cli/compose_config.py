"""The file that says what to compose, in the shape that ``rover supergraph compose`` reads."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from gateway.errors import SettingsError
from gateway.types import SubgraphName

STANDARD_INPUT: Final = Path("-")
REFERENCE: Final = re.compile(r"\$\{env\.(\w+)\}")


class SchemaSource(BaseModel):
    """Where a subgraph's SDL is: in a file, here, or with the subgraph itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Path | None = None
    sdl: str | None = None
    subgraph_url: str | None = None
    introspection_headers: dict[str, str] = {}
    """Sent along when the subgraph is asked for its SDL."""

    @model_validator(mode="after")
    def check_one_source(self) -> "SchemaSource":
        if sum(source is not None for source in (self.file, self.sdl, self.subgraph_url)) != 1:
            raise ValueError("give one of file, sdl and subgraph_url")
        return self


class SubgraphEntry(BaseModel):
    """One subgraph: where requests go, and where its SDL is."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    routing_url: str | None = None
    source: SchemaSource = Field(alias="schema")

    @model_validator(mode="after")
    def check_url(self) -> "SubgraphEntry":
        if self.routing_url is None and self.source.subgraph_url is None:
            raise ValueError("routing_url is missing")
        return self

    @property
    def url(self) -> str:
        """Where requests go; without ``routing_url`` to where the SDL comes from."""
        return self.routing_url if self.routing_url is not None else self.source.subgraph_url or ""


class ComposeConfig(BaseModel):
    """What to compose. ``federation_version`` chooses a composer in rover; here one composer reads all versions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    federation_version: str | int | float | None = None
    subgraphs: dict[SubgraphName, SubgraphEntry] = Field(min_length=1)


def read_compose_config(path: Path, environment: Mapping[str, str] = os.environ) -> ComposeConfig:
    """The content of the file, or of standard input for ``-``, with ``${env.NAME}`` replaced by the environment's value.

    Raises SettingsError, in one message, for all that is wrong in it.
    """
    try:
        text = sys.stdin.read() if path == STANDARD_INPUT else path.read_text(encoding="utf-8")
        data = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    missing: list[str] = []
    data = _expand(data, environment, missing)
    if missing:
        raise SettingsError(f"{path} needs what the environment does not have: {', '.join(sorted(set(missing)))}.")
    return _check(data, path)


def _expand(value: Any, environment: Mapping[str, str], missing: list[str]) -> Any:
    if isinstance(value, dict):
        return {key: item if key == "sdl" else _expand(item, environment, missing) for key, item in value.items()}
    if not isinstance(value, str):
        return value
    missing += [name for name in REFERENCE.findall(value) if name not in environment]
    return REFERENCE.sub(lambda match: environment.get(match[1], ""), value)


def _check(data: Any, path: Path) -> ComposeConfig:
    try:
        return ComposeConfig.model_validate(data)
    except ValidationError as error:
        problems = [_describe(detail) for detail in error.errors(include_url=False)]
        raise SettingsError("\n".join([f"{path} does not say what to compose:", *problems])) from error


def _describe(detail: ErrorDetails) -> str:
    where = ".".join(str(step) for step in detail["loc"]) or "the file"
    return f"  {where}: {detail['msg'].removeprefix('Value error, ')}"
