//! Names are names: quotes, keywords, NUL and the rest of the zoo in every place that takes one.

use serde_json::json;

use crate::records::{count, list, open, text, to};
use crate::support::{GUEST, SUPERUSER, TestApp};

const ODD: [&str; 30] = [
    "'",
    "\"",
    "`",
    "\\",
    ";",
    "--",
    "/*",
    "*/",
    "\u{0}",
    "a\u{0}b",
    "\u{202e}",
    "é",
    "名",
    "\u{1F600}",
    "[title]",
    "title]",
    "(title)",
    "title' OR '1'='1",
    "title\" OR \"1\"=\"1",
    "title`",
    "title; DROP TABLE posts",
    "title) UNION SELECT * FROM _superusers --",
    "(SELECT password FROM users)",
    "posts.title",
    "main.posts",
    "title COLLATE NOCASE",
    "title DESC",
    "CASE WHEN 1 THEN 1 END",
    "%",
    "$1",
];
const KEYWORDS: [&str; 8] = ["select", "order", "group", "table", "from", "where", "index", "null"];

/// Security case 18.
#[tokio::test]
async fn odd_names_in_queries_are_names_nobody_knows() {
    let app = TestApp::start().await;
    app.record("posts", json!({"title": "a"})).await;
    for odd in ODD {
        for who in [GUEST, SUPERUSER] {
            for filter in [
                format!("{odd} = 1"),
                format!("title.{odd} = 1"),
                format!("meta.{odd} = 1"),
                format!("{odd}_via_{odd}.id = 1"),
                format!("@collection.{odd}.id = 1"),
                format!("title:{odd} = 1"),
                format!("{odd}(1) = 1"),
                format!("@request.{odd} = 1"),
                format!("title = '{odd}' {odd}"),
            ] {
                let status = app.call(who, &list("posts", &[("filter", &filter)])).await.status;
                assert!(matches!(status, 200 | 400 | 403), "{filter}: {status}");
            }
            for sort in [
                odd.to_string(),
                format!("-{odd}"),
                format!("title.{odd}"),
                format!("meta.{odd}"),
                format!("title,{odd}"),
            ] {
                let status = app.call(who, &list("posts", &[("sort", &sort)])).await.status;
                assert!(matches!(status, 200 | 400), "{sort}: {status}");
            }
            for (key, value) in [
                ("fields", odd.to_string()),
                ("expand", odd.to_string()),
                ("expand", format!("{odd}_via_{odd}.{odd}")),
                ("cursor", odd.to_string()),
                (odd, "x".into()),
            ] {
                let status = app.call(who, &list("posts", &[(key, &value)])).await.status;
                assert!(matches!(status, 200 | 400), "{key}={value}: {status}");
            }
        }
    }
    assert_eq!(count(&app, "posts").await, 1);
}

/// Security case 18.
#[tokio::test]
async fn odd_names_in_paths_and_bodies_find_nothing_and_set_nothing() {
    let app = TestApp::start().await;
    app.record("posts", json!({"title": "a"})).await;
    for odd in ODD {
        let segment: String = odd.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for line in [
            format!("GET /api/collections/{segment}/records"),
            format!("GET /api/collections/posts/records/{segment}"),
            format!("DELETE /api/collections/posts/records/{segment}"),
            format!("GET /api/collections/{segment}"),
        ] {
            let answer = app.call(SUPERUSER, &line).await;
            assert!(matches!(answer.status, 400 | 404), "{odd:?} in {line}: {}", answer.text());
        }
        let post = app.call(GUEST, "POST /api/collections/posts/records").json(json!({odd: "x", "title": odd})).await;
        post.is(200).has(json!({"title": odd}));
        assert!(post.json().get(odd).is_none());
        let found = app.call(GUEST, &list("posts", &[("filter", &format!("title = {}", json!(odd)))])).await;
        assert!(matches!(found.status, 200 | 400), "{odd:?}: {}", found.text());
    }
    assert_eq!(count(&app, "posts").await, 1 + ODD.len() as i64);
}

/// Security case 18.
#[tokio::test]
async fn odd_names_in_schemas_are_refused() {
    let app = TestApp::start().await;
    for odd in ODD {
        app.call(SUPERUSER, "POST /api/collections").json(open(odd, json!([]))).await.is(400);
        app.call(SUPERUSER, "POST /api/collections").json(open("fine", json!([text(odd)]))).await.is(400);
        let mut indexed = open("fine", json!([text("t")]));
        for index in [
            format!("CREATE INDEX {odd} ON fine (t)"),
            format!("CREATE INDEX i ON fine ({odd})"),
            format!("CREATE INDEX i ON {odd} (t)"),
            odd.to_string(),
        ] {
            indexed["indexes"] = json!([index]);
            let answer = app.call(SUPERUSER, "POST /api/collections").json(indexed.clone()).await;
            if answer.status == 200 {
                // An expression or a comment may well be an index; nothing else came of it.
                app.call(SUPERUSER, "DELETE /api/collections/fine").await.is(204);
            } else {
                assert_eq!(answer.status, 400, "{index}: {}", answer.text());
            }
        }
    }
    app.call(GUEST, "GET /api/collections/posts/records").await.is(200);
    app.call(SUPERUSER, "GET /api/collections/_superusers/records").await.is(200).has(json!({"totalItems": 1}));
}

/// Security case 18.
#[tokio::test]
async fn keywords_are_ordinary_names() {
    let app = TestApp::start().await;
    for keyword in KEYWORDS {
        let name = format!("{keyword}s");
        let fields = json!([text("t"), text(&format!("{keyword}_"))]);
        let mut made = open(&name, fields);
        made["indexes"] = json!([format!("CREATE INDEX `idx_{keyword}` ON `{name}` (`{keyword}_`)")]);
        app.collection(made).await;
        let line = format!("POST /api/collections/{name}/records");
        app.call(GUEST, &line).json(json!({format!("{keyword}_"): "x"})).await.is(200);
        let query = list(&name, &[("filter", &format!("{keyword}_ = 'x'")), ("sort", &format!("-{keyword}_"))]);
        app.call(GUEST, &query).await.is(200).has(json!({"totalItems": 1}));
    }
    for keyword in KEYWORDS.iter().filter(|name| **name != "null") {
        let made = app.call(SUPERUSER, "POST /api/collections").json(open(keyword, json!([text(keyword)]))).await;
        if made.status == 200 {
            let filter = format!("{keyword} = 'x' || {keyword}_via_{keyword}.id = 'x'");
            let line = list(keyword, &[("filter", &format!("{keyword} = ''")), ("sort", keyword)]);
            app.call(GUEST, &line).await.is(200);
            app.call(GUEST, &list(keyword, &[("filter", &filter)])).await.is(400);
            let made = made.json();
            app.collection(open(&format!("{keyword}x"), json!([to(keyword, &made)]))).await;
            let back = format!("{keyword}x_via_{keyword}.id = ''");
            app.call(GUEST, &list(keyword, &[("filter", &back), ("expand", &format!("{keyword}x_via_{keyword}"))]))
                .await
                .is(200);
        }
    }
}
