"""collections.md §2–§6: what a collection may be. Errors are all asked of POST; effects of changes follow."""

from harness.case import Case, collection, delete, get, patch, post, raw, records
from world.rows import T1, rid

T = {"name": "t", "type": "text"}
ID = {"name": "id", "type": "text", "system": True, "primaryKey": True, "required": True, "min": 15, "max": 15, "pattern": "^[a-z0-9]+$", "autogeneratePattern": "[a-z0-9]{15}"}


def create(name, *bodies, as_="su"):
    return Case(f"collections/{name}", [post(collection(), body, as_) for body in bodies])


def field(name, *options):
    """One case per set of field options, as field `x` of a new collection."""
    for i, option in enumerate(options):
        yield create(f"{name}-{i:02}", {"name": "made", "fields": [{"name": "x", **option}]})


def cases():
    yield from properties()
    yield from field_lists()
    yield from field_options()
    yield from indexes()
    yield from auth_options()
    yield from changes()
    yield from renames()


def properties():
    """§2.1, §2.3."""
    names = ["", None, "a", "9lives", "with space", "with-dash", "ünï", "x" * 255, "x" * 256, "a_via_b", "A_VIA_B", "_via_", "posts", "POSTS", "c_posts", "_params", "_collections", "_PARAMS", "sqlite_x", "sqlite_sequence", "null", "true", "made.x", "made\n", 12, "_hidden", "users", "Made_1", "_superusers", "a;b", "a'b", "select", "table"]
    for i, name in enumerate(names):
        yield create(f"2.1/name-{i:02}", {"name": name, "fields": [T]})
    for i, id_ in enumerate(["", None, "x", "with space", "x" * 100, "x" * 101, "c_posts", "ünï", "pbc_1", "a-b", 5]):
        yield create(f"2.1/id-{i:02}", {"id": id_, "name": "made", "fields": [T]})
    for i, type_ in enumerate(["base", "auth", "view", "", None, "x", "BASE", 1]):
        yield create(f"2.1/type-{i}", {"name": "made", "type": type_, "fields": [T]})
    yield create("2.1/minimal", {"name": "made"})
    yield create("2.1/empty", {})
    yield create("2.1/derived-id", {"name": "kitchen"}, {"name": "Kitchen"})
    yield create("2.1/derived-id-auth", {"name": "kitchen", "type": "auth"})
    yield Case("collections/2.3/id-kept", [post(collection(), {"name": "kitchen", "fields": [T]}), patch(collection("kitchen"), {"name": "bath"}), get(collection("pbc_2079371742")), post(collection(), {"name": "kitchen"}, q={"fields": "id,name"})])
    yield create("2.1/dates", {"name": "made", "created": "2020-01-01 00:00:00.000Z", "updated": "2020-01-01 00:00:00.000Z"})
    yield Case("collections/2.1/dates-update", [post(collection(), {"name": "made"}, quiet=True), patch(collection("made"), {"created": "2020-01-01 00:00:00.000Z"}, q={"fields": "created,updated"})])
    yield create("2.1/unknown-keys", {"name": "made", "zzz": 1, "viewQuery": "select 1", "authRule": "x", "options": {}, "schema": []})
    rules = ["", None, "id = 'x'", "x", "   ", "zzz = 1", "@request.auth.id != ''", 5, "t = 1"]
    for i, rule in enumerate(rules):
        yield create(f"2.1/rule-{i}", {"name": "made", "fields": [T], "listRule": rule, "createRule": rule})
    yield create("2.1/all-rules-bad", {"name": "made", **{f"{r}Rule": "zzz = 1" for r in ("list", "view", "create", "update", "delete")}})
    yield create("2.1/self-rule", {"name": "made", "fields": [T], "listRule": "@collection.made.t = t", "createRule": "made_via_x.t = 1"})
    yield create("2.1/many-errors", {"name": "with space", "type": "zzz", "id": "a b", "listRule": "zzz=1", "fields": [{"name": "", "type": "text"}], "indexes": ["x"]})
    for i, body in enumerate([{"type": "auth"}, {"type": "view"}, {"system": True}, {"id": "c_posts"}, {"name": "POSTS"}, {"name": "tags"}, {"name": ""}, {"name": None}, {"fields": 5}, {"indexes": "x"}, {"listRule": 5}, {"zzz": 1}, {}]):
        yield Case(f"collections/2.1/update-{i:02}", [patch(collection("posts"), body, q={"fields": "id,name,type,system"})], undo=[patch(collection("c_posts"), {"name": "posts"})])
    yield Case("collections/2.1/update-broken", [raw("PATCH", collection("posts"), b"{"), raw("POST", collection(), b"{"), raw("POST", collection(), b"[]"), raw("POST", collection(), b"null"), raw("PATCH", collection("nope"), b"{")])


def field_lists():
    """§4.1, §2.4."""
    lists = {
        "null": None, "empty": [], "no-name": [{"type": "text"}], "no-type": [{"name": "x"}], "unknown-type": [{"name": "x", "type": "zzz"}], "type-case": [{"name": "x", "type": "Text"}], "not-object": ["x"], "null-item": [None], "duplicate": [T, T], "duplicate-other-type": [T, {"name": "t", "type": "number"}],
        "duplicate-case": [T, {"name": "T", "type": "text"}], "duplicate-id": [{"id": "same", "name": "a", "type": "text"}, {"id": "same", "name": "b", "type": "text"}], "explicit-id": [{"id": "my_id", "name": "a", "type": "text"}], "bad-id": [{"id": "a b", "name": "a", "type": "text"}], "long-id": [{"id": "x" * 101, "name": "a", "type": "text"}],
        "id-first": [T, ID], "own-id": [{**ID, "min": 5, "max": 5}, T], "id-not-text": [{"name": "id", "type": "number"}], "id-hidden": [{**ID, "hidden": True, "system": False, "required": False, "primaryKey": False}], "id-no-pattern": [{**ID, "pattern": ""}], "second-key": [T, {"name": "k", "type": "text", "primaryKey": True, "required": True}],
        "derived-clash": [{"id": "text2238339752", "name": "other", "type": "text"}, T], "renamed-id": [{"name": "ID", "type": "text"}],
    }
    for name, fields in lists.items():
        yield create(f"4.1/list-{name}", {"name": "made", "fields": fields})
    wrong = {"name": {"name": "b b", "type": "text"}, "option": {"name": "o", "type": "text", "min": -1}, "id": {"name": "id", "type": "number"}, "reserved": {"name": "passwordConfirm", "type": "text"}, "case": {"name": "T", "type": "text"}, "key": {"name": "k", "type": "text", "primaryKey": True}, "target": {"name": "r", "type": "relation", "collectionId": "zzz"}}
    for i, (one, first) in enumerate(wrong.items()):
        for two, second in list(wrong.items())[i + 1:]:
            yield create(f"4.1/both-{one}-{two}", {"name": "made", "type": "auth", "fields": [T, first, second]})
    names = ["", "null", "true", "FALSE", "_rowid_", "rowid", "collectionId", "collectionName", "expand", "a_via_b", "with space", "ünï", "9", "x" * 100, "x" * 101, "select", "a.b", "created", "_x", "password", "email", "passwordConfirm", "Expand", "CollectionId", "a-b", "id "]
    for i, name in enumerate(names):
        yield create(f"4.1/name-{i:02}", {"name": "made", "fields": [{"name": name, "type": "text"}]})
    for i, name in enumerate(["passwordConfirm", "oldPassword", "email", "verified", "EMAIL", "password"]):
        yield create(f"2.4/auth-name-{i}", {"name": "made", "type": "auth", "fields": [{"name": name, "type": "text"}]})
    for i, option in enumerate([{"help": "x" * 300}, {"help": "x" * 301}, {"hidden": "yes"}, {"presentable": 1}, {"required": None}, {"system": True}, {"hidden": True, "presentable": True}, {"zzz": 1}, {"min": "5"}, {"help": None}]):
        yield create(f"4.1/option-{i}", {"name": "made", "fields": [{"name": "x", "type": "text", **option}]})
    for type_ in ("text", "number", "bool", "email", "url", "editor", "date", "json", "password", "geoPoint", "file"):
        yield create(f"4.4/defaults-{type_}", {"name": "made", "fields": [{"name": "x", "type": type_}]})
    yield create("4.4/defaults-with-options", {"name": "made", "fields": [{"name": "a", "type": "autodate", "onCreate": True, "required": True, "help": "x"}, {"name": "s", "type": "select", "values": ["a"]}, {"name": "r", "type": "relation", "collectionId": "c_tags"}]})
    yield create("2.4/auth-scaffold", {"name": "made", "type": "auth"})
    yield create("2.4/auth-changed-scaffold", {"name": "made", "type": "auth", "fields": [{"name": "email", "type": "email", "required": False, "hidden": True, "onlyDomains": ["a.b"]}, {"name": "password", "type": "password", "min": 5, "hidden": False, "required": False}, {"name": "tokenKey", "type": "text", "hidden": False, "min": 0}, {"name": "verified", "type": "bool", "hidden": True}]})
    yield create("2.4/auth-wrong-type", {"name": "made", "type": "auth", "fields": [{"id": "kept", "name": "verified", "type": "text"}, T]})


def field_options():
    """§4.4: options of each type."""
    yield from field("4.4/opt-text", *({"type": "text", **o} for o in [
        {"min": 5}, {"max": 5}, {"min": 6, "max": 5}, {"min": -1}, {"max": -1}, {"min": 1.5}, {"min": 2**53}, {"max": 2**53 - 1}, {"pattern": "("}, {"pattern": "^a+$"}, {"pattern": "(?=x)"}, {"pattern": "\\d"}, {"autogeneratePattern": "["}, {"autogeneratePattern": "[a-z]{5}"}, {"autogeneratePattern": "[a-z]{5}", "max": 3},
        {"autogeneratePattern": "[a-z]{5}", "pattern": "^[0-9]+$"}, {"primaryKey": True}, {"autogeneratePattern": "a+"}, {"autogeneratePattern": "^a"}, {"autogeneratePattern": "(a|b){3}"}, {"autogeneratePattern": "\\w{4}"}, {"autogeneratePattern": "a?b*c+"}, {"min": "x"}]))
    yield from field("4.4/opt-number", *({"type": "number", **o} for o in [{"min": 1}, {"max": 1}, {"min": 2, "max": 1}, {"min": 1.5, "onlyInt": True}, {"max": 1.5, "onlyInt": True}, {"min": None, "max": None}, {"min": 0, "max": 0}, {"min": "1"}, {"onlyInt": 1}, {"min": -1.5, "max": 1e300}]))
    for type_ in ("email", "url"):
        yield from field(f"4.4/opt-{type_}", *({"type": type_, **o} for o in [{"onlyDomains": ["a.b"]}, {"exceptDomains": ["a.b"]}, {"onlyDomains": ["a.b"], "exceptDomains": ["c.d"]}, {"onlyDomains": ["x y"]}, {"onlyDomains": ["ok.com", "http://x"]}, {"onlyDomains": None}, {"onlyDomains": "a.b"}, {"exceptDomains": [""]}, {"onlyDomains": ["localhost"]}, {"onlyDomains": []}]))
    yield from field("4.4/opt-editor", *({"type": "editor", **o} for o in [{"maxSize": 5}, {"maxSize": -1}, {"maxSize": 2**53}, {"convertURLs": True}]))
    yield from field("4.4/opt-date", *({"type": "date", **o} for o in [{"min": "2024-01-01"}, {"min": "2024-01-01 00:00:00.000Z", "max": "2025-01-01 00:00:00.000Z"}, {"min": "2025-01-01", "max": "2024-01-01"}, {"min": "x"}, {"min": None}, {"min": 5}]))
    yield from field("4.4/opt-autodate", *({"type": "autodate", **o} for o in [{}, {"onCreate": True}, {"onUpdate": True}, {"onCreate": True, "onUpdate": True, "system": True}, {"onCreate": False}]))
    yield from field("4.4/opt-select", *({"type": "select", **o} for o in [{}, {"values": []}, {"values": ["a"]}, {"values": ["a", ""]}, {"values": ["a"], "maxSelect": 1}, {"values": ["a"], "maxSelect": 2}, {"values": ["a"], "maxSelect": -1}, {"values": ["a", "b"], "maxSelect": 2}, {"values": "a"}, {"values": [1]}, {"values": ["a"], "maxSelect": "x"}]))
    yield create("4.4/opt-select-duplicates", {"name": "made", "fields": [{"name": "x", "type": "select", "values": ["a", "a"], "maxSelect": 2}]})
    yield from field("4.4/opt-file", *({"type": "file", **o} for o in [{"maxSelect": 5}, {"maxSelect": -1}, {"maxSize": 5}, {"maxSize": -1}, {"mimeTypes": ["image/png"]}, {"mimeTypes": ["zzz"]}, {"mimeTypes": None}, {"thumbs": ["100x100", "10x0", "0x10", "5x5t", "5x5b", "5x5f"]}, {"thumbs": ["0x0"]}, {"thumbs": ["0x0t"]}, {"thumbs": ["100"]}, {"thumbs": ["10x10z", "ok"]}, {"thumbs": [""]}, {"protected": True}, {"maxSize": 2**53}]))
    yield from field("4.4/opt-relation", *({"type": "relation", **o} for o in [{}, {"collectionId": ""}, {"collectionId": "tags"}, {"collectionId": "c_tags"}, {"collectionId": "nope"}, {"collectionId": "c_v_posts"}, {"collectionId": "c_tags", "minSelect": 2}, {"collectionId": "c_tags", "minSelect": 2, "maxSelect": 1}, {"collectionId": "c_tags", "minSelect": 2, "maxSelect": 2}, {"collectionId": "c_tags", "minSelect": -1}, {"collectionId": "c_tags", "maxSelect": -1}, {"collectionId": "c_tags", "cascadeDelete": True, "maxSelect": 999}, {"collectionId": "c_members", "maxSelect": 1}, {"collectionId": "pbc_3142635823"}]))
    yield create("4.4/opt-relation-itself", {"id": "c_made", "name": "made", "fields": [{"name": "x", "type": "relation", "collectionId": "c_made"}]})
    yield from field("4.4/opt-json", *({"type": "json", **o} for o in [{"maxSize": 5}, {"maxSize": -1}, {"maxSize": 2**53}]))
    yield from field("4.4/opt-password", *({"type": "password", **o} for o in [{"min": 5}, {"min": 72}, {"max": 72}, {"min": 5, "max": 4}, {"max": 71}, {"min": -1}, {"cost": 3}, {"cost": 4}, {"cost": 31}, {"cost": 32}, {"pattern": "("}, {"pattern": "^a"}, {"cost": -1}]))


def indexes():
    """§5."""
    ok = {"name": "made", "fields": [T, {"name": "n", "type": "number"}]}
    lists = {
        "null": None, "empty": [], "plain": ["CREATE INDEX i_made ON made (t)"], "unique": ["CREATE UNIQUE INDEX i_made ON made (t)"], "lower": ["create unique index i_made on made (t)"], "other-table": ["CREATE INDEX `i_made` ON `zzz` (t, n DESC)"], "if-not-exists": ["CREATE INDEX IF NOT EXISTS i_made ON other (t)"], "schema": ["CREATE INDEX main.i_made ON zzz (t)"],
        "quotes": ["CREATE INDEX \"i_made\" ON [zzz] ('t')"], "where": ["CREATE INDEX i_made ON zzz (t) WHERE t != 'x' AND n > 1"], "expression": ["CREATE INDEX i_made ON zzz (lower(t), n + 1)"], "collate": ["CREATE INDEX i_made ON zzz (t COLLATE NOCASE ASC)"], "one-column": ["CREATE INDEX i_made ON zzz (`t` DESC)"], "multiline": ["CREATE INDEX\n i_made\n ON zzz (\n t,\n n\n)"],
        "garbage": ["hello"], "no-columns": ["CREATE INDEX i_made ON made ()"], "no-name": ["CREATE INDEX ON made (t)"], "blank": [""], "same-name": ["CREATE INDEX i_made ON made (t)", "CREATE INDEX I_MADE ON made (n)"], "same-definition": ["CREATE INDEX i_made ON made (t)", "CREATE INDEX i_made2 ON made (t)"], "used-name": ["CREATE INDEX idx_uniq_plain ON made (t)"], "used-name-case": ["CREATE INDEX IDX_UNIQ_PLAIN ON made (t)"],
        "unknown-column": ["CREATE INDEX i_made ON made (zzz)"], "bad-where": ["CREATE INDEX i_made ON made (t) WHERE zzz = 1"], "two-bad": ["CREATE INDEX i_made ON made (zzz)", "CREATE INDEX i_made2 ON made (t)", "x"], "second-statement": ["CREATE INDEX i_made ON made (t); DROP TABLE made"], "not-string": [5], "drop": ["DROP INDEX idx_uniq_plain"], "trailing": ["CREATE INDEX i_made ON made (t);"], "long-name": ["CREATE INDEX " + "i" * 80 + " ON made (t)"], "unknown-collation": ["CREATE INDEX i_made ON made (t COLLATE zzz)"],
        "two-garbage": ["hello", "CREATE INDEX i_made ON made (t)", "x"], "two-same-names": ["CREATE INDEX i_made ON made (t)", "CREATE INDEX I_MADE ON made (n)", "CREATE INDEX i_made ON made (t, n)"], "garbage-and-unknown-column": ["CREATE INDEX i_made ON made (zzz)", "x"],
    }
    for name, list_ in lists.items():
        yield create(f"5.2/{name}", {**ok, "indexes": list_})
    yield create("5.2/view", {"name": "made", "type": "view", "viewQuery": "select id from tags", "indexes": ["CREATE INDEX i_made ON made (id)"]})
    yield Case("collections/5.2/duplicate-rows", [patch(collection("posts"), {"indexes": ["CREATE UNIQUE INDEX i_posts ON posts (b)"]}), get(collection("posts"), q={"fields": "indexes"})])
    yield Case("collections/5.3/auth-own-email-index", [post(collection(), {"name": "made", "type": "auth", "indexes": ["CREATE UNIQUE INDEX my_email ON made (email COLLATE NOCASE)"]})])
    yield Case("collections/5.3/auth-index-removed", [post(collection(), {"name": "made", "type": "auth"}, quiet=True), patch(collection("made"), {"indexes": []}, q={"fields": "indexes"}), patch(collection("made"), {"indexes": ["CREATE INDEX idx_email_made ON made (email)"]}, q={"fields": "indexes"})])
    yield Case("collections/5.2/replace", [post(collection(), {**ok, "indexes": ["CREATE INDEX i_made ON made (t)"]}, quiet=True), patch(collection("made"), {"indexes": ["CREATE UNIQUE INDEX i_made ON made (n)"]}, q={"fields": "indexes"}), patch(collection("made"), {"indexes": []}, q={"fields": "indexes"})])
    yield Case("collections/5.1/rename", [post(collection(), {**ok, "indexes": ["CREATE INDEX i_made ON made (t)", "CREATE INDEX i_made2 ON made (t, lower(t)) WHERE n > 0"]}, quiet=True), patch(collection("made"), {"name": "moved"}, q={"fields": "name,indexes"})])
    yield Case("collections/5.2/system-unique", [patch(collection("members"), {"indexes": ["CREATE UNIQUE INDEX `idx_members_nick` ON `members` (`nick`) WHERE `nick` != ''"]}, q={"fields": "indexes"}), patch(collection("_externalAuths"), {"indexes": []}), patch(collection("_authOrigins"), {"indexes": ["CREATE UNIQUE INDEX x ON _authOrigins (fingerprint)"]})])


def auth_options():
    """§2.2."""
    bodies = {
        "rules": {"authRule": "verified = true", "manageRule": "@request.auth.id != ''"}, "rules-null": {"authRule": None, "manageRule": None}, "manage-empty": {"manageRule": ""}, "rules-bad": {"authRule": "zzz = 1", "manageRule": "zzz = 1"},
        "alert": {"authAlert": {"enabled": False}}, "alert-template": {"authAlert": {"emailTemplate": {"subject": "", "body": ""}}}, "password-off": {"passwordAuth": {"enabled": False}}, "password-fields": {"passwordAuth": {"identityFields": ["email", "zzz"]}}, "password-no-fields": {"passwordAuth": {"identityFields": []}}, "password-not-unique": {"passwordAuth": {"identityFields": ["verified"]}}, "password-off-bad": {"passwordAuth": {"enabled": False, "identityFields": ["zzz"]}},
        "mfa": {"mfa": {"enabled": True}}, "mfa-otp": {"mfa": {"enabled": True}, "otp": {"enabled": True}}, "mfa-short": {"mfa": {"enabled": True, "duration": 5}, "otp": {"enabled": True}}, "mfa-long": {"mfa": {"enabled": True, "duration": 86401}, "otp": {"enabled": True}}, "mfa-rule": {"mfa": {"enabled": True, "rule": "zzz = 1"}, "otp": {"enabled": True}}, "mfa-off-rule": {"mfa": {"enabled": False, "rule": "zzz = 1", "duration": 1}},
        "otp": {"otp": {"enabled": True, "length": 4, "duration": 10}}, "otp-short": {"otp": {"enabled": True, "length": 3}}, "otp-duration": {"otp": {"enabled": True, "duration": 9}}, "otp-template": {"otp": {"emailTemplate": {"body": ""}}}, "otp-zero": {"otp": {"enabled": True, "length": 0, "duration": 0}},
        "token": {"authToken": {"duration": 10}}, "token-short": {"authToken": {"duration": 9}}, "token-long": {"authToken": {"duration": 94670857}}, "token-zero": {"fileToken": {"duration": 0}}, "secret": {"authToken": {"secret": "s" * 30}}, "secret-short": {"authToken": {"secret": "s" * 29}}, "secret-long": {"verificationToken": {"secret": "s" * 256}}, "secret-empty": {"passwordResetToken": {"secret": ""}},
        "template": {"verificationTemplate": {"subject": "", "body": "x"}}, "template-null": {"resetPasswordTemplate": None}, "oauth2": {"oauth2": {"enabled": True}}, "mapped": {"oauth2": {"mappedFields": {"name": "zzz", "id": "t", "avatarURL": "email"}}},
        "provider": {"oauth2": {"enabled": True, "providers": [{"name": "google", "clientId": "a", "clientSecret": "b"}]}}, "provider-off-bad": {"oauth2": {"enabled": False, "providers": [{"name": "zzz"}]}}, "provider-unknown": {"oauth2": {"enabled": True, "providers": [{"name": "zzz", "clientId": "a", "clientSecret": "b"}]}},
        "provider-empty": {"oauth2": {"enabled": True, "providers": [{}]}}, "provider-twice": {"oauth2": {"enabled": True, "providers": [{"name": "google", "clientId": "a", "clientSecret": "b"}, {"name": "google", "clientId": "c", "clientSecret": "d"}]}}, "provider-urls": {"oauth2": {"enabled": True, "providers": [{"name": "oidc", "clientId": "a", "clientSecret": "b", "authURL": "x", "tokenURL": "/y", "userInfoURL": "z"}]}},
        "provider-extra": {"oauth2": {"enabled": True, "providers": [{"name": "oidc", "clientId": "a", "clientSecret": "b", "pkce": True, "extra": {"jwksURL": "https://a.b/k"}, "displayName": "My", "authURL": "https://a.b", "tokenURL": "https://a.b/t", "userInfoURL": "https://a.b/u"}]}}, "types": {"authToken": 5}, "types-2": {"mfa": {"enabled": "x"}}, "types-3": {"oauth2": {"providers": {}}},
    }
    for name, body in bodies.items():
        yield create(f"2.2/{name}", {"name": "made", "type": "auth", "fields": [T], **body})
    # Which of several mistakes are told.
    wrong = {"mfa": {"mfa": {"enabled": True}}, "mfa-rule": {"mfa": {"enabled": True, "rule": "zzz = 1"}}, "mfa-duration": {"mfa": {"enabled": True, "duration": 5}}, "identity": {"passwordAuth": {"identityFields": ["zzz"]}}, "no-identity": {"passwordAuth": {"identityFields": []}},
             "token": {"authToken": {"duration": 1}}, "auth-rule": {"authRule": "zzz = 1"}, "list-rule": {"listRule": "zzz = 1"}, "otp": {"otp": {"enabled": True, "duration": 5}}, "template": {"verificationTemplate": {"subject": "", "body": ""}}, "provider": {"oauth2": {"enabled": True, "providers": [{"name": "zzz"}]}}}
    for i, (one, first) in enumerate(wrong.items()):
        for two, second in list(wrong.items())[i + 1:]:
            if not first.keys() & second.keys():
                yield create(f"2.2/both-{one}-{two}", {"name": "made", "type": "auth", "fields": [T], **first, **second})
    for name, body in {"template": {"verificationTemplate": ["a", "b"]}, "password": {"passwordAuth": [True, ["email"]]}, "mapped": {"oauth2": {"mappedFields": []}}, "otp": {"otp": []}, "token": {"authToken": [60, "s" * 40]}}.items():
        yield create(f"2.2/list-for-{name}", {"name": "made", "type": "auth", "fields": [T], **body})
    yield create("2.2/on-base", {"name": "made", "authRule": "zzz = 1", "mfa": {"enabled": True, "duration": 1}})
    new = post(collection(), {"name": "made", "type": "auth", "oauth2": {"enabled": True, "providers": [{"name": "google", "clientId": "a", "clientSecret": "b"}, {"name": "oidc", "clientId": "c", "clientSecret": "d"}]}}, quiet=True)
    pick = {"fields": "oauth2,otp,mfa,authToken,passwordAuth"}
    for i, body in enumerate([{"otp": {"length": 6}}, {"oauth2": {"enabled": False}}, {"oauth2": {"providers": [{"name": "oidc", "clientId": "new"}]}}, {"oauth2": {"providers": [{"name": "github", "clientId": "new"}]}}, {"oauth2": {"providers": [{"name": "google", "clientId": "x", "clientSecret": ""}]}}, {"oauth2": {"providers": []}}, {"oauth2": {"providers": None}}, {"authToken": {"duration": 60}}, {"passwordAuth": {"enabled": False}}, {"authToken": None}, {"oauth2": {"mappedFields": {"name": "email"}}}]):
        yield Case(f"collections/2.2/merge-{i:02}", [new, patch(collection("made"), body, q=pick), get(collection("made"), q=pick)])
    yield Case("collections/2.2/auth-rule-logs-out", [
        post(collection(), {"id": "c_made", "name": "made", "type": "auth"}, quiet=True), post(records("made"), {"id": rid("zed"), "email": "zed@example.com", "password": "secret1234", "passwordConfirm": "secret1234"}, quiet=True),
        post("/api/collections/made/auth-with-password", {"identity": "zed@example.com", "password": "secret1234"}, "guest", save={"token": "token"}, quiet=True),
        post("/api/collections/made/auth-refresh", None, "raw:{{token}}", q={"fields": "record.id"}), patch(collection("made"), {"authRule": "id != ''"}, q={"fields": "authRule"}), post("/api/collections/made/auth-refresh", None, "raw:{{token}}")])


def changes():
    """§6. Each case makes its own collection with one record in it."""
    fields = [{"id": "f_t", "name": "t", "type": "text"}, {"id": "f_n", "name": "n", "type": "number"}, {"id": "f_s", "name": "s", "type": "select", "values": ["a", "b"], "maxSelect": 1}, {"id": "f_m", "name": "m", "type": "select", "values": ["a", "b"], "maxSelect": 2}, {"id": "f_r", "name": "r", "type": "relation", "collectionId": "c_tags", "maxSelect": 1}]
    new = [post(collection(), {"id": "c_made", "name": "made", "fields": fields, "listRule": "", "viewRule": ""}, quiet=True),
           post(records("made"), {"id": rid("m1"), "t": "text", "n": 5, "s": "a", "m": ["a", "b"], "r": T1}, quiet=True), post(records("made"), {"id": rid("m2")}, quiet=True)]
    def without(id_, *instead):
        return [f for f in fields if f["id"] != id_] + list(instead)
    table = {
        "rename": without("f_t", {"id": "f_t", "name": "title", "type": "text"}), "swap": [{**fields[0], "name": "n"}, {**fields[1], "name": "t"}, *fields[2:]], "type": without("f_t", {"id": "f_t", "name": "t", "type": "number"}), "drop": without("f_n"), "drop-all": [], "drop-null": None, "add": [*fields, {"name": "more", "type": "json"}, {"name": "flag", "type": "bool"}, {"name": "many", "type": "select", "values": ["q"], "maxSelect": 1}, {"name": "geo", "type": "geoPoint"}],
        "same-name-no-id": without("f_t", {"name": "t", "type": "text"}), "same-name-other-type": without("f_t", {"name": "t", "type": "json"}), "same-name-new-id": without("f_t", {"id": "f_new", "name": "t", "type": "text"}), "single-to-multiple": without("f_s", {**fields[2], "maxSelect": 2}), "multiple-to-single": without("f_m", {**fields[3], "maxSelect": 1}), "relation-to-multiple": without("f_r", {**fields[4], "maxSelect": 5}),
        "relation-target": without("f_r", {**fields[4], "collectionId": "c_posts"}), "values-shrink": without("f_s", {**fields[2], "values": ["b"]}), "id-renamed": [{"id": "text3208210256", "name": "key", "type": "text", "primaryKey": True, "required": True}, *fields], "id-changed": [{**ID, "id": "text3208210256", "min": 3}, *fields], "hide": without("f_t", {**fields[0], "hidden": True, "presentable": True, "max": 2}), "order": list(reversed(fields)), "add-required": [*fields, {"name": "must", "type": "text", "required": True}],
        "add-autodate": [*fields, {"name": "created", "type": "autodate", "onCreate": True}], "min-of-existing": without("f_t", {**fields[0], "min": 10}), "case": without("f_t", {**fields[0], "name": "T"}), "file-instead": without("f_t", {"name": "file1", "type": "file", "maxSelect": 1}),
    }
    kept = {"id": "f_k", "name": "k", "type": "text", "system": True}
    bad = {"name": "o", "type": "text", "min": -1}
    for name, change in {"gone": [bad], "gone-and-clash": [{"name": "a", "type": "text"}, {"name": "A", "type": "text"}], "other-type": [{**kept, "type": "number"}, bad], "other-type-and-clash": [{**kept, "type": "number"}, {"name": "K", "type": "text"}], "two-other-types": [{**kept, "type": "number"}, {"id": "f_n", "name": "n", "type": "text"}]}.items():
        yield Case(f"collections/6/system-field-{name}", [post(collection(), {"id": "c_made", "name": "made", "fields": [kept, {"id": "f_n", "name": "n", "type": "number"}]}, quiet=True), patch(collection("made"), {"fields": change})])
    yield Case("collections/6/id-of-another", [*new, patch(collection("made"), {"id": "c_tags"}), patch(collection("made"), {"id": "c_made"}, q={"fields": "id"})])
    for name, change in table.items():
        yield Case(f"collections/6/{name}", [*new, patch(collection("made"), {"fields": change}), get(records("made"), q={"sort": "id"}), patch(records("made", rid("m1")), {"n": 6}), get(collection("made"), q={"fields": "fields.id,fields.name"})])
    yield Case("collections/6/empty-patch", [*new, patch(collection("made"), {}), get(records("made", rid("m1")))])
    yield Case("collections/6/rule-on-dropped", [*new, patch(collection("made"), {"listRule": "t != ''"}, quiet=True), patch(collection("made"), {"fields": without("f_t")}), patch(collection("made"), {"fields": without("f_t"), "listRule": "n > 1"}, q={"fields": "listRule"})])
    yield Case("collections/6/rule-on-renamed", [*new, patch(collection("made"), {"listRule": "t != ''"}, quiet=True), patch(collection("made"), {"fields": without("f_t", {**fields[0], "name": "title"})}, q={"fields": "listRule"})])
    yield Case("collections/6/index-on-dropped", [*new, patch(collection("made"), {"indexes": ["CREATE INDEX i_made ON made (t)"]}, quiet=True), patch(collection("made"), {"fields": without("f_t")}, q={"fields": "indexes"}), patch(collection("made"), {"fields": without("f_t"), "indexes": []}, q={"fields": "indexes"})])
    yield Case("collections/6/view-on-dropped", [*new, post(collection(), {"id": "c_made_v", "name": "made_v", "type": "view", "viewQuery": "select id, t from made"}, quiet=True), patch(collection("made"), {"fields": without("f_t")}), get(records("made_v"), q={"sort": "id"})])
    yield Case("collections/6/view-follows", [*new, post(collection(), {"id": "c_made_v", "name": "made_v", "type": "view", "viewQuery": "select id, s from made"}, quiet=True), patch(collection("made"), {"fields": without("f_s", {**fields[2], "values": ["a", "b", "c"]})}, q={"fields": "name"}), get(collection("made_v"), q={"fields": "fields.name,fields.values,fields.type"})])
    yield Case("collections/6/system-field", [post(collection(), {"id": "c_made", "name": "made", "fields": [{"name": "sys", "type": "text", "system": True, "id": "f_sys"}]}, quiet=True), patch(collection("made"), {"fields": []}), patch(collection("made"), {"fields": [{"name": "other", "type": "text", "id": "f_sys"}]}), patch(collection("made"), {"fields": [{"name": "sys", "type": "text", "system": False, "id": "f_sys", "max": 5}]}, q={"fields": "fields"})])
    yield Case("collections/6/auth-scaffold-removed", [post(collection(), {"id": "c_made", "name": "made", "type": "auth", "fields": [T]}, quiet=True), patch(collection("made"), {"fields": []}, q={"fields": "fields.name,fields.id"}), patch(collection("made"), {"fields": [{"id": "email3885137012", "name": "mail", "type": "email", "system": True}]}, q={"fields": "fields.name"})])


def renames():
    """§6: names."""
    new = post(collection(), {"id": "c_made", "name": "made", "fields": [T], "listRule": ""}, quiet=True)
    row = post(records("made"), {"id": rid("m1"), "t": "x"}, quiet=True)
    yield Case("collections/6/collection-renamed", [new, row, patch(collection("made"), {"name": "moved"}), get(records("made")), get(records("moved")), get(records("c_made", rid("m1")))])
    yield Case("collections/6/collection-case", [new, row, patch(collection("made"), {"name": "MADE"}, q={"fields": "name"}), get(records("made"), q={"fields": "collectionName"})])
    yield Case("collections/6/related-renamed", [new, row, post(collection(), {"id": "c_made2", "name": "made2", "fields": [{"name": "r", "type": "relation", "collectionId": "c_made", "maxSelect": 1}], "listRule": ""}, quiet=True), post(records("made2"), {"id": rid("m2"), "r": rid("m1")}, quiet=True),
                                                   patch(collection("made"), {"name": "moved"}, q={"fields": "name"}), get(records("made2"), q={"filter": "r.t = 'x'", "expand": "r"}), get(records("moved"), q={"expand": "made2_via_r"})])
    yield Case("collections/6/system-refused", [patch(collection(c), body) for c in ("_superusers", "_mfas") for body in ({"name": "other"}, {"listRule": ""}, {"system": False}, {"type": "base"})] + [patch(collection("_superusers"), {"authRule": "id = 'x'"}), patch(collection("_superusers"), {"manageRule": "id = 'x'"}), patch(collection("_superusers"), {"mfa": {"rule": "id = 'x'"}}, q={"fields": "mfa"})],
               undo=[patch(collection("_superusers"), {"mfa": {"rule": ""}})])
    yield Case("collections/6/delete-then-create", [new, row, delete(collection("made")), get(records("made")), new, get(records("made"))])
