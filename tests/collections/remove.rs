//! `DELETE /api/collections/{c}` and truncate.

use serde_json::json;

use super::*;

#[test]
fn table_row_and_references_go() {
    let fx = fixture();
    fx.execute("INSERT INTO _mfas (id, collectionRef, recordRef, method) VALUES ('m', '_pb_users_auth_', 'r', 'otp'), ('n', 'x', 'r', 'otp')");
    let removed = fx.delete("users").unwrap();
    assert_eq!(removed.files_of.as_deref(), Some("_pb_users_auth_"));
    assert!(!fx.exists("users"));
    assert!(fx.rows("SELECT name FROM sqlite_schema WHERE tbl_name = 'users'").is_empty());
    assert_eq!(fx.rows("SELECT id FROM _mfas"), ["n"]);
    assert_eq!(fx.rows("SELECT count(*) FROM _collections WHERE name = 'users'"), ["0"]);
    assert_eq!(fx.delete("users").unwrap_err().status, 404);
}

#[test]
fn references_and_dependent_views_refuse() {
    let fx = fixture();
    fx.create(json!({"id": "target", "name": "target"})).unwrap();
    let list = json!([{"name": "r", "type": "relation", "collectionId": "target"}]);
    fx.create(json!({"name": "referrer", "fields": list})).unwrap();
    let message = "Failed to delete collection probably due to existing reference in referrer.";
    assert_eq!(fx.delete("target").unwrap_err().message, message);
    fx.create(json!({"name": "seen", "fields": [{"name": "t", "type": "text"}]})).unwrap();
    fx.create(json!({"name": "look", "type": "view", "viewQuery": "select id, t from seen"})).unwrap();
    assert_eq!(fx.delete("seen").unwrap_err().message, "Failed to delete collection.");
    assert!(fx.exists("seen"));
    assert_eq!(fx.delete("_mfas").unwrap_err().message, "Failed to delete collection.");
    fx.delete("referrer").unwrap();
    fx.delete("target").unwrap();
    fx.delete("look").unwrap();
    fx.delete("seen").unwrap();
}

#[test]
fn a_broken_view_refuses_only_what_it_depends_on() {
    let fx = fixture();
    fx.create(json!({"name": "seen"})).unwrap();
    fx.create(json!({"name": "other"})).unwrap();
    fx.create(json!({"name": "look", "type": "view", "viewQuery": "select id from seen"})).unwrap();
    fx.execute("DROP TABLE seen");
    fx.delete("other").unwrap();
}

#[test]
fn truncate_hands_over_the_collection() {
    let fx = fixture();
    fx.create(json!({"name": "c"})).unwrap();
    let job = |_: &mut Tx, collection: &Arc<cratebase::schema::Collection>| Ok(collection.name.clone());
    assert_eq!(fx.runtime.block_on(collections::truncate(&fx.store, "C", job)).unwrap(), "c");
    let failing = |_: &mut Tx, _: &Arc<_>| Err::<(), _>(Error::bad_request("no"));
    let refused = fx.runtime.block_on(collections::truncate(&fx.store, "c", failing)).map_err(refusal).unwrap_err();
    assert!(refused.message.starts_with("Failed to truncate collection"));
    fx.create(json!({"name": "v", "type": "view", "viewQuery": "select id from c"})).unwrap();
    let refused = fx.runtime.block_on(collections::truncate(&fx.store, "v", failing)).map_err(refusal).unwrap_err();
    assert_eq!(refused.message, "View collections cannot be truncated since they don't store their own records.");
}
