"""The exported schemas are those of the programs, and every word of them is explained once, in both languages."""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from graphql import parse
from graphql.language import ast

from subgraphs.kit.export import MARKETS, print_sdl, sdl_file

FEDERATION = {"_Any", "_Entity", "_Service", "_entities", "_service"}
CHINESE, ENGLISH = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]{2,}")


@pytest.mark.parametrize("name", MARKETS)
def test_the_exported_schema_is_the_programs_own(name: str) -> None:
    """A stale file means that composition sees another market than the one that answers."""
    assert sdl_file(name).read_text(encoding="utf-8") == print_sdl(name), "run: python -m subgraphs.kit export"


@pytest.mark.parametrize("name", MARKETS)
def test_every_market_links_federation_29(name: str) -> None:
    """A schema without the link would be read as Federation 1, and composers would blame another subgraph for it."""
    assert 'url: "https://specs.apollo.dev/federation/v2.9"' in print_sdl(name)
    assert '@composeDirective(name: "@cacheControl")' in print_sdl(name)


def test_every_element_is_described_in_chinese_and_english_and_in_one_way() -> None:
    """Each type, field, argument and value has one description over all markets: an extension does not describe again."""
    texts: defaultdict[str, set[str]] = defaultdict(set)
    for name in MARKETS:
        for coordinate, node in described_elements(name):
            texts[coordinate].add(node.description.value if node.description else "")
    said = {coordinate: words - {""} for coordinate, words in texts.items()}
    assert {coordinate for coordinate, words in said.items() if len(words) != 1} == set()
    unclear = {word for words in said.values() for word in words if not (CHINESE.search(word) and ENGLISH.search(word))}
    assert unclear == set()


def test_the_cache_directive_is_the_same_everywhere() -> None:
    """A composed directive must have one definition, or composition refuses it."""
    definitions = {re.search(r"directive @cacheControl.*", print_sdl(name)).group() for name in MARKETS}  # type: ignore[union-attr]
    assert len(definitions) == 1


def described_elements(name: str) -> Iterator[tuple[str, ast.TypeDefinitionNode | ast.FieldDefinitionNode]]:
    for definition in parse(print_sdl(name)).definitions:
        if not isinstance(definition, ast.TypeDefinitionNode) or definition.name.value in FEDERATION:
            continue
        yield definition.name.value, definition
        members = [*(getattr(definition, "fields", None) or ()), *(getattr(definition, "values", None) or ())]
        for member in members:
            if member.name.value in FEDERATION:
                continue
            yield f"{definition.name.value}.{member.name.value}", member
            for argument in getattr(member, "arguments", None) or ():
                yield f"{definition.name.value}.{member.name.value}({argument.name.value}:)", argument
