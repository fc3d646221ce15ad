"""Makes two servers' answers comparable: replaces what no two runs share, and the few texts the contract leaves free.

Replaced: ids made by the server (numbered in order of appearance, so that equal ids stay equal), times of this run,
tokens (their claims stay), random parts of file and index names, states and verifiers of OAuth2, and prose the contract
declares free (mail templates, logos, the reason after "Raw error:"). Nothing else.
"""

import base64
import json
import re
import time
from datetime import datetime, timedelta, timezone

ID = re.compile(r"^[a-z0-9]{15}$")
ID_INSIDE = re.compile(r"\b[a-z0-9]{15}\b")
DERIVED_FIELD_ID = re.compile(r"^(text|number|bool|email|url|editor|date|autodate|select|file|relation|json|password)\d+$")
STAMP = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z$")
TOKEN = re.compile(r"^eyJ[\w-]+\.[\w-]+\.[\w-]+$")
STORED_FILE = re.compile(r"^(.+)_[a-z0-9]{10}(\.[\w.*+=#-]+)?$")
NAMED_FILE = re.compile(r'"(\w+?)(?:_[a-z0-9]{10}){1,2}(\.\w+)?" mime')
GHOST_FILE = re.compile(r"_[a-z0-9]{10}(\.\w+)")
SHORT_FILE = re.compile(r"^(.{0,2})[a-z0-9]{10}_<random>")
CLONE = re.compile(r"^_clone_\w{4}$")
SCAFFOLD_INDEX = re.compile(r"(idx_(?:tokenKey|email)_)[A-Za-z0-9]{10}(?=`)")
FREE_REASON = re.compile(r"((?:Raw error:|Invalid query -|Failed to create index \S+ -)\s*).*", re.S)
SAMPLE = re.compile(r'ex\.: ".*?"')
FREE_KEYS = {"logo", "subject"}
RANDOM_KEYS = {"state", "codeVerifier", "codeChallenge"}
ANSWER_HEADERS = ("content-type",)


class Normaliser:
    """One per case and server: numbers generated ids through all answers of the case."""

    def __init__(self, world_ids: set, requests: list, mask: dict, started: float):
        self.known = world_ids | set(ID_INSIDE.findall(repr(requests)))
        self.mask = {key: re.compile(pattern) for key, pattern in mask.items()}
        self.started = datetime.fromtimestamp(started, timezone.utc) - timedelta(seconds=5)
        self.seen = {}

    def answer(self, answer, step) -> dict:
        """The comparable form of one answer: plain JSON."""
        body = answer.body
        for unordered in ("items", "sample"):
            if isinstance(body, dict) and isinstance(body.get(unordered), list) and "sort=" not in step.path:
                body = {**body, unordered: sorted(body[unordered], key=lambda item: json.dumps(item, sort_keys=True))}
        out = {"status": answer.status, "body": self.value(body, "")}
        headers = {}
        for name in (*ANSWER_HEADERS, *step.watch):
            if name in answer.headers:
                headers[name] = answer.headers[name]
        if headers:
            out["headers"] = headers
        return out

    def value(self, value, key: str):
        if isinstance(value, dict):
            return {name: self.value(value[name], name) for name in value}
        if isinstance(value, list):
            return [self.value(item, key) for item in value]
        if isinstance(value, str):
            return self.text(value, key)
        return value

    def text(self, text: str, key: str) -> str:
        pattern = self.mask.get(key)
        if pattern is not None and pattern.search(text):
            return f"<{pattern.pattern}>"
        if text and key in FREE_KEYS or key == "body" and "<" in text:
            return "<free text>"
        if text and key in RANDOM_KEYS:
            return f"<random of {len(text)}>"
        if STAMP.match(text):
            return "<now>" if self._of_this_run(text) else text
        if TOKEN.match(text):
            return claims(text)
        if ID.match(text) and text not in self.known and not DERIVED_FIELD_ID.match(text):
            return self._generated(text)
        if CLONE.match(text):
            return "_clone_<random>"
        text = self.inner(text)
        if key == "invalidFiles" or text.startswith("Invalid new files"):
            text = GHOST_FILE.sub(r"_<random>\1", text)
        if key.startswith(("file", "avatar")):
            text = STORED_FILE.sub(r"\1_<random>\2", text)
            text = SHORT_FILE.sub(r"\1<random>_<random>", text)
        return text

    def inner(self, text: str) -> str:
        """Volatile parts inside a longer text: messages, index definitions, URLs."""
        text = FREE_REASON.sub(r"\1<reason>", text)
        text = SAMPLE.sub("ex.: <generated>", text)
        text = NAMED_FILE.sub(r'"\1_<random>\2" mime', text)
        text = SCAFFOLD_INDEX.sub(r"\1<random>", text)
        text = re.sub(r"(state|code_challenge)=[\w-]+", r"\1=<random>", text)
        return text

    def _generated(self, text: str) -> str:
        return self.seen.setdefault(text, f"<id {len(self.seen) + 1}>")

    def _of_this_run(self, text: str) -> bool:
        try:
            at = datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
        except ValueError:
            return False
        return self.started <= at <= datetime.now(timezone.utc) + timedelta(seconds=5)


def claims(token: str) -> str:
    """The claims the contract names, with the lifetime in place of the moment."""
    try:
        part = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        life = round((found["exp"] - time.time()) / 30) * 30
        named = {name: found[name] for name in ("type", "collectionId", "refreshable", "email", "newEmail") if name in found}
        return f"<token {json.dumps(named, sort_keys=True)} for {life} s>"
    except (ValueError, KeyError, IndexError):
        return "<unreadable token>"


def difference(left, right, path="") -> list[str]:
    """Paths at which two comparable answers differ; types count, order of keys does not."""
    if type(left) is not type(right):
        return [path or "."]
    if isinstance(left, dict):
        out = []
        for key in sorted(left.keys() | right.keys()):
            inner = f"{path}.{key}" if path else str(key)
            if key not in left or key not in right:
                out.append(inner)
            else:
                out += difference(left[key], right[key], inner)
        return out
    if isinstance(left, list):
        if len(left) != len(right):
            return [path or "."]
        return [p for i, (a, b) in enumerate(zip(left, right)) for p in difference(a, b, f"{path}.{i}" if path else str(i))]
    return [] if left == right else [path or "."]
