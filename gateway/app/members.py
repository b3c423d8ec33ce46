"""The members of partitioned subgraphs that the settings name."""

from gateway.errors import SettingsError
from gateway.resolvers.subgraph_client.partitions import Member, MemberBook
from gateway.settings import MemberSource, Traffic
from gateway.types import SubgraphName


def open_book(traffic: Traffic) -> MemberBook:
    """A book that begins with the settings' members. Raises SettingsError for a schema that cannot be read."""
    return MemberBook(
        {
            name: tuple(read_member(name, partition, source) for partition, source in own.members.items())
            for name, own in traffic.subgraphs.items()
            if own.members
        }
    )


def read_member(subgraph: SubgraphName, partition: str, source: MemberSource) -> Member:
    """A member, with its own schema where it has one."""
    try:
        sdl = source.sdl.read_text(encoding="utf-8") if source.sdl is not None else ""
    except (OSError, UnicodeDecodeError) as error:
        key = f"traffic.subgraphs.{subgraph}.members.{partition}.sdl"
        raise SettingsError(f"{key}: {source.sdl} cannot be read: {error}") from error
    return Member(partition, source.urls, sdl)
