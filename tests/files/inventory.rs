//! `cratebase files`: what is missing, what is nobody's, and moving to a bucket and back.

use std::path::Path;
use std::process::Output;

use image::ImageFormat::Png;

use super::{add, albums_with, get, path, picture};
use crate::records::files_on_disk;
use crate::support::{Bucket, GUEST, TestApp, cratebase};

async fn files(app: &TestApp, arguments: &[&str]) -> Output {
    let mut command = cratebase(app.dir(), &["files"]);
    command.args(arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// What a command says that ends well.
async fn says(app: &TestApp, arguments: &[&str]) -> String {
    let output = files(app, arguments).await;
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn storage(app: &TestApp) -> std::path::PathBuf {
    app.dir().join("data/storage")
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[tokio::test]
async fn what_is_missing_and_what_is_nobodys_is_told_and_cleared_up() {
    let app = albums_with(|_| {}).await;
    let first = add(&app, "pictures", "a.png", &picture(120, 80, Png)).await;
    let second = add(&app, "paper", "b.txt", b"hello").await;
    app.call(GUEST, &get(&format!("{}?thumb=40x30", path(&first, "pictures")))).await.is(200);
    let said = says(&app, &["check"]).await;
    assert!(said.starts_with("Records name 2 files; 2 are there (") && said.contains("with 1 thumbnails"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");

    let collection = first["collectionId"].as_str().unwrap();
    let (root, kept) = (storage(&app), files_on_disk(&app));
    let strays = [
        format!("{collection}/{}/stray_1.txt", first["id"].as_str().unwrap()),
        format!("{collection}/nobody000000000/x.txt"),
        format!("{collection}/nobody000000000/thumbs_x.txt/40x30_x.txt"),
        "pbc_gone/record/x.txt".to_string(),
    ];
    strays.iter().for_each(|stray| write(&root.join(stray), "stray"));
    let said = says(&app, &["check"]).await;
    for stray in &strays {
        assert!(said.contains(&format!("  named by no record: {stray}\n")), "{said}");
    }
    assert!(said.contains("4 files (20 bytes) are named by no record."), "{said}");
    let said = says(&app, &["sweep"]).await;
    assert!(said.ends_with("Removed 0 files that no record names.\n"), "too young: {said}");
    let said = says(&app, &["sweep", "--older-than", "0"]).await;
    assert!(said.contains("files that no record names.") && !said.contains("Removed 0"), "{said}");
    assert_eq!(files_on_disk(&app), kept, "nothing else was touched");

    let lost = format!("{collection}/{}/{}", second["id"].as_str().unwrap(), second["paper"].as_str().unwrap());
    std::fs::remove_file(root.join(&lost)).unwrap();
    let output = files(&app, &["check"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains(&format!("  missing: {lost}\n")), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr).trim_end(), "1 files are missing.");
}

#[tokio::test]
async fn files_move_to_the_bucket_and_back_under_a_running_server() {
    let app = albums_with(|_| {}).await;
    let output = files(&app, &["move", "--to", "s3"]).await;
    assert_eq!(String::from_utf8_lossy(&output.stderr).trim_end(), "The settings name no S3 bucket.");
    let large: Vec<u8> = (0..9_000_000u32).map(|n| n as u8).collect();
    let mut made = Vec::new();
    for (name, bytes) in [("a.png", picture(120, 80, Png)), ("large.bin", large), ("empty.txt", Vec::new())] {
        let file = path(&add(&app, "pictures", name, &bytes).await, "pictures");
        made.push((file, bytes));
    }
    let same = async |made: &[(String, Vec<u8>)]| {
        for (file, bytes) in made {
            assert!(app.call(GUEST, &get(file)).await.is(200).body == *bytes, "{file}");
        }
    };
    let bucket = Bucket::new().await;
    let mut settings = bucket.settings();
    settings["enabled"] = false.into();
    let patch = serde_json::json!({"s3": settings});
    app.call(crate::support::SUPERUSER, "PATCH /api/settings").json(patch).await.is(200);

    let said = says(&app, &["move", "--to", "s3"]).await;
    assert!(said.starts_with("Copied 3 files (8789 KiB) to the bucket, where files are kept from now on.\n"), "{said}");
    assert_eq!(bucket.keys().await.len(), 3);
    assert_eq!(files_on_disk(&app).len(), 3, "kept unless told otherwise");
    same(&made).await;
    let later = path(&add(&app, "pictures", "later.txt", b"later").await, "pictures");
    made.push((later, b"later".to_vec()));
    assert_eq!(bucket.keys().await.len(), 4, "the running server has followed");

    let said = says(&app, &["move", "--to", "s3", "--remove"]).await;
    assert!(said.starts_with("Copied 0 files (0 bytes)") && said.contains("4 files were there already."), "{said}");
    assert!(files_on_disk(&app).is_empty());
    same(&made).await;
    assert!(says(&app, &["check"]).await.starts_with("Records name 4 files; 4 are there"));
    bucket.put("backup.zip", "not ours").await;
    bucket.put("other/app/file.txt", "not ours").await;
    bucket.put(&format!("{}/nobody000000000/x.txt", "_pb_users_auth_"), "nobody's").await;
    let said = says(&app, &["sweep", "--older-than", "0"]).await;
    assert!(said.contains("2 objects of the bucket belong to no collection and are left alone."), "{said}");
    assert!(said.ends_with("Removed 1 files that no record names.\n"), "{said}");
    assert_eq!(bucket.keys().await.len(), 6);

    let said = says(&app, &["move", "--to", "local", "--remove"]).await;
    assert!(said.starts_with("Copied 4 files (8789 KiB) to the data directory"), "{said}");
    same(&made).await;
    assert_eq!((files_on_disk(&app).len(), bucket.keys().await.len()), (4, 2));
    assert!(says(&app, &["check"]).await.starts_with("Records name 4 files; 4 are there"));
}

#[tokio::test]
async fn a_move_that_breaks_off_goes_on_where_it_was() {
    let app = albums_with(|_| {}).await;
    for name in ["a.txt", "b.txt", "c.txt"] {
        add(&app, "paper", name, b"hello").await;
    }
    let bucket = Bucket::new().await;
    let mut settings = bucket.settings();
    settings["enabled"] = false.into();
    let patch = serde_json::json!({"s3": settings});
    app.call(crate::support::SUPERUSER, "PATCH /api/settings").json(patch).await.is(200);
    // One arrives, then the bucket refuses.
    let first = files_on_disk(&app)[0].clone();
    bucket.put(Box::leak(first.into_boxed_str()), "hello").await;
    bucket.fail("PUT", crate::support::Fault::Status(403), 2);
    let output = files(&app, &["move", "--to", "s3"]).await;
    assert!(!output.status.success(), "{output:?}");
    let settings = app.call(crate::support::SUPERUSER, "GET /api/settings").await.is(200).json();
    assert_eq!(settings["s3"]["enabled"], false, "files are used where they are");
    bucket.heal();
    let said = says(&app, &["move", "--to", "s3"]).await;
    assert!(said.starts_with("Copied 2 files") || said.starts_with("Copied 1 files"), "{said}");
    assert_eq!(bucket.keys().await.len(), 3);
}
