"""The benchmark's data and its resolvers: one shop, of the size and shape that published figures use, made up by us.

Six users, nine products, eleven reviews of 140 to 840 characters; every user wrote reviews 1 and 2, and user 1 is every
review's author, so the big query repeats the same objects many times, as in the field's benchmark.
"""

from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    build_ast_schema,
    concat_ast,
    parse,
    visit,
)
from graphql.language import DirectiveNode, Node, ObjectTypeDefinitionNode, SchemaExtensionNode, Visitor, VisitorAction
from graphql.language.visitor import REMOVE

HERE: Final = Path(__file__).parent
SUBGRAPHS: Final = ("accounts", "inventory", "products", "reviews")
QUERIES: Final = {name: (HERE / "queries" / f"{name}.graphql").read_text() for name in ("big", "medium", "small")}

WORDS: Final = "river market bridge lantern paper harvest signal meadow copper winter engine garden silver letter"
LENGTHS: Final = (444, 286, 275, 143, 444, 286, 275, 143, 143, 143, 838)
REVIEWED: Final = ("1", "1", "1", "1", "2", "2", "2", "2", "3", "4", "4")
GOODS: Final = (("Table", 899, 100), ("Couch", 1299, 1000), ("Glass", 15, 20), ("Chair", 499, 100), ("Screen", 1299, 1000),
                ("Lamp", 6999, 300), ("Stove", 3999, 2000), ("Fridge", 100000, 6000), ("Sofa", 9999, 800))  # fmt: skip


def prose(length: int) -> str:
    return "".join(islice(cycle(f"{WORDS} "), length))


USERS: Final = {
    str(n): {
        "__typename": "User",
        "id": str(n),
        "name": f"Customer Number {n}",
        "username": f"customer{n}",
        "birthday": n,
    }
    for n in range(1, 7)
}
PRODUCTS: Final = {
    str(n): {
        "__typename": "Product",
        "upc": str(n),
        "name": name,
        "price": price,
        "weight": weight,
        "inStock": n % 2 == 1,
    }
    for n, (name, price, weight) in enumerate(GOODS, start=1)
}
REVIEWS: Final = {
    str(n): {"__typename": "Review", "id": str(n), "body": prose(length), "upc": upc}
    for n, (length, upc) in enumerate(zip(LENGTHS, REVIEWED, strict=True), start=1)
}
ENTITIES: Final[dict[str, tuple[str, dict[str, dict[str, Any]]]]] = {
    "User": ("id", USERS),
    "Product": ("upc", PRODUCTS),
    "Review": ("id", REVIEWS),
}


def find_entity(representation: dict[str, Any]) -> dict[str, Any] | None:
    key, rows = ENTITIES[representation["__typename"]]
    return rows.get(representation[key])


RESOLVERS: Final[dict[str, dict[str, Any]]] = {
    "Query": {
        "me": lambda *_: USERS["1"],
        "user": lambda _source, _info, **arguments: USERS.get(arguments["id"]),
        "users": lambda *_: list(USERS.values()),
        "topProducts": lambda _source, _info, first: list(PRODUCTS.values())[:first],
        "_entities": lambda _source, _info, representations: [find_entity(each) for each in representations],
    },
    "User": {"reviews": lambda *_: [REVIEWS["1"], REVIEWS["2"]]},
    "Review": {"author": lambda *_: USERS["1"], "product": lambda review, _info: PRODUCTS[review["upc"]]},
    "Product": {
        "reviews": lambda product, _info: [review for review in REVIEWS.values() if review["upc"] == product["upc"]],
        "shippingEstimate": lambda *_: None,
    },
}


class WithoutDirectives(Visitor):
    """Leaves a subgraph's types as a plain GraphQL schema."""

    def enter(self, node: Node, *_: Any) -> VisitorAction:
        return REMOVE if isinstance(node, DirectiveNode | SchemaExtensionNode) else None


def subgraph_sdl(name: str) -> str:
    return (HERE / "subgraphs" / f"{name}.graphql").read_text()


def no_third_user(*_: Any) -> list[Any]:
    users: list[Any] = list(USERS.values())
    users[2] = None
    return users


def stock(product: dict[str, Any], _info: Any) -> bool:
    if product["upc"] == "1":
        raise GraphQLError("The stock of this product is being counted.")
    return bool(product["inStock"])


FAULTS: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "": {},
    "null": {"Query": {"users": no_third_user}},
    "error": {"Product": {"inStock": stock}},
}
"""What may be wrong in an answer: nothing, one null in a list, one error with its null."""


def with_resolvers(document: DocumentNode, fault: str) -> GraphQLSchema:
    schema = build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)
    for type_name, fields in (*RESOLVERS.items(), *FAULTS[fault].items()):
        graphql_type = schema.type_map.get(type_name)
        if isinstance(graphql_type, GraphQLObjectType):
            for field_name, resolve in fields.items():
                if field_name in graphql_type.fields:
                    graphql_type.fields[field_name].resolve = resolve
    return schema


def subgraph_schema(name: str, fault: str = "") -> GraphQLSchema:
    """One subgraph, executable, with the ``_entities`` of the subgraph specification."""
    types = visit(parse(subgraph_sdl(name)), WithoutDirectives())
    names = {node.name.value for node in types.definitions if isinstance(node, ObjectTypeDefinitionNode)}
    entry = "extend type Query" if "Query" in names else "type Query"
    entities = " | ".join(sorted(names & ENTITIES.keys()))
    machinery = f"scalar _Any union _Entity = {entities} {entry} {{ _entities(representations: [_Any!]!): [_Entity]! }}"
    return with_resolvers(concat_ast([types, parse(machinery)]), fault)


def undivided_schema(fault: str = "") -> GraphQLSchema:
    """The same shop as one server: what every gateway's answer must be equal to."""
    return with_resolvers(parse((HERE / "undivided.graphql").read_text()), fault)
