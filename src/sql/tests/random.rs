//! Random records and expressions over two collections that lead to each other in every way.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::world::*;
use crate::schema::Collection;
use crate::value::Value;

pub(super) const ROWS: usize = 4;

pub(super) fn schema() -> Vec<Collection> {
    let a = collection(
        "a",
        vec![
            text("t"),
            number("n"),
            json("j"),
            super::world::select("s", 3),
            relation("one", "b", 1),
            relation("many", "b", 5),
            relation("peers", "a", 3),
        ],
    );
    let b = Collection {
        indexes: vec![
            "CREATE UNIQUE INDEX only ON b (only) WHERE only != ''".into(),
            "CREATE INDEX up ON b (up)".into(),
        ],
        ..collection(
            "b",
            vec![
                text("t"),
                number("n"),
                relation("up", "a", 1),
                relation("down", "a", 1),
                relation("ups", "a", 3),
                relation("only", "a", 1),
            ],
        )
    };
    let ruled = |collection: Collection, rule: &str| {
        let rules = crate::schema::RuleSet { list: Some(rule.into()), ..collection.rules.clone() };
        Collection { rules, ..collection }
    };
    vec![ruled(a, "n != -1.5"), ruled(b, "t != 'x'")]
}

pub(super) type Fields = Vec<(&'static str, Value)>;

fn id(letter: &'static str) -> impl Strategy<Value = String> {
    (0..ROWS).prop_map(move |i| format!("{letter}{i}"))
}

fn one(letter: &'static str) -> impl Strategy<Value = Value> {
    prop_oneof![3 => id(letter).prop_map(Value::from), 1 => Just(Value::from("")), 1 => Just(Value::from("gone"))]
}

fn many(letter: &'static str) -> impl Strategy<Value = Value> {
    let all: Vec<String> = (0..ROWS).map(|i| format!("{letter}{i}")).chain(["gone".to_string()]).collect();
    subsequence(all, 0..=3).prop_map(|ids| Value::from(serde_json::to_string(&ids).unwrap()))
}

fn some_text() -> impl Strategy<Value = Value> {
    select(vec!["", "x", "X", "5", "5.0", "a%b", "xy"]).prop_map(Value::from)
}

fn some_number() -> impl Strategy<Value = Value> {
    select(vec![Value::Int(0), Value::Int(1), Value::Int(5), Value::Real(-1.5)])
}

fn some_json() -> impl Strategy<Value = Value> {
    let documents = ["5", r#""5""#, r#""""#, r#"{"k":"x"}"#, r#"{"k":5}"#, r#"["x"]"#, "true", r#"{"k":null}"#];
    prop_oneof![1 => Just(Value::Null), 4 => select(documents.to_vec()).prop_map(Value::from)]
}

fn some_items() -> impl Strategy<Value = Value> {
    subsequence(vec!["a", "b", "x"], 0..=2).prop_map(|items| Value::from(serde_json::to_string(&items).unwrap()))
}

pub(super) fn record_a() -> impl Strategy<Value = Fields> {
    (some_text(), some_number(), some_json(), some_items(), one("b"), many("b"), many("a")).prop_map(
        |(t, n, j, s, one, many, peers)| {
            vec![("t", t), ("n", n), ("j", j), ("s", s), ("one", one), ("many", many), ("peers", peers)]
        },
    )
}

pub(super) fn record_b() -> impl Strategy<Value = Fields> {
    (some_text(), some_number(), one("a"), one("a"), many("a"))
        .prop_map(|(t, n, up, down, ups)| vec![("t", t), ("n", n), ("up", up), ("down", down), ("ups", ups)])
}

/// A path from a record of `a`: hops, and what is read at their end.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) hops: Vec<&'static str>,
    pub(super) end: &'static str,
}

#[derive(Clone, Debug)]
pub(super) enum Term {
    Path(Path),
    Const(&'static str),
}

#[derive(Clone, Debug)]
pub(super) enum Tree {
    Leaf(Term, &'static str, bool, Term),
    And(Vec<Tree>),
    Or(Vec<Tree>),
}

/// Where a hop leads; `None` for one that does not start there.
pub(super) fn hop(from: &str, name: &str) -> Option<&'static str> {
    match (from, name) {
        ("", "@collection.b" | "@collection.b:x") => Some("b"),
        ("a", "one" | "many" | "b_via_up" | "b_via_down" | "b_via_ups" | "b_via_only") => Some("b"),
        ("a", "peers" | "a_via_peers") => Some("a"),
        ("b", "up" | "ups" | "only" | "a_via_one" | "a_via_many") => Some("a"),
        _ => None,
    }
}

fn path() -> impl Strategy<Value = Path> {
    let first = select(vec![
        "",
        "",
        "",
        "one",
        "many",
        "many",
        "b_via_up",
        "b_via_down",
        "b_via_ups",
        "b_via_only",
        "peers",
        "a_via_peers",
        "@collection.b",
        "@collection.b:x",
    ]);
    let second =
        select(vec!["", "", "one", "many", "up", "ups", "only", "a_via_one", "a_via_many", "b_via_down", "b_via_up"]);
    let ends = select(vec![
        "t",
        "t",
        "n",
        "n",
        "id",
        "t:lower",
        "j",
        "j.k",
        "s",
        "s:each",
        "s:length",
        "one",
        "many",
        "many:each",
        "many:length",
        "ups:each",
        "up",
        "up:length",
    ]);
    (first, second, ends).prop_map(|(first, second, end)| {
        let mut hops = Vec::new();
        let mut at = "a";
        for name in [first, second] {
            let start = if name.starts_with('@') { "" } else { at };
            if let Some(next) = hop(start, name) {
                hops.push(name);
                at = next;
            }
        }
        let end = match (at, end.split([':', '.']).next().unwrap()) {
            (_, "t" | "n" | "id") => end,
            ("a", "j" | "s" | "one" | "many") => end,
            ("b", "ups" | "up") => end,
            _ => "t",
        };
        Path { hops, end }
    })
}

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        3 => path().prop_map(Term::Path),
        2 => select(vec!["''", "'x'", "'5'", "5", "null", "true", "'x%'", "1", "'a0'", "'b1'", "'[\"a\"]'"]).prop_map(Term::Const),
    ]
}

pub(super) fn tree() -> impl Strategy<Value = Tree> {
    let ops = select(vec!["=", "=", "!=", "!=", "<", ">=", "~", "!~"]);
    let leaf = (path(), ops, any::<bool>(), term(), any::<bool>()).prop_map(|(path, op, any, other, swapped)| {
        let path = Term::Path(path);
        if swapped { Tree::Leaf(other, op, any, path) } else { Tree::Leaf(path, op, any, other) }
    });
    leaf.prop_recursive(3, 6, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..=3).prop_map(Tree::And),
            proptest::collection::vec(inner, 2..=3).prop_map(Tree::Or),
        ]
    })
}

impl Path {
    pub(super) fn text(&self) -> String {
        self.hops.iter().copied().chain([self.end]).collect::<Vec<_>>().join(".")
    }
}

impl Term {
    pub(super) fn text(&self) -> String {
        match self {
            Term::Path(path) => path.text(),
            Term::Const(text) => (*text).to_string(),
        }
    }
}

impl Tree {
    pub(super) fn text(&self) -> String {
        let list = |trees: &[Tree], join: &str| {
            let texts: Vec<String> = trees.iter().map(|tree| format!("({})", tree.text())).collect();
            texts.join(join)
        };
        match self {
            Tree::Leaf(left, op, any, right) => {
                format!("{} {}{op} {}", left.text(), if *any { "?" } else { "" }, right.text())
            }
            Tree::And(trees) => list(trees, " && "),
            Tree::Or(trees) => list(trees, " || "),
        }
    }

    pub(super) fn leaves<'t>(&'t self, out: &mut Vec<&'t Path>) {
        match self {
            Tree::Leaf(left, _, _, right) => {
                for term in [left, right] {
                    if let Term::Path(path) = term {
                        out.push(path);
                    }
                }
            }
            Tree::And(trees) | Tree::Or(trees) => trees.iter().for_each(|tree| tree.leaves(out)),
        }
    }
}
