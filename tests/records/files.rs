//! Files on disk: there while a record names them, gone when it does not, never there for a write that was refused.

use reqwest::multipart::Form;
use serde_json::{Value as Json, json};

use super::{allow_batches, file, files_on_disk, folders_on_disk, id, item, one, open, stored, text, to, with};
use crate::support::{As, GUEST, SUPERUSER, TestApp};

const CREATE: &str = "POST /api/collections/albums/records";

/// Albums with a unique title, one cover and up to three photos.
async fn albums(app: &TestApp) -> Json {
    let mut albums = open(
        "albums",
        json!([
            with(text("title"), json!({"max": 10})),
            {"name": "cover", "type": "file", "maxSelect": 1, "maxSize": 1000},
            {"name": "photos", "type": "file", "maxSelect": 3, "maxSize": 1000},
        ]),
    );
    albums["indexes"] = json!(["CREATE UNIQUE INDEX idx_albums_title ON albums (title)"]);
    app.collection(albums).await
}

async fn album(app: &TestApp, title: &str) -> Json {
    let form = Form::new().text("title", title.to_string());
    let form = form.part("cover", file("c.txt")).part("photos", file("p.txt")).part("photos", file("q.txt"));
    app.call(GUEST, CREATE).multipart(form).await.is(200).json()
}

/// The names a record has, as they lie on disk.
fn named(record: &Json) -> Vec<String> {
    let photos = record["photos"].as_array().into_iter().flatten();
    let names = photos.chain([&record["cover"]]).filter_map(Json::as_str).filter(|name| !name.is_empty());
    let collection = record["collectionId"].as_str().unwrap();
    let mut paths: Vec<String> = names.map(|name| format!("{collection}/{}/{name}", id(record))).collect();
    paths.sort();
    paths
}

#[tokio::test]
async fn what_a_record_names_is_what_lies_on_disk() {
    let app = TestApp::start().await;
    albums(&app).await;
    let mut album = album(&app, "a").await;
    assert_eq!(files_on_disk(&app), named(&album));
    assert_eq!(files_on_disk(&app).len(), 3);
    let patch = one("PATCH", "albums", &album);
    let first = album["photos"][0].as_str().unwrap().to_string();
    // Replaced, added, removed by name, kept by name together with an upload, cleared.
    let forms = [
        Form::new().part("cover", file("new.txt")),
        Form::new().part("photos+", file("r.txt")),
        Form::new().text("photos-", first),
        Form::new().text("photos", album["photos"][1].as_str().unwrap().to_string()).part("photos", file("s.txt")),
        Form::new().text("cover", ""),
    ];
    for (form, left) in forms.into_iter().zip([3, 4, 3, 3, 2]) {
        album = app.call(GUEST, &patch).multipart(form).await.is(200).json();
        assert_eq!(files_on_disk(&app), named(&album));
        assert_eq!(files_on_disk(&app).len(), left, "{album:#}");
    }
    let last = Form::new().part("cover", file("x.txt")).part("cover", file("y.txt"));
    album = app.call(GUEST, &patch).multipart(last).await.is(200).json();
    assert!(album["cover"].as_str().unwrap().starts_with('y'), "of several the last is kept: {album:#}");
    assert_eq!(files_on_disk(&app), named(&album));
}

#[tokio::test]
async fn files_go_with_their_record_and_with_all_that_follow_it() {
    let app = TestApp::start().await;
    let albums = albums(&app).await;
    let pages = json!([with(to("album", &albums), json!({"cascadeDelete": true})), {"name": "scan", "type": "file", "maxSelect": 1}]);
    app.collection(open("pages", pages)).await;
    let (gone, kept) = (album(&app, "gone").await, album(&app, "kept").await);
    let form = Form::new().text("album", id(&gone).to_string()).part("scan", file("scan.txt"));
    app.call(GUEST, "POST /api/collections/pages/records").multipart(form).await.is(200);
    assert_eq!(files_on_disk(&app).len(), 7);
    app.call(GUEST, &one("DELETE", "albums", &gone)).await.is(204);
    assert_eq!(files_on_disk(&app), named(&kept));
}

#[tokio::test]
async fn files_stay_when_a_delete_is_refused() {
    let app = TestApp::start().await;
    let albums = albums(&app).await;
    app.collection(open("pages", json!([with(to("album", &albums), json!({"required": true}))]))).await;
    let album = album(&app, "a").await;
    app.record("pages", json!({"album": id(&album)})).await;
    app.call(SUPERUSER, &one("DELETE", "albums", &album)).await.is(400);
    assert_eq!(files_on_disk(&app), named(&album));
}

#[tokio::test]
async fn names_of_files_of_others_cannot_be_taken_over() {
    let app = TestApp::start().await;
    albums(&app).await;
    let (mine, theirs) = (album(&app, "mine").await, album(&app, "theirs").await);
    for name in [theirs["cover"].as_str().unwrap(), "../../data.db", "made-up.txt", "/etc/passwd"] {
        for body in [json!({"cover": name}), json!({"photos+": name}), json!({"photos": [name]})] {
            app.call(GUEST, &one("PATCH", "albums", &mine)).json(body).await.is(400);
        }
        app.call(GUEST, CREATE).json(json!({"title": "new", "cover": name})).await.is(400);
    }
    assert_eq!(stored(&app, "albums", &mine).await, mine);
    assert_eq!(files_on_disk(&app).len(), 6);
}

#[tokio::test]
async fn an_upload_that_no_field_takes_is_not_kept() {
    let app = TestApp::start().await;
    let albums = albums(&app).await;
    let shy = json!({"name": "shy", "type": "file", "maxSelect": 1, "hidden": true});
    super::add_fields(&app, &albums, &[shy]).await;
    allow_batches(&app, json!({})).await;
    // A single field takes the last of several; guests do not write hidden fields; some parts name no field at all.
    let parts = |prefix: &str| {
        ["cover", "cover", "shy", "title", "unknown"]
            .into_iter()
            .fold(Form::new(), |form, name| form.part(format!("{prefix}{name}"), file("f.txt")))
    };
    let created = app.call(GUEST, CREATE).multipart(parts("").text("id", "123456789012345")).await.is(200).json();
    assert_eq!(files_on_disk(&app), named(&created));
    let updated = app.call(GUEST, &one("PATCH", "albums", &created)).multipart(parts("")).await.is(200).json();
    assert_eq!(files_on_disk(&app), named(&updated));
    for request in [
        item(&one("PATCH", "albums", &created), json!({})),
        item("PUT /api/collections/albums/records", json!({"id": id(&created)})),
        item("PUT /api/collections/albums/records", json!({"id": "999999999999999", "title": "z"})),
    ] {
        let form = parts("requests.0.").text("@jsonPayload", json!({"requests": [request]}).to_string());
        app.call(GUEST, "POST /api/batch").multipart(form).await.is(200);
        let all = app.call(GUEST, &super::list("albums", &[])).await.is(200).json()["items"].clone();
        let mut expected: Vec<String> = all.as_array().unwrap().iter().flat_map(named).collect();
        expected.sort();
        assert_eq!(files_on_disk(&app), expected);
    }
    // An id given as a number is the same id.
    let request = item(CREATE, json!({"id": 555_555_555_555_555_i64, "title": "n"}));
    let form = Form::new().text("@jsonPayload", json!({"requests": [request]}).to_string());
    let answer = app.call(GUEST, "POST /api/batch").multipart(form.part("requests.0.cover", file("g.txt"))).await;
    let cover = named(&answer.is(200).json()[0]["body"]);
    assert!(files_on_disk(&app).contains(&cover[0]), "{cover:?}");
}

#[tokio::test]
async fn a_record_made_again_within_a_batch_keeps_its_new_files() {
    let app = TestApp::start().await;
    albums(&app).await;
    allow_batches(&app, json!({})).await;
    let old = album(&app, "old").await;
    let requests =
        [item(&one("DELETE", "albums", &old), json!({})), item(CREATE, json!({"id": id(&old), "title": "new"}))];
    let form = Form::new().text("@jsonPayload", json!({"requests": requests}).to_string());
    let form = form.part("requests.1.cover", file("new.txt"));
    let answer = app.call(GUEST, "POST /api/batch").multipart(form).await.is(200).json();
    let cover = named(&answer[1]["body"]);
    assert_eq!(cover.len(), 1);
    assert!(files_on_disk(&app).contains(&cover[0]));
    app.call(GUEST, &one("DELETE", "albums", &old)).await.is(204);
    assert_eq!(files_on_disk(&app), Vec::<String>::new());
}

/// Security case 13.
#[tokio::test]
async fn a_write_that_is_refused_leaves_the_disk_as_it_was() {
    let app = TestApp::start().await;
    albums(&app).await;
    let album = album(&app, "taken").await;
    let before = files_on_disk(&app);
    let form = || Form::new().part("cover", file("evil.txt")).part("photos", file("more.txt"));
    let patch = one("PATCH", "albums", &album);
    let unknown = "PATCH /api/collections/albums/records/aaaaaaaaaaaaaaa";
    let huge = || Form::new().part("cover", reqwest::multipart::Part::bytes(vec![b'x'; 2000]).file_name("h.txt"));
    for (line, form, status) in [
        (CREATE, form().text("title", "far too long for it"), 400),
        (CREATE, form().text("title", "taken"), 400),
        (CREATE, form().text("id", "../../../../evil"), 400),
        (CREATE, form().text("id", "a/b"), 400),
        (CREATE, huge(), 400),
        (&patch, huge(), 400),
        (&patch, form().text("title", "far too long for it"), 400),
        (&patch, form().text("id", "aaaaaaaaaaaaaaa"), 400),
        (unknown, form(), 404),
        ("PATCH /api/collections/albums/records/..%2f..%2fevil", form(), 404),
    ] {
        app.call(GUEST, line).multipart(form).await.is(status);
        assert_eq!(files_on_disk(&app), before, "{line}");
    }
    let rules = json!({"createRule": "title = 'open sesame'", "updateRule": "@request.auth.id != ''"});
    app.call(SUPERUSER, "PATCH /api/collections/albums").json(rules).await.is(200);
    app.call(GUEST, CREATE).multipart(form()).await.is(400);
    app.call(GUEST, &patch).multipart(form()).await.is(404);
    app.call(SUPERUSER, "PATCH /api/collections/albums")
        .json(json!({"createRule": null, "updateRule": null}))
        .await
        .is(200);
    app.call(As("bob"), CREATE).multipart(form()).await.is(403);
    app.call(As("bob"), &patch).multipart(form()).await.is(403);
    assert_eq!(files_on_disk(&app), before);
    assert_eq!(stored(&app, "albums", &album).await, album);
    assert_eq!(folders_on_disk(&app), 1);
    let waiting = crate::files::incoming(&app);
    assert!(waiting.is_empty(), "nothing waits for ever: {waiting:?}");
}

/// Security case 13, through batches.
#[tokio::test]
async fn a_batch_that_fails_leaves_the_disk_as_it_was() {
    let app = TestApp::start().await;
    albums(&app).await;
    allow_batches(&app, json!({})).await;
    let album = album(&app, "taken").await;
    let before = files_on_disk(&app);
    let patch = one("PATCH", "albums", &album);
    let delete = one("DELETE", "albums", &album);
    let evil_ids = ["../../evil", "a/b", "..", "\u{0}"].map(|id| item(CREATE, json!({"title": "n", "id": id})));
    let mut batches = vec![
        vec![item(CREATE, json!({"title": "n"})), item(CREATE, json!({"title": "taken"}))],
        vec![item(&patch, json!({"title": "n"})), item(CREATE, json!({"title": "far too long for it"}))],
        vec![item(&patch, json!({"title": "n"})), item(&delete, json!({})), item("GET /api/health", json!({}))],
        vec![item("PATCH /api/collections/albums/records/..%2f..%2fevil", json!({}))],
        vec![item("PUT /api/collections/albums/records", json!({"id": "../../evil"}))],
    ];
    batches.extend(evil_ids.map(|item| vec![item]));
    for requests in batches {
        let form = Form::new().text("@jsonPayload", json!({"requests": requests}).to_string());
        let form = form.part("requests.0.cover", file("a.txt")).part("requests[0].photos", file("b.txt"));
        let answer = app.call(GUEST, "POST /api/batch").multipart(form).await;
        answer.is(400).has(json!({"message": "Batch transaction failed."}));
        assert_eq!(files_on_disk(&app), before, "{requests:?}");
        assert_eq!(stored(&app, "albums", &album).await, album);
        assert_eq!(folders_on_disk(&app), 1, "{requests:?}");
    }
}

#[tokio::test]
async fn files_of_a_batch_belong_to_its_requests() {
    let app = TestApp::start().await;
    albums(&app).await;
    allow_batches(&app, json!({})).await;
    let old = album(&app, "old").await;
    let requests = [
        item("PUT /api/collections/albums/records", json!({"id": id(&old), "title": "newer"})),
        item("PUT /api/collections/albums/records", json!({"id": "bbbbbbbbbbbbbbb", "title": "b"})),
        item(CREATE, json!({"title": "c"})),
    ];
    let form = Form::new().text("@jsonPayload", json!({"requests": requests}).to_string());
    let form = form.part("requests.0.cover", file("a.txt")).part("requests[1].cover", file("b.txt"));
    let form = form.part("requests.2.photos+", file("c.txt")).part("requests.7.cover", file("nowhere.txt"));
    let answer = app.call(GUEST, "POST /api/batch").multipart(form).await.is(200).json();
    let mut expected: Vec<String> = answer.as_array().unwrap().iter().flat_map(|one| named(&one["body"])).collect();
    expected.sort();
    assert_eq!(expected.len(), 5);
    assert_eq!(files_on_disk(&app), expected);
}
