//! What is odd about rules: broken ones, and ones that let anybody do what their owner hardly meant.

use std::sync::Arc;

use crate::context::Ctx;
use crate::expr;
use crate::expr::rename::scope_of;
use crate::schema::{Catalog, Collection, CollectionKind, view_query};

/// Something about a rule to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    pub collection: String,
    /// As in JSON: `updateRule`.
    pub rule: &'static str,
    pub grade: Grade,
    /// A sentence: what it is and what to do.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grade {
    /// It may be meant so.
    Odd,
    /// It cannot work.
    Broken,
}

/// What a rule lets through.
enum Reach {
    Superusers,
    /// Guests, whatever the record.
    Anybody,
    Some,
    Broken(String),
}

/// Looks at the rules of every collection that is not the system's.
pub fn oddities(catalog: &Catalog) -> Vec<Oddity> {
    let mut found = Vec::new();
    for collection in catalog.iter().filter(|collection| !collection.system) {
        let mut add = |rule, grade, text| {
            found.push(Oddity { collection: collection.name.clone(), rule, grade, text });
        };
        for (rule, text) in all_rules(collection) {
            if let Reach::Broken(why) = reach(catalog, collection, text) {
                let name = &collection.name;
                add(rule, Grade::Broken, format!("The {rule} of {name} cannot be used and refuses everybody: {why}."));
            }
        }
        open_writes(catalog, collection, &mut add);
        match &collection.kind {
            CollectionKind::View(query) => view(catalog, collection, query, &mut add),
            CollectionKind::Auth(_) => accounts(catalog, collection, &mut add),
            CollectionKind::Base => {}
        }
    }
    found
}

type Add<'a> = &'a mut dyn FnMut(&'static str, Grade, String);

fn all_rules(collection: &Collection) -> Vec<(&'static str, Option<&str>)> {
    let mut rules = collection.named_rules().to_vec();
    if let Some(options) = collection.auth() {
        rules.push(("authRule", options.auth_rule.as_deref()));
        rules.push(("manageRule", options.manage_rule.as_deref()));
        // Empty means that everybody needs a second factor.
        rules.push(("mfa.rule", Some(options.mfa.rule.as_str())));
    }
    rules
}

fn reach(catalog: &Catalog, collection: &Arc<Collection>, rule: Option<&str>) -> Reach {
    match rule {
        None => Reach::Superusers,
        Some("") => Reach::Anybody,
        Some(text) => {
            match expr::compile(text, &scope_of(catalog, collection)) {
                // A guest's empty request: whatever it lets through then, anybody gets through.
                Ok(predicate) if predicate.bind(&Ctx::default()).is_always() => Reach::Anybody,
                Ok(_) => Reach::Some,
                Err(error) => Reach::Broken(error.to_string()),
            }
        }
    }
}

/// Whoever finds such a collection can fill it, or empty it. That anybody signs up is usual.
fn open_writes(catalog: &Catalog, collection: &Arc<Collection>, add: Add<'_>) {
    let rules = [
        ("createRule", "create", &collection.rules.create),
        ("updateRule", "update", &collection.rules.update),
        ("deleteRule", "delete", &collection.rules.delete),
    ];
    let open = rules.into_iter().filter(|(_, verb, rule)| {
        (*verb != "create" || !collection.is_auth())
            && matches!(reach(catalog, collection, rule.as_deref()), Reach::Anybody)
    });
    let open: Vec<(&str, &str)> = open.map(|(name, verb, _)| (name, verb)).collect();
    let Some((first, _)) = rules.iter().map(|(name, verb, _)| (*name, *verb)).find(|rule| open.contains(rule)) else {
        return;
    };
    let verbs: Vec<&str> = open.iter().map(|(_, verb)| *verb).collect();
    let (verbs, name) = (enumerated(&verbs), &collection.name);
    let text =
        format!("Anybody may {verbs} records of {name} without signing in: let its rules ask for @request.auth.id.");
    add(first, Grade::Odd, text);
}

fn view(catalog: &Catalog, collection: &Arc<Collection>, query: &str, add: Add<'_>) {
    let name = &collection.name;
    let rules = [("listRule", &collection.rules.list), ("viewRule", &collection.rules.view)];
    if rules.iter().all(|(_, rule)| rule.is_none()) {
        let text = format!("Only superusers can read the view {name}: set its rules if others are meant to.");
        return add("listRule", Grade::Odd, text);
    }
    let open = rules.iter().find(|(_, rule)| matches!(reach(catalog, collection, rule.as_deref()), Reach::Anybody));
    let Some((rule, _)) = open else { return };
    // A view asks for its own rules only.
    let stricter = catalog.iter().filter(|other| other.id != collection.id && view_query::mentions(query, &other.name));
    let stricter =
        stricter.filter(|other| !matches!(reach(catalog, other, other.rules.list.as_deref()), Reach::Anybody));
    let names: Vec<&str> = stricter.map(|other| other.name.as_str()).collect();
    if !names.is_empty() {
        let names = enumerated(&names);
        let text = format!(
            "Anybody may read the view {name}, but not {names}, whose records it shows: see that its columns may be seen."
        );
        add(rule, Grade::Odd, text);
    }
}

fn accounts(catalog: &Catalog, collection: &Arc<Collection>, add: Add<'_>) {
    let name = &collection.name;
    if matches!(reach(catalog, collection, collection.rules.list.as_deref()), Reach::Anybody) {
        let text = format!("Anybody may list the accounts of {name}: let its listRule ask for @request.auth.id.");
        add("listRule", Grade::Odd, text);
    }
    let manage = collection.auth().and_then(|options| options.manage_rule.as_deref());
    if manage.is_some() && matches!(reach(catalog, collection, manage), Reach::Anybody) {
        let text =
            format!("The manageRule of {name} lets anybody change passwords of others: let it ask who they are.");
        add("manageRule", Grade::Odd, text);
    }
}

/// `a, b and c`.
fn enumerated(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, [])) => (*last).to_string(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}
