"""``python -m subgraphs.city.members``: serve cities, a process each."""

from subgraphs.city.news import OUTBOX
from subgraphs.city.schema import SCHEMA
from subgraphs.city.tables import Base
from subgraphs.kit.members import members_command

if __name__ == "__main__":
    members_command("city", SCHEMA, Base.metadata, kind="city", outbox=OUTBOX)()
