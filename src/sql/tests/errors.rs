//! Expressions that are refused, and what the refusal says.

use super::library::world;
use super::world::*;
use crate::expr::rename::{Renames, mentions, rewrite, scope_of};
use crate::expr::{ExprErrorKind, compile};

const REFUSED: &str = r#"
    n
    n==1
    n=1 &&
    ()
    n=1 && ()
    n=1 and n=2
    n=1.
    n=.5
    n=1e2
    n=+1
    !(n=1)
    j.b[0]='x'
    t:foo=1
    t:lower:lower=1
    T='x'
    t.a='x'
    tags.zzz=1
    @foo=1
    collectionName='x'
    zzz_via_author.id=''
    geoDistance(g.lon, g.lat, '1', 2)<1
    strftime(d)=''
    unknown(1)=1
    t='x\'
    a..b=1
    @now.x>1
    @now:lower>1
    @NOW>1
    #a=1
    strftime('%Y',strftime('%Y'))=''
    geoDistance(1,2,3)=1
    GEODISTANCE(1,2,3,4)=0
    strftime()=''
    strftime('%Y', d, n)=''
    strftime('%Y', d, 'a','b','c','d','e','f','g','h','i')=''
    s2.0='a'
    tags.0='x'
    f.size=1
    s2:each:lower='a'
    s2.x:each='a'
    j:foo=1
    t:lower.x=1
    author:lower.t='x'
    expand=1
    _rowid_=1
    rowid=1
    author.posts_via_author=''
    posts_via_author.id='x'
    tags.author.t=1
    @collection.zzz.t='1'
    @collection.tags='1'
    @collection='1'
    @collection.tags.zz='1'
    @collection.tags:a:b.t='1'
    @request='x'
    @request.zzz='a'
    @request.query='a'
    @request.auth=''
    @request.method.x='a'
    @request.context:lower='a'
    @request.method:lower='get'
    @request.query.x:length=1
    @request.query.x:each='1'
    @request.body.zz:changed=false
    @request.body.zz:length=0
    @request.body.t:length=0
    @request.body.zz:each=''
    @request.body.o.a:length=3
    @request.body.x:foo=''
    @request.body=''
    @request.body.x..y=''
    @request.query:isset=true
    @request.auth.role:foo='x'
    author.posts_via_author.author.posts_via_author.author.posts_via_author.author.t?='Ann'
    author.posts_via_author.author.posts_via_author.author.posts_via_author.author.id?!=''
"#;

#[test]
fn refused() {
    let world = world();
    let su = Asker::superuser();
    for filter in REFUSED.lines().map(str::trim).filter(|line| !line.is_empty()) {
        assert!(compile(filter, &world.scope("posts", &su)).is_err(), "{filter}");
    }
}

#[test]
fn limits() {
    let world = world();
    let (su, rule) = (Asker::superuser(), Asker::rule());
    let scope = world.scope("posts", &su);
    let many = |n: usize| vec!["n=1"; n].join("||");
    assert!(compile(&many(200), &scope).is_ok());
    assert_eq!(compile(&many(201), &scope).map(|_| ()).unwrap_err().kind, ExprErrorKind::Limit);
    let long = |n: usize| format!("t='{}'", "x".repeat(n - 4));
    assert!(compile(&long(3500), &scope).is_ok());
    assert_eq!(compile(&long(3501), &scope).map(|_| ()).unwrap_err().kind, ExprErrorKind::Limit);
    assert!(compile(&long(9000), &world.scope("posts", &rule)).is_ok());
    // As deep as it gets: one comparison more on each level.
    let deep = format!("{}n=1{}", "(n=1&&(n=2||".repeat(99), "))".repeat(99));
    let ids = world.ids("posts", &deep, &rule).unwrap();
    assert_eq!(ids, ["P1"]);
    let nested = format!("{}n=1{}", "(".repeat(1700), ")".repeat(1700));
    assert_eq!(world.ids("posts", &nested, &su).unwrap(), ["P1"]);
    let tags = vec!["tags.t ?= 'red'"; 200].join(" && ");
    assert_eq!(world.ids("posts", &tags, &rule).unwrap(), ["P1", "P4"]);
    let aliases: Vec<String> = (0..40).map(|i| format!("@collection.tags:a{i}.w ?= {}", i % 3 + 1)).collect();
    assert_eq!(world.ids("posts", &aliases.join(" && "), &rule).unwrap().len(), 4);
    let aliases: Vec<String> = (0..40).map(|i| format!("@collection.tags:a{i}.t ?!= t")).collect();
    assert_eq!(world.ids("posts", &aliases.join(" || "), &rule).unwrap().len(), 4);
}

#[test]
fn errors_say_where_and_suggest() {
    let world = world();
    let su = Asker::superuser();
    for (filter, at, message) in [
        ("n = 1 && titel = 2", 9, "unknown field `titel` at byte 9"),
        ("autor.t = 1", 0, "unknown field `autor` at byte 0; did you mean `author`?"),
        ("author.tt = 1", 7, "unknown field `tt` at byte 7"),
        ("t:lowr = 1", 2, "unknown modifier `lowr` at byte 2; did you mean `lower`?"),
        ("@collection.tag.t = 1", 12, "unknown collection `tag` at byte 12; did you mean `tags`?"),
        ("t = @todaystart", 4, "unknown identifier `@todaystart` at byte 4; did you mean `@todayStart`?"),
        ("geodistance(1,2,3,4) = 1", 0, "unknown function `geodistance` at byte 0; did you mean `geoDistance`?"),
        ("@request.boddy.x = 1", 9, "unknown part of the request `boddy` at byte 9; did you mean `body`?"),
        ("n = 1 and n = 2", 6, "expected `&&` or `||`, found `and` at byte 6"),
        ("t.x = 1", 0, "`t` has no parts at byte 0"),
    ] {
        let error = compile(filter, &world.scope("posts", &su)).map(|_| ()).unwrap_err();
        assert_eq!((error.at, error.to_string().as_str()), (at, message));
        assert_eq!(error.code, "validation_invalid_filter");
    }
}

#[test]
fn expressions_follow_renames() {
    let world = world();
    let catalog = &world.catalog;
    let posts = catalog.find("posts").unwrap();
    let field = |collection: &str, name: &str, new: &str| {
        let found = catalog.find(collection).unwrap().field(name).unwrap().1;
        (format!("{collection}_id"), found.id.clone(), new.to_string())
    };
    let renames = Renames {
        collections: vec![("posts_id".into(), "articles".into()), ("tags_id".into(), "labels".into())],
        fields: vec![
            field("posts", "author", "writer"),
            field("posts", "t", "title"),
            field("authors", "t", "name"),
            field("members", "role", "kind"),
            field("tags", "w", "weight"),
        ],
    };
    for (before, after) in [
        ("t = 't'", Some("title = 't'")),
        ("author.t = t // t", Some("writer.name = title // t")),
        ("n = 1 && t:lower ~ \"t\"", Some("n = 1 && title:lower ~ \"t\"")),
        ("author.posts_via_author.t ?= 'x'", Some("writer.articles_via_writer.title ?= 'x'")),
        ("@collection.posts:t.t = t", Some("@collection.articles:t.title = title")),
        ("@collection.tags_id.w = 1", Some("@collection.tags_id.weight = 1")),
        ("tags.w ?> 1 || @collection.tags.w = 1", Some("tags.weight ?> 1 || @collection.labels.weight = 1")),
        ("@request.auth.role = 'role'", Some("@request.auth.kind = 'role'")),
        ("@request.auth.fav.w ?= 1", Some("@request.auth.fav.weight ?= 1")),
        ("@request.body.t:isset = true", Some("@request.body.title:isset = true")),
        ("@request.body.author.t = 'x'", Some("@request.body.writer.name = 'x'")),
        ("@request.body.role = 'x' && @request.query.t = 'x'", None),
        ("strftime('%Y', t) = author", Some("strftime('%Y', title) = writer")),
        ("n = 1", None),
        ("t =", None),
        ("zzz = 1 && t = 2", None),
    ] {
        assert_eq!(rewrite(before, &scope_of(catalog, posts), &renames).as_deref(), after, "{before}");
    }
    let found = mentions("author.t = 'x' && @collection.tags.w > 1", &scope_of(catalog, posts)).unwrap();
    let spans: Vec<_> = found.iter().map(|mention| (mention.range.clone(), mention.collection_id.as_str())).collect();
    assert_eq!(spans, [(0..6, "posts_id"), (7..8, "authors_id"), (30..34, "tags_id"), (35..36, "tags_id")]);
}

#[test]
fn a_name_of_callers_is_replaced_only_when_all_agree() {
    let world = World::new(vec![
        collection("posts", vec![text("t")]),
        auth("users", vec![text("role"), text("a")]),
        auth("staff", vec![text("role")]),
    ]);
    let posts = world.catalog.find("posts").unwrap();
    let rename =
        |collection: &str, field: &str| (format!("{collection}_id"), format!("{field}_id"), "kind".to_string());
    let one = Renames { fields: vec![rename("users", "role"), rename("users", "a")], ..Renames::default() };
    let scope = scope_of(&world.catalog, posts);
    assert_eq!(rewrite("@request.auth.role = 'x'", &scope, &one), None);
    assert_eq!(rewrite("@request.auth.a = 'x'", &scope, &one).as_deref(), Some("@request.auth.kind = 'x'"));
    let both = Renames { fields: vec![rename("users", "role"), rename("staff", "role")], ..Renames::default() };
    assert_eq!(rewrite("@request.auth.role = 'x'", &scope, &both).as_deref(), Some("@request.auth.kind = 'x'"));
}
