"""GraphiQL for browsers: the page, its examples, and all it loads, from this package alone."""

from gateway.transport.graphiql.examples import Example, read_examples
from gateway.transport.graphiql.ownership import ownership_route
from gateway.transport.graphiql.page import asset_routes, assets_path, make_page

__all__ = ["Example", "asset_routes", "assets_path", "make_page", "ownership_route", "read_examples"]
