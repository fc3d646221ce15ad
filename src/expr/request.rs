//! `@request.…` identifiers. What they name is not known before there is a request, so unknown parts are NULL.

use std::sync::Arc;

use crate::schema::{Field, FieldKind};
use crate::value::Value;

use super::check::Checker;
use super::error::ExprError;
use super::mention::Mention;
use super::path::{Modifier, Place, Segment, Walk};
use super::predicate::{From, Join, JoinKind, Key, Many, Operand};
use super::resolve::is_listed;
use super::slot::{Class, Shape, Slot, Source};

impl Checker<'_> {
    /// The operand of `@request.` and these segments.
    pub(super) fn request(&mut self, segments: &[Segment<'_>], text: &str, at: usize) -> Result<Operand, ExprError> {
        let [group, path @ ..] = segments else {
            return Err(ExprError::misuse(at, "`@request` alone means nothing"));
        };
        let misuse = || ExprError::misuse(at, format!("`{text}` names no part of the request"));
        if group.modifier.is_some() {
            return Err(misuse());
        }
        match (group.name, path) {
            ("context", []) => Ok(self.slot(Source::Context, Shape::Plain, Class::Literal)),
            ("method", []) => Ok(self.slot(Source::Method, Shape::Plain, Class::Literal)),
            ("headers", [_, ..]) => self.text_value(path, Source::Header),
            ("query", [_, ..]) => self.text_value(path, Source::Query),
            ("body", [_, ..]) => self.body(path),
            ("auth", [_, ..]) => self.caller(path),
            ("context" | "method" | "headers" | "query" | "body" | "auth", _) => Err(misuse()),
            (name, _) => {
                let known = ["context", "method", "headers", "query", "body", "auth"];
                Err(ExprError::unknown(group.at, "part of the request", name, known.into_iter()))
            }
        }
    }

    /// A header or query parameter.
    fn text_value(&mut self, path: &[Segment<'_>], source: fn(String) -> Source) -> Result<Operand, ExprError> {
        let Some(last) = path.last() else { return Ok(Operand::Const(Value::Null)) };
        let shape = match last.modifier()? {
            Modifier::None => Shape::Plain,
            Modifier::Lower => Shape::Lower,
            Modifier::IsSet => Shape::IsSet,
            Modifier::Length | Modifier::Each | Modifier::Changed => return Err(no_such_modifier(last)),
        };
        // They are flat: a longer path is a name that nothing has.
        let name = path.iter().map(|segment| segment.name).collect::<Vec<_>>().join(".");
        Ok(self.slot(source(name), shape, Class::Literal))
    }

    fn body(&mut self, path: &[Segment<'_>]) -> Result<Operand, ExprError> {
        let ([first, ..], Some(last)) = (path, path.last()) else { return Ok(Operand::Const(Value::Null)) };
        let root = Arc::clone(self.scope.root);
        let field = root.field(first.name);
        if let Some((_, field)) = field {
            self.mention(Mention::field(first.at, field, &root));
        }
        let modifier = last.modifier()?;
        if let ([_, rest @ ..], Some((_, field))) = (path, field)
            && !rest.is_empty()
            && matches!(field.kind, FieldKind::Relation { .. })
        {
            return Ok(self.submitted_records(field, first, rest));
        }
        let source = Source::Body(path.iter().map(|segment| segment.name.to_string()).collect());
        let of_field = field.filter(|_| path.len() == 1);
        match (modifier, of_field) {
            (Modifier::None, _) => Ok(self.slot(source, Shape::Plain, Class::Literal)),
            (Modifier::Lower, _) => Ok(self.slot(source, Shape::Lower, Class::Literal)),
            (Modifier::IsSet, _) => Ok(self.slot(source, Shape::IsSet, Class::Literal)),
            (Modifier::Length, Some((_, field))) if is_listed(&field.kind) => {
                Ok(self.slot(source, Shape::Length, Class::Literal))
            }
            (Modifier::Each, Some((_, field))) if is_listed(&field.kind) => Ok(self.submitted_items(field, source)),
            (Modifier::Changed, Some((index, _))) => {
                let value = self.slot_id(Slot { source: source.clone(), shape: Shape::Plain, class: Class::Literal });
                let isset = self.slot_id(Slot { source, shape: Shape::IsSet, class: Class::Literal });
                Ok(Operand::Changed { field: index, value, isset })
            }
            (Modifier::Length | Modifier::Each | Modifier::Changed, _) => Err(no_such_modifier(last)),
        }
    }

    /// `@request.body.tags:each`.
    fn submitted_items(&mut self, field: &Field, source: Source) -> Operand {
        let many = if field.is_multiple() { Many::Yes } else { Many::Perhaps };
        let key = Key::Slot(self.slot_id(Slot { source, shape: Shape::List, class: Class::Literal }));
        Operand::Item(self.join(Join { kind: JoinKind::Each, key, collection: None, many }))
    }

    /// `@request.body.author.name`: fields of the records whose ids were submitted.
    fn submitted_records(&mut self, field: &Field, first: &Segment<'_>, rest: &[Segment<'_>]) -> Operand {
        let target = field.relation().and_then(|id| self.scope.catalog.by_id(id)).map(Arc::clone);
        let Some(target) = target else { return Operand::Const(Value::Null) };
        let source = Source::Body(vec![first.name.to_string()]);
        let shape = if field.is_multiple() { Shape::List } else { Shape::Plain };
        let submitted = Key::Slot(self.slot_id(Slot { source, shape, class: Class::Literal }));
        let key = if field.is_multiple() {
            let items = Join { kind: JoinKind::Each, key: submitted, collection: None, many: Many::Yes };
            Key::Item(self.join(items))
        } else {
            submitted
        };
        let join = self.relation(key, &target);
        let walk = Walk { place: Place::Row(From::Join(join)), collection: target, hops: 1 };
        self.walk(walk, rest).unwrap_or(Operand::Const(Value::Null))
    }

    fn caller(&mut self, path: &[Segment<'_>]) -> Result<Operand, ExprError> {
        // Refused even where it could only be NULL: a misspelt modifier would otherwise turn up at run time.
        let modifier = path.last().map_or(Ok(Modifier::None), Segment::modifier)?;
        let nothing = || Operand::Const(if modifier == Modifier::IsSet { Value::Int(0) } else { Value::Null });
        let Some(collection) = self.scope.caller.map(Arc::clone) else { return Ok(nothing()) };
        let shape = match modifier {
            Modifier::Lower => Shape::Lower,
            Modifier::IsSet => Shape::IsSet,
            Modifier::None | Modifier::Length | Modifier::Each | Modifier::Changed => Shape::Plain,
        };
        match path {
            [only] if only.name == "collectionId" => Ok(self.slot(Source::CallerCollectionId, shape, Class::Literal)),
            [only] if only.name == "collectionName" => {
                Ok(self.slot(Source::CallerCollectionName, shape, Class::Literal))
            }
            path => {
                Ok(self.walk(Walk { place: Place::Caller, collection, hops: 0 }, path).unwrap_or_else(|_| nothing()))
            }
        }
    }
}

fn no_such_modifier(segment: &Segment<'_>) -> ExprError {
    let modifier = segment.modifier.unwrap_or_default();
    ExprError::misuse(segment.at, format!("`:{modifier}` does not apply to `{}`", segment.name))
}
