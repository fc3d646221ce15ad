//! Values that only older versions or hands leave behind, and views.

use rusqlite::Connection;

use super::{World, import, texts};

fn one(db: &Connection, query: &str) -> String {
    texts(db, query).join(",")
}

#[test]
fn values_take_the_form_of_their_column() {
    let world = World::new();
    let report = world.import();
    let db = world.target_db();
    for (column, id, want) in [
        ("t", "oddnulls0000001", "''"),
        ("n", "oddnulls0000001", "0"),
        ("s2", "oddnulls0000001", "'[]'"),
        ("g", "oddnulls0000001", r#"'{"lon":0,"lat":0}'"#),
        ("j", "oddnulls0000001", "NULL"),
        ("s1", "oddsingle000001", "'c'"),
        ("r1", "oddsingle000001", "'y'"),
        ("file1", "oddsingle000001", "''"),
        ("s2", "oddmulti0000001", r#"'["b"]'"#),
        ("r2", "oddmulti0000001", r#"'["gone"]'"#),
        ("file2", "oddmulti0000001", "'[]'"),
        ("n", "oddnumber000001", "12.5"),
        ("b", "oddnumber000001", "0"),
        ("s2", "oddnumber000001", r#"'["a","b"]'"#),
        ("g", "oddgeo000000001", r#"'{"lon":2,"lat":1}'"#),
        ("d", "oddgeo000000001", "'2024-05-01 10:00:00.000Z'"),
        ("j", "oddjson00000002", "'\"\"'"),
        ("b", "oddjson00000002", "1"),
        ("d", "oddjson00000002", "''"),
    ] {
        assert_eq!(one(&db, &format!("SELECT quote({column}) FROM kinds WHERE id = '{id}'")), want, "{column} of {id}");
    }
    let kinds = report.tables.iter().find(|table| table.name == "kinds").unwrap();
    assert!(kinds.repaired > 20, "{kinds:?}");
    let others: u64 = report.tables.iter().filter(|table| table.name != "kinds").map(|table| table.repaired).sum();
    assert_eq!(others, 0, "{:?}", report.tables);
}

#[test]
fn json_is_text_with_every_digit() {
    let world = World::new();
    world.import();
    let db = world.target_db();
    for (t, want) in [
        ("json 1", "1"),
        ("json 12.5", "12.5"),
        ("json 0.30000000000000004", "0.30000000000000004"),
        ("json 9007199254740993", "9007199254740993"),
        ("json \"12\"", "\"12\""),
        ("json [ 1, \"2\" ]", "[1,\"2\"]"),
        ("json {\"z\": 1,  \"a\": [ ]}", "{\"z\":1,\"a\":[]}"),
    ] {
        assert_eq!(one(&db, &format!("SELECT j FROM kinds WHERE t = '{t}' AND typeof(j) = 'text'")), want, "{t}");
    }
}

#[test]
fn views_show_what_they_showed_with_text_ids() {
    let world = World::new();
    world.import();
    let (old, new) = (world.source_db(), world.target_db());
    for query in [
        "SELECT typeof(id) || id || t || w FROM v_tags ORDER BY id",
        "SELECT id || twice FROM v_again WHERE id NOT LIKE 'odd%' ORDER BY id",
        "SELECT name || kinds FROM v_sum ORDER BY name",
    ] {
        assert_eq!(texts(&new, query), texts(&old, query), "{query}");
    }
    assert_eq!(one(&new, "SELECT DISTINCT typeof(id) FROM v_tags"), "text");
}

#[test]
fn a_view_that_was_broken_is_told() {
    let world = World::new();
    world
        .source_db()
        .execute_batch(
            "UPDATE _collections SET options = '{\"viewQuery\": \"SELECT id FROM nowhere\"}' WHERE name = 'v_sum'",
        )
        .unwrap();
    let report = world.import();
    assert!(report.notes.iter().any(|note| note.contains("v_sum") && note.contains("nowhere")), "{:?}", report.notes);
}

#[test]
fn an_index_that_cannot_be_made_is_told_and_not_listed() {
    let world = World::new();
    let index = "[\"CREATE UNIQUE INDEX `twice` ON `kinds` (`b`)\", \"CREATE nonsense\"]";
    world.source_db().execute("UPDATE _collections SET indexes = ? WHERE name = 'kinds'", [index]).unwrap();
    let report = world.import();
    assert_eq!(
        report.skipped.iter().filter(|what| what.contains("an index of kinds")).count(),
        2,
        "{:?}",
        report.skipped
    );
    let listed = one(&world.target_db(), "SELECT indexes FROM _collections WHERE name = 'kinds'");
    assert!(!listed.contains("twice") && listed.contains("idx_kinds_lower"), "{listed}");
}

#[test]
fn unknown_options_are_told() {
    let world = World::new();
    let db = world.source_db();
    db.execute_batch("UPDATE _collections SET fields = json_set(fields, '$[1].sparkle', 1), options = '{\"glitter\":2}' WHERE name = 'tags'").unwrap();
    let report = world.import();
    for key in ["tags.fields.t.sparkle", "tags.options.glitter"] {
        assert!(report.skipped.iter().any(|what| what.contains(key)), "{key}: {:?}", report.skipped);
    }
}

#[test]
fn a_missing_secret_is_made() {
    let world = World::new();
    world
        .source_db()
        .execute_batch("UPDATE _collections SET options = json_remove(options, '$.fileToken') WHERE name = 'members'")
        .unwrap();
    world.import();
    let secret =
        one(&world.target_db(), "SELECT options ->> '$.fileToken.secret' FROM _collections WHERE name = 'members'");
    assert_eq!(secret.len(), 50);
}

#[test]
fn tables_without_row_numbers_and_with_many_rows() {
    let world = World::new();
    let db = world.source_db();
    db.execute_batch(
        "CREATE TABLE slugs2 (id TEXT PRIMARY KEY NOT NULL, t TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
         INSERT INTO slugs2 SELECT * FROM slugs; DROP TABLE slugs; ALTER TABLE slugs2 RENAME TO slugs;
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 45000)
         INSERT INTO vacant (id, t) SELECT printf('%015d', 99999 - i), 'row ' || i FROM n;
         DELETE FROM vacant WHERE t LIKE '%7';",
    )
    .unwrap();
    drop(db);
    let report = import(&world.source(), &world.target()).unwrap();
    let rows = |name: &str| report.tables.iter().find(|table| table.name == name).unwrap().rows;
    assert_eq!((rows("slugs"), rows("vacant")), (1, 40_500));
    let (old, new) = (world.source_db(), world.target_db());
    let query = "SELECT _rowid_ || id || t FROM vacant ORDER BY _rowid_";
    assert!(texts(&old, query) == texts(&new, query));
}
