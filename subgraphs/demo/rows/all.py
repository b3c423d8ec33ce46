"""Which databases there are, and how each is filled."""

from collections.abc import Callable
from functools import partial
from typing import Final

from sqlalchemy import MetaData

from subgraphs.agriculture.tables import Base as AgricultureBase
from subgraphs.carbon.tables import Base as CarbonBase
from subgraphs.city.tables import Base as CityBase
from subgraphs.core.tables import Base as CoreBase
from subgraphs.demo import places
from subgraphs.demo.market import Market
from subgraphs.demo.rows.agriculture import agriculture_rows
from subgraphs.demo.rows.carbon import carbon_rows
from subgraphs.demo.rows.city import city_rows, rows_of_city
from subgraphs.demo.rows.core import core_rows
from subgraphs.demo.rows.healthcare import healthcare_rows
from subgraphs.demo.rows.kinds import Rows
from subgraphs.healthcare.tables import Base as HealthcareBase

CITIES: Final = "city"
"""The database of all cities in one."""

CITY_DATABASES: Final = {f"{CITIES}-{city.code[:4]}": city.code for city in places.CITIES}
"""The database of each city's own market, by its partition, and the city's code."""

TABLES: Final[dict[str, MetaData]] = {
    "core": CoreBase.metadata,
    CITIES: CityBase.metadata,
    **dict.fromkeys(CITY_DATABASES, CityBase.metadata),
    "agriculture": AgricultureBase.metadata,
    "carbon": CarbonBase.metadata,
    "healthcare": HealthcareBase.metadata,
}
"""The tables of each database, by its name: its subgraph's, with a partition behind it where it is one member's."""

ROWS: Final[dict[str, Callable[[Market], Rows]]] = {
    "core": core_rows,
    CITIES: city_rows,
    **{name: partial(rows_of_city, code) for name, code in CITY_DATABASES.items()},
    "agriculture": agriculture_rows,
    "carbon": carbon_rows,
    "healthcare": healthcare_rows,
}
"""What fills each database."""
