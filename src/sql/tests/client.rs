//! What a client who is no superuser may ask, and that nothing else can be learnt by asking.

use super::world::*;
use crate::expr::{ExprErrorKind, Sort, compile};
use crate::schema::{Collection, RuleSet};
use crate::value::Value;

fn world() -> World {
    let closed = collection("closed", vec![text("t"), relation("p", "base", 1)]);
    let ruled = collection("ruled", vec![text("t"), boolean("ok"), text("by"), relation("a", "base", 1)]);
    let world = World::new(vec![
        auth("members", vec![text("role"), hidden(text("secret"))]),
        Collection { rules: RuleSet { list: None, ..closed.rules.clone() }, ..closed },
        Collection {
            rules: RuleSet {
                list: Some("ok = true || by = @request.auth.id && by != ''".into()),
                ..ruled.rules.clone()
            },
            ..ruled
        },
        collection(
            "base",
            vec![
                text("t"),
                relation("r", "ruled", 1),
                relation("rs", "ruled", 5),
                relation("c", "closed", 1),
                relation("u", "members", 1),
                relation("us", "members", 4),
                hidden(relation("h", "ruled", 1)),
                password("pw"),
            ],
        ),
    ]);
    for (id, t, ok) in [("R1", "x", 1), ("R2", "y", 0), ("R3", "z", 1)] {
        world.insert("ruled", id, &[("t", t.into()), ("ok", Value::Int(ok)), ("a", format!("B{}", &id[1..]).into())]);
    }
    for (id, email, shown) in [("U1", "u1@x.io", 1), ("U2", "u2@x.io", 0)] {
        world.insert(
            "members",
            id,
            &[("email", email.into()), ("emailVisibility", Value::Int(shown)), ("secret", "s".into())],
        );
    }
    let b1 = [("t", "1"), ("r", "R1"), ("rs", r#"["R1","R2"]"#), ("u", "U1"), ("us", r#"["U1","U2"]"#)];
    world.insert("base", "B1", &b1.map(|(name, value)| (name, value.into())));
    let b2 = [("t", "2"), ("r", "R2"), ("rs", r#"["R2"]"#), ("u", "U2"), ("us", r#"["U2"]"#)];
    world.insert("base", "B2", &b2.map(|(name, value)| (name, value.into())));
    world.insert("base", "B3", &[("t", "3".into())]);
    world
}

fn check(world: &World, root: &str, lines: &[(&str, &str)]) {
    for (filter, expected) in lines {
        let ids = world.ids(root, filter, &Asker::client()).unwrap_or_else(|error| panic!("{filter}: {error}"));
        let found: Vec<&str> = ids.iter().map(|id| &id[1..]).collect();
        assert_eq!(found.join(" "), *expected, "{filter}");
    }
}

#[test]
fn joined_records_have_to_be_listable() {
    check(
        &world(),
        "base",
        &[
            ("r.t = 'x'", "1"),
            ("r.t = 'y'", ""),
            ("r.t != 'zzz'", "1 3"),
            ("r.id != ''", "1 2"),
            ("rs.id ?!= ''", "1"),
            ("rs.t ?= 'y'", ""),
            // The unlistable R2 counts for nothing: not as a value, and not as one that spoils it.
            ("rs.t != 'y'", "1 3"),
            ("rs.t = 'x'", "1"),
            ("rs.t ?!= 'zzz'", "1 3"),
            // The condition is on the whole query.
            ("t = '1' || r.t = 'x'", "1"),
            ("t = '2' || r.t = 'x'", "1"),
            ("t = '2' || rs.t ?= 'x'", "1"),
            ("t = '3' || rs.t ?= 'x'", "1 3"),
            ("ruled_via_a.t ?= 'x'", "1"),
            ("ruled_via_a.t ?= 'y'", ""),
            ("ruled_via_a.t ?!= 'zz'", "1 3"),
            ("ruled_via_a.t != 'zz'", "1 3"),
            // No join.
            ("c = ''", "1 2 3"),
            ("c.id = ''", "1 2 3"),
            ("r = 'R2'", "2"),
            ("rs ~ 'R2'", "1 2"),
            ("rs:length = 1", "2"),
        ],
    );
}

#[test]
fn list_rules_are_about_the_one_who_asks() {
    let world = world();
    let user = world.record("members", "U1", &[]);
    world.db.execute_batch("UPDATE ruled SET by = 'U1' WHERE id = 'R2'").unwrap();
    let ids = |asker: &Asker| world.ids("base", "r.t = 'y'", asker).unwrap().join(" ");
    assert_eq!(ids(&Asker::client()), "");
    assert_eq!(ids(&Asker::client().with(&user)), "B2");
    assert_eq!(ids(&Asker::superuser()), "B2");
    assert_eq!(ids(&Asker::rule()), "B2");
}

#[test]
fn hidden_addresses_stay_hidden() {
    let world = world();
    check(
        &world,
        "base",
        &[
            ("u.email = 'u1@x.io'", "1"),
            ("u.email != 'zz'", "1"),
            ("u.email = 'u2@x.io'", ""),
            ("us.email ?= 'u2@x.io'", ""),
            ("us.email ?= 'u1@x.io'", "1"),
            ("us.email = 'u1@x.io'", "1"),
            ("us.email != 'zz'", "1"),
            ("us.email != 'u2@x.io'", "1"),
            ("us.email ?!= 'u1@x.io'", ""),
            ("us.email ~ 'u1'", "1"),
            ("u.email:lower = 'u1@x.io'", "1"),
            ("t = u.email", ""),
            ("t != u.email", "1"),
            ("strftime('%Y', u.email) = ''", "1"),
        ],
    );
    check(
        &world,
        "members",
        &[
            ("email = 'u1@x.io'", "1"),
            ("email = 'u2@x.io'", ""),
            ("email != 'x'", "1"),
            ("email ~ 'x.io'", "1"),
            ("email = ''", ""),
            ("id = 'x' || email = 'u2@x.io'", ""),
            ("base_via_u.u.email ?= 'u2@x.io'", ""),
        ],
    );
}

/// Each form of asking for the hidden value, letter by letter: no answer depends on it.
#[test]
fn no_form_of_question_is_an_oracle() {
    for filter in [
        "rs.t ~ 'y%'",
        "rs.t !~ 'y%'",
        "rs.t ?~ 'y%'",
        "rs.t ?!~ 'y%'",
        "rs.t > 'y'",
        "rs.t < 'y'",
        "rs.t = 'y'",
        "rs.t != 'y'",
        "rs.t ?!= 'y'",
        "rs.t = r.t",
        "rs.t != r.t",
        "r.t ~ 'y'",
        "r.t !~ 'y'",
        "t = '2' || r.t > 'y'",
        "rs.t:lower = 'y'",
        "ruled_via_a.t > 'y'",
        "ruled_via_a.t != 'y'",
        "strftime(' %Y', rs.t) != rs.t",
        "us.email < 'u2@x.io'",
        "us.email ~ 'u2%'",
        "us.email !~ 'u2%'",
        "us.email = 'u2@x.io'",
        "us.email != 'u2@x.io'",
        "u.email > 'u2'",
        "t < us.email",
    ] {
        let answers = ["y", "yy", "a", ""].map(|value| {
            let world = world();
            world.db.execute("UPDATE ruled SET t = ? WHERE id = 'R2'", [value]).unwrap();
            world.db.execute("UPDATE members SET email = ? WHERE id = 'U2'", [format!("u2{value}@x.io")]).unwrap();
            world.ids("base", filter, &Asker::client()).unwrap()
        });
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{filter}: {answers:?}");
    }
}

#[test]
fn orders_are_no_oracle_either() {
    for sort in
        ["rs.t", "-rs.t", "r.t", "-r.t", "u.email", "us.email", "-us.email:lower", "ruled_via_a.t", "rs.t,us.email"]
    {
        let orders = ["y", "yy", "a", ""].map(|value| {
            let world = world();
            world.db.execute("UPDATE ruled SET t = ? WHERE id = 'R2'", [value]).unwrap();
            world.db.execute("UPDATE members SET email = ? WHERE id = 'U2'", [format!("u2{value}@x.io")]).unwrap();
            world.sorted("base", sort, &Asker::client()).unwrap()
        });
        assert!(orders.iter().all(|order| *order == orders[0]), "{sort}: {orders:?}");
    }
}

#[test]
fn what_clients_may_not_name() {
    let world = world();
    let client = Asker::client();
    let scope = world.scope("base", &client);
    for filter in [
        "h = ''",
        "h.t = 'x'",
        "u.secret = ''",
        "u.tokenKey != ''",
        "u.password != ''",
        "pw != ''",
        "pw:lower ~ 'a'",
        "c.t = ''",
        "c.id.t = ''",
        "closed_via_p.t = ''",
        "ruled_via_a.a.h = ''",
        "us.secret ?= 's'",
        "strftime('%Y', h) = ''",
        "geoDistance(h, 1, 1, 1) = 1",
        "r.base_via_h.id = ''",
        "t = 'x' || pw = 'y'",
    ] {
        let error = compile(filter, &scope).map(|_| ()).unwrap_err();
        assert_ne!(error.kind, ExprErrorKind::Forbidden, "{filter}");
        assert!(
            compile(filter, &world.scope("base", &Asker::superuser())).is_ok() || filter.contains("c.id.t"),
            "{filter}"
        );
    }
    for sort in ["h", "h.t", "u.secret", "pw", "c.t", "closed_via_p.t", "u.password"] {
        assert!(Sort::compile(sort, &scope).is_err(), "{sort}");
    }
}

#[test]
fn the_request_and_other_collections_are_for_superusers() {
    let world = world();
    let client = Asker::client();
    let scope = world.scope("base", &client);
    for (filter, message) in [
        ("@request.auth.id = 'x'", "Only superusers can filter by @request."),
        ("t = 'x' && (zzz = 1 || @request.method = 'GET')", "Only superusers can filter by @request."),
        ("@collection.members.id ?= 'x'", "Only superusers can filter by @collection."),
        ("strftime('%Y', @collection.closed.t) = ''", "Only superusers can filter by @collection."),
    ] {
        let error = compile(filter, &scope).map(|_| ()).unwrap_err();
        assert_eq!((error.kind, error.to_string().as_str()), (ExprErrorKind::Forbidden, message), "{filter}");
    }
    for (sort, message) in [
        ("@request.auth.id", "Only superusers can filter by @request."),
        ("-@collection.closed.t", "Only superusers can filter by @collection."),
    ] {
        let error = Sort::compile(sort, &scope).map(|_| ()).unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (ExprErrorKind::Forbidden, message), "{sort}");
    }
    // Quoted text is text.
    assert!(compile("t = '@request.auth.id' || t ~ '@collection.x'", &scope).is_ok());
}

#[test]
fn errors_do_not_tell_the_hidden_from_the_unknown() {
    let world = world();
    let client = Asker::client();
    let scope = world.scope("base", &client);
    let message = |filter: &str| compile(filter, &scope).map(|_| ()).unwrap_err().to_string();
    let unknown = |name: &str| format!("unknown field `{name}` at byte 0");
    assert_eq!(message("h = 1"), unknown("h"));
    assert_eq!(message("g = 1"), unknown("g"));
    assert_eq!(message("closed_via_p.t = 1"), unknown("closed_via_p"));
    assert_eq!(message("cloxed_via_p.t = 1"), unknown("cloxed_via_p"));
    // Not even as a suggestion.
    let error = compile("secre = 1", &world.scope("members", &client)).map(|_| ()).unwrap_err();
    assert_eq!(error.nearest, None);
    let error = compile("secre = 1", &world.scope("members", &Asker::superuser())).map(|_| ()).unwrap_err();
    assert_eq!(error.nearest.as_deref(), Some("secret"));
}
