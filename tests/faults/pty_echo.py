"""A server that gives back what it was sent, token included, in every place that an answer has for words."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

ANSWERS = {
    "401": 401,
    "403": 403,
    "404": 404,
    "422": 422,
    "429": 429,
    "500": 500,
    "redirect": 302,
    "html": 200,
    "bad-json": 200,
    "rows": 200,
}
"""The first part of the path, and the status that it is answered with."""


class _Echo(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        sent = (
            self.headers.get("Authorization", "")
            + self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        )
        kind = self.path.split("/")[1]
        echo = {
            "message": f"no {sent}",
            "errors": {sent: [sent]},
            "data": [{"id": "n-1", "title": sent, "body": sent}],
        }
        body = f"<p>{sent}</p>" if kind == "html" else json.dumps(echo)[: -1 if kind == "bad-json" else None]
        self.send_response(ANSWERS[kind], f"no {sent}")
        self.send_header("Content-Type", "text/html" if kind == "html" else "application/json")
        self.send_header("X-Request-Id", sent)
        self.send_header("Location", f"https://sink.example/?{sent}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the names are http.server's

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


class EchoServer:
    """Serves on a free port while it is entered."""

    def __enter__(self) -> EchoServer:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
