"""records.md §1–§3, §13, §14: status matrix, envelope, `fields`, `expand`."""

from harness.case import Case, collection, delete, get, head, patch, post, put, raw, records
from world.rows import A1, ANN, BOB, CAT, D1, D2, D3, MISSING, P1, T1, T2, rid

NUMBERS = records("numbers")


def cases():
    yield from statuses()
    yield from shapes()
    yield from parameters()
    yield from picks()
    yield from expands()


def statuses():
    """§1."""
    for who in ("guest", "ann", "su"):
        n = f"records/1/{who}"
        yield Case(f"{n}-unknown-collection", [
            get(records("nope"), who), get(records("nope", "x"), who), post(records("nope"), {}, who),
            patch(records("nope", "x"), {}, who), delete(records("nope", "x"), who)])
        yield Case(f"{n}-unknown-record", [
            get(records("posts", MISSING), who), patch(records("posts", MISSING), {"t": "x"}, who), delete(records("posts", MISSING), who)])
        yield Case(f"{n}-null-rules", [
            get(records("locked"), who, {"fields": "id"}), get(records("locked", rid("l1")), who, {"fields": "id"}), get(records("locked", MISSING), who),
            post(records("locked"), {"id": rid("new"), "t": "x"}, who, {"fields": "t"}), patch(records("locked", MISSING), {}, who), delete(records("locked", MISSING), who)])
        yield Case(f"{n}-null-rules-broken-body", [raw("POST", records("locked"), b"{", as_=who), raw("PATCH", records("locked", rid("l1")), b"{", as_=who)])
        yield Case(f"{n}-view-writes", [
            post(records("v_posts"), {"t": "x"}, who), patch(records("v_posts", P1), {"t": "x"}, who), delete(records("v_posts", P1), who)])
        yield Case(f"{n}-forbidden-identifiers", [
            get(records("posts"), who, {"filter": "@request.auth.id != 'x'", "fields": "id", "sort": "id"}),
            get(records("posts"), who, {"filter": "@collection.tags.t ?= 'red'", "fields": "id", "sort": "id"}),
            get(records("posts"), who, {"sort": "@request.auth.id", "fields": "id"}),
            get(records("posts"), who, {"sort": "@collection.tags.t", "fields": "id"})])
        yield Case(f"{n}-forbidden-identifiers-quoted", [
            get(records("posts"), who, {"filter": "t = '@request.'", "fields": "id", "sort": "id"}),
            get(records("posts"), who, {"filter": "t = '@collection.'", "fields": "id", "sort": "id"})])
    yield Case("records/1/put", [put(records("posts"), {"id": P1}), put(records("posts", P1), {"t": "x"})])
    yield Case("records/1/by-id-and-case", [get(records("c_posts", P1), q={"fields": "id"}), get(records("POSTS", P1), q={"fields": "id"}), get(records("C_POSTS", P1), q={"fields": "id"})])
    yield Case("records/1/record-id-case", [get(records("posts", P1.upper())), get(records("slugs", "FIRST-ONE"))])
    yield Case("records/1/odd-ids", [get(records("posts", "%20")), get(records("posts", "..%2F")), get(records("posts", "x" * 300)), get(records("posts", "a'b"))])
    yield Case("records/1/trailing-slash", [get(records("posts") + "/"), get(records("posts", P1) + "/")])
    yield Case("records/1/head", [head(records("posts")), head(records("posts", P1)), head(records("posts", MISSING))])
    yield Case("records/1/get-with-body", [raw("GET", records("posts"), b"hello", "text/plain"), raw("GET", records("posts") + "?fields=id&sort=id", b"{}")])
    yield Case("records/1/unsupported-type", [raw("POST", records("posts"), b"t=1", "text/plain"), raw("PATCH", records("posts", P1), b"t=1", "text/plain"),
                                               raw("DELETE", records("posts", MISSING), b"t=1", "text/plain")])


def shapes():
    """§2."""
    for name, collection_, id_ in [("posts", "posts", P1), ("kinds", "kinds", rid("k1")), ("kinds-zero", "kinds", rid("k3")), ("hidden", "hidden", rid("h1")),
                                    ("docs", "docs", D1), ("view", "v_posts", P1), ("view-counts", "v_authors", A1), ("view-files", "v_kinds", rid("k1"))]:
        for who in ("guest", "su"):
            yield Case(f"records/2/{name}-{who}", [get(records(collection_, id_), who)])
    for who in ("guest", "ann", "bob", "cat", "sue", "su"):
        yield Case(f"records/2/email-{who}", [get(records("members"), who, {"sort": "id"}), *[get(records("members", i), who) for i in (ANN, BOB, CAT)]])
    yield Case("records/2/superusers", [get(records("_superusers"), "guest"), get(records("_superusers"), "ann"), get(records("_superusers"))])
    yield Case("records/2/system-lists", [get(records(c), who) for c in ("_externalAuths", "_mfas", "_otps") for who in ("guest", "ann", "su")])


def parameters():
    """§3."""
    table = {
        "page": ["1", "2", "0", "-1", "99", "1.5", "x", "", "2147483648", "99999999999999999999", " 1", "+1", "01", "1e1"],
        "perPage": ["1", "7", "0", "-5", "1000", "1001", "999999", "x", "", "1.0"],
        "skipTotal": ["1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False", "yes", "2", "", "tRue"],
    }
    for name, values in table.items():
        for i, value in enumerate(values):
            q = {"sort": "n", "fields": "id", **({"perPage": 4} if name != "perPage" else {}), name: value}
            yield Case(f"records/3/{name}-{i:02}", [get(NUMBERS, q=q)])
    yield Case("records/3/last-page", [get(NUMBERS, q={"perPage": 10, "page": 4, "sort": "-n", "fields": "n"})])
    yield Case("records/3/totals-of-filter", [get(NUMBERS, q={"perPage": 10, "filter": "kind = 'odd'", "sort": "n", "fields": "n"})])
    yield Case("records/3/totals-beyond", [get(NUMBERS, q={"perPage": 10, "page": 9, "filter": "kind = 'odd'"})])
    yield Case("records/3/skip-and-page", [get(NUMBERS, q={"perPage": 10, "page": 2, "skipTotal": 1, "sort": "n", "fields": "n"})])
    yield Case("records/3/unknown", [get(NUMBERS, q={"zzz": "1", "Page": "2", "perpage": "3", "sort": "n", "fields": "id"})])
    yield Case("records/3/repeated", [get(NUMBERS, q=[("perPage", "2"), ("perPage", "3"), ("sort", "n"), ("sort", "-n"), ("fields", "n"), ("fields", "id")])])
    yield Case("records/3/empty-filter", [get(NUMBERS, q={"filter": "", "sort": "n", "perPage": 2, "fields": "n"})])
    yield Case("records/3/distinct-totals", [get(records("tags"), q={"filter": "posts_via_tags.n ?> -9", "sort": "id"})])
    yield Case("records/3/default", [get(NUMBERS, q={"sort": "n", "fields": "id"})])
    yield Case("records/3/no-sort-posts", [get(records("posts"), q={"fields": "id"})])
    yield Case("records/3/bad-percent", [get(records("posts") + "?filter=%zz"), get(records("posts") + "?fields=id&sort=id&a=b;c=d"), get(records("posts") + "?sort=id&fields=id&%zz=1")])
    yield Case("records/3/plus-is-space", [get(records("posts") + "?filter=t='Hello+World'&fields=id")])


def picks():
    """§13."""
    page, kind = records("pages", rid("pg1")), records("kinds", rid("k1"))
    table = [
        "id", "id,t", " id , t ", "zzz", "id,zzz", "", ",", "id,,t", "*", "*,expand.tags.t", "expand.tags.t", "expand", "expand.tags", "expand.tags.*", "expand.*.t", "expand.*",
        "j.a", "j.a.b", "j.a.c.d", "j.a.c", "j.*", "j.zz", "t.x", "tags.x", "tags", "collectionId,collectionName", "*,j.a.b", "id,id", "t,t:excerpt(2)", "t:excerpt(2),t",
        "html:excerpt(10)", "html:excerpt(10,true)", "html:excerpt(1000)", "html:excerpt(5, true)", "html:excerpt(5,false)", "html:excerpt(5,1)", "*,html:excerpt(4,true)", "t:excerpt(3,true)", "j:excerpt(3)",
        "tags:excerpt(3)", "expand.tags.t:excerpt(1,true)", "html:excerpt(22,true)", "html:excerpt(6,true)",
        "html:excerpt(0)", "html:excerpt(-1)", "html:excerpt()", "html:excerpt(a)", "html:excerpt(1,2,3)", "html:excerpt(5,maybe)", "html:zzz(1)", "html:excerpt", "html:", ":excerpt(1)", "html:excerpt(5", "html:excerpt)5(", "html:excerpt(5)x",
        "html:EXCERPT(5)", "a b", "*.t", "**", "j.**", ".", "id.", ".id", "j..a", "t:excerpt(99999999999999999999)", "html : excerpt(5)", "html:excerpt(5):excerpt(3)", "items.id", "page",
    ]
    for i, fields in enumerate(table):
        yield Case(f"records/13/pages-{i:02}", [get(page, q={"fields": fields, "expand": "tags"})])
    yield Case("records/13/list", [get(records("pages"), q={"fields": "t,html:excerpt(8,true)", "sort": "id"}), get(records("pages"), q={"fields": "items.t", "sort": "id"}),
                                   get(records("pages"), q={"fields": "totalItems", "sort": "id"})])
    yield Case("records/13/kinds", [get(kind, q={"fields": "g.lon,file2,r2,j.k,s2"}), get(kind, q={"fields": "g"}), get(kind, q={"fields": "j.k.z"}), get(kind, q={"fields": "j.k.1"})])
    yield Case("records/13/error-ignores", [get(records("posts", MISSING), q={"fields": "status"})])
    yield Case("records/13/collections", [get(collection("posts"), q={"fields": "name,fields.name,fields.type"}), get(collection(), q={"fields": "id,fields.id", "filter": "name = 'tags'"})])
    html = [
        "<p>a</p><p>b</p>", "a<br>b", "a<div>b</div>c", "<b>a</b><i>b</i>", "a &lt;b&gt; &nbsp; &eacute; &#65;", "<style>x{}</style>y", "<!-- c -->x", "<a href='x'>link</a>.", "<ul><li>1<li>2</ul>", "plain < text > here",
        "<table><tr><td>1</td><td>2</td></tr></table>", "  lots \n\t of   space ", "<p>ünï çødé ☃ snow</p>", "<select><option>1</option></select>after", "<textarea>t</textarea><button>b</button>z", "a<span> b </span>c", "<h1>T</h1>x", "<img alt='x'>pic",
        "<p>a</p> <p>b</p>", "x<sup>2</sup>", "<head><title>t</title></head><body>b</body>", "<svg><text>q</text></svg>r", "a<hr>b", "<pre> keep  it </pre>", "<details><summary>s</summary>d</details>", "<custom-tag>c</custom-tag>d", "<iframe>f</iframe>g", "<noscript>n</noscript>m",
        "<p>end</p>   ", "<em>a</em> <strong>b</strong>", "<time>1</time><label>2</label><q>3</q><mark>4</mark><u>5</u><s>6</s>", "<dl><dt>a<dd>b</dl>", "<blockquote>q</blockquote>r", "&amp;lt;",
    ]
    for i, markup in enumerate(html):
        yield Case(f"records/13/excerpt-{i:02}", [post(records("pages"), {"html": markup}, q={"fields": "html:excerpt(200)"})])
    yield Case("records/13/excerpt-cut", [post(records("pages"), {"html": "abc <b>def</b> ghi"}, q={"fields": f"html:excerpt({n},true)"}) for n in (3, 4, 5, 7, 8, 11, 12)])
    yield Case("records/13/excerpt-code-points", [post(records("pages"), {"t": "é☃𝄞x"}, q={"fields": f"t:excerpt({n},true)"}) for n in (1, 2, 3, 4)])


def expands():
    """§14."""
    table = [
        "author", "tags", "author,tags", " author , tags ", "zzz", "author,zzz", "author.zzz", "t", "author.profiles_via_person", "tags.posts_via_tags", "tags.posts_via_tags.author", "author.posts_via_author", ".author.", "author.,tags", "AUTHOR", "author.id",
        "tags,tags.posts_via_tags", "posts_via_author", "", ",", "author author", "kinds_via_r1",
    ]
    for i, expand in enumerate(table):
        yield Case(f"records/14/posts-{i:02}", [get(records("posts", P1), q={"expand": expand})])
        yield Case(f"records/14/posts-list-{i:02}", [get(records("posts"), q={"expand": expand, "sort": "id", "fields": "id,expand"})])
    back = ["posts_via_author", "profiles_via_person", "posts_via_author.tags", "posts(author)", "posts(author).tags", "profiles(person)", "posts_via_author,profiles_via_person", "posts_via_zzz", "zzz_via_author", "tags_via_author", "c_posts_via_author", "POSTS_via_author"]
    for i, expand in enumerate(back):
        yield Case(f"records/14/authors-{i:02}", [get(records("authors"), q={"expand": expand, "sort": "id"})])
    deep = ".".join(["parent"] * 6)
    yield Case("records/14/depth-6", [get(records("nodes", rid("g9")), q={"expand": deep})])
    yield Case("records/14/depth-7", [get(records("nodes", rid("g9")), q={"expand": deep + ".parent"})])
    yield Case("records/14/order", [get(records("nodes", rid("g5")), q={"expand": "links", "fields": "links,expand.links.id"})])
    yield Case("records/14/self-back", [get(records("nodes", rid("g1")), q={"expand": "nodes_via_parent,nodes_via_links", "fields": "id,expand.nodes_via_parent.id"})])
    yield Case("records/14/view", [get(records("v_posts", P1), q={"expand": "author,tags"}), get(records("v_authors", A1), q={"expand": "self"}), get(records("tags", T1), q={"expand": "v_posts_via_tags"})])
    for who in ("guest", "ann", "bob", "cat", "su"):
        n = f"records/14/{who}"
        yield Case(f"{n}-docs", [get(records("comments"), who, {"expand": "doc,author", "sort": "id"})])
        yield Case(f"{n}-null-rule", [get(records("comments"), who, {"expand": "vault,author", "sort": "id"}), get(records("comments", rid("cm1")), who, {"expand": "vault.docs"})])
        yield Case(f"{n}-back", [get(records("docs"), who, {"expand": "comments_via_doc.author,team.people", "sort": "id"})])
        yield Case(f"{n}-hidden", [get(records("hidden"), who, {"expand": "hrel", "sort": "id"})])
        yield Case(f"{n}-back-of-hidden", [get(records("tags", T1), who, {"expand": "hidden_via_hrel"})])
        yield Case(f"{n}-email", [get(records("members", BOB), who, {"expand": "docs_via_owner,teams_via_people"}), get(records("tags", T2), who, {"expand": "members_via_likes"})])
    yield Case("records/14/other-blanks", [get(records("posts", P1), q={"expand": "author\t,tags", "fields": "id,expand"})])
    yield Case("records/14/fields", [get(records("posts", P1), q={"expand": "author,tags", "fields": "id,expand.author.t,expand.tags.w"}), get(records("posts", P1), q={"expand": "author,tags", "fields": "*,expand.author.t"})])
    yield Case("records/14/on-create", [post(records("posts"), {"t": "x", "author": A1, "tags": [T2, T1]}, q={"expand": "author,tags", "fields": "t,expand"})])
    yield Case("records/14/on-update", [patch(records("posts", P1), {"n": 1}, q={"expand": "tags.posts_via_tags", "fields": "t,expand"})])
    yield Case("records/14/nothing-found", [get(records("posts", rid("p3")), q={"expand": "author,tags"}), get(records("tags", rid("t3")), q={"expand": "kinds_via_r1"})])
    yield Case("records/14/doc-views", [get(records("comments", rid("cm2")), "ann", {"expand": "doc"}), get(records("comments", rid("cm3")), "ann", {"expand": "doc"}), get(records("docs", D2), "bob", {"expand": "owner"}),
                                          get(records("docs", D3), "cat", {"expand": "team.lead"})])
