//! One authorizer for every way to a record: each route, for each kind of caller, under each shape of rule.

use serde_json::{Value as Json, json};

use crate::records::{allow_batches, batch, id, item, list, one, open, stored, text, to};
use crate::support::{As, GUEST, SUPERUSER, TestApp, Who};

const OWNER: Who = Who::Account("alice");
const CALLERS: [Who; 4] = [GUEST, OWNER, Who::Account("bob"), SUPERUSER];

/// The shapes of a rule: text, and whom of the callers it lets at alice's record.
fn shapes() -> [(Json, [bool; 4]); 8] {
    let own = "owner = @request.auth.id && @request.auth.id != ''";
    let join = "owner.id = @request.auth.id && @collection.users.id ?= @request.auth.id";
    [
        (json!(null), [false, false, false, true]),
        (json!(""), [true, true, true, true]),
        (json!(own), [false, true, false, true]),
        (json!("@request.auth.id != ''"), [false, true, true, true]),
        (json!("@request.auth.id = ''"), [true, false, false, true]),
        (json!("1 = 2"), [false, false, false, true]),
        (json!("secret = 'x' && title != 'zzz'"), [true, true, true, true]),
        (json!(join), [false, true, false, true]),
    ]
}

struct World {
    app: TestApp,
    thing: Json,
    holder: Json,
}

/// Things of alice under the same rule for everything, and a holder that points at one of them.
async fn world() -> World {
    let app = TestApp::start().await;
    allow_batches(&app, json!({})).await;
    let users = app.call(SUPERUSER, "GET /api/collections/users").await.json();
    let secret = json!({"name": "secret", "type": "text", "hidden": true});
    let things = app.collection(open("things", json!([text("title"), to("owner", &users), secret]))).await;
    app.collection(open("holders", json!([to("thing", &things)]))).await;
    let thing = app.record("things", alices()).await;
    let holder = app.record("holders", json!({"thing": id(&thing)})).await;
    World { app, thing, holder }
}

fn alices() -> Json {
    json!({"title": "t", "owner": "alice0000000000", "secret": "x"})
}

impl World {
    async fn rule(&self, rule: &Json) {
        let rules =
            json!({"listRule": rule, "viewRule": rule, "createRule": rule, "updateRule": rule, "deleteRule": rule});
        self.app.call(SUPERUSER, "PATCH /api/collections/things").json(rules).await.is(200);
    }

    /// What each route answers this caller.
    async fn statuses(&self, who: Who) -> Vec<(&'static str, u16)> {
        let app = &self.app;
        let create = "POST /api/collections/things/records";
        let patch = one("PATCH", "things", &self.thing);
        let mut seen = Vec::new();
        seen.push(("view", app.call(who, &one("GET", "things", &self.thing)).await.status));
        seen.push(("create", app.call(who, create).json(alices()).await.status));
        seen.push(("update", app.call(who, &patch).json(json!({"title": "u"})).await.status));
        let inner = async |request: Json| {
            let answer = batch(app, who, &[request]).await;
            let json = answer.json();
            match answer.status {
                200 => json[0]["status"].as_u64(),
                _ => json["data"]["requests"]["0"]["response"]["status"].as_u64(),
            }
            .unwrap_or_default() as u16
        };
        seen.push(("batch create", inner(item(create, alices())).await));
        seen.push(("batch update", inner(item(&patch, json!({"title": "v"}))).await));
        let upsert = "PUT /api/collections/things/records";
        seen.push(("upsert", inner(item(upsert, json!({"id": id(&self.thing), "title": "w"}))).await));
        for (name, batched) in [("delete", false), ("batch delete", true)] {
            let victim = app.record("things", alices()).await;
            let delete = one("DELETE", "things", &victim);
            let status =
                if batched { inner(item(&delete, json!({}))).await } else { app.call(who, &delete).await.status };
            seen.push((name, status));
            let gone = app.call(SUPERUSER, &one("GET", "things", &victim)).await.status == 404;
            assert_eq!(gone, status == 204, "{name} by {who:?} did what it said");
        }
        seen
    }

    /// Whether the thing shows in a list, and in an expand.
    async fn sights(&self, who: Who) -> (u16, bool, bool) {
        let title = format!("id = '{}'", id(&self.thing));
        let listed = self.app.call(who, &list("things", &[("filter", &title)])).await;
        let found = listed.status == 200 && !listed.json()["items"].as_array().unwrap().is_empty();
        if listed.status == 200 {
            assert_eq!(listed.json()["totalItems"], i64::from(found), "the total tells no more than the items");
        }
        let line = format!("{}?expand=thing", one("GET", "holders", &self.holder));
        let holder = self.app.call(who, &line).await.is(200).json();
        (listed.status, found, holder["expand"]["thing"]["id"] == self.thing["id"])
    }
}

/// What a route answers when the rule lets the caller through, refuses it, or is closed to it.
fn expected(route: &str, allowed: bool, closed: bool) -> u16 {
    match (route, allowed, closed) {
        ("delete" | "batch delete", true, _) => 204,
        (_, true, _) => 200,
        (_, false, true) => 403,
        ("create" | "batch create", false, false) => 400,
        (_, false, false) => 404,
    }
}

/// Security case 12.
#[tokio::test]
async fn every_route_asks_the_same_rule() {
    let world = world().await;
    for (rule, allowed) in shapes() {
        world.rule(&rule).await;
        for (who, allowed) in CALLERS.into_iter().zip(allowed) {
            let closed = rule.is_null() && !allowed;
            // The hidden field of a new record can only be set by a superuser: for others it is empty.
            let may_create = allowed && (!rule.to_string().contains("secret") || matches!(who, Who::Account("root")));
            for (route, status) in world.statuses(who).await {
                let allowed = if route.ends_with("create") { may_create } else { allowed };
                assert_eq!(status, expected(route, allowed, closed), "{route} by {who:?} under {rule}");
            }
            let (status, listed, expanded) = world.sights(who).await;
            assert_eq!(
                (status, listed, expanded),
                (if closed { 403 } else { 200 }, allowed, allowed),
                "{who:?} under {rule}"
            );
        }
    }
}

/// Security case 12: who may not touch a record does not touch it.
#[tokio::test]
async fn what_is_refused_leaves_no_trace() {
    let world = world().await;
    let before = stored(&world.app, "things", &world.thing).await;
    world.rule(&json!("1 = 2")).await;
    let seq = async || world.app.services.store.changes_since(0, 0).await.unwrap().newest;
    for who in [GUEST, OWNER, As("bob")] {
        let start = seq().await;
        world.statuses(who).await;
        assert_eq!(seq().await, start + 2, "only the two victims that the test itself made");
    }
    assert_eq!(stored(&world.app, "things", &world.thing).await, before);
}

/// Security case 12: a rule that no longer compiles is a closed door on every route.
#[tokio::test]
async fn a_broken_rule_opens_nothing() {
    let world = world().await;
    let gone = world.app.collection(open("gone", json!([text("t")]))).await;
    world.rule(&json!("@collection.gone.t ?!= 'x' || 1 = 1")).await;
    let line = format!("DELETE /api/collections/{}", id(&gone));
    if world.app.call(SUPERUSER, &line).await.status != 204 {
        return; // A collection that rules mention cannot be deleted: nothing can break.
    }
    for who in [GUEST, OWNER, As("bob")] {
        for (route, status) in world.statuses(who).await {
            assert!(matches!(status, 400 | 404), "{route} by {who:?}: {status}");
        }
        let (status, listed, expanded) = world.sights(who).await;
        assert_eq!((status, listed, expanded), (400, false, false));
    }
}
