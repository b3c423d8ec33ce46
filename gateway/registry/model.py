"""What the registry keeps: subgraphs, their members, and the immutable versions that they make up."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gateway.types import SubgraphName


class Right(StrEnum):
    """What a token may do with its subgraphs."""

    READ = "read"
    CHECK = "check"
    PUBLISH = "publish"
    FORCE = "force"
    """Publish what breaks clients that are known."""
    ADMIN = "admin"
    """Everything, for every subgraph."""


class VersionKind(StrEnum):
    """How a version came about."""

    PUBLISH = "publish"
    REMOVE = "remove"
    MEMBER = "member"
    ROLLBACK = "rollback"
    PROMOTE = "promote"


@dataclass(frozen=True, slots=True)
class Member:
    """One server of a partitioned subgraph: it has the data of one partition. ``sdl`` is its own, empty where it is the subgraph's."""

    partition: str
    urls: tuple[str, ...]
    sdl: str = ""


@dataclass(frozen=True, slots=True)
class SubgraphRecord:
    """A subgraph as it was published. ``kind`` and ``region`` are for people: ``industry``, ``330200``."""

    name: SubgraphName
    url: str
    sdl: str
    kind: str = ""
    region: str = ""
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """A version without its texts. ``digest`` is the supergraph's SHA-256, ``origin`` the version that it was copied from."""

    environment: str
    number: int
    kind: VersionKind
    subgraph: SubgraphName
    author: str
    message: str
    at: datetime
    digest: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """An immutable version: what was published, and the supergraph that it makes."""

    info: VersionInfo
    supergraph_sdl: str
    subgraphs: tuple[SubgraphRecord, ...] = field(default=())

    def find(self, name: SubgraphName) -> SubgraphRecord | None:
        """The record of one subgraph."""
        return next((record for record in self.subgraphs if record.name == name), None)


@dataclass(frozen=True, slots=True)
class Draft:
    """A version that is about to be stored after ``parent``, the head that it was made from (0: none)."""

    environment: str
    parent: int
    kind: VersionKind
    subgraph: SubgraphName
    author: str
    message: str
    supergraph_sdl: str
    subgraphs: tuple[SubgraphRecord, ...]
    origin: str = ""


def digest(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
