//! Expanding relations: how deep, in which order, and only what the caller could also view.

use serde_json::{Value as Json, json};

use super::{add_fields, allow_batches, batch, id, item, list, one, open, text, to, with};
use crate::support::{As, GUEST, SUPERUSER, TestApp, Who};

const ALICE: &str = "alice0000000000";

/// The `expand` of a record as `who` sees it; null when there is none.
async fn expanded(app: &TestApp, who: Who, collection: &str, record: &Json, paths: &str) -> Json {
    let line = format!("{}?expand={paths}", one("GET", collection, record));
    app.call(who, &line).await.is(200).json().get("expand").cloned().unwrap_or_default()
}

/// Secrets that only alice may view, notes that point at them.
async fn notes(app: &TestApp) -> (Json, Json) {
    let mut secrets = open("secrets", json!([text("t"), with(text("inner"), json!({"hidden": true}))]));
    secrets["viewRule"] = json!(format!("@request.auth.id = '{ALICE}' && t != 'nobody'"));
    let secrets = app.collection(secrets).await;
    let many = with(to("all", &secrets), json!({"maxSelect": 9}));
    let hidden = with(to("shy", &secrets), json!({"hidden": true}));
    app.collection(open("notes", json!([text("t"), to("one", &secrets), many, hidden]))).await;
    let a = app.record("secrets", json!({"t": "a", "inner": "x"})).await;
    let b = app.record("secrets", json!({"t": "b"})).await;
    let c = app.record("secrets", json!({"t": "nobody"})).await;
    let note = json!({"one": id(&a), "all": [id(&c), id(&b), id(&a)], "shy": id(&a)});
    (app.record("notes", note).await, a)
}

#[tokio::test]
async fn related_records_are_those_the_caller_may_view() {
    let app = TestApp::start().await;
    let (note, a) = notes(&app).await;
    let shown = expanded(&app, As("alice"), "notes", &note, "one,all").await;
    assert_eq!((&shown["one"]["t"], shown["one"].get("inner")), (&json!("a"), None));
    let order: Vec<&Json> = shown["all"].as_array().unwrap().iter().map(|secret| &secret["t"]).collect();
    assert_eq!(order, ["b", "a"], "in stored order, without what may not be viewed");
    for who in [GUEST, As("bob")] {
        assert_eq!(expanded(&app, who, "notes", &note, "one,all").await, json!({}));
    }
    let all = expanded(&app, SUPERUSER, "notes", &note, "one,all").await;
    assert_eq!((&all["one"]["inner"], all["all"].as_array().unwrap().len()), (&json!("x"), 3));
    // A closed rule, and one that no longer compiles, show nothing.
    app.call(SUPERUSER, "PATCH /api/collections/secrets").json(json!({"viewRule": null})).await.is(200);
    assert_eq!(expanded(&app, As("alice"), "notes", &note, "one").await, Json::Null);
    assert_eq!(expanded(&app, SUPERUSER, "notes", &note, "one").await["one"]["id"], a["id"]);
}

/// Improvement 18.1 of the records contract.
#[tokio::test]
async fn hidden_relations_cannot_be_expanded_in_either_direction() {
    let app = TestApp::start().await;
    let (note, a) = notes(&app).await;
    app.call(SUPERUSER, "PATCH /api/collections/secrets").json(json!({"viewRule": ""})).await.is(200);
    for who in [GUEST, As("alice")] {
        assert_eq!(expanded(&app, who, "notes", &note, "shy").await, Json::Null);
        assert_eq!(expanded(&app, who, "secrets", &a, "notes_via_shy,notes(shy)").await, Json::Null);
        assert_eq!(expanded(&app, who, "secrets", &a, "notes_via_one.shy").await, Json::Null);
    }
    assert_eq!(expanded(&app, SUPERUSER, "notes", &note, "shy").await["shy"]["t"], "a");
    assert_eq!(expanded(&app, SUPERUSER, "secrets", &a, "notes_via_shy").await["notes_via_shy"][0]["id"], note["id"]);
}

#[tokio::test]
async fn back_relations_are_lists_unless_each_can_have_one_only() {
    let app = TestApp::start().await;
    let owners = app.collection(open("owners", json!([text("t")]))).await;
    app.collection(open("pets", json!([text("t"), to("owner", &owners)]))).await;
    let mut passports = open("passports", json!([to("owner", &owners)]));
    passports["indexes"] = json!(["CREATE UNIQUE INDEX idx_pass_owner ON passports (owner)"]);
    app.collection(passports).await;
    let (ann, bob) = (app.record("owners", json!({})).await, app.record("owners", json!({})).await);
    for name in ["a", "b"] {
        app.record("pets", json!({"t": name, "owner": id(&ann)})).await;
    }
    let passport = app.record("passports", json!({"owner": id(&ann)})).await;
    let shown = expanded(&app, GUEST, "owners", &ann, "pets_via_owner,passports_via_owner,pets(owner)").await;
    assert_eq!(shown["pets_via_owner"].as_array().unwrap().len(), 2);
    assert_eq!(shown["pets(owner)"].as_array().unwrap().len(), 2);
    assert_eq!(shown["passports_via_owner"]["id"], passport["id"]);
    assert_eq!(expanded(&app, GUEST, "owners", &bob, "pets_via_owner,passports_via_owner").await, json!({}));
    assert_eq!(
        expanded(&app, GUEST, "owners", &ann, "zoo_via_owner,pets_via_t,t,pets_via_,_via_owner,(").await,
        Json::Null
    );
}

#[tokio::test]
async fn six_levels_are_shown_and_deeper_ones_are_not() {
    let app = TestApp::start().await;
    let chain = app.collection(open("chain", json!([text("t")]))).await;
    add_fields(&app, &chain, &[to("next", &chain)]).await;
    let mut record = app.record("chain", json!({})).await;
    for _ in 0..9 {
        record = app.record("chain", json!({"next": id(&record)})).await;
    }
    let mut shown = expanded(&app, GUEST, "chain", &record, "next.next.next.next.next.next.next.next").await;
    let mut depth = 0;
    while let Some(next) = shown.get("next") {
        depth += 1;
        shown = next.get("expand").cloned().unwrap_or_default();
    }
    assert_eq!(depth, 6);
    // Forth and back again, over the same records.
    let round = "next.chain_via_next.next.chain_via_next";
    let shown = expanded(&app, GUEST, "chain", &record, round).await;
    assert_eq!(shown["next"]["expand"]["chain_via_next"][0]["id"], record["id"]);
}

#[tokio::test]
async fn emails_stay_private_wherever_an_account_is_shown() {
    let app = TestApp::start().await;
    let users = app.call(SUPERUSER, "GET /api/collections/users").await.json();
    app.call(SUPERUSER, "PATCH /api/collections/users").json(json!({"viewRule": ""})).await.is(200);
    app.collection(open("letters", json!([to("from", &users), text("t")]))).await;
    let letter = app.record("letters", json!({"from": ALICE})).await;
    allow_batches(&app, json!({})).await;
    for (who, seen) in [(GUEST, false), (As("bob"), false), (As("alice"), true), (SUPERUSER, true)] {
        let has = |from: &Json| from.get("email").is_some();
        assert_eq!(has(&expanded(&app, who, "letters", &letter, "from").await["from"]), seen, "view, {who:?}");
        let listed = app.call(who, &list("letters", &[("expand", "from")])).await.is(200).json();
        assert_eq!(has(&listed["items"][0]["expand"]["from"]), seen, "list, {who:?}");
        let line = format!("{}?expand=from", one("PATCH", "letters", &letter));
        let updated = app.call(who, &line).json(json!({"t": "x"})).await.is(200).json();
        assert_eq!(has(&updated["expand"]["from"]), seen, "update, {who:?}");
        let answer = batch(&app, who, &[item(&line, json!({"t": "y"}))]).await.is(200).json();
        assert_eq!(has(&answer[0]["body"]["expand"]["from"]), seen, "batch, {who:?}");
        for from in [&updated["expand"]["from"], &answer[0]["body"]["expand"]["from"]] {
            assert!(from.get("password").is_none() && from.get("tokenKey").is_none());
        }
    }
}

#[tokio::test]
async fn fields_pick_from_what_was_expanded() {
    let app = TestApp::start().await;
    let (note, _) = notes(&app).await;
    let line = format!("{}?expand=one,all&fields=t,expand.all.t,expand.one.inner", one("GET", "notes", &note));
    let shown = app.call(As("alice"), &line).await.is(200).json();
    assert_eq!(shown, json!({"t": "", "expand": {"all": [{"t": "b"}, {"t": "a"}], "one": {}}}));
}

#[tokio::test]
async fn expanded_records_have_a_largest_size_each_as_often_as_it_is_nested() {
    let app = TestApp::start().await;
    allow_batches(&app, json!({"maxRequests": 200, "timeout": 60})).await;
    let hubs = app.collection(open("hubs", json!([{"name": "t", "type": "editor"}]))).await;
    let spokes = app.collection(open("spokes", json!([to("hub", &hubs), text("t")]))).await;
    let all = with(to("all", &spokes), json!({"maxSelect": 999}));
    app.collection(open("wheels", json!([all]))).await;
    let hub = app.record("hubs", json!({"t": "x".repeat(400_000)})).await;
    let spoke = |n: usize| {
        item("POST /api/collections/spokes/records", json!({"id": format!("spoke{n:010}"), "hub": id(&hub)}))
    };
    batch(&app, SUPERUSER, &(0..100).map(spoke).collect::<Vec<_>>()).await.is(200);

    let page = |size: &str| list("spokes", &[("perPage", size), ("expand", "hub")]);
    let answer = app.call(GUEST, &page("70")).await.is(200).json();
    assert_eq!(answer["items"][69]["expand"]["hub"]["id"], hub["id"]);
    let refused = app.call(GUEST, &page("100")).await.is(400).json();
    assert!(
        refused["message"].as_str().unwrap().starts_with("The expanded records take more than 32 MiB."),
        "{refused}"
    );
    let back = list("hubs", &[("expand", "spokes_via_hub.hub")]);
    app.call(GUEST, &back).await.is(400);
    app.call(GUEST, &list("hubs", &[("expand", "spokes_via_hub")])).await.is(200);

    // What was written is answered, without what is too much; a batch is undone.
    let ids: Vec<String> = (0..100).map(|n| format!("spoke{n:010}")).collect();
    let line = "POST /api/collections/wheels/records?expand=all.hub";
    let wheel = app.call(SUPERUSER, line).json(json!({"all": ids})).await.is(200).json();
    assert_eq!((wheel["all"].as_array().unwrap().len(), wheel.get("expand")), (100, None));
    app.call(SUPERUSER, &format!("{}?expand=all.hub", one("GET", "wheels", &wheel))).await.is(400);
    let touch = |n: usize| {
        let line = format!("PATCH /api/collections/spokes/records/spoke{n:010}?expand=hub");
        item(&line, json!({"t": "touched"}))
    };
    batch(&app, SUPERUSER, &(0..100).map(touch).collect::<Vec<_>>()).await.is(400);
    let touched = app.call(GUEST, &list("spokes", &[("filter", "t != ''")])).await.is(200).json();
    assert_eq!(touched["totalItems"], 0);
}
