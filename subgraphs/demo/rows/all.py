"""Which databases there are, and how each is filled."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import MetaData

from subgraphs.agriculture.tables import Base as AgricultureBase
from subgraphs.carbon.tables import Base as CarbonBase
from subgraphs.city.tables import Base as CityBase
from subgraphs.core.tables import Base as CoreBase
from subgraphs.demo.market import Market
from subgraphs.demo.rows.agriculture import agriculture_rows
from subgraphs.demo.rows.carbon import carbon_rows
from subgraphs.demo.rows.city import city_rows
from subgraphs.demo.rows.core import core_rows
from subgraphs.demo.rows.healthcare import healthcare_rows
from subgraphs.demo.rows.kinds import Rows
from subgraphs.healthcare.tables import Base as HealthcareBase

TABLES: Final[dict[str, MetaData]] = {
    "core": CoreBase.metadata,
    "city": CityBase.metadata,
    "agriculture": AgricultureBase.metadata,
    "carbon": CarbonBase.metadata,
    "healthcare": HealthcareBase.metadata,
}
"""The tables of each database, by the name of its subgraph."""

ROWS: Final[dict[str, Callable[[Market], Rows]]] = {
    "core": core_rows,
    "city": city_rows,
    "agriculture": agriculture_rows,
    "carbon": carbon_rows,
    "healthcare": healthcare_rows,
}
"""What fills each database."""
