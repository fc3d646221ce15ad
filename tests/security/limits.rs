//! Expensive requests end early: what a query may contain, and how long it may run.

use serde_json::{Value as Json, json};

use crate::records::{add_fields, allow_batches, batch, id, item, list, open, text, to};
use crate::support::{GUEST, SUPERUSER, TestApp};

/// Security case 28.
#[tokio::test]
async fn filters_and_sorts_have_a_largest_size() {
    let app = TestApp::start().await;
    let comparisons = |count: usize| vec!["views=1"; count].join("||");
    let long = |bytes: usize| format!("title='{}'", "x".repeat(bytes - 8));
    let sorts = |count: usize| vec!["views"; count].join(",");
    for (query, status) in [
        (("filter", comparisons(200)), 200),
        (("filter", comparisons(201)), 400),
        (("filter", long(3500)), 200),
        (("filter", long(3501)), 400),
        (("filter", "geoDistance(geoDistance(1,1,1,1),1,1,1) < 1".into()), 400),
        (("sort", sorts(8)), 200),
        (("sort", sorts(9)), 400),
        (("sort", "x".repeat(256)), 400),
        (("perPage", "1000".into()), 200),
        (("perPage", "x".into()), 400),
        (("filter", format!("title ~ '{}'", "%_".repeat(1700))), 200),
    ] {
        let (key, value): (&str, String) = query;
        let answer = app.call(GUEST, &list("posts", &[(key, &value)])).await;
        assert_eq!(answer.status, status, "{key}={value}: {}", answer.text());
    }
    app.call(GUEST, &list("posts", &[("perPage", "1001")])).await.is(200).has(json!({"perPage": 1000}));
    app.call(GUEST, &list("posts", &[("perPage", "9223372036854775807")])).await.is(200).has(json!({"perPage": 1000}));
}

/// Security case 28.
#[tokio::test]
async fn a_path_has_six_hops_at_most() {
    let app = TestApp::start().await;
    let chain = app.collection(open("chain", json!([text("t")]))).await;
    add_fields(&app, &chain, &[to("next", &chain)]).await;
    for (hops, status) in [(6, 200), (7, 400), (300, 400)] {
        let path = format!("{}t", "next.".repeat(hops));
        let back = format!("{}t", "chain_via_next.".repeat(hops));
        app.call(GUEST, &list("chain", &[("filter", &format!("{path} = 'a'"))])).await.is(status);
        app.call(GUEST, &list("chain", &[("filter", &format!("{back} ?= 'a'"))])).await.is(status);
        if hops < 10 {
            app.call(GUEST, &list("chain", &[("sort", &path)])).await.is(status);
        }
    }
}

/// Security case 28: with an index that cannot help and a filter that multiplies, only the deadline ends it.
#[tokio::test]
async fn a_runaway_query_is_interrupted_and_others_go_on() {
    let app = TestApp::start_with(|config| {
        config.store.read_timeout_ms = 300;
        config.store.read_threads = 1;
    })
    .await;
    allow_batches(&app, json!({"maxRequests": 500, "timeout": 60})).await;
    let posts: Vec<Json> = (0..300)
        .map(|n| item("POST /api/collections/posts/records", json!({"title": format!("t{n}"), "meta": {"n": n}})))
        .collect();
    batch(&app, SUPERUSER, &posts).await.is(200);
    // Never true, and known only after all the eight billion combinations.
    let product = "geoDistance(@collection.posts:a.views, @collection.posts:b.views, @collection.posts:c.views, \
                   @collection.posts:d.views) < 0";
    for _ in 0..3 {
        let answer = app.call(SUPERUSER, &list("posts", &[("filter", product)])).await;
        assert_eq!(answer.status, 503, "{}", answer.text());
    }
    // As a rule, for everyone.
    app.call(SUPERUSER, "PATCH /api/collections/posts").json(json!({"listRule": product})).await.is(200);
    let slow = app.call(GUEST, &list("posts", &[]));
    let (slow, health) = tokio::join!(slow.into_future(), app.call(GUEST, "GET /api/health").into_future());
    health.is(200);
    assert_eq!(slow.status, 503, "{}", slow.text());
    assert!(!slow.header("Retry-After").is_empty());
    app.call(SUPERUSER, "GET /api/collections/posts/records?perPage=1").await.is(200);
    let post = app.record("posts", json!({"title": "still"})).await;
    app.call(GUEST, &format!("GET /api/collections/posts/records/{}", id(&post))).await.is(200);
}

/// Security case 28: a page of a thousand records with all their back-relations stays one page.
#[tokio::test]
async fn wide_expands_are_bounded() {
    let app = TestApp::start().await;
    allow_batches(&app, json!({"maxRequests": 1100, "timeout": 60})).await;
    let hubs = app.collection(open("hubs", json!([text("t")]))).await;
    app.collection(open("spokes", json!([to("hub", &hubs)]))).await;
    let hub = app.record("hubs", json!({})).await;
    let spokes: Vec<Json> =
        (0..1050).map(|_| item("POST /api/collections/spokes/records", json!({"hub": id(&hub)}))).collect();
    batch(&app, SUPERUSER, &spokes).await.is(200);
    let line = list("hubs", &[("expand", "spokes_via_hub")]);
    let shown = app.call(GUEST, &line).await.is(200).json();
    assert_eq!(shown["items"][0]["expand"]["spokes_via_hub"].as_array().unwrap().len(), 1000);
}

/// A text and a pattern that SQLite's own search would compare at every place.
#[tokio::test]
async fn patterns_cost_no_more_than_the_text_is_long() {
    let app = TestApp::start().await;
    app.collection(open("long", json!([{"name": "t", "type": "editor"}, text("p")]))).await;
    app.record("long", json!({"t": "a".repeat(1 << 20), "p": "a".repeat(3000) + "b"})).await;
    let begun = std::time::Instant::now();
    for (filter, found) in [
        (format!("t ~ '{}b'", "a".repeat(3000)), 0),
        (format!("t ~ '{}'", "A".repeat(3000)), 1),
        (format!("t ~ '%{}_b%'", "a".repeat(3000)), 0),
        ("t ~ p".into(), 0),
        ("t !~ p".into(), 1),
    ] {
        let answer = app.call(GUEST, &list("long", &[("filter", &filter), ("fields", "totalItems")])).await;
        answer.is(200).has(json!({"totalItems": found}));
    }
    // Without optimisation and on a busy machine: one such comparison took longer.
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}
