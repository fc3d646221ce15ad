//! What nobody opened is closed, and links lead nowhere but home.

use serde_json::json;

use crate::support::{As, GUEST, Mailbox, SUPERUSER, TestApp};

/// Security case 14.
#[tokio::test]
async fn security_14_a_new_collection_is_for_superusers_alone() {
    let app = TestApp::start().await;
    for (name, kind) in [("notes", "base"), ("members", "auth")] {
        let made = app.collection(json!({"name": name, "type": kind, "fields": [{"name": "t", "type": "text"}]})).await;
        for rule in ["listRule", "viewRule", "createRule", "updateRule", "deleteRule"] {
            assert!(made[rule].is_null(), "{rule} of a new {kind} collection");
        }
        let form = json!({"t": "x", "email": "x@example.com", "password": "correct horse", "passwordConfirm": "correct horse"});
        let record = app.record(name, form.clone()).await;
        let one = format!("/api/collections/{name}/records/{}", record["id"].as_str().unwrap());
        for who in [GUEST, As("bob")] {
            for line in [
                format!("GET /api/collections/{name}/records"),
                format!("GET {one}"),
                format!("POST /api/collections/{name}/records"),
                format!("PATCH {one}"),
                format!("DELETE {one}"),
            ] {
                app.call(who, &line).json(form.clone()).await.refuses(403, "Only superusers can perform this action.");
            }
        }
        app.call(SUPERUSER, &format!("GET {one}")).await.is(200);
    }
}

/// Security case 6: every mail with a link, whatever the request claims about where it went.
#[tokio::test]
async fn security_6_links_in_mails_lead_to_the_configured_address() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let url = json!({"meta": {"appURL": "https://home.example/base"}});
    app.call(SUPERUSER, "PATCH /api/settings").json(url).await.is(200);
    app.call(SUPERUSER, "PATCH /api/collections/users/records/bob000000000000")
        .json(json!({"verified": false}))
        .await
        .is(200);
    let email = json!({"email": "bob@example.com"});
    for (who, action, body, page) in [
        (GUEST, "request-verification", email.clone(), "confirm-verification"),
        (GUEST, "request-password-reset", email, "confirm-password-reset"),
        (As("bob"), "request-email-change", json!({"newEmail": "b@example.com"}), "confirm-email-change"),
    ] {
        let mut call = app.call(who, &format!("POST /api/collections/users/{action}?host=evil.example")).json(body);
        for (name, value) in [
            ("Host", "evil.example"),
            ("Origin", "https://home.example@evil.example"),
            ("Referer", "https://evil.example/https://home.example"),
            ("Forwarded", "host=evil.example;proto=http"),
            ("X-Forwarded-Host", "home.example@evil.example"),
            ("X-Forwarded-Proto", "http"),
            ("X-Original-URL", "https://evil.example"),
        ] {
            call = call.header(name, value);
        }
        call.await.is(204);
        let text = mailbox.next().await.text;
        assert!(text.contains(&format!("https://home.example/base/_/#/auth/{page}/")), "{text}");
        assert!(!text.contains("evil"), "{text}");
    }
}

/// Security case 13: who may not write a file leaves what lies there, whichever way it is tried.
#[tokio::test]
async fn security_13_a_refused_upload_leaves_the_bytes_as_they_were() {
    let app = TestApp::start().await;
    app.call(SUPERUSER, "PATCH /api/collections/posts")
        .json(json!({"updateRule": null, "createRule": "1 = 2"}))
        .await
        .is(200);
    let file = |bytes: &str| reqwest::multipart::Part::bytes(bytes.as_bytes().to_vec()).file_name("a.txt");
    let form = reqwest::multipart::Form::new().text("id", "post00000000000").part("cover", file("first"));
    let made = app.call(SUPERUSER, "POST /api/collections/posts/records").multipart(form).await.is(200).json();
    let files = crate::records::files_on_disk(&app);
    for (line, status) in
        [("PATCH /api/collections/posts/records/post00000000000", 403), ("POST /api/collections/posts/records", 400)]
    {
        for who in [GUEST, As("bob")] {
            let form = reqwest::multipart::Form::new().part("cover", file("second"));
            app.call(who, line).multipart(form).await.is(status);
        }
    }
    app.settle().await;
    assert_eq!(crate::records::files_on_disk(&app), files);
    let line = format!("GET /api/files/posts/post00000000000/{}", made["cover"].as_str().unwrap());
    assert_eq!(app.call(GUEST, &line).await.is(200).text(), "first");
}
