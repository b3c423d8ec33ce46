"""Relays before the cities' servers, which write down what each city is asked: what a city's log would show."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE_SECONDS = 60.0


@dataclass
class Relay:
    """One city's relay: where it listens, and the bodies that it passed on."""

    city: str
    port: int
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"


@contextmanager
def relay(city: str, behind: int) -> Iterator[Relay]:
    """A relay to the server on the port ``behind``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if b"SubgraphIntrospectQuery" not in body:  # The registry asks now and then whether a server is well.
                found.asked.append(body.decode())
            connection = http.client.HTTPConnection("127.0.0.1", behind, timeout=PATIENCE_SECONDS)
            try:
                headers = {"content-type": self.headers["content-type"], "accept": self.headers.get("accept", "*/*")}
                connection.request("POST", self.path, body, headers)
                answer = connection.getresponse()
                content = answer.read()
                self.send_response(answer.status)
                self.send_header("content-type", answer.headers.get("content-type", "application/json"))
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            finally:
                connection.close()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        found = Relay(city, server.server_port)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
