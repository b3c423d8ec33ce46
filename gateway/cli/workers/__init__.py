"""Several processes on one port: a parent that supervises, and workers that answer."""

from gateway.cli.workers.count import count_workers
from gateway.cli.workers.ports import Ports, open_port
from gateway.cli.workers.server import server_config
from gateway.cli.workers.supervisor import Plan, Supervisor
from gateway.cli.workers.watched_file import WatchedFile

__all__ = ["Plan", "Ports", "Supervisor", "WatchedFile", "count_workers", "open_port", "server_config"]
