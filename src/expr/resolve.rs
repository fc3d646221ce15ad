//! Identifiers to operands: fields, paths through relations and back-relations, `@collection`, macros, literals.

use std::sync::Arc;

use crate::schema::{Collection, Field, FieldKind};
use crate::value::Value;

use super::check::Checker;
use super::compare::Affinity;
use super::error::ExprError;
use super::index::{Unique, unique};
use super::json;
use super::macros::MACROS;
use super::mention::Mention;
use super::path::{Modifier, Place, Segment, Walk};
use super::predicate::{From, Join, JoinKind, Key, Many, Operand};
use super::scope::Access;
use super::slot::{Class, Shape, Slot, Source};

/// Relations and back-relations in one path.
const MAX_HOPS: usize = 6;

impl Checker<'_> {
    /// The operand that an identifier names.
    pub(super) fn identifier(&mut self, text: &str, at: usize) -> Result<Operand, ExprError> {
        for (word, value) in [("null", Value::Null), ("true", Value::Int(1)), ("false", Value::Int(0))] {
            if text.eq_ignore_ascii_case(word) {
                return Ok(Operand::Const(value));
            }
        }
        if let Some((_, name)) = MACROS.iter().find(|(name, _)| *name == text) {
            return Ok(self.slot(Source::Macro(*name), Shape::Plain, Class::Literal));
        }
        let segments = Segment::split(text, at);
        if let Some(empty) = segments.iter().find(|segment| segment.name.is_empty()) {
            return Err(ExprError::syntax(empty.at, "a name", "nothing"));
        }
        match segments.as_slice() {
            [first, rest @ ..] if first.name == "@request" => self.request(rest, text, at),
            [first, rest @ ..] if first.name == "@collection" => self.any_record(rest, text, at),
            [first, ..] if first.name.starts_with('@') => {
                let known = MACROS.iter().map(|(name, _)| *name).chain(["@request", "@collection"]);
                Err(ExprError::unknown(at, "identifier", text, known))
            }
            segments => {
                let collection = Arc::clone(self.scope.root);
                self.walk(Walk { place: Place::Row(From::Root), collection, hops: 0 }, segments)
            }
        }
    }

    /// `@collection.name:alias.path`.
    fn any_record(&mut self, segments: &[Segment<'_>], text: &str, at: usize) -> Result<Operand, ExprError> {
        let [name, path @ ..] = segments else {
            return Err(ExprError::misuse(at, format!("`{text}` names no collection")));
        };
        let alias = name.modifier.unwrap_or_default();
        if path.is_empty() || (name.modifier.is_some() && !is_word(alias)) {
            return Err(ExprError::misuse(at, format!("`{text}` names no field of a collection")));
        }
        let Some(collection) = self.scope.catalog.find(name.name) else {
            let known = self.scope.catalog.iter().map(|collection| collection.name.as_str());
            return Err(ExprError::unknown(name.at, "collection", name.name, known));
        };
        self.mention(Mention::collection(name.at, name.name, collection));
        let join = Join {
            kind: JoinKind::Every { alias: alias.to_string() },
            key: Key::None,
            collection: Some(Arc::clone(collection)),
            many: Many::Yes,
        };
        let join = self.join(join);
        let walk = Walk { place: Place::Row(From::Join(join)), collection: Arc::clone(collection), hops: 0 };
        self.walk(walk, path)
    }

    /// Follows the rest of a path to the column it ends at.
    pub(super) fn walk(&mut self, mut walk: Walk, mut segments: &[Segment<'_>]) -> Result<Operand, ExprError> {
        loop {
            let Some((segment, rest)) = segments.split_first() else {
                return Err(ExprError::misuse(0, "a path ends without a field"));
            };
            let collection = Arc::clone(&walk.collection);
            let field = collection.field(segment.name).filter(|(_, field)| self.is_visible(field));
            if let Some((_, field)) = field {
                self.mention(Mention::field(segment.at, field, &collection));
            }
            match field {
                Some((index, _)) if rest.is_empty() => return self.leaf(&walk, index, segment.modifier()?, segment),
                Some((index, Field { kind: FieldKind::Json { .. } | FieldKind::GeoPoint, .. })) => {
                    let path = std::iter::once(segment.modifier.map_or("", |_| ":")).filter(|part| !part.is_empty());
                    let spelt: Vec<String> = rest.iter().map(Segment::spelling).collect();
                    return Ok(self.member(&walk, index, path.chain(spelt.iter().map(String::as_str))));
                }
                _ if segment.modifier.is_some() => {
                    return Err(ExprError::misuse(segment.at, "a modifier may stand only at the end of a path"));
                }
                Some((index, Field { kind: FieldKind::Relation { .. }, .. })) => {
                    walk.hops = hop(walk.hops, segment)?;
                    if let Some(operand) = self.own_id(&walk, index, rest)? {
                        return Ok(operand);
                    }
                    self.forward(&mut walk, index, segment)?;
                }
                Some((_, field)) => {
                    return Err(ExprError::misuse(segment.at, format!("`{}` has no parts", field.name)));
                }
                None if !rest.is_empty() && segment.name.contains("_via_") => {
                    walk.hops = hop(walk.hops, segment)?;
                    self.back(&mut walk, segment)?;
                }
                None => return Err(self.unknown_field(&collection, segment)),
            }
            segments = rest;
        }
    }

    /// `rel.id` of a single relation is the relation's own column: nothing is joined.
    fn own_id(&mut self, walk: &Walk, index: usize, rest: &[Segment<'_>]) -> Result<Option<Operand>, ExprError> {
        let [id] = rest else { return Ok(None) };
        if id.name != "id" || walk.collection.fields.get(index).is_none_or(Field::is_multiple) {
            return Ok(None);
        }
        let modifier = id.modifier()?;
        let lower = modifier == Modifier::Lower;
        Ok(Some(match walk.place {
            Place::Row(from) if lower => Operand::Lower(Box::new(Operand::Column(from, index))),
            Place::Row(from) => Operand::Column(from, index),
            Place::Caller => self.caller_slot(index, None, if lower { Shape::Lower } else { Shape::Plain }),
        }))
    }

    /// Goes on to the records a relation field points at.
    fn forward(&mut self, walk: &mut Walk, index: usize, segment: &Segment<'_>) -> Result<(), ExprError> {
        let field = walk.collection.fields.get(index);
        let target = field.and_then(Field::relation).and_then(|id| self.scope.catalog.by_id(id));
        let Some(target) = target.map(Arc::clone) else {
            return Err(ExprError::misuse(segment.at, format!("`{}` points at a missing collection", segment.name)));
        };
        if !self.is_listable(&target) {
            let message = format!("`{}` points at records that only superusers may list", segment.name);
            return Err(ExprError::misuse(segment.at, message));
        }
        let key = if field.is_some_and(Field::is_multiple) {
            Key::Item(self.each(walk.place, index))
        } else {
            match walk.place {
                Place::Row(from) => Key::Column(from, index),
                Place::Caller => Key::Slot(self.caller_source(index, None, Shape::Plain)),
            }
        };
        let join = self.relation(key, &target);
        walk.place = Place::Row(From::Join(join));
        walk.collection = target;
        Ok(())
    }

    /// Goes on to the records that point here: `posts_via_author`.
    fn back(&mut self, walk: &mut Walk, segment: &Segment<'_>) -> Result<(), ExprError> {
        let found = segment.name.rsplit_once("_via_").and_then(|(collection, name)| {
            let source = self.scope.catalog.find(collection)?;
            let (index, field) = source.field(name)?;
            let points_here = field.relation() == Some(walk.collection.id.as_str());
            (points_here && self.is_visible(field) && self.is_listable(source)).then(|| (Arc::clone(source), index))
        });
        let Some((source, index)) = found else {
            return Err(self.unknown_field(&walk.collection, segment));
        };
        let field = source.fields.get(index);
        self.mention_back(segment, &source, index);
        let single = field.is_some_and(|field| !field.is_multiple());
        let many = match field.map(|field| unique(&source, &field.name)) {
            Some(Unique::Yes) if single && !source.is_view() => Many::No,
            Some(Unique::Yes | Unique::Partly) if single => Many::Perhaps,
            Some(_) | None => Many::Yes,
        };
        let key = match walk.place {
            Place::Row(from) => Key::Column(from, walk.collection.position("id").unwrap_or_default()),
            Place::Caller => {
                let id = walk.collection.position("id").unwrap_or_default();
                Key::Slot(self.caller_source(id, None, Shape::Plain))
            }
        };
        let kind = JoinKind::Back { field: index };
        let join = self.join(Join { kind, key, collection: Some(Arc::clone(&source)), many });
        walk.place = Place::Row(From::Join(join));
        walk.collection = source;
        Ok(())
    }

    fn mention_back(&mut self, segment: &Segment<'_>, source: &Arc<Collection>, index: usize) {
        if let Some((name, _)) = segment.name.rsplit_once("_via_") {
            self.mention(Mention::collection(segment.at, name, source));
            if let Some(field) = source.fields.get(index) {
                self.mention(Mention::field(segment.at + name.len() + "_via_".len(), field, source));
            }
        }
    }

    /// The record whose id is the key.
    pub(super) fn relation(&mut self, key: Key, target: &Arc<Collection>) -> usize {
        // A view promises unique ids, which nothing enforces.
        let many = if target.is_view() { Many::Perhaps } else { Many::No };
        self.join(Join { kind: JoinKind::Relation, key, collection: Some(Arc::clone(target)), many })
    }

    /// The items of a multiple field.
    fn each(&mut self, place: Place, index: usize) -> usize {
        let key = match place {
            Place::Row(from) => Key::Column(from, index),
            Place::Caller => Key::Slot(self.caller_source(index, None, Shape::List)),
        };
        self.join(Join { kind: JoinKind::Each, key, collection: None, many: Many::Yes })
    }

    /// The last part of a path: a field, as its modifier wants it.
    fn leaf(
        &mut self,
        walk: &Walk,
        index: usize,
        modifier: Modifier,
        segment: &Segment<'_>,
    ) -> Result<Operand, ExprError> {
        let Some(field) = walk.collection.fields.get(index) else { return Ok(Operand::NoJson) };
        if matches!(field.kind, FieldKind::Password { .. }) && self.scope.access == Access::Client {
            return Err(ExprError::misuse(segment.at, "passwords cannot be compared"));
        }
        let listed = is_listed(&field.kind);
        let multiple = field.is_multiple();
        let from = match walk.place {
            Place::Row(from) => from,
            Place::Caller => return Ok(self.caller_leaf(walk, index, modifier)),
        };
        self.note_email(from, &walk.collection, index);
        let column = match field.kind {
            FieldKind::Json { .. } => Operand::Json(from, index, Vec::new()),
            _ => Operand::Column(from, index),
        };
        Ok(match modifier {
            Modifier::Lower => Operand::Lower(Box::new(column)),
            Modifier::Length if listed => Operand::Length(from, index),
            Modifier::Each if multiple => Operand::Item(self.each(walk.place, index)),
            Modifier::Each if listed => Operand::Only(from, index),
            // About the request only; on a record they have always been ignored.
            Modifier::None | Modifier::Length | Modifier::Each | Modifier::IsSet | Modifier::Changed => column,
        })
    }

    fn caller_leaf(&mut self, walk: &Walk, index: usize, modifier: Modifier) -> Operand {
        let Some(field) = walk.collection.fields.get(index) else { return Operand::NoJson };
        let json = matches!(field.kind, FieldKind::Json { .. });
        let path = json.then(Vec::new);
        match modifier {
            Modifier::Lower => self.caller_slot(index, path, Shape::Lower),
            Modifier::Length if is_listed(&field.kind) => self.caller_slot(index, None, Shape::Length),
            Modifier::Each if field.is_multiple() => Operand::Item(self.each(walk.place, index)),
            Modifier::IsSet => self.caller_slot(index, None, Shape::IsSet),
            Modifier::None | Modifier::Length | Modifier::Each | Modifier::Changed => {
                self.caller_slot(index, path, Shape::Plain)
            }
        }
    }

    /// A value inside a JSON document or geo point.
    fn member<'t>(&mut self, walk: &Walk, index: usize, parts: impl Iterator<Item = &'t str>) -> Operand {
        match (json::path(parts), walk.place) {
            (None, _) => Operand::NoJson,
            (Some(path), Place::Row(from)) => Operand::Json(from, index, path),
            (Some(path), Place::Caller) => self.caller_slot(index, Some(path), Shape::Plain),
        }
    }

    fn caller_slot(&mut self, index: usize, path: Option<Vec<json::Step>>, shape: Shape) -> Operand {
        Operand::Slot(self.caller_source(index, path, shape))
    }

    fn caller_source(&mut self, index: usize, path: Option<Vec<json::Step>>, shape: Shape) -> usize {
        let field = self.scope.caller.and_then(|collection| collection.fields.get(index));
        let class = match (shape, &path, field) {
            (Shape::Plain | Shape::Lower, Some(_), _) => Class::Json,
            (Shape::Plain, None, Some(field)) if field.is_numeric() => Class::Column(Affinity::Numeric),
            (Shape::Plain, None, _) => Class::Column(Affinity::Text),
            (Shape::Lower | Shape::Length | Shape::IsSet | Shape::List, _, _) => Class::Literal,
        };
        let name = field.map(|field| field.name.clone()).unwrap_or_default();
        self.slot_id(Slot { source: Source::Caller { field: index, name, path }, shape, class })
    }

    pub(super) fn slot(&mut self, source: Source, shape: Shape, class: Class) -> Operand {
        Operand::Slot(self.slot_id(Slot { source, shape, class }))
    }

    /// May be named by the author of the expression.
    fn is_visible(&self, field: &Field) -> bool {
        !(field.hidden && self.scope.access == Access::Client)
    }

    /// Its records may be reached by the author of the expression, at least some of them.
    fn is_listable(&self, collection: &Collection) -> bool {
        collection.rules.list.is_some() || self.scope.access != Access::Client
    }

    fn unknown_field(&self, collection: &Collection, segment: &Segment<'_>) -> ExprError {
        let visible = collection.fields.iter().filter(|field| self.is_visible(field));
        ExprError::unknown(segment.at, "field", segment.name, visible.map(|field| field.name.as_str()))
    }
}

fn hop(hops: usize, segment: &Segment<'_>) -> Result<usize, ExprError> {
    if hops == MAX_HOPS {
        return Err(ExprError::limit(segment.at, format!("a path through more than {MAX_HOPS} relations")));
    }
    Ok(hops + 1)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Kinds with items: they have a length, single or multiple.
pub(super) fn is_listed(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Select { .. } | FieldKind::File { .. } | FieldKind::Relation { .. })
}
