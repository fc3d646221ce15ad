"""The collections every case may rely on. Ids are ours; field ids are left to the server on purpose."""


def f(type_, name, **options):
    return {"type": type_, "name": name, **options}


def base(name, fields, **options):
    return {"id": f"c_{name}", "name": name, "type": "base", "fields": fields, **options}


def auth(name, fields, **options):
    # bcrypt at its cheapest: hashing is not what is compared.
    cheap = f("password", "password", min=8, cost=4, required=True, hidden=True, system=True)
    return {"id": f"c_{name}", "name": name, "type": "auth", "fields": [cheap, *fields], **options}


def view(name, query, **options):
    return {"id": f"c_{name}", "name": name, "type": "view", "viewQuery": query, **options}


def rel(name, target, **options):
    return f("relation", name, collectionId=f"c_{target}", **options)


OPEN = {"listRule": "", "viewRule": "", "createRule": "", "updateRule": "", "deleteRule": ""}
READ = {"listRule": "", "viewRule": ""}
STAMPS = [f("autodate", "created", onCreate=True), f("autodate", "updated", onCreate=True, onUpdate=True)]

# records.md §19, field by field.
VECTORS = [
    base("authors", [f("text", "t"), f("bool", "active")], **OPEN),
    base("tags", [f("text", "t"), f("number", "w")], **OPEN),
    base("empty", [f("text", "t")], **OPEN),
    base("posts", [
        f("text", "t"), f("number", "n"), f("bool", "b"), f("date", "d"), f("json", "j"),
        f("select", "s2", values=["a", "b", "c"], maxSelect=3), f("geoPoint", "g"),
        rel("author", "authors", maxSelect=1), rel("tags", "tags", maxSelect=10),
    ], **OPEN),
]

TYPES = [
    # Every type without limits: coercions.
    base("kinds", [
        f("text", "t"), f("number", "n"), f("bool", "b"), f("email", "em"), f("url", "u"), f("editor", "ed"),
        f("date", "d"), f("autodate", "ac", onCreate=True), f("autodate", "au", onUpdate=True),
        f("select", "s1", values=["a", "b", "c", "1", "2"], maxSelect=1),
        f("select", "s2", values=["a", "b", "c", "1", "2"], maxSelect=5),
        f("file", "file1", maxSelect=1), f("file", "file2", maxSelect=3),
        rel("r1", "tags", maxSelect=1), rel("r2", "tags", maxSelect=5),
        f("json", "j"), f("password", "pw", cost=4), f("geoPoint", "g"),
        f("text", "auto", autogeneratePattern="[A-Z]{3}-[0-9]{4}"),
    ], **OPEN),
    # One limit each: value errors.
    base("strict", [
        f("text", "t_len", min=3, max=5), f("text", "t_pat", pattern="^[A-Z]+$"), f("text", "t_def"),
        f("number", "n_rng", min=1, max=10), f("number", "n_int", onlyInt=True), f("number", "n_neg", min=-5, max=-1),
        f("email", "em"), f("email", "em_only", onlyDomains=["example.com"]), f("email", "em_ex", exceptDomains=["bad.com"]),
        f("url", "u"), f("url", "u_only", onlyDomains=["example.com"]), f("url", "u_ex", exceptDomains=["bad.com"]),
        f("editor", "ed", maxSize=10),
        f("date", "d_rng", min="2024-01-01 00:00:00.000Z", max="2024-12-31 00:00:00.000Z"),
        f("select", "s_one", values=["a", "b"], maxSelect=1), f("select", "s_two", values=["a", "b", "c"], maxSelect=2),
        f("file", "file_png", mimeTypes=["image/png"], maxSelect=1), f("file", "file_small", maxSize=10, maxSelect=1),
        f("file", "file_two", maxSelect=2),
        rel("r_one", "tags", maxSelect=1), rel("r_rng", "tags", minSelect=2, maxSelect=3),
        f("json", "j", maxSize=20),
        f("password", "pw", min=4, max=6, cost=4), f("password", "pw_pat", pattern="^[a-z]+$", cost=4),
        f("geoPoint", "g"),
    ], **OPEN),
    base("needed", [
        f("text", "t", required=True), f("number", "n", required=True), f("bool", "b", required=True),
        f("email", "em", required=True), f("url", "u", required=True), f("editor", "ed", required=True),
        f("date", "d", required=True), f("select", "s1", values=["a"], required=True, maxSelect=1),
        f("select", "s2", values=["a", "b"], required=True, maxSelect=2), f("file", "file1", required=True, maxSelect=1),
        rel("r1", "tags", required=True, maxSelect=1), rel("r2", "tags", required=True, maxSelect=2),
        f("json", "j", required=True), f("password", "pw", required=True, cost=4), f("geoPoint", "g", required=True),
    ], **OPEN),
    base("uniq", [f("text", "a"), f("text", "b"), f("text", "c"), f("text", "d"), f("number", "e")],
         indexes=[
             "CREATE UNIQUE INDEX `idx_uniq_ab` ON `uniq` (`a`, `b`) WHERE `a` != ''",
             "create unique index idx_uniq_c on somewhere (c collate nocase) where c != ''",
             "CREATE UNIQUE INDEX idx_uniq_d ON uniq (lower(d)) WHERE d != ''",
             "CREATE UNIQUE INDEX `idx_uniq_e` ON `uniq` (`e`) WHERE `e` > 0",
             "CREATE INDEX `idx_uniq_plain` ON `uniq` (`b` DESC)",
         ], **OPEN),
    base("slugs", [f("text", "id", primaryKey=True, system=True, required=True, min=2, max=30, pattern="^[\\w\\-. $]+$",
                     autogeneratePattern="[a-z]{8}"), f("text", "t")], **OPEN),
    base("codes", [f("text", "id", primaryKey=True, system=True, required=True, min=3, max=6, pattern="^[a-z0-9]+$",
                     autogeneratePattern=""), f("text", "t")], **OPEN),
    base("stamped", [f("text", "t"), *STAMPS], **OPEN),
    base("numbers", [f("number", "n"), f("select", "kind", values=["odd", "even"], maxSelect=1)], **READ),
    base("hidden", [f("text", "t"), f("text", "secret", hidden=True), rel("hrel", "tags", hidden=True, maxSelect=1),
                    f("json", "hj", hidden=True)], **OPEN),
    base("pages", [f("editor", "html"), f("text", "t"), f("json", "j"), rel("tags", "tags", maxSelect=5)], **OPEN),
]

GRAPHS = [
    base("nodes", [f("text", "name")], **OPEN),
    base("profiles", [f("text", "bio"), rel("person", "authors", maxSelect=1)],
         indexes=["CREATE UNIQUE INDEX `idx_profiles_person` ON `profiles` (`person`)"], **READ),
    # Deleting an owner: pets go with it, toys of such pets would forbid it, leashes and shelters forget it.
    base("owners", [f("text", "t")], **OPEN),
    base("pets", [f("text", "t"), rel("owner", "owners", maxSelect=1, cascadeDelete=True)], **OPEN),
    base("toys", [f("text", "t"), rel("pet", "pets", maxSelect=1, required=True)], **OPEN),
    base("leashes", [f("text", "t"), rel("owner", "owners", maxSelect=1), *STAMPS], **OPEN),
    base("shelters", [f("text", "t"), rel("owners", "owners", maxSelect=5, cascadeDelete=True),
                      rel("both", "owners", maxSelect=5, minSelect=2)], **OPEN),
]

PEOPLE = [
    auth("members", [
        f("text", "nick", max=40), f("select", "role", values=["admin", "editor", "guest"], maxSelect=1),
        f("text", "note", hidden=True), f("number", "level"), rel("likes", "tags", maxSelect=5),
        f("file", "avatar", maxSelect=1, mimeTypes=["image/png"]),
    ], indexes=["CREATE UNIQUE INDEX `idx_members_nick` ON `members` (`nick`) WHERE `nick` != ''"],
        listRule="@request.auth.id != ''", viewRule="", createRule="",
        updateRule="id = @request.auth.id || @request.auth.role = 'admin'", deleteRule="id = @request.auth.id",
        manageRule="@request.auth.role = 'admin'",
        passwordAuth={"enabled": True, "identityFields": ["email", "nick"]}),
    auth("staff", [f("text", "name")], listRule=None, viewRule="id = @request.auth.id", createRule=None,
         authRule="verified = true", authToken={"duration": 3600}, authAlert={"enabled": False},
         indexes=["CREATE UNIQUE INDEX `idx_staff_email` ON `staff` (`email` COLLATE NOCASE) WHERE `email` != ''"]),
    auth("keyless", [f("text", "name")], passwordAuth={"enabled": False, "identityFields": []},
         otp={"enabled": True, "duration": 120, "length": 6}, createRule="",
         oauth2={"enabled": True, "providers": [
             {"name": "oidc", "clientId": "abc", "clientSecret": "shhh", "displayName": "Corp",
              "authURL": "https://idp.example/authorize", "tokenURL": "https://idp.example/token",
              "userInfoURL": "https://idp.example/me"},
             {"name": "google", "clientId": "gid", "clientSecret": "gsecret", "pkce": False}]}),
    auth("closed", [], authRule=None),
    auth("double", [f("text", "name")], authAlert={"enabled": False}, mfa={"enabled": True, "duration": 300, "rule": "verified = true"},
         otp={"enabled": True, "duration": 300, "length": 8}),
    base("teams", [f("text", "t"), rel("lead", "members", maxSelect=1), rel("people", "members", maxSelect=9)],
         listRule="people.id ?= @request.auth.id || lead = @request.auth.id", viewRule="people.id ?= @request.auth.id",
         createRule="@request.auth.id != '' && @request.body.lead = @request.auth.id",
         updateRule="lead = @request.auth.id && @request.body.lead:changed = false", deleteRule="lead = @request.auth.id"),
    base("docs", [f("text", "t"), f("bool", "public"), rel("team", "teams", maxSelect=1), rel("owner", "members", maxSelect=1),
                  f("text", "secret", hidden=True), f("number", "views"), *STAMPS],
         listRule="public = true || owner = @request.auth.id || team.people.id ?= @request.auth.id",
         viewRule="public = true || owner = @request.auth.id || team.people.id ?= @request.auth.id",
         createRule="@request.auth.id != '' && owner = @request.auth.id && @request.body.views:isset = false",
         updateRule="owner = @request.auth.id", deleteRule="owner = @request.auth.id && public = false"),
    base("locked", [f("text", "t"), rel("doc", "docs", maxSelect=1), rel("docs", "docs", maxSelect=5)]),
    base("comments", [f("text", "t"), rel("doc", "docs", maxSelect=1, cascadeDelete=True), rel("author", "members", maxSelect=1),
                      rel("vault", "locked", maxSelect=1)], **OPEN),
    # Its rules are changed by the cases of records.md §6.
    base("ruled", [f("text", "t"), f("number", "n"), rel("tag", "tags", maxSelect=1), rel("tags", "tags", maxSelect=5),
                   f("select", "s2", values=["a", "b", "c"], maxSelect=3), f("file", "file1", maxSelect=1), f("file", "file2", maxSelect=2),
                   f("json", "j"), rel("owner", "members", maxSelect=1), f("text", "secret", hidden=True)]),
]

VIEWS = [
    view("v_posts", "SELECT id, t, n, b, d, j, s2, g, author, tags, (n * 2) AS twice FROM posts", **READ),
    view("v_authors", "SELECT a.id, a.t AS name, a.id AS self, COUNT(p.id) AS posts, TOTAL(p.n) AS sum, MAX(p.d) AS latest, "
                      "CAST(AVG(p.n) AS REAL) AS mean, CAST(COUNT(p.id) AS INT) AS whole, CAST(a.t AS TEXT) AS txt, "
                      "CAST(a.active AS BOOL) AS flag FROM authors a LEFT JOIN posts p ON p.author = a.id GROUP BY a.id", **READ),
    view("v_docs", "SELECT id, t, owner, public FROM docs", listRule="owner = @request.auth.id", viewRule="public = true"),
    view("v_plain", "SELECT (ROW_NUMBER() OVER()) AS id, t, w FROM tags ORDER BY w", listRule="", viewRule=None),
    view("v_kinds", "SELECT id, t, file1, file2 FROM kinds", **READ),
]

# A relation may only point at a collection that is there already, so those to itself come second.
LATER = [
    ("nodes", {"fields": [f("text", "name"), rel("parent", "nodes", maxSelect=1), rel("links", "nodes", maxSelect=9)]}),
]

COLLECTIONS = [*VECTORS, *TYPES, *GRAPHS, *PEOPLE, *VIEWS]
