//! SQL by hand: what it answers, what it may not do, and that nothing of it stays behind.

use serde_json::{Value as Json, json};

use crate::support::{Answer, As, GUEST, SUPERUSER, TestApp};

async fn run(app: &TestApp, query: &str) -> Answer {
    app.call(SUPERUSER, "POST /api/sql").json(json!({ "query": query })).await
}

async fn rows(app: &TestApp, query: &str) -> Json {
    run(app, query).await.is(200).json()["rows"].clone()
}

#[tokio::test]
async fn a_query_answers_rows_of_text() {
    let app = TestApp::start().await;
    let answer = run(&app, "SELECT 1 AS a, 1.5 AS b, NULL AS c, 't' AS d, x'4142' AS e").await.is(200).json();
    assert_eq!(answer["rows"], json!([["1", "1.5", null, "t", "AB"]]));
    assert_eq!(answer["columns"][0], json!({"name": "a", "type": "", "nullable": true}));
    assert_eq!(answer["affectedRows"], 0);
    assert!(answer["execTime"].is_i64());
    assert_eq!(
        rows(&app, "SELECT x'41ff42', true, 9007199254740993").await,
        json!([["A\u{fffd}B", "1", "9007199254740993"]])
    );
    let answer = run(&app, "SELECT id, verified FROM users WHERE id = 'bob000000000000'").await.is(200).json();
    assert_eq!(answer["columns"][1], json!({"name": "verified", "type": "BOOLEAN", "nullable": true}));
    assert_eq!(answer["rows"], json!([["bob000000000000", "1"]]));
    assert_eq!(rows(&app, "SELECT 1; SELECT 2 WHERE 0; SELECT 3;").await, json!([["3"]]));
    assert_eq!(rows(&app, "-- nothing").await, json!([]));
    assert_eq!(rows(&app, "PRAGMA table_info(posts)").await[0][1], "id");
    let many = "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n";
    assert_eq!(rows(&app, many).await.as_array().unwrap().len(), 1000);
}

#[tokio::test]
async fn writes_share_one_transaction_and_count() {
    let app = TestApp::start().await;
    let script = "CREATE TABLE notes (a, b); INSERT INTO notes VALUES (1, 2), (3, 4); INSERT INTO notes VALUES (5, 6)";
    run(&app, script).await.is(200).has(json!({"affectedRows": 1, "columns": [], "rows": []}));
    run(&app, "UPDATE notes SET a = 9").await.is(200).has(json!({"affectedRows": 3}));
    run(&app, "-- with a comment before it\nDELETE FROM notes WHERE b = 2")
        .await
        .is(200)
        .has(json!({"affectedRows": 1}));
    run(&app, "WITH x AS (SELECT 7 AS n) INSERT INTO notes SELECT n, n FROM x").await.is(200);
    assert_eq!(rows(&app, "SELECT count(*) FROM notes").await, json!([["3"]]));
    run(&app, "INSERT INTO notes VALUES (8, 8); INSERT INTO nothing VALUES (1)").await.is(400);
    assert_eq!(rows(&app, "SELECT count(*) FROM notes").await, json!([["3"]]), "the first half is undone, too");
}

#[tokio::test]
async fn refusals() {
    let app = TestApp::start().await;
    let raw = |why: &str| json!({"message": format!("Failed to execute query. Raw error:\n{why}."), "data": {}});
    let query = |code: &str| json!({"data": {"query": {"code": code}}});
    for (body, status, expected) in [
        (json!({}), 400, query("validation_required")),
        (json!({"query": ""}), 400, query("validation_required")),
        (json!({"query": "x".repeat(5001)}), 400, query("validation_length_too_long")),
        (json!({"query": 3}), 400, json!({"message": "An error occurred while loading the submitted data."})),
        (json!({"query": " \n"}), 400, raw("empty query")),
        (json!({"query": "SELECT bad FROM users"}), 400, raw("no such column: bad")),
        (json!({"query": "INSERT INTO users VALUES (1"}), 400, raw("incomplete input")),
    ] {
        app.call(SUPERUSER, "POST /api/sql").json(body).await.is(status).has(expected);
    }
    app.call(GUEST, "POST /api/sql").json(json!({"query": "SELECT 1"})).await.is(401);
    app.call(As("bob"), "POST /api/sql").json(json!({"query": "SELECT 1"})).await.is(403);
    assert_eq!(
        app.call(SUPERUSER, "POST /api/sql").form(&[("query", "SELECT 1")]).await.is(200).json()["rows"],
        json!([["1"]])
    );
}

#[tokio::test]
async fn neither_the_connection_nor_other_files_can_be_touched() {
    let app = TestApp::start().await;
    let other = app.dir().join("other.db");
    let other = other.display();
    for query in [
        format!("ATTACH '{other}' AS other"),
        format!("VACUUM INTO '{other}'"),
        format!("INSERT INTO posts (id) VALUES ('x'); ATTACH '{other}' AS other"),
        "CREATE TABLE x (a); COMMIT".into(),
        "CREATE TABLE x (a); PRAGMA synchronous = OFF".into(),
        "DELETE FROM _changes".into(),
        "DROP TABLE _changes".into(),
        "SELECT load_extension('x')".into(),
    ] {
        run(&app, &query).await.is(400);
    }
    assert!(!app.dir().join("other.db").exists());
    // Whatever goes through has no effect on anybody else.
    for query in ["BEGIN", "PRAGMA query_only = OFF", "PRAGMA case_sensitive_like = ON", "CREATE TEMP TABLE t (a)"] {
        run(&app, query).await;
    }
    run(&app, "SELECT * FROM t").await.is(400);
    app.call(GUEST, "POST /api/collections/posts/records").json(json!({"title": "Hello"})).await.is(200);
    let found = app.call(GUEST, "GET /api/collections/posts/records?filter=title~'hello'").await.is(200).json();
    assert_eq!(found["totalItems"], 1);
    app.services.store.backup_into(&app.dir().join("copy.db")).await.unwrap();
}

#[tokio::test]
async fn what_is_written_by_hand_is_a_change_like_any_other() {
    let app = TestApp::start().await;
    let before = app.services.store.changes_since(0, 0).await.unwrap().newest;
    let script = "INSERT INTO posts (id, title, tags, views) VALUES ('one', 'a', '[]', 1), ('two', 'b', '[]', 1); \
                  UPDATE posts SET views = 2 WHERE id = 'one'; \
                  INSERT INTO posts (id, title) VALUES ('gone', 'c'); DELETE FROM posts WHERE id = 'gone'";
    run(&app, script).await.is(200);
    run(&app, "UPDATE posts SET title = 'z' WHERE id = 'two'").await.is(200);
    run(&app, "REPLACE INTO posts (id, title) VALUES ('one', 'again')").await.is(200);
    run(&app, "DELETE FROM posts").await.is(200);
    let history = app.services.store.changes_since(before, 100).await.unwrap();
    let told: Vec<(&str, &str)> = history.changes.iter().map(|c| (c.action.name(), c.record.as_str())).collect();
    let expected = [
        ("create", "one"),
        ("create", "two"),
        ("update", "two"),
        ("update", "one"),
        // In the order of the table, where REPLACE put it at the end.
        ("delete", "two"),
        ("delete", "one"),
    ];
    assert_eq!((told.as_slice(), history.reset), (expected.as_slice(), false));
    assert!(history.changes.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq));
}

#[tokio::test]
async fn tokens_end_when_their_key_is_changed_by_hand() {
    let app = TestApp::start().await;
    let mine = "GET /api/collections/users/records/bob000000000000";
    app.call(As("bob"), mine).await.is(200);
    run(&app, "UPDATE users SET tokenKey = 'another key of thirty characters' WHERE id = 'bob000000000000'")
        .await
        .is(200);
    app.call(As("bob"), mine).await.is(404);
}

#[tokio::test]
async fn too_many_to_tell_is_a_reset() {
    let app = TestApp::start().await;
    let mine = "GET /api/collections/users/records/bob000000000000";
    app.call(As("bob"), mine).await.is(200);
    app.call(GUEST, "POST /api/collections/posts/records").json(json!({"title": "x"})).await.is(200);
    let before = app.services.store.changes_since(0, 0).await.unwrap().newest;
    let fill = "INSERT INTO posts (id, title) WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n \
                WHERE i < 10001) SELECT printf('%015d', i), 'x' FROM n; \
                UPDATE users SET tokenKey = 'another key of thirty characters' WHERE id = 'bob000000000000'";
    run(&app, fill).await.is(200);
    assert!(app.services.store.changes_since(before, 10).await.unwrap().reset);
    assert!(app.services.store.changes_since(before - 1, 10).await.unwrap().reset);
    // What is known of callers is forgotten.
    app.call(As("bob"), mine).await.is(404);
    // And it goes on from there.
    let newest = app.services.store.changes_since(0, 0).await.unwrap().newest;
    app.call(GUEST, "POST /api/collections/posts/records").json(json!({"title": "x"})).await.is(200);
    let history = app.services.store.changes_since(newest, 10).await.unwrap();
    assert_eq!((history.changes.len(), history.reset), (1, false));
}

#[tokio::test]
async fn collections_that_change_by_hand_are_known_at_once() {
    let app = TestApp::start().await;
    app.call(GUEST, "GET /api/collections/posts/records").await.is(200);
    run(&app, "UPDATE _collections SET listRule = NULL WHERE name = 'posts'").await.is(200);
    app.call(GUEST, "GET /api/collections/posts/records").await.is(403);
}

#[tokio::test]
async fn a_write_that_takes_its_time_holds_up_nobody_for_good() {
    let app = TestApp::start().await;
    let slow = "INSERT INTO posts (id, title) WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n \
                WHERE i < 30000) SELECT printf('%015d', i), hex(randomblob(20)) FROM n";
    let (written, other) = tokio::join!(run(&app, slow), async {
        app.call(GUEST, "POST /api/collections/posts/records").json(json!({"title": "mine"})).await
    });
    written.is(200).has(json!({"affectedRows": 30_000}));
    other.is(200);
}

#[tokio::test]
async fn what_runs_can_be_cancelled_and_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let endless = "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT";
    for query in [
        format!("{endless} count(*) FROM n"),
        format!("DELETE FROM users; INSERT INTO posts (id, title) {endless} printf('%015d', i), 'x' FROM n"),
    ] {
        let body = json!({"query": query, "id": "mine"});
        let (ended, ()) = tokio::join!(app.call(SUPERUSER, "POST /api/sql").json(body), async {
            // Until it has begun there is nothing to cancel.
            while app.call(SUPERUSER, "DELETE /api/sql/mine").await.status == 404 {}
        });
        ended.is(400).has(json!({"message": "Failed to execute query. Raw error:\nthe query was cancelled."}));
    }
    assert_eq!(rows(&app, "SELECT count(*) > 0 FROM users").await, json!([["1"]]));
    assert_eq!(rows(&app, "SELECT count(*) FROM posts").await, json!([["0"]]));
    app.call(SUPERUSER, "DELETE /api/sql/mine").await.is(404);
    app.call(As("bob"), "DELETE /api/sql/mine").await.is(403);
    let long = json!({"query": "SELECT 1", "id": "x".repeat(65)});
    let expected = json!({"data": {"id": {"code": "validation_length_too_long"}}});
    app.call(SUPERUSER, "POST /api/sql").json(long).await.is(400).has(expected);
}

#[tokio::test]
async fn what_a_write_would_do_is_told_without_doing_it() {
    let app = TestApp::start().await;
    let plan = rows(&app, "EXPLAIN QUERY PLAN DELETE FROM users WHERE id = 'x'").await;
    assert!(plan[0][3].as_str().unwrap().starts_with("SEARCH users"), "{plan}");
    assert!(!rows(&app, "EXPLAIN UPDATE users SET email = ''").await.as_array().unwrap().is_empty());
    assert_eq!(rows(&app, "SELECT count(*) > 0 FROM users").await, json!([["1"]]));
}
