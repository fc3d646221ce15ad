//! Rules tried beforehand: what the answer says is what a request would meet, and nothing is written.

use serde_json::{Value as Json, json};

use crate::support::{Answer, As, GUEST, SUPERUSER, TestApp};

const BOB: &str = "bob000000000000";

async fn shop() -> TestApp {
    let app = TestApp::start().await;
    let notes = json!({
        "name": "notes", "type": "base",
        "listRule": "public = true || owner = @request.auth.id", "viewRule": null, "createRule": "owner = @request.auth.id && title != 'x'",
        "updateRule": "owner = @request.auth.id && @request.body.owner:changed = false", "deleteRule": "",
        "fields": [
            {"name": "title", "type": "text"}, {"name": "public", "type": "bool"},
            {"name": "owner", "type": "relation", "collectionId": "_pb_users_auth_", "maxSelect": 1},
            {"name": "readers", "type": "relation", "collectionId": "_pb_users_auth_", "maxSelect": 9},
        ],
    });
    app.call(SUPERUSER, "POST /api/collections").json(notes).await.is(200);
    let note = json!({"id": "note00000000001", "title": "t", "owner": BOB, "readers": [BOB, "alice0000000000"]});
    app.call(SUPERUSER, "POST /api/collections/notes/records").json(note).await.is(200);
    app
}

async fn ask(app: &TestApp, question: Json) -> Answer {
    app.call(SUPERUSER, "POST /api/collections/notes/rules/test").json(question).await
}

fn bob() -> Json {
    json!({"collection": "users", "id": BOB})
}

#[tokio::test]
async fn the_answer_is_what_a_request_would_meet() {
    let app = shop().await;
    let alice = json!({"collection": "users", "id": "alice0000000000"});
    let root = app.call(SUPERUSER, "GET /api/collections/_superusers/records").await.is(200).json();
    let root = json!({"collection": "_superusers", "id": root["items"][0]["id"]});
    let note = "note00000000001";
    for (question, allowed, reason) in [
        (json!({"action": "list", "record": note}), false, "None of the 2 alternatives holds."),
        (json!({"action": "list", "record": note, "as": bob()}), true, "The rule holds."),
        (json!({"action": "view", "record": note, "as": bob()}), false, "The rule is locked: only superusers pass."),
        (json!({"action": "view", "record": note, "as": root}), true, "Superusers pass every rule."),
        (json!({"action": "delete", "record": note}), true, "The rule is empty: everyone passes."),
        (json!({"action": "update", "record": note, "as": bob(), "body": {"title": "new"}}), true, "The rule holds."),
        (
            json!({"action": "update", "record": note, "as": bob(), "body": {"owner": "alice0000000000"}}),
            false,
            "`@request.body.owner:changed = false` does not hold.",
        ),
        (json!({"action": "update", "record": note, "as": alice}), false, "`owner = @request.auth.id` does not hold."),
        (json!({"action": "create", "as": bob(), "body": {"owner": BOB}}), true, "The rule holds."),
        (
            json!({"action": "create", "as": bob(), "body": {"owner": BOB, "title": "x"}}),
            false,
            "`title != 'x'` does not hold.",
        ),
        (
            json!({"action": "view", "record": note, "rule": "readers.email ?= 'bob@example.com' && readers.name ?= 'nobody'"}),
            false,
            "`readers.name ?= 'nobody'` does not hold.",
        ),
        (
            json!({"action": "view", "record": note, "rule": "readers.email ?= 'bob@example.com' && readers.id ?= 'alice0000000000'"}),
            false,
            "Each part holds for some related record, but no single one satisfies them all.",
        ),
        (
            json!({"action": "view", "record": note, "rule": "@request.headers.x_key = 'k' && @request.query.q = '1'", "headers": {"X-Key": "k"}, "query": {"q": "1"}}),
            true,
            "The rule holds.",
        ),
    ] {
        let said = ask(&app, question.clone()).await.is(200).json();
        assert_eq!((&said["allowed"], &said["reason"]), (&json!(allowed), &json!(reason)), "{question}: {said}");
    }
    // The same as requests see it.
    app.call(As("bob"), "PATCH /api/collections/notes/records/note00000000001")
        .json(json!({"title": "new"}))
        .await
        .is(200);
    let given = json!({"owner": "alice0000000000"});
    app.call(As("bob"), "PATCH /api/collections/notes/records/note00000000001").json(given).await.is(404);
    app.call(As("alice"), "POST /api/collections/notes/records").json(json!({"owner": BOB})).await.is(400);
    let list = app.call(SUPERUSER, "GET /api/collections/notes/records").await.is(200).json();
    assert_eq!(list["totalItems"], 1, "asking creates nothing");
}

#[tokio::test]
async fn every_part_of_a_rule_is_judged() {
    let app = shop().await;
    let rule = "(public = true || owner = @request.auth.id) && title != ''";
    let said = ask(&app, json!({"action": "view", "record": "note00000000001", "rule": rule, "as": bob()})).await;
    let leaf = |text: &str, allowed: bool| json!({"text": text, "allowed": allowed});
    said.is(200).has(json!({"rule": rule, "tree": {
        "text": rule, "op": "&&", "allowed": true,
        "parts": [
            {"text": "public = true || owner = @request.auth.id", "op": "||", "allowed": true,
             "parts": [leaf("public = true", false), leaf("owner = @request.auth.id", true)]},
            leaf("title != ''", true),
        ],
    }}));
}

#[tokio::test]
async fn auth_collections_have_two_more_rules() {
    let app = TestApp::start().await;
    let line = "POST /api/collections/users/rules/test";
    let ask = |question: Json| app.call(SUPERUSER, line).json(question);
    let question = json!({"action": "auth", "record": BOB, "rule": "verified = false"});
    ask(question).await.is(200).has(json!({"allowed": false, "reason": "`verified = false` does not hold."}));
    ask(json!({"action": "auth", "record": BOB})).await.is(200).has(json!({"allowed": true, "rule": ""}));
    ask(json!({"action": "manage", "record": BOB, "as": bob()}))
        .await
        .is(200)
        .has(json!({"allowed": false, "rule": null}));
    let rule = "@request.auth.id = id";
    ask(json!({"action": "manage", "record": BOB, "as": bob(), "rule": rule}))
        .await
        .is(200)
        .has(json!({"allowed": true}));
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_refused_where_it_does_not() {
    let app = shop().await;
    let at = |key: &str, code: &str| json!({"status": 400, "data": {key: {"code": code}}});
    for (question, expected) in [
        (json!({}), at("action", "validation_required")),
        (json!({"action": "read"}), at("action", "validation_in_invalid")),
        (json!({"action": "view"}), at("record", "validation_required")),
        (json!({"action": "view", "record": "none"}), at("record", "validation_missing_rel_records")),
        (
            json!({"action": "create", "as": {"collection": "notes", "id": "note00000000001"}}),
            at("as", "validation_missing_rel_records"),
        ),
        (
            json!({"action": "create", "as": {"collection": "users", "id": "nobody"}}),
            at("as", "validation_missing_rel_records"),
        ),
        (json!({"action": "create", "rule": 3}), at("rule", "validation_invalid_value")),
        (
            json!({"action": "create", "rule": "titl = 1"}),
            json!({"data": {"rule": {"params": {"nearest": "title", "position": 0}}}}),
        ),
        (
            json!({"action": "create", "rule": "title ="}),
            json!({"data": {"rule": {"code": "validation_invalid_filter", "params": {"position": 7}}}}),
        ),
        (json!({"action": "create", "headers": {"a": 1}}), at("headers", "validation_invalid_value")),
    ] {
        ask(&app, question).await.is(400).has(expected);
    }
    app.call(SUPERUSER, "POST /api/collections/none/rules/test").json(json!({"action": "create"})).await.is(404);
    for (who, status) in [(GUEST, 401), (As("bob"), 403)] {
        app.call(who, "POST /api/collections/notes/rules/test").json(json!({"action": "create"})).await.is(status);
    }
}
