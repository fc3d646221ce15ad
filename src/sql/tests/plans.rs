//! The statements that matter for speed: what they look like, and that the database finds the rows by an index.

use super::library::world;
use super::world::*;
use crate::expr::Sort;
use crate::schema::Collection;
use crate::sql::{Dialect, Select};

/// The statement for a page after its column list, and its plan.
fn printed(world: &World, root: &str, filter: &str, sort: &str) -> [String; 2] {
    let asker = Asker::rule();
    let bound = world.bind(root, filter, &asker).unwrap();
    let sort = Sort::compile(sort, &world.scope(root, &asker)).unwrap().bind(&asker.ctx);
    let filters = [&bound];
    let select = Select { limit: 30, ..World::select(world.collection(root), &filters, &sort) };
    let rows = select.rows(Dialect::Sqlite);
    let tail = rows.text.split_once(" AS t0").unwrap().1.to_string();
    let tail = tail.trim_end_matches(" LIMIT 30").to_string();
    [tail, world.plan(&rows)]
}

#[test]
fn statements() {
    let world = world();
    for (root, filter, tail) in [
        ("posts", "owner = 'x' && n > 1", r#" WHERE t0."owner" = ? AND t0."n" > ? ORDER BY t0._rowid_"#),
        ("posts", "owner = ''", r#" WHERE t0."owner" = '' ORDER BY t0._rowid_"#),
        ("posts", "owner != 'x'", r#" WHERE t0."owner" <> ? ORDER BY t0._rowid_"#),
        ("posts", "1 = 1", r" ORDER BY t0._rowid_"),
        ("posts", "1 = 2", r" WHERE FALSE ORDER BY t0._rowid_"),
        ("posts", "1 = 1 && t = 'x' || 1 = 2", r#" WHERE ((t0."t" = ?)) ORDER BY t0._rowid_"#),
        (
            "posts",
            "author.t = 'x'",
            r#" JOIN "authors" AS t1 ON t1."id" = t0."author" WHERE t1."t" = ? ORDER BY t0._rowid_"#,
        ),
        (
            "posts",
            "author.t = ''",
            r#" LEFT JOIN "authors" AS t1 ON t1."id" = t0."author" WHERE COALESCE(t1."t", '') = '' ORDER BY t0._rowid_"#,
        ),
        (
            "posts",
            "tags.t ?= 'x' && tags.w ?> 1",
            r#" WHERE EXISTS (SELECT 1 FROM json_each(t0."tags") AS t1 WHERE t1."value" IN (SELECT t2."id" FROM "tags" AS t2 WHERE t2."t" = ? AND t2."w" > ?)) ORDER BY t0._rowid_"#,
        ),
        (
            "posts",
            "tags.t != 'x'",
            r#" WHERE NOT EXISTS (SELECT 1 FROM json_each(t0."tags") AS t1 WHERE t1."value" IN (SELECT t2."id" FROM "tags" AS t2 WHERE NOT (t2."t" <> ?))) ORDER BY t0._rowid_"#,
        ),
        (
            "authors",
            "prof_via_whon.t ?= 'x'",
            r#" WHERE EXISTS (SELECT 1 FROM "prof" AS t1 WHERE t1."whon" = t0."id" AND t1."t" = ?) ORDER BY t0._rowid_"#,
        ),
        (
            "authors",
            "posts_via_author.t ?= 'x'",
            r#" WHERE t0."id" IN (SELECT t1."author" FROM "posts" AS t1 WHERE t1."author" IS NOT NULL AND t1."t" = ?) ORDER BY t0._rowid_"#,
        ),
        (
            "authors",
            "prof_via_many.t ?= 'x'",
            r#" WHERE t0."id" IN (SELECT t1."value" FROM "prof" AS t2, json_each(t2."many") AS t1 WHERE t1."value" IS NOT NULL AND t2."t" = ?) ORDER BY t0._rowid_"#,
        ),
        (
            "posts",
            "@collection.members.role ?= 'x' && @collection.members.best ?= t",
            r#" WHERE EXISTS (SELECT 1 FROM "members" AS t1 WHERE t1."role" = ? AND t1."best" = t0."t") ORDER BY t0._rowid_"#,
        ),
    ] {
        assert_eq!(printed(&world, root, filter, "")[0], tail, "{filter}");
    }
}

/// The text depends on the shape of what is asked only, so that a prepared statement is found again.
#[test]
fn one_text_for_all_values() {
    let world = world();
    let text = |filter: &str| printed(&world, "posts", filter, "-n,tags.t")[0].clone();
    for (a, b) in [
        ("t = 'a' && n > 1", "t = 'b' && n > 2"),
        ("t ~ 'a'", "t ~ 'b%'"),
        ("tags.t ?= 'a'", "tags.t ?= 'b'"),
        ("geoDistance(g.lon, g.lat, 1, 2) < 3", "geoDistance(g.lon, g.lat, 4, 5) < 6"),
    ] {
        assert_eq!(text(a), text(b));
    }
}

#[test]
fn indexes_are_used() {
    let mut posts = collection(
        "posts",
        vec![
            text("t"),
            date("created"),
            relation("owner", "users", 1),
            relation("room", "rooms", 1),
            relation("tags", "tags", 9),
        ],
    );
    posts.indexes = vec![
        "CREATE INDEX by_owner ON posts (owner)".into(),
        "CREATE INDEX by_created ON posts (created)".into(),
        "CREATE INDEX by_room ON posts (room, created)".into(),
    ];
    let members = Collection {
        indexes: vec!["CREATE INDEX by_room_user ON members (room, user)".into()],
        ..collection("members", vec![relation("user", "users", 1), relation("room", "rooms", 1)])
    };
    let tags =
        Collection { indexes: vec!["CREATE INDEX by_t ON tags (t)".into()], ..collection("tags", vec![text("t")]) };
    let world = World::new(vec![auth("users", vec![]), collection("rooms", vec![text("t")]), members, tags, posts]);
    for (root, filter, sort, plan) in [
        ("posts", "owner = 'x'", "", "SEARCH t0 USING INDEX by_owner (owner=?)"),
        ("posts", "owner = 'x' && t = 'y'", "@rowid", "SEARCH t0 USING INDEX by_owner (owner=?)"),
        ("posts", "owner = 'x'", "-@rowid", "SEARCH t0 USING INDEX by_owner (owner=?)"),
        ("posts", "room = 'x'", "-created", "SEARCH t0 USING INDEX by_room (room=?)"),
        ("posts", "t = 'x'", "-created", "SCAN t0 USING INDEX by_created"),
        ("posts", "t = 'x'", "created", "SCAN t0 USING INDEX by_created"),
        ("posts", "id = 'x'", "", "SEARCH t0 USING INDEX sqlite_autoindex_posts_1 (id=?)"),
        ("posts", "created > '2024'", "-created", "USING INDEX by_created (created>?)"),
        (
            "posts",
            "@collection.members.user ?= 'x' && @collection.members.room ?= room",
            "-created",
            "USING COVERING INDEX by_room_user (room=? AND user=?)",
        ),
        (
            "posts",
            "room.members_via_room.user ?= 'x'",
            "-created",
            "USING COVERING INDEX by_room_user (room=? AND user=?)",
        ),
        ("posts", "tags.t ?= 'x'", "-created", "SEARCH t2 USING INDEX by_t (t=?)"),
        ("users", "posts_via_owner.t ?= 'x'", "", "USING INDEX by_owner (owner=?)"),
        ("users", "posts_via_owner.t = 'x'", "", "USING INDEX by_owner (owner=?)"),
        ("rooms", "members_via_room.user.id ?= 'x'", "", "USING COVERING INDEX by_room_user (room=? AND user=?)"),
    ] {
        let [text, rows_plan] = printed(&world, root, filter, sort);
        assert!(rows_plan.contains(plan), "{filter}\n{text}\n{rows_plan}");
        assert!(!rows_plan.contains("TEMP B-TREE"), "{filter}\n{text}\n{rows_plan}");
    }
}
