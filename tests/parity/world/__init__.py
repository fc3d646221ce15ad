"""Builds the same world on a server, through its API only."""

from harness.case import collection, multipart, patch, post, records
from harness.wire import Upload
from world import rows, schema

FILES = [
    multipart("PATCH", records("kinds", rows.rid("k1")), [
        ("file1", Upload("My File (1).TXT", b"hello")), ("file2", Upload("one.txt", b"1")), ("file2", Upload("two.png", rows.PNG))]),
]


def build(session) -> list[str]:
    """Creates collections and records and logs the callers in; the answer lists what failed."""
    session.login_superuser()
    steps = [patch("/api/settings", {"batch": {"enabled": True}, "meta": {"appName": "Parity", "appURL": "http://parity.test"}})]
    steps += [post(collection(), entry) for entry in schema.COLLECTIONS]
    steps += [patch(collection(name), change) for name, change in schema.LATER]
    steps += [post(records(name), row) for name, row in rows.ROWS]
    steps += FILES
    trouble = []
    for step in steps:
        answer = session.ask(step)
        if answer.status != 200:
            what = step.body.get("name") or step.body.get("id") if isinstance(step.body, dict) else ""
            trouble.append(f"{step.line()} {what}: {answer.status} {str(answer.body)[:300]}")
    if session.tokens["su"] is None:
        trouble.insert(0, "the superuser cannot log in")
    for caller, (name, identity) in rows.CALLERS.items():
        session.login(caller, name, identity, rows.PASSWORD)
        if session.tokens[caller] is None:
            trouble.append(f"{caller} cannot log in")
    return trouble


def ids() -> set:
    """Ids of the collections and records every case may rely on."""
    return {entry["id"] for entry in schema.COLLECTIONS} | {row["id"] for _, row in rows.ROWS}


__all__ = ["build", "ids"]
