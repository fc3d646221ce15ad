//! The statements as a specification; the scenario tests run them.

use serde_json::json;

use super::*;
use crate::id::Ids;
use crate::schema::Draft;
use crate::value::Json;

fn collection(body: Json) -> Collection {
    let ids = Ids::seeded(1);
    let mut new = Draft::create(body.as_object().expect("an object"), &ids).expect("loads").collection;
    new.normalise(None);
    new
}

fn changes(old: Json, new: Json) -> Vec<String> {
    let of = |fields: Json| collection(json!({"name": "t", "fields": fields}));
    alter_table(&of(old), &of(new)).into_iter().map(|sql| sql.text).collect()
}

#[test]
fn a_table_has_a_column_per_field() {
    let fields = json!([
        {"name": "n", "type": "number"}, {"name": "b", "type": "bool"}, {"name": "j", "type": "json"},
        {"name": "g", "type": "geoPoint"}, {"name": "s", "type": "select", "maxSelect": 2}, {"name": "f", "type": "file"},
    ]);
    let sql = create_table(&collection(json!({"name": "t", "fields": fields})));
    assert_eq!(
        sql.text,
        "CREATE TABLE \"t\" (\"id\" TEXT PRIMARY KEY NOT NULL, \"n\" NUMERIC NOT NULL DEFAULT 0, \
         \"b\" BOOLEAN NOT NULL DEFAULT 0, \"j\" TEXT DEFAULT NULL, \
         \"g\" TEXT NOT NULL DEFAULT '{\"lon\":0,\"lat\":0}', \"s\" TEXT NOT NULL DEFAULT '[]', \
         \"f\" TEXT NOT NULL DEFAULT '')"
    );
}

#[test]
fn columns_follow_field_ids() {
    let text = |id: &str, name: &str| json!({"id": id, "name": name, "type": "text"});
    let steps = changes(json!([text("1", "a"), text("2", "b")]), json!([text("2", "c"), text("3", "a")]));
    assert_eq!(
        steps,
        [
            "ALTER TABLE \"t\" DROP COLUMN \"a\"",
            "ALTER TABLE \"t\" RENAME COLUMN \"b\" TO \"c\"",
            "ALTER TABLE \"t\" ADD COLUMN \"a\" TEXT NOT NULL DEFAULT ''",
        ]
    );
    let steps = changes(json!([text("1", "a"), text("2", "b")]), json!([text("1", "b"), text("2", "a")]));
    assert_eq!(
        steps,
        [
            "ALTER TABLE \"t\" RENAME COLUMN \"a\" TO \"aside 0 b\"",
            "ALTER TABLE \"t\" RENAME COLUMN \"b\" TO \"aside 1 a\"",
            "ALTER TABLE \"t\" RENAME COLUMN \"aside 0 b\" TO \"b\"",
            "ALTER TABLE \"t\" RENAME COLUMN \"aside 1 a\" TO \"a\"",
        ]
    );
}

#[test]
fn single_relations_are_indexed_unless_an_owners_index_does() {
    let names = |index: &str| {
        let fields = json!([
            {"id": "r1", "name": "author", "type": "relation", "collectionId": "c"},
            {"id": "r2", "name": "tags", "type": "relation", "collectionId": "c", "maxSelect": 9},
        ]);
        let posts = json!({"id": "p", "name": "posts", "fields": fields, "indexes": [index]});
        own_indexes(&collection(posts)).into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(names("CREATE INDEX i ON posts (title, author)"), ["__rel_p_r1"]);
    assert_eq!(names("CREATE INDEX i ON posts (author) WHERE title != ''"), ["__rel_p_r1"]);
    assert!(names("CREATE INDEX i ON posts (author, title)").is_empty());
}

#[test]
fn the_query_of_a_view_is_found_again() {
    let sql = create_view("v", "select 1 as id -- x", &["id"], ViewId::Cast);
    let text = "CREATE VIEW \"v\" AS SELECT CAST(\"id\" AS TEXT) AS \"id\" FROM (\nselect 1 as id -- x\n)";
    assert_eq!(sql.text, text);
    assert_eq!(view_query(&sql.text), Some("select 1 as id -- x"));
}
