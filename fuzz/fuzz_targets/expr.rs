//! Any text as a rule, a filter and a sort: parsed, checked, bound, judged in memory and printed; nothing may panic, and
//! what a client may ask must never print a hidden column.
#![no_main]

use std::sync::{Arc, OnceLock};

use cratebase::context::{Caller, Ctx};
use cratebase::expr::{Access, Scope, Sort, compile, rename};
use cratebase::schema::auth_options::{AuthAlert, Mfa, OAuth2, Otp, PasswordAuth, Template, TokenOptions};
use cratebase::schema::{AuthOptions, Catalog, Collection, CollectionKind, Field, FieldKind, Record, RuleSet};
use cratebase::sql::{Dialect, Restrict, Select, Source};
use cratebase::value::Value;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let catalog = catalog();
    let posts = catalog.find("posts").expect("made below");
    let caller = catalog.find("users").expect("made below");
    for access in [Access::Rule, Access::Superuser, Access::Client] {
        for caller in [None, Some(caller)] {
            let scope = Scope { catalog, root: posts, caller, access };
            let ctx = ctx(caller);
            let sort = Sort::compile(text, &scope).or_else(|_| Sort::compile("", &scope)).expect("no sort is fine").bind(&ctx);
            let Ok(predicate) = compile(text, &scope) else { continue };
            let bound = predicate.bind(&ctx);
            let record = record(posts);
            let _ = bound.eval(&record);
            let _ = predicate.bind_new(&ctx).eval(&record);
            let filters = [&bound];
            let select = Select {
                collection: posts,
                source: Source::Stored,
                restrict: Restrict::All,
                filters: &filters,
                sort: &sort,
                after: None,
                limit: 30,
                offset: 0,
            };
            let count = select.count(Dialect::Sqlite);
            assert_eq!(count.text.matches('?').count(), count.params.len(), "{text}\n{}", count.text);
            if access == Access::Client {
                assert!(!count.text.contains("\"secret"), "{text}\n{}", count.text);
            }
            let rows = select.rows(Dialect::Sqlite);
            assert_eq!(rows.text.matches('?').count(), rows.params.len(), "{text}\n{}", rows.text);
            let unsaved = Select { source: Source::Virtual(&record.values), ..select }.exists(Dialect::Sqlite);
            assert_eq!(unsaved.text.matches('?').count(), unsaved.params.len(), "{text}\n{}", unsaved.text);
        }
    }
    let renames = rename::Renames {
        collections: vec![("tags_id".into(), "labels".into())],
        fields: vec![("posts_id".into(), "title_id".into(), "heading".into())],
    };
    if let Some(renamed) = rename::rewrite(text, &rename::scope_of(catalog, posts), &renames) {
        assert_ne!(renamed, text);
    }
});

fn ctx(caller: Option<&Arc<Collection>>) -> Ctx {
    let caller = caller.map_or(Caller::Guest, |collection| Caller::Record(Arc::new(record(collection))));
    let body = [("title", "x".into()), ("tags", vec!["a", "b"].into()), ("n", 5.into())];
    let body = body.into_iter().map(|(name, json): (&str, cratebase::value::Json)| (name.to_string(), json)).collect();
    Ctx { caller, method: "POST", body: Arc::new(body), ..Ctx::default() }
}

fn record(collection: &Arc<Collection>) -> Record {
    let values = collection.fields.iter().map(|field| match &field.kind {
        _ if field.is_multiple() => Value::from(r#"["a","b"]"#),
        FieldKind::Json { .. } => Value::from(r#"{"a":[1,{"b":"x"}]}"#),
        FieldKind::GeoPoint => Value::from(r#"{"lon":1,"lat":2}"#),
        _ if field.is_numeric() => Value::Int(5),
        _ => Value::from("a"),
    });
    Record { collection: Arc::clone(collection), values: values.collect() }
}

fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let field = |name: &str, kind| Field {
            id: format!("{name}_id"),
            name: name.into(),
            system: false,
            hidden: name.starts_with("secret"),
            presentable: false,
            required: false,
            help: String::new(),
            kind,
        };
        let text = |name: &str| {
            let pattern = String::new;
            field(name, FieldKind::Text { min: 0, max: 0, pattern: pattern(), autogenerate: pattern(), primary_key: false })
        };
        let number = |name: &str| field(name, FieldKind::Number { min: None, max: None, only_int: false });
        let relation = |name: &str, to: &str, max_select| {
            let collection_id = format!("{to}_id");
            field(name, FieldKind::Relation { collection_id, cascade_delete: false, min_select: 0, max_select })
        };
        let collection = |name: &str, list: Option<&str>, fields: Vec<Field>| Collection {
            id: format!("{name}_id"),
            name: name.into(),
            system: false,
            kind: CollectionKind::Base,
            fields: std::iter::once(text("id")).chain(fields).collect(),
            indexes: vec!["CREATE UNIQUE INDEX i ON t (only) WHERE only != ''".into()],
            rules: RuleSet { list: list.map(String::from), ..RuleSet::default() },
            created: String::new(),
            updated: String::new(),
            history_days: None,
        };
        let email = field("email", FieldKind::Email { only_domains: vec![], except_domains: vec![] });
        let users = Collection {
            kind: CollectionKind::Auth(Box::new(options())),
            ..collection("users", Some(""), vec![email, field("emailVisibility", FieldKind::Bool), text("secret"), relation("fav", "tags", 9)])
        };
        let posts = collection(
            "posts",
            Some(""),
            vec![
                text("title"),
                number("n"),
                field("b", FieldKind::Bool),
                field("j", FieldKind::Json { max_size: 0 }),
                field("s", FieldKind::Select { values: vec!["a".into()], max_select: 3 }),
                field("g", FieldKind::GeoPoint),
                text("secret"),
                field("pw", FieldKind::Password { min: 0, max: 0, pattern: String::new(), cost: 0 }),
                relation("owner", "users", 1),
                relation("tags", "tags", 9),
                relation("only", "tags", 1),
                relation("shut", "closed", 1),
                relation("secretly", "tags", 1),
            ],
        );
        let tags = collection("tags", Some("w > 1 && @request.auth.id != ''"), vec![text("title"), number("w"), text("secret")]);
        let closed = collection("closed", None, vec![text("secret"), relation("post", "posts", 1)]);
        Catalog::new(1, [users, posts, tags, closed].into_iter().map(Arc::new).collect())
    })
}

fn options() -> AuthOptions {
    let token = || TokenOptions { duration: 0, secret: String::new() };
    let template = || Template { subject: String::new(), body: String::new() };
    AuthOptions {
        auth_rule: None,
        manage_rule: None,
        auth_alert: AuthAlert { enabled: false, email_template: template() },
        oauth2: OAuth2::default(),
        password_auth: PasswordAuth { enabled: false, identity_fields: vec![] },
        mfa: Mfa { enabled: false, duration: 0, rule: String::new() },
        otp: Otp { enabled: false, duration: 0, length: 0, email_template: template() },
        auth_token: token(),
        password_reset_token: token(),
        email_change_token: token(),
        verification_token: token(),
        file_token: token(),
        verification_template: template(),
        reset_password_template: template(),
        confirm_email_change_template: template(),
    }
}
