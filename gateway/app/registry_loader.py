"""Follow the registry's store: its current version is what this process serves."""

import asyncio

from gateway.app.loaded import Loaded
from gateway.errors import SettingsError, SupergraphError
from gateway.registry.store import Database, open_database
from gateway.registry.store.versions import read_head, read_version
from gateway.schema.supergraph import read_supergraph
from gateway.settings import Settings


class RegistryLoader:
    """A ``Loader`` of one environment. It owns the database, and looks every so many seconds."""

    def __init__(self, database: Database, environment: str, *, seconds: float) -> None:
        self._database = database
        self._environment = environment
        self._seconds = seconds
        self._is_prepared = False

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
        sdl = (await read_version(self._database, self._environment, number)).supergraph_sdl
        return Loaded(await asyncio.to_thread(read_supergraph, sdl), sdl, version)

    async def wait(self) -> None:
        """See ``Loader.wait``."""
        await asyncio.sleep(self._seconds)

    async def close(self) -> None:
        """See ``Loader.close``."""
        await self._database.close()


def follow_registry(settings: Settings) -> RegistryLoader:
    """A loader of the settings' environment. Raises SettingsError for a database that is none."""
    source, database = settings.supergraph.registry, settings.registry.database
    if source is None or database is None:
        raise SettingsError("supergraph.registry and registry.database go together: give both.")
    return RegistryLoader(open_database(database), source, seconds=settings.registry.poll)
