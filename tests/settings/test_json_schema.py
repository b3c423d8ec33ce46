"""The JSON Schema of the settings takes what the gateway takes, and refuses what an editor can know to be wrong."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from gateway.settings.json_schema import settings_schema

ROOT = Path(__file__).parents[2]
VALIDATOR = Draft202012Validator(settings_schema())
SOURCE = {"supergraph": {"file": "a.graphql"}}


def errors(settings: Any) -> list[str]:
    return ["/".join(map(str, error.absolute_path)) for error in VALIDATOR.iter_errors(settings)]


def test_it_is_a_schema() -> None:
    """By the rules of its own dialect."""
    Draft202012Validator.check_schema(settings_schema())


@pytest.mark.parametrize("name", ["gateway.yaml", "demo.yaml"])
def test_our_own_settings_fit(name: str) -> None:
    """Every key and value of the documented file is one that it knows."""
    assert errors(yaml.safe_load((ROOT / "config" / name).read_text(encoding="utf-8"))) == []


def test_the_settings_of_the_documentation_fit() -> None:
    """Each whole example in docs/settings.md."""
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    examples = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    assert len(examples) >= 2
    assert [errors(example) for example in examples] == [[]] * len(examples)


@pytest.mark.parametrize(
    "fitting",
    [
        {"traffic": {"timeout": "500ms", "headers": ["authorization", {"named": "a", "rename": "b"}]}},
        {"traffic": {"timeout": 3, "response_headers": ["x-a"], "deadline": None}},
        {"listen": {"port": "${PORT}"}, "log": {"level": "${LEVEL:-info}"}, "metrics": {"enabled": "${METRICS}"}},
        {"workers": {"count": 2}},
        {"workers": {"count": "auto"}},
    ],
)
def test_what_the_gateway_reads_fits(fitting: dict[str, Any]) -> None:
    """Durations with units, references to the environment, and names that stand for rules."""
    assert errors(SOURCE | fitting) == []


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"listen": {"prot": 1}}, "listen"),
        ({"listen": {"port": 70000}}, "listen/port"),
        ({"listen": {"port": "high"}}, "listen/port"),
        ({"log": {"level": "loud"}}, "log/level"),
        ({"traffic": {"timeout": "soon"}}, "traffic/timeout"),
        ({"zzz": 1}, ""),
    ],
)
def test_what_is_wrong_is_marked_where_it_stands(wrong: dict[str, Any], place: str) -> None:
    """Unknown keys, values out of bounds, and those of another kind."""
    assert errors(SOURCE | wrong) == [place]
