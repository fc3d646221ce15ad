//! View collections, and what follows when that which they read changes.

use serde_json::json;

use super::*;

/// `posts` with a title, an author among `users`, a number and two records.
fn posts(fx: &Fixture) -> Json {
    let list = json!([
        {"name": "title", "type": "text", "max": 9}, {"name": "author", "type": "relation", "collectionId": "_pb_users_auth_"},
        {"name": "n", "type": "number"}]);
    let created = fx.create(json!({"name": "posts", "fields": list})).unwrap();
    fx.execute("INSERT INTO posts (id, title, n) VALUES ('1', 'one', 1), ('2', 'two', 2)");
    created
}

fn look(fx: &Fixture, query: &str) -> Result<Json, Refusal> {
    fx.create(json!({"name": "look", "type": "view", "viewQuery": query}))
}

#[test]
fn fields_are_told_from_the_query() {
    let fx = fixture();
    posts(&fx);
    let view = look(&fx, "select p.id, title, p.author, count(u.id) as c from posts p left join users u on u.id = p.author group by p.id;; ").unwrap();
    assert_eq!(fields(&view), "id:text title:text author:relation c:number");
    assert_eq!(view["fields"][1]["max"], 9);
    assert_eq!(fx.rows("SELECT id, title, c FROM look ORDER BY id"), ["1|one|0", "2|two|0"]);
}

#[test]
fn numeric_ids_become_text() {
    let fx = fixture();
    posts(&fx);
    look(&fx, "select (row_number() over ()) as id, title from posts").unwrap();
    assert_eq!(fx.rows("SELECT typeof(id), title FROM look"), ["text|one", "text|two"]);
}

#[test]
fn unfit_queries_are_told() {
    let fx = fixture();
    posts(&fx);
    let query = "viewQuery validation_invalid_view_query";
    let (none, key) = ("fields validation_required", "fields validation_missing_primary_key");
    let table = [
        ("", vec![none, "viewQuery validation_required"]),
        ("select title from posts", vec![key, query]),
        ("select id as ID from posts", vec![key, query]),
        ("select * from posts", vec![none, query]),
        ("select id, n+1 from posts", vec!["fields.1.name validation_match_invalid", query]),
        ("select id from posts; select 2", vec![none, query]),
        ("select id from nope", vec![none, query]),
        ("delete from posts", vec![none, query]),
        ("select '' as id from posts", vec![query]),
        ("select 1 as id, title from posts", vec![query]),
        ("select max(n) as id from posts where n > 9", vec![query]),
    ];
    for (text, expected) in table {
        assert_eq!(look(&fx, text).unwrap_err().codes, expected, "{text}");
    }
    assert!(!fx.exists("look"));
}

#[test]
fn write_rules_and_indexes_are_refused() {
    let fx = fixture();
    let body =
        json!({"name": "look", "type": "view", "viewQuery": "select '1' as id", "createRule": "", "indexes": ["x"]});
    assert_eq!(
        fx.create(body).unwrap_err().codes,
        ["createRule validation_nil", "indexes validation_indexes_not_supported"]
    );
}

#[test]
fn a_column_a_view_shows_may_not_go() {
    let fx = fixture();
    let created = posts(&fx);
    look(&fx, "select id, title from posts").unwrap();
    let refused = fx.update("posts", json!({"fields": without_field(&created, "title")})).unwrap_err();
    assert!(refused.message.starts_with("Failed to update collection. Raw error: \n"), "{}", refused.message);
    fx.update("posts", json!({"fields": without_field(&created, "n")})).unwrap();
}

#[test]
fn views_keep_their_shape_when_columns_are_renamed() {
    let fx = fixture();
    let created = posts(&fx);
    let before = look(&fx, "select id, title, lower(title) as small from posts").unwrap();
    fx.create(json!({"name": "over", "type": "view", "viewQuery": "select id, title from look"})).unwrap();
    fx.update("posts", json!({"fields": with_field(&created, "title", |field| field["name"] = "heading".into())}))
        .unwrap();
    let after = fx.view("look");
    assert_eq!(after["fields"], before["fields"]);
    assert_eq!(after["viewQuery"], r#"select id, "heading" AS "title", lower("heading") as small from posts"#);
    assert_eq!(fx.rows("SELECT title, small FROM look"), ["one|one", "two|two"]);
    assert_eq!(fx.rows("SELECT title FROM over"), ["one", "two"]);
    // What the service stored is what can be saved again.
    fx.update("look", json!({"viewQuery": after["viewQuery"]})).unwrap();
}

#[test]
fn views_follow_renamed_collections() {
    let fx = fixture();
    posts(&fx);
    look(&fx, "select posts.id, posts.title from posts").unwrap();
    fx.create(json!({"name": "over", "type": "view", "viewQuery": "select look.id from look"})).unwrap();
    fx.update("posts", json!({"name": "articles"})).unwrap();
    assert_eq!(fx.view("look")["viewQuery"], r#"select "articles".id, "articles".title from "articles""#);
    fx.update("look", json!({"name": "sight"})).unwrap();
    assert_eq!(fx.view("over")["viewQuery"], r#"select "sight".id from "sight""#);
    assert_eq!(fx.rows("SELECT id FROM over"), ["1", "2"]);
    assert_eq!(fx.rows("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name"), ["over", "sight"]);
}

#[test]
fn cloned_options_follow_the_field() {
    let fx = fixture();
    let created = posts(&fx);
    let before = look(&fx, "select id, title from posts").unwrap();
    fx.update("posts", json!({"fields": with_field(&created, "title", |field| field["max"] = 77.into())})).unwrap();
    let after = fx.view("look");
    assert_eq!(after["fields"][1]["max"], 77);
    assert_eq!(after["fields"][1]["id"], before["fields"][1]["id"]);
}

#[test]
fn a_view_of_itself_is_refused() {
    let fx = fixture();
    posts(&fx);
    look(&fx, "select id from posts").unwrap();
    let refused = fx.update("look", json!({"viewQuery": "select id from look"})).unwrap_err();
    assert_eq!(refused.status, 400);
    assert_eq!(fx.rows("SELECT id FROM look"), ["1", "2"]);
}

#[test]
fn a_changed_view_may_not_break_those_above_it() {
    let fx = fixture();
    posts(&fx);
    look(&fx, "select id, title from posts").unwrap();
    fx.create(json!({"name": "over", "type": "view", "viewQuery": "select id, title from look"})).unwrap();
    assert_eq!(fx.update("look", json!({"viewQuery": "select id from posts"})).unwrap_err().status, 400);
    let updated = fx.update("look", json!({"viewQuery": "select id, n as title from posts"})).unwrap();
    assert_eq!(fields(&updated), "id:text title:number");
    assert_eq!(fields(&fx.view("over")), "id:text title:number");
}

#[test]
fn broken_views_do_not_stand_in_the_way() {
    let fx = fixture();
    let created = posts(&fx);
    fx.create(json!({"name": "gone"})).unwrap();
    look(&fx, "select id from gone").unwrap();
    fx.execute("DROP TABLE gone");
    fx.update("posts", json!({"name": "articles", "fields": without_field(&created, "n")})).unwrap();
    assert_eq!(fx.rows("SELECT name FROM sqlite_schema WHERE type = 'view'"), ["look"]);
}

#[test]
fn a_dry_run_shows_fields_and_rows() {
    let fx = fixture();
    posts(&fx);
    let try_out = |body: Json| {
        let ids = Arc::new(Ids::seeded(1));
        fx.runtime.block_on(collections::dry_run_view(&fx.store, object(body), ids)).map_err(refusal)
    };
    let run = try_out(json!({"query": "select n as id, title from posts; "})).unwrap();
    assert_eq!(run.collection.fields.len(), 2);
    assert_eq!((run.rows.len(), run.rows.row(0).value(0)), (2, ValueRef::Text("1")));
    let codes = |body: Json| try_out(body).map(|_| ()).unwrap_err().codes;
    assert_eq!(codes(json!({})), ["query validation_required"]);
    assert_eq!(codes(json!({"query": "x".repeat(5001)})), ["query validation_length_too_long"]);
    let message = |query: &str| try_out(json!({ "query": query })).map(|_| ()).unwrap_err().message;
    assert!(message("select 1").starts_with("Invalid view query. Raw error: \n"));
    assert!(message("select id from nope").starts_with("Invalid view query. Raw error: \n"));
}

#[test]
fn a_view_of_itself_is_refused_whatever_it_was_before() {
    let fx = fixture();
    look(&fx, "select 1 as id, 'y' as z").unwrap();
    let refused = fx.update("look", json!({"viewQuery": "select id from look"})).unwrap_err();
    assert_eq!(refused.status, 400);
}
