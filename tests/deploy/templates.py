"""As much of Helm as our chart uses: values, ``toYaml … | nindent``, ``sha256sum``, and ``if`` around a whole file."""

import hashlib
import re
from typing import Any

import yaml

ACTION = re.compile(r"(?P<trim>\n *)?\{\{(?P<left>-?) *(?P<text>[^{}]*?) *-?\}\}")
CONDITION = re.compile(r"\A\{\{- if (\S+) \}\}\n(.*)\{\{- end \}\}\n\Z", re.DOTALL)


def render(template: str, values: dict[str, Any], release: str) -> str:
    """The text of a template. Raises KeyError for a value that there is not, AssertionError for what is not known here."""
    scope = {"Values": values, "Release": {"Name": release}}
    if condition := CONDITION.match(template):
        return render(condition[2], values, release) if look_up(condition[1], scope) else ""
    return ACTION.sub(lambda found: replace(found, scope), template)


def replace(found: re.Match[str], scope: dict[str, Any]) -> str:
    first, *pipes = [part.strip() for part in found["text"].split("|")]
    function, _, path = first.rpartition(" ")
    value = look_up(path, scope)
    assert function in ("", "toYaml"), f"{function} is not known here"
    text = yaml.safe_dump(value, default_flow_style=False).rstrip("\n") if function else str(value)
    for pipe in pipes:
        text = apply(pipe, text)
    return text if found["left"] else (found["trim"] or "") + text


def apply(pipe: str, text: str) -> str:
    if pipe == "sha256sum":
        return hashlib.sha256(text.encode()).hexdigest()
    name, count = pipe.split()
    assert name == "nindent", f"{name} is not known here"
    return "".join(f"\n{' ' * int(count)}{line}" for line in text.splitlines())


def look_up(path: str, scope: dict[str, Any]) -> Any:
    found: Any = scope
    for step in path.removeprefix(".").split("."):
        found = found[step]
    return found
