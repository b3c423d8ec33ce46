"""The rooms of the house and who may import whom. ARCHITECTURE.md draws this order; this test holds it."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]

ORDER = (
    ("types", "errors", "collection"),
    ("resolvers.headers", "resolvers.uploads"),
    (
        "settings",
        "schema.codes",
        "schema.selection",
        "resolvers.flights",
        "resolvers.messages",
        "resolvers.request_context",
        "resolvers.codes",
    ),
    ("schema.subgraph",),
    ("schema.supergraph",),
    ("schema.query_graph", "schema.diff"),
    ("schema.composition", "resolvers.operation", "resolvers.query_plan"),
    ("resolvers.planner", "resolvers.cache", "resolvers.access", "schema"),
    ("resolvers.subgraph_client",),
    ("resolvers.executor",),
    ("resolvers.engine", "resolvers"),
    ("registry",),
    ("transport",),
    ("telemetry",),
    ("app",),
    ("cli",),
    ("__main__",),
)
"""Tiers of rooms. A room may import its own modules and those of any tier before it."""

NEIGHBOURS = {("settings", "types"), ("types", "errors"), ("errors", "types")}
"""Pairs in one tier that may meet nonetheless."""

HOMES = {
    "aiohttp": ("gateway.resolvers.subgraph_client",),
    "opentelemetry": ("gateway.telemetry",),
    "prometheus_client": ("gateway.telemetry",),
    "aiocache": ("gateway.resolvers.cache",),
    "strawberry": ("gateway.registry", "subgraphs"),
    "uvicorn": ("gateway.cli", "subgraphs"),
    "sqlalchemy": ("gateway.registry", "subgraphs"),
}
"""The only packages that may import a library."""


class Import(NamedTuple):
    """One import statement: who imports what, on which line, and whether it is hidden from a reader of the file's head."""

    importer: str
    imported: str
    line: int
    hidden: bool


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules() -> dict[str, Path]:
    return {module_name(path): path for top in ("gateway", "subgraphs") for path in sorted((ROOT / top).rglob("*.py"))}


def imports_of(name: str, path: Path) -> Iterator[Import]:
    tree = ast.parse(path.read_text())
    at_the_head = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        hidden = id(node) not in at_the_head
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(name, alias.name, node.lineno, hidden)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write the import in full"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield Import(name, whole if whole in MODULES else str(node.module), node.lineno, hidden)
        elif module := named_on_demand(node):
            yield Import(name, module, node.lineno, hidden=False)


def named_on_demand(node: ast.AST) -> str | None:
    """The module that a call of ``import_module`` names: imported late, but openly, and with a direction all the same."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "import_module":
        return None
    return str(node.args[0].value) if isinstance(node.args[0], ast.Constant) else None


MODULES = modules()
IMPORTS = [found for name, path in MODULES.items() for found in imports_of(name, path)]
RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}


def room_of(module: str) -> str:
    """The longest prefix of a gateway module that is a room; the package ``gateway`` itself stands beside ``app``."""
    parts = module.split(".")[1:]
    for length in range(len(parts), 0, -1):
        if ".".join(parts[:length]) in RANK:
            return ".".join(parts[:length])
    assert not parts, f"{module} is in no room: add it to ORDER and to ARCHITECTURE.md"
    return "app"


def may_import(importer: str, imported: str) -> bool:
    room, other = room_of(importer), room_of(imported)
    return room == other or RANK[other] < RANK[room] or (room, other) in NEIGHBOURS


def test_every_import_goes_to_an_earlier_room() -> None:
    """A gateway module imports only its own room and rooms before it."""
    wrong = [
        f"{i.importer}:{i.line} imports {i.imported}"
        for i in IMPORTS
        if i.importer.startswith("gateway") and i.imported in MODULES and i.imported.startswith("gateway")
        if not may_import(i.importer, i.imported)
    ]
    assert wrong == []


def test_no_import_hides_in_a_function_or_a_condition() -> None:
    """Every import stands at the head of its file: none in functions, none under TYPE_CHECKING, none in try."""
    assert [f"{i.importer}:{i.line} imports {i.imported}" for i in IMPORTS if i.hidden] == []


def test_gateway_and_subgraphs_never_import_each_other() -> None:
    """They meet over HTTP and SDL only."""
    crossing = {("gateway", "subgraphs"), ("subgraphs", "gateway")}
    wrong = [i for i in IMPORTS if (i.importer.split(".")[0], i.imported.split(".")[0]) in crossing]
    assert wrong == []


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_library_has_one_home(library: str) -> None:
    """Only the room that wraps a library imports it."""
    wrong = [
        f"{i.importer}:{i.line}"
        for i in IMPORTS
        if i.imported.split(".")[0] == library and not i.importer.startswith(HOMES[library])
    ]
    assert wrong == []


def find_cycle(graph: dict[str, list[str]]) -> list[str]:
    """The modules of one import cycle, or nothing."""
    done: set[str] = set()
    trail: list[str] = []

    def visit(module: str) -> list[str]:
        if module in trail:
            return [*trail[trail.index(module) :], module]
        if module in done:
            return []
        trail.append(module)
        for imported in graph[module]:
            if cycle := visit(imported):
                return cycle
        done.add(trail.pop())
        return []

    for module in graph:
        if cycle := visit(module):
            return cycle
    return []


def test_no_module_imports_itself_by_a_detour() -> None:
    """The graph of modules has no cycle."""
    graph: dict[str, list[str]] = {name: [] for name in MODULES}
    for i in IMPORTS:
        if i.imported in MODULES and i.imported != i.importer:
            graph[i.importer].append(i.imported)
    assert find_cycle(graph) == []


def test_a_cycle_would_be_found() -> None:
    """The search for cycles can fail."""
    assert find_cycle({"a": ["b"], "b": ["c"], "c": ["b"]}) == ["b", "c", "b"]


def test_a_hidden_import_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import in a function or under TYPE_CHECKING is seen as hidden, one at the head is not."""
    source = tmp_path / "x.py"
    source.write_text("import os\nif TYPE_CHECKING:\n    import json\ndef f():\n    import re\n")
    found = {i.imported: i.hidden for i in imports_of("x", source)}
    assert found == {"os": False, "json": True, "re": True}


def test_an_import_on_demand_has_a_direction(tmp_path: Path) -> None:
    """What ``import_module`` names counts as imported: no cycle hides behind it."""
    source = tmp_path / "x.py"
    source.write_text("from importlib import import_module\ndef f():\n    import_module('gateway.app.registry')\n")
    assert "gateway.app.registry" in {i.imported for i in imports_of("x", source)}


def test_the_python_is_one_we_support() -> None:
    """Python 3.11 to 3.14, as pyproject.toml says."""
    assert (3, 11) <= sys.version_info[:2] <= (3, 14)
