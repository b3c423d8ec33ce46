"""The market's reviews on Strawberry: ``PORT=4001 python strawberry_reviews.py``."""

import json
import os
from pathlib import Path
from typing import Annotated, Any, Self

import strawberry
import uvicorn
from strawberry.asgi import GraphQL

DATA = json.loads((Path(os.environ["MARKET"]) / "data.json").read_text())


@strawberry.federation.type(keys=["sku"])
class Product:
    sku: strawberry.ID
    weight: int | None = strawberry.federation.field(external=True, default=None)
    price: int | None = strawberry.federation.field(external=True, default=None)

    @strawberry.federation.field(requires=["weight price"])
    def postage(self) -> int | None:
        return None if self.weight is None or self.price is None else self.weight // 100 + self.price

    @strawberry.field
    def reviews(self) -> list["Review"]:
        return [Review.read(row) for row in DATA["reviews"] if row["product"] == self.sku]

    @strawberry.field
    def first_question(self) -> str | None:
        if self.sku == "desk":
            raise RuntimeError("no questions about desks")
        return next((row["text"] for row in DATA["questions"] if row["product"] == self.sku), None)

    @classmethod
    def resolve_reference(cls, sku: strawberry.ID, weight: int | None = None, price: int | None = None) -> Self:
        return cls(sku=sku, weight=weight, price=price)


@strawberry.federation.type(keys=["id"])
class Review:
    id: strawberry.ID
    stars: int
    text: str | None
    product: Product

    @classmethod
    def read(cls, row: dict[str, Any]) -> Self:
        return cls(id=row["id"], stars=row["stars"], text=row["text"], product=Product(sku=row["product"]))

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Self | None:  # noqa: A002  Strawberry passes keys by their names.
        return next((cls.read(row) for row in DATA["reviews"] if row["id"] == id), None)


@strawberry.type
class Question:
    id: strawberry.ID
    text: str
    product: Product

    @classmethod
    def read(cls, row: dict[str, Any]) -> Self:
        return cls(id=row["id"], text=row["text"], product=Product(sku=row["product"]))


Post = Annotated[Review | Question, strawberry.union("Post")]


@strawberry.type
class Query:
    @strawberry.field
    def latest(self) -> list[Post]:
        return [*map(Review.read, DATA["reviews"]), *map(Question.read, DATA["questions"])]


@strawberry.type
class Mutation:
    @strawberry.mutation
    def rate(self, sku: strawberry.ID, stars: int) -> Review | None:
        return Review(id=strawberry.ID("new"), stars=stars, text=None, product=Product(sku=sku))


if __name__ == "__main__":
    schema = strawberry.federation.Schema(query=Query, mutation=Mutation, federation_version="2.3")
    uvicorn.run(GraphQL(schema), host="127.0.0.1", port=int(os.environ["PORT"]), log_level="critical")
