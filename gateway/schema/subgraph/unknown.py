"""What to say of a directive that a subgraph does not know."""

from gateway.schema.subgraph.model import SubgraphSchema
from gateway.schema.subgraph.specifications import first_version


def explain_unknown(schema: SubgraphSchema, name: str, where: str) -> str:
    """Whether the name was misspelt, not imported, or came with a later version of federation."""
    message = f"@{name} on {where} is not known here"
    since = first_version(name)
    if since is None:
        return f"{message}: define the directive, or correct its name."
    version = f"v{since[0]}.{since[1]}"
    if schema.version is None:
        return f"{message}: this subgraph has no @link to the federation specification; link {version} or later and import @{name}."
    if schema.version < since:
        return f"{message}: it came with federation {version}, and this subgraph links v{schema.version[0]}.{schema.version[1]}."
    return f'{message}: add "@{name}" to the import of the @link, or write @{schema.local(name)}.'
