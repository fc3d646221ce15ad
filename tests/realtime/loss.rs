//! Nothing is lost, repeated or out of order, whatever clients do.

use std::collections::HashMap;

use serde_json::json;

use super::Stream;
use crate::support::{As, GUEST, SUPERUSER, TestApp};

const WRITERS: usize = 8;
const EACH: usize = 60;

/// Eight clients that each create numbered posts, all at once.
async fn write(app: &TestApp) {
    let one = |writer: usize| async move {
        for n in 0..EACH {
            app.record("posts", json!({"title": format!("w{writer}"), "views": n})).await;
        }
    };
    futures_util::future::join_all((0..WRITERS).map(one)).await;
}

/// Every post of every writer once and in the order it was made.
struct Tally(HashMap<String, u64>);

impl Tally {
    fn count(&mut self, event: &super::Event) -> bool {
        let (title, n) = (event.field("title"), event.data["record"]["views"].as_u64().unwrap());
        let next = self.0.entry(title.to_string()).or_default();
        assert_eq!(n, *next, "{title}");
        *next += 1;
        self.0.values().sum::<u64>() == (WRITERS * EACH) as u64
    }
}

#[tokio::test]
async fn eight_writers_and_a_steady_reader() {
    let app = TestApp::start().await;
    let mut stream = Stream::of(&app, GUEST, &["posts/*"]).await;
    let read = async {
        let mut tally = Tally(HashMap::new());
        while !tally.count(&stream.next().await) {}
    };
    futures_util::future::join(write(&app), read).await;
}

#[tokio::test]
async fn eight_writers_and_a_reader_that_is_cut_off_all_the_time() {
    let app = TestApp::start().await;
    let mut stream = Stream::open_with(&app, "?since=now", None).await;
    stream.subscribe(&app, GUEST, &["posts/*"]).await.is(204);
    let read = async {
        let mut tally = Tally(HashMap::new());
        let mut random: u32 = 7;
        loop {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let mut seen = String::new();
            for _ in 0..1 + random % 40 {
                let event = stream.next().await;
                seen.clone_from(&event.id);
                if tally.count(&event) {
                    return;
                }
            }
            stream = Stream::open_with(&app, "?since=now", Some(&seen)).await;
            stream.subscribe(&app, GUEST, &["posts/*"]).await.is(204);
        }
    };
    futures_util::future::join(write(&app), read).await;
}

#[tokio::test]
async fn a_restart_loses_nothing() {
    let app = TestApp::start().await;
    let mut stream = Stream::open_with(&app, "?since=now", None).await;
    stream.subscribe(&app, GUEST, &["posts/*"]).await.is(204);
    app.record("posts", json!({"title": "before"})).await;
    let seen = stream.next().await.id;
    app.record("posts", json!({"title": "unseen"})).await;
    let app = app.restart().await;
    app.record("posts", json!({"title": "after"})).await;
    let mut stream = Stream::open_with(&app, "", Some(&seen)).await;
    stream.subscribe(&app, GUEST, &["posts/*"]).await.is(204);
    for title in ["unseen", "after"] {
        assert_eq!(stream.next().await.field("title"), title);
    }
}

#[tokio::test]
async fn what_is_told_again_is_authorised_again() {
    let app = TestApp::start().await;
    let mut stream = Stream::open_with(&app, "?since=now", None).await;
    stream.subscribe(&app, As("bob"), &["posts/*"]).await.is(204);
    app.record("posts", json!({"title": "first"})).await;
    let seen = stream.next().await.id;
    app.record("posts", json!({"title": "secret"})).await;
    app.record("posts", json!({"title": "open"})).await;
    let rule = json!({"listRule": "title = 'open'"});
    app.call(SUPERUSER, "PATCH /api/collections/posts").json(rule).await.is(200);
    let mut stream = Stream::open_with(&app, "", Some(&seen)).await;
    stream.subscribe(&app, GUEST, &["posts/*"]).await.is(204);
    assert_eq!(stream.next().await.field("title"), "open");
}

#[tokio::test]
async fn whoever_asks_for_more_than_the_history_has_is_told_to_start_over() {
    let app = TestApp::start().await;
    let mut stream = Stream::open_with(&app, "?since=now", Some("999999999")).await;
    stream.subscribe(&app, GUEST, &["posts/*"]).await.is(204);
    let event = stream.next().await;
    assert_eq!(event.name, "PB_RESET");
    assert_eq!(event.data["since"].to_string(), event.id);
    app.record("posts", json!({"title": "a"})).await;
    assert_eq!(stream.next().await.field("title"), "a");
}

#[tokio::test]
async fn a_reader_that_does_not_read_is_cut_off_and_delays_nobody() {
    let app = TestApp::start_with(|config| config.realtime.outbox_messages = 20).await;
    let mut slow = Stream::of(&app, GUEST, &["posts/*"]).await;
    let mut quick = Stream::of(&app, GUEST, &["posts/*"]).await;
    // Far more than what fits into sockets and outbox together.
    let meta = "x".repeat(500_000);
    let count = 40;
    for n in 0..count {
        app.record("posts", json!({"views": n, "meta": meta})).await;
        assert_eq!(quick.next().await.data["record"]["views"], n);
    }
    let mut told = 0;
    while slow.try_next().await.is_some() {
        told += 1;
    }
    assert!(told < count, "{told}");
}

#[tokio::test]
async fn what_the_hub_could_not_take_in_it_reads_from_the_history() {
    let app = TestApp::start_with(|config| config.realtime.backlog_changes = 0).await;
    let mut stream = Stream::of(&app, GUEST, &["posts/*"]).await;
    let read = async {
        let mut tally = Tally(HashMap::new());
        while !tally.count(&stream.next().await) {}
    };
    futures_util::future::join(write(&app), read).await;
}
