"""A case is data: a name that mirrors the contract's chapter and the requests to ask, in order."""

import hashlib
import json
from dataclasses import dataclass, field

from harness import wire
from harness.wire import Upload


@dataclass(frozen=True)
class Step:
    """One request. `{{name}}` in path, headers or body stands for a value saved by an earlier step.

    as_: `guest`, `su`, a name of world.CALLERS, or `raw:` + the text of an Authorization header.
    body: bytes, or for JSON any value, or a function of the saved values.
    save: name → dotted path in the answer's body.
    quiet: the answer is needed to go on, but is not compared.
    """

    method: str
    path: str
    as_: str = "su"
    body: object = None
    type: str | None = None
    headers: tuple = ()
    save: tuple = ()
    watch: tuple = ()
    quiet: bool = False

    def line(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Case:
    """`undo` puts back what the harness cannot see by itself; created records and collections are removed anyway.

    mask: body key → regular expression; a string value under the key that matches it is replaced by the expression.
    """

    name: str
    steps: list
    undo: list = field(default_factory=list)
    mask: dict = field(default_factory=dict)

    def digest(self) -> str:
        """Changes when the requests change, so that an old recording is noticed."""
        text = repr([(s.method, s.path, s.as_, describe(s.body), s.type, s.headers, s.save, s.watch, s.quiet)
                     for s in self.steps]) + repr(sorted(self.mask.items()))
        return hashlib.sha1(text.encode()).hexdigest()[:12]


def describe(body) -> str:
    if callable(body):
        return f"<{body.__name__}>"
    return repr(body)


# --- builders -----------------------------------------------------------------------------------------------------

def _step(method, path, as_, q, **rest) -> Step:
    for name in ("headers", "save"):
        if isinstance(rest.get(name), dict):
            rest[name] = tuple(rest[name].items())
    return Step(method, path + wire.query(q or {}), as_, **rest)


def get(path, as_="su", q=None, **rest):
    return _step("GET", path, as_, q, **rest)


def head(path, as_="su", q=None, **rest):
    return _step("HEAD", path, as_, q, **rest)


def delete(path, as_="su", q=None, **rest):
    return _step("DELETE", path, as_, q, **rest)


def post(path, body=None, as_="su", q=None, **rest):
    return _step("POST", path, as_, q, body=body, **{"type": wire.JSON, **rest})


def patch(path, body=None, as_="su", q=None, **rest):
    return _step("PATCH", path, as_, q, body=body, **{"type": wire.JSON, **rest})


def put(path, body=None, as_="su", q=None, **rest):
    return _step("PUT", path, as_, q, body=body, **{"type": wire.JSON, **rest})


def raw(method, path, body: bytes, type=wire.JSON, as_="su", **rest):
    return _step(method, path, as_, None, body=body, type=type, **rest)


def form(method, path, pairs, as_="su", **rest):
    return _step(method, path, as_, None, body=wire.form(pairs), type="application/x-www-form-urlencoded", **rest)


def multipart(method, path, parts, as_="su", **rest):
    return _step(method, path, as_, None, body=wire.multipart(parts),
                 type=f"multipart/form-data; boundary={wire.BOUNDARY}", **rest)


def records(collection: str, id_: str | None = None) -> str:
    """The path of a collection's records, or of one of them."""
    return f"/api/collections/{collection}/records" + (f"/{id_}" if id_ else "")


def collection(name: str = "") -> str:
    return "/api/collections" + (f"/{name}" if name else "")


def encode(body) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return json.dumps(body, ensure_ascii=False).encode()


__all__ = ["Case", "Step", "Upload", "collection", "delete", "encode", "form", "get", "head", "multipart", "patch",
           "post", "put", "raw", "records"]
