//! The one authorizer: every path to data asks here whether a caller may.

use std::sync::Arc;

use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::expr::{Access, Bound, ExprError, Predicate, Verdict};
use crate::schema::{Catalog, Collection};
use crate::sql::{Dialect, Restrict, Select, Source};
use crate::store::Reader;
use crate::value::Value;

use super::Records;

/// What a rule says before any record is looked at.
pub enum Gate {
    /// Everyone, or a superuser.
    Open,
    /// Superusers only.
    Closed,
    /// Depends on the record.
    Check(Bound),
}

/// The record a rule is asked about.
#[derive(Clone, Copy)]
pub enum Subject<'a> {
    /// As it stands in the database, with the values read from there.
    Stored { id: &'a str, values: &'a [Value] },
    /// About to be created: the values it would have.
    Virtual(&'a [Value]),
}

impl Gate {
    /// The bound rule to filter by, if any; a closed gate answers 403.
    pub fn filter(self) -> Result<Option<Bound>> {
        match self {
            Gate::Open => Ok(None),
            Gate::Closed => Err(Error::forbidden("Only superusers can perform this action.")),
            Gate::Check(bound) => Ok(Some(bound)),
        }
    }
}

impl Records {
    /// What `rule` of `collection` says to this caller. A stored rule that no longer compiles is an error, never open.
    pub fn gate(
        &self,
        catalog: &Catalog,
        collection: &Arc<Collection>,
        ctx: &Ctx,
        rule: Option<&str>,
    ) -> std::result::Result<Gate, ExprError> {
        self.gate_by(catalog, collection, ctx, rule, Predicate::bind)
    }

    /// As [`Records::gate`], about a record that is not stored yet.
    pub fn gate_new(
        &self,
        catalog: &Catalog,
        collection: &Arc<Collection>,
        ctx: &Ctx,
        rule: Option<&str>,
    ) -> std::result::Result<Gate, ExprError> {
        self.gate_by(catalog, collection, ctx, rule, Predicate::bind_new)
    }

    fn gate_by(
        &self,
        catalog: &Catalog,
        collection: &Arc<Collection>,
        ctx: &Ctx,
        rule: Option<&str>,
        bind: fn(&Arc<Predicate>, &Ctx) -> Bound,
    ) -> std::result::Result<Gate, ExprError> {
        if ctx.caller.is_superuser() {
            return Ok(Gate::Open);
        }
        match rule {
            None => Ok(Gate::Closed),
            Some("") => Ok(Gate::Open),
            Some(text) => {
                let bound = bind(&self.plans.predicate(catalog, collection, ctx, Access::Rule, text)?, ctx);
                Ok(if bound.is_always() { Gate::Open } else { Gate::Check(bound) })
            }
        }
    }

    /// Whether the caller manages auth records: superusers do, guests never.
    pub fn manager_gate(&self, catalog: &Catalog, collection: &Arc<Collection>, ctx: &Ctx) -> Gate {
        let rule = collection.auth().and_then(|options| options.manage_rule.as_deref());
        if ctx.caller.record().is_none() {
            return Gate::Closed;
        }
        // A broken manage rule grants nothing.
        self.gate(catalog, collection, ctx, rule.filter(|text| !text.is_empty())).unwrap_or(Gate::Closed)
    }

    /// Whether `subject` satisfies a condition of its collection that nobody is above, superusers included.
    pub fn satisfies(
        &self,
        reader: &mut dyn Reader,
        ctx: &Ctx,
        (collection, condition): (&Arc<Collection>, &str),
        subject: Subject<'_>,
    ) -> Result<bool> {
        let predicate = self.plans.predicate(reader.catalog(), collection, ctx, Access::Rule, condition);
        let bound = predicate.map_err(|error| Error::internal(error.to_string()))?.bind(ctx);
        self.holds(reader, collection, &bound, subject)
    }

    /// Whether `bound` holds for `subject`: in memory when it can, else by one SELECT.
    pub fn holds(
        &self,
        reader: &mut dyn Reader,
        collection: &Collection,
        bound: &Bound,
        subject: Subject<'_>,
    ) -> Result<bool> {
        let (source, restrict, values) = match subject {
            Subject::Stored { id, values } => (Source::Stored, Restrict::Id(id), values),
            Subject::Virtual(values) => (Source::Virtual(values), Restrict::All, values),
        };
        match bound.eval(&values) {
            Verdict::Pass => Ok(true),
            Verdict::Fail => Ok(false),
            Verdict::AskDatabase => {
                let select = Select { source, restrict, filters: &[bound], limit: 1, ..Select::of(collection) };
                Ok(!reader.query(&select.exists(Dialect::Sqlite))?.is_empty())
            }
        }
    }

    /// Whether a gate lets `subject` through.
    pub fn admits(
        &self,
        reader: &mut dyn Reader,
        collection: &Collection,
        gate: &Gate,
        subject: Subject<'_>,
    ) -> Result<bool> {
        match gate {
            Gate::Open => Ok(true),
            Gate::Closed => Ok(false),
            Gate::Check(bound) => self.holds(reader, collection, bound, subject),
        }
    }
}
