//! The WebSocket: snapshots without gap or overlap, moves, resumption, callers, and what ends it.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::support::{As, GUEST, SUPERUSER, TestApp, Who};

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(app: &TestApp, who: Who) -> Socket {
        let (socket, _) =
            tokio_tungstenite::connect_async(format!("ws://{}/api/realtime/ws", app.address)).await.unwrap();
        let mut socket = Socket(socket);
        assert_eq!(socket.next().await["type"], "hello");
        if let Some(token) = who.token() {
            assert_eq!(socket.ask(json!({"type": "auth", "token": token})).await["type"], "auth");
        }
        socket
    }

    async fn say(&mut self, message: Json) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn ask(&mut self, message: Json) -> Json {
        self.say(message).await;
        self.next().await
    }

    /// Subscribes under the id `s`.
    async fn subscribe(&mut self, topic: &str, mut more: Json) -> i64 {
        more["type"] = json!("subscribe");
        more["id"] = json!("s");
        more["topic"] = json!(topic);
        let answer = self.ask(more).await;
        assert_eq!((&answer["type"], &answer["id"]), (&json!("subscribed"), &json!("s")), "{answer}");
        answer["seq"].as_i64().unwrap()
    }

    async fn message(&mut self) -> Message {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await.expect("in time");
            match next.expect("a message").expect("a sound one") {
                Message::Ping(_) | Message::Pong(_) => {}
                message => return message,
            }
        }
    }

    async fn next(&mut self) -> Json {
        match self.message().await {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// `action title` of the next event.
    async fn told(&mut self) -> String {
        let event = self.next().await;
        assert_eq!(event["type"], "event", "{event}");
        let text = |value: &Json| value.as_str().unwrap_or_default().to_string();
        format!("{} {}", text(&event["action"]), text(&event["record"]["title"]))
    }

    async fn closed(&mut self) -> u16 {
        match self.message().await {
            Message::Close(Some(frame)) => frame.code.into(),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_snapshot_and_what_follows_have_no_gap_and_no_overlap() {
    let app = TestApp::start().await;
    let count = 120;
    let write = async {
        for n in 0..count {
            app.record("posts", json!({"title": format!("{n}"), "views": n})).await;
        }
    };
    let read = async {
        for _ in 0..4 {
            let mut socket = Socket::open(&app, GUEST).await;
            socket.say(json!({"type": "subscribe", "id": "s", "topic": "posts/*", "snapshot": true})).await;
            let snapshot = socket.next().await;
            assert_eq!((&snapshot["type"], &snapshot["last"]), (&json!("snapshot"), &json!(true)));
            let mut seen = BTreeMap::new();
            for item in snapshot["items"].as_array().unwrap() {
                assert_eq!(seen.insert(item["views"].as_i64().unwrap(), 0), None);
            }
            assert_eq!(socket.next().await["seq"], snapshot["seq"]);
            while seen.len() < count {
                let event = socket.next().await;
                assert_eq!(event["action"], "create");
                let next = event["record"]["views"].as_i64().unwrap();
                assert_eq!(next, seen.len() as i64, "neither left out nor told twice");
                seen.insert(next, event["seq"].as_i64().unwrap());
            }
        }
    };
    futures_util::future::join(write, read).await;
}

#[tokio::test]
async fn a_record_that_moves_into_or_out_of_sight_enters_or_leaves() {
    let app = TestApp::start().await;
    let mut socket = Socket::open(&app, GUEST).await;
    socket.subscribe("posts/*", json!({"filter": "views > 5", "fields": "title"})).await;
    let post = app.record("posts", json!({"title": "a", "views": 1})).await;
    let line = format!("/api/collections/posts/records/{}", post["id"].as_str().unwrap());
    for views in [7, 8, 2, 3, 9] {
        app.call(GUEST, &format!("PATCH {line}")).json(json!({"views": views})).await.is(200);
    }
    app.call(GUEST, &format!("DELETE {line}")).await.is(204);
    assert_eq!(socket.told().await, "enter a");
    assert_eq!(socket.told().await, "update a");
    let leave = socket.next().await;
    let which = json!({"collectionId": post["collectionId"], "collectionName": "posts", "id": post["id"]});
    assert_eq!((&leave["action"], &leave["record"]), (&json!("leave"), &which));
    assert_eq!(socket.told().await, "enter a");
    assert_eq!(socket.told().await, "delete a");
}

#[tokio::test]
async fn since_tells_what_was_missed_and_reset_what_cannot_be_told() {
    let app = TestApp::start().await;
    let mut socket = Socket::open(&app, GUEST).await;
    let seq = socket.subscribe("posts/*", json!({})).await;
    app.record("posts", json!({"title": "a"})).await;
    app.record("posts", json!({"title": "b"})).await;
    drop(socket);
    let mut socket = Socket::open(&app, GUEST).await;
    assert_eq!(socket.subscribe("posts/*", json!({"since": seq})).await, seq);
    for title in ["a", "b"] {
        assert_eq!(socket.told().await, format!("create {title}"));
    }
    // From here on, another subscription on the same socket, from a moment that never was.
    socket.say(json!({"type": "subscribe", "id": "t", "topic": "posts/*", "since": 999_999})).await;
    let (first, second) = (socket.next().await, socket.next().await);
    let mut kinds = [first["type"].clone(), second["type"].clone()];
    kinds.sort_by_key(ToString::to_string);
    assert_eq!(kinds, [json!("reset"), json!("subscribed")]);
}

#[tokio::test]
async fn what_left_while_a_client_was_away_is_told_as_such() {
    let app = TestApp::start().await;
    let [old, new] = ["old", "new"].map(|title| json!({"title": title, "views": 9}));
    let old = app.record("posts", old).await;
    let mut socket = Socket::open(&app, GUEST).await;
    let seq = socket.subscribe("posts/*", json!({"filter": "views > 5"})).await;
    drop(socket);
    let new = app.record("posts", new).await;
    for (post, views) in [(&old, 1), (&new, 2), (&old, 3), (&new, 8)] {
        let line = format!("PATCH /api/collections/posts/records/{}", post["id"].as_str().unwrap());
        app.call(GUEST, &line).json(json!({"views": views})).await.is(200);
    }
    let app = app.restart().await;
    let mut socket = Socket::open(&app, GUEST).await;
    socket.subscribe("posts/*", json!({"filter": "views > 5", "since": seq})).await;
    for told in ["create new", "leave ", "leave ", "enter new"] {
        assert_eq!(socket.told().await, told);
    }
}

#[tokio::test]
async fn a_socket_may_change_its_caller() {
    let app = TestApp::start().await;
    let rule = json!({"listRule": "title = @request.auth.id || title = 'all'"});
    app.call(SUPERUSER, "PATCH /api/collections/posts").json(rule).await.is(200);
    let mut socket = Socket::open(&app, As("alice")).await;
    socket.subscribe("posts/*", json!({})).await;
    let (alice, bob) = ("alice0000000000", "bob000000000000");
    for title in [bob, alice, "all"] {
        app.record("posts", json!({"title": title})).await;
    }
    for title in [alice, "all"] {
        assert_eq!(socket.told().await, format!("create {title}"));
    }
    let answer = socket.ask(json!({"type": "auth", "token": As("bob").token()})).await;
    assert_eq!(answer, json!({"type": "auth", "record": {"collectionName": "users", "id": bob}}));
    let refused = socket.ask(json!({"type": "auth", "token": "nonsense"})).await;
    assert_eq!((&refused["type"], &refused["error"]["status"]), (&json!("error"), &json!(401)));
    for title in [alice, bob] {
        app.record("posts", json!({"title": title})).await;
    }
    assert_eq!(socket.told().await, format!("create {bob}"));
    assert_eq!(socket.ask(json!({"type": "auth"})).await["record"], Json::Null);
    for title in [bob, "all"] {
        app.record("posts", json!({"title": title})).await;
    }
    assert_eq!(socket.told().await, "create all");
}

#[tokio::test]
async fn subscriptions_that_show_nothing_are_refused_and_end_nothing() {
    let app = TestApp::start().await;
    app.collection(json!({"name": "closed", "type": "base"})).await;
    let mut socket = Socket::open(&app, GUEST).await;
    for (topic, filter) in [("nothing/*", ""), ("closed/*", ""), ("posts/*", "secret = 1"), ("posts/*", "title =")] {
        let wish = json!({"type": "subscribe", "id": "x", "topic": topic, "filter": filter});
        let answer = socket.ask(wish).await;
        assert_eq!((&answer["type"], &answer["id"]), (&json!("error"), &json!("x")), "{answer}");
    }
    socket.subscribe("posts/*", json!({})).await;
    assert_eq!(socket.ask(json!({"type": "ping"})).await, json!({"type": "pong"}));
    let gone = socket.ask(json!({"type": "unsubscribe", "id": "s"})).await;
    assert_eq!(gone, json!({"type": "unsubscribed", "id": "s"}));
    app.record("posts", json!({"title": "unheard"})).await;
    assert_eq!(socket.ask(json!({"type": "ping"})).await, json!({"type": "pong"}));
}

#[tokio::test]
async fn what_is_not_of_the_protocol_ends_the_socket_and_says_why() {
    let app = TestApp::start().await;
    let cases = [
        (Message::text("{"), 1007),
        (Message::text(r#"{"type":"sing"}"#), 1007),
        (Message::binary(vec![1]), 1003),
        (Message::text("x".repeat(70_000)), 1009),
    ];
    for (message, code) in cases {
        let mut socket = Socket::open(&app, GUEST).await;
        socket.0.send(message).await.unwrap();
        assert_eq!(socket.closed().await, code);
    }
    let mut socket = Socket::open(&app, GUEST).await;
    for _ in 0..601 {
        socket.say(json!({"type": "ping"})).await;
    }
    for _ in 0..600 {
        assert_eq!(socket.next().await["type"], "pong");
    }
    assert_eq!(socket.closed().await, 1008);
    app.call(GUEST, "GET /api/realtime/ws").await.is(400);
}

#[tokio::test]
async fn a_stop_closes_sockets() {
    let app = TestApp::start().await;
    let mut socket = Socket::open(&app, GUEST).await;
    drop(app);
    assert_eq!(socket.closed().await, 1012);
}

/// Security case 8.
#[tokio::test]
async fn a_socket_is_its_caller_as_long_as_the_token_is_good() {
    let app = TestApp::start().await;
    let rules = json!({"listRule": "@request.auth.id != ''", "viewRule": "@request.auth.id != ''"});
    app.call(SUPERUSER, "PATCH /api/collections/posts").json(rules).await.is(200);
    app.record("posts", json!({"title": "secret"})).await;
    let ask = json!({"type": "subscribe", "id": "s", "topic": "posts/*", "snapshot": true});
    let mut deleted = Socket::open(&app, As("bob")).await;
    let mut late = Socket::open(&app, As("alice")).await;
    late.subscribe("posts/*", json!({})).await;
    app.call(SUPERUSER, "DELETE /api/collections/users/records/bob000000000000").await.is(204);
    let answer = deleted.ask(ask.clone()).await;
    assert!(answer["type"] == "error" || answer["items"] == json!([]), "{answer}");
    // Past the end of every token; what follows is told to nobody.
    app.wait_ms(400 * 86_400_000);
    let answer = late.ask(ask).await;
    assert!(answer["type"] == "error" || answer["items"] == json!([]), "{answer}");
}
