"""The records every case may rely on, in the order they are created."""

PASSWORD = "secret1234"


def rid(short: str) -> str:
    """A readable record id of the default form: `p1xxxxxxxxxxxxx`."""
    return short.ljust(15, "x")


A1, A2, A5 = rid("a1"), rid("a2"), rid("a5")
T1, T2, T3 = rid("t1"), rid("t2"), rid("t3")
P1, P2, P3, P4 = rid("p1"), rid("p2"), rid("p3"), rid("p4")
ANN, BOB, CAT, DAN = rid("ann"), rid("bob"), rid("cat"), rid("dan")
SUE, TIM = rid("sue"), rid("tim")
MAY, MIA = rid("may"), rid("mia")
D1, D2, D3, D4 = rid("d1"), rid("d2"), rid("d3"), rid("d4")
TEAM1, TEAM2 = rid("team1"), rid("team2")
MISSING = rid("nobody")

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001"
    "f61738550000000049454e44ae426082")

VECTORS = [
    ("authors", {"id": A1, "t": "Ann", "active": True}),
    ("authors", {"id": A2, "t": "Bob"}),
    ("tags", {"id": T1, "t": "red", "w": 1}),
    ("tags", {"id": T2, "t": "green", "w": 2}),
    ("tags", {"id": T3, "t": "blue", "w": 3}),
    ("posts", {"id": P1, "t": "Hello World", "n": 1, "b": True, "d": "2024-01-01 10:00:00.000Z",
               "j": {"a": 1, "b": ["x", "y"], "c": None, "s": "str"}, "s2": ["a", "b"], "g": {"lon": 23.32, "lat": 42.69},
               "author": A1, "tags": [T1, T2]}),
    ("posts", {"id": P2, "t": "100% sure_thing", "n": 2, "j": 5, "s2": ["a"], "author": A2, "tags": [T3]}),
    ("posts", {"id": P3, "t": "", "n": 0}),
    ("posts", {"id": P4, "t": "back\\slash", "n": -1.5, "d": "2025-06-01 00:00:00.000Z", "j": "\"text\"", "s2": ["c"],
               "author": A1, "tags": [T1]}),
]

TYPES = [
    ("kinds", {"id": rid("k1"), "t": "Text", "n": 1.5, "b": True, "em": "a@example.com", "u": "https://example.com/x",
               "ed": "<p>Hi</p>", "d": "2024-02-03 04:05:06.789Z", "s1": "a", "s2": ["a", "b"], "r1": T1, "r2": [T1, T2],
               "j": {"k": [1, {"z": True}]}, "pw": "plaintext", "g": {"lon": 10.5, "lat": -20.25}, "auto": "ABC-0001"}),
    ("kinds", {"id": rid("k2"), "t": "text", "n": -3, "s1": "b", "s2": ["c"], "r1": T2, "r2": [T3], "j": [3, 1, 2],
               "g": {"lon": -10, "lat": 20}, "auto": "ABC-0002", "d": "2023-12-31 23:59:59.999Z", "ed": "plain"}),
    ("kinds", {"id": rid("k3"), "auto": "ABC-0003"}),
    ("kinds", {"id": rid("k4"), "t": "ünï çødé ☃", "n": 1e21, "j": "text", "s2": ["1", "2"], "em": "B@Example.com",
               "u": "example.org", "auto": "ABC-0004"}),
    ("strict", {"id": rid("st1"), "t_len": "abcd", "r_rng": [T1, T2], "n_rng": 5}),
    ("uniq", {"id": rid("u1"), "a": "x", "b": "y", "c": "Name", "d": "Lower", "e": 7}),
    ("uniq", {"id": rid("u2"), "a": "x", "b": "z", "c": "Other", "d": "Upper", "e": 8}),
    ("slugs", {"id": "first-one", "t": "1"}),
    ("slugs", {"id": "Second-Two", "t": "2"}),
    ("codes", {"id": "abc", "t": "1"}),
    ("hidden", {"id": rid("h1"), "t": "one", "secret": "s1", "hrel": T1, "hj": {"a": 1}}),
    ("hidden", {"id": rid("h2"), "t": "two", "secret": "s2", "hrel": T2}),
    ("pages", {"id": rid("pg1"), "t": "short", "tags": [T1, T2], "j": {"a": {"b": 1, "c": [{"d": 1, "e": 2}, {"d": 3}]}, "z": 1},
               "html": "<h1>Title</h1><p>Some <b>bold</b> and <i>it</i>alic &amp; more.</p><script>bad()</script>"
                       "<ul><li>One</li><li>Two</li></ul>line<br>break   spaces"}),
    ("pages", {"id": rid("pg2"), "t": "a longer plain text without any markup", "html": "", "j": [1, 2]}),
    *[("numbers", {"id": rid(f"n{n:02}"), "n": n, "kind": "odd" if n % 2 else "even"}) for n in range(1, 36)],
]

GRAPHS = [
    ("nodes", {"id": rid("g1"), "name": "root"}),
    *[("nodes", {"id": rid(f"g{n}"), "name": f"level{n}", "parent": rid(f"g{n - 1}"), "links": [rid("g1"), rid(f"g{n - 1}")]})
      for n in range(2, 10)],
    ("profiles", {"id": rid("pr1"), "bio": "Ann's", "person": A1}),
    ("owners", {"id": rid("o1"), "t": "with pets"}),
    ("owners", {"id": rid("o2"), "t": "with toys"}),
    ("owners", {"id": rid("o3"), "t": "free"}),
    ("pets", {"id": rid("pet1"), "t": "cat", "owner": rid("o1")}),
    ("pets", {"id": rid("pet2"), "t": "dog", "owner": rid("o2")}),
    ("toys", {"id": rid("toy1"), "t": "ball", "pet": rid("pet2")}),
    ("leashes", {"id": rid("le1"), "t": "long", "owner": rid("o1")}),
    ("shelters", {"id": rid("sh1"), "t": "all", "owners": [rid("o1"), rid("o2")], "both": [rid("o1"), rid("o3")]}),
]

SECRET = {"password": PASSWORD, "passwordConfirm": PASSWORD}

PEOPLE = [
    ("members", {"id": ANN, "email": "ann@example.com", "emailVisibility": True, "verified": True, "nick": "ann",
                 "role": "admin", "note": "boss", "level": 3, "likes": [T1, T2], **SECRET}),
    ("members", {"id": BOB, "email": "bob@example.com", "nick": "bob", "role": "editor", "note": "hush", "level": 2,
                 "likes": [T2], **SECRET}),
    ("members", {"id": CAT, "email": "cat@example.com", "emailVisibility": True, "nick": "cat", "role": "guest", **SECRET}),
    ("members", {"id": DAN, "email": "dan@example.com", "nick": "dan@nick.com", **SECRET}),
    ("staff", {"id": SUE, "email": "sue@example.com", "verified": True, "name": "Sue", **SECRET}),
    ("staff", {"id": TIM, "email": "tim@example.com", "name": "Tim", **SECRET}),
    ("keyless", {"id": rid("kit"), "email": "kit@example.com", "name": "Kit", **SECRET}),
    ("closed", {"id": rid("cal"), "email": "cal@example.com", **SECRET}),
    ("double", {"id": MAY, "email": "may@example.com", "verified": True, "name": "May", **SECRET}),
    ("double", {"id": MIA, "email": "mia@example.com", "verified": False, "name": "Mia", **SECRET}),
    ("teams", {"id": TEAM1, "t": "one", "lead": ANN, "people": [ANN, BOB]}),
    ("teams", {"id": TEAM2, "t": "two", "lead": BOB, "people": [CAT]}),
    ("docs", {"id": D1, "t": "public", "public": True, "owner": ANN, "secret": "x1", "views": 1}),
    ("docs", {"id": D2, "t": "ann's", "owner": ANN, "team": TEAM1, "secret": "x2", "views": 2}),
    ("docs", {"id": D3, "t": "bob's", "owner": BOB, "team": TEAM2, "secret": "x3", "views": 3}),
    ("docs", {"id": D4, "t": "nobody's", "secret": "x4"}),
    ("locked", {"id": rid("l1"), "t": "vault", "doc": D1, "docs": [D1, D2]}),
    ("comments", {"id": rid("cm1"), "t": "on public", "doc": D1, "author": BOB, "vault": rid("l1")}),
    ("comments", {"id": rid("cm2"), "t": "on ann's", "doc": D2, "author": ANN}),
    ("comments", {"id": rid("cm3"), "t": "on bob's", "doc": D3, "author": CAT}),
    ("comments", {"id": rid("cm4"), "t": "on nothing"}),
    ("ruled", {"id": rid("r1"), "t": "one", "n": 1, "tag": T1, "tags": [T1, T2], "s2": ["a", "b"], "j": {"a": 1}, "owner": ANN,
               "secret": "s"}),
    ("ruled", {"id": rid("r2"), "t": "two", "n": 2, "tag": T2, "tags": [T3], "s2": ["c"], "owner": BOB}),
    ("ruled", {"id": rid("r3"), "t": "", "n": 0}),
]

ROWS = [*VECTORS, *TYPES, *GRAPHS, *PEOPLE]

# caller → (collection, identity): who the cases may act as, besides `guest` and `su`.
CALLERS = {
    "ann": ("members", "ann@example.com"),
    "bob": ("members", "bob@example.com"),
    "cat": ("members", "cat@example.com"),
    "sue": ("staff", "sue@example.com"),
}
