"""``python -m subgraphs.carbon``: serve the carbon market."""

from subgraphs.carbon.schema import SCHEMA
from subgraphs.carbon.tables import Base
from subgraphs.kit.serve import serve_command

if __name__ == "__main__":
    serve_command("carbon", SCHEMA, Base.metadata, kind="industry")()
