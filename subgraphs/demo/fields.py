"""Technical fields, and the words from which the titles and summaries of listings in each are made."""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from subgraphs.demo.places import read_data


class Words(NamedTuple):
    """The same in Chinese and in English."""

    zh: str
    en: str


class Subject(NamedTuple):
    """What a listing is about; some can be only one kind of product."""

    zh: str
    en: str
    product: Words | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What an achievement brings, with a number between the least and the most in the place of ``{n}``."""

    words: Words
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A field within a field, four digits. ``indications`` and ``department`` only in medicine."""

    code: str
    name: Words
    weight: int
    subjects: tuple[Subject, ...]
    products: tuple[Words, ...]
    methods: tuple[Words, ...]
    problems: tuple[Words, ...]
    effects: tuple[Effect, ...]
    crop_share: int
    """How many of a hundred listings about a crop have an agricultural profile."""
    indications: tuple[str, ...]
    department: str | None

    @property
    def field(self) -> str:
        """The code of the field it lies in."""
        return self.code[:2]

    @property
    def ways(self) -> tuple[Words, ...]:
        """The methods that say how, not for whom (面向…)."""
        return tuple(method for method in self.methods if not method.zh.startswith("面向"))


@dataclass(frozen=True, slots=True)
class Field:
    """A field, two digits."""

    code: str
    name: Words
    weight: int
    leaves: tuple[Leaf, ...]


def _words(text: str) -> Words:
    return Words(*text.split("|"))


def _subject(text: str) -> Subject:
    zh, en, *product = text.split("|")
    return Subject(zh, en, Words(*product) if product else None)


def _effect(text: str) -> Effect:
    words, _, bounds = text.partition(";")
    least, most = bounds.split("-")
    return Effect(_words(words), int(least), int(most))


def _leaf(data: dict[str, Any], field: dict[str, Any]) -> Leaf:
    """Read a leaf; the words it does not have of its own are its field's."""
    words = {**field, **data}
    return Leaf(
        code=data["code"],
        name=_words(data["name"]),
        weight=data.get("weight", 1),
        subjects=tuple(map(_subject, data["subjects"])),
        products=tuple(map(_words, data["products"])),
        methods=tuple(map(_words, words["methods"])),
        problems=tuple(map(_words, words["problems"])),
        effects=tuple(map(_effect, words["effects"])),
        crop_share=data.get("crop_share", 0),
        indications=tuple(data.get("indications", ())),
        department=data.get("department"),
    )


def _field(data: dict[str, Any]) -> Field:
    leaves = tuple(_leaf(leaf, data) for leaf in data["leaves"])
    return Field(data["code"], _words(data["name"]), data["weight"], leaves)


FIELDS: Final = tuple(map(_field, read_data("fields.json")))
LEAVES: Final = {leaf.code: leaf for field in FIELDS for leaf in field.leaves}

STRENGTHS: Final = {
    "330100": {"01": 3, "03": 2, "07": 1},
    "330200": {"05": 2, "06": 2, "08": 2},
    "330300": {"05": 3, "03": 1},
    "330400": {"06": 3, "04": 2},
    "330500": {"04": 2, "06": 1, "02": 1},
    "330600": {"06": 2, "05": 2, "03": 1},
    "330700": {"05": 2, "09": 4},
    "330800": {"02": 2, "06": 2},
    "330900": {"08": 12, "02": 1},
    "331000": {"05": 2, "03": 3, "07": 1},
    "331100": {"02": 2, "09": 3},
}
"""How much more often than elsewhere a city's listings lie in a field: so many times its weight on top."""


def field_weights(county: str, *, mountain: bool) -> list[int]:
    """How likely a listing of a county lies in each of the fields."""
    strengths = STRENGTHS[county[:4] + "00"]
    extra = 2 if mountain else 0
    return [f.weight * (1 + strengths.get(f.code, 0) + (extra if f.code == "02" else 0)) for f in FIELDS]
