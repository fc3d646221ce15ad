//! A rule asked for the sake of asking: would this caller be let through, and which part says no. Nothing is written.

use std::sync::Arc;

use crate::context::{Caller, Ctx};
use crate::error::{Error, FieldError, Result};
use crate::expr::{self, Access, Bound, ExprError, Join, Part, Predicate, Scope};
use crate::schema::{Collection, Field, Record};
use crate::store::Reader;
use crate::value::{Json, Object};

use super::authorize::{Gate, Subject};
use super::body::{Body, Input};
use super::list::refused;
use super::{Records, find};

const FAILED: &str = "Failed to test the rule.";

/// Which rule of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    List,
    View,
    Create,
    Update,
    Delete,
    Auth,
    Manage,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    pub action: Action,
    /// In the place of the collection's own.
    pub rule: Option<Option<String>>,
    /// The stored record it is about; none for one about to be created.
    pub record: Option<String>,
    /// Auth collection and id of the caller; none for a guest.
    pub caller: Option<(String, String)>,
    pub body: Object,
    /// The request apart from caller, method and body.
    pub ctx: Ctx,
}

/// The record a rule is asked about.
enum About {
    Stored(Record),
    New(Record),
}

impl Action {
    pub const NAMES: [&str; 7] = ["list", "view", "create", "update", "delete", "auth", "manage"];

    pub fn parse(name: &str) -> Option<Action> {
        Some(match name {
            "list" => Action::List,
            "view" => Action::View,
            "create" => Action::Create,
            "update" => Action::Update,
            "delete" => Action::Delete,
            "auth" => Action::Auth,
            "manage" => Action::Manage,
            _ => return None,
        })
    }

    fn rule(self, collection: &Collection) -> Option<&str> {
        let rules = &collection.rules;
        match self {
            Action::List => rules.list.as_deref(),
            Action::View => rules.view.as_deref(),
            Action::Create => rules.create.as_deref(),
            Action::Update => rules.update.as_deref(),
            Action::Delete => rules.delete.as_deref(),
            Action::Auth => collection.auth()?.auth_rule.as_deref(),
            // An empty manage rule is none.
            Action::Manage => collection.auth()?.manage_rule.as_deref().filter(|rule| !rule.is_empty()),
        }
    }

    fn method(self) -> &'static str {
        match self {
            Action::List | Action::View => "GET",
            Action::Create | Action::Auth => "POST",
            Action::Update | Action::Manage => "PATCH",
            Action::Delete => "DELETE",
        }
    }
}

impl Records {
    /// `{allowed, rule, reason, tree?}`; 400 names the part of the question that makes no sense.
    pub async fn test_rule(&self, collection: &str, question: Question) -> Result<Json> {
        let (records, collection) = (self.clone(), collection.to_string());
        self.store.read(move |reader| records.test_rule_in(reader, &collection, question.clone())).await
    }

    fn test_rule_in(&self, reader: &mut dyn Reader, name: &str, question: Question) -> Result<Json> {
        let catalog = reader.catalog().clone();
        let collection = find(&catalog, name)?.clone();
        let Question { action, rule, record, caller, body, mut ctx } = question;
        ctx.method = action.method();
        ctx.caller = match caller {
            None => Caller::Guest,
            Some((place, id)) => self.account(reader, &place, &id)?,
        };
        let rule = rule.unwrap_or_else(|| action.rule(&collection).map(str::to_string));
        // Before whose rule it is: a rule that does not read is worth saying to everyone.
        let part = rule.as_deref().filter(|text| !text.trim().is_empty()).map(expr::parts).transpose();
        let part = part.map_err(|error| refused("rule", error))?;
        let (about, ctx) = self.about(reader, &collection, action, record.as_deref(), (ctx, body))?;
        let tree = part.map(|part| self.judge(reader, &collection, &ctx, &about, &part)).transpose()?;
        let (allowed, reason) = match (&tree, rule.as_deref()) {
            _ if ctx.caller.is_superuser() => (true, "Superusers pass every rule.".to_string()),
            (_, None) => (false, "The rule is locked: only superusers pass.".to_string()),
            (None, Some(_)) => (true, "The rule is empty: everyone passes.".to_string()),
            (Some(tree), Some(_)) if tree.allowed => (true, "The rule holds.".to_string()),
            (Some(tree), Some(_)) => (false, tree.why_not()),
        };
        let mut answer = Object::new();
        answer.insert("allowed".into(), allowed.into());
        answer.insert("rule".into(), rule.into());
        answer.insert("reason".into(), reason.into());
        if let Some(tree) = tree {
            answer.insert("tree".into(), tree.to_json());
        }
        Ok(Json::Object(answer))
    }

    fn account(&self, reader: &mut dyn Reader, place: &str, id: &str) -> Result<Caller> {
        let catalog = reader.catalog().clone();
        let found = match catalog.find(place).filter(|collection| collection.is_auth()) {
            Some(collection) => self.stored_if_any(reader, collection, id)?,
            None => None,
        };
        let record = found.ok_or_else(|| missing("as", "There is no such account."))?;
        Ok(Caller::Record(Arc::new(record)))
    }

    /// The record, and the request with its body as rules see it.
    fn about(
        &self,
        reader: &mut dyn Reader,
        collection: &Arc<Collection>,
        action: Action,
        id: Option<&str>,
        (ctx, body): (Ctx, Object),
    ) -> Result<(About, Ctx)> {
        let before = if action == Action::Create {
            Record { collection: collection.clone(), values: collection.fields.iter().map(Field::zero).collect() }
        } else {
            let id = id.ok_or_else(|| Error::invalid(FAILED, "record", FieldError::required()))?;
            let found = self.stored_if_any(reader, collection, id)?;
            found.ok_or_else(|| missing("record", "There is no such record."))?
        };
        if body.is_empty() && action != Action::Create {
            return Ok((About::Stored(before), ctx));
        }
        let draft = self.draft(&ctx, &before, &Input::new(Body::of(body), &self.ids));
        let ctx = Ctx { body: Arc::new(self.rule_body(&draft)), ..ctx };
        if action != Action::Create {
            return Ok((About::Stored(before), ctx));
        }
        let mut record = draft.record;
        if record.id().is_empty() {
            record.set("id", self.ids.ordered(ctx.now));
        }
        if collection.is_auth() {
            record.set("verified", false);
        }
        Ok((About::New(record), ctx))
    }

    fn judge(
        &self,
        reader: &mut dyn Reader,
        collection: &Arc<Collection>,
        ctx: &Ctx,
        about: &About,
        part: &Part,
    ) -> Result<Judged> {
        let scope = Scope {
            catalog: reader.catalog(),
            root: collection,
            caller: ctx.caller.collection(),
            access: Access::Rule,
        };
        let checked = expr::check(&part.expr, &scope).map_err(|error: ExprError| refused("rule", error))?;
        let gate = |bind: fn(&Arc<Predicate>, &Ctx) -> Bound| Gate::Check(bind(&checked, ctx));
        let allowed = match about {
            About::Stored(record) => {
                let subject = Subject::Stored { id: record.id(), values: &record.values };
                self.admits(reader, collection, &gate(Predicate::bind), subject)?
            }
            About::New(record) => {
                self.admits(reader, collection, &gate(Predicate::bind_new), Subject::Virtual(&record.values))?
            }
        };
        let parts = part.parts.iter().map(|part| self.judge(reader, collection, ctx, about, part));
        let parts = parts.collect::<Result<Vec<_>>>()?;
        Ok(Judged { text: part.text.clone(), join: part.join, allowed, parts })
    }
}

/// A part and what it says.
struct Judged {
    text: String,
    join: Option<Join>,
    allowed: bool,
    parts: Vec<Judged>,
}

impl Judged {
    /// A sentence about the smallest part to blame.
    fn why_not(&self) -> String {
        match self.join {
            None => format!("`{}` does not hold.", self.text),
            Some(Join::Or) => format!("None of the {} alternatives holds.", self.parts.len()),
            Some(Join::And) => match self.parts.iter().find(|part| !part.allowed) {
                Some(part) => part.why_not(),
                // Each part may be satisfied by another of several related records.
                None => "Each part holds for some related record, but no single one satisfies them all.".into(),
            },
        }
    }

    fn to_json(&self) -> Json {
        let mut node = Object::new();
        node.insert("text".into(), self.text.clone().into());
        node.insert("allowed".into(), self.allowed.into());
        if let Some(join) = self.join {
            node.insert("op".into(), join.sign().into());
            node.insert("parts".into(), self.parts.iter().map(Judged::to_json).collect::<Vec<_>>().into());
        }
        Json::Object(node)
    }
}

fn missing(key: &str, message: &str) -> Error {
    Error::invalid(FAILED, key, FieldError::new("validation_missing_rel_records", message))
}
