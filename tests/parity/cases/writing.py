"""Record bodies: coercion (collections.md §4.2, §11), value errors (§4.4), write modifiers (§4.5),
ids, forms and files (records.md §4, §5), auth keys (§7), deletes (§15)."""

import json

from harness.case import Case, Upload, delete, form, get, multipart, patch, post, raw, records
from world.rows import ANN, BOB, CAT, MISSING, P1, PASSWORD, PNG, T1, T2, T3, rid

KINDS, STRICT = records("kinds"), records("strict")
K1, ST1 = records("kinds", rid("k1")), records("strict", rid("st1"))
AUTO = {"auto": "^[A-Z]{3}-[0-9]{4}$"}


def cases():
    yield from coercions()
    yield from forms()
    yield from value_errors()
    yield from required()
    yield from modifiers()
    yield from ids()
    yield from files()
    yield from bodies()
    yield from auth_keys()
    yield from deletes()
    yield from uniques()
    yield from updates()


def coerced(name, field, values, chapter="11"):
    """One case per value: created with it, and k1-like record updated with it."""
    for i, value in enumerate(values):
        yield Case(f"collections/{chapter}/{name}-{i:02}", [post(KINDS, {field: value}, q={"fields": f"id,collectionId,{field}"})], mask=AUTO if field == "auto" else {})


# Texts beyond what Python's JSON writes the same way, sent as raw bytes.
RAW = {
    "text": ["1.50", "1e21", "0.0000001", "1e-7", "-0", "-0.0", "100000000000000000000000", "1E2", "\"\\u0041\\ud83d\\ude00\"", "\"a\\u0000b\"", "\"\\ud800\"", "9007199254740993", "1e400"],
    "number": ["1e21", "1e-7", "1e20", "9007199254740993", "1.50", "-0", "-0.0", "0.1", "1e400", "1E2", "123456789012345678901234567890", "-1e-400", "\"-1e-7\"", "\"1e21\"", "0.30000000000000004", "5e-324", "1.7976931348623157e308"],
    "json": ["1e5", "1.50", "12345678901234567890", "9007199254740993", "{\"b\":1,\"a\":2}", "{\"a\":1e2}", "[1.0,2]", "\"a\\u0000b\"", "\"\\u003cb\\u003e\"", "{\"a\":{\"b\":[]}}", "-0", "0.1", "\"{\\\"b\\\":1, \\\"a\\\": 2}\"", "\"[1.0, 2]\"", "\"12345678901234567890\""],
}


def coercions():
    """collections.md §11."""
    yield from coerced("text", "t", ["x", " x ", 12, 1.5, 0, -1, True, False, None, ["a"], {"a": 1}, "", [], "0", "a\nb", "<b>&</b>", "ünï ☃", "\u2028", "null"])
    yield from coerced("number", "n", [5, "5", " 5 ", "0x10", ["a"], None, "", True, False, "1e3", "NaN", "Inf", "-Inf", "infinity", "abc", "1,5", "1_000", "+5", ".5", "5.", {"a": 1}, [1], 1.5, "1.50", "-0", "1e400", "0b1", "٣"])
    yield from coerced("bool", "b", [True, False, 12, -1, 0, 0.5, "t", "TRUE", "True", "true", "1", "T", "tRUE", "2", "yes", "on", "", None, ["a"], [], {"a": 1}, "0", "f", "false", " true"])
    dates = ["2024-02-03", "2024-02-03 04:05:06", "2024-02-03 04:05:06.7", "2024-02-03 04:05:06.123456Z", "2024-02-03T04:05:06Z", "2024-02-03T04:05:06.987+02:00", "2024-02-03T04:05:06.987654321Z", "2024-02-03T04:05:06", "2024-02-03 04:05:06 +0200",
             "2024-02-03 04:05:06+02:00", "2024-02-03 04:05:06 -05:00", "2024-02-03T04:05:06+0200", "03 Feb 2024", "Sat, 03 Feb 2024 04:05:06 GMT", "Sat, 03 Feb 2024 04:05:06 +0200", "03 Feb 24 04:05 GMT", "03 Feb 24 04:05 +0200", "Saturday, 03-Feb-24 04:05:06 GMT",
             "Sat Feb  3 04:05:06 2024", "Sat Feb  3 04:05:06 UTC 2024", "Sat Feb 03 04:05:06 +0200 2024", 1700000000, "1700000000", "2024-02-03T04:05", "2024-02-30", "x", True, "", None, ["2024-02-03"], {"a": 1}, "10000-01-01", "9999-12-31 23:59:59.999Z", "0001-01-01 00:00:00Z",
             "0001-01-02", "2024-2-3", "2024-02-03 4:5:6", "2024-02-03 24:00:00", "2024-02-03 23:59:60", " 2024-02-03", "2024-02-03 ", "2024/02/03", "20240203", "2024-02-03 04:05:06.9999Z", "2024-02-03t04:05:06z", "2024-02-29", "2023-02-29", "1969-12-31 23:59:59.5Z", "2024-02-03 04:05:06,5", "Feb 3, 2024", "2024-02", "2024-02-03Z"]
    yield from coerced("date", "d", dates)
    yield from coerced("json", "j", ["1", "abc", "", "null", "true", "false", "[1,2]", "[1,2", '{"a":1}', '"q"', "-5", "-", " 1", 1, 1.5, True, None, [], {}, [1, {"a": None}], {"z": 1, "a": {"y": 2, "b": 3}}, "01", "1e5", "nul", "TRUE", "{'a':1}", " {\"a\":1}", "\"", "12abc", "\n1", "{\"a\":1} x", "<b>&amp;</b>", "é☃", "[\"\\u00e9\"]"])
    yield from coerced("select-single", "s1", ["a", ["a", "b"], '["a","b"]', 1, ["", None], {"a": 1}, None, "", [], "a,b", "z", ["a", "z"], ["z", "a"], True, [1], "[1]", "[", ["a", ["b"]], "a ", 1.0])
    yield from coerced("select-multiple", "s2", ["a", ["a", "a", "b"], [1, 2], ["", None, "a"], None, "", [["a"]], [], '["b","a"]', '["a",1]', "a,b", ["z"], ["a", "z", "y"], {"a": 1}, True, 1, ["c", "b", "a"], "[]", '[""]', ["a", {}], [True]])
    yield from coerced("relation-single", "r1", [T1, [T1, T2], json.dumps([T1, T2]), None, "", [], MISSING, {"id": T1}, 1, [T1, MISSING], [MISSING, T1], T1.upper()])
    yield from coerced("relation-multiple", "r2", [T1, [T1, T2, T1], [T3, T1], json.dumps([T2]), None, "", [], MISSING, [T1, MISSING], f"{T1},{T2}", [[T1]], {"a": T1}])
    yield from coerced("geo", "g", [{"lat": 1}, {"lon": 3, "lat": 4}, '{"lon":3,"lat":4}', None, {}, [1, 2], 1, "garbage", "", {"lon": "5", "lat": "6"}, {"lon": 1, "lat": 2, "alt": 3}, {"lon": None, "lat": 1}, {"lon": 181, "lat": 0}, {"lon": 0, "lat": 91}, {"lon": -180, "lat": -90}, {"lon": -181, "lat": -91}, '{"lon":"x"}', {"LON": 1}, {"lon": 1.5e1, "lat": 0.1}, [], "[]", "{}",
                                       "[1,2]", '{"lon":"5","lat":2}', '{"lon":null,"lat":2}', ' {"lon":1,"lat":2} ', [{"lon": 1, "lat": 2}]])
    yield from coerced("email", "em", ["a@b.co", "A@B.CO", 12, None, ["a@b.co"], "", " a@b.co", "x", True])
    yield from coerced("url", "u", ["https://a.b", 12, None, "", "x", " https://a.b"])
    yield from coerced("editor", "ed", ["<p>x</p>", 12, None, True, ["x"], {"a": 1}, "<script>x</script>"])
    yield from coerced("password", "pw", ["x", "", None, 12, True, ["x"]])
    yield from coerced("autodate", "ac", ["2020-01-01", "", None])
    yield from coerced("auto", "auto", ["", None, "given", 12, ["x"]])
    for field, name in (("t", "text"), ("n", "number"), ("j", "json")):
        for i, value in enumerate(RAW[name]):
            yield Case(f"collections/11/raw-{name}-{i:02}", [raw("POST", KINDS + f"?fields=id,collectionId,{field}", f'{{"{field}":{value}}}'.encode())])
    yield Case("collections/11/all-defaults", [post(KINDS, {})], mask=AUTO)
    yield Case("collections/11/stored-password", [post(KINDS, {"id": rid("kpw"), "pw": "secret"}, q={"fields": "id,pw"}),
                                                  get(KINDS, q={"filter": "pw ~ '$2a$04$%' && id = '" + rid("kpw") + "'", "fields": "id,pw"})])


def forms():
    """collections.md §11 last row, records.md §5."""
    table = [
        [("t", "001")], [("t", "1.50")], [("t", "true")], [("t", "12")], [("t", "-1.5")], [("t", "+1")], [("t", "1e3")], [("t", "null")], [("t", "")], [("t", "a"), ("t", "b")], [("t", "-")], [("t", ".")], [("t", "1.")], [("t", "-.5")],
        [("n", "1e3")], [("n", "5")], [("n", "-1.5")], [("n", "1"), ("n", "2")], [("n", "x")], [("n", "true")], [("n", "00012")], [("n", "")],
        [("b", "true")], [("b", "false")], [("b", "1")], [("b", "on")], [("b", "TRUE")], [("b", "true"), ("b", "true")],
        [("s2", "a"), ("s2", "b")], [("s2", "a")], [("s2", '["a","b"]')], [("s2", "")], [("s2", "1"), ("s2", "2")], [("s2", "a"), ("s2", "")], [("s1", "a"), ("s1", "b")], [("s1", "1")],
        [("r2", T1), ("r2", T2)], [("r1", T1)], [("j", '{"a":1}')], [("j", "x")], [("j", "1")], [("j", "true")], [("j", "a"), ("j", "1")], [("j", "")], [("j", "null")], [("j", "001")], [("j", "[1")], [("d", "2024-02-03")], [("d", "1700000000")], [("g", '{"lon":3,"lat":4}')], [("g", "1")],
        [("t", "x"), ("@jsonPayload", '{"t":"y","n":1}')], [("@jsonPayload", '{"t":"1"}'), ("@jsonPayload", '{"n":2}')], [("@jsonPayload", '{"t":1}'), ("@jsonPayload", '{"t":2}'), ("t", "3")], [("@jsonPayload", "{")], [("@jsonPayload", "[]")], [("@jsonPayload", "null")], [("@jsonPayload", "")], [("@jsonPayload", "1")],
        [("s2+", "a"), ("s2+", "b")], [("n+", "5")], [("s2", "a"), ("s2+", "b")], [("zzz", "1")], [("t[]", "x")], [("t", "0")], [("t", "-0")], [("n", "-0")], [("t", "1.0")], [("t", "9007199254740993")], [("t", "100000000000000000000000")], [("t", "False")],
    ]
    fields = "id,collectionId,t,n,b,s1,s2,r1,r2,j,d,g"
    for i, pairs in enumerate(table):
        yield Case(f"records/5/form-{i:02}", [form("POST", f"{KINDS}?fields={fields}", pairs), multipart("POST", f"{KINDS}?fields={fields}", pairs)])
    yield Case("records/5/form-empty", [form("POST", f"{KINDS}?fields={fields}", []), multipart("POST", f"{KINDS}?fields={fields}", [])])
    yield Case("records/5/form-plus", [raw("POST", f"{KINDS}?fields={fields}", b"t=a+b%20c&n=%31", "application/x-www-form-urlencoded"), raw("POST", f"{KINDS}?fields={fields}", b"t=%zz", "application/x-www-form-urlencoded"),
                                        raw("POST", f"{KINDS}?fields={fields}", b"t&n=1;b=1", "application/x-www-form-urlencoded; charset=utf-8")])
    yield Case("records/5/multipart-broken", [raw("POST", KINDS, b"--x\r\nnope", "multipart/form-data; boundary=x"), raw("POST", KINDS, b"x", "multipart/form-data"), raw("POST", KINDS, b"", "multipart/form-data; boundary=x")])


ERRORS = {
    "t_len": ["ab", "abcdef", "abc", "éèê", "☃☃", "", 12, 123], "t_pat": ["abc", "ABC", "", "A B"], "t_def": ["x" * 5000, "x" * 5001, "☃" * 5000],
    "n_rng": [0, 0.5, 1, 10, 11, -1, "x", "5"], "n_int": [1, 1.5, "2.5", -3, 1e20, "1e-3"], "n_neg": [0, -6, -3, 1, -0.5],
    "em": ["a@b.co", "a", "a@b", "@b.co", "a@", "a b@c.de", "a@b.c", "a@localhost", "a@[1.2.3.4]", "a@1.2.3.4", "\"q\"@b.co", "a@b..co", ".a@b.co", "a.@b.co", "a..b@c.de", "ü@b.co", "a@ü.de", "a+b@c.de", "a@b.c0", "a@-b.co", "a@b_c.de", "<a@b.co>", "a@b.co ", "a@b.co,c@d.ef", "a@b@c.de", "x" * 70 + "@b.co", "a@" + "b" * 70 + ".co", "a@xn--bcher-kva.example", "a!#$%&'*+/=?^_`{|}~-b@c.de"],
    "em_only": ["a@example.com", "a@EXAMPLE.com", "a@sub.example.com", "a@bad.com", "x"], "em_ex": ["a@bad.com", "a@BAD.com", "a@good.com", "a@sub.bad.com"],
    "u": ["https://a.b", "http://a.b/c?d=e#f", "ftp://a.b", "ws://a.b", "wss://a.b", "mailto:a@b.co", "example.com", "localhost:80", "localhost", "foo.bar/baz", "http://1.2.3.4", "http://[::1]", "http://[::1]:80/x", "1.2.3.4", "http://a_b.c", "/x", "//x.y", "x", "javascript:alert(1)", "foo://a.b", "HTTP://a.b", "http://", "http:///x", "http://a b.c", "http://a.b c",
          "tel:1", "data:text/plain,x", "http://user:pw@a.b", "http://a.b:99999", "http://ü.de", "https://a", "http://localhost", "file:///x", "?x", "#x", "http://a..b", "http://.a", "http://a.b.", "http://-a.b", "http://a.b/%zz", "http://a.b/ü", "www.a.b", "a.b:80", "a.b?x=1", "irc://a.b", "tcp://a.b", "https://a.b/" + "x" * 2100, "ftps://a.b", "ssh://a.b", "http:a.b", "mailto:x"],
    "u_only": ["https://example.com", "https://example.com:80", "example.com", "https://sub.example.com", "https://EXAMPLE.com", "https://user@example.com"], "u_ex": ["https://bad.com", "https://good.com", "bad.com", "https://bad.com:80"],
    "ed": ["x" * 10, "x" * 11, "☃☃☃", "☃☃☃☃"], "d_rng": ["2023-12-31 23:59:59.999Z", "2024-01-01", "2024-12-31", "2024-12-31 00:00:00.001Z", "2025-01-01", "x"],
    "s_one": ["a", "z", ["a", "b"]], "s_two": [["a", "b"], ["a", "b", "c"], ["a", "z"], ["z", "y", "x"], "z"],
    "r_one": [T1, MISSING, [T1, T2]], "r_rng": [[T1], [T1, T2], [T1, T2, T3], [T1, MISSING], [T1, T2, T3, MISSING], [], [T1, T1]],
    "j": ["x" * 18, "x" * 19, {"a": "x" * 20}, [1, 2, 3], "", None, [], {}, "☃☃☃☃☃☃"], "pw": ["abc", "abcd", "abcdefg", "", "☃☃☃☃", 1234], "pw_pat": ["abc", "ABC", "ab1", "x" * 71, "x" * 72, "é" * 40, "é" * 71],
    "g": [{"lon": 181, "lat": 1}, {"lon": 1, "lat": 91}, {"lon": 181, "lat": 91}, {"lon": -180, "lat": 90}],
}


def value_errors():
    """collections.md §4.4: one bad value at a time, on create and on update."""
    for field, values in ERRORS.items():
        for i, value in enumerate(values):
            yield Case(f"collections/4.4/{field}-{i:02}", [post(STRICT, {field: value}, q={"fields": f"id,collectionId,{field}"}), patch(ST1, {field: value}, q={"fields": field})],
                       undo=[patch(ST1, {field: {"t_len": "abcd", "r_rng": [T1, T2], "n_rng": 5}.get(field)})])
    yield Case("collections/4.4/many-at-once", [post(STRICT, {"t_len": "a", "n_int": 1.5, "em": "x", "s_two": ["z"], "r_one": MISSING, "g": {"lon": 999}})])


def required():
    """collections.md §4.4: required."""
    full = {"t": "x", "n": 1, "b": True, "em": "a@b.co", "u": "https://a.b", "ed": "x", "d": "2024-01-01", "s1": "a", "s2": ["a"], "r1": T1, "r2": [T1], "j": {"a": 1}, "pw": "secret", "g": {"lon": 1, "lat": 1}}
    yield Case("collections/4.4/required-all-missing", [post(records("needed"), {})])
    zero = {"t": ["", None, " "], "n": [0, "x"], "b": [False, "no"], "em": [""], "u": [""], "ed": [""], "d": ["", "x"], "s1": ["", []], "s2": [[], "", [""]], "r1": [""], "r2": [[]], "j": [None, "", [], {}, "null", "[]", "{}", 0, False, "0", "false"], "pw": [""], "g": [{}, {"lon": 0, "lat": 0}, {"lon": 0, "lat": 0.1}]}
    for field, values in zero.items():
        for i, value in enumerate(values):
            parts = [("@jsonPayload", json.dumps({**full, field: value})), ("file1", Upload("need.txt", b"x"))]
            yield Case(f"collections/4.4/required-{field}-{i}", [multipart("POST", f"{records('needed')}?fields=id,collectionId,{field}", parts)])
    yield Case("collections/4.4/required-file", [post(records("needed"), full)])
    yield Case("collections/4.4/required-satisfied", [multipart("POST", records("needed"), [("@jsonPayload", json.dumps({**full, "id": rid("nd1")})), ("file1", Upload("need.txt", b"x"))]),
                                                       patch(records("needed", rid("nd1")), {"t": ""}), patch(records("needed", rid("nd1")), {"file1": ""}), patch(records("needed", rid("nd1")), {"n-": 1}), patch(records("needed", rid("nd1")), {"pw": ""}), patch(records("needed", rid("nd1")), {"t": "y"}, q={"fields": "t,pw"})])


def modifiers():
    """collections.md §4.5."""
    table = [
        {"n+": 2}, {"n-": 2}, {"n+": "3"}, {"n+": "x"}, {"n+": None}, {"n": 10, "n+": 1}, {"n+": 1, "n-": 5}, {"+n": 1}, {"n+": 0.1}, {"n+": -1}, {"n+": [1]}, {"n+": True},
        {"s2+": "c"}, {"s2+": ["c", "a"]}, {"+s2": "c"}, {"+s2": ["c", "1"]}, {"s2-": "a"}, {"s2-": ["a", "b"]}, {"s2-": "zzz"}, {"s2+": "z"}, {"s2+": ["c", "1", "2", "z"]}, {"s2": ["c"], "s2+": "a"}, {"s2": ["c"], "+s2": "a", "s2-": "c"}, {"s2+": None}, {"s2-": None}, {"s2+": ""}, {"s2+": "1", "s2-": "1"},
        {"s1+": "b"}, {"+s1": "b"}, {"s1-": "a"}, {"s1-": "b"}, {"r1+": T2}, {"+r1": T2}, {"r1-": T1}, {"r2+": T3}, {"r2+": [T3, T1]}, {"+r2": T3}, {"r2-": T1}, {"r2-": [T1, T2]}, {"r2-": MISSING}, {"r2+": MISSING}, {"r2": [T3], "r2+": T1},
        {"t+": "x"}, {"b+": True}, {"j+": 1}, {"d+": "2024"}, {"g+": {"lon": 1}}, {"em+": "x"}, {"t:autogenerate": "x"}, {"auto:autogenerate": ""}, {"auto:autogenerate": "PRE-"}, {"n:autogenerate": 1}, {"pw:autogenerate": "x"}, {"s2:each": ["a"]}, {"zzz+": 1}, {"id+": "x"}, {"n++": 1}, {"++s2": "c"}, {"n +": 1}, {"s2+-": "a"},
        {"auto": "ABC-9999", "auto:autogenerate": ""}, {"id:autogenerate": "x"},
    ]
    restore = {"t": "Text", "n": 1.5, "s1": "a", "s2": ["a", "b"], "r1": T1, "r2": [T1, T2], "auto": "ABC-0001", "j": {"k": [1, {"z": True}]}}
    fields = "id,collectionId,t,n,b,s1,s2,r1,r2,auto"
    for i, body in enumerate(table):
        mask = {"auto": "^(PRE-)?(ABC-9999)?[A-Z]{3}-[0-9]{4}$"} if any(key.startswith("auto") for key in body) else {}
        yield Case(f"collections/4.5/update-{i:02}", [patch(K1, body, q={"fields": fields})], undo=[patch(K1, restore)], mask=mask)
        yield Case(f"collections/4.5/create-{i:02}", [post(KINDS, body, q={"fields": fields})], mask=AUTO | mask)


def ids():
    """records.md §4."""
    plain = ["", None, rid("new"), "short", "x" * 16, "UPPERCASEUPPER1", "with space 0001", "ünïcode00000001", 123456789012345, True, ["x"], T1, "abcdefghij-klmn"]
    for i, value in enumerate(plain):
        yield Case(f"records/4/default-{i:02}", [post(records("tags"), {"id": value, "t": "x"})])
    custom = ["ok", "first-one", "FIRST-ONE", "a.b", "a/b", "a b", "CON", "con", "COM1", "nul", "aux", "lpt9", "a$b", "a%b", "x", "y" * 31, "ünï", "", None, "a\tb", "com0", "con1", "A-B_c"]
    for i, value in enumerate(custom):
        yield Case(f"records/4/custom-{i:02}", [post(records("slugs"), {"id": value, "t": "x"}), ], mask={"id": "^[a-z]{8}$"})
    yield Case("records/4/no-generator", [post(records("codes"), {"t": "x"}), post(records("codes"), {"id": "abc"}), post(records("codes"), {"id": "xyz1"}), post(records("codes"), {"id": "XYZ"})])
    yield Case("records/4/across-auth", [post(records("members"), {"id": rid("sue"), "email": "x@y.zz", "password": PASSWORD, "passwordConfirm": PASSWORD}), post(records("tags"), {"id": rid("sue"), "t": "x"})], undo=[delete(records("tags", rid("sue")))])
    yield Case("records/4/update", [patch(records("posts", P1), {"id": P1, "n": 1}, q={"fields": "id"}), patch(records("posts", P1), {"id": rid("other")}), patch(records("posts", P1), {"id": ""}), patch(records("posts", P1), {"id": None})])
    yield Case("records/4/custom-update", [patch(records("slugs", "first-one"), {"id": "first-one"}, q={"fields": "id"}), patch(records("slugs", "first-one"), {"id": "FIRST-ONE"})])


def files():
    """records.md §5, platform.md §4.1–4.2: values only."""
    names = ["My File (1).TXT", "a.txt", "ab.txt", "noext", "archive.tar.gz", "x.y.z.txt", ".hidden", "..", "ÜBER größe.PNG", "under_score-dash.txt", "CamelCaseName.jpg", "UPPER.JPG", "dots...txt", "a b  c.txt", "x." + "e" * 30, "n" * 150 + ".txt", "名前.txt", "file.t x t", "weird*+=#.t*+=#x", "123.txt", "a_b__c.txt", "-x-.txt", "HTTPServer2Go.txt", "sp ace.", "x.tar.gz.bak", "foo/bar.txt", "foo\\bar.txt", "q'uote.txt"]
    fields = "?fields=id,collectionId,file1,file2"
    for i, name in enumerate(names):
        yield Case(f"records/5/file-name-{i:02}", [multipart("POST", KINDS + fields, [("file1", Upload(name, b"hello"))])])
    for name, content in {"png": PNG, "html": b"<html><body>x</body></html>", "json": b'{"a":1}', "pdf": b"%PDF-1.4\n", "zip": b"PK\x03\x04" + bytes(26), "binary": bytes(range(256)), "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "empty": b""}.items():
        yield Case(f"records/5/file-sniffed-{name}", [multipart("POST", KINDS + fields, [("file1", Upload("noext", content))])])
    one, two, three, four = (("file2", Upload(f"file{i}.txt", f"{i}".encode())) for i in range(1, 5))
    table = {
        "several": [one, two, three], "too-many": [one, two, three, four], "last-of-single": [("file1", Upload("one.txt", b"1")), ("file1", Upload("two.txt", b"2"))],
        "append-key": [("file2+", one[1]), ("file2+", two[1])], "prepend-key": [("+file2", one[1])], "unknown-field": [("zzz", one[1])], "text-field": [("t", one[1])], "text-for-file": [("file1", "ghost.txt")], "text-list": [("file2", "ghost1.txt"), ("file2", "ghost2.txt")],
        "empty-name": [("file1", Upload("", b"x"))], "with-json": [("@jsonPayload", '{"t":"j","n":3}'), one],
    }
    for name, parts in table.items():
        yield Case(f"records/5/file-{name}", [multipart("POST", KINDS + fields, parts)])
    limits = {"png-ok": ("file_png", "pic.png", PNG), "png-not": ("file_png", "pic.png", b"hello"), "png-html": ("file_png", "My Pic.png", b"<html></html>"), "small-ok": ("file_small", "a.txt", b"x" * 10), "small-not": ("file_small", "Big One.txt", b"x" * 11)}
    for name, (field, file, content) in limits.items():
        yield Case(f"collections/4.4/file-{name}", [multipart("POST", f"{STRICT}?fields=id,collectionId,{field}", [(field, Upload(file, content))])])
    yield Case("collections/4.4/file-two", [multipart("POST", f"{STRICT}?fields=id,collectionId,file_two", [("file_two", one[1]), ("file_two", two[1]), ("file_two", three[1])])])
    new = multipart("POST", KINDS + fields, [("id", rid("kf")), ("file1", Upload("first.txt", b"1")), one, two], save={"one": "file1", "a": "file2.0", "b": "file2.1"})
    mine = records("kinds", rid("kf")) + fields
    yield Case("records/5/file-replace", [new, multipart("PATCH", mine, [("file1", Upload("second.txt", b"2"))]), multipart("PATCH", mine, [("file2", three[1])]), patch(mine, {"file1": ""}), patch(mine, {"file2": []})])
    yield Case("records/5/file-keep-some", [new, patch(mine, lambda s: {"file2": [s["b"]]}), patch(mine, lambda s: {"file2": [s["b"], "ghost.txt"]}), patch(mine, {"file2": ["ghost.txt"]})])
    yield Case("records/5/file-keep-and-add", [new, multipart("PATCH", mine, [("file2", "{{a}}"), ("file2", three[1])])])
    yield Case("records/5/file-append", [new, multipart("PATCH", mine, [("file2+", three[1])]), multipart("PATCH", mine, [("file2+", four[1])])])
    yield Case("records/5/file-prepend", [new, multipart("PATCH", mine, [("+file2", three[1])])])
    yield Case("records/5/file-remove", [new, patch(mine, lambda s: {"file2-": [s["a"]]}), patch(mine, lambda s: {"file2-": s["b"]}), patch(mine, {"file2-": "ghost.txt"}), patch(mine, lambda s: {"file1-": s["one"]})])
    yield Case("records/5/file-reorder", [new, patch(mine, lambda s: {"file2": [s["b"], s["a"]]}), patch(mine, lambda s: {"file2": s["a"]}), patch(mine, {"file2": None})])
    yield Case("records/5/file-same-name", [new, patch(mine, lambda s: {"file1": s["one"]}), patch(mine, lambda s: {"file1": s["a"]}), patch(mine, lambda s: {"file2+": s["a"]})])
    yield Case("platform/4.3/download", [new, get("/api/files/kinds/" + rid("kf") + "/{{one}}", "guest", watch=("cache-control", "content-security-policy", "accept-ranges", "x-frame-options", "x-content-type-options")),
                                           get("/api/files/c_kinds/" + rid("kf") + "/{{one}}", "guest", {"download": 1}), get("/api/files/kinds/" + rid("kf") + "/nope.txt", "guest"), get("/api/files/nope/" + rid("kf") + "/{{one}}", "guest"), get("/api/files/kinds/" + MISSING + "/{{one}}", "guest"),
                                           get("/api/files/v_kinds/" + rid("kf") + "/{{one}}", "guest"), get("/api/files/kinds/" + rid("kf") + "/{{one}}", "guest", headers={"Range": "bytes=0-0"}), get("/api/files/kinds/" + rid("kf") + "/{{a}}", "guest", {"thumb": "100x100"})])


def bodies():
    """collections.md §1.1: JSON bodies."""
    table = [b"", b" ", b"null", b"[]", b"\"x\"", b"1", b"true", b"{", b"{\"t\":\"x\"", b"{\"t\":\"x\"} trailing", b"{\"t\":\"x\"}{\"t\":\"y\"}", b"{\"t\":\"\xff\"}", b"{\"t\":\"a\",\"t\":\"b\"}", b"{\"t\":'x'}", b"{t:1}", b"{\"t\":1,}", b"\xef\xbb\xbf{\"t\":\"x\"}", b"\n {\"t\":\"x\"}", b"{\"T\":\"x\"}",
             b"{\"t\":NaN}", b"{\"j\":{\"a\":1,\"a\":2}}", b"{\"\":1}", b"{\"t\":\"x\",\"expand\":{\"a\":1},\"collectionId\":\"y\",\"collectionName\":\"z\"}", b"{\"t\":01}", b"{\"t\":\"\t\"}", b"// c\n{}", b"{\"j\":" + b"[" * 200 + b"]" * 200 + b"}"]
    for i, body in enumerate(table):
        yield Case(f"collections/1.1/body-{i:02}", [raw("POST", KINDS + "?fields=id,collectionId,t,j,collectionName,expand", body)])
    types = ["application/json; charset=utf-8", "application/jsonx", "APPLICATION/JSON", "text/json", "application/xml", "text/plain", "application/octet-stream", "", "json", "application/x-www-form-urlencoded", "application/json;", "application/vnd.api+json", " application/json"]
    for i, type_ in enumerate(types):
        yield Case(f"collections/1.1/type-{i:02}", [raw("POST", KINDS + "?fields=id,collectionId,t", b'{"t":"x"}', type_)])
    yield Case("collections/1.1/type-none", [raw("POST", KINDS + "?fields=id,collectionId,t", b'{"t":"x"}', None), raw("POST", KINDS + "?fields=id,collectionId,t", b"", "text/plain"), raw("POST", KINDS + "?fields=id,collectionId,t", b"", None)])
    yield Case("collections/1.1/hidden-keys", [post(records("hidden"), {"t": "x", "secret": "s", "hrel": T1, "hj": 1}, "guest"), post(records("hidden"), {"t": "x", "secret": "s", "hrel": T1, "hj": 1}), patch(records("hidden", rid("h1")), {"secret": "changed", "secret+": "x"}, "guest"), get(records("hidden", rid("h1")))])


def auth_keys():
    """records.md §7."""
    ok = {"email": "new@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD}
    table = [
        {}, {"password": PASSWORD}, {"passwordConfirm": PASSWORD}, {**ok, "passwordConfirm": "other12345"}, {**ok, "password": "short", "passwordConfirm": "short"}, {**ok, "email": ""}, {**ok, "email": "bad"}, {**ok, "email": "ann@example.com"}, {**ok, "email": "ANN@example.com"}, {**ok, "nick": "ann"}, {**ok, "nick": "ANN"},
        {**ok, "verified": True}, {**ok, "verified": False}, {**ok, "emailVisibility": True}, {**ok, "tokenKey": "short"}, {**ok, "tokenKey": "k" * 40}, {**ok, "tokenKey": "k" * 61}, {**ok, "password": "x" * 72, "passwordConfirm": "x" * 72}, {**ok, "password": "é" * 40, "passwordConfirm": "é" * 40}, {**ok, "password": 12345678, "passwordConfirm": 12345678},
        {**ok, "password": 12345678, "passwordConfirm": "12345678"}, {**ok, "oldPassword": "x"}, {**ok, "role": "nope"}, {"password": "a", "passwordConfirm": "b", "email": "bad"}, {**ok, "password": None}, {**ok, "id": rid("fresh")},
    ]
    for i, body in enumerate(table):
        for who in ("guest", "su"):
            yield Case(f"records/7/create-{who}-{i:02}", [post(records("members"), body, who)])
    member = records("members", CAT)
    updates = [
        {"password": "other12345"}, {"passwordConfirm": "other12345"}, {"oldPassword": PASSWORD}, {"password": "other12345", "passwordConfirm": "other12345"}, {"password": "other12345", "passwordConfirm": "other12345", "oldPassword": "wrong"}, {"password": "other12345", "passwordConfirm": "different", "oldPassword": PASSWORD},
        {"password": ""}, {"password": "", "passwordConfirm": ""}, {"password": None}, {"email": "x@example.com"}, {"email": "CAT@example.com"}, {"email": ""}, {"verified": True}, {"verified": "false"}, {"emailVisibility": False}, {"nick": "bob"}, {"nick": "c"}, {"tokenKey": "k" * 40}, {"email": "x@example.com", "password": "y"}, {"password": "short", "passwordConfirm": "short", "oldPassword": PASSWORD}, {},
    ]
    for i, body in enumerate(updates):
        # As cat only what fails or keeps the token: a changed password would end cat's session for the cases after.
        yield Case(f"records/7/update-own-{i:02}", [patch(member, body, "cat")], undo=[patch(member, {"emailVisibility": True, "nick": "cat"})])
        yield Case(f"records/7/update-wrong-{i:02}", [patch(member, body, "bob")])
    fresh = {"id": rid("temp"), "email": "temp@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD}
    mine = records("members", rid("temp"))
    login = post("/api/collections/members/auth-with-password", {"identity": "temp@example.com", "password": PASSWORD}, "guest", save={"token": "token"}, quiet=True)
    refresh = post("/api/collections/members/auth-refresh", None, "raw:{{token}}", q={"fields": "record.id"})
    for i, (body, who) in enumerate([({"password": "other12345", "passwordConfirm": "other12345", "oldPassword": PASSWORD}, "raw:{{token}}"), ({"password": "other12345", "passwordConfirm": "other12345"}, "su"), ({"password": "other12345", "passwordConfirm": "other12345"}, "ann"), ({"email": "temp2@example.com"}, "su"), ({"verified": True}, "su"), ({"nick": "tt"}, "su"), ({"tokenKey": "k" * 40}, "su"),
                                      ({"tokenKey:autogenerate": ""}, "su"), ({"password": PASSWORD, "passwordConfirm": PASSWORD}, "su"), ({"tokenKey:autogenerate": ""}, "raw:{{token}}")]):
        yield Case(f"auth/4.4/revocation-{i}", [post(records("members"), fresh, quiet=True), login, refresh, patch(mine, body, who), refresh])


def deletes():
    """records.md §15.3. Everything happens to copies made for the case."""
    def make(*rows):
        return [post(records(name), row, quiet=True) for name, row in rows]
    o8, o9 = rid("o8"), rid("o9")
    yield Case("records/15.3/plain", [*make(("owners", {"id": o9})), delete(records("owners", o9)), get(records("owners", o9)), delete(records("owners", o9))])
    yield Case("records/15.3/cascade", [*make(("owners", {"id": o9}), ("pets", {"id": rid("pet9"), "owner": o9}), ("pets", {"id": rid("pet8"), "owner": o9})), delete(records("owners", o9)), get(records("pets"), q={"filter": "t = ''"})])
    yield Case("records/15.3/blocked-by-required", [*make(("owners", {"id": o9}), ("pets", {"id": rid("pet9"), "owner": o9}), ("toys", {"id": rid("toy9"), "pet": rid("pet9")})), delete(records("owners", o9)), get(records("pets", rid("pet9"))), delete(records("pets", rid("pet9"))), delete(records("toys", rid("toy9"))), delete(records("owners", o9))])
    yield Case("records/15.3/forgotten", [*make(("owners", {"id": o9}), ("leashes", {"id": rid("le9"), "owner": o9})), delete(records("owners", o9)), get(records("leashes", rid("le9"))), get(records("leashes"), q={"filter": f"id = '{rid('le9')}' && updated > created", "fields": "id"})])
    yield Case("records/15.3/list-shrinks", [*make(("owners", {"id": o8}), ("owners", {"id": o9}), ("shelters", {"id": rid("sh9"), "owners": [o8, o9], "both": [o8, o9]})), delete(records("owners", o8)), get(records("shelters", rid("sh9"))), delete(records("owners", o9)), get(records("shelters", rid("sh9")))])
    yield Case("records/15.3/self", [*make(("nodes", {"id": rid("g98"), "name": "x"}), ("nodes", {"id": rid("g99"), "name": "y", "parent": rid("g98"), "links": [rid("g98")]})), delete(records("nodes", rid("g98"))), get(records("nodes", rid("g99")))])
    yield Case("records/15.3/rules", [delete(records("docs", rid("d1")), "bob"), delete(records("docs", rid("d1")), "ann"), delete(records("docs", rid("d2")), "guest")])
    yield Case("records/15.3/last-superuser", [get(records("_superusers"), q={"fields": "id"}, save={"id": "items.0.id"}, quiet=True), delete(records("_superusers") + "/{{id}}")])
    yield Case("records/15.3/second-superuser", [post(records("_superusers"), {"id": rid("second"), "email": "second@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD}), delete(records("_superusers", rid("second")))])


def uniques():
    """records.md §15.4."""
    table = [{"a": "x", "b": "y"}, {"a": "x", "b": "new"}, {"c": "Name"}, {"c": "NAME"}, {"d": "lower"}, {"d": "LOWER"}, {"e": 7}, {"e": 0}, {"a": "x", "b": "y", "c": "name", "e": 7}, {"c": "name", "e": 7}, {"a": "", "b": ""}]
    for i, body in enumerate(table):
        yield Case(f"records/15.4/create-{i:02}", [post(records("uniq"), body)])
    for i, body in enumerate([{"b": "z"}, {"c": "other"}, {"d": "UPPER"}, {"e": 8}, {"a": "x"}]):
        yield Case(f"records/15.4/update-{i:02}", [patch(records("uniq", rid("u1")), body, q={"fields": "a,b,c,d,e"})])


def updates():
    """records.md §15.2."""
    mine = records("stamped", rid("s9"))
    new = post(records("stamped"), {"id": rid("s9"), "t": "x"}, q={"fields": "id,collectionId,created,updated"})
    yield Case("records/15.2/autodates", [new, patch(mine, {"t": "y", "created": "2020-01-01 00:00:00.000Z", "updated": "2020-01-01"}), get(records("stamped"), q={"filter": "created <= updated && created > '2024'", "fields": "t"})])
    yield Case("records/15.2/empty-body", [new, patch(mine, {}), raw("PATCH", mine, b""), raw("PATCH", mine, b"null"), raw("PATCH", mine, b"[]"), patch(mine, None)])
    yield Case("records/15.2/only-sent-keys", [patch(K1, {"t": "changed"}, q={"fields": "t,n,s2,j"})], undo=[patch(K1, {"t": "Text"})])
    yield Case("records/15.2/null-clears", [patch(K1, {"t": None, "n": None, "b": None, "s1": None, "s2": None, "r1": None, "r2": None, "j": None, "d": None, "g": None, "em": None, "u": None, "ed": None}, q={"fields": "t,n,b,s1,s2,r1,r2,j,d,g,em,u,ed"})],
               undo=[patch(K1, {"t": "Text", "n": 1.5, "b": True, "em": "a@example.com", "u": "https://example.com/x", "ed": "<p>Hi</p>", "d": "2024-02-03 04:05:06.789Z", "s1": "a", "s2": ["a", "b"], "r1": T1, "r2": [T1, T2], "j": {"k": [1, {"z": True}]}, "g": {"lon": 10.5, "lat": -20.25}})])
    yield Case("records/15.2/geo-partial", [patch(K1, {"g": {"lat": 1}}, q={"fields": "g"})], undo=[patch(K1, {"g": {"lon": 10.5, "lat": -20.25}})])
    yield Case("records/15.2/json-is-replaced", [patch(K1, {"j": {"other": 1}}, q={"fields": "j"})], undo=[patch(K1, {"j": {"k": [1, {"z": True}]}})])
    yield Case("records/15.2/password-kept", [patch(K1, {"t": "Text"}, q={"fields": "pw"}), get(KINDS, q={"filter": f"pw != '' && id = '{rid('k1')}'", "fields": "id"})])
    yield Case("records/15.2/owner-of", [patch(records("docs", rid("d2")), {"owner": BOB}, "ann", {"fields": "owner"}), patch(records("docs", rid("d2")), {"owner": ANN}, "ann")], undo=[patch(records("docs", rid("d2")), {"owner": ANN})])
