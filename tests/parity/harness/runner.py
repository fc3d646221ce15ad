"""Asks one server all cases and keeps its answers in comparable form."""

import re
import sys
import time

from harness.case import Case, Step, encode
from harness.normal import Normaliser
from harness.server import SU_EMAIL, SU_PASSWORD, Server
from harness.wire import JSON, Wire

VARIABLE = re.compile(r"\{\{(\w+)\}\}")
VARIABLE_BYTES = re.compile(rb"\{\{\w+\}\}")


class Session:
    """One server, the tokens of its callers and the values saved by the case that runs."""

    def __init__(self, server: Server, world_ids: set):
        self.server = server
        self.wire = Wire(server.port)
        self.world_ids = world_ids
        self.started = time.time()
        self.tokens = {"guest": None}
        self.saved = {}

    def ask(self, step: Step):
        headers = {name: self.fill(value) for name, value in step.headers}
        token = self.tokens.get(step.as_) if not step.as_.startswith("raw:") else self.fill(step.as_[4:])
        if token:
            headers["Authorization"] = token
        try:
            body = step.body(self.saved) if callable(step.body) else step.body
        except (KeyError, TypeError, AttributeError) as error:
            body = {"an earlier step saved nothing": str(error)}
        payload = encode(body)
        if payload is not None:
            payload = VARIABLE_BYTES.sub(lambda found: self.fill(found[0].decode()).encode(), payload)
        if step.type and "Content-Type" not in headers:
            headers["Content-Type"] = step.type
        return self.wire.ask(step.method, self.fill(step.path), headers, payload)

    def fill(self, text: str) -> str:
        """Replaces saved values; a value that is missing because an earlier step failed becomes visible as such."""
        return VARIABLE.sub(lambda found: str(self.saved.get(found[1], f"missing-{found[1]}")), text)

    def login_superuser(self):
        answer = self.wire.ask("POST", "/api/collections/_superusers/auth-with-password", {"Content-Type": JSON},
                               encode({"identity": SU_EMAIL, "password": SU_PASSWORD}))
        self.tokens["su"] = pick(answer.body, "token")

    def login(self, caller: str, collection: str, identity: str, password: str):
        answer = self.wire.ask("POST", f"/api/collections/{collection}/auth-with-password", {"Content-Type": JSON},
                               encode({"identity": identity, "password": password}))
        self.tokens[caller] = pick(answer.body, "token")

    def run(self, case: Case) -> list:
        """The comparable answers of the case's steps; afterwards the world is as before."""
        self.saved = {}
        normal = Normaliser(self.world_ids, [(s.path, s.body, s.headers) for s in case.steps], case.mask, self.started)
        answers, made = [], []
        for step in case.steps:
            answer = self.ask(step)
            for name, path in step.save:
                self.saved[name] = pick(answer.body, path)
            made += creations(step, answer)
            if not step.quiet:
                answers.append(normal.answer(answer, step))
        for step in case.undo:
            self.ask(step)
        for path in reversed(made):
            if path.endswith("/records"):
                self._sweep(path)
            elif path.rsplit("/", 1)[1] not in self.world_ids:
                self.ask(Step("DELETE", path))
        return answers

    def _sweep(self, path: str):
        """Deletes what the world does not have: the answer of a creation did not carry the id (`fields`)."""
        found = self.ask(Step("GET", path + "?fields=id&perPage=1000&skipTotal=1")).body
        for item in found.get("items", []) if isinstance(found, dict) else []:
            if item["id"] not in self.world_ids:
                self.ask(Step("DELETE", f"{path}/{item['id']}"))


def creations(step: Step, answer) -> list:
    """Paths of what a step created, to be removed after the case."""
    if answer.status != 200 or step.method not in ("POST", "PUT"):
        return []
    path = step.path.split("?")[0]
    if path == "/api/batch" and isinstance(answer.body, list):
        return [p for item in answer.body if isinstance(item, dict) for p in record_path(item.get("body"))]
    if path == "/api/collections" and isinstance(answer.body, dict) and "id" in answer.body:
        return [f"/api/collections/{answer.body['id']}"]
    if path.endswith("/records"):
        return record_path(answer.body) or [path]
    return []


def record_path(body) -> list:
    if isinstance(body, dict) and "id" in body and "collectionId" in body:
        return [f"/api/collections/{body['collectionId']}/records/{body['id']}"]
    return []


def pick(body, path: str):
    """The value at a dotted path, or None; the empty path is the whole body."""
    for part in path.split(".") if path else ():
        if isinstance(body, list) and part.isdigit() and int(part) < len(body):
            body = body[int(part)]
        elif isinstance(body, dict):
            body = body.get(part)
        else:
            return None
    return body


def ask_all(session: Session, cases: list, watch_world=False) -> dict:
    """Case name → its comparable answers. `watch_world` reports cases that leave the world changed (slow)."""
    out = {}
    before = fingerprint(session) if watch_world else {}
    for case in cases:
        if not session.server.alive():
            out[case.name] = [{"status": 0, "body": "the server has ended: " + session.server.tail()[-400:]}]
            continue
        out[case.name] = session.run(case)
        if watch_world:
            after = fingerprint(session)
            changed = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
            if changed:
                print(f"{case.name} changed {', '.join(changed)}", file=sys.stderr)
                for name in changed:
                    print("   ", before.get(name), file=sys.stderr)
                    print("   ", after.get(name), file=sys.stderr)
                before = after
    return out


def fingerprint(session: Session) -> dict:
    """Collection → its definition and records without what every save changes; caller → whether the token works."""
    out = {f"token of {caller}": str(session.ask(Step("POST", "/api/files/token", caller)).status) for caller in session.tokens}
    listed = session.ask(Step("GET", "/api/collections?perPage=500")).body
    for entry in listed.get("items", []):
        found = session.ask(Step("GET", f"/api/collections/{entry['id']}/records?perPage=200&skipTotal=1")).body
        rows = [{k: v for k, v in row.items() if k not in ("updated", "au")} for row in found.get("items", [])]
        definition = {k: v for k, v in entry.items() if k != "updated" and not (entry["type"] == "view" and k == "fields")}
        out[entry["id"]] = repr(definition) + repr(sorted(rows, key=repr))
    return out
