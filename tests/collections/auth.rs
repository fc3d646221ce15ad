//! Options of auth collections over several saves.

use serde_json::json;

use super::*;

fn secret(fx: &Fixture, name: &str) -> String {
    fx.store.catalog().find(name).unwrap().auth().unwrap().auth_token.secret.clone()
}

#[test]
fn secrets_stay_unless_the_auth_rule_changes() {
    let fx = fixture();
    let before = secret(&fx, "users");
    fx.update("users", json!({"authToken": {"duration": 1000}, "authRule": null})).unwrap();
    assert_eq!(secret(&fx, "users"), before);
    fx.update("users", json!({"authRule": "verified = true"})).unwrap();
    assert_ne!(secret(&fx, "users"), before);
    let given = "x".repeat(30);
    fx.update("users", json!({"authToken": {"secret": given}})).unwrap();
    assert_eq!(secret(&fx, "users"), given);
}

#[test]
fn providers_keep_their_secret_by_name() {
    let fx = fixture();
    let github = json!({"name": "github", "clientId": "a", "clientSecret": "b"});
    fx.update("users", json!({"oauth2": {"enabled": true, "providers": [github]}})).unwrap();
    let updated = fx
        .update("users", json!({"oauth2": {"providers": [{"name": "google", "clientId": "c", "clientSecret": "d"}, {"name": "github", "clientId": "e"}]}}))
        .unwrap();
    assert!(updated["oauth2"]["providers"][1].get("clientSecret").is_none());
    let catalog = fx.store.catalog();
    let providers = &catalog.find("users").unwrap().auth().unwrap().oauth2.providers;
    assert_eq!((providers[1].client_id.as_str(), providers[1].client_secret.as_str()), ("e", "b"));
    let refused =
        fx.update("users", json!({"oauth2": {"providers": [{"name": "apple", "clientId": "c"}]}})).unwrap_err();
    assert_eq!(refused.codes, ["oauth2.providers.0.clientSecret validation_required"]);
}

#[test]
fn superusers_sign_in_by_password_only() {
    let fx = fixture();
    let github = json!({"name": "github", "clientId": "a", "clientSecret": "b"});
    let body = json!({"passwordAuth": {"enabled": false}, "oauth2": {"enabled": true, "providers": [github]}, "otp": {"enabled": true}});
    let updated = fx.update("_superusers", body).unwrap();
    assert_eq!(updated["passwordAuth"]["enabled"], true);
    assert_eq!((&updated["oauth2"]["enabled"], &updated["oauth2"]["providers"]), (&json!(false), &json!([])));
    assert_eq!(updated["mfa"]["enabled"], true);
}

#[test]
fn emptied_indexes_come_back() {
    let fx = fixture();
    let updated = fx.update("users", json!({"indexes": []})).unwrap();
    assert_eq!(updated["indexes"].as_array().unwrap().len(), 2);
    let nocase = "CREATE UNIQUE INDEX `e` ON `users` (`email` COLLATE NOCASE)";
    let updated = fx.update("users", json!({"indexes": [nocase]})).unwrap();
    assert_eq!(updated["indexes"][0], nocase);
    assert_eq!(fx.indexes("users"), ["e", "idx_tokenKey__pb_users_auth_"]);
}
