"""The settings as a JSON Schema, so that editors complete keys and mark what is wrong while it is written."""

from typing import Any, Final

from gateway.settings.docstrings import all_sections, key_docstrings
from gateway.settings.headers import HeaderRuleSetting, ResponseHeader
from gateway.settings.model import Settings
from gateway.settings.section import DURATION

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

REFERENCE: Final = {"type": "string", "pattern": r"\$\{"}
"""A value that the environment gives."""

DURATION_TEXT: Final = {"type": "string", "pattern": rf"^\s*{DURATION.pattern}\s*$"}

SHORT: Final = (HeaderRuleSetting.__name__, ResponseHeader.__name__)
"""Sections for which a name alone may stand."""


def settings_schema() -> dict[str, Any]:
    """The schema of the settings file (JSON Schema, 2020-12). What one key alone cannot tell, only ``tongfen config check`` finds."""
    schema = Settings.model_json_schema(mode="validation")
    for section in all_sections():
        definition = schema if section is Settings else schema["$defs"].get(section.__name__)
        if definition is not None:
            for key, meaning in key_docstrings(section).items():
                definition["properties"][key]["description"] = meaning
    for name in SHORT:
        long = schema["$defs"][name]
        schema["$defs"][name] = {"anyOf": [{"type": "string"}, long], "description": long.get("description", "")}
    loosened: dict[str, Any] = loosen(schema)
    return {"$schema": DIALECT, "title": "Settings of Tongfen", **loosened}


def loosen(node: Any) -> Any:
    """The same schema, that takes what the reader of settings reads as well: durations with units, and references to the environment."""
    if isinstance(node, list):
        return [loosen(item) for item in node]
    if not isinstance(node, dict):
        return node
    kind = node.get("type")
    if "enum" in node or kind in ("number", "integer", "boolean"):
        kept = {key: node[key] for key in ("default", "description", "title") if key in node}
        strict = {key: value for key, value in node.items() if key not in kept}
        return kept | {"anyOf": [strict, *([DURATION_TEXT] if kind == "number" else []), REFERENCE]}
    return {key: loosen(value) for key, value in node.items()}
