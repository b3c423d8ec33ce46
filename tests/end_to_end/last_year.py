"""A city that runs last year's schema: ``python -m tests.end_to_end.last_year --partition 3309 --port N --database URL``.

A year ago a demand had no deadline, and the statistics of technical fields counted achievements alone.
"""

from importlib import import_module
from typing import Any

from subgraphs.city.field_statistics import FieldStatistics
from subgraphs.city.listings import Demand
from subgraphs.city.tables import Base
from subgraphs.kit.serve import serve_command


def forget(type_: Any, name: str) -> None:
    """Take a field out of a type, before any schema is built of it."""
    fields = type_.__strawberry_definition__.fields
    (known,) = [each for each in fields if each.python_name == name]
    fields.remove(known)


if __name__ == "__main__":
    forget(Demand, "deadline")
    forget(FieldStatistics, "demand_count")
    serve_command("city", import_module("subgraphs.city.schema").SCHEMA, Base.metadata, kind="city")()
