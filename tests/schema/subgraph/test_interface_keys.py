"""A subgraph that can be entered by an interface can be entered by each of its implementations."""

import pytest

from gateway.schema import Subgraph, compose

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'


@pytest.mark.parametrize(
    ("interface", "implementation", "codes"),
    [
        ('@key(fields: "id")', '@key(fields: "id")', []),
        ('@key(fields: "id code")', '@key(fields: "code  id")', []),
        ('@key(fields: "id", resolvable: false)', '@key(fields: "id", resolvable: false)', []),
        ('@key(fields: "id", resolvable: false)', '@key(fields: "id")', []),
        ('@key(fields: "id")', '@key(fields: "id", resolvable: false)', ["INTERFACE_KEY_NOT_ON_IMPLEMENTATION"]),
        ('@key(fields: "id")', '@key(fields: "code")', ["INTERFACE_KEY_NOT_ON_IMPLEMENTATION"]),
    ],
)
def test_a_key_of_an_interface_is_one_of_its_implementations(
    interface: str, implementation: str, codes: list[str]
) -> None:
    """The same fields in any order, and resolvable if the interface's is."""
    sdl = (
        f"{LINK} type Query {{ place: Place }} interface Place {interface} {{ id: ID! code: ID! }} "
        f"type City implements Place {implementation} {{ id: ID! code: ID! }}"
    )
    assert [error.code for error in compose([Subgraph("city", "http://city", sdl)]).errors] == codes
