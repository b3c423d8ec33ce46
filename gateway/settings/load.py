"""Read the settings file: expand the environment, check every key, and tell all that is wrong by name and line."""

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Final, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gateway.errors import SettingsError
from gateway.settings.model import Settings

REFERENCE: Final = re.compile(r"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
"""``${NAME}``, ``${NAME:-default}``, and ``$${`` for a dollar and a brace that mean themselves."""

Location = tuple[str | int, ...]


def read_settings(
    path: Path, *, environment: Mapping[str, str] = os.environ, overrides: dict[str, Any] | None = None
) -> Settings:
    """The settings in a YAML file. Paths in it count from its folder.

    ``overrides`` are laid over the file's keys, section by section. Raises SettingsError for a file that cannot be read and, in one
    message, for all keys that are unknown, missing or wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: the settings cannot be read: {error}") from error
    data, lines = parse_yaml(text, path)
    return make_settings(
        merge(data, overrides or {}), folder=path.parent, environment=environment, source=str(path), lines=lines
    )


def make_settings(
    data: dict[str, Any],
    *,
    folder: Path,
    environment: Mapping[str, str] = os.environ,
    source: str = "",
    lines: Mapping[Location, int] | None = None,
) -> Settings:
    """Settings from plain data; ``source`` and ``lines`` tell where its keys stand. Raises SettingsError."""
    problems: list[str] = []
    expanded = expand(data, (), environment, problems)
    if not problems:
        try:
            return Settings.model_validate(expanded, context={"folder": folder})
        except ValidationError as error:
            problems = [describe(detail, source, lines or {}) for detail in error.errors(include_url=False)]
    raise SettingsError("\n".join(problems))


def parse_yaml(text: str, path: Path) -> tuple[dict[str, Any], dict[Location, int]]:
    """The data of a YAML text and the line of each of its keys."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    if data is None:
        return {}, {}
    if not isinstance(data, dict):
        raise SettingsError(f"{path}: the settings are a mapping of keys, not a {type(data).__name__}.")
    lines: dict[Location, int] = {}
    for location, line in key_lines(node, ()):
        if location in lines:
            raise SettingsError(f"{dotted(location)}: given twice ({path}, lines {lines[location]} and {line}).")
        lines[location] = line
    return data, lines


def key_lines(node: yaml.Node | None, location: Location) -> Iterator[tuple[Location, int]]:
    """The line of each key in a YAML document."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*location, key.value), key.start_mark.line + 1
            yield from key_lines(value, (*location, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield (*location, index), item.start_mark.line + 1
            yield from key_lines(item, (*location, index))


def merge(data: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any]:
    """``data`` with ``overrides`` laid over it."""
    merged = dict(data)
    for key, value in overrides.items():
        below = merged.get(key)
        merged[key] = merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def expand(value: Any, location: Location, environment: Mapping[str, str], problems: list[str]) -> Any:
    """``value`` with the environment's values for its references; what is missing is added to ``problems``."""
    if isinstance(value, dict):
        return {key: expand(item, (*location, key), environment, problems) for key, item in value.items()}
    if isinstance(value, list):
        return [expand(item, (*location, index), environment, problems) for index, item in enumerate(value)]
    if not isinstance(value, str):
        return value

    def replace(match: re.Match[str]) -> str:
        name, default = match[1], match[2]
        if name is None:
            return "${"
        found = environment.get(name) or default
        if found is None:
            problems.append(
                f"{dotted(location)}: the environment has no {name}; set it, or write ${{{name}:-a default}}."
            )
            return ""
        return found

    return REFERENCE.sub(replace, value)


def describe(detail: ErrorDetails, source: str, lines: Mapping[Location, int]) -> str:
    """One problem in one line: the key, what is wrong, how to mend it, and where it stands."""
    location = detail["loc"]
    known = (location[:end] for end in range(len(location), 0, -1))
    line = next((lines[place] for place in known if place in lines), None)
    where = f" ({source}, line {line})" if line else f" ({source})" if source else ""
    return f"{dotted(location) or 'settings'}: {explain(detail, location)}{where}"


def explain(detail: ErrorDetails, location: Location) -> str:
    if detail["type"] == "extra_forbidden":
        known = known_keys(location[:-1])
        near = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.5)
        if near:
            return f"there is no such key; did you mean {dotted((*location[:-1], near[0]))}?"
        return f"there is no such key; known here are {', '.join(known)}."
    if detail["type"] == "missing":
        return "this key is required."
    if detail["type"] == "value_error":
        return f"{detail['ctx']['error']}."
    given = detail["input"]
    shown = f", not {given!r}" if isinstance(given, str | int | float | bool) or given is None else ""
    message = detail["msg"].removeprefix("Input ")
    return f"{message}{shown}."


def known_keys(location: Location) -> list[str]:
    """The keys of the section at ``location``."""
    annotation: Any = Settings
    for step in location:
        annotation = annotation_of(step, annotation)
    section = section_in(annotation)
    return sorted(section.model_fields) if section else []


def annotation_of(step: str | int, annotation: Any) -> Any:
    """The type of what stands under a section's key, or of a mapping's or sequence's items."""
    if section := section_in(annotation):
        return section.model_fields[str(step)].annotation
    return get_args(annotation)[-1]


def section_in(annotation: Any) -> type[BaseModel] | None:
    """The section that an annotation is, or is when it is not None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) is UnionType:
        return next((section for option in get_args(annotation) if (section := section_in(option))), None)
    return None


def dotted(location: Location) -> str:
    """``listen.port``, ``csrf.required_headers[0]``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location).removeprefix(".")
