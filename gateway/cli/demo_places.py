"""The servers that the demo consists of: four markets, and the eleven cities that are members of a fifth."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from gateway.cli.workers import open_port
from gateway.settings import Listen

CORE: Final = "core"
MARKETS: Final = {CORE: 1, "agriculture": 3, "carbon": 4, "healthcare": 5}
"""How far behind the gateway's port each listens."""

CITY: Final = "city"
FIRST_CITY: Final = 11
"""How far behind the gateway's port the first of the cities listens; the others follow it."""

CITIES: Final = {
    "3301": "杭州 Hangzhou",
    "3302": "宁波 Ningbo",
    "3303": "温州 Wenzhou",
    "3304": "嘉兴 Jiaxing",
    "3305": "湖州 Huzhou",
    "3306": "绍兴 Shaoxing",
    "3307": "金华 Jinhua",
    "3308": "衢州 Quzhou",
    "3309": "舟山 Zhoushan",
    "3310": "台州 Taizhou",
    "3311": "丽水 Lishui",
}
"""The partitions of the subgraph ``city``, with the cities' names."""

DATA_MOMENT: Final = "2022-06-27T18:00:00+0800"
"""What time it is in the demo: the evening of the day that the data tells of."""


@dataclass(frozen=True, slots=True)
class Place:
    """One server of the demo: where it listens, the file of its database, and of a member its partition and where core answers."""

    name: str
    port: int
    file: Path
    partition: str = ""
    core: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.partition}".rstrip()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def database(self) -> str:
        return f"sqlite+aiosqlite:///{self.file}"

    def arguments(self, registry: str) -> tuple[str, ...]:
        """How its program is called alone; it registers itself."""
        member = ("--partition", self.partition, "--core", self.core) if self.partition else ()
        return ("--port", str(self.port), "--database", self.database, *member, *common_arguments(registry))


def common_arguments(registry: str) -> tuple[str, ...]:
    """What every program of the demo is told."""
    return ("--now", DATA_MOMENT, "--registry", registry)


def choose_places(gateway_port: int, folder: Path) -> tuple[Place, ...]:
    """All servers on ports behind the gateway's, or on any free ones after 0. Raises TongfenError where one is taken."""
    with contextlib.ExitStack() as held:
        places = [
            Place(name, held.enter_context(open_port(Listen(port=port))).getsockname()[1], file, partition)
            for name, port, file, partition in wanted_places(gateway_port, folder)
        ]
    (core,) = (place.url for place in places if place.name == CORE)
    return tuple(replace(place, core=core) if place.partition else place for place in places)


def wanted_places(gateway_port: int, folder: Path) -> Iterator[tuple[str, int, Path, str]]:
    for name, offset in MARKETS.items():
        yield name, gateway_port and gateway_port + offset, folder / f"{name}.db", ""
    for offset, partition in enumerate(CITIES, FIRST_CITY):
        yield CITY, gateway_port and gateway_port + offset, folder / f"{CITY}-{partition}.db", partition
