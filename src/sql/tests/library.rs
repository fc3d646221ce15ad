//! The records most tests are about: those of contract/records.md §19, and some more.

use super::world::*;
use crate::schema::{Collection, CollectionKind};
use crate::value::Value;

/// Authors, tags and posts as contract/records.md §19 has them, and some more.
pub fn world() -> World {
    let views = "SELECT id, t, author, tags, s2, j, n AS num, (n+1) AS expr, t AS m FROM posts";
    let view_fields = vec![
        text("t"),
        relation("author", "authors", 1),
        relation("tags", "tags", 10),
        select("s2", 3),
        json("j"),
        number("num"),
        json("expr"),
        json("m"),
    ];
    let profiles = Collection {
        indexes: vec![
            "CREATE UNIQUE INDEX ix1 ON prof (who)".into(),
            "CREATE UNIQUE INDEX ix2 ON prof (whop) WHERE whop != ''".into(),
            "CREATE INDEX ix3 ON prof (whon)".into(),
        ],
        ..collection(
            "prof",
            vec![
                text("t"),
                relation("who", "authors", 1),
                relation("whop", "authors", 1),
                relation("whon", "authors", 1),
                relation("many", "authors", 3),
            ],
        )
    };
    let world = World::new(vec![
        collection("authors", vec![text("t"), boolean("active")]),
        collection("tags", vec![text("t"), number("w"), geo("g"), json("j")]),
        collection("empty", vec![text("t")]),
        auth(
            "members",
            vec![
                text("role"),
                number("lvl"),
                hidden(text("secret")),
                select("roles", 3),
                json("meta"),
                relation("fav", "tags", 5),
                relation("best", "tags", 1),
            ],
        ),
        posts(),
        profiles,
        Collection { kind: CollectionKind::View(views.into()), ..collection("vposts", view_fields) },
    ]);
    fill(&world);
    world
}

fn posts() -> Collection {
    collection(
        "posts",
        vec![
            text("t"),
            number("n"),
            boolean("b"),
            date("d"),
            json("j"),
            select("s1", 1),
            select("s2", 3),
            geo("g"),
            file("f"),
            hidden(text("h")),
            password("pw"),
            relation("author", "authors", 1),
            relation("tags", "tags", 10),
            relation("owner", "members", 1),
            hidden(relation("hrel", "tags", 1)),
        ],
    )
}

fn fill(world: &World) {
    world.insert("authors", "A1", &[("t", "Ann".into()), ("active", Value::Int(1))]);
    world.insert("authors", "A2", &[("t", "Bob".into())]);
    let place = r#"{"lon":23.3,"lat":42.7}"#;
    world.insert(
        "tags",
        "T1",
        &[("t", "red".into()), ("w", Value::Int(1)), ("g", place.into()), ("j", r#"{"a":1}"#.into())],
    );
    world.insert("tags", "T2", &[("t", "green".into()), ("w", Value::Int(2))]);
    world.insert("tags", "T3", &[("t", "blue".into()), ("w", Value::Int(3)), ("j", r#""x""#.into())]);
    world.insert(
        "posts",
        "P1",
        &[
            ("t", "Hello World".into()),
            ("n", Value::Int(1)),
            ("b", Value::Int(1)),
            ("d", "2024-01-01 10:00:00.000Z".into()),
            ("j", r#"{"a":1,"b":["x","y"],"c":null,"s":"str"}"#.into()),
            ("s1", "a".into()),
            ("s2", r#"["a","b"]"#.into()),
            ("g", r#"{"lon":23.32,"lat":42.69}"#.into()),
            ("author", "A1".into()),
            ("tags", r#"["T1","T2"]"#.into()),
            ("owner", "U1".into()),
            ("h", "hid".into()),
            ("hrel", "T1".into()),
            ("pw", "$2a$10$x".into()),
        ],
    );
    fill_more(world);
    let (a1, a2) = (|| Value::from("A1"), || Value::from("A2"));
    let many = |list: &str| Value::from(list);
    world.insert(
        "prof",
        "F1",
        &[("t", "a".into()), ("who", a1()), ("whop", a1()), ("whon", a1()), ("many", many(r#"["A1","A2"]"#))],
    );
    world.insert(
        "prof",
        "F2",
        &[("t", "b".into()), ("who", a2()), ("whop", a2()), ("whon", a1()), ("many", many(r#"["A1"]"#))],
    );
}

fn fill_more(world: &World) {
    world.insert(
        "posts",
        "P2",
        &[
            ("t", "100% sure_thing".into()),
            ("n", Value::Int(2)),
            ("j", "5".into()),
            ("s2", r#"["a"]"#.into()),
            ("author", "A2".into()),
            ("tags", r#"["T3"]"#.into()),
            ("owner", "U2".into()),
        ],
    );
    world.insert("posts", "P3", &[]);
    world.insert(
        "posts",
        "P4",
        &[
            ("t", r"back\slash".into()),
            ("n", Value::Real(-1.5)),
            ("d", "2025-06-01 00:00:00.000Z".into()),
            ("j", r#""text""#.into()),
            ("s1", "c".into()),
            ("s2", r#"["c"]"#.into()),
            ("author", "A1".into()),
            ("tags", r#"["T1"]"#.into()),
        ],
    );
}
