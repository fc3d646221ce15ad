//! Orders, and lists continued behind a row. `World::sorted` walks every order by cursor as well.

use super::library::world;
use super::world::*;
use crate::expr::{Sort, compile};
use crate::sql::{Cursor, Dialect, Restrict, Select};
use crate::value::Value;

fn orders(world: &World, root: &str, asker: &Asker, lines: &[(&str, &str)]) {
    for (sort, expected) in lines {
        let ids = world.sorted(root, sort, asker).unwrap_or_else(|error| panic!("{sort}: {error}"));
        let found: Vec<&str> = ids.iter().map(|id| &id[1..]).collect();
        assert_eq!(found.join(" "), *expected, "{sort}");
    }
}

#[test]
fn terms() {
    let world = world();
    orders(
        &world,
        "posts",
        &Asker::superuser(),
        &[
            ("", "1 2 3 4"),
            ("t", "3 2 1 4"),
            ("-t", "4 1 2 3"),
            ("+t", "3 2 1 4"),
            (" t , -n ", "3 2 1 4"),
            ("n", "4 3 1 2"),
            ("b,-n", "2 3 4 1"),
            ("-b", "1 4 3 2"),
            ("b", "2 3 4 1"),
            ("j.a", "2 3 4 1"),
            ("-j.a", "1 4 3 2"),
            ("j", "3 2 4 1"),
            ("-j", "1 4 2 3"),
            ("g.lon", "2 3 4 1"),
            ("s2:length", "3 2 4 1"),
            ("s2:length,-id", "3 4 2 1"),
            ("author.t", "3 1 4 2"),
            ("-author.t", "2 4 1 3"),
            // The lowest of several values, in descending order the highest.
            ("tags.t", "3 2 1 4"),
            ("-tags.t", "4 1 2 3"),
            ("tags.w", "3 1 4 2"),
            ("-tags.w", "2 1 4 3"),
            ("s2:each", "3 1 2 4"),
            ("n:lower", "4 3 1 2"),
            ("h", "2 3 4 1"),
            ("pw", "2 3 4 1"),
            ("@rowid", "1 2 3 4"),
            ("-@rowid", "4 3 2 1"),
            ("-id", "4 3 2 1"),
            ("id", "1 2 3 4"),
            ("t:isset", "3 2 1 4"),
            ("t:changed", "3 2 1 4"),
            ("d:length", "2 3 1 4"),
            ("author.posts_via_author.n", "3 1 4 2"),
            ("-author.posts_via_author.n", "2 4 1 3"),
            ("@collection.tags.t", "1 2 3 4"),
            ("hrel.w,-n", "2 3 4 1"),
        ],
    );
    orders(
        &world,
        "vposts",
        &Asker::superuser(),
        &[("", "1 2 3 4"), ("t", "3 2 1 4"), ("-num", "2 1 3 4"), ("expr", "4 3 1 2")],
    );
    let random = world.sorted("posts", "-@random", &Asker::superuser()).unwrap();
    assert_eq!(random.len(), 4);
}

#[test]
fn what_is_nothing_to_sort_by() {
    let world = world();
    let su = Asker::superuser();
    let nine = ["t"; 9].join(",");
    let long = "t".repeat(256);
    for sort in [
        "t,,t",
        ",",
        " ",
        "-",
        "--t",
        "t t",
        "t,",
        "null",
        "true",
        "@now",
        "'x'",
        "1",
        "zz",
        "_rowid_",
        "rowid",
        "collectionId",
        "@request.query.x",
        "@request.auth.role",
        "strftime('%Y',d)",
        "posts_via_x.t",
        "t.x",
        "author.zz",
        "t:foo",
        "@rowid.x",
        "@Random",
        "t desc",
        "t;",
        "(t)",
        "t -- x",
        nine.as_str(),
        long.as_str(),
    ] {
        let error = Sort::compile(sort, &world.scope("posts", &su)).map(|_| ());
        assert!(error.is_err(), "{sort}");
        assert_eq!(error.unwrap_err().code, "validation_invalid_sort");
    }
    assert!(Sort::compile("@rowid", &world.scope("vposts", &su)).is_err());
    let error = Sort::compile("t, autor", &world.scope("posts", &su)).map(|_| ()).unwrap_err();
    assert_eq!((error.at, error.nearest.as_deref()), (3, Some("author")));
}

#[test]
fn joined_records_have_to_be_listable() {
    let ruled = collection("ruled", vec![text("t"), boolean("ok")]);
    let rules = crate::schema::RuleSet { list: Some("ok = true".into()), ..ruled.rules.clone() };
    let ruled = crate::schema::Collection { rules, ..ruled };
    let world =
        World::new(vec![ruled, collection("base", vec![relation("r", "ruled", 1), relation("rs", "ruled", 5)])]);
    world.insert("ruled", "R1", &[("t", "x".into()), ("ok", Value::Int(1))]);
    world.insert("ruled", "R2", &[("t", "a".into())]);
    world.insert("base", "B1", &[("r", "R1".into()), ("rs", r#"["R2","R1"]"#.into())]);
    world.insert("base", "B2", &[("r", "R2".into()), ("rs", r#"["R2"]"#.into())]);
    world.insert("base", "B3", &[]);
    orders(
        &world,
        "base",
        &Asker::client(),
        &[("r.t", "3 1"), ("-r.t", "1 3"), ("rs.t", "3 1"), ("-rs.t", "1 3"), ("r", "3 1 2")],
    );
    orders(&world, "base", &Asker::superuser(), &[("r.t", "3 2 1"), ("rs.t", "3 1 2")]);
}

#[test]
fn a_cursor_stays_where_it_is_when_rows_come_and_go() {
    let world = world();
    let su = Asker::superuser();
    let sort = Sort::compile("-n", &world.scope("posts", &su)).unwrap().bind(&su.ctx);
    let start = Cursor::start();
    let page = Select { after: Some(&start), limit: 2, ..World::select(world.collection("posts"), &[], &sort) };
    let rows = world.run(&page.rows(Dialect::Sqlite));
    let ids: Vec<&str> = rows.iter().map(|row| row[0].text()).collect();
    assert_eq!(ids, ["P2", "P1"]);
    let place = Cursor::after(rows[1].as_slice(), page.collection.fields.len(), &sort);
    world.insert("posts", "P9", &[("n", Value::Int(9))]);
    world.db.execute_batch("DELETE FROM posts WHERE id = 'P1'").unwrap();
    world.insert("posts", "P0", &[("n", Value::Real(0.5))]);
    let rows = world.run(&Select { after: Some(&place), limit: 9, ..page }.rows(Dialect::Sqlite));
    let ids: Vec<&str> = rows.iter().map(|row| row[0].text()).collect();
    assert_eq!(ids, ["P0", "P3", "P4"]);
}

#[test]
fn a_cursor_belongs_to_its_sort() {
    let world = world();
    let su = Asker::superuser();
    let sort = |text: &str| Sort::compile(text, &world.scope("posts", &su)).unwrap().bind(&su.ctx);
    let text = Cursor::start().encode(&sort("t"));
    assert_eq!(Cursor::decode(&text, &sort("t")), Some(Cursor::start()));
    assert_eq!(Cursor::decode(&text, &sort("-t")), None);
    assert_eq!(Cursor::decode("nonsense", &sort("t")), None);
    assert_eq!(Cursor::decode("", &sort("t")), None);
    let text = Cursor::start().encode(&sort("@random"));
    assert_eq!(Cursor::decode(&text, &sort("@random")), None);
}

#[test]
fn restrictions() {
    let world = world();
    let su = Asker::superuser();
    let sort = Sort::compile("", &world.scope("posts", &su)).unwrap().bind(&su.ctx);
    let posts = world.collection("posts");
    let filter = compile("n > 0", &world.scope("posts", &su)).unwrap().bind(&su.ctx);
    let ids = |restrict: Restrict<'_>| {
        let select = Select { restrict, filters: &[&filter], ..World::select(posts, &[], &sort) };
        let rows = world.run(&select.rows(Dialect::Sqlite));
        assert_eq!(world.run(&select.count(Dialect::Sqlite))[0][0], Value::Int(rows.len() as i64));
        assert_eq!(world.run(&select.exists(Dialect::Sqlite)).len(), rows.len().min(1));
        rows.iter().map(|row| row[0].text().to_string()).collect::<Vec<_>>().join(" ")
    };
    let list = |ids: &[&str]| ids.iter().map(|id| (*id).to_string()).collect::<Vec<_>>();
    let position = |name: &str| posts.position(name).unwrap();
    assert_eq!(ids(Restrict::All), "P1 P2");
    assert_eq!(ids(Restrict::Id("P2")), "P2");
    assert_eq!(ids(Restrict::Id("P3")), "");
    assert_eq!(ids(Restrict::Ids(&list(&["P4", "P1", "x'\""]))), "P1");
    assert_eq!(ids(Restrict::Ids(&[])), "");
    assert_eq!(ids(Restrict::Refers { field: position("author"), ids: &list(&["A1", "A2"]) }), "P1 P2");
    assert_eq!(ids(Restrict::Refers { field: position("tags"), ids: &list(&["T2"]) }), "P1");
}

#[test]
fn the_tables_read_are_told() {
    let world = world();
    let su = Asker::superuser();
    let sort = Sort::compile("author.t", &world.scope("posts", &su)).unwrap().bind(&su.ctx);
    let filter =
        compile("tags.t ?= 'x' && @collection.empty.t ?!= t", &world.scope("posts", &su)).unwrap().bind(&su.ctx);
    let filters = [&filter];
    let mut tables = World::select(world.collection("posts"), &filters, &sort).about().unwrap();
    tables.sort_unstable();
    assert_eq!(tables, ["authors", "empty", "posts", "tags"]);
}

#[test]
fn what_a_view_the_clock_or_chance_decides_is_not_told() {
    let world = world();
    let su = Asker::superuser();
    for (filter, sort, told) in [
        ("t = 'x'", "t", true),
        ("t = 'x'", "@random", false),
        ("strftime('%Y', 'now') = t", "", false),
        ("t:lower = 'x' && (n > 1 || strftime('%Y', t) = '2024')", "", false),
    ] {
        let scope = world.scope("posts", &su);
        let sort = Sort::compile(sort, &scope).unwrap().bind(&su.ctx);
        let filter_bound = compile(filter, &scope).unwrap().bind(&su.ctx);
        let filters = [&filter_bound];
        let select = World::select(world.collection("posts"), &filters, &sort);
        assert_eq!(select.about().is_some(), told, "{filter}");
    }
}
