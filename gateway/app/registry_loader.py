"""Follow the registry's store: its current version is what this process serves."""

import asyncio
from dataclasses import replace

from gateway.app.loaded import Loaded
from gateway.errors import SettingsError, SupergraphError
from gateway.registry.model import Version
from gateway.registry.store import Database, open_database
from gateway.registry.store.versions import read_head, read_version
from gateway.resolvers.subgraph_client.partitions import Member, Membership
from gateway.schema.supergraph import read_supergraph
from gateway.settings import Settings


class RegistryLoader:
    """A ``Loader`` of one environment. It owns the database, and looks every so many seconds."""

    def __init__(self, database: Database, environment: str, *, seconds: float) -> None:
        self._database = database
        self._environment = environment
        self._seconds = seconds
        self._is_prepared = False
        self._last: Loaded | None = None

    async def look(self, known: str | None) -> Loaded | None:
        """See ``Loader.look``: one row is read, and the texts only where it has changed."""
        if not self._is_prepared:
            await self._database.prepare()
            self._is_prepared = True
        number = await read_head(self._database, self._environment)
        if not number:
            message = f"Nothing was published in {self._environment} yet. The first subgraph comes by: tongfen subgraph publish."
            raise SupergraphError(message)
        version = f"{self._environment}:{number}"
        if version == known:
            return None
        found = await read_version(self._database, self._environment, number)
        if self._last is None or found.supergraph_sdl != self._last.sdl:
            supergraph = await asyncio.to_thread(read_supergraph, found.supergraph_sdl)
            self._last = Loaded(supergraph, found.supergraph_sdl, version)
        self._last = replace(self._last, version=version, members=membership(found))
        return self._last

    async def wait(self) -> None:
        """See ``Loader.wait``."""
        await asyncio.sleep(self._seconds)

    async def close(self) -> None:
        """See ``Loader.close``."""
        await self._database.close()


def membership(version: Version) -> Membership:
    """The members that a version has of its subgraphs."""
    return {
        record.name: tuple(Member(one.partition, one.urls, one.sdl) for one in record.members)
        for record in version.subgraphs
        if record.members
    }


def follow_registry(settings: Settings) -> RegistryLoader:
    """A loader of the settings' environment. Raises SettingsError for a database that is none."""
    source, database = settings.supergraph.registry, settings.registry.database
    if source is None or database is None:
        raise SettingsError("supergraph.registry and registry.database go together: give both.")
    return RegistryLoader(open_database(database), source, seconds=settings.registry.poll)
