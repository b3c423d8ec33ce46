"""The province, its eleven cities and ninety counties, and the weights by which everything is split over the cities."""

import json
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any, Final

from subgraphs.kit.enums import MountainCountyKind, RegionLevel

CITY_WEIGHTS: Final = (34, 15, 9, 8, 5, 8, 7, 3, 2, 6, 3)
"""Of the eleven cities in the order of their codes. Assumed: the letter gives no split."""


@dataclass(frozen=True, slots=True)
class Place:
    """A region: its code begins with that of the region around it."""

    code: str
    name: str
    name_en: str
    level: RegionLevel
    parent: str | None
    mountain: MountainCountyKind | None = None

    @property
    def city(self) -> str:
        """The code of the city that serves this place."""
        return self.code[:4] + "00"


@dataclass(frozen=True, slots=True)
class Designation:
    """From when to when (both included) a county was one of the mountain counties."""

    county: str
    kind: MountainCountyKind | None
    valid_from: date
    valid_to: date | None


def read_data(name: str) -> Any:
    """The content of one of the package's JSON files."""
    return json.loads(files("subgraphs.demo").joinpath("data", name).read_text(encoding="utf-8"))


def _read_places() -> tuple[Place, tuple[Place, ...], tuple[Place, ...]]:
    data = read_data("regions.json")
    top = data["province"]
    province = Place(top["code"], top["name"], top["nameEn"], RegionLevel.PROVINCE, None)
    cities = [Place(c["code"], c["name"], c["nameEn"], RegionLevel.CITY, province.code) for c in data["cities"]]
    counties = [
        Place(
            county["code"],
            county["name"],
            county["nameEn"],
            RegionLevel.COUNTY,
            county["cityCode"],
            MountainCountyKind(county["mountain"]) if "mountain" in county else None,
        )
        for county in data["counties"]
    ]
    return province, tuple(cities), tuple(counties)


PROVINCE, CITIES, COUNTIES = _read_places()
COUNTIES_OF: Final = {city.code: tuple(c for c in COUNTIES if c.parent == city.code) for city in CITIES}
PLACES: Final = {place.code: place for place in (PROVINCE, *CITIES, *COUNTIES)}

_LIST_OF_2024: Final = date(2024, 8, 21)
_LEFT_IN_2024: Final = ("330324", "330326", "331102")
_JOINED_IN_2024: Final = ("330921", "330922")


def designations() -> list[Designation]:
    """The twenty-six counties of the letter, and how the list changed in 2024.

    That three counties left and two joined is reported; which ones they are is assumed here.
    """
    first = date(2015, 2, 26)
    found = [
        Designation(c.code, c.mountain, first, date(2024, 8, 20) if c.code in _LEFT_IN_2024 else None)
        for c in COUNTIES
        if c.mountain
    ]
    return found + [Designation(code, None, _LIST_OF_2024, None) for code in _JOINED_IN_2024]


def sub_market_id(code: str) -> str:
    """The id of the market of a region, by its code, or of an industry, by its name."""
    return f"SM-{code}"
