"""collections.md §3, §7, §8: system collections, views, endpoints."""

from harness.case import Case, collection, delete, get, head, patch, post, put, raw, records
from world.rows import ANN, PASSWORD, T1, rid

SYSTEM = ["_superusers", "_externalAuths", "_mfas", "_otps", "_authOrigins", "users"]
T = {"name": "t", "type": "text"}


def cases():
    yield from system()
    yield from listing()
    yield from guards()
    yield from views()
    yield from dropping()
    yield from importing()
    yield from meta()


def system():
    """§3."""
    for name in SYSTEM:
        yield Case(f"collections/3/{name}", [get(collection(name))])
        yield Case(f"collections/3/{name}-refused", [delete(collection(name))] if name != "users" else [get(collection("_pb_users_auth_"), q={"fields": "name"})])
    good = {"collectionRef": "c_members", "recordRef": ANN, "provider": "google", "providerId": "1"}
    for i, change in enumerate([{}, {"collectionRef": "nope"}, {"collectionRef": "c_tags", "recordRef": T1}, {"recordRef": "nope"}, {"provider": "zzz"}, {"provider": ""}, {"providerId": ""}, {"collectionRef": "members"}, {"recordRef": ""}]):
        yield Case(f"collections/3/external-{i}", [post(records("_externalAuths"), {**good, **change}), get(records("_externalAuths"), "ann", {"fields": "provider"}), get(records("_externalAuths"), "bob", {"fields": "provider"})])
    yield Case("collections/3/external-twice", [post(records("_externalAuths"), good), post(records("_externalAuths"), good), post(records("_externalAuths"), {**good, "recordRef": rid("bob")})])
    yield Case("collections/3/external-unlink", [post(records("_externalAuths"), {**good, "id": rid("ext")}), delete(records("_externalAuths", rid("ext")), "bob"), delete(records("_externalAuths", rid("ext")), "ann")])
    for name, row in {"_mfas": {"method": "password"}, "_otps": {"password": "12345678"}, "_authOrigins": {"fingerprint": "abc"}}.items():
        yield Case(f"collections/3/refs-{name}", [post(records(name), {"collectionRef": "c_members", "recordRef": ANN, **row}), post(records(name), {"collectionRef": "c_members", "recordRef": "nope", **row}), post(records(name), {"collectionRef": "c_members", "recordRef": ANN}), post(records(name), {}, "ann"), get(records(name), "ann", {"fields": "collectionRef"}), get(records(name), "bob", {"fields": "collectionRef"})])
    yield Case("collections/3/superuser-verified", [post(records("_superusers"), {"id": rid("su2"), "email": "su2@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD, "verified": False}), patch(records("_superusers", rid("su2")), {"verified": False}, q={"fields": "verified"})])
    yield Case("collections/3/superusers-options", [patch(collection("_superusers"), {"oauth2": {"enabled": True, "providers": [{"name": "google", "clientId": "a", "clientSecret": "b"}]}, "passwordAuth": {"enabled": False}}, q={"fields": "oauth2,passwordAuth"})])


def listing():
    """§8.1, §8.2."""
    for i, q in enumerate([{"filter": "name ~ 'v_'"}, {"filter": "type = 'view'", "sort": "name"}, {"filter": "system = true", "sort": "-name"}, {"filter": "id = 'c_posts'"}, {"sort": "name", "perPage": 3, "page": 2}, {"filter": "type = 'view'", "skipTotal": 1, "sort": "name"}, {"filter": "listRule = ''"}, {"filter": "zzz = 1"}, {"sort": "fields"}, {"filter": "name ="}, {"sort": "-type,name", "filter": "system=false && type='auth'"}, {"filter": "created > '2024' && name = 'tags'"},
                              {"filter": "name ?= 'tags'"}, {"filter": "@request.auth.id != ''", "perPage": 1}, {"page": "x"}, {"filter": "name = 'tags'", "fields": "*,fields.name"}, {"filter": "indexes ~ 'x'"}, {"filter": "name:lower = 'tags'", "fields": "name"}]):
        q = {"fields": "name,type", **q}
        yield Case(f"collections/8.1/list-{i:02}", [get(collection(), q=q)])
    for name in ("posts", "c_posts", "POSTS", "C_POSTS", "nope", "pbc_3142635823", "_superusers", "%20", "x" * 300):
        yield Case(f"collections/8.2/view-{name[:20]}", [get(collection(name), q={"fields": "id,name"})])
    yield Case("collections/8.2/trailing-slash", [get("/api/collections/"), get(collection("posts") + "/")])
    yield Case("collections/8.2/head", [head(collection()), head(collection("posts")), head(collection("nope"))])


def guards():
    """§8: superusers only."""
    for who in ("guest", "ann", "raw:junk", "raw:Bearer junk"):
        yield Case(f"collections/8/guard-{who.split(':')[-1].replace(' ', '-').lower()}", [
            get(collection(), who), get(collection("posts"), who), get(collection("nope"), who), post(collection(), {}, who), raw("POST", collection(), b"{", as_=who), patch(collection("posts"), {}, who), delete(collection("posts"), who), delete(collection("posts") + "/truncate", who),
            put(collection("import"), {}, who), get(collection("meta/scaffolds"), who), get(collection("meta/oauth2-providers"), who), post(collection("meta/dry-run-view"), {}, who)])


QUERIES = {
    "clone": "select id, t, n, b, d, j, s2, g, author, tags from posts", "alias": "select id, t as title from posts", "star": "select * from posts", "table-star": "select posts.* from posts", "no-id": "select t from posts", "upper-id": "select id as ID, t from posts", "id-alias": "select t as id from tags", "count": "select id, count(id) as c from posts group by id", "count-star": "select (ROW_NUMBER() OVER()) as id, count(*) as c from posts",
    "sum": "select id, sum(n) as s from posts group by id", "total": "select id, total(n) as s from posts group by id", "max": "select id, max(n) as s from posts group by id", "arithmetic": "select id, n * 2 as twice from posts", "no-alias": "select id, n * 2 from posts", "quoted-alias": "select id, t as 'title' from posts", "backtick": "select `id`, `t` from `posts`", "brackets": "select [id], [t] as [title] from [posts]",
    "cast-real": "select id, cast(n as real) as x from posts", "cast-decimal": "select id, cast(n as decimal) as x from posts", "cast-int": "select id, cast(n as integer) as x from posts", "cast-text": "select id, cast(n as text) as x from posts", "cast-bool": "select id, cast(b as boolean) as x from posts", "cast-json": "select id, cast(j as json) as x from posts", "join": "select p.id, p.t, a.t as author_name, a.id as author_id from posts p left join authors a on a.id = p.author",
    "join-comma": "select posts.id, authors.t from posts, authors where authors.id = posts.author", "as-alias": "select p.id as id, p.t from posts as p", "subquery": "select id, (select count(*) from tags) as c from posts", "from-subquery": "select id, t from (select id, t from posts)", "union": "select id, t from posts union select id, t from tags", "with": "with x as (select id, t from posts) select id, t from x", "case-column": "select ID as id, T as title from posts", "comment": "select id, /* c */ t -- x\n from posts",
    "semicolon": "select id from posts;;", "two": "select id from posts; select id from tags", "empty": "", "null": None, "garbage": "hello", "insert": "insert into posts (id) values ('x')", "delete": "delete from posts", "unknown-table": "select id from zzz", "unknown-column": "select id, zzz from posts", "duplicate-ids": "select author as id from posts", "empty-ids": "select author as id, t from posts where author = ''", "number-id": "select w as id, t from tags", "bad-name": "select id, t as 'with space' from posts",
    "via-name": "select id, t as a_via_b from posts", "reserved": "select id, t as expand from posts", "duplicate-column": "select id, t, n as t from posts", "of-view": "select id, twice from v_posts", "hidden": "select id, secret, hrel from hidden", "auth": "select id, email, password, tokenKey, verified from members", "system-table": "select id, name from _collections", "params": "select id, value from _params", "literal": "select id, 'x' as lit, 5 as num, null as nil from tags", "json-extract": "select id, json_extract(j, '$.a') as a from posts",
    "file": "select id, file1 as file_one, file2 from kinds", "relation-of-join": "select c.id, c.doc, d.owner from comments c join docs d on d.id = c.doc", "coalesce": "select id, coalesce(t, 'x') as t2 from posts", "iif": "select id, iif(n > 1, 'a', 'b') as ab from posts", "where-order": "select id, n from posts where n > 0 order by n desc limit 2", "autodates": "select id, created, updated from stamped", "long": "select id, t from posts where t != '" + "x" * 600 + "'", "avg": "select id, avg(n) as m from posts group by id", "distinct": "select distinct id, t from posts", "upper": "SELECT ID AS id FROM POSTS", "group": "select min(id) as id, kind, count(id) as amount from numbers group by kind",
    "collation": "select id, t collate zzz as x from posts", "parameter": "select id from tags where t = ?", "named-parameter": "select id from tags where t = :t",
    "self-relation": "select n.id, n.parent, m.name as up from nodes n left join nodes m on m.id = n.parent", "parentheses": "(select id from posts)", "values": "values (1)", "newline-lists": "select\n  id,\n  t\nfrom\n  posts", "concat": "select id, t || 'x' as tx from tags", "group-concat": "select 'all' as id, group_concat(t) as list from tags", "pragma": "pragma table_info(posts)", "too-long": "select id from posts where t != '" + "y" * 5000 + "'",
}


def views():
    """§7, §8.10."""
    for name, query in QUERIES.items():
        yield Case(f"collections/7/{name}", [post(collection(), {"id": "c_made", "name": "made", "type": "view", "viewQuery": query, "listRule": ""}), get(records("made"), q={"sort": "id"})],
                   mask={"tokenKey": "^[A-Za-z0-9]{50}$"})
        yield Case(f"collections/8.10/{name}", [post(collection("meta/dry-run-view"), {"query": query})],
                   mask={"collectionId": "^(?!c_)", "collectionName": "."})
    view = {"id": "c_made", "name": "made", "type": "view", "viewQuery": "select id, t from posts"}
    for i, change in enumerate([{"createRule": ""}, {"updateRule": "id = ''", "deleteRule": ""}, {"listRule": "t != ''", "viewRule": "n = 1"}, {"fields": [{"name": "zzz", "type": "text"}]}, {"listRule": "@request.auth.id != '' && t = 'x'"}, {"system": False, "authRule": "x"}]):
        yield Case(f"collections/7/options-{i}", [post(collection(), {**view, **change})])
    new = post(collection(), view, quiet=True)
    yield Case("collections/7/update-query", [new, patch(collection("made"), {"viewQuery": "select id, n from posts"}), get(records("made"), q={"sort": "id"}), patch(collection("made"), {"viewQuery": "broken"}), get(records("made"), q={"sort": "id", "fields": "id,n"})])
    yield Case("collections/7/update-other", [new, patch(collection("made"), {"listRule": ""}, q={"fields": "listRule,fields.id"}), patch(collection("made"), {"fields": []}, q={"fields": "fields.name"}), patch(collection("made"), {"name": "moved"}, q={"fields": "name"}), get(records("moved"), q={"fields": "id", "sort": "id"})])
    yield Case("collections/7/writes", [new, post(records("made"), {}), patch(records("made", "x"), {}), delete(records("made", "x")), delete(collection("made") + "/truncate")])
    yield Case("collections/7/relation-to-view", [new, post(collection(), {"name": "made2", "fields": [{"name": "r", "type": "relation", "collectionId": "c_made", "maxSelect": 1}]})])
    yield Case("collections/7/view-of-view", [new, post(collection(), {"id": "c_made2", "name": "made2", "type": "view", "viewQuery": "select id, t as tt from made"}), get(records("made2"), q={"sort": "id"}), delete(collection("made")), delete(collection("made2")), delete(collection("made"))])
    yield Case("collections/7/sees-changes", [post(collection(), {**view, "viewQuery": "select id, t from tags"}, quiet=True), post(records("tags"), {"id": rid("t9"), "t": "new"}, quiet=True), get(records("made", rid("t9"))), get(records("made"), q={"filter": "t = 'new'"})])
    for i, body in enumerate([{}, {"query": 5}, {"query": "x" * 5001}, None]):
        yield Case(f"collections/8.10/body-{i}", [post(collection("meta/dry-run-view"), body)])


def dropping():
    """§8.5, §8.6."""
    def made(name, *fields, **more):
        return post(collection(), {"id": f"c_{name}", "name": name, "fields": [T, *fields], **more}, quiet=True)
    to = lambda name, **o: {"name": "r", "type": "relation", "collectionId": f"c_{name}", "maxSelect": 1, **o}
    row = lambda name, id_, **o: post(records(name), {"id": rid(id_), "t": "x", **o}, quiet=True)
    yield Case("collections/8.5/plain", [made("made"), row("made", "m1"), delete(collection("made")), get(collection("made")), get(records("made")), delete(collection("made"))])
    yield Case("collections/8.5/by-id", [made("made"), delete(collection("c_made"))])
    yield Case("collections/8.5/unknown", [delete(collection("nope")), delete(collection("nope") + "/truncate")])
    yield Case("collections/8.5/referenced", [made("made"), made("made2", to("made")), delete(collection("made")), delete(collection("made2")), delete(collection("made"))])
    yield Case("collections/8.5/self-reference", [made("made"), patch(collection("made"), {"fields": [T, to("made")]}, q={"fields": "fields.name"}), delete(collection("made"))])
    yield Case("collections/8.5/view-depends", [made("made"), post(collection(), {"id": "c_made2", "name": "made2", "type": "view", "viewQuery": "select id, t from made"}, quiet=True), delete(collection("made")), delete(collection("made2")), delete(collection("made"))])
    yield Case("collections/8.5/auth", [post(collection(), {"id": "c_made", "name": "made", "type": "auth"}, quiet=True), post(records("made"), {"id": rid("zed"), "email": "zed@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD}, quiet=True),
                                          post(records("_externalAuths"), {"collectionRef": "c_made", "recordRef": rid("zed"), "provider": "google", "providerId": "7"}, quiet=True), delete(collection("made")), get(records("_externalAuths"), q={"filter": "providerId = '7'"})])
    yield Case("collections/8.6/plain", [made("made"), row("made", "m1"), row("made", "m2"), delete(collection("made") + "/truncate"), get(records("made")), delete(collection("made") + "/truncate")])
    yield Case("collections/8.6/cascade", [made("made"), made("made2", to("made", cascadeDelete=True)), row("made", "m1"), row("made2", "m2", r=rid("m1")), delete(collection("made") + "/truncate"), get(records("made2"))])
    yield Case("collections/8.6/required", [made("made"), made("made2", to("made", required=True)), row("made", "m1"), row("made", "m0"), row("made2", "m2", r=rid("m1")), delete(collection("made") + "/truncate"), get(records("made"), q={"sort": "id"})])
    yield Case("collections/8.6/view", [delete(collection("v_posts") + "/truncate"), delete(collection("_superusers") + "/truncate")])
    yield Case("collections/8.6/methods", [post(collection("posts") + "/truncate", {}), put(collection("posts"), {}), put(collection(), {}), post(collection("posts"), {})])


def importing():
    """§8.7. All without deleteMissing; that one is in last.py."""
    def sent(*entries, **more):
        return put(collection("import"), {"collections": list(entries), **more})
    made = {"id": "c_made", "name": "made", "type": "base", "fields": [{"id": "f_t", "name": "t", "type": "text"}, {"id": "f_n", "name": "n", "type": "number"}]}
    gone = [delete(collection(name)) for name in ("c_made2", "c_made", "made", "made2")]
    look = get(collection("made"))
    new = post(collection(), made, quiet=True)
    table = {
        "new": [sent(made), look], "new-two": [sent(made, {"id": "c_made2", "name": "made2", "type": "auth"}), look, get(collection("made2"), q={"fields": "id,name,type,fields.name"})], "no-id": [sent({k: v for k, v in made.items() if k != "id"}), look], "view-before-table": [sent({"id": "c_made2", "name": "made2", "type": "view", "viewQuery": "select id, t from made"}, made), get(collection("made2"), q={"fields": "fields.name,type"})],
        "relation-forward": [sent({"id": "c_made2", "name": "made2", "fields": [{"name": "r", "type": "relation", "collectionId": "c_made"}]}, made), get(collection("made2"), q={"fields": "fields.name"})], "merge-option": [new, sent({"id": "c_made", "listRule": ""}), look], "merge-by-name": [new, sent({"name": "made", "listRule": ""}), look], "rename": [new, sent({"id": "c_made", "name": "moved"}), get(collection("c_made"), q={"fields": "name"})],
        "keeps-fields": [new, sent({**made, "fields": [{"id": "f_t", "name": "t", "type": "text", "max": 9}]}), look], "adds-fields": [new, sent({**made, "fields": [*made["fields"], {"name": "b", "type": "bool"}]}), look], "renames-field": [new, sent({**made, "fields": [{"id": "f_t", "name": "title", "type": "text"}]}), look], "other-id-same-name": [new, sent({**made, "fields": [{"id": "f_other", "name": "t", "type": "text", "max": 7}]}), look],
        "other-type-same-name": [new, sent({**made, "fields": [{"id": "f_other", "name": "t", "type": "number"}]}), look], "type-change": [new, sent({**made, "type": "auth"})], "bad-name": [sent({**made, "name": "with space"})], "bad-rule": [sent({**made, "listRule": "zzz = 1"})], "second-bad": [sent(made, {"id": "c_made2", "name": ""}), look], "bad-field-type": [sent({**made, "fields": [{"name": "x", "type": "zzz"}]})], "bad-index": [sent({**made, "indexes": ["CREATE INDEX i_made ON made (zzz)"]})],
        "no-name": [sent({"id": "c_made"})], "same-name-twice": [sent(made, {**made, "id": "c_made2"})], "same-twice": [sent(made, made), look], "system": [sent({"name": "_superusers", "authToken": {"duration": 86400}}), sent({"name": "_superusers", "listRule": ""})], "bad-view": [sent({"id": "c_made", "name": "made", "type": "view", "viewQuery": "select"})], "records-kept": [new, post(records("made"), {"id": rid("m1"), "t": "kept"}, quiet=True), sent({**made, "fields": [{"id": "f_t", "name": "title", "type": "text"}]}), get(records("made"))],
    }
    for name, steps in table.items():
        yield Case(f"collections/8.7/{name}", steps, undo=gone)
    for i, body in enumerate([{}, {"collections": []}, {"collections": None}, {"collections": {}}, {"collections": ["x"]}, {"collections": [None]}, {"collections": [{}]}, {"collections": [{"name": 5}]}, {"collections": [made], "deleteMissing": "x"}]):
        yield Case(f"collections/8.7/body-{i}", [put(collection("import"), body)], undo=gone)
    yield Case("collections/8.7/broken", [raw("PUT", collection("import"), b"{"), raw("PUT", collection("import"), b""), post(collection("import"), {"collections": [made]}), get(collection("import"))], undo=gone)


def meta():
    """§8.8, §8.9."""
    yield Case("collections/8.8/scaffolds", [get(collection("meta/scaffolds"))])
    yield Case("collections/8.8/fields", [get(collection("meta/scaffolds"), q={"fields": "base.name,auth.fields.name,view.type"})])
    yield Case("collections/8.9/providers", [get(collection("meta/oauth2-providers"))])
    yield Case("collections/8/meta-unknown", [get(collection("meta")), get(collection("meta/zzz")), post(collection("meta/scaffolds"), {})])
