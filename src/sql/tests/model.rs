//! Random records and random predicates: both readers against a model that tries every combination of rows.
//!
//! The model takes the contract literally and shares no code with the readers: it walks paths over records in memory,
//! enumerates assignments of joined rows, and has SQLite compare two values at a time.

use std::cell::RefCell;
use std::collections::HashMap;

use proptest::prelude::*;

use super::random::*;
use super::world::*;
use crate::value::{Json, Value};

/// Records by id and field.
type Records = HashMap<String, HashMap<&'static str, Value>>;

/// What a hop has reached: an item of a list, and the record it names.
#[derive(Clone, Debug, PartialEq)]
struct Reached {
    item: Option<String>,
    record: Option<String>,
}

/// What each prefix of the paths has reached.
type Assignment = HashMap<String, Reached>;

/// How SQLite sees a value: in a column of one or the other affinity, or as it is; JSON; a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Text,
    Number,
    Bare,
    Json,
    Const,
}

struct Model<'a> {
    world: &'a World,
    records: Records,
    /// Clients reach only what its list rule lets them.
    client: bool,
    compared: RefCell<HashMap<String, Option<bool>>>,
}

impl Model<'_> {
    fn field(&self, record: &Option<String>, name: &str) -> Value {
        record.as_ref().and_then(|id| self.records.get(id)).and_then(|r| r.get(name)).cloned().unwrap_or_default()
    }

    /// The list rules of `schema`, for a client.
    fn lists(&self, reached: &Reached) -> bool {
        let Some(id) = reached.record.as_deref().filter(|_| self.client) else { return true };
        match id.starts_with('a') {
            true => self.field(&Some(id.to_string()), "n") != Value::Real(-1.5),
            false => self.field(&Some(id.to_string()), "t") != Value::from("x"),
        }
    }

    /// Every record that these paths join may be listed.
    fn lists_all(&self, assignment: &Assignment, joined: &[String]) -> bool {
        joined.iter().all(|prefix| assignment.get(prefix).is_none_or(|reached| self.lists(reached)))
    }

    fn exists(&self, id: &str) -> Option<String> {
        self.records.contains_key(id).then(|| id.to_string())
    }

    /// All that a hop reaches from a record; nothing found is one reached nothing.
    fn reach(&self, from: &Option<String>, name: &str) -> Vec<Reached> {
        let from_id = from.as_deref().unwrap_or("-");
        let absent = Reached { item: None, record: None };
        let rows = |ids: Vec<String>| -> Vec<Reached> {
            ids.into_iter().map(|id| Reached { item: None, record: Some(id) }).collect()
        };
        let found = match name {
            "one" | "up" | "only" | "down" => rows(self.exists(self.field(from, name).text()).into_iter().collect()),
            "many" | "peers" | "ups" | "s" => list(&self.field(from, name))
                .into_iter()
                .map(|item| Reached { record: self.exists(&item), item: Some(item) })
                .collect(),
            "@collection.b" | "@collection.b:x" => rows(self.all('b')),
            back => {
                let (source, field) = back.split_once("_via_").unwrap();
                let letter = source.chars().next().unwrap();
                let points = |id: &String| {
                    let value = self.field(&Some(id.clone()), field);
                    value.text() == from_id || list(&value).iter().any(|item| item == from_id)
                };
                rows(self.all(letter).into_iter().filter(points).collect())
            }
        };
        if found.is_empty() { vec![absent] } else { found }
    }

    fn all(&self, letter: char) -> Vec<String> {
        let mut ids: Vec<String> = self.records.keys().filter(|id| id.starts_with(letter)).cloned().collect();
        ids.sort();
        ids
    }

    /// Every assignment of what these prefixes reach.
    fn assignments(&self, root: &str, prefixes: &[String]) -> Vec<Assignment> {
        let mut all = vec![HashMap::new()];
        for prefix in prefixes {
            let (parent, name) = split_prefix(prefix);
            let mut next = Vec::new();
            for assignment in all {
                let from = match parent {
                    "" => Some(root.to_string()),
                    parent => assignment.get(parent).and_then(|reached: &Reached| reached.record.clone()),
                };
                for reached in self.reach(&from, name) {
                    let mut more: Assignment = assignment.clone();
                    more.insert(prefix.clone(), reached);
                    next.push(more);
                }
            }
            all = next;
        }
        all
    }

    fn value(&self, root: &str, term: &Term, assignment: &Assignment) -> (Value, Kind) {
        let path = match term {
            Term::Path(path) => path,
            Term::Const(text) => return (constant(text), Kind::Const),
        };
        // The id of a single relation is the relation itself.
        if let ([.., last @ ("one" | "up" | "only")], "id") = (path.hops.as_slice(), path.end) {
            let shorter = Path { hops: path.hops[..path.hops.len() - 1].to_vec(), end: last };
            return self.value(root, &Term::Path(shorter), assignment);
        }
        let prefix = path.hops.join(".");
        let record = match path.hops.is_empty() {
            true => Some(root.to_string()),
            false => assignment[&prefix].record.clone(),
        };
        match path.end.split_once([':', '.']) {
            None if path.end == "n" => (self.field(&record, "n"), Kind::Number),
            None if path.end == "j" => (self.document(&record, "$"), Kind::Json),
            None => (self.field(&record, path.end), Kind::Text),
            Some(("j", key)) => (self.document(&record, &format!("$.{key}")), Kind::Json),
            Some((name, "each")) => {
                let key = [prefix.as_str(), name].join(".");
                let item = assignment[key.trim_start_matches('.')].item.clone();
                (item.map(Value::from).unwrap_or_default(), Kind::Bare)
            }
            Some((name, "length")) => {
                let value = self.field(&record, name);
                let length = if name == "up" { usize::from(!value.text().is_empty()) } else { list(&value).len() };
                (Value::Int(length as i64), Kind::Bare)
            }
            Some((name, _)) => match self.field(&record, name) {
                Value::Text(text) => (Value::from(text.to_lowercase()), Kind::Bare),
                other => (other, Kind::Bare),
            },
        }
    }

    fn document(&self, record: &Option<String>, path: &str) -> Value {
        let text = "SELECT json_extract(?, ?)".to_string();
        let sql = crate::sql::Sql { text, params: vec![self.field(record, "j"), path.into()] };
        self.world.run(&sql)[0][0].clone()
    }

    fn is_multiple(term: &Term) -> bool {
        let Term::Path(path) = term else { return false };
        let single = |hop: &&str| matches!(*hop, "one" | "up" | "only" | "b_via_only");
        path.end.ends_with(":each") || !path.hops.iter().all(single)
    }

    fn holds(&self, root: &str, tree: &Tree, assignment: &Assignment) -> bool {
        match tree {
            Tree::And(trees) => trees.iter().all(|tree| self.holds(root, tree, assignment)),
            Tree::Or(trees) => trees.iter().any(|tree| self.holds(root, tree, assignment)),
            Tree::Leaf(left, op, any, right) => {
                let found = self.compare(&self.value(root, left, assignment), op, &self.value(root, right, assignment));
                let every = !any && (Self::is_multiple(left) || Self::is_multiple(right));
                found == Some(true) && !(every && self.violated(root, (left, op, right), assignment))
            }
        }
    }

    /// Some pair of values reached by either side on its own makes the comparison false.
    fn violated(&self, root: &str, (left, op, right): (&Term, &str, &Term), outer: &Assignment) -> bool {
        let values = |term: &Term| match Self::is_multiple(term) {
            false => vec![self.value(root, term, outer)],
            true => {
                let reached = self.assignments(root, &prefixes(term, Prefixes::All));
                let joined = prefixes(term, Prefixes::Joined);
                let listed = reached.iter().filter(|assignment| self.lists_all(assignment, &joined));
                listed.map(|assignment| self.value(root, term, assignment)).collect()
            }
        };
        let rights = values(right);
        values(left).iter().any(|l| rights.iter().any(|r| self.compare(l, op, r) == Some(false)))
    }

    fn compare(&self, left: &(Value, Kind), op: &str, right: &(Value, Kind)) -> Option<bool> {
        let text = comparison(left, op, right);
        let key = format!("{text}{left:?}{right:?}");
        if let Some(known) = self.compared.borrow().get(&key) {
            return *known;
        }
        // Each value as often as its placeholder stands in the text: `?1` and `?2`.
        let mut statement = self.world.db.prepare(&format!("SELECT {text}")).unwrap();
        let params = [&left.0, &right.0].map(sql_value);
        let used = statement.parameter_count();
        let found: Option<bool> =
            statement.query_row(rusqlite::params_from_iter(params.into_iter().take(used)), |row| row.get(0)).unwrap();
        self.compared.borrow_mut().insert(key, found);
        found
    }
}

fn sql_value(value: &Value) -> rusqlite::types::Value {
    match value {
        Value::Null => rusqlite::types::Value::Null,
        Value::Int(n) => rusqlite::types::Value::Integer(*n),
        Value::Real(n) => rusqlite::types::Value::Real(*n),
        Value::Text(s) => rusqlite::types::Value::Text(s.clone()),
    }
}

/// Contract §9 for two values.
fn comparison(left: &(Value, Kind), op: &str, right: &(Value, Kind)) -> String {
    let side = |(_, kind): &(Value, Kind), n: usize| match kind {
        Kind::Text => format!("CAST(?{n} AS TEXT)"),
        Kind::Number => format!("CAST(?{n} AS NUMERIC)"),
        Kind::Bare | Kind::Json | Kind::Const => format!("?{n}"),
    };
    let (l, r) = (side(left, 1), side(right, 2));
    let json = left.1 == Kind::Json || right.1 == Kind::Json;
    let empty = |(value, kind): &(Value, Kind)| {
        *kind == Kind::Const && matches!(value.text(), "") && !matches!(value, Value::Int(_) | Value::Real(_))
    };
    let constant = left.1 == Kind::Const || right.1 == Kind::Const;
    let equality = |yes: bool| match (json, empty(left), empty(right)) {
        (true, _, _) => format!("{l} IS {} {r}", if yes { "" } else { "NOT" }),
        (_, _, true) => format!("COALESCE({l}, '') {} ''", if yes { "=" } else { "<>" }),
        (_, true, _) => format!("COALESCE({r}, '') {} ''", if yes { "=" } else { "<>" }),
        _ if constant => format!("{l} {} {r}", if yes { "=" } else { "IS NOT" }),
        _ => format!("COALESCE({l}, '') {} COALESCE({r}, '')", if yes { "=" } else { "<>" }),
    };
    match op {
        "=" => equality(true),
        "!=" => equality(false),
        "~" | "!~" => {
            let not = if op == "~" { "" } else { "NOT" };
            let wild = right.1 == Kind::Const && right.0.text().contains('%');
            let cast =
                if let (Value::Real(n), Kind::Const) = (&right.0, right.1) { format!("'{n}'") } else { "?2".into() };
            let pattern = if wild { "?2".to_string() } else { format!("'%' || {cast} || '%'") };
            // Both placeholders stay in use.
            format!("?1 {not} LIKE ({pattern}) ESCAPE '\\' AND (?2 = ?2 OR TRUE)")
        }
        op => format!("{l} {op} {r}"),
    }
}

fn constant(text: &str) -> Value {
    match text {
        "null" => Value::Null,
        "true" => Value::Int(1),
        text => match text.strip_prefix('\'') {
            Some(quoted) => Value::from(quoted.trim_end_matches('\'')),
            None => Value::Real(text.parse().unwrap()),
        },
    }
}

fn list(value: &Value) -> Vec<String> {
    match serde_json::from_str(value.text()) {
        Ok(Json::Array(items)) => items.iter().map(|item| item.as_str().unwrap().to_string()).collect(),
        _ => Vec::new(),
    }
}

/// Which prefixes of a path are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prefixes {
    /// All that reach something, `:each` included.
    All,
    /// Those that reach records.
    Joined,
}

fn prefixes(term: &Term, which: Prefixes) -> Vec<String> {
    match term {
        Term::Path(path) => path_prefixes(path, which),
        Term::Const(_) => Vec::new(),
    }
}

fn path_prefixes(path: &Path, which: Prefixes) -> Vec<String> {
    let mut hops = path.hops.clone();
    if let Some((list, "each")) = path.end.split_once(':') {
        if which == Prefixes::All {
            hops.push(list);
        }
    } else if path.end == "id" && matches!(hops.last(), Some(&("one" | "up" | "only"))) {
        hops.pop();
    }
    (1..=hops.len()).map(|n| hops[..n].join(".")).collect()
}

/// `@collection.b` is one hop.
fn split_prefix(prefix: &str) -> (&str, &str) {
    match prefix.rsplit_once('.') {
        None | Some(("@collection", _)) => ("", prefix),
        Some((parent, name)) => (parent, name),
    }
}

fn world(a: &[Fields], b: &[Fields]) -> (World, Records) {
    let world = World::new(schema());
    let mut records = Records::new();
    for (name, rows) in [("a", a), ("b", b)] {
        for (i, fields) in rows.iter().enumerate() {
            let mut fields = fields.clone();
            if name == "b" {
                // Unique by construction.
                fields.push(("only", if i == 2 { "".into() } else { format!("a{}", (i + 1) % ROWS).into() }));
            }
            let id = format!("{name}{i}");
            world.insert(name, &id, &fields);
            records.insert(id.clone(), fields.into_iter().chain([("id", Value::from(id))]).collect());
        }
    }
    (world, records)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_readers_agree_with_the_model(
        a in proptest::collection::vec(record_a(), ROWS),
        b in proptest::collection::vec(record_b(), ROWS),
        trees in proptest::collection::vec(tree(), 4),
    ) {
        let (world, records) = world(&a, &b);
        let mut model = Model { world: &world, records, client: false, compared: RefCell::default() };
        for tree in trees {
            model.client = false;
            model.check(&tree, &Asker::superuser())?;
            if !tree.text().contains('@') {
                model.client = true;
                model.check(&tree, &Asker::client())?;
            }
        }
    }
}

impl Model<'_> {
    fn check(&self, tree: &Tree, asker: &Asker) -> Result<(), TestCaseError> {
        let filter = tree.text();
        let mut paths = Vec::new();
        tree.leaves(&mut paths);
        let gather = |which| {
            let mut all: Vec<String> = paths.iter().flat_map(|path| path_prefixes(path, which)).collect();
            all.sort();
            all.dedup();
            // Parents first.
            all.sort_by_key(|prefix| prefix.split('.').count());
            all
        };
        let (all, joined) = (gather(Prefixes::All), gather(Prefixes::Joined));
        let bound = self.world.bind("a", &filter, asker).unwrap();
        let found = self.world.ids_of("a", &filter, &bound, asker);
        for i in 0..ROWS {
            let id = format!("a{i}");
            let assignments = self.assignments(&id, &all);
            // What takes the model too long is left out.
            if assignments.len() > 3000 {
                continue;
            }
            let mut listed = assignments.iter().filter(|assignment| self.lists_all(assignment, &joined));
            let expected = listed.any(|assignment| self.holds(&id, tree, assignment));
            prop_assert_eq!(found.contains(&id), expected, "{} of {}, client: {}", filter, id, self.client);
        }
        Ok(())
    }
}

/// More with `PROPTEST_CASES=10000`.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(64)
}
