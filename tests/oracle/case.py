"""One case as text: an undivided schema, its subgraphs, an operation and its variables, and how kind the world is."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

SECTION: Final = re.compile(r"^#: (\w+) ?(.*)$", re.MULTILINE)
MOODS: Final = ("calm", "nulls", "errors")
"""Whether nothing fails, nullable fields are sometimes null, or fields fail as well."""


@dataclass(frozen=True, slots=True)
class Case:
    """What one comparison needs. All that is in the world follows from ``salt``, names and arguments."""

    undivided: str
    subgraphs: Mapping[str, str]
    operation: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    mood: str = "calm"
    salt: int = 0
    note: str = ""

    def print(self) -> str:
        """The text that ``read_case`` reads."""
        parts = [f"# {line}" for line in self.note.splitlines()]
        parts += [f"#: world {self.mood} {self.salt}", "#: undivided", self.undivided.strip()]
        for name, sdl in self.subgraphs.items():
            parts += [f"#: subgraph {name}", sdl.strip()]
        parts += ["#: operation", self.operation.strip(), f"#: variables {json.dumps(self.variables)}"]
        return "\n".join(parts) + "\n"


def read_case(path: Path) -> Case:
    """The case in a file; raises ``ValueError`` where a section is missing."""
    text = path.read_text("utf-8")
    found = list(SECTION.finditer(text))
    ends = [each.start() for each in found[1:]] + [len(text)]
    sections = [(each[1], each[2], text[each.end() : end].strip()) for each, end in zip(found, ends, strict=True)]
    single = {kind: (words, body) for kind, words, body in sections}
    if missing := {"world", "undivided", "operation", "variables"} - single.keys():
        raise ValueError(f"{path.name} lacks {sorted(missing)}")
    mood, salt = single["world"][0].split()
    return Case(
        undivided=single["undivided"][1],
        subgraphs={words: body for kind, words, body in sections if kind == "subgraph"},
        operation=single["operation"][1],
        variables=json.loads(single["variables"][0]),
        mood=mood,
        salt=int(salt),
        note="\n".join(line[2:] for line in text[: found[0].start()].splitlines()),
    )
