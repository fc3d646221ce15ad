"""records.md §6: who may see and do what. The rules of collection `ruled` are set by each case and put back."""

from harness.case import Case, Upload, collection, delete, get, multipart, patch, post, records
from world.rows import ANN, BOB, CAT, D1, D2, D3, P1, PNG, T1, T2, rid

R1, R2, R3 = rid("r1"), rid("r2"), rid("r3")
CLEAR = {"listRule": None, "viewRule": None, "createRule": None, "updateRule": None, "deleteRule": None}


def ruled(name, rules, steps):
    """A case with other rules on `ruled`."""
    return Case(f"records/{name}", [patch(collection("ruled"), rules, q={"fields": "name"}), *steps], undo=[patch(collection("ruled"), CLEAR)])


def listing(name, rule, *callers, **options):
    return ruled(name, {"listRule": rule}, [
        get(records("ruled"), who, {"fields": "id", "sort": "id", **options.get("q", {})}, headers=options.get("headers", {})) for who in callers or ("guest", "ann")])


def creating(name, rule, *bodies, who="ann"):
    """The record of each body comes back as t, n, s2 only: the rest is said elsewhere."""
    return ruled(name, {"createRule": rule}, [post(records("ruled"), body, who, {"fields": "t,n,s2,tags"}, save={}) for body in bodies])


def updating(name, rule, *bodies, who="ann"):
    restore = {"t": "one", "n": 1, "tag": T1, "tags": [T1, T2], "s2": ["a", "b"], "j": {"a": 1}, "owner": ANN, "secret": "s"}
    case = ruled(name, {"updateRule": rule}, [patch(records("ruled", R1), body, who, {"fields": "t,n,s2,tags,j"}) for body in bodies])
    case.undo.append(patch(records("ruled", R1), restore))
    return case


def cases():
    yield from outcomes()
    yield from sees()
    yield from identifiers()
    yield from modifiers()
    yield from client_filters()
    yield from managers()
    yield from invalid_rules()


def outcomes():
    """§6.1: every rule × null, expression, empty × guest, user."""
    for rule_name, rule in (("null", None), ("open", ""), ("own", "owner = @request.auth.id && owner != ''"), ("never", "id = 'x'")):
        for who in ("guest", "ann", "su"):
            new = {"id": rid("r9"), "t": "nine", "owner": ANN}
            yield ruled(f"6.1/{rule_name}-{who}", {name: rule for name in CLEAR}, [
                get(records("ruled"), who, {"sort": "id"}), get(records("ruled", R1), who), get(records("ruled", R2), who),
                post(records("ruled"), new, who), patch(records("ruled", rid("r9")), {"n": 9}, who), delete(records("ruled", rid("r9")), who)])
    yield ruled("6.1/mixed", {"listRule": "", "viewRule": None, "createRule": "", "updateRule": None, "deleteRule": None}, [
        get(records("ruled"), "guest", {"sort": "id", "fields": "id"}), get(records("ruled", R1), "guest"), patch(records("ruled", R1), {}, "guest"), delete(records("ruled", R1), "guest")])
    for who in ("guest", "ann", "bob", "cat"):
        yield Case(f"records/6.1/docs-{who}", [get(records("docs"), who, {"sort": "id"}), *[get(records("docs", i), who, {"fields": "id,t,secret"}) for i in (D1, D2, D3, rid("d4"))]])
        yield Case(f"records/6.1/docs-writes-{who}", [
            patch(records("docs", D1), {"t": "public"}, who, {"fields": "t"}), patch(records("docs", D3), {"t": "bob's"}, who, {"fields": "t"}), delete(records("docs", D1), who),
            post(records("docs"), {"t": "new", "owner": ANN}, who, {"fields": "t,owner,views"}), post(records("docs"), {"t": "new", "owner": ANN, "views": 1}, who), post(records("docs"), {"t": "x"}, who)])
        yield Case(f"records/6.1/teams-{who}", [get(records("teams"), who, {"sort": "id"}), get(records("teams", rid("team1")), who), post(records("teams"), {"t": "n", "lead": ANN}, who, {"fields": "t,lead"}),
                                                 patch(records("teams", rid("team1")), {"t": "one"}, who, {"fields": "t"}), patch(records("teams", rid("team1")), {"lead": BOB}, who, {"fields": "t"})])
    yield Case("records/6.1/view-rules", [get(records("v_docs"), who, {"sort": "id"}) for who in ("guest", "ann", "su")] + [get(records("v_docs", D1), "guest"), get(records("v_docs", D2), "ann"),
               get(records("v_plain"), "guest", {"sort": "id"}), get(records("v_plain", "1"), "guest"), get(records("v_plain", "1"))])


def sees():
    """§6.2."""
    yield creating("6.2/create-virtual-row", "t = 'yes'", {"t": "yes"}, {"t": "no"}, {})
    yield creating("6.2/create-defaults", "n = 0 && t = '' && s2 = '[]' && j = null && tag = ''", {}, {"n": 1})
    yield creating("6.2/create-coerced", "n = 5 && s2 = '[\"a\"]'", {"n": "5", "s2": "a"}, {"n": "x"})
    yield creating("6.2/create-id-placeholder", "id != ''", {}, {"id": rid("given")})
    yield creating("6.2/create-id-given", f"id = '{rid('given')}'", {}, {"id": rid("given")}, {"id": rid("other")})
    yield creating("6.2/create-relation", "tag.t = 'red' && tags.t ?= 'green'", {"tag": T1, "tags": [T2]}, {"tag": T2, "tags": [T2]}, {"tag": T1})
    yield creating("6.2/create-multi-all", "tags.w > 1", {"tags": [T2]}, {"tags": [T1, T2]}, {"tags": []})
    yield creating("6.2/create-own-collection", "@collection.ruled.t ?= 'one' && @collection.ruled.t ?!= t", {"t": "fresh"})
    yield creating("6.2/create-unique-name", "@collection.ruled.t != t", {"t": "one"}, {"t": "other"})
    yield creating("6.2/create-owner", "owner = @request.auth.id", {"owner": ANN}, {"owner": BOB}, {})
    yield creating("6.2/create-owner-guest", "owner = @request.auth.id", {"owner": ANN}, {}, who="guest")
    yield creating("6.2/create-body", "@request.body.t = 'yes' && @request.body.zzz = 'extra'", {"t": "yes", "zzz": "extra"}, {"t": "yes"})
    yield creating("6.2/create-body-coerced", "@request.body.n = 5", {"n": "5"}, {"n": 5}, {"n": "x5"})
    yield creating("6.2/create-body-modifier", "@request.body.n = 3 && @request.body.s2:length = 2", {"n+": 3, "s2+": ["a", "b"]}, {"n+": 1, "s2+": ["a"]})
    yield creating("6.2/create-hidden", "secret = ''", {"secret": "x"}, {})
    yield creating("6.2/create-json", "j.a = 1", {"j": {"a": 1}}, {"j": {"a": 2}}, {"j": "{\"a\":1}"})
    yield creating("6.2/create-each", "s2:each ~ 'a' || s2:length = 0", {"s2": ["a"]}, {"s2": ["a", "b"]}, {})
    yield updating("6.2/update-before", "t = 'one'", {"t": "two"}, {"t": "three"})
    yield updating("6.2/update-body", "@request.body.t = 'ok'", {"t": "ok"}, {"t": "no"}, {"n": 1})
    yield updating("6.2/update-body-modifier", "@request.body.n = 4", {"n+": 3}, {"n+": 3}, {"n": 4})
    yield updating("6.2/update-related", "tags.w ?= 1 && tag.t = 'red'", {"n": 5}, {"tag": T2}, {"n": 6})
    yield updating("6.2/update-body-relation", "@request.body.tag.t = 'green'", {"tag": T2}, {"tag": T1}, {})
    yield updating("6.2/update-body-relations", "@request.body.tags.w ?= 3", {"tags": [T1]}, {"tags": [T1, rid("t3")]}, {"tags+": rid("t3")})
    yield updating("6.2/update-body-relations-all", "@request.body.tags.w > 1", {"tags": [T1, T2]}, {"tags": [T2]}, {"tags": []})
    yield updating("6.2/update-back", "owner.docs_via_owner.t ?= 'public'", {"n": 2})
    yield ruled("6.2/delete", {"deleteRule": "@request.auth.role = 'admin'"}, [
        post(records("ruled"), {"id": rid("r8"), "t": "x"}), delete(records("ruled", rid("r8")), "bob"), delete(records("ruled", rid("r8")), "ann")])
    yield ruled("6.2/view", {"viewRule": "n > 1 || @request.query.key = 'open'"}, [
        get(records("ruled", R1), "guest"), get(records("ruled", R2), "guest", {"fields": "id"}), get(records("ruled", R1), "guest", {"key": "open", "fields": "id"})])


def identifiers():
    """§6.3, §6.4 inside rules."""
    lists = {
        "guest-null-owner": "owner = @request.auth.id", "auth-id": "@request.auth.id != ''", "auth-role": "@request.auth.role = 'admin'", "auth-hidden": "@request.auth.note = 'boss'", "auth-collection": "@request.auth.collectionName = 'members'",
        "auth-collection-id": "@request.auth.collectionId = 'c_members'", "auth-relation": "@request.auth.likes.t ?= 'red'", "auth-relation-join": "tag.id ?= @request.auth.likes.id", "auth-back": "@request.auth.docs_via_owner.t ?= 'public'",
        "auth-back-join": "@request.auth.teams_via_people.lead ?= owner", "auth-email": "@request.auth.email = 'ann@example.com'", "auth-verified": "@request.auth.verified = true", "auth-unknown": "@request.auth.zzz = ''",
        "auth-number": "n < @request.auth.level", "method": "@request.method = 'GET'", "context": "@request.context = 'default'", "owner-hidden": "owner.note = 'boss'", "owner-email": "owner.email = 'bob@example.com'", "hidden-field": "secret = 's'",
        "other": "@collection.tags.t ?= t || n = 1", "other-auth": "@collection.members.id ?= owner && @collection.members.role ?= 'editor'", "other-null-rule": "@collection.locked.t ?= 'vault'", "macro": "@now > '2024'", "tags-all": "tags.w < 3", "tags-any": "tags.w ?= 1",
        "comment": "n = 1 // because\n || n = 2", "null": "t = null", "function": "geoDistance(n, 0, 0, 0) < 120", "bool": "@request.auth.emailVisibility = true", "each": "s2:each = 'c'", "length": "tags:length > 1", "file": "file1 = ''",
        "constants": "1 = 1", "constants-false": "1 > 2", "or-auth": "n = 1 || @request.auth.id != ''", "auth-likes-whole": f"@request.auth.likes ~ '{T1}'", "auth-likes-length": "@request.auth.likes:length = 2", "auth-likes-each": f"@request.auth.likes:each ?= '{T1}'",
    }
    for name, rule in lists.items():
        yield listing(f"6.3/rule-{name}", rule, "guest", "ann", "bob", "sue")
    yield listing("6.3/rule-header", "@request.headers.x_key = 'k'", headers={"X-Key": "k"})
    yield listing("6.3/rule-header-missing", "@request.headers.x_key = 'k'")
    yield listing("6.3/rule-query", "t = @request.query.name", q={"name": "two"})
    yield listing("6.3/rule-query-isset", "@request.query.name:isset = true", q={"name": ""})
    yield listing("6.3/rule-query-missing", "@request.query.name:isset = true")
    yield listing("6.3/rule-query-lower", "@request.query.name:lower = 'two'", q={"name": "TWO"})
    yield listing("6.3/rule-header-isset", "@request.headers.x_key:isset = true", headers={"X-Key": ""})
    yield listing("6.3/rule-content-type", "@request.headers.content_type = 'application/json'", headers={"Content-Type": "application/json"})
    yield creating("6.3/body-nested", "@request.body.obj.a.0 = 7", {"obj": {"a": [7]}}, {"obj": {"a": [8]}}, {})
    yield creating("6.3/body-object-text", "@request.body.j = '{\"a\":1}'", {"j": {"a": 1}}, {"j": {"a": 2}})
    yield creating("6.3/body-array-text", "@request.body.s2 = '[\"a\",\"b\"]'", {"s2": ["a", "b"]}, {"s2": ["a"]})
    yield creating("6.3/body-bool", "@request.body.flag = true", {"flag": True}, {"flag": "true"}, {"flag": 1})
    yield creating("6.3/body-missing-null", "@request.body.zzz = null", {}, {"zzz": ""}, {"zzz": None}, {"zzz": 0})
    yield creating("6.3/method", "@request.method = 'POST'", {})
    parts = [("t", "f"), ("file1", Upload("pic.png", PNG))]
    for name, rule in {"size": "@request.body.file1.size < 100", "size-big": "@request.body.file1.size > 100", "original": "@request.body.file1.originalName = 'pic.png'", "name": "@request.body.file1.name ~ 'pic_'",
                       "isset": "@request.body.file1:isset = true", "length": "@request.body.file1:length = 1"}.items():
        yield ruled(f"6.3/file-{name}", {"createRule": rule}, [multipart("POST", records("ruled") + "?fields=t,file1", parts, "ann")])
    two = [("file2", Upload("a1.txt", b"one")), ("file2", Upload("b2.txt", b"three"))]
    for name, rule in {"size": "@request.body.file2.0.size = 3", "length": "@request.body.file2:length = 2", "original": "@request.body.file2.1.originalName = 'b2.txt'"}.items():
        yield ruled(f"6.3/files-{name}", {"createRule": rule}, [multipart("POST", records("ruled") + "?fields=t,file2", two, "ann")])


def modifiers():
    """§6.7 inside rules."""
    yield creating("6.7/isset", "@request.body.n:isset = true", {"n": 1}, {"n": None}, {}, {"n+": 1})
    yield creating("6.7/not-isset", "@request.body.n:isset = false", {"n": 1}, {"n": None}, {}, {"n+": 1})
    yield creating("6.7/isset-nested", "@request.body.j.a:isset = true", {"j": {"a": 1}}, {"j": {}}, {})
    yield creating("6.7/isset-unknown", "@request.body.zzz:isset = true", {"zzz": 1}, {})
    yield creating("6.7/isset-hidden", "@request.body.secret:isset = true", {"secret": "x"}, {})
    yield creating("6.7/changed-on-create", "@request.body.t:changed = true", {"t": "x"}, {"t": ""}, {})
    yield creating("6.7/not-changed-on-create", "@request.body.t:changed = false", {"t": "x"}, {})
    yield creating("6.7/length", "@request.body.s2:length > 1", {"s2": ["a", "b"]}, {"s2": ["a"]}, {})
    yield creating("6.7/length-0", "@request.body.s2:length = 0", {"s2": ["a", "b"]}, {"s2": []}, {})
    yield creating("6.7/each", "@request.body.s2:each ~ 'a'", {"s2": ["a"]}, {"s2": ["a", "b"]}, {"s2": []}, {})
    yield creating("6.7/each-any", "@request.body.s2:each ?= 'a'", {"s2": ["a"]}, {"s2": ["a", "b"]}, {"s2": ["b"]}, {})
    yield creating("6.7/each-ne", "@request.body.s2:each != 'c'", {"s2": ["a"]}, {"s2": ["a", "c"]}, {"s2": []}, {})
    yield creating("6.7/lower", "@request.body.t:lower = 'yes'", {"t": "YES"}, {"t": "no"})
    yield creating("6.7/body-tags-length", "@request.body.tags:length = 1", {"tags": [T1]}, {"tags": T1}, {"tags": [T1, T2]})
    for name, rule in {"text": "@request.body.t:changed = true", "not-text": "@request.body.t:changed = false", "number": "@request.body.n:changed = true", "list": "@request.body.s2:changed = true", "relation": "@request.body.tags:changed = true",
                       "json": "@request.body.j:changed = true", "hidden": "@request.body.secret:changed = false"}.items():
        yield updating(f"6.7/changed-{name}", rule, {"t": "one"}, {"t": "x"}, {"n": 1}, {"n": "1"}, {"n+": 0}, {"n+": 1}, {"s2": ["a", "b"]}, {"s2": ["b"]}, {"tags": [T1, T2]}, {"tags-": T1}, {"j": {"a": 1}}, {"j": {"a": 2}}, {"secret": "q"}, {})
    yield updating("6.7/isset-update", "@request.body.owner:isset = false", {"t": "x"}, {"owner": ANN})


def client_filters():
    """§6.5: what others than superusers may filter and sort by."""
    docs = ["secret = 'x1'", "owner.nick = 'ann'", "owner.note = 'boss'", "owner = ''", f"owner = '{ANN}'", f"owner.id = '{ANN}'", "team.t = 'one'", "team.t != 'zzz'", "team.people.nick ?= 'bob'", "comments_via_doc.t ?= 'on public'", "owner.email = 'ann@example.com'", "owner.email = 'bob@example.com'",
            "public = true || owner.nick = 'ann'", "public = true || team.t = 'one'", "locked_via_doc.t = 'vault'", "locked_via_docs.id != ''"]
    for i, filter_ in enumerate(docs):
        yield Case(f"records/6.5/docs-{i:02}", [get(records("docs"), who, {"filter": filter_, "sort": "id", "fields": "id"}) for who in ("ann", "bob", "guest")])
    other = {
        "members": ["note = 'hush'", "email = 'bob@example.com'", "email = 'ann@example.com'", "email != 'x'", "email ~ 'example'", "nick = 'bob'", "tokenKey != ''", "password != ''", "likes.t ?= 'green'", "docs_via_owner.t ?= 'public'", "docs_via_owner.secret ?= 'x1'", "verified = true", "email = '' || nick = 'bob'"],
        "hidden": ["secret = 's1'", f"hrel = '{T1}'", "hrel.t = 'red'", "hj.a = 1", "t = 'one'"],
        "comments": ["vault.t = 'vault'", f"vault = '{rid('l1')}'", f"vault.id = '{rid('l1')}'", "doc.t = 'public'", "doc.t != 'zzz'", "doc.team.t = 'one'", "author.nick = 'bob'", "author.email ~ 'bob'", "doc.secret = 'x1'", "t ~ 'on' || doc.t = 'public'"],
        "tags": ["hidden_via_hrel.t ?= 'one'", "posts_via_tags.t ?= 'Hello World'", "members_via_likes.nick ?= 'ann'"],
        "v_docs": ["t = 'public'", "owner.nick = 'ann'"],
    }
    for name, filters in other.items():
        for i, filter_ in enumerate(filters):
            yield Case(f"records/6.5/{name}-{i:02}", [get(records(name), who, {"filter": filter_, "sort": "id", "fields": "id"}) for who in ("ann", "cat")])
    sorts = [("docs", "owner.nick,id"), ("docs", "-team.t,id"), ("docs", "secret"), ("members", "note"), ("members", "email,id"), ("comments", "vault.t,id"), ("comments", "doc.t,id"), ("hidden", "hrel.t"), ("hidden", "hrel"), ("hidden", "hj.a"), ("comments", "author.email,id"), ("kinds", "pw,id")]
    for i, (name, sort) in enumerate(sorts):
        yield Case(f"records/6.5/sort-{i:02}", [get(records(name), who, {"sort": sort, "fields": "id"}) for who in ("ann", "cat")])
    forbidden = {"both": "@request.auth.id = '' && @collection.tags.t = ''", "both-turned": "@collection.tags.t = '' && @request.auth.id = ''", "unfinished": "@request.method", "open-group": "n = 1 && ((@collection.tags.t = ''",
                 "bad-alias": "@collection.tags:a-b.w ?= 1", "other-case": "@REQUEST.method = ''", "longer": "@requests.x = 1"}
    for name, filter_ in forbidden.items():
        yield Case(f"records/6.5/forbidden-{name}", [get(records("posts"), who, {"filter": filter_, "sort": "id", "fields": "id"}) for who in ("guest", "ann", "su")])
    yield Case("records/6.5/password-of-base", [get(records("kinds"), "guest", {"filter": "pw != ''", "fields": "id", "sort": "id"}), get(records("kinds"), "guest", {"filter": "pw ~ '$2a$'", "fields": "id", "sort": "id"})])
    yield ruled("6.5/list-rule-and-filter", {"listRule": "n > 0"}, [get(records("ruled"), "ann", {"filter": f, "sort": "id", "fields": "id"}) for f in ("n < 2", "n = 0 || n = 1", "n = 0) || (n = 0", "owner.nick = 'bob'")])


def managers():
    """§6.6, §7: auth records written by others."""
    bob, cat = records("members", BOB), records("members", CAT)
    yield Case("records/6.6/manager-sees-email", [get(bob, "ann", {"fields": "email,nick"}), get(bob, "cat", {"fields": "email,nick"}), get(records("members"), "ann", {"fields": "email", "sort": "id"})])
    # A record of its own: a new email ends the sessions of the account.
    temp = {"id": rid("temp"), "email": "temp@example.com", "password": "12345678", "passwordConfirm": "12345678"}
    mine = records("members", rid("temp"))
    yield Case("records/6.6/manager-writes", [post(records("members"), temp, quiet=True), patch(mine, {"verified": True}, "ann", {"fields": "verified"}), patch(mine, {"email": "new@example.com"}, "ann", {"fields": "email"}),
                                               patch(mine, {"note": "by ann"}, "ann"), get(mine, q={"fields": "note,email"})])
    yield Case("records/6.6/not-manager", [patch(cat, {"verified": True}, "cat"), patch(cat, {"email": "new@example.com"}, "cat"), patch(cat, {"email": "cat@example.com", "verified": False}, "cat", {"fields": "email"}), patch(bob, {"level": 1}, "cat")])
    yield Case("records/6.6/guest-creates", [post(records("members"), {"id": rid("eve"), "email": "eve@example.com", "password": "12345678", "passwordConfirm": "12345678", "note": "x", "verified": False, "role": "admin"}, "guest"), get(records("members", rid("eve")), q={"fields": "note,role,verified"})])
    yield Case("records/6.6/guest-creates-verified", [post(records("members"), {"email": "eve@example.com", "password": "12345678", "passwordConfirm": "12345678", "verified": True}, "guest")])
    yield Case("records/6.6/manager-creates-verified", [post(records("members"), {"email": "eve@example.com", "password": "12345678", "passwordConfirm": "12345678", "verified": True}, "ann")])
    yield Case("records/6.6/superuser-creates", [post(records("members"), {"email": "eve@example.com", "password": "12345678", "passwordConfirm": "12345678", "verified": True, "note": "n", "tokenKey": "k" * 40})])


def invalid_rules():
    """§6.3: rules that cannot be stored."""
    bad = ["zzz = 1", "n", "n = ", "   ", "// x", "@collection.nope.t = 1", "@request.body.zzz:changed = true", "t:foo = 1", "tag.zzz = 1", "posts_via_zzz.id = ''", "(n = 1", " || ".join(["n=1"] * 201), "@request.body.t:length = 1", "@foo = 1", "n = 1 = 2", "unknown(1) = 1"]
    for i, rule in enumerate(bad):
        yield Case(f"records/6.3/unstorable-{i:02}", [patch(collection("ruled"), {"listRule": rule})], undo=[patch(collection("ruled"), CLEAR)])
    good = ["@request.auth.zzz = 1", "@request.body.zzz = 1", "@request.auth.tags_via_zzz.t = 1", "@request.zzz = 1", "@request.body.tag.t = 'x'", "@request.body.zzz.yyy.0 = 1", "@request.headers.x = 1 && @request.query.y = 2", "@collection.c_tags.t = 'x'", " || ".join(["n=1"] * 200)]
    for i, rule in enumerate(good):
        yield Case(f"records/6.3/storable-{i:02}", [patch(collection("ruled"), {"listRule": rule}, q={"fields": "listRule"})], undo=[patch(collection("ruled"), CLEAR)])
    yield Case("records/6.1/broken-rule", [
        post(collection(), {"id": "c_temp1", "name": "temp1", "fields": [{"name": "t", "type": "text"}]}),
        patch(collection("ruled"), {name: "@collection.temp1.t = 'x'" for name in CLEAR}, q={"fields": "listRule"}),
        patch(collection("temp1"), {"fields": [{"name": "u", "type": "text"}]}, q={"fields": "name"}),
        get(records("ruled"), "ann"), get(records("ruled", R1), "ann"), post(records("ruled"), {}, "ann"), patch(records("ruled", R1), {}, "ann"), delete(records("ruled", R1), "ann"), get(records("ruled", R1), q={"fields": "id"})],
        undo=[patch(collection("ruled"), CLEAR)])
    yield Case("records/6.1/rule-of-deleted-collection", [
        post(collection(), {"id": "c_temp2", "name": "temp2", "fields": [{"name": "t", "type": "text"}]}, quiet=True),
        patch(collection("ruled"), {"listRule": "@collection.temp2.t = 'x'"}, q={"fields": "listRule"}),
        delete(collection("temp2")), get(records("ruled"), "ann"), get(records("posts", P1), "ann", {"fields": "id"})],
        undo=[patch(collection("ruled"), CLEAR)])
