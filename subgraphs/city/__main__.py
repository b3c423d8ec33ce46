"""``python -m subgraphs.city``: serve the cities."""

from subgraphs.city.news import OUTBOX
from subgraphs.city.schema import SCHEMA
from subgraphs.city.tables import Base
from subgraphs.kit.serve import serve_command

if __name__ == "__main__":
    serve_command("city", SCHEMA, Base.metadata, kind="city", outbox=OUTBOX)()
