"""auth.md: tokens, password login, refresh, methods, form errors of the other flows, impersonation, MFA and OTP beginnings."""

import base64
import hashlib
import hmac
import json

from harness.case import Case, collection, delete, form, get, multipart, patch, post, put, raw, records
from harness.server import SU_EMAIL, SU_PASSWORD
from world.rows import ANN, BOB, MAY, PASSWORD, SUE, TIM, rid

AUTH_COLLECTIONS = ["members", "staff", "keyless", "closed", "double", "users", "_superusers"]


def api(name, action):
    return f"/api/collections/{name}/{action}"


def login(name, identity, password=PASSWORD, as_="guest", q=None, **more):
    return post(api(name, "auth-with-password"), {"identity": identity, "password": password, **more}, as_, q)


def cases():
    yield from methods()
    yield from passwords()
    yield from refreshing()
    yield from tokens()
    yield from forms_of_flows()
    yield from impersonation()
    yield from second_factors()
    yield from visibility()
    yield from rules()
    yield from forged()


def methods():
    """§8.1."""
    for name in AUTH_COLLECTIONS:
        yield Case(f"auth/8.1/{name.strip('_')}", [get(api(name, "auth-methods"), "guest")])
    yield Case("auth/8.1/fields", [get(api("keyless", "auth-methods"), "guest", {"fields": "mfa,otp,password,oauth2"}), get(api("members", "auth-methods"), "ann", {"fields": "password"})])
    yield Case("auth/8.1/other", [get(api("posts", "auth-methods"), "guest"), get(api("nope", "auth-methods"), "guest"), post(api("members", "auth-methods"), {}, "guest"), get(api("c_members", "auth-methods"), "guest"), get(api("MEMBERS", "auth-methods"), "guest", {"fields": "emailPassword"})])


def passwords():
    """§8.2, §6."""
    table = {
        "email": ("members", "ann@example.com"), "nick": ("members", "ann"), "nick-like-email": ("members", "dan@nick.com"), "email-case": ("members", "ANN@example.com"), "nick-case": ("members", "ANN"), "nocase-index": ("staff", "SUE@Example.com"), "unknown": ("members", "nobody@example.com"), "unknown-nick": ("members", "nobody"),
        "empty": ("members", ""), "long": ("members", "x" * 256), "space": ("members", " ann@example.com"), "unverified-by-rule": ("staff", "tim@example.com"), "rule-null": ("closed", "cal@example.com"), "password-off": ("keyless", "kit@example.com"), "not-auth": ("posts", "x"), "unknown-collection": ("nope", "x"), "id-path": ("c_members", "ann"), "case-path": ("MEMBERS", "ann"), "sql": ("members", "' OR 1=1 --"),
    }
    for name, (where, identity) in table.items():
        yield Case(f"auth/8.2/{name}", [login(where, identity)])
    for i, password in enumerate(["wrong12345", "", "x" * 256, None, 5, PASSWORD + " ", PASSWORD.upper()]):
        yield Case(f"auth/8.2/password-{i}", [login("members", "ann", password)])
    for i, body in enumerate([{}, {"identity": "ann"}, {"password": PASSWORD}, {"identity": "ann", "password": PASSWORD, "identityField": "nick"}, {"identity": "ann", "password": PASSWORD, "identityField": "email"}, {"identity": "ann@example.com", "password": PASSWORD, "identityField": "email"}, {"identity": "ann", "password": PASSWORD, "identityField": "zzz"}, {"identity": "ann", "password": PASSWORD, "identityField": "role"},
                               {"identity": "ann", "password": PASSWORD, "identityField": ""}, {"IDENTITY": "ann", "Password": PASSWORD}, {"identity": 5, "password": PASSWORD}, {"identity": ["ann"], "password": PASSWORD}, {"username": "ann", "password": PASSWORD}, {"identity": "ann", "password": PASSWORD, "mfaId": "x"}, {"email": "ann@example.com", "password": PASSWORD}]):
        yield Case(f"auth/8.2/body-{i:02}", [post(api("members", "auth-with-password"), body, "guest")])
    yield Case("auth/8.2/forms", [form("POST", api("members", "auth-with-password"), [("identity", "ann"), ("password", PASSWORD)], "guest"), multipart("POST", api("members", "auth-with-password"), [("identity", "ann"), ("password", PASSWORD)], "guest")])
    for i, body in enumerate([b"{", b"", b"null", b"[]", b"x", b"{\"identity\":\"ann\",\"identity\":\"bob\"}", b" ", b"{\"identity\":\"ann\",\"password\":\"secret1234\"} x"]):
        yield Case(f"auth/1.3/body-{i}", [raw("POST", api("members", "auth-with-password"), body, as_="guest"), raw("POST", api("keyless", "auth-with-password"), body, as_="guest")])
    yield Case("auth/1.3/type", [raw("POST", api("members", "auth-with-password"), b"identity=ann", "text/plain", "guest")])
    yield Case("auth/6/expand-fields", [login("members", "ann", q={"expand": "likes,docs_via_owner"}), login("members", "ann", q={"fields": "record.nick,token"}), login("members", "bob", q={"fields": "*,record.expand.likes.t", "expand": "likes"})])
    yield Case("auth/6/as-others", [login("members", "bob", as_="ann"), login("members", "bob", as_="su"), login("staff", "tim@example.com", as_="su"), login("closed", "cal@example.com", as_="su")])
    yield Case("auth/6/superuser", [login("_superusers", SU_EMAIL, SU_PASSWORD, q={"fields": "token,record.email,record.verified,record.collectionName"}), login("_superusers", SU_EMAIL, "wrong12345"), login("_superusers", "nobody@example.com")])
    yield Case("auth/6/query-values", [post(api("members", "auth-with-password") + "?identity=ann&password=" + PASSWORD, {}, "guest"), get(api("members", "auth-with-password"), "guest")])


def refreshing():
    """§8.3."""
    for who in ("guest", "ann", "sue", "su"):
        yield Case(f"auth/8.3/members-as-{who}", [post(api("members", "auth-refresh"), None, who)])
        yield Case(f"auth/8.3/others-as-{who}", [post(api("staff", "auth-refresh"), None, who), post(api("_superusers", "auth-refresh"), None, who, {"fields": "token,record.email"}), post(api("posts", "auth-refresh"), None, who), post(api("nope", "auth-refresh"), None, who)])
    yield Case("auth/8.3/expand", [post(api("members", "auth-refresh"), {}, "ann", {"expand": "likes", "fields": "record.expand,record.email"}), raw("POST", api("members", "auth-refresh"), b"{", as_="ann"), get(api("members", "auth-refresh"), "ann"), post(api("c_members", "auth-refresh"), None, "ann", {"fields": "record.id"})])
    yield Case("auth/8.3/chain", [login("members", "ann"), *[post(api("members", "auth-refresh"), None, "ann", {"fields": "token"}) for _ in range(2)]])
    yield Case("auth/8.3/rule-lost", [patch(records("staff", SUE), {"verified": False}, quiet=True), post(api("staff", "auth-refresh"), None, "sue"), get(records("staff", SUE), "sue", {"fields": "name"})], undo=[patch(records("staff", SUE), {"verified": True})])


def tokens():
    """§4.2, §4.5."""
    save = post(api("members", "auth-with-password"), {"identity": "ann", "password": PASSWORD}, "guest", save={"token": "token"}, quiet=True)
    look = records("members", ANN) + "?fields=email,note"
    for name, header in {"bare": "{{token}}", "bearer": "Bearer {{token}}", "bearer-lower": "bearer {{token}}", "bearer-upper": "BEARER {{token}}", "bearer-two-spaces": "Bearer  {{token}}", "bearer-tab": "Bearer\t{{token}}", "basic": "Basic {{token}}", "trailing-space": "{{token}} ", "broken-signature": "{{token}}x", "two": "{{token}} {{token}}", "empty-bearer": "Bearer ", "junk": "junk", "dots": "a.b.c",
                          "none-alg": "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJpZCI6ImFubnh4eHh4eHh4eHh4eCIsImNvbGxlY3Rpb25JZCI6ImNfbWVtYmVycyIsInR5cGUiOiJhdXRoIiwiZXhwIjo0MTAyNDQ0ODAwfQ."}.items():
        yield Case(f"auth/4.2/header-{name}", [save, get(records("members") + "?fields=nick&sort=id", "raw:" + header), post(api("members", "auth-refresh"), None, "raw:" + header, {"fields": "record.id"})])
    yield Case("auth/4.2/query-token", [save, get(records("members") + "?fields=nick&sort=id&token={{token}}", "guest")])
    yield Case("auth/4.5/file-token", [post("/api/files/token", None, "guest"), post("/api/files/token", None, "ann"), post("/api/files/token", {}, "su"), get("/api/files/token", "ann")])
    yield Case("auth/4.5/wrong-kind", [post("/api/files/token", None, "ann", save={"token": "token"}, quiet=True), get(records("members") + "?fields=nick", "raw:{{token}}"), post(api("members", "auth-refresh"), None, "raw:{{token}}")])
    fresh = post(records("members"), {"id": rid("temp"), "email": "temp@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD}, quiet=True)
    yield Case("auth/4.4/deleted-record", [fresh, post(api("members", "auth-with-password"), {"identity": "temp@example.com", "password": PASSWORD}, "guest", save={"token": "token"}, quiet=True), delete(records("members", rid("temp"))), post(api("members", "auth-refresh"), None, "raw:{{token}}"), get(records("members"), "raw:{{token}}")])
    yield Case("auth/4.4/own-delete", [fresh, post(api("members", "auth-with-password"), {"identity": "temp@example.com", "password": PASSWORD}, "guest", save={"token": "token"}, quiet=True), delete(records("members", BOB), "raw:{{token}}"), delete(records("members", rid("temp")), "raw:{{token}}")])


def forms_of_flows():
    """§8.4–§8.6, §9.1: only what needs no mail and no provider."""
    bodies = {"empty": {}, "blank": {"email": ""}, "not-email": {"email": "x"}, "long": {"email": "x" * 250 + "@example.com"}, "unknown": {"email": "nobody@example.com"}, "wrong-type": {"email": 5}}
    for action in ("request-verification", "request-password-reset", "request-otp"):
        for name, body in bodies.items():
            yield Case(f"auth/8.4/{action}-{name}", [post(api(where, action), body, "guest") for where in ("members", "keyless")])
        yield Case(f"auth/8.4/{action}-elsewhere", [post(api(where, action), {"email": "nobody@example.com"}, "guest") for where in ("_superusers", "posts", "nope")] + [raw("POST", api("members", action), b"{", as_="guest"), get(api("members", action), "guest")])
    yield Case("auth/8.4/already-verified", [post(api("members", "request-verification"), {"email": "ann@example.com"}, "guest")])
    # Valid in form only; the signature is nonsense.
    claims = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJjb2xsZWN0aW9uSWQiOiJjX21lbWJlcnMiLCJlbWFpbCI6ImFubkBleGFtcGxlLmNvbSIsImV4cCI6NDEwMjQ0NDgwMCwiaWQiOiJhbm54eHh4eHh4eHh4eHgiLCJ0eXBlIjoidmVyaWZpY2F0aW9uIn0.c2lnbmF0dXJl"
    for action, extra in {"confirm-verification": {}, "confirm-password-reset": {"password": "other12345", "passwordConfirm": "other12345"}, "confirm-email-change": {"password": PASSWORD}}.items():
        for i, body in enumerate([{}, {"token": ""}, {"token": "junk", **extra}, {"token": "a.b.c", **extra}, {"token": claims, **extra}, {"token": claims}, {"token": 5}, {"token": claims, "password": "x", "passwordConfirm": "y"}, {"token": claims, "password": "x" * 300, "passwordConfirm": "x" * 300}]):
            yield Case(f"auth/8.5/{action}-{i}", [post(api("members", action), body, "guest")])
        yield Case(f"auth/8.5/{action}-elsewhere", [post(api(where, action), {"token": "junk", **extra}, "guest") for where in ("_superusers", "posts", "nope", "keyless")])
        yield Case(f"auth/8.5/{action}-auth-token", [post(api("members", "auth-with-password"), {"identity": "ann", "password": PASSWORD}, "guest", save={"token": "token"}, quiet=True), post(api("members", action), {"token": "{{token}}", **extra}, "guest")])
    for i, body in enumerate([{}, {"newEmail": ""}, {"newEmail": "x"}, {"newEmail": "ann@example.com"}, {"newEmail": "bob@example.com"}, {"newEmail": 5}]):
        yield Case(f"auth/8.6/request-{i}", [post(api("members", "request-email-change"), body, who) for who in ("guest", "sue", "ann")])
    yield Case("auth/8.6/elsewhere", [post(api(where, "request-email-change"), {"newEmail": "new@example.com"}, who) for where in ("_superusers", "posts", "nope") for who in ("guest", "su")])
    for i, body in enumerate([{}, {"provider": "zzz", "code": "x", "redirectURL": "https://a.b"}, {"provider": "google"}, {"provider": "oidc", "code": "", "redirectURL": ""}, {"provider": 5}]):
        yield Case(f"auth/9.1/form-{i}", [post(api(where, "auth-with-oauth2"), body, "guest") for where in ("keyless", "members", "posts", "nope")])


def impersonation():
    """§8.7."""
    for who in ("guest", "ann", "su"):
        yield Case(f"auth/8.7/as-{who}", [post(api("members", f"impersonate/{BOB}"), None, who), post(api("members", f"impersonate/{BOB}"), {"duration": 100}, who), post(api("members", f"impersonate/{BOB}"), {"duration": -1}, who), post(api("members", f"impersonate/{BOB}"), {"duration": 0}, who),
                                              post(api("members", "impersonate/nobody"), None, who), post(api("posts", f"impersonate/{BOB}"), None, who), post(api("nope", f"impersonate/{BOB}"), None, who)])
    yield Case("auth/8.7/other", [post(api("staff", f"impersonate/{TIM}"), None), post(api("closed", "impersonate/" + rid("cal")), None), post(api("double", f"impersonate/{MAY}"), {"duration": 5}), post(api("members", f"impersonate/{BOB}"), {"duration": "x"}), post(api("members", f"impersonate/{BOB}"), {"duration": 1.5}), raw("POST", api("members", f"impersonate/{BOB}"), b"{")])
    yield Case("auth/8.7/static", [post(api("members", f"impersonate/{BOB}"), {"duration": 3600}, save={"token": "token"}), post(api("members", "auth-refresh"), None, "raw:{{token}}"), get(records("members", BOB), "raw:{{token}}", {"fields": "email"}), post(api("members", f"impersonate/{BOB}"), None, q={"expand": "likes", "fields": "record.expand,record.note"})])


def second_factors():
    """§10, §11."""
    yield Case("auth/10/challenge", [login("double", "may@example.com"), login("double", "may@example.com", "wrong12345"), login("double", "mia@example.com", q={"fields": "record.name"}), login("double", "may@example.com", as_="su")])
    first = post(api("double", "auth-with-password"), {"identity": "may@example.com", "password": PASSWORD}, "guest", save={"mfa": "mfaId"})
    yield Case("auth/10/same-method", [first, login("double", "may@example.com", mfaId="{{mfa}}"), post(api("double", "auth-with-password") + "?mfaId={{mfa}}", {"identity": "may@example.com", "password": PASSWORD}, "guest")])
    yield Case("auth/10/unknown-session", [login("double", "may@example.com", mfaId="nope"), login("double", "may@example.com", mfaId=""), login("double", "mia@example.com", mfaId="nope", q={"fields": "record.name"})])
    yield Case("auth/10/listed", [first, get(records("_mfas"), q={"filter": f"recordRef = '{MAY}'", "fields": "method,collectionRef", "perPage": 1, "skipTotal": 1})])
    for i, body in enumerate([{}, {"otpId": "x", "password": "123456"}, {"otpId": "", "password": ""}, {"otpId": "x" * 256, "password": "1"}, {"otpId": "x", "password": "1" * 72}, {"otpId": 5}]):
        yield Case(f"auth/11/login-{i}", [post(api(where, "auth-with-otp"), body, "guest") for where in ("keyless", "members", "posts", "nope")])


def visibility():
    """§2.2."""
    for who in ("guest", "ann", "bob", "cat", "su"):
        yield Case(f"auth/2.2/members-{who}", [get(records("members"), who, {"sort": "nick"}), get(records("members", BOB), who), get(records("staff"), who, {"fields": "id,email"}), get(records("staff", SUE), who)])
    yield Case("auth/2.2/own", [get(records("members", BOB), "bob", {"fields": "email,emailVisibility,note,password,tokenKey"}), get(records("staff", SUE), "sue")])
    yield Case("auth/2.2/pick-secrets", [get(records("members", BOB), q={"fields": "password,tokenKey,email"}), get(records("members"), q={"fields": "*,password", "filter": "nick = 'bob'"})])


def rules():
    """§2.4, §6 item 2: what rules see while logging in."""
    made = {"id": "c_made", "name": "made", "type": "auth", "fields": [{"name": "t", "type": "text"}, {"name": "password", "type": "password", "cost": 4, "min": 8, "required": True, "system": True, "hidden": True}]}
    person = post(records("made"), {"id": rid("zed"), "email": "zed@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD, "t": "x"}, quiet=True)
    for i, rule in enumerate(["@request.context = 'password'", "@request.context = 'default'", "@request.auth.id = ''", "t = 'x' && email != ''", "@request.body.identity = 'zed@example.com'", "@request.query.key = 'k'", "@request.headers.x_key = 'k'", "@request.method = 'POST'", "t = 'y'", "@request.auth.id = id", "@collection.tags.t ?= 'red'"]):
        yield Case(f"auth/6/rule-{i:02}", [post(collection(), {**made, "authRule": rule}, q={"fields": "id,authRule"}), person, post(api("made", "auth-with-password"), {"identity": "zed@example.com", "password": PASSWORD}, "guest", {"key": "k", "fields": "record.t"}, headers={"X-Key": "k"}), post(api("made", "auth-with-password"), {"identity": "zed@example.com", "password": PASSWORD}, "ann", {"fields": "record.t"})])
    yield Case("auth/2.1/case-insensitive-email", [post(collection(), {**made, "indexes": ["CREATE UNIQUE INDEX mail ON made (email COLLATE NOCASE)"]}, quiet=True), person, login("made", "ZED@EXAMPLE.COM", q={"fields": "record.email"}), post(records("made"), {"email": "Zed@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD})])
    yield Case("auth/2.1/optional-email", [post(collection(), {**made, "fields": [*made["fields"], {"name": "email", "type": "email", "required": False}]}, quiet=True), post(records("made"), {"password": PASSWORD, "passwordConfirm": PASSWORD}, q={"fields": "id,collectionId,email"}), post(records("made"), {"password": PASSWORD, "passwordConfirm": PASSWORD}, q={"fields": "id,collectionId,email"}), login("made", "", PASSWORD)])
    yield Case("auth/7/wrong-methods", [put(api("members", "auth-with-password"), {}), delete(api("members", "auth-refresh"), "ann"), patch(api("members", "auth-methods"), {}), get(api("members", "zzz"), "guest"), post(api("members", "zzz"), {}, "guest")])


def jwt(kind, alg="HS256", **claims):
    """A token of the account that `forged` makes, good until the year 2100; claims that are None are left out."""
    claims = {"id": rid("zed"), "collectionId": "c_made", "type": kind, "exp": 4102444800, **claims}
    part = lambda value: base64.urlsafe_b64encode(value).rstrip(b"=").decode()
    body = ".".join(part(json.dumps(p).encode()) for p in ({"alg": alg, "typ": "JWT"}, {k: v for k, v in claims.items() if v is not None}))
    return f"{body}.{part(hmac.new((('t' * 40) + kind[0] * 40).encode(), body.encode(), hashlib.sha256).digest())}"


def forged():
    """§4.1, §8.4–§8.6: tokens with other claims than the server makes, by secrets a superuser has set."""
    secrets = {f"{kind}Token": {"secret": kind[0] * 40} for kind in ("auth", "file", "verification", "passwordReset", "emailChange")}
    cheap = {"name": "password", "type": "password", "cost": 4, "min": 8, "required": True, "system": True, "hidden": True}
    world = [post(collection(), {"id": "c_made", "name": "made", "type": "auth", "viewRule": "id = @request.auth.id", "fields": [cheap], **secrets}, quiet=True),
             post(records("made"), {"id": rid("zed"), "email": "zed@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD, "tokenKey": "t" * 40}, quiet=True),
             post(records("made"), {"id": rid("yan"), "email": "yan@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD}, quiet=True)]
    look = get(records("made", rid("zed")), q={"fields": "email,verified"})
    for name, claims in {"plain": {}, "fraction": {"exp": 4102444800.5}, "expired": {"exp": 1000000000}, "not-yet": {"nbf": 4102444700}, "made-later": {"iat": 4102444700}, "made-before": {"iat": 1000000000, "nbf": 1000000000.5}, "by-name": {"collectionId": "made"}, "elsewhere": {"collectionId": "c_members"},
                         "nobody": {"id": rid("nope")}, "no-id": {"id": None}, "extra": {"zzz": 1}, "no-kind": {"type": None}}.items():
        token = jwt("auth", **claims)
        yield Case(f"auth/4.1/auth-{name}", [*world, get(records("made", rid("zed")), "raw:" + token, {"fields": "email"}), post(api("made", "auth-refresh"), None, "raw:" + token, {"fields": "record.id"})])
    for name, claims in {"plain": {}, "no-email": {"email": None}, "other-email": {"email": "other@example.com"}, "expired": {"exp": 1000000000}, "no-id": {"id": None}, "no-kind": {"type": None}, "unsigned": {"alg": "none"}, "elsewhere": {"collectionId": "c_members"}}.items():
        token = jwt("verification", **{"email": "zed@example.com", **claims})
        yield Case(f"auth/8.4/forged-{name}", [*world, post(api("made", "confirm-verification"), {"token": token}, "guest"), look, post(api("members", "confirm-verification"), {"token": token}, "guest")])
        token = jwt("passwordReset", **{"email": "zed@example.com", **claims})
        yield Case(f"auth/8.5/forged-{name}", [*world, post(api("made", "confirm-password-reset"), {"token": token, "password": "other12345", "passwordConfirm": "other12345"}, "guest"), look, post(api("made", "confirm-password-reset"), {"token": token, "password": "other12345", "passwordConfirm": "other12345"}, "guest")])
    for name, claims in {"plain": {}, "none": {"newEmail": None}, "blank": {"newEmail": ""}, "taken": {"newEmail": "yan@example.com"}, "no-address": {"newEmail": "x"}, "same": {"newEmail": "zed@example.com"}, "expired": {"exp": 1000000000}, "no-id": {"id": None}, "unsigned": {"alg": "none"}}.items():
        token = jwt("emailChange", **{"email": "zed@example.com", "newEmail": "new@example.com", **claims})
        yield Case(f"auth/8.6/forged-{name}", [*world, post(api("made", "confirm-email-change"), {"token": token, "password": "wrong12345"}, "guest"), post(api("made", "confirm-email-change"), {"token": token, "password": PASSWORD}, "guest"), look])
