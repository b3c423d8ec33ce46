"""The market's two subgraphs on Ariadne: ``SUBGRAPH=reviews PORT=4001 python ariadne_market.py``."""

import json
import os
from pathlib import Path
from typing import Any

import uvicorn
from ariadne import MutationType, QueryType, UnionType
from ariadne.asgi import GraphQL
from ariadne.contrib.federation import FederatedObjectType, make_federated_schema

MARKET = Path(os.environ["MARKET"])
DATA = json.loads((MARKET / "data.json").read_text())
Row = dict[str, Any]


def find(rows: str, key: str, value: str | None) -> Row | None:
    return next((row for row in DATA[rows] if row[key] == value), None)


def product_of(row: Row, _: Any) -> Row:
    return {"sku": row["product"]}


def catalogue() -> list[Any]:
    query, product, maker = QueryType(), FederatedObjectType("Product"), FederatedObjectType("Maker")
    query.set_field("products", lambda _o, _i, first: DATA["products"][:first])
    query.set_field("product", lambda _o, _i, sku: find("products", "sku", sku))
    query.set_field("maker", lambda _o, _i, **given: find("makers", "id", given["id"]))
    product.reference_resolver(lambda _o, _i, given: find("products", "sku", given["sku"]))
    product.set_field("maker", lambda row, _i: find("makers", "id", row["maker"]))
    maker.reference_resolver(lambda _o, _i, given: find("makers", "id", given["id"]))
    maker.set_field("products", lambda row, _i: [each for each in DATA["products"] if each["maker"] == row["id"]])
    return [query, product, maker]


def postage(row: Row, _: Any) -> int | None:
    weight, price = row.get("weight"), row.get("price")
    return None if weight is None or price is None else weight // 100 + price


def first_question(row: Row, _: Any) -> str | None:
    if row["sku"] == "desk":
        raise RuntimeError("no questions about desks")
    question = find("questions", "product", row["sku"])
    return question and question["text"]


def reviews() -> list[Any]:
    query, mutation, post = QueryType(), MutationType(), UnionType("Post")
    product, review = FederatedObjectType("Product"), FederatedObjectType("Review")
    question = FederatedObjectType("Question")
    query.set_field("latest", lambda _o, _i: DATA["reviews"] + DATA["questions"])
    mutation.set_field("rate", lambda _o, _i, sku, stars: {"id": "new", "stars": stars, "text": None, "product": sku})
    post.set_type_resolver(lambda row, _i, _t: "Review" if "stars" in row else "Question")
    review.reference_resolver(lambda _o, _i, given: find("reviews", "id", given["id"]))
    review.set_field("product", product_of)
    question.set_field("product", product_of)
    product.reference_resolver(lambda _o, _i, given: given)
    product.set_field("postage", postage)
    product.set_field("reviews", lambda row, _i: [each for each in DATA["reviews"] if each["product"] == row["sku"]])
    product.set_field("firstQuestion", first_question)
    return [query, mutation, post, product, review, question]


def main() -> None:
    name = os.environ["SUBGRAPH"]
    resolvers = {"catalogue": catalogue, "reviews": reviews}[name]()
    schema = make_federated_schema((MARKET / f"{name}.graphql").read_text(), *resolvers)
    uvicorn.run(GraphQL(schema), host="127.0.0.1", port=int(os.environ["PORT"]), log_level="critical")


if __name__ == "__main__":
    main()
