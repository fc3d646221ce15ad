//! The data directory every test starts from: made once per run through the API itself, then copied.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use cratebase::auth::superusers::Wish;
use serde_json::json;
use tokio::sync::OnceCell;

use super::call::TOKENS;
use super::{GUEST, SUPERUSER, TestApp};

const PASSWORD: &str = "correct horse";
/// Users of the template; their ids are their names, padded with zeros to 15 characters.
pub const USERS: [&str; 3] = ["alice", "bob", "carol"];

/// A fresh copy.
pub async fn copy() -> tempfile::TempDir {
    static TEMPLATE: OnceCell<PathBuf> = OnceCell::const_new();
    let template = TEMPLATE.get_or_init(make).await;
    let dir = tempfile::tempdir().unwrap();
    copy_all(template, dir.path());
    dir
}

async fn make() -> PathBuf {
    let app = TestApp::over(tempfile::tempdir().unwrap(), |_| {}).await;
    app.services.auth.save_superuser(Wish::Upsert, "root@example.com", PASSWORD).await.expect("a superuser");
    let mut tokens = HashMap::new();
    tokens.insert("root", sign_in(&app, "_superusers", "root").await);
    // Callers by name work from here on; users are added below by one of them.
    for name in USERS {
        let user = json!({
            "id": format!("{name:0<15}"), "email": format!("{name}@example.com"), "verified": true,
            "password": PASSWORD, "passwordConfirm": PASSWORD,
        });
        let call = app.call(GUEST, "POST /api/collections/users/records").header("Authorization", &tokens["root"]);
        call.json(user).await.is(200);
        tokens.insert(name, sign_in(&app, "users", name).await);
    }
    TOKENS.set(tokens).expect("the template is made once");
    posts(&app).await;
    // Kept until the process ends: copies are taken from it all the time.
    app.into_dir().keep()
}

async fn sign_in(app: &TestApp, collection: &str, name: &str) -> String {
    let line = format!("POST /api/collections/{collection}/auth-with-password");
    let form = json!({"identity": format!("{name}@example.com"), "password": PASSWORD});
    let answer = app.call(GUEST, &line).json(form).await.is(200).json();
    answer["token"].as_str().expect("a token").to_string()
}

/// A collection that everyone may read and write.
async fn posts(app: &TestApp) {
    let posts = json!({
        "name": "posts", "type": "base",
        "listRule": "", "viewRule": "", "createRule": "", "updateRule": "", "deleteRule": "",
        "fields": [
            {"name": "title", "type": "text", "max": 100},
            {"name": "views", "type": "number"},
            {"name": "done", "type": "bool"},
            {"name": "tags", "type": "select", "values": ["a", "b", "c"], "maxSelect": 3},
            {"name": "meta", "type": "json", "maxSize": 2_000_000},
            {"name": "cover", "type": "file", "maxSelect": 1, "maxSize": 5_242_880},
            {"name": "secret", "type": "text", "hidden": true},
        ],
    });
    app.call(SUPERUSER, "POST /api/collections").json(posts).await.is(200);
}

fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_all(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
