"""HTTP/1.1 as plain as possible: one kept-alive connection, nothing added that a case did not ask for."""

import http.client
import json
import urllib.parse
from dataclasses import dataclass

JSON = "application/json"
BOUNDARY = "parity-boundary-7d1f"
TIMEOUT_S = 20


@dataclass
class Answer:
    """What came back. `body` is parsed JSON, text for anything else, None when there is none."""

    status: int
    headers: dict
    body: object


@dataclass(frozen=True)
class Upload:
    """One file part of a multipart body."""

    name: str
    content: bytes
    type: str = "application/octet-stream"


class Wire:
    """A connection to one server. Reconnects by itself; not for use by several threads."""

    def __init__(self, port: int):
        self.port = port
        self.connection = None

    def ask(self, method: str, path: str, headers: dict, body: bytes | None) -> Answer:
        """Status 0 and the reason as body stand for "no HTTP answer"."""
        for attempt in (1, 2):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
            try:
                return self._ask(method, path, headers, body)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if fresh or attempt == 2:
                    return Answer(0, {}, f"no answer: {type(error).__name__}")
        raise AssertionError("unreachable")

    def _ask(self, method, path, headers, body) -> Answer:
        connection = self.connection
        connection.putrequest(method, path, skip_accept_encoding=True)
        if body is not None:
            headers = {**headers, "Content-Length": str(len(body))}
        elif method in ("POST", "PUT", "PATCH"):
            headers = {**headers, "Content-Length": "0"}
        for name, value in headers.items():
            connection.putheader(name, value)
        try:
            connection.endheaders(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # a refused upload: the answer may already be there
        response = connection.getresponse()
        raw = response.read()
        if response.will_close:
            self.close()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, parse(found.get("content-type", ""), raw))

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def parse(content_type: str, raw: bytes):
    """Integers and fractions stay different types: `1` is not `1.0` for a typed client."""
    if not raw:
        return None
    if content_type.startswith(JSON):
        try:
            return json.loads(raw)
        except ValueError:
            return "broken JSON: " + raw.decode("utf-8", "replace")
    return raw.decode("utf-8", "replace")


def query(pairs) -> str:
    """`?a=b` from a mapping or list of pairs, or nothing."""
    items = list(pairs.items()) if isinstance(pairs, dict) else list(pairs)
    return "?" + urllib.parse.urlencode(items, quote_via=urllib.parse.quote) if items else ""


def form(pairs) -> bytes:
    return urllib.parse.urlencode(pairs).encode()


def multipart(parts) -> bytes:
    """`parts`: pairs of field name and text or Upload."""
    out = []
    for name, value in parts:
        out.append(f"--{BOUNDARY}\r\n".encode())
        if isinstance(value, Upload):
            out.append(
                f'Content-Disposition: form-data; name="{name}"; filename="{value.name}"\r\n'
                f"Content-Type: {value.type}\r\n\r\n".encode()
            )
            out.append(value.content)
        else:
            out.append(f'Content-Disposition: form-data; name="{name}"\r\n\r\n'.encode())
            out.append(str(value).encode())
        out.append(b"\r\n")
    out.append(f"--{BOUNDARY}--\r\n".encode())
    return b"".join(out)
