"""records.md §16: several writes in one transaction."""

import json

from cases.rules import ruled
from harness.case import Case, Upload, get, multipart, patch, post, raw, records
from world.rows import ANN, MISSING, PNG, T1, rid

TAGS = "/api/collections/tags/records"
B1, B2 = rid("b1"), rid("b2")


def item(method, url, body=None, **rest):
    return {"method": method, "url": url, **({} if body is None else {"body": body}), **rest}


def batch(*items, as_="su", **rest):
    return post("/api/batch", {"requests": list(items)}, as_, **rest)


def settings(**changes):
    return patch("/api/settings", {"batch": changes}, q={"fields": "batch"})


STANDARD = {"enabled": True, "maxRequests": 50, "timeout": 3, "maxBodySize": 0}


def cases():
    yield Case("records/16/create", [batch(item("POST", TAGS, {"id": B1, "t": "one"}), item("POST", TAGS, {"id": B2, "t": "two"})), get(records("tags"), q={"filter": f"id = '{B1}' || id = '{B2}'", "sort": "id"})])
    yield Case("records/16/all-methods", [batch(
        item("POST", TAGS, {"id": B1, "t": "one", "w": 1}), item("PATCH", f"{TAGS}/{B1}", {"w+": 5}), item("PUT", TAGS, {"id": B1, "t": "put"}), item("PUT", TAGS, {"id": B2, "t": "new"}), item("DELETE", f"{TAGS}/{B2}")), get(records("tags", B1))])
    yield Case("records/16/put-without-id", [batch(item("PUT", TAGS, {"t": "x"})), batch(item("PUT", TAGS, {"id": "", "t": "x"})), batch(item("PUT", TAGS, {"id": "bad", "t": "x"})), batch(item("PUT", TAGS))])
    yield Case("records/16/later-sees-earlier", [batch(item("POST", TAGS, {"id": B1, "t": "one"}), item("POST", "/api/collections/posts/records?expand=tags&fields=*,expand.tags.t", {"id": B2, "t": "p", "tags": [B1]}))])
    yield Case("records/16/roll-back", [batch(item("POST", TAGS, {"id": B1, "t": "one"}), item("POST", TAGS, {"id": "bad"})), get(records("tags", B1)),
                                        batch(item("POST", TAGS, {"id": B1, "t": "one"}), item("POST", TAGS, {"id": B1, "t": "again"})), get(records("tags", B1)),
                                        batch(item("PATCH", f"{TAGS}/{T1}", {"t": "changed"}), item("DELETE", f"{TAGS}/{MISSING}")), get(records("tags", T1))])
    failing = {
        "get": item("GET", TAGS), "unknown-collection": item("POST", "/api/collections/nope/records", {}), "unknown-record": item("PATCH", f"{TAGS}/{MISSING}", {}), "unknown-delete": item("DELETE", f"{TAGS}/{MISSING}"), "other-url": item("POST", "/api/health", {}), "absolute": item("POST", "http://x" + TAGS, {}),
        "collections": item("POST", "/api/collections", {"name": "x"}), "auth": item("POST", "/api/collections/members/auth-with-password", {}), "trailing": item("POST", TAGS + "/", {}), "no-slash": item("POST", TAGS[1:], {}), "validation": item("POST", "/api/collections/strict/records", {"t_len": "a", "em": "x"}),
        "view": item("POST", "/api/collections/v_posts/records", {}), "post-with-id": item("POST", f"{TAGS}/{T1}", {}), "patch-without-id": item("PATCH", TAGS, {}), "put-with-id": item("PUT", f"{TAGS}/{T1}", {"t": "x"}), "unique": item("POST", "/api/collections/uniq/records", {"c": "name"}), "delete-required": item("DELETE", "/api/collections/owners/records/" + rid("o2")),
        "deeper": item("PATCH", f"{TAGS}/{T1}/x", {}), "query": item("POST", TAGS + "?fields=zzz:bad(1)", {"id": B1}), "expand-unknown": item("POST", TAGS + "?expand=zzz", {"id": B1}),
    }
    for name, bad in failing.items():
        yield Case(f"records/16/fails-{name}", [batch(bad), batch(item("POST", TAGS, {"id": B2, "t": "first"}), bad), get(records("tags", B2), q={"fields": "id"})])
    invalid = {
        "no-method": {"url": TAGS, "body": {}}, "no-url": {"method": "POST"}, "empty": {}, "null": None, "lower-case": item("post", TAGS, {}), "head": item("HEAD", TAGS), "long-url": item("POST", TAGS + "?x=" + "y" * 2000, {}), "body-text": item("POST", TAGS, "x"), "body-list": item("POST", TAGS, []), "body-null": {"method": "POST", "url": TAGS, "body": None},
        "headers-list": item("POST", TAGS, {}, headers=[]), "headers-number": item("POST", TAGS, {}, headers={"a": 1}), "extra-keys": item("POST", TAGS, {"id": B1}, zzz=1), "text": "x", "number": 5, "method-number": {"method": 1, "url": TAGS},
    }
    for name, bad in invalid.items():
        yield Case(f"records/16/item-{name}", [batch(bad)])
    yield Case("records/16/two-invalid", [batch(item("x", ""), item("POST", TAGS, {}), item("", TAGS))])
    for name, body in {"no-list": {}, "empty-list": {"requests": []}, "null-list": {"requests": None}, "object": {"requests": {}}, "text": {"requests": "x"}}.items():
        yield Case(f"records/16/body-{name}", [post("/api/batch", body)])
    yield Case("records/16/body-broken", [raw("POST", "/api/batch", b"{"), raw("POST", "/api/batch", b""), raw("POST", "/api/batch", b"[]"), raw("POST", "/api/batch", b"x", "text/plain"), get("/api/batch")])
    yield Case("records/16/too-many", [batch(*[item("POST", TAGS, {})] * 51)])
    yield Case("records/16/fifty", [post("/api/batch", {"requests": [item("POST", TAGS + "?fields=id,collectionId,t", {"t": str(i)}) for i in range(50)]})])
    yield Case("records/16/disabled", [settings(enabled=False), batch(item("POST", TAGS, {})), batch(item("POST", TAGS, {}), as_="guest"), post("/api/batch", {})], undo=[settings(**STANDARD)])
    yield Case("records/16/max-requests", [settings(maxRequests=1), batch(item("POST", TAGS, {}), item("POST", TAGS, {})), batch(item("POST", TAGS, {"id": B1}))], undo=[settings(**STANDARD)])
    yield Case("records/16/max-requests-0", [settings(maxRequests=0), settings(maxRequests=-1)], undo=[settings(**STANDARD)])
    yield Case("records/16/max-body", [settings(maxBodySize=100), batch(item("POST", TAGS, {"t": "x" * 200}))], undo=[settings(**STANDARD)])
    docs = "/api/collections/docs/records"
    for who in ("guest", "ann", "bob", "su"):
        yield Case(f"records/16/rules-{who}", [
            batch(item("POST", docs, {"id": B1, "t": "x", "owner": ANN}), as_=who), batch(item("PATCH", f"{docs}/{rid('d2')}?fields=t", {"t": "ann's"}), as_=who), batch(item("DELETE", f"{docs}/{rid('d1')}"), as_="guest"), batch(item("POST", "/api/collections/locked/records", {}), as_=who)])
        yield Case(f"records/16/shapes-{who}", [batch(item("POST", "/api/collections/hidden/records", {"t": "x", "secret": "s"}), item("PATCH", f"/api/collections/members/records/{ANN}?fields=nick,note,email", {"level": 3}), as_=who)])
    yield Case("records/16/own-authorization", [batch(item("POST", docs, {"t": "x", "owner": ANN}, headers={"Authorization": "junk"}), as_="ann")])
    ruled_url = "/api/collections/ruled/records?fields=id,collectionId,t"
    for name, rule, extra in [("context", "@request.context = 'batch'", {}), ("method", "@request.method = 'POST'", {}), ("header", "@request.headers.x_key = 'k'", {"headers": {"X-Key": "k"}}), ("query", "@request.query.fields ~ 't'", {}), ("outer-query", "@request.query.outer = '1'", {}), ("body", "@request.body.t = 'x'", {})]:
        yield ruled(f"16/rule-{name}", {"createRule": rule}, [post("/api/batch", {"requests": [item("POST", ruled_url, {"t": "x"}, **extra)]}, "ann", {"outer": 1}, headers={"X-Key": "outer"}), post("/api/batch", {"requests": [item("PUT", ruled_url, {"t": "x"}, **extra)]}, "ann")])
    yield ruled("16/rule-outer-header", {"createRule": "@request.headers.x_key = 'outer'"}, [post("/api/batch", {"requests": [item("POST", ruled_url, {"t": "x"})]}, "ann", headers={"X-Key": "outer"})])
    yield from uploads()
    yield Case("records/16/fields", [post("/api/batch", {"requests": [item("POST", TAGS, {"id": B1, "t": "x"})]}, q={"fields": "status"}), post("/api/batch", {"requests": [item("PATCH", f"{TAGS}/{B1}", {"t": "y"})]}, q={"fields": "body.t"}),
                                         post("/api/batch", {"requests": [item("PATCH", f"{TAGS}/{B1}?fields=t", {"t": "z"}), item("DELETE", f"{TAGS}/{B1}")]}, q={"fields": "status,body"})])
    yield Case("records/16/by-id", [batch(item("POST", "/api/collections/c_tags/records", {"id": B1}), item("POST", "/api/collections/TAGS/records", {"id": B2}))])
    yield Case("records/16/auth-record", [batch(item("POST", "/api/collections/members/records", {"id": B1, "email": "b1@example.com", "password": "secret1234", "passwordConfirm": "secret1234"}), as_="guest")])
    yield Case("records/16/coercion", [batch(item("POST", "/api/collections/kinds/records?fields=id,collectionId,t,n,b,s2", {"t": 12, "n": "5", "b": "true", "s2": "a"}))])


def uploads():
    kinds = "/api/collections/kinds/records?fields=id,collectionId,t,n,file1,file2"
    def sent(items, *files):
        return multipart("POST", "/api/batch", [("@jsonPayload", json.dumps({"requests": items})), *files])
    yield Case("records/16/multipart-plain", [sent([item("POST", kinds, {"t": "x", "n": 1})])])
    yield Case("records/16/multipart-file", [sent([item("POST", kinds, {"t": "x"}), item("POST", kinds, {"t": "y"})], ("requests.0.file1", Upload("zero.txt", b"0")), ("requests[1].file1", Upload("one.txt", b"1")))],
               mask={"file1": r"^(zero|one)_[a-z0-9]{10}(_[a-z0-9]{10})?\.txt$"})
    yield Case("records/16/multipart-several", [sent([item("POST", kinds, {"t": "x"})], ("requests.0.file2", Upload("aaa.txt", b"0")), ("requests.0.file2", Upload("bbb.png", PNG)))],
               mask={"file2": r"^(aaa|bbb)_[a-z0-9]{10}(_[a-z0-9]{10})?\.(txt|png)$"})
    yield Case("records/16/multipart-append", [sent([item("POST", kinds, {"t": "x"})], ("requests.0.file2+", Upload("aaa.txt", b"0")))], mask={"file2": r"^aaa_[a-z0-9]{10}(_[a-z0-9]{10})?\.txt$"})
    yield Case("records/16/multipart-outside", [sent([item("POST", kinds, {"t": "x"})], ("requests.7.file1", Upload("aaa.txt", b"0")), ("zzz", Upload("bbb.txt", b"0")))])
    yield Case("records/16/multipart-bad-json", [multipart("POST", "/api/batch", [("@jsonPayload", "{")]), multipart("POST", "/api/batch", [("zzz", "1")]), multipart("POST", "/api/batch", [("requests", "x")])])
    yield Case("records/16/multipart-keys", [multipart("POST", "/api/batch", [("requests.0.method", "POST"), ("requests.0.url", TAGS)])])
    yield Case("records/16/multipart-two-payloads", [multipart("POST", "/api/batch", [("@jsonPayload", json.dumps({"requests": [item("POST", TAGS, {"id": B1})]})), ("@jsonPayload", "{}")])])
    yield Case("records/16/multipart-rejected-file", [sent([item("POST", "/api/collections/strict/records", {})], ("requests.0.file_png", Upload("pic.png", b"no picture")))])
