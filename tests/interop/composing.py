"""Change subgraphs at random, compose them by us and by @apollo/composition, and print where the two judge differently.

Run by ``tests/interop/run composing [--seed N] [--seconds S] [--cases FOLDER]``. The seeds are the cases of ``tests/schema/composition``, or JSON
files with ``subgraphs: [{name, url, sdl}]``. A difference is one in verdict, error codes or hint codes; each kind is printed once, with its smallest
input. Many are known (``docs/composition.md``, and errors that one of the two leaves out after others), so nothing fails: it is a tool to find cases.
"""

import argparse
import json
import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from graphql import DirectiveNode, GraphQLError, Node, TypeDefinitionNode, TypeExtensionNode, parse
from graphql.language import EnumValueDefinitionNode, FieldDefinitionNode, InputValueDefinitionNode, NamedTypeNode

from gateway.schema import Subgraph, compose
from tests.schema.composition.test_cases import CASES, read_case

Sdls = dict[str, str]
PARTS: Final = (
    TypeDefinitionNode,
    TypeExtensionNode,
    FieldDefinitionNode,
    InputValueDefinitionNode,
    EnumValueDefinitionNode,
)
ADDED: Final = (
    '@key(fields: "id")', '@key(fields: "id", resolvable: false)', "@shareable", "@inaccessible", '@tag(name: "a")', "@external", "@extends",
    '@requires(fields: "id")', '@provides(fields: "id")', '@override(from: "core")', '@override(from: "city", label: "percent(5)")',
    "@interfaceObject", "@authenticated", '@requiresScopes(scopes: [["a"]])', '@policy(policies: [["p"]])', "@cost(weight: 3)",
    "@listSize(assumedSize: 3)", '@context(name: "c")', '@fromContext(field: "$c { id }")', "@deprecated", '@cacheTag(format: "x")',
)  # fmt: skip


def nodes(sdl: str, kinds: tuple[type[Node], ...]) -> list[Node]:
    """Every node of some kinds, in the order of the text."""

    def walk(node: Node) -> Iterator[Node]:
        if isinstance(node, kinds):
            yield node
        for key in node.keys:
            value = getattr(node, key)
            for child in value if isinstance(value, tuple) else (value,):
                if isinstance(child, Node):
                    yield from walk(child)

    return list(walk(parse(sdl)))


def cut(sdl: str, node: Node, instead: str = "") -> str:
    assert node.loc is not None
    return sdl[: node.loc.start] + instead + sdl[node.loc.end :]


def drop(sdls: Sdls, name: str, chance: random.Random) -> str:
    return cut(sdls[name], chance.choice(nodes(sdls[name], (*PARTS, DirectiveNode))))


def add_directive(sdls: Sdls, name: str, chance: random.Random) -> str:
    node: Any = chance.choice(nodes(sdls[name], PARTS))
    place = getattr(node, "type", None) or node.name
    return sdls[name][: place.loc.end] + f" {chance.choice(ADDED)} " + sdls[name][place.loc.end :]


def change_nullability(sdls: Sdls, name: str, chance: random.Random) -> str:
    end = chance.choice(nodes(sdls[name], (NamedTypeNode,))).loc.end  # type: ignore[union-attr]
    rest = sdls[name][end:]
    return sdls[name][:end] + (rest[1:] if rest.startswith("!") else f"!{rest}")


def retype(sdls: Sdls, name: str, chance: random.Random) -> str:
    types = nodes(sdls[name], (NamedTypeNode,))
    other: Any = chance.choice(types)
    return cut(sdls[name], chance.choice(types), other.name.value)


def copy_definition(sdls: Sdls, name: str, chance: random.Random) -> str:
    node = chance.choice(nodes(sdls[chance.choice(sorted(sdls))], (TypeDefinitionNode,)))
    assert node.loc is not None
    return f"{sdls[name]}\n{node.loc.source.body[node.loc.start : node.loc.end]}\n"


def change_version(sdls: Sdls, name: str, chance: random.Random) -> str:
    before, found, after = sdls[name].partition("federation/v2.")
    return f"{before}{found}{chance.randrange(15)}{after.lstrip('0123456789')}"


CHANGES: Final[tuple[Callable[[Sdls, str, random.Random], str], ...]] = (
    drop, add_directive, add_directive, change_nullability, retype, copy_definition, change_version,
)  # fmt: skip


def changed(sdls: Sdls, chance: random.Random) -> Sdls:
    """One to three changes; what cannot be changed so, or is no GraphQL any more, stays."""
    for _ in range(chance.randint(1, 3)):
        name = chance.choice(sorted(sdls))
        try:
            sdl = chance.choice(CHANGES)(sdls, name, chance)
            parse(sdl)
        except (GraphQLError, IndexError):
            continue
        sdls = {**sdls, name: sdl}
    return sdls


def ours(sdls: Sdls) -> dict[str, Any]:
    result = compose([Subgraph(name, f"http://{name}", sdl) for name, sdl in sdls.items()])
    codes, hints = [str(e.code) for e in result.errors], [str(h.code) for h in result.hints]
    return {"supergraph": result.supergraph_sdl, "errors": codes, "hints": hints}


def verdict(answer: dict[str, Any]) -> str:
    """Accepted with these hints, or refused with these codes."""
    accepted = answer["supergraph"] is not None
    return f"{'accepts' if accepted else 'refuses'} {sorted(set(answer['hints' if accepted else 'errors']))}"


def seeds(folder: Path | None) -> list[Sdls]:
    if folder is None:
        return [{s.name: s.sdl for s in read_case(case)} for case in CASES if "partition" not in case.name]
    cases = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json")))
    return [{s["name"]: s["sdl"] for s in case["subgraphs"]} for case in cases if isinstance(case, dict)]


def main() -> None:
    arguments = argparse.ArgumentParser(prog="tests/interop/run composing", description=__doc__)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--cases", type=Path)
    options = arguments.parse_args()
    chance, given, found = random.Random(options.seed), seeds(options.cases), dict[tuple[str, str], Sdls]()
    folder = Path(os.environ["PEERS"]) / "composers"
    with subprocess.Popen(["node", "serve.mjs"], cwd=folder, stdin=-1, stdout=-1, text=True) as peer:
        assert peer.stdin is not None
        assert peer.stdout is not None
        tried, end = 0, time.monotonic() + options.seconds
        while time.monotonic() < end:
            sdls = changed(chance.choice(given), chance)
            request = [{"name": name, "url": f"http://{name}", "sdl": sdl} for name, sdl in sdls.items()]
            peer.stdin.write(json.dumps(request) + "\n")
            peer.stdin.flush()
            kind = (verdict(json.loads(peer.stdout.readline())), verdict(ours(sdls)))
            tried += 1
            if kind[0] != kind[1] and (kind not in found or len(str(sdls)) < len(str(found[kind]))):
                found[kind] = sdls
    for (theirs, own), sdls in sorted(found.items()):
        print(f"\n{'=' * 80}\nApollo {theirs}\nTongfen {own}")
        for name, sdl in sdls.items():
            print(f"# {name}\n{sdl}")
    print(f"\n{tried} compositions, {len(found)} kinds of differences")


if __name__ == "__main__":
    main()
