"""platform.md §2, §5 and collections.md §1: what HTTP looks like; auth.md §14: settings."""

from harness.case import Case, Step, collection, delete, get, head, patch, post, put, raw, records
from world.rows import P1, rid

SECURITY = ("x-content-type-options", "x-frame-options", "x-xss-protection", "cross-origin-opener-policy")
CORS = ("access-control-allow-origin", "access-control-allow-methods", "access-control-allow-headers", "access-control-max-age", "access-control-allow-credentials", "vary")


def options(path, **headers):
    return Step("OPTIONS", path, "guest", headers=tuple((k.replace("_", "-"), v) for k, v in headers.items()), watch=CORS + SECURITY)


def cases():
    yield from health()
    yield from headers()
    yield from paths()
    yield from sizes()
    yield from settings()


def health():
    for who in ("guest", "ann", "su"):
        yield Case(f"platform/5/{who}", [get("/api/health", who), head("/api/health", who), get("/api/health", who, {"fields": "code"}), get("/api/health", who, {"fields": "data.canBackup"}), post("/api/health", {}, who)])
    yield Case("platform/5/proxy-headers", [get("/api/health", headers={h: "1.2.3.4"}) for h in ("X-Forwarded-For", "CF-Connecting-IP", "Fly-Client-IP", "X-Real-IP")])


def headers():
    for name, path in {"list": records("posts") + "?perPage=1&fields=id", "error": records("nope"), "health": "/api/health", "unknown": "/api/zzz"}.items():
        yield Case(f"platform/2.4/{name}", [get(path, "guest", watch=SECURITY + CORS)])
        yield Case(f"platform/2.3/{name}", [get(path, "guest", watch=CORS, headers={"Origin": "https://app.example"})])
    yield Case("platform/2.4/no-content", [post(records("tags"), {"id": rid("tx")}, quiet=True), delete(records("tags", rid("tx")), watch=SECURITY)])
    yield Case("platform/2.3/preflight", [options("/api/collections/posts/records", Origin="https://app.example", Access_Control_Request_Method="POST", Access_Control_Request_Headers="authorization,content-type,x-any"),
                                           options("/api/collections/posts/records", Origin="https://app.example", Access_Control_Request_Method="DELETE"), options("/api/zzz", Origin="https://app.example", Access_Control_Request_Method="POST")])
    yield Case("platform/2.3/options-without-origin", [options("/api/health"), options("/api/zzz")])
    yield Case("platform/2.5/no-compression", [get(records("posts") + "?fields=id&sort=id", "guest", headers={"Accept-Encoding": "gzip"}, watch=("content-encoding",))])


def paths():
    for i, path in enumerate(["/api", "/api/", "/api/zzz", "/api/health/", "/api//health", "/API/health", "/api/collections/posts/zzz", "/api/collections/posts/records/x/y", "/api/%68ealth", "/api/batch", "/api/realtime/x", "/api/files/x", "/api/collections/posts/records%2F" + P1, "/api/./health", "/api/x/../health"]):
        yield Case(f"collections/1.1/path-{i:02}", [get(path, "guest"), post(path, {}, "guest")])
    yield Case("collections/1.1/methods", [put("/api/health", {}), delete("/api/health"), patch(collection(), {}), put(records("posts"), {}), post(records("posts", P1), {}), Step("TRACE", "/api/health"), Step("FOO", "/api/health"), Step("PROPFIND", "/api/zzz")])
    yield Case("collections/1.1/head-unknown", [head("/api/zzz"), head("/zzz.txt")])
    yield Case("collections/1.1/accept", [get(records("posts", P1), q={"fields": "id"}, headers={"Accept": "text/html"}), get(records("nope"), headers={"Accept": "application/xml"})])
    yield Case("collections/1.1/method-override", [post(records("posts", P1), {"t": "x"}, headers={"X-HTTP-Method-Override": "PATCH"})])


def sizes():
    big = b'{"t":"' + b"x" * 33_600_000 + b'"}'
    yield Case("platform/2.6/too-large", [raw("POST", collection(), big)])
    yield Case("platform/2.6/long-path", [get("/api/collections/" + "x" * 3000)])
    yield Case("platform/2.6/long-text", [post(records("kinds"), {"t": "x" * 5001}), post(records("kinds"), {"ed": "x" * 5_242_880}, q={"fields": "id,collectionId"}), post(records("kinds"), {"ed": "x" * 5_242_881}), post(records("kinds"), {"j": "x" * 1_048_577})])


def settings():
    """auth.md §14."""
    back = patch("/api/settings", {"batch": {"enabled": True, "maxRequests": 50, "timeout": 3, "maxBodySize": 0}, "meta": {"appName": "Parity", "appURL": "http://parity.test", "senderName": "Support", "senderAddress": "support@example.com", "hideControls": False, "accentColor": "#1055c9"},
                                   "logs": {"maxDays": 5, "minLevel": 0, "logIP": True, "logAuthId": False, "maxDataSize": 0}, "smtp": {"enabled": False, "host": "smtp.example.com", "port": 587, "username": "", "password": "", "authMethod": "", "localName": "", "tls": False},
                                   "s3": {"enabled": False, "bucket": "", "region": "", "endpoint": "", "accessKey": "", "secret": "", "forcePathStyle": False}, "backups": {"cron": "", "cronMaxKeep": 3, "s3": {"enabled": False}}, "trustedProxy": {"headers": [], "useLeftmostIP": False}, "superuserIPs": [],
                                   "rateLimits": {"enabled": False, "excludedIPs": [], "rules": [{"label": "*:auth", "audience": "", "duration": 3, "maxRequests": 2}, {"label": "*:create", "audience": "", "duration": 5, "maxRequests": 20}, {"label": "/api/batch", "audience": "", "duration": 1, "maxRequests": 3}, {"label": "/api/", "audience": "", "duration": 10, "maxRequests": 300}]}})
    for who in ("guest", "ann", "su"):
        yield Case(f"auth/14.2/{who}", [get("/api/settings", who), patch("/api/settings", {}, who), post("/api/settings/test/email", {}, who), post("/api/settings/test/s3", {}, who), post("/api/settings/apple/generate-client-secret", {}, who)])
    yield Case("auth/14.2/fields", [get("/api/settings", q={"fields": "meta.appName,batch"}), put("/api/settings", {}), delete("/api/settings"), raw("PATCH", "/api/settings", b"{"), raw("PATCH", "/api/settings", b"[]"), raw("PATCH", "/api/settings", b"{\"batch\":5}")])
    rule = {"label": "/api/x", "audience": "", "duration": 1, "maxRequests": 1}
    table = [
        {"meta": {"appName": ""}}, {"meta": {"appName": "New"}}, {"meta": {"appName": "x" * 256}}, {"meta": {"appURL": "x"}}, {"meta": {"appURL": "https://a.b"}}, {"meta": {"senderAddress": "x"}}, {"meta": {"senderName": ""}}, {"meta": {"accentColor": "red"}}, {"meta": {"accentColor": "#fff"}}, {"meta": {"accentColor": ""}}, {"meta": {"accentColor": "#12345g"}}, {"meta": {"hideControls": True}}, {"meta": None}, {"zzz": 1},
        {"smtp": {"enabled": True, "host": "", "port": 0}}, {"smtp": {"enabled": True, "host": "bad host"}}, {"smtp": {"authMethod": "X"}}, {"smtp": {"authMethod": "LOGIN"}}, {"smtp": {"localName": "a b"}}, {"smtp": {"password": "secret"}}, {"smtp": {"port": -1}}, {"smtp": {"enabled": True, "host": "127.0.0.1", "port": 25}},
        {"s3": {"enabled": True}}, {"s3": {"enabled": True, "bucket": "b", "region": "r", "endpoint": "x", "accessKey": "a", "secret": "s"}}, {"s3": {"secret": "s"}}, {"backups": {"cron": "x"}}, {"backups": {"cron": "0 0 * * *"}}, {"backups": {"cron": "@daily"}}, {"backups": {"cron": "0 0 * * *", "cronMaxKeep": 0}}, {"backups": {"cronMaxKeep": -1}}, {"backups": {"s3": {"enabled": True}}},
        {"batch": {"maxRequests": 0}}, {"batch": {"enabled": False, "maxRequests": 0, "timeout": 0}}, {"batch": {"timeout": -1}}, {"batch": {"maxBodySize": -1}}, {"logs": {"maxDays": -1}}, {"logs": {"maxDays": 0}}, {"logs": {"maxDataSize": -1}}, {"logs": {"minLevel": 99}}, {"trustedProxy": {"headers": ["X-Forwarded-For", "X-Real-IP"]}}, {"trustedProxy": {"headers": [""]}},
        {"superuserIPs": ["x"]}, {"superuserIPs": [""]}, {"superuserIPs": ["127.0.0.1", "10.0.0.0/8", "::1"]}, {"rateLimits": {"excludedIPs": ["1.2.3.4/99"]}},
        {"rateLimits": {"enabled": True, "rules": []}}, {"rateLimits": {"rules": []}}, {"rateLimits": {"rules": [rule]}}, {"rateLimits": {"rules": [{**rule, "label": ""}]}}, {"rateLimits": {"rules": [{**rule, "label": "a b c"}]}}, {"rateLimits": {"rules": [{**rule, "maxRequests": 0}]}}, {"rateLimits": {"rules": [{**rule, "duration": 0}]}}, {"rateLimits": {"rules": [{**rule, "audience": "x"}]}}, {"rateLimits": {"rules": [rule, rule]}}, {"rateLimits": {"rules": [{**rule, "audience": "@guest"}, {**rule, "audience": "@auth"}]}},
        {"rateLimits": {"rules": [{**rule, "audience": "@guest"}, rule]}}, {"rateLimits": {"rules": [{**rule, "label": l} for l in ("POST /api/x", "users:create", "*:list", "tag", "/api/y/")]}}, {"rateLimits": {"rules": [{**rule, "label": "users:*"}]}}, {"rateLimits": {"rules": [{**rule, "label": "/api/x.y"}]}}, {"rateLimits": {"rules": None}}, {"meta": {"appName": ""}, "batch": {"timeout": -1}, "logs": {"maxDays": -1}},
        {"META": {"APPNAME": "Upper"}}, {"Batch": {"maxrequests": 7}}, {"meta": []}, {"meta": ["Name", "http://a.b"]}, {"batch": [True, 5, 5, 5]}, {"backups": {"s3": []}}, {"rateLimits": {"rules": [["/api/x", "", 1, 1]]}}, {"rateLimits": []}, {"meta": "x"}, {"logs": {"maxDataSize": 2**53 - 1}}, {"logs": {"maxDataSize": 2**53}},
    ]
    for i, body in enumerate(table):
        yield Case(f"auth/14.3/patch-{i:02}", [patch("/api/settings", body)], undo=[back])
    for i, body in enumerate([{"email": "x", "template": "otp"}, {"email": "a@b.co", "template": "zzz"}, {"email": "a@b.co", "template": "otp", "collection": "nope"}, {"email": "a@b.co", "template": "otp", "collection": "posts"}]):
        yield Case(f"auth/14.2/test-email-{i}", [post("/api/settings/test/email", body)])
    for i, body in enumerate([{"filesystem": "zzz"}, {"filesystem": "storage"}, {"filesystem": "backups"}]):
        yield Case(f"auth/14.2/test-s3-{i}", [post("/api/settings/test/s3", body)])
    for i, body in enumerate([{"clientId": "a", "teamId": "b", "keyId": "c", "privateKey": "d", "duration": 0}, {"clientId": "a", "teamId": "1234567890", "keyId": "1234567890", "privateKey": "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----", "duration": 99999999}]):
        yield Case(f"auth/14.2/apple-{i}", [post("/api/settings/apple/generate-client-secret", body)])
