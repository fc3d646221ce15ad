//! What an empty database is born with.

use cratebase::schema::Collection;
use serde_json::json;

use super::*;

#[test]
fn system_collections_and_users() {
    let fx = fixture();
    let names: Vec<(String, String, bool)> =
        fx.store.catalog().iter().map(|c| (c.name.clone(), c.id.clone(), c.system)).collect();
    let expected = [
        ("_mfas", "pbc_2279338944", true),
        ("_otps", "pbc_1638494021", true),
        ("_externalAuths", "pbc_2281828961", true),
        ("_authOrigins", "pbc_4275539003", true),
        ("_superusers", "pbc_3142635823", true),
        ("users", "_pb_users_auth_", false),
    ];
    assert_eq!(names, expected.map(|(name, id, system)| (name.to_string(), id.to_string(), system)));
    let users = fx.view("users");
    assert_eq!(users["createRule"], "");
    assert_eq!(users["listRule"], "id = @request.auth.id");
    assert_eq!(
        users["oauth2"]["mappedFields"],
        json!({"id": "", "name": "name", "username": "", "avatarURL": "avatar"})
    );
    assert_eq!(
        fields(&users),
        "id:text password:password tokenKey:text email:email emailVisibility:bool verified:bool name:text avatar:file \
         created:autodate updated:autodate"
    );
    assert_eq!(fx.view("_superusers")["authToken"], json!({"duration": 86400}));
    assert_eq!(fx.indexes("users"), ["idx_email__pb_users_auth_", "idx_tokenKey__pb_users_auth_"]);
}

#[test]
fn a_database_is_seeded_once_and_read_back_in_creation_order() {
    let fx = fixture();
    fx.create(json!({"name": "zebra"})).unwrap();
    fx.create(json!({"name": "apple", "type": "auth"})).unwrap();
    let before: Vec<Collection> = fx.store.catalog().iter().map(|c| Collection::clone(c)).collect();
    let again = open(&fx.config);
    let after: Vec<Collection> = again.catalog().iter().map(|c| Collection::clone(c)).collect();
    assert_eq!(before, after);
}
