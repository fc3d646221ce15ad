//! `GET /api/collections`.

use cratebase::context::Ctx;
use serde_json::json;

use super::*;

fn list(fx: &Fixture, query: &[(&str, &str)]) -> Result<Json, Refusal> {
    let query = query.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect::<Vec<_>>();
    let ctx = Ctx { query: query.into(), ..Ctx::default() };
    fx.runtime.block_on(collections::list(&fx.store, ctx)).map(parse).map_err(refusal)
}

fn names(fx: &Fixture, filter: &str, sort: &str) -> Result<String, Refusal> {
    let listed = list(fx, &[("filter", filter), ("sort", sort)])?;
    let items = listed["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap());
    Ok(items.collect::<Vec<_>>().join(" "))
}

#[test]
fn filters_and_sorts_use_six_properties() {
    let fx = fixture();
    fx.create(json!({"name": "posts"})).unwrap();
    let table = [
        ("", "", "_mfas _otps _externalAuths _authOrigins _superusers users posts"),
        ("system = false", "-name", "users posts"),
        ("type = 'auth'", "", "_superusers users"),
        ("name ~ 'AUTH' || id = '_pb_users_auth_'", "name", "_authOrigins _externalAuths users"),
        (
            "created > '2020-01-01' && system = true",
            "type,-name",
            "_superusers _otps _mfas _externalAuths _authOrigins",
        ),
        ("name ~ 's' && name !~ '_'", "-@rowid", "posts users"),
    ];
    for (filter, sort, expected) in table {
        assert_eq!(names(&fx, filter, sort).unwrap(), expected, "{filter} {sort}");
    }
    for (filter, sort) in
        [("fields ~ 'x'", ""), ("  ", ""), ("name =", ""), ("@request.auth.id != ''", ""), ("", "fields"), ("", "nope")]
    {
        let refused = names(&fx, filter, sort).unwrap_err();
        assert_eq!((refused.status, refused.message.as_str()), (400, ""), "{filter} {sort}");
    }
}

#[test]
fn pages_of_the_catalog() {
    let fx = fixture();
    let page = |query: &[(&str, &str)]| {
        let mut listed = list(&fx, query).unwrap();
        let count = listed["items"].as_array().unwrap().len();
        listed["items"] = count.into();
        listed
    };
    assert_eq!(
        page(&[("page", "2"), ("perPage", "4")]),
        json!({"page": 2, "perPage": 4, "totalItems": 6, "totalPages": 2, "items": 2})
    );
    assert_eq!(
        page(&[("page", "2"), ("perPage", "4"), ("skipTotal", "1")]),
        json!({"page": 2, "perPage": 4, "totalItems": -1, "totalPages": -1, "items": 2})
    );
    let defaults = page(&[("perPage", "5000"), ("page", "-1")]);
    assert_eq!(defaults, json!({"page": 1, "perPage": 1000, "totalItems": 6, "totalPages": 1, "items": 6}));
    fx.create(json!({"name": "one_more"})).unwrap();
    assert_eq!(page(&[])["totalItems"], 7);
}
