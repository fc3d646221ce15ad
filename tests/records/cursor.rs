//! Walking a list by `cursor`: every record once and in order, whatever happens in the meantime.

use serde_json::{Value as Json, json};

use super::{id, ids, list, number, one, open, text, to, with};
use crate::support::{GUEST, SUPERUSER, TestApp, Who};

/// All pages of a walk, and how many there were.
async fn walk(app: &TestApp, who: Who, collection: &str, query: &[(&str, &str)]) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut cursor = String::new();
    loop {
        let query: Vec<_> = query.iter().copied().chain([("cursor", cursor.as_str())]).collect();
        let answer = app.call(who, &list(collection, &query)).await;
        pages.push(ids(&answer));
        cursor = answer.json()["nextCursor"].as_str().expect("a cursor was asked for").to_string();
        if cursor.is_empty() {
            return pages;
        }
        assert!(pages.len() < 200, "the walk never ends");
    }
}

/// Teams and players with ties, gaps and NULLs in everything that can be sorted by.
async fn league() -> TestApp {
    let app = TestApp::start().await;
    let teams = app.collection(open("teams", json!([text("name"), number("rank")]))).await;
    let mut team_ids = Vec::new();
    for (name, rank) in [("Reds", 2.5), ("Blues", -1.0), ("reds", 2.5)] {
        team_ids.push(id(&app.record("teams", json!({"name": name, "rank": rank})).await).to_string());
    }
    let fields = json!([
        text("name"), number("score"), {"name": "born", "type": "date"}, {"name": "meta", "type": "json"},
        {"name": "done", "type": "bool"}, to("team", &teams), with(to("clubs", &teams), json!({"maxSelect": 5})),
    ]);
    app.collection(open("players", fields)).await;
    let metas = [json!(null), json!({"a": 1}), json!({"a": "one"}), json!({"a": 1.5}), json!({"a": null})];
    for n in 0..17_usize {
        let team = team_ids.get(n % 4).cloned().unwrap_or_default();
        let clubs: Vec<&String> = team_ids.iter().skip(n % 4).collect();
        let name = ["ann", "Bob", "", "zoë \u{1F600}", "it's"][n % 5];
        let born = if n % 3 == 0 { "" } else { "2020-01-02 00:00:00.000Z" };
        let (score, meta) = ([0.1, 3.0, -7.0][n % 3], &metas[n % 5]);
        let player = json!({
            "name": name, "score": score, "done": n % 2 == 0, "born": born, "meta": meta, "team": team, "clubs": clubs,
        });
        app.record("players", player).await;
    }
    app
}

#[tokio::test]
async fn a_walk_gives_the_same_as_one_large_page_for_every_sort() {
    let app = league().await;
    let sorts = [
        "",
        "score",
        "-score",
        "name,-score",
        "-name,score",
        "team",
        "team.name",
        "-team.name",
        "team.name,-score",
        "-team.rank,name",
        "team.name:lower",
        "clubs.rank",
        "-clubs.rank",
        "-clubs.name,score",
        "meta.a",
        "-meta.a",
        "-meta.a,name",
        "meta",
        "id",
        "-id",
        "@rowid",
        "-@rowid",
        "born,-id",
        "-born,done",
        "clubs:length,-name",
    ];
    for sort in sorts {
        let whole = ids(&app.call(GUEST, &list("players", &[("sort", sort), ("perPage", "1000")])).await);
        assert_eq!(whole.len(), 17, "{sort}");
        for (per_page, pages) in [("3", 6), ("17", 2), ("18", 1)] {
            let walked = walk(&app, GUEST, "players", &[("sort", sort), ("perPage", per_page)]).await;
            assert_eq!(walked.concat(), whole, "sort={sort} perPage={per_page}");
            assert_eq!(walked.len(), pages, "sort={sort} perPage={per_page}");
        }
    }
}

#[tokio::test]
async fn a_walk_obeys_filter_and_rule() {
    let app = league().await;
    let query = [("sort", "-score"), ("perPage", "2"), ("filter", "clubs.name ?= 'Blues'")];
    let whole = ids(&app.call(GUEST, &list("players", &[query[0], query[2]])).await);
    assert_eq!(walk(&app, GUEST, "players", &query).await.concat(), whole);
    app.call(SUPERUSER, "PATCH /api/collections/players").json(json!({"listRule": "done = true"})).await.is(200);
    let whole = ids(&app.call(GUEST, &list("players", &[query[0], query[2]])).await);
    assert!(!whole.is_empty() && whole.len() < 10);
    assert_eq!(walk(&app, GUEST, "players", &query).await.concat(), whole);
}

async fn page(app: &TestApp, cursor: &str) -> (Vec<i64>, String) {
    let line = list("posts", &[("sort", "-views"), ("perPage", "2"), ("cursor", cursor)]);
    let json = app.call(GUEST, &line).await.is(200).json();
    let views = json["items"].as_array().unwrap().iter().map(|post| post["views"].as_i64().unwrap()).collect();
    (views, json["nextCursor"].as_str().unwrap().to_string())
}

#[tokio::test]
async fn records_that_come_and_go_do_not_shift_a_walk() {
    let app = TestApp::start().await;
    let mut posts: Vec<Json> = Vec::new();
    for views in [60, 50, 40, 30, 20, 10] {
        posts.push(app.record("posts", json!({"views": views})).await);
    }
    let (first, cursor) = page(&app, "").await;
    assert_eq!(first, [60, 50]);
    // One before the place, one behind it; the record the place was taken from goes, and one not seen yet.
    app.record("posts", json!({"views": 70})).await;
    app.record("posts", json!({"views": 35})).await;
    for gone in [&posts[1], &posts[3]] {
        app.call(GUEST, &one("DELETE", "posts", gone)).await.is(204);
    }
    let (second, cursor) = page(&app, &cursor).await;
    let (third, cursor) = page(&app, &cursor).await;
    let (last, end) = page(&app, &cursor).await;
    assert_eq!((second, third, last, end), (vec![40, 35], vec![20, 10], vec![], String::new()));
}

#[tokio::test]
async fn without_cursor_there_is_no_next_cursor() {
    let app = TestApp::start().await;
    app.record("posts", json!({})).await;
    let plain = app.call(GUEST, &list("posts", &[("perPage", "1")])).await.is(200).json();
    assert!(plain.get("nextCursor").is_none(), "{plain}");
    let fields = list("posts", &[("perPage", "1"), ("fields", "id"), ("skipTotal", "1"), ("cursor", "")]);
    let walked = app.call(GUEST, &fields).await.is(200).json();
    assert!(!walked["nextCursor"].as_str().unwrap().is_empty(), "{walked}");
    let past = list("posts", &[("perPage", "2"), ("cursor", "")]);
    app.call(GUEST, &past).await.is(200).has(json!({"nextCursor": ""}));
}

#[tokio::test]
async fn a_cursor_serves_its_own_sort_only() {
    let app = TestApp::start().await;
    for views in [1, 2] {
        app.record("posts", json!({"views": views})).await;
    }
    let first = app.call(GUEST, &list("posts", &[("perPage", "1"), ("sort", "views"), ("cursor", "")])).await;
    let cursor = first.is(200).json()["nextCursor"].as_str().unwrap().to_string();
    let cut = &cursor[..cursor.len() - 4];
    for (sort, cursor) in [
        ("views", "x"),
        ("views", "W10"),
        ("views", "bnVsbA"),
        ("views", "%00' OR 1=1 --"),
        ("views", cut),
        ("views", "1"),
        ("-views", cursor.as_str()),
        ("title", &cursor),
        ("views,title", &cursor),
        ("", &cursor),
    ] {
        let answer = app.call(GUEST, &list("posts", &[("sort", sort), ("cursor", cursor)])).await;
        answer.is(400).has(json!({"data": {"cursor": {"code": "validation_invalid_cursor"}}}));
    }
    // The order of the moment has no places.
    let random = app.call(GUEST, &list("posts", &[("sort", "@random"), ("cursor", "")])).await;
    random.is(400).has(json!({"data": {"cursor": {"code": "validation_invalid_cursor"}}}));
}
