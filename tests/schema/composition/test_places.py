"""Errors found in the merged schema still point at lines of SDL."""

from gateway.errors import SourceLocation
from gateway.schema import Subgraph, compose

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@inaccessible"])\n'


def test_a_field_out_of_reach_is_shown_where_it_stands() -> None:
    """In every subgraph that the error speaks of and that has the field."""
    core = LINK + 'type Query { site: Site }\ntype Site @key(fields: "id") { id: ID! }\n'
    city = LINK + "type Site {\n  id: ID!\n  area: Int\n}\n"
    (error,) = compose([Subgraph("core", "", core), Subgraph("city", "", city.replace("id: ID!", "code: ID"))]).errors[
        :1
    ]
    assert error.coordinate == "Site.area"
    assert error.subgraphs == ("city", "core")
    assert error.locations == (SourceLocation("city", 4, 3),)


def test_a_hidden_type_in_use_is_shown_where_it_is_used() -> None:
    """The rules of @inaccessible look at the merged schema; the subgraphs are those that have the field."""
    sdl = LINK + "type Query {\n  site: Site\n}\ntype Site @inaccessible { id: ID! }\n"
    (error,) = compose([Subgraph("core", "", sdl), Subgraph("city", "", "type Query { x: Int }")]).errors
    assert (error.code, error.subgraphs) == ("REFERENCED_INACCESSIBLE", ("core",))
    assert error.locations == (SourceLocation("core", 3, 3),)


def test_an_argument_is_shown_on_its_own_line() -> None:
    """The coordinate may be as deep as an argument."""
    sdl = LINK + "type Query {\n  site(\n    at: Int! @inaccessible\n  ): ID\n}\n"
    (error,) = compose([Subgraph("core", "", sdl)]).errors
    assert (error.code, error.locations) == ("REQUIRED_INACCESSIBLE", (SourceLocation("core", 4, 5),))
