//! `/api/collections/…/rules/test`: rules tried before anyone meets them, for superusers.

use std::sync::Arc;

use actix_web::{post, web};

use super::{Routes, SuperuserRefusal};
use crate::context::{Ctx, Purpose};
use crate::error::{Error, FieldError, Result};
use crate::http::ask::Ask;
use crate::http::body::Raw;
use crate::http::error::Answer;
use crate::http::settings::LOADING;
use crate::records::rule_test::{Action, Question};
use crate::value::{Json, Object, json};

const INVALID: &str = "An error occurred while validating the submitted data.";

pub fn routes(config: &mut impl Routes) {
    config.service(test);
}

/// Test a rule
///
/// Whether a request would be let through, and which part of the rule says no; nothing is written.
/// `{"action": "list|view|create|update|delete|auth|manage", "rule"?, "record"?, "as"?: {"collection", "id"}, "body"?, "query"?, "headers"?}`:
/// without `rule` the collection's own, without `as` a guest. `record` is the stored record the request is about; only
/// `create` has none, and for `list` it is one of the records that might be listed.
#[utoipa::path(tag = "collections", security(("superuser" = [])), request_body = Object, responses((status = 200, description = "`{allowed, rule, reason, tree: {text, allowed, op, parts}}`", body = Object), SuperuserRefusal))]
#[post("/api/collections/{collection}/rules/test")]
pub async fn test(ask: Ask, path: web::Path<String>, raw: Raw) -> Answer {
    ask.superuser()?;
    let submitted = raw.object(&ask, LOADING).await?;
    let answer = ask.records.test_rule(&path, question(&ask.ctx, submitted)?).await?;
    ask.json(json::text(&answer).into_bytes())
}

fn question(ctx: &Ctx, mut submitted: Object) -> Result<Question> {
    let action = text(&mut submitted, "action")?.ok_or_else(|| invalid("action", FieldError::required()))?;
    let action = Action::parse(&action).ok_or_else(|| {
        let message = format!("Must be one of {}.", Action::NAMES.join(", "));
        invalid("action", FieldError::new("validation_in_invalid", message))
    })?;
    let rule = match submitted.remove("rule") {
        None => None,
        Some(Json::Null) => Some(None),
        Some(Json::String(rule)) => Some(Some(rule)),
        Some(_) => return Err(shape("rule", "a text or null")),
    };
    let caller = match object(&mut submitted, "as")? {
        None => None,
        Some(mut account) => text(&mut account, "collection")?.zip(text(&mut account, "id")?),
    };
    Ok(Question {
        action,
        rule,
        record: text(&mut submitted, "record")?.filter(|id| !id.is_empty()),
        caller,
        body: object(&mut submitted, "body")?.unwrap_or_default(),
        ctx: Ctx {
            purpose: Purpose::Default,
            query: Arc::new(pairs(&mut submitted, "query", str::to_string)?),
            // As rules name them.
            headers: Arc::new(pairs(&mut submitted, "headers", |name| name.to_ascii_lowercase().replace('-', "_"))?),
            now: ctx.now,
            ..Ctx::default()
        },
    })
}

fn text(from: &mut Object, key: &str) -> Result<Option<String>> {
    match from.remove(key) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(shape(key, "a text")),
    }
}

fn object(from: &mut Object, key: &str) -> Result<Option<Object>> {
    match from.remove(key) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Object(object)) => Ok(Some(object)),
        Some(_) => Err(shape(key, "an object")),
    }
}

fn pairs(from: &mut Object, key: &str, name: impl Fn(&str) -> String) -> Result<Vec<(String, String)>> {
    let given = object(from, key)?.unwrap_or_default();
    let one = |(own, value): (String, Json)| match value {
        Json::String(value) => Ok((name(&own), value)),
        _ => Err(shape(key, "an object of texts")),
    };
    given.into_iter().map(one).collect()
}

fn shape(key: &str, expected: &str) -> Error {
    invalid(key, FieldError::new("validation_invalid_value", format!("Must be {expected}.")))
}

fn invalid(key: &str, error: FieldError) -> Error {
    Error::invalid(INVALID, key, error)
}
