"""records.md §6.3, §6.4, §8–§12, §19: what a filter selects and how a sort orders. All as the superuser."""

from harness.case import Case, get, records
from world.rows import A1, ANN, BOB, D1, P1, T1, T2, T3, rid


def select(collection, filter_, as_="su", **q):
    return get(records(collection), as_, {"filter": filter_, "fields": "id", "sort": "id", "perPage": 200, **q})


# chapter → collection → name → filter
VALID = {
    "19": {"posts": {
        "text-empty": "t = ''", "text-null": "t = null", "text-not-null": "t != null",
        "json-null": "j = null", "json-empty": "j = ''", "json-not-null": "j != null",
        "json-number": "j = 5", "json-number-as-text": "j = '5'", "json-path": "j.a = 1", "json-path-text": "j.a = '1'",
        "json-path-null": "j.c = null", "json-path-missing": "j.zz = null", "json-path-missing-empty": "j.zz = ''",
        "json-index": "j.b.0 = 'x'", "json-array": "j.b = '[\"x\",\"y\"]'",
        "like": "t ~ 'hello'", "like-prefix": "t ~ 'hello%'", "like-suffix": "t ~ '%world'", "like-percent": "t ~ '100%'",
        "like-any": "t ~ 'e_t'", "like-literal-any": "'axb' ~ 'a_b'", "like-pattern-any": "'axb' ~ 'a_b%'",
        "like-backslash": "t ~ 'k\\s'", "like-two-backslashes": "t ~ 'k\\\\s'", "not-like": "t !~ 'o'", "like-itself": "t ~ t",
        "number-text": "n = '1'", "number-gt-text": "n > '0'", "bool": "b = true", "bool-1": "b = 1", "bool-text": "b = 'true'",
        "bool-not": "b != true", "date-gt": "d > '2024'", "date-empty": "d = ''", "date-prefix-eq": "d = '2024-01-01'",
        "select-eq": "s2 = 'a'", "select-like": "s2 ~ 'a'", "select-each": "s2:each = 'a'", "select-each-any": "s2:each ?= 'a'",
        "length-gt": "s2:length > 1", "length-0": "s2:length = 0", "length-single": "author:length = 1",
        "length-single-0": "author:length = 0", "lower": "t:lower = 'hello world'",
        "tags-eq": "tags.t = 'red'", "tags-any-eq": "tags.t ?= 'red'", "tags-ne": "tags.t != 'red'", "tags-any-ne": "tags.t ?!= 'red'",
        "tags-gt": "tags.w > 1", "tags-any-gt": "tags.w ?> 1", "tags-whole": f"tags = '{T1}'", "tags-like": f"tags ~ '{T1}'",
        "tags-each-any": f"tags:each ?= '{T1}'", "tags-id": f"tags.id = '{T1}'", "same-tag-1": "tags.t ?= 'green' && tags.w ?= 1",
        "same-tag-2": "tags.t ?= 'green' && tags.w ?= 2", "author-empty": "author.t = ''", "author-ne": "author.t != 'Ann'",
        "author-bool": "author.active = false", "other-gt": "@collection.tags.w > 0", "other-ne": "@collection.tags.t != 'green'",
        "other-any-ne": "@collection.tags.t ?!= 'green'",
        "other-same": "@collection.tags.t ?= 'red' && @collection.tags.t ?= 'blue'",
        "other-aliases": "@collection.tags:x.t ?= 'red' && @collection.tags:y.t ?= 'blue'",
        "none-ne": "@collection.empty.t != 'x'", "none-any": "@collection.empty.t ?= 'x'", "none-empty": "@collection.empty.t = ''",
        "precedence": "n=1 || n=2 && n=3", "parentheses": "(n=1 || n=2) && n=3",
        "geo": "geoDistance(g.lon, g.lat, 23.3, 42.7) < 10", "strftime": "strftime('%Y', d) = '2024'",
        "strftime-number": "strftime('%Y', d) = 2024", "strftime-null": "strftime('%Y', d) = null",
        "strftime-modifier": "strftime('%Y-%m', d, '+1 month') = '2024-02'",
    }, "authors": {
        "back-gt": "posts_via_author.n > 0", "back-any-gt": "posts_via_author.n ?> 0", "back-id": "posts_via_author.id != ''",
        "back-deep": "posts_via_author.tags.t ?= 'green'", "number-literal": "t = 5",
    }},
    "8": {"posts": {
        "comment": "n = 1 // one\n || n = 2", "comment-only-end": "n = 1 //", "comment-in-function": "strftime('%Y', // x\n d) = '2024'",
        "tab-lf": "n\t=\n1", "no-spaces": "n=1&&b=true", "double-quotes": 't = "Hello World"', "both-quotes": "t = 'Hello World' || t = \"x\"",
        "negative": "n = -1.5", "leading-zeros": "n = 007 || n = 01", "number-left": "1 = n", "constants": "1 = 1", "constants-false": "1 = 2",
        "texts": "'a' = 'a'", "null-null": "null = null", "null-empty": "null = ''", "true-1": "true = 1", "case-null": "t = NULL",
        "case-true": "b = TRUE", "case-mixed": "b = True || t = nUll", "group-deep": "((((n = 1))))", "group-joined": "(n=1) (n=2)",
        "group-after": "n=1 (n=2)", "trailing-comma": "strftime('%Y', d,) = '2024'", "spaces-around": "   n = 1   ",
        "escape-n": "t = 'a\\nb'", "escape-quote": "t = 'it\\'s'", "escape-other-quote": "t = 'say \\\"x\\\"'", "escape-unknown": "t = 'a\\zb'",
        "escape-backslash": "t = 'back\\\\slash'", "unescaped-backslash": "t = 'back\\slash'", "unicode": "t = 'ünï'",
        "hash-identifier-no": "t != '#'", "or-chain": "n=1||n=2||n=0||n=-1.5", "mixed-join": "n=1&&b=true||n=2&&b=false",
        "any-prefix-plain": "n ?= 1", "any-like": "t ?~ 'hello'", "any-nlike": "t ?!~ 'hello'", "any-ge": "n ?>= 1", "any-le": "n ?<= 1",
        "any-lt": "n ?< 1", "function-both-sides": "strftime('%Y', d) = strftime('%Y', d)", "text-with-operators": "t != 'a && b || c = (d)'",
        "text-with-comment": "t != 'http://x'",
    }},
    "9.1": {"posts": {
        "ne-empty": "t != ''", "eq-text": "t = 'Hello World'", "eq-case": "t = 'hello world'", "ne-text": "t != 'Hello World'",
        "number-zero": "n = 0", "number-empty": "n = ''", "number-null": "n = null", "number-ne-null": "n != null", "bool-false": "b = false",
        "bool-null": "b = null", "bool-0": "b = 0", "date-exact": "d = '2024-01-01 10:00:00.000Z'", "date-null": "d = null",
        "rel-empty": "author = ''", "rel-null": "author = null", "rel-eq": f"author = '{A1}'", "rel-ne": f"author != '{A1}'",
        "rel-id": f"author.id = '{A1}'", "rel-missing-ne": "author.id != ''", "column-column": "t = author.t", "column-ne-column": "t != author.t",
        "column-column-null": "author.t = author.id", "json-true": "j.zz = true", "json-array-index-missing": "j.b.7 = null",
        "json-object": "j = '{\"a\":1,\"b\":[\"x\",\"y\"],\"c\":null,\"s\":\"str\"}'", "json-text": "j = 'text'", "json-ne": "j != 5",
        "json-path-ne": "j.a != 1", "json-path-column": "j.s = t", "geo-lon": "g.lon = 23.32", "geo-zero": "g.lat = 0", "geo-null": "g.lon = null",
        "geo-whole": "g = '{\"lon\":23.32,\"lat\":42.69}'", "geo-like": "g ~ '23.32'", "multi-empty": "tags = ''", "multi-empty-list": "tags = '[]'",
        "multi-null": "tags = null", "select-list": "s2 = '[\"a\",\"b\"]'", "select-empty": "s2 = ''", "id": f"id = '{P1}'",
        "macro-empty": "@request.auth.missing = ''", "request-null-column": "t = @request.query.nothing",
    }, "kinds": {
        "email": "em = 'a@example.com'", "email-case": "em = 'A@example.com'", "url": "u = 'https://example.com/x'", "editor": "ed = '<p>Hi</p>'",
        "select-single": "s1 = 'a'", "select-single-ne": "s1 != 'a'", "file": "file1 = ''", "file-like": "file1 ~ 'my_file%.TXT'",
        "file-many": "file2 = '[]'", "file-length": "file2:length = 2", "file-each": "file2:each ?~ 'one_%'", "autodate-empty": "au = ''",
        "autodate-set": "ac != ''", "number-big": "n = 1000000000000000000000", "number-fraction": "n = 1.5", "unicode": "t = 'ünï çødé ☃'",
        "json-bool": "j.k.1.z = true", "json-number": "j.0 = 3", "json-text": "j = 'text'", "select-number-text": "s2 ~ '1'",
        "text-number-literal": "s1 = 1", "rel-same": "r1 = r2.id", "rel-same-any": "r1 ?= r2.id",
    }},
    "9.2": {"posts": {
        "gt": "n > 0", "ge": "n >= 1", "lt": "n < 1", "le": "n <= 0", "null-gt": "author.t > ''", "null-lt": "author.t < 'z'", "null-literal": "n > null",
        "text-gt": "t > 'A'", "text-lt": "t < 'a'", "date-range": "d >= '2024-01-01' && d < '2025'", "date-t": "d > '2024-01-01T00:00:00.000Z'",
        "json-gt": "j.a > 0", "json-text-gt": "j > 1", "bool-gt": "b > 0", "geo-gt": "g.lat > 1", "number-text": "n < '2'", "rel-gt": "author > ''",
        "length-ge": "tags:length >= 1", "length-lt": "tags:length < 2", "both-columns": "n < author.active",
    }},
    "9.3": {"posts": {
        "text-number": "t = 100", "text-gt-number": "t > 5", "number-bad-text": "n = 'x'", "number-exp-text": "n = '1e0'", "number-space-text": "n = ' 1'",
        "bool-text-1": "b = '1'", "json-number-text": "j > '5'", "json-mixed": "j > 4", "json-true-1": "j.a = true", "date-number": "d > 2024",
        "select-number": "s2:length = '2'", "number-lower": "n:lower = '1'", "number-lower-2": "n:lower = 1",
    }},
    "9.4": {"posts": {
        "empty": "t ~ ''", "empty-null": "author.t ~ ''", "not-empty": "t !~ ''", "not-null": "author.t !~ 'x'", "case": "t ~ 'HELLO'", "number-right": "t ~ 100",
        "number-column": "n ~ 1", "number-column-text": "n ~ '1'", "number-not": "n !~ '1'", "bool-column": "b ~ '1'", "date-year": "d ~ '2024-'", "json": "j ~ 'str'",
        "json-path": "j.s ~ 'TR'", "escaped-percent": "t ~ '100\\%'", "escaped-percent-2": "t ~ '100\\\\%'", "escaped-any": "t ~ 'e\\_t'",
        "only-percent": "t ~ '%'", "only-any": "t ~ '_'", "column-column": "t ~ author.t", "literal-left": "'Hello World' ~ t", "number-left": "1 ~ '1'",
        "number-left-2": "1 ~ '1.0'", "number-both": "1 ~ 1", "null-right": "t ~ null", "bool-right": "b ~ true", "relation-many": f"tags ~ '{T2}'", "relation-many-not": f"tags !~ '{T2}'",
        "select-many-not": "s2 !~ 'a'", "unicode": "t ~ 'É'", "through": "tags.t ~ 're'", "through-any": "tags.t ?~ 're'", "through-not": "tags.t !~ 're'", "through-any-not": "tags.t ?!~ 're'",
        "percent-quote": "t ~ '%o_W%'", "geo": "g ~ '42'", "two-any": "t ~ '__'",
    }},
    "10": {"posts": {
        "now": "d < @now", "now-gt": "d > @now", "today": "@todayStart <= @now && @now <= @todayEnd", "yesterday": "@yesterday < @now && @now < @tomorrow",
        "month": "@monthStart <= @todayStart && @todayEnd <= @monthEnd", "year": "@yearStart <= @monthStart && @monthEnd <= @yearEnd",
        "second": "@second >= 0 && @second <= 59", "minute": "@minute >= 0 && @minute <= 59", "hour": "@hour >= 0 && @hour <= 23", "day": "@day >= 1 && @day <= 31",
        "month-number": "@month >= 1 && @month <= 12", "year-number": "@year > 2020", "weekday": "@weekday >= 0 && @weekday <= 6", "strftime-now": "strftime('%Y', @now) = strftime('%Y')",
        "now-eq": "@now = @now", "end-format": "@todayEnd ~ '23:59:59.999Z'", "start-format": "@yearStart ~ '-01-01 00:00:00.000Z'", "month-day": "@monthStart ~ '-01 00:00:00.000Z'",
        "weekday-strftime": "strftime('%w') = '0' || @weekday > 0", "year-text": "strftime('%Y') ~ @year",
    }},
    "11": {"posts": {
        "geo-zero": "geoDistance(g.lon, g.lat, 0, 0) < 1", "geo-far": "geoDistance(g.lon, g.lat, 23.3, 42.7) > 1000", "geo-constant": "geoDistance(0, 0, 0, 1) > 111 && geoDistance(0, 0, 0, 1) < 112",
        "geo-null": "geoDistance(null, 1, 2, 3) = null", "geo-macro": "geoDistance(@hour, @minute, 0, 0) >= 0", "geo-number-field": "geoDistance(n, n, n, n) < 1", "geo-eq": "geoDistance(0, 0, 0, 0) = 0",
        "geo-right": "10 > geoDistance(g.lon, g.lat, 23.3, 42.7)", "strftime-format-only": "strftime('%Y') != ''", "strftime-text": "strftime('%d', '2024-05-06') = '06'",
        "strftime-number": "strftime('%Y', 2460000.5) = '2023'", "strftime-many": "strftime('%Y-%m-%d', d, 'start of month', '+1 day') = '2024-01-02'", "strftime-bad": "strftime('%Y', 'x') = ''",
        "strftime-like": "strftime('%Y-%m', d) ~ '2024'", "strftime-gt": "strftime('%Y', d) > '2024'", "strftime-macro": "strftime('%Y-%m-%d', @todayStart) = strftime('%Y-%m-%d', @now)",
        "strftime-related": "strftime('%Y', author.posts_via_author.d) ?= '2025'", "strftime-related-all": "strftime('%Y', author.posts_via_author.d) = '2024'",
    }},
    "6.3": {"nodes": {
        "one-hop": "parent.name = 'root'", "six-hops": "parent.parent.parent.parent.parent.parent.name = 'root'", "parent-id": f"parent = '{rid('g1')}'",
        "self-back": "nodes_via_parent.name = 'level3'", "self-back-two": "nodes_via_parent.nodes_via_parent.name = 'level4'", "up-down": "parent.nodes_via_parent.name ?= 'level2'",
        "links": "links.name ?= 'level3'", "links-back": "nodes_via_links.name ?= 'level5'", "links-deep": "links.links.name ?= 'root'", "links-all": "links.name != 'root'",
    }, "authors": {
        "unique-back": "profiles_via_person.bio = \"Ann's\"", "unique-back-none": "profiles_via_person.id = ''", "back-relation-field": "posts_via_author.author.t ?= 'Ann'", "back-like": "posts_via_author.t ?~ 'hello'",
        "back-each": "posts_via_author.s2:each ?= 'c'", "back-length": "posts_via_author.s2:length ?> 1", "back-json": "posts_via_author.j.a ?= 1",
    }, "posts": {
        "headers": "@request.headers.x_none = ''", "method": "@request.method = 'GET'", "context": "@request.context = 'default'", "query": "@request.query.page = ''", "auth-superuser": "@request.auth.collectionName = '_superusers'",
        "auth-id": "@request.auth.id != ''", "auth-email": "@request.auth.email ~ 'root@'", "auth-unknown": "@request.auth.zzz = null", "auth-unknown-deep": "@request.auth.zzz.yyy = null", "body-missing": "@request.body.x = null",
        "body-isset": "@request.body.x:isset = false", "other-by-id": "@collection.c_tags.t ?= 'red'", "other-relation": "@collection.posts.author.t ?= 'Bob'", "other-compare": "@collection.authors.id ?= author", "other-alias-compare": "@collection.authors:a.id = author",
        "other-back": "@collection.authors.posts_via_author.n ?= 2", "other-two": "@collection.tags.w ?= 1 && @collection.authors.t ?= 'Bob'",
    }},
    "6.4": {"posts": {
        "any-lt": "tags.w ?< 2", "all-lt": "tags.w < 2", "all-ge": "tags.w >= 1", "all-like-not": "tags.t !~ 'x'", "empty-eq": "tags.t = ''", "empty-any-eq": "tags.t ?= ''", "empty-null": "tags.t = null", "empty-ne": "tags.t != ''", "empty-any-ne": "tags.t ?!= ''",
        "each-ne": "s2:each != 'a'", "each-any-ne": "s2:each ?!= 'a'", "each-like": "s2:each ~ 'a'", "each-gt": "s2:each > 'a'", "each-empty": "s2:each = ''", "each-null": "s2:each = null", "rel-each-all": f"tags:each = '{T1}'", "rel-each-ne": f"tags:each != '{T1}'",
        "both-multi": "tags.t = tags.t", "both-multi-any": "tags.t ?= tags.t", "both-multi-other": "tags.w >= tags.w", "two-paths": "tags.t ?= author.posts_via_author.tags.t", "two-lists": "author.posts_via_author.tags.t ?= 'green'", "all-of-author": "author.posts_via_author.n > 0",
        "all-of-author-any": "author.posts_via_author.n ?< 0", "same-prefix-or": "tags.t ?= 'green' || tags.w ?= 3", "all-and-any": "tags.t != 'blue' && tags.w ?= 1", "tags-id-any": f"tags.id ?= '{T1}'", "tags-id-ne": f"tags.id != '{T1}'", "tags-id-in": f"tags.id ?= '{T2}' || tags.id ?= '{T3}'",
        "column-multi": "n = tags.w", "column-multi-any": "n ?= tags.w", "multi-column": "tags.w = n", "column-lt-multi": "n < tags.w", "column-any-lt-multi": "n ?< tags.w", "lower": "tags.t:lower ?= 'red'", "single-each": "author:each != ''", "distinct": "tags.w ?> 0",
    }, "tags": {
        "back-multi": "posts_via_tags.t ?= 'Hello World'", "back-multi-all": "posts_via_tags.n > 0", "back-multi-none": "posts_via_tags.id = ''", "back-multi-author": "posts_via_tags.author.t ?= 'Bob'", "back-each": "posts_via_tags.s2:each ?= 'b'", "back-tags": "posts_via_tags.tags.t ?= 'green'",
        "kinds-back": "kinds_via_r1.t = 'Text'", "kinds-back-multi": "kinds_via_r2.t ?= 'text'",
    }},
    "6.7": {"posts": {
        "lower-like": "t:lower ~ 'WORLD'", "lower-ne": "t:lower != 'hello world'", "lower-both": "t:lower = author.t:lower", "length-text": "t:length = 'Hello World'", "length-number": "n:length = 1", "length-json": "j:length = 5", "lower-json-path": "j.s:lower = 'str'",
        "each-text": "t:each = 'Hello World'", "lower-id": f"id:lower = '{P1}'", "isset-field": "t:isset = true", "changed-body": "@request.body.t:changed = false", "lower-query": "@request.query.filter:lower ~ 'lower'", "length-body": "@request.body.tags:length = 0",
        "isset-query": "@request.query.filter:isset = true", "isset-query-not": "@request.query.nope:isset = false", "isset-header": "@request.headers.authorization:isset = true", "length-related": "author.posts_via_author.tags:length ?= 2",
    }, "kinds": {"file-length": "file1:length = 1", "files-length": "file2:length > 0", "select-single": "s1:length = 1", "rel-length": "r2:length = 2", "select-single-each": "s1:each = 'a'"}},
    "7": {},
}

# Filters that are errors.
INVALID = {
    "19": ["n", "n==1", "n=1 &&", "()", "n=1 && ()", "n=1 and n=2", "n=1.", "n=.5", "n=1e2", "n=+1", "!(n=1)", "j.b[0]='x'", "t:foo=1",
           "t:lower:lower=1", "T='x'", "t.a='x'", "tags.zzz=1", "@foo=1", "collectionName='x'", "zzz_via_author.id=''",
           "geoDistance(g.lon, g.lat, '1', 2)<1", "strftime(d)=''", "unknown(1)=1", "t='x\\'"],
    "8": ["   ", "// only a comment", "n = 1\r", "n \u00a0= 1", "&& n=1", "n=1 || || n=2", "(n=1", "n=1)", "n=", "=1", "t='x", 't="x', "n <> 1", "n === 1", "n = 1 n = 2",
          "@", "_", "#", "n. = 1", "n: = 1", "-n = 1", "n = - 1", "n = 1 + 1", "n in (1)", "not n = 1", "n = 'a' 'b'", "n ? = 1", "n =? 1", "(n) = 1", "n = (1)",
          "strftime('%Y', strftime('%Y', strftime('%Y', strftime('%Y')))) = ''", "n=1 & n=2", "n=1 | n=2", ";", "t = `x`", "n = 1,", "a..b = 1", ".t = 1", "t = 'x' && (", "1", "'x'", "true"],
    "6.3": ["expand = ''", "collectionId = ''", "_rowid_ = 1", "rowid = 1", "author.zzz = 1", "n.a = 1", "b.x = 1", "d.x = 1", "g.zzz.x.y = 1", "posts_via_zzz.id = ''", "tags_via_author.id = ''", "posts_via_n.id = ''", "posts_via_.id = ''",
            "@collection.nope.t = 1", "@collection.tags = 1", "@collection.tags.zzz = 1", "@collection = 1", "@request = 1", "@request.zzz = 1", "@request.auth = 1", "@request.headers = 1", "@collection.tags:.t = 1",
            "author.t.x = 1", "s2.0 = 'a'", "@nowx = 1", "@NOW = 1"],
    "6.7": ["t:each:length = 1", "t: = 1", "t:LOWER = 1", "n:lower:each = 1", "@request.body.zzz:changed = 1", "@request.body.t:length = 1", "@request.body.t:each = 1", "j.s:foo = 1", "author.t:foo = 1", "@now:lower = ''", "1:lower = 1", "author:lower.t = 1"],
    "11": ["geoDistance(1, 2, 3) < 1", "geoDistance(1, 2, 3, 4, 5) < 1", "geoDistance() < 1", "geoDistance(geoDistance(1,2,3,4), 2, 3, 4) < 1", "strftime() = ''", "strftime(1) = ''", "strftime('%Y', d, n) = ''", "strftime('%Y', d, 1) = ''", "STRFTIME('%Y') = ''", "geodistance(1,2,3,4) < 1",
           "strftime('%Y', 'now', '1', '2', '3', '4', '5', '6', '7', '8', '9') = ''", "strftime ('%Y') = ''", "strftime('%Y' d) = ''", "strftime(,'%Y') = ''", "geoDistance(zzz, 1, 2, 3) < 1"],
}

SORTS = {
    "posts": ["t", "-t", "+t", "n,-t", "-n,t", " n , -t ", "d,id", "b,id", "author.t,id", "-author.t,id", "j.a,id", "g.lon,id", "s2,id", "s2:length,id", "t:lower,id", "tags:length,-id", "@rowid", "-@rowid", "author.active,id", "-id", "author,id", "tags,id",
              "n,t,b,d,id,author,tags,s2", "j,id", "g,id"],
    "nodes": ["parent.name,id", "-parent.parent.name,id"],
    "authors": ["-t", "profiles_via_person.bio,id"],
    "kinds": ["n,id", "-n,id", "t,id", "em,id", "file1,id", "ac,id", "j.0,id", "s1,-id"],
    "v_posts": ["twice,id", "-t", "@rowid"],
}
BAD_SORTS = ["zzz", "-", "+", "t,", ",t", "t,,n", "@now", "null", "true", "1", "'x'", "@request.auth.id", "t desc", "n,t,b,d,id,author,tags,s2,j", "x" * 256, "author.zzz", "t;", "--t", "tags.zzz", "t:foo", "@collection.tags.t", "@foo", "geoDistance(1,2,3,4)"]


def cases():
    for chapter, collections in VALID.items():
        for collection, filters in collections.items():
            for name, filter_ in filters.items():
                yield Case(f"records/{chapter}/{collection}-{name}", [select(collection, filter_)])
    for chapter, filters in INVALID.items():
        for i, filter_ in enumerate(filters):
            yield Case(f"records/{chapter}/bad-{i:02}", [select("posts", filter_)])
    for collection, sorts in SORTS.items():
        for i, sort in enumerate(sorts):
            yield Case(f"records/12/{collection}-{i:02}", [get(records(collection), q={"sort": sort, "fields": "id"})])
    for i, sort in enumerate(BAD_SORTS):
        yield Case(f"records/12/bad-{i:02}", [get(records("posts"), q={"sort": sort, "fields": "id"})])
    yield Case("records/12/empty", [get(records("numbers"), q={"sort": "", "fields": "id", "filter": "n < 4"})])
    yield Case("records/12/random", [get(records("authors"), q={"sort": "-@random", "filter": "t='Ann'", "fields": "id"})])
    yield Case("records/12/multi-valued", [get(records("tags"), q={"sort": "posts_via_tags.n,id", "fields": "id", "filter": f"id = '{T1}'"})])
    for name, sort in {"blanks": " t\n,\tid ", "255-bytes-descending": "-j." + "a" * 253 + ",id", "256-bytes-descending": "-j." + "a" * 254}.items():
        yield Case(f"records/12/{name}", [get(records("posts"), q={"sort": sort, "fields": "id"})])
    yield from limits()
    yield from views()


def limits():
    """records.md §3, §8: sizes of filters and sorts."""
    many = " || ".join(["n=1"] * 200)
    yield Case("records/8/200-comparisons", [select("posts", many)])
    yield Case("records/8/201-comparisons", [select("posts", many + " || n=2")])
    yield Case("records/8/3500-bytes", [select("posts", "t != '" + "x" * (3500 - 7) + "'")])
    yield Case("records/8/3501-bytes", [select("posts", "t != '" + "x" * (3501 - 7) + "'")])
    yield Case("records/8/many-parentheses", [select("posts", "(" * 60 + "n=1" + ")" * 60)])
    yield Case("records/6.3/seven-hops", [select("nodes", "parent." * 7 + "name = 'root'")])
    yield Case("records/12/255-bytes", [get(records("posts"), q={"sort": "j." + "a" * 253, "fields": "id"})])
    yield Case("records/6.3/auth-relation", [select("tags", "@request.auth.likes.id ?= id", "ann")])
    yield Case("records/6.3/auth-relation-su", [select("posts", "@request.auth.likes.id ?= 'x'")])
    yield Case("records/6.3/query-value", [get(records("posts"), q={"filter": "t = @request.query.word", "word": "Hello World", "fields": "id"})])
    yield Case("records/6.3/query-first-value", [get(records("posts"), q=[
        ("filter", "t = @request.query.word"), ("word", "Hello World"), ("word", "x"), ("fields", "id")])])
    yield Case("records/6.3/query-number-text", [get(records("posts"), q={"filter": "n = @request.query.num", "num": "1", "fields": "id"})])
    yield Case("records/6.3/header-value", [get(records("posts"), q={"filter": "t = @request.headers.x_word", "fields": "id"},
                                              headers={"X-Word": "Hello World"})])


def views():
    """Views answer filters as tables do (collections.md §7)."""
    table = {
        "v_posts": ["twice > 1", "author.t = 'Ann'", "tags.t ?= 'red'", "j.a = 1", "s2:each ?= 'a'", "g.lon > 1", "b = true", "d > '2024'", "twice = '2'", "id = ''"],
        "v_authors": ["posts > 1", "sum = 2", "name = 'Ann'", "self.t = 'Ann'", "latest > '2025'", "mean < 0", "flag = true", "txt ~ 'b'", "whole = 2", "self = id"],
        "v_plain": ["w > 1", "id = '1'", "t = 'red'"],
        "v_kinds": ["file2:length = 2", "file1 != ''"],
        "docs": [f"owner = '{ANN}'", f"owner.nick = 'bob' || id = '{D1}'", "team.people.nick ?= 'bob'", "comments_via_doc.author.nick ?= 'cat'", "secret = 'x1'", f"team.lead = '{BOB}'", "owner.email ~ 'ann'", "team.people:length = 2"],
        "members": ["note = 'hush'", "email = 'bob@example.com'", "verified = true", "emailVisibility = false", "docs_via_owner.t ?= 'public'", "teams_via_people.lead.nick ?= 'ann'", "role = 'admin' && level > 2", "tokenKey != ''", f"likes.id ?= '{T1}'"],
        "comments": ["doc.team.lead.nick = 'ann'", "author.note = 'hush'", "vault.t = 'vault'", "doc.public = true"],
        "hidden": ["secret = 's1'", "hrel.t = 'red'", "hj.a = 1"],
    }
    for collection, filters in table.items():
        for i, filter_ in enumerate(filters):
            yield Case(f"records/8/{collection}-{i:02}", [select(collection, filter_)])
