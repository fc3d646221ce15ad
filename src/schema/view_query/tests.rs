//! The inference table of the contract.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::schema::{Collection, Draft};
use crate::value::Json;

fn catalog() -> Catalog {
    let make = |body: Json| -> Arc<Collection> {
        let ids = Ids::seeded(1);
        let mut new = Draft::create(body.as_object().expect("an object"), &ids).expect("loads").collection;
        new.normalise(None);
        Arc::new(new)
    };
    let posts = json!({"id": "p", "name": "posts", "fields": [
        {"name": "title", "type": "text", "max": 7}, {"name": "n", "type": "number"}, {"name": "author", "type": "relation", "collectionId": "u"}]});
    let mut view = make(json!({"id": "v", "name": "stats", "type": "view", "viewQuery": "select 1 as id"}));
    let inferred = fields("select 1 as id", &["id".to_string()], &Catalog::default(), &Ids::seeded(1));
    Arc::make_mut(&mut view).fields = inferred.expect("columns are named").fields;
    Catalog::new(1, vec![make(posts), make(json!({"id": "u", "name": "users", "type": "auth"})), view])
}

/// `name:type` of each field; relations with their target, clones with a `+`.
fn infer(query: &str, columns: &str) -> String {
    let columns: Vec<String> = columns.split_whitespace().map(String::from).collect();
    let fields = fields(query, &columns, &catalog(), &Ids::seeded(1)).expect("columns are named").fields;
    let show = |field: &Field| {
        let detail = match &field.kind {
            FieldKind::Relation { collection_id, .. } => format!(">{collection_id}"),
            FieldKind::Number { only_int: true, .. } => "!".to_string(),
            _ => String::new(),
        };
        let clone = if field.id.starts_with("_clone_") { "+" } else { "" };
        format!("{}:{}{detail}{clone}", field.name, field.kind.type_name())
    };
    fields.iter().map(show).collect::<Vec<_>>().join(" ")
}

#[test]
fn select_items_become_fields() {
    let table = [
        ("select id, title from posts", "id title", "id:text title:text+"),
        ("select ID as id, TITLE t from POSTS", "id t", "id:text t:text+"),
        (
            "select (row_number() over ()) as id, p.id ref, p.author from posts p",
            "id ref author",
            "id:text ref:relation>p author:relation>u+",
        ),
        (
            "select id, count(*) c, count(n)+1 c1, total(n) t from posts",
            "id c c1 t",
            "id:text c:number! c1:number! t:number",
        ),
        (
            "select id, cast(n as real) a, cast(n as INT) b, cast(n as text) c, cast(n as boolean) d from posts",
            "id a b c d",
            "id:text a:number b:number! c:text d:bool",
        ),
        (
            "select id, cast(n as int)+1 a, cast(n as decimal(10,2)) b, cast((select cast(n as int)) as text) c from posts",
            "id a b c",
            "id:text a:json b:json c:text",
        ),
        (
            "select id, sum(n) a, n*2 b, (select 1) c, case when n then 1 else 2 end d, 'x' e, (title) f from posts",
            "id a b c d e f",
            "id:text a:json b:json c:json d:json e:json f:json",
        ),
        (
            "select p.id, u.email, x.y from posts as p left join `users` u on u.id = p.author join (select 1 as y from posts) x",
            "id email y",
            "id:text email:email+ y:json",
        ),
        (
            "select posts.id, u.[verified] from posts, users u where u.id in (select id from posts)",
            "id verified",
            "id:text verified:bool+",
        ),
        ("select id, email from posts, users", "id email", "id:text email:json"),
        (
            "with posts as (select 1 as id, 2 as title), x as (select 1) select id, title from posts",
            "id title",
            "id:text title:json",
        ),
        ("select id, title -- a, b\n, /* c, */ n from main.posts", "id title n", "id:text title:text+ n:number+"),
        (
            "select distinct id, title from posts union all select id, title from posts",
            "id title",
            "id:text title:text+",
        ),
        ("select id, title from posts union select id, email from users", "id title", "id:text title:json"),
        ("(select id, title from posts)", "id title", "id:text title:text+"),
        ("select id, stats.id as s from stats", "id s", "id:text s:relation>v"),
        ("values (1, 2)", "column1 column2", "column1:json column2:json"),
        ("select id, title from nowhere", "id title", "id:text title:json"),
        ("select p.title as id from posts p", "id", "id:text"),
    ];
    for (query, columns, expected) in table {
        assert_eq!(infer(query, columns), expected, "{query}");
    }
}

#[test]
fn clones_keep_their_options() {
    let columns = ["id", "t"].map(String::from);
    let fields =
        fields("select id, title as t from posts", &columns, &catalog(), &Ids::seeded(1)).expect("named").fields;
    assert!(matches!(fields[1].kind, FieldKind::Text { max: 7, .. }));
    assert!(fields[0].system && fields[0].required);
    let id = FieldKind::Text {
        min: 0,
        max: 0,
        pattern: "^[a-z0-9]+$".into(),
        autogenerate: String::new(),
        primary_key: true,
    };
    assert_eq!((fields[0].id.as_str(), &fields[0].kind), ("text3208210256", &id));
}

#[test]
fn ids_that_are_not_text_are_known() {
    let text_id = |query: &str| fields(query, &["id".to_string()], &catalog(), &Ids::seeded(1)).expect("named").text_id;
    assert!(text_id("select id from posts") && text_id("select cast(n as text) as id from posts"));
    assert!(
        !text_id("select n as id from posts")
            && !text_id("select 1 as id")
            && !text_id("select count(*) as id from posts")
    );
}

#[test]
fn wildcards_are_refused() {
    for query in
        ["select * from posts", "select id, p.* from posts p", "select id from posts union select * from users"]
    {
        let error = fields(query, &["id".to_string()], &catalog(), &Ids::seeded(1)).expect_err(query);
        assert!(error.contains("wildcard"), "{error}");
    }
}

#[test]
fn one_statement_only() {
    assert_eq!(statement(" select 1 ;; "), Ok("select 1"));
    assert_eq!(statement("select ';' -- ;\n"), Ok("select ';' -- ;"));
    assert!(statement("select 1; select 2").is_err());
    assert!(statement("select 'x").is_err());
}

#[test]
fn renamed_columns_keep_their_result_names() {
    let pin = |query: &str| pin_names(query, &|name| name.eq_ignore_ascii_case("title"));
    let table = [
        ("select id, title from posts", "select id, title AS \"title\" from posts"),
        (
            "select p.title, title as t, lower(title) from posts p",
            "select p.title AS \"title\", title as t, lower(title) from posts p",
        ),
        (
            "with x as (select title from posts) select title from x",
            "with x as (select title AS \"title\" from posts) select title AS \"title\" from x",
        ),
    ];
    for (query, pinned) in table {
        assert_eq!(pin(query), pinned);
    }
}

#[test]
fn origins_lead_to_the_field() {
    let origin = |query, index| origin(query, index, &catalog()).map(|origin| (origin.collection_id, origin.field));
    assert_eq!(origin("select p.id as a, title t from posts p", 1), Some(("p".into(), "title".into())));
    assert_eq!(origin("select p.id as a, 1 t from posts p", 1), None);
}
