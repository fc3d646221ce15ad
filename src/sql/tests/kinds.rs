//! Every operator between operands of every kind: what memory decides is what the database decides.

use super::world::*;
use crate::expr::Sort;
use crate::value::Value;

const OPERANDS: &[&str] = &[
    "t",
    "n",
    "b",
    "d",
    "j",
    "j.k",
    "s1",
    "s2",
    "g",
    "g.lon",
    "f",
    "author",
    "tags",
    "id",
    "t:lower",
    "n:lower",
    "j:lower",
    "tags:length",
    "author:length",
    "s2:each",
    "s1:each",
    "tags:each",
    "author.t",
    "tags.w",
    "@request.auth.lvl",
    "@request.auth.role",
    "@request.auth.meta.k",
    "@request.body.n",
    "@request.body.n:changed",
    "@request.query.perPage",
    "null",
    "''",
    "'5'",
    "'5.0'",
    "5",
    "0",
    "-1.5",
    "true",
    "'x'",
    "' 5 '",
    "'5e0'",
    "'x%'",
    "'%'",
    "'_'",
    "@year",
    "@now",
    "geoDistance(g.lon, n, 1, t)",
    "strftime('%Y', d)",
    "'1234567890123456789'",
    "1234567890123456789",
    "0.1",
    "'0.10'",
];

const OPERATORS: &[&str] = &["=", "!=", "<", "<=", ">", ">=", "~", "!~", "?=", "?!="];

fn world() -> World {
    let world = World::new(vec![
        collection("authors", vec![text("t")]),
        collection("tags", vec![number("w")]),
        auth("members", vec![text("role"), number("lvl"), json("meta")]),
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
                relation("author", "authors", 1),
                relation("tags", "tags", 5),
            ],
        ),
    ]);
    world.insert("authors", "A1", &[("t", "x".into())]);
    world.insert("tags", "T1", &[("w", Value::Int(5))]);
    world.insert("posts", "P0", &[]);
    for (i, row) in rows().into_iter().enumerate() {
        world.insert("posts", &format!("P{}", i + 1), &row);
    }
    world
}

fn rows() -> [[(&'static str, Value); 6]; 4] {
    [
        [
            ("t", "5".into()),
            ("n", Value::Int(5)),
            ("j", "5".into()),
            ("s2", r#"["x","5"]"#.into()),
            ("author", "A1".into()),
            ("tags", r#"["T1"]"#.into()),
        ],
        [
            ("t", "5.0".into()),
            ("n", Value::Real(0.1)),
            ("j", r#"{"k":"x","d":1.5}"#.into()),
            ("s1", "x".into()),
            ("d", "2024-01-01 10:00:00.000Z".into()),
            ("g", r#"{"lon":5,"lat":-1.5}"#.into()),
        ],
        [
            ("t", "X".into()),
            ("n", Value::Int(1_234_567_890_123_456_789)),
            ("j", r#""x""#.into()),
            ("b", Value::Int(1)),
            ("f", "x_1.png".into()),
            ("author", "gone".into()),
        ],
        [
            ("t", " 5 ".into()),
            ("n", Value::Real(1.5e300)),
            ("j", r#"{"k":true}"#.into()),
            ("s2", r#"["x"]"#.into()),
            ("b", Value::Int(1)),
            ("tags", r#"["T1","gone"]"#.into()),
        ],
    ]
}

#[test]
fn memory_and_database_agree() {
    let world = world();
    let caller =
        world.record("members", "U1", &[("role", "5".into()), ("lvl", Value::Int(5)), ("meta", r#"{"k":5}"#.into())]);
    let asker = Asker::rule().with(&caller).body(r#"{"n":5}"#);
    let sort = Sort::compile("", &world.scope("posts", &asker)).unwrap().bind(&asker.ctx);
    let rows = world.all("posts");
    let mut decided = 0;
    let mut filters = 0;
    for (i, left) in OPERANDS.iter().enumerate() {
        for (j, right) in OPERANDS.iter().enumerate() {
            // A third of the operators for each pair, all of them with EXHAUSTIVE=1.
            let (skip, step) = if std::env::var("EXHAUSTIVE").is_ok() { (0, 1) } else { ((i + j) % 3, 3) };
            for operator in OPERATORS.iter().skip(skip).step_by(step) {
                let filter = format!("{left} {operator} {right}");
                let bound = world.bind("posts", &filter, &asker).unwrap();
                filters += 1;
                decided += world.agreed(&bound, &rows, &sort, &filter);
            }
        }
    }
    // Most are for memory alone; the rest is about other tables, strftime and numbers of many digits.
    assert!(decided * 10 > filters * 5 * 8, "{decided} of {}", filters * 5);
}
