"""The market's catalogue on Strawberry: ``PORT=4001 python strawberry_catalogue.py``."""

import json
import os
from enum import Enum
from pathlib import Path
from typing import Any, Self

import strawberry
import uvicorn
from strawberry.asgi import GraphQL

DATA = json.loads((Path(os.environ["MARKET"]) / "data.json").read_text())


@strawberry.enum
class Size(Enum):
    SMALL = "SMALL"
    LARGE = "LARGE"


@strawberry.federation.type(keys=["id"])
class Maker:
    id: strawberry.ID
    name: str | None

    @strawberry.field
    def products(self) -> list["Product"]:
        return [Product.read(row) for row in DATA["products"] if row["maker"] == self.id]

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Self | None:  # noqa: A002  Strawberry passes keys by their names.
        return next((cls(**row) for row in DATA["makers"] if row["id"] == id), None)


@strawberry.federation.type(keys=["sku"])
class Product:
    sku: strawberry.ID
    name: str
    weight: int | None
    price: int | None
    size: Size | None
    maker_id: strawberry.Private[str | None]

    @strawberry.field
    def maker(self) -> Maker | None:
        return Maker.resolve_reference(strawberry.ID(self.maker_id)) if self.maker_id else None

    @classmethod
    def read(cls, row: dict[str, Any]) -> Self:
        size = Size(row["size"]) if row["size"] else None
        own = {key: row[key] for key in ("sku", "name", "weight", "price")}
        return cls(**own, size=size, maker_id=row["maker"])

    @classmethod
    def resolve_reference(cls, sku: strawberry.ID) -> Self | None:
        return next((cls.read(row) for row in DATA["products"] if row["sku"] == sku), None)


@strawberry.type
class Query:
    @strawberry.field
    def products(self, first: int = 3) -> list[Product]:
        return [Product.read(row) for row in DATA["products"][:first]]

    @strawberry.field
    def product(self, sku: strawberry.ID) -> Product | None:
        return Product.resolve_reference(sku)

    @strawberry.field
    def maker(self, id: strawberry.ID) -> Maker | None:  # noqa: A002  The argument's name in the schema.
        return Maker.resolve_reference(id)


if __name__ == "__main__":
    schema = strawberry.federation.Schema(query=Query, federation_version="2.3")
    uvicorn.run(GraphQL(schema), host="127.0.0.1", port=int(os.environ["PORT"]), log_level="critical")
