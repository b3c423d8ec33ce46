"""The gateways that are measured: how each is installed and started, by its own published command."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from typing import Any, Final

from benchmarks.federation.market import SUBGRAPHS, subgraph_sdl

PEERS: Final = Path(__file__).parent / "peers"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a gateway is started with.

    ``sharing`` is ``none``, ``upstream`` (identical requests to subgraphs in flight are one) or ``whole`` (and those of clients).
    ``more`` are further settings of our own gateway.
    """

    folder: Path
    port: int
    supergraph: Path
    urls: Mapping[str, str]
    sharing: str = "none"
    workers: int = 1
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gateway:
    """One contestant. ``peer`` is its folder of npm packages, None for our own; ``command`` gives arguments and environment."""

    name: str
    peer: str | None
    command: Callable[[Setting], tuple[list[str], dict[str, str]]]
    sharings: tuple[str, ...] = ("none",)

    def install(self, into: Path) -> Path:
        """Install the peer's packages where they are missing; gives the folder to run in."""
        folder = into / (self.peer or "tongfen")
        folder.mkdir(parents=True, exist_ok=True)
        if self.peer and not (folder / "node_modules").exists():
            copytree(PEERS / self.peer, folder, dirs_exist_ok=True)
            quiet = ["--silent", "--no-audit", "--no-fund", "--no-package-lock"]
            subprocess.run(["npm", "install", *quiet], cwd=folder, check=True)
        return folder


def tongfen(setting: Setting) -> tuple[list[str], dict[str, str]]:
    settings = {
        "supergraph": {"file": str(setting.supergraph)},
        "listen": {"port": setting.port},
        "workers": {"count": setting.workers},
        "graphql": {"share_queries": setting.sharing == "whole"},
        "traffic": {"share_requests": setting.sharing != "none"},
        "log": {"level": "warning"},
        **setting.more,
    }
    path = setting.folder / "gateway.yaml"
    path.write_text(json.dumps(settings))  # JSON is YAML
    return [sys.executable, "-m", "gateway", "serve", "--config", str(path)], {"PYTHONPATH": os.getcwd()}


def apollo(setting: Setting) -> tuple[list[str], dict[str, str]]:
    return ["node", "server.mjs"], {"SUPERGRAPH": str(setting.supergraph), "NODE_ENV": "production"}


def hive(engine: str) -> Callable[[Setting], tuple[list[str], dict[str, str]]]:
    def command(setting: Setting) -> tuple[list[str], dict[str, str]]:
        environment = {"SUPERGRAPH": str(setting.supergraph), "ENGINE": engine, "SHARING": setting.sharing}
        binary = "node_modules/.bin/hive-gateway"
        return [binary, "supergraph", "-c", "gateway.config.mjs", "--fork", "1"], environment | {
            "NODE_ENV": "production"
        }

    return command


def federation_1(name: str) -> str:
    """A subgraph's SDL as Federation 1 wants it: no link, root fields and entities it does not own as extensions."""
    sdl = subgraph_sdl(name).split("\n", 1)[1].replace("type Query", "extend type Query").replace(" @shareable", "")
    owned = {"accounts": "User", "products": "Product", "reviews": "Review"}.get(name)
    for entity, key in (("User", "id: ID!"), ("Product", "upc: String!")):
        if entity != owned and f"type {entity} " in sdl:
            head, body = sdl.split(f"type {entity} ")
            sdl = f"{head}extend type {entity} {body.replace(key, f'{key} @external', 1)}"
    return sdl


def mercurius(setting: Setting) -> tuple[list[str], dict[str, str]]:
    subgraphs = [{"name": name, "url": setting.urls[name], "schema": federation_1(name)} for name in SUBGRAPHS]
    return ["node", "server.mjs"], {"SUBGRAPHS": json.dumps(subgraphs), "NODE_ENV": "production"}


def grafbase(setting: Setting) -> tuple[list[str], dict[str, str]]:
    sharing = "true" if setting.sharing != "none" else "false"
    config = [f"[traffic_shaping]\ninflight_deduplication = {sharing}\n"]
    for name in SUBGRAPHS:
        (setting.folder / f"{name}.graphql").write_text(subgraph_sdl(name))
        config.append(f'[subgraphs.{name}]\nurl = "{setting.urls[name]}"\nschema_path = "{name}.graphql"\n')
    (setting.folder / "grafbase.toml").write_text("\n".join(config))
    binary = "node_modules/@grafbase/cli-x86_64-unknown-linux-musl/grafbase"
    return [binary, "dev", "-c", "grafbase.toml", "-p", str(setting.port)], {}


GATEWAYS: Final = (
    Gateway("tongfen (Python)", None, tongfen, ("none", "upstream", "whole")),
    Gateway("@apollo/gateway (JavaScript)", "apollo", apollo),
    Gateway("@graphql-hive/gateway (JavaScript)", "hive", hive("javascript"), ("none", "upstream", "whole")),
    Gateway("@graphql-hive/gateway + router-runtime (Rust)", "hive", hive("rust"), ("none", "upstream", "whole")),
    Gateway("@mercuriusjs/gateway (JavaScript)", "mercurius", mercurius),
    Gateway("grafbase (Rust)", "grafbase", grafbase, ("none", "upstream")),
)
