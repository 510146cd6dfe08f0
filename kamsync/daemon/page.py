"""``/healthz`` and ``/metrics``, over HTTP, for whoever watches over the daemon."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from prometheus_client import CONTENT_TYPE_LATEST

from kamsync.daemon.metrics import Metrics
from kamsync.errors import ConfigurationInvalid

__all__ = ["page"]

PATIENCE_S = 10
"""How long a client may take over its request."""


@contextmanager
def page(host: str, port: int, metrics: Metrics) -> Iterator[str]:
    """Serve the page while the block runs, and give its address; port 0 takes a free one.

    Raises:
        ConfigurationInvalid: nothing can listen there.
    """
    try:
        server = _Server((host, port), _handler(metrics))
    except (OSError, OverflowError) as error:
        raise ConfigurationInvalid(
            f"[daemon] listen: nothing can listen on {host}:{port}: {error}.",
            hint='Give another, such as listen = "127.0.0.1:9465", or "" for none.',
        ) from error
    thread = Thread(target=server.serve_forever, name="kamsync-page", daemon=True)
    thread.start()
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    """A server whose clients hold nothing up."""

    daemon_threads = True


def _handler(metrics: Metrics) -> type[BaseHTTPRequestHandler]:
    """Return what answers a request."""

    class Handler(BaseHTTPRequestHandler):
        server_version = "kamsync"
        sys_version = ""
        timeout = PATIENCE_S

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                self._answer(200, CONTENT_TYPE_LATEST, metrics.text())
            elif path == "/healthz":
                well, told = metrics.health()
                body = json.dumps(told, ensure_ascii=False).encode() + b"\n"
                self._answer(200 if well else 503, "application/json", body)
            else:
                self._answer(404, "text/plain", b"There is /healthz and /metrics.\n")

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Keep the log for rounds."""

    return Handler
