//! What rules may ask about the request: who asks, what was sent, and records that are not stored yet.

use super::library::world;
use super::world::*;
use crate::expr::{Sort, Verdict, compile};
use crate::schema::Record;
use crate::sql::{Dialect, Restrict, Select, Source};
use crate::value::Value;

const ALL: &str = "1 2 3 4";

fn admin(world: &World) -> Record {
    world.insert(
        "members",
        "U1",
        &[
            ("email", "u1@x.io".into()),
            ("role", "admin".into()),
            ("lvl", Value::Int(5)),
            ("roles", r#"["a","b"]"#.into()),
            ("meta", r#"{"plan":"pro"}"#.into()),
            ("fav", r#"["T1","T2"]"#.into()),
            ("best", "T1".into()),
        ],
    )
}

fn lists(world: &World, rule: &str, asker: &Asker) -> String {
    let ids = world.ids("posts", rule, asker).unwrap_or_else(|error| panic!("{rule}: {error}"));
    ids.iter().map(|id| &id[1..]).collect::<Vec<_>>().join(" ")
}

/// Rule, what guests list by it, what U1 lists.
const CALLERS: &[(&str, &str, &str)] = &[
    ("@request.auth.id = owner", "3 4", "1"),
    ("owner = @request.auth.id && @request.auth.id != ''", "", "1"),
    ("@request.auth.role = 'admin'", "", ALL),
    ("@request.auth.lvl = n", "", ""),
    ("@request.auth.lvl = 5", "", ALL),
    ("@request.auth.lvl = '5'", "", ALL),
    ("@request.auth.zzz = ''", ALL, ALL),
    ("@request.auth.zzz.y ?= '1'", "", ""),
    ("@request.auth.fav.t ?= 'red'", "", ALL),
    ("@request.auth.fav.t = 'red'", "", ""),
    ("@request.auth.fav.t != 'zz'", ALL, ALL),
    ("@request.auth.fav = 'x'", "", ""),
    ("@request.auth.fav:each ?= 'T1'", "", ALL),
    ("@request.auth.fav:length = 2", "", ALL),
    ("@request.auth.fav:length = 0", "", ""),
    ("@request.auth.best.t = 'red'", "", ALL),
    ("@request.auth.best.id != ''", "", ALL),
    ("@request.auth.roles = '[\"a\",\"b\"]'", "", ALL),
    ("@request.auth.roles:each ?= 'b'", "", ALL),
    ("@request.auth.roles:each ?= s1", "2 3", "1"),
    ("@request.auth.roles ~ 'a'", "", ALL),
    ("@request.auth.meta.plan = 'pro'", "", ALL),
    ("@request.auth.meta.zz = ''", ALL, ""),
    ("@request.auth.meta.zz = null", ALL, ALL),
    ("@request.auth.meta = null", ALL, ""),
    ("@request.auth.posts_via_owner.n ?= 1", "", ALL),
    ("@request.auth.posts_via_owner.id ?= id", "", "1"),
    ("@request.auth.email:lower = 'u1@x.io'", "", ALL),
    ("@request.auth.verified = false", "", ALL),
    ("@request.auth.secret = ''", ALL, ALL),
    ("@request.auth.tokenKey != ''", "", ""),
    ("@request.auth.collectionId = 'members_id'", "", ALL),
    ("@request.auth.collectionName = 'members'", "", ALL),
    ("@request.auth.collectionName ~ 'mem'", "", ALL),
    ("@request.auth.fav.id ?= tags.id", "3", "1 4"),
    ("tags.id ?= @request.auth.fav.id", "3", "1 4"),
    ("@request.auth.fav ~ author", "", "3"),
    ("@request.auth.posts_via_author.n ?= 1", "", ""),
    ("@request.auth.fav.zz.y = '1'", "", ""),
    ("@request.auth.zz_via_y.id = ''", ALL, ALL),
    ("@request.auth.role:each = 'admin'", "", ALL),
    ("@request.auth.a.b.c.d.e.f.g.h = ''", ALL, ALL),
    ("@request.auth.meta:lower = 'x'", "", ""),
    ("@collection.posts.author.t ?= @request.auth.best.t", ALL, ""),
    ("@request.auth.role ~ t", "", "3"),
    ("t ~ @request.auth.role", "", ""),
    ("t !~ @request.auth.role", "", ALL),
    // Useless in the protocol's reference, and better here.
    ("@request.auth.id:isset = true", "", ALL),
    ("@request.auth.id:isset = false", ALL, ""),
    ("@request.auth.zzz:isset = false", ALL, ALL),
];

#[test]
fn the_caller() {
    let world = world();
    let admin = admin(&world);
    let (guest, user) = (Asker::rule(), Asker::rule().with(&admin));
    for (rule, by_guest, by_user) in CALLERS {
        assert_eq!(lists(&world, rule, &guest), *by_guest, "guest: {rule}");
        assert_eq!(lists(&world, rule, &user), *by_user, "user: {rule}");
    }
}

#[test]
fn a_callers_value_keeps_its_columns_affinity() {
    let world = world();
    let mut admin = admin(&world);
    admin.set("role", "5");
    let user = Asker::rule().with(&admin);
    world.insert("posts", "P5", &[("t", "5".into()), ("n", Value::Int(5)), ("j", "5".into())]);
    for (rule, listed) in [
        ("n = @request.auth.lvl", "5"),
        ("t = @request.auth.lvl", ""),
        ("t != @request.auth.lvl && n = 5", "5"),
        ("n = @request.auth.role", ""),
        ("j = @request.auth.lvl", "2 5"),
        ("j = @request.auth.role", "2 5"),
        ("t = @request.auth.role", "5"),
        ("n >= @request.auth.role", "5"),
        ("tags:length < @request.auth.role", "1 2 3 4 5"),
        ("strftime('%Y', d) = @request.auth.lvl", ""),
    ] {
        assert_eq!(lists(&world, rule, &user), listed, "{rule}");
    }
}

const BODY: &str = r#"{"x":5,"f":1.5,"s":"Abc","e":"","z":null,"tr":true,"o":{"a":[1,"q",{"b":2}],"k":"V"},"l":["a","b"],
    "em":[],"tags":["T1","T2"],"author":"A1","n":5,"t":"Hello World","b":true,"j":{"q":1},"s2":["a","b"],"s1":"a",
    "g":{"lon":1,"lat":2},"d":"2024-01-01 10:00:00.000Z","f0":{"name":"a.png","size":12}}"#;

const BODIES: &[(&str, &str)] = &[
    ("@request.body.x = 5", ALL),
    ("@request.body.x = '5'", ""),
    ("@request.body.f = 1.5", ALL),
    ("@request.body.tr = true", ALL),
    ("@request.body.tr = 1", ALL),
    ("@request.body.s:lower = 'abc'", ALL),
    ("@request.body.o.a.1 = 'q'", ALL),
    ("@request.body.o.a.2.b = 2", ALL),
    ("@request.body.o.a = '[1,\"q\",{\"b\":2}]'", ALL),
    ("@request.body.l = '[\"a\",\"b\"]'", ALL),
    ("@request.body.l.0 = 'a'", ALL),
    ("@request.body.f0.size > 10", ALL),
    ("@request.body.tags = 'x'", ""),
    ("@request.body.tags:each = 'x'", ""),
    ("@request.body.tags:each ?= 'T1'", ALL),
    ("@request.body.tags:each != 'x'", ALL),
    ("@request.body.tags:length = 2", ALL),
    ("@request.body.s2:each = 'a'", ""),
    ("@request.body.s2:length = 2", ALL),
    ("@request.body.s1:each = 'a'", ALL),
    ("@request.body.s1:length = 1", ALL),
    ("@request.body.author:each = 'A1'", ALL),
    ("@request.body.tags.t = 'red'", ""),
    ("@request.body.tags.t ?= 'red'", ALL),
    ("@request.body.tags.id ?= 'x'", ""),
    ("@request.body.author.t = 'Ann'", ALL),
    ("@request.body.author.id = 'x'", ""),
    ("@request.body.author.zz = 'x'", ""),
    ("@request.body.author.zz = ''", ALL),
    ("@request.body.author.posts_via_author.n > 0", ""),
    ("@request.body.o.k:isset = true", ALL),
    ("@request.body.o.zz:isset = true", ""),
    ("@request.body.z:isset = true", ALL),
    ("@request.body.z = ''", ALL),
    ("@request.body.n:changed = true", ALL),
    ("@request.body.t:changed = true", "2 3 4"),
    ("@request.body.t:changed = false", "1"),
    ("@request.body.j:changed = true", ALL),
    ("@request.body.s2:changed = true", "2 3 4"),
    ("@request.body.tags:changed = true", "2 3 4"),
    ("@request.body.b:changed = true", "2 3 4"),
    ("@request.body.d:changed = true", "2 3 4"),
    ("@request.body.s1:changed = true", "2 3 4"),
    ("@request.body.author:changed = true", "2 3"),
    ("@request.body.id:changed = true", ""),
    ("@request.body.id:changed = false", ALL),
    ("n = @request.body.n", ""),
    ("j = @request.body.j", ""),
    ("j = @request.body.x", "2"),
    ("@request.body.g.lon = 1", ALL),
    ("s2 = @request.body.s2", "1"),
    ("tags = @request.body.tags", "1"),
    ("@request.body.j.q = 1", ALL),
    ("@request.body.j.zz = ''", ALL),
    ("@request.body.d.x = ''", ALL),
    ("@request.body.o.k:lower = 'v'", ALL),
    ("@request.body.tags.t:lower ?= 'red'", ALL),
    ("@request.body.tags.w ?= 1 && @request.body.tags.t ?= 'green'", ""),
    ("@request.body.tags.w ?= 2 && @request.body.tags.t ?= 'green'", ALL),
    ("@request.body.tags.posts_via_tags.n ?= 1", ALL),
    ("@request.body.zzz_via_x.n = 1", ""),
    ("@request.query.perPage = '200'", ALL),
    ("@request.query.perPage = 200", ""),
    ("n < @request.query.perPage", ALL),
    ("@request.query.perPage:isset = true", ALL),
    ("@request.query.zz:isset = false", ALL),
    ("@request.query.q:lower = 'red'", ALL),
    ("@request.query.q.x = ''", ALL),
    ("@request.headers.x_token = 'Secret'", ALL),
    ("@request.headers.x_token:isset = true", ALL),
    ("@request.method = 'GET' && @request.context = 'default'", ALL),
];

#[test]
fn the_body_and_the_rest_of_the_request() {
    let world = world();
    let asker = Asker::rule().body(BODY);
    for (rule, listed) in BODIES {
        assert_eq!(lists(&world, rule, &asker), *listed, "{rule}");
    }
}

#[test]
fn nothing_submitted() {
    let world = world();
    let asker = Asker::rule();
    for (rule, listed) in [
        ("@request.body.tags:each = 'x'", ""),
        ("@request.body.tags:each != 'x'", ALL),
        // An empty list's NULL is not `''`, yet it violates `!= ''`.
        ("@request.body.tags:each = ''", ""),
        ("@request.body.tags:each = null", ""),
        ("@request.body.tags:each != ''", ""),
        ("@request.body.tags:each ?= ''", ""),
        ("@request.body.tags:each ?!= ''", ALL),
        ("@request.body.tags:each ~ ''", ""),
        ("@request.body.tags:each = t", ""),
        ("@request.body.s1:each = ''", ""),
        ("@request.body.s1:each != 'a'", ALL),
        ("@request.body.tags:length = 0", ALL),
        ("@request.body.tags.t = ''", ALL),
        ("@request.body.tags.t != 'x'", ALL),
        ("@request.body.author.t = ''", ALL),
        ("@request.body.x = ''", ALL),
        ("@request.body.n:changed = false", ALL),
        ("@request.body.n:changed = true", ""),
    ] {
        assert_eq!(lists(&world, rule, &asker), listed, "{rule}");
    }
}

/// A create rule, what is about to be stored (and is in the body), and whether it may be.
fn may_create(world: &World, rule: &str, values: &[(&str, Value)]) -> bool {
    let record = world.record("posts", "PNEW", values);
    let body: crate::value::Object = values
        .iter()
        .map(|(name, value)| {
            let json = match value {
                Value::Text(s) => serde_json::from_str(s).unwrap_or_else(|_| s.as_str().into()),
                Value::Int(n) => (*n).into(),
                other => panic!("{other:?}"),
            };
            ((*name).to_string(), json)
        })
        .collect();
    let asker = Asker::rule().body(&serde_json::to_string(&body).unwrap());
    let scope = world.scope("posts", &asker);
    let bound = compile(rule, &scope).unwrap().bind_new(&asker.ctx);
    let sort = Sort::compile("", &scope).unwrap().bind(&asker.ctx);
    let select = Select {
        collection: world.collection("posts"),
        source: Source::Virtual(&record.values),
        restrict: Restrict::All,
        filters: &[&bound],
        sort: &sort,
        after: None,
        limit: 1,
        offset: 0,
    };
    let found = !world.run(&select.exists(Dialect::Sqlite)).is_empty();
    match bound.eval(&record) {
        Verdict::Pass => assert!(found, "{rule}"),
        Verdict::Fail => assert!(!found, "{rule}"),
        Verdict::AskDatabase => {}
    }
    found
}

#[test]
fn records_about_to_be_stored() {
    let world = world();
    let yes: &[(&str, &[(&str, Value)])] = &[
        ("t = 'x'", &[("t", "x".into())]),
        ("n = 5 && n = '5'", &[("n", Value::Int(5))]),
        ("tags.t ?= 'red'", &[("tags", r#"["T1"]"#.into())]),
        ("author.t = 'Ann'", &[("author", "A1".into())]),
        ("@collection.posts.t ?= t", &[("t", "Hello World".into())]),
        ("j.a = 1", &[("j", r#"{"a":1}"#.into())]),
        ("j = null && n = 0 && d = '' && tags:length = 0", &[]),
        ("g.lon = 0", &[]),
        ("id != ''", &[]),
        ("@request.body.t:isset = true", &[("t", "x".into())]),
        ("@request.body.tags:each ?= 'T1'", &[("tags", r#"["T1"]"#.into())]),
        // Against the zero value: it is not stored yet.
        ("@request.body.t:changed = true", &[("t", "x".into())]),
        ("@request.body.t:changed = false", &[("t", "".into())]),
        ("@request.body.n:changed = false", &[("n", Value::Int(0))]),
        ("@request.body.n:changed = true", &[("n", Value::Int(1))]),
        ("@request.body.tags:changed = false", &[("tags", "[]".into())]),
        ("@request.body.tags:changed = true", &[("tags", r#"["T1"]"#.into())]),
        ("@request.body.j:changed = true", &[("j", r#"{"a":1}"#.into())]),
        ("@request.body.t:changed = false", &[]),
        ("author.posts_via_author.n ?> 0", &[("author", "A1".into())]),
    ];
    for (rule, values) in yes {
        assert!(may_create(&world, rule, values), "{rule} {values:?}");
    }
    let no: &[(&str, &[(&str, Value)])] = &[
        ("author.posts_via_author.id ?= id", &[("author", "A1".into())]),
        ("@collection.posts.id ?= id", &[]),
        ("t != ''", &[]),
        ("tags.t = 'red'", &[("tags", r#"["T1","T2"]"#.into())]),
    ];
    for (rule, values) in no {
        assert!(!may_create(&world, rule, values), "{rule} {values:?}");
    }
}

/// Rules that only guests fail, or only somebody passes, cost no look at any record.
#[test]
fn certainty_is_known_before_any_record() {
    let world = world();
    let user = Asker::rule().with(&admin(&world));
    let guest = Asker::rule();
    for (rule, guest_never, user_always) in [
        ("@request.auth.id != ''", true, true),
        ("@request.auth.role = 'admin' || owner = @request.auth.id", false, true),
        ("@request.auth.id != '' && owner = @request.auth.id", true, false),
        ("@request.auth.id != '' && (tags.t ?= 'x' || @request.auth.lvl > 3)", true, true),
        ("@request.auth.roles:each ?= 'b'", true, false),
    ] {
        assert_eq!(world.bind("posts", rule, &guest).unwrap().is_never(), guest_never, "{rule}");
        assert_eq!(world.bind("posts", rule, &user).unwrap().is_always(), user_always, "{rule}");
    }
}

#[test]
fn a_caller_of_an_older_schema_is_read_by_name() {
    let world = world();
    let admin = admin(&world);
    let mut old = (*admin.collection).clone();
    old.fields.swap(1, 6);
    let mut values = admin.values.clone();
    values.swap(1, 6);
    let old = Record { collection: std::sync::Arc::new(old), values };
    let bound = world.bind("posts", "@request.auth.role = 'admin'", &Asker::rule().with(&admin)).unwrap();
    assert!(bound.is_always());
    let scope = world.scope("posts", &Asker::rule()).catalog.by_name("members").map(std::sync::Arc::clone);
    let asker = Asker::rule().with(&old);
    let scope = crate::expr::Scope { caller: scope.as_ref(), ..world.scope("posts", &asker) };
    let bound = compile("@request.auth.role = 'admin'", &scope).unwrap().bind(&asker.ctx);
    assert!(bound.is_always());
}

#[test]
fn equal_bounds_judge_alike() {
    fn shared_between_threads<T: Send + Sync>(_: &T) {}
    let world = world();
    let (guest, user) = (Asker::rule(), Asker::rule().with(&admin(&world)));
    let predicate = compile("owner = @request.auth.id", &world.scope("posts", &user)).unwrap();
    let bound = predicate.bind(&user.ctx);
    shared_between_threads(&bound);
    assert_eq!(bound, predicate.bind(&user.ctx));
    assert_ne!(bound, predicate.bind(&guest.ctx));
    assert_ne!(bound, predicate.bind_new(&user.ctx));
}
