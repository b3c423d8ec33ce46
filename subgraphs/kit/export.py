"""Write each market's schema to the file beside it, where composition and reviews read it."""

from pathlib import Path
from typing import Final

from subgraphs.agriculture.schema import SCHEMA as AGRICULTURE
from subgraphs.carbon.schema import SCHEMA as CARBON
from subgraphs.city.schema import SCHEMA as CITY
from subgraphs.core.schema import SCHEMA as CORE
from subgraphs.healthcare.schema import SCHEMA as HEALTHCARE

MARKETS: Final = {"core": CORE, "city": CITY, "agriculture": AGRICULTURE, "carbon": CARBON, "healthcare": HEALTHCARE}
"""Every market's schema by its name."""


def print_sdl(name: str) -> str:
    """A market's SDL as its file has it."""
    return MARKETS[name].as_str().strip() + "\n"


def sdl_file(name: str) -> Path:
    """Where a market's SDL lies."""
    return Path(__file__).parents[1] / name / "schema.graphql"


def export_all() -> list[Path]:
    """Write every market's SDL; the files written come out."""
    files = []
    for name in MARKETS:
        sdl_file(name).write_text(print_sdl(name), encoding="utf-8")
        files.append(sdl_file(name))
    return files
