//! Who is told of what: as much as reading would show, however the rule is decided.

use serde_json::{Value as Json, json};

use super::Stream;
use super::stream::with_options;
use crate::support::{As, GUEST, SUPERUSER, TestApp, Who};

const EVERYONE: [Who; 5] = [GUEST, Who::Account("alice"), Who::Account("bob"), Who::Account("carol"), SUPERUSER];
const ALICE: &str = "alice0000000000";

/// Projects of an owner, whose managers are in another collection; tasks that go with their project.
async fn world(app: &TestApp) {
    let users = json!("_pb_users_auth_");
    let relation = |name: &str, to: &Json, cascade: bool| json!({"name": name, "type": "relation", "collectionId": to, "cascadeDelete": cascade});
    let text = json!({"name": "title", "type": "text"});
    let projects = json!({"name": "projects", "type": "base", "fields": [text, relation("owner", &users, false)]});
    let projects = app.collection(projects).await["id"].clone();
    let managers = json!({
        "name": "managers", "type": "base",
        "fields": [relation("project", &projects, false), relation("user", &users, false)],
    });
    app.collection(managers).await;
    // In memory for the owner, by the database for managers.
    let rule = "@request.auth.id != '' && (owner = @request.auth.id || managers_via_project.user ?= @request.auth.id)";
    let rules = json!({"listRule": rule, "viewRule": rule});
    app.call(SUPERUSER, "PATCH /api/collections/projects").json(rules).await.is(200);
    let through = "project.owner = @request.auth.id";
    app.collection(json!({
        "name": "tasks", "type": "base", "listRule": through, "viewRule": through,
        "fields": [text, relation("project", &projects, true)],
    }))
    .await;
}

/// What each of these streams is told before the marker that all of them see.
async fn told(app: &TestApp, streams: &mut [Stream]) -> Vec<Vec<String>> {
    app.record("posts", json!({"title": "marker"})).await;
    let mut all = Vec::new();
    for stream in streams {
        let mut told = Vec::new();
        loop {
            let event = stream.next().await;
            if event.name == "posts/*" {
                break;
            }
            let collection = event.data["record"]["collectionName"].as_str().unwrap().to_string();
            told.push(format!("{} {collection} {}", event.action(), event.field("title")));
        }
        all.push(told);
    }
    all
}

async fn open_all(app: &TestApp, topics: &[&str]) -> Vec<Stream> {
    let mut streams = Vec::new();
    for who in EVERYONE {
        let topics: Vec<&str> = topics.iter().copied().chain(["posts/*"]).collect();
        streams.push(Stream::of(app, who, &topics).await);
    }
    streams
}

/// Guest, owner, other, manager, superuser.
fn same(told: &[Vec<String>], expected: [&[&str]; 5]) {
    for ((told, expected), who) in told.iter().zip(expected).zip(EVERYONE) {
        assert_eq!(told, expected, "{who:?}");
    }
}

#[tokio::test]
async fn everyone_is_told_what_everyone_may_read() {
    let app = TestApp::start().await;
    world(&app).await;
    let mut streams = open_all(&app, &["projects/*"]).await;
    let project = app.record("projects", json!({"title": "a", "owner": ALICE})).await["id"].clone();
    let created = told(&app, &mut streams).await;
    same(&created, [&[], &["create projects a"], &[], &[], &["create projects a"]]);

    app.record("managers", json!({"project": project, "user": "carol0000000000"})).await;
    let line = format!("/api/collections/projects/records/{}", project.as_str().unwrap());
    app.call(SUPERUSER, &format!("PATCH {line}")).json(json!({"title": "b"})).await.is(200);
    let update = &["update projects b"][..];
    same(&told(&app, &mut streams).await, [&[], update, &[], update, update]);

    app.call(SUPERUSER, &format!("PATCH {line}")).json(json!({"title": "c", "owner": "bob000000000000"})).await.is(200);
    let update = &["update projects c"][..];
    same(&told(&app, &mut streams).await, [&[], &[], update, update, update]);
    for (who, status) in EVERYONE.into_iter().zip([404, 404, 200, 200, 200]) {
        app.call(who, &format!("GET {line}")).await.is(status);
    }

    app.call(SUPERUSER, &format!("DELETE {line}")).await.is(204);
    let delete = &["delete projects c"][..];
    same(&told(&app, &mut streams).await, [&[], &[], delete, delete, delete]);
}

#[tokio::test]
async fn a_cascade_is_told_to_those_who_saw_what_is_gone() {
    let app = TestApp::start().await;
    world(&app).await;
    let project = app.record("projects", json!({"title": "p", "owner": ALICE})).await["id"].clone();
    for title in ["t", "u"] {
        app.record("tasks", json!({"title": title, "project": project})).await;
    }
    let expanding = with_options("tasks/*", json!({"query": {"expand": "project", "filter": "project.title = 'p'"}}));
    let mut streams = open_all(&app, &["tasks/*"]).await;
    let mut owner = Stream::of(&app, As("alice"), &[&expanding]).await;
    app.call(SUPERUSER, &format!("DELETE /api/collections/projects/records/{}", project.as_str().unwrap()))
        .await
        .is(204);
    let both = &["delete tasks t", "delete tasks u"][..];
    same(&told(&app, &mut streams).await, [&[], both, &[], &[], both]);
    let event = owner.next().await;
    assert_eq!(event.data["record"]["expand"]["project"]["title"], "p");
}

#[tokio::test]
async fn closed_rules_are_for_superusers_and_views_tell_nothing() {
    let app = TestApp::start().await;
    app.collection(json!({"name": "logs", "type": "base", "fields": [{"name": "title", "type": "text"}]})).await;
    app.collection(json!({"name": "seen", "type": "view", "listRule": "", "viewQuery": "SELECT id, title FROM logs"}))
        .await;
    let mut streams = open_all(&app, &["logs/*", "seen/*"]).await;
    app.record("logs", json!({"title": "x"})).await;
    same(&told(&app, &mut streams).await, [&[], &[], &[], &[], &["create logs x"]]);
}

#[tokio::test]
async fn a_rule_that_cannot_be_asked_ends_those_it_is_for_and_nobody_else() {
    let app = TestApp::start().await;
    // More tables than the database joins.
    let rule: Vec<String> =
        (0..80).map(|n| format!("@collection.posts:p{n}.title ?= @collection.posts:p{}.title", n + 1)).collect();
    app.collection(json!({
        "name": "wide", "type": "base", "listRule": rule.join(" && "), "viewRule": "@request.auth.id = ''",
        "fields": [{"name": "title", "type": "text"}],
    }))
    .await;
    let mut broken = Stream::of(&app, GUEST, &["wide/*"]).await;
    let mut guest = Stream::of(&app, GUEST, &["wide/one000000000000"]).await;
    let mut superuser = Stream::of(&app, SUPERUSER, &["wide/*"]).await;
    app.record("wide", json!({"id": "one000000000000"})).await;
    assert_eq!(guest.next().await.told(), "create one000000000000");
    assert_eq!(superuser.next().await.told(), "create one000000000000");
    assert_eq!(broken.try_next().await, None);
}

#[tokio::test]
async fn what_a_relation_decides_follows_its_records() {
    let app = TestApp::start().await;
    world(&app).await;
    let project = app.record("projects", json!({"title": "p", "owner": ALICE})).await;
    let line = format!("PATCH /api/collections/projects/records/{}", project["id"].as_str().unwrap());
    let mut stream = Stream::of(&app, As("alice"), &["tasks/*"]).await;
    let task = |title: &str| app.record("tasks", json!({"title": title, "project": project["id"]}));
    for (owner, title) in [(ALICE, "one"), (ALICE, "two"), ("", "hidden"), ("", "hidden too"), (ALICE, "three")] {
        app.call(SUPERUSER, &line).json(json!({"owner": owner})).await.is(200);
        task(title).await;
    }
    for title in ["one", "two", "three"] {
        assert_eq!(stream.next().await.field("title"), title);
    }
}
