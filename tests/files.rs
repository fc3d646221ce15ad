//! Files of records: what comes back, in which shape, and to whom.

mod bucket;
mod download;
mod hostile;
mod inventory;
mod protected;
mod thumbs;
mod upload;

use cratebase::config::Config;
use serde_json::{Value as Json, json};

use crate::support::{As, SUPERUSER, TestApp};

/// `albums`: everyone may write; `pictures` and `papers` are public, `secrets` are for the owner.
async fn albums() -> TestApp {
    albums_with(|_| {}).await
}

/// As [`albums`], with a configuration of its own.
async fn albums_with(change: impl FnOnce(&mut Config)) -> TestApp {
    let app = TestApp::start_with(change).await;
    app.collection(json!({
        "name": "albums", "type": "base", "listRule": "", "createRule": "", "updateRule": "", "deleteRule": "",
        "viewRule": "owner = @request.auth.id && @request.context = 'protectedFile'",
        "fields": [
            {"name": "owner", "type": "relation", "collectionId": "_pb_users_auth_"},
            {"name": "pictures", "type": "file", "maxSelect": 9, "maxSize": 20_000_000,
             "thumbs": ["30x0", "0x20", "40x30", "40x30t", "40x30b", "40x30f"]},
            {"name": "paper", "type": "file", "maxSelect": 1},
            {"name": "secret", "type": "file", "maxSelect": 1, "protected": true},
        ],
    }))
    .await;
    app
}

/// What lies where uploads are on their way in: spooled ones, and notes of keys.
pub fn incoming(app: &TestApp) -> Vec<std::path::PathBuf> {
    let entries =
        |dir: &std::path::Path| std::fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path());
    let folders = entries(&app.dir().join("data/storage/.incoming")).filter(|path| path.is_dir());
    let all = folders.flat_map(|folder| entries(&folder).collect::<Vec<_>>());
    all.filter(|path| !path.ends_with("since")).collect()
}

/// Makes an album of alice's with one file and answers the record.
async fn add(app: &TestApp, field: &str, name: &str, bytes: &[u8]) -> Json {
    let part = reqwest::multipart::Part::bytes(bytes.to_vec()).file_name(name.to_string());
    let form = reqwest::multipart::Form::new().part(field.to_string(), part).text("owner", "alice0000000000");
    app.call(As("alice"), "POST /api/collections/albums/records").multipart(form).await.is(200).json()
}

/// The path of the only file of `field`.
fn path(record: &Json, field: &str) -> String {
    let name = record[field].as_str().or_else(|| record[field][0].as_str()).expect("a file name");
    format!("/api/files/albums/{}/{name}", record["id"].as_str().unwrap())
}

fn get(path: &str) -> String {
    format!("GET {path}")
}

/// A picture: left half red, right half blue.
fn picture(width: u32, height: u32, format: image::ImageFormat) -> Vec<u8> {
    let half = |x, _| if x < width / 2 { image::Rgb([255, 0, 0]) } else { image::Rgb([0, 0, 255u8]) };
    let picture = image::DynamicImage::from(image::RgbImage::from_fn(width, height, half));
    let mut out = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}

#[tokio::test]
async fn a_token_for_files_is_for_members_only() {
    let app = albums().await;
    app.call(crate::support::GUEST, "POST /api/files/token").await.is(401);
    for who in [As("alice"), SUPERUSER] {
        let token = app.call(who, "POST /api/files/token").await.is(200).json();
        assert_eq!(token["token"].as_str().unwrap().split('.').count(), 3);
    }
}
