//! `expand`: related records nested into the answer, one query per relation and level, under the target's viewRule.

use std::collections::HashMap;
use std::sync::Arc;

use crate::context::{Ctx, Purpose};
use crate::error::Result;
use crate::schema::{Catalog, Collection, Field};
use crate::sql::{Dialect, Restrict, Select};
use crate::store::Reader;
use crate::value::Row;

use super::Records;
use super::present::{Emails, Expansion, Items, Page, Shape};

/// Deeper parts of a path are ignored.
const MAX_DEPTH: usize = 6;
/// Related records shown per record of a back-relation.
const MAX_BACK: usize = 1000;

/// A tree of path segments: paths that share a beginning share its nodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paths(Vec<(String, Paths)>);

impl Paths {
    /// Reads the `expand` parameter.
    pub fn parse(text: &str) -> Self {
        let mut paths = Paths::default();
        for path in text.split(',') {
            let path: String = path.chars().filter(|c| *c != ' ').collect();
            let path = path.trim_matches('.');
            if path.is_empty() {
                continue;
            }
            let mut level = &mut paths;
            for segment in path.split('.').take(MAX_DEPTH) {
                level = level.child(segment);
            }
        }
        paths
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn child(&mut self, segment: &str) -> &mut Paths {
        let found = self.0.iter().position(|(name, _)| name == segment);
        let index = found.unwrap_or_else(|| {
            self.0.push((segment.to_string(), Paths::default()));
            self.0.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "found or just pushed")]
        &mut self.0[index].1
    }
}

/// Whether any path led somewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Fine,
    Nothing,
}

/// What a segment names, seen from a collection.
struct Relation {
    target: Arc<Collection>,
    via: Via,
    shape: Shape,
}

enum Via {
    /// This field of the page's collection holds ids of the target.
    Forward(usize),
    /// This field of the target holds ids of the page's records.
    Back(usize),
}

impl Records {
    /// Fetches what `paths` names for every record of `page`. Paths that lead nowhere or may not be seen are ignored,
    /// from their first step on.
    pub fn expand(&self, reader: &mut dyn Reader, ctx: &Ctx, page: &mut Page, paths: &Paths) -> Result<()> {
        self.expand_level(reader, &ctx.for_purpose(Purpose::Expand), page, paths).map(|_| ())
    }

    fn expand_level(&self, reader: &mut dyn Reader, ctx: &Ctx, page: &mut Page, paths: &Paths) -> Result<Outcome> {
        if paths.is_empty() || page.items.is_empty() {
            return Ok(Outcome::Fine);
        }
        let mut expansions = Vec::new();
        for (segment, rest) in &paths.0 {
            let catalog = reader.catalog().clone();
            let Some(relation) = resolve(&catalog, &page.collection, segment, ctx) else { continue };
            if let Some(mut expansion) = self.fetch(reader, ctx, page, segment, relation)?
                && self.expand_level(reader, ctx, &mut expansion.target, rest)? == Outcome::Fine
            {
                expansions.push(expansion);
            }
        }
        if expansions.is_empty() {
            return Ok(Outcome::Nothing);
        }
        page.expansions = Some(expansions);
        Ok(Outcome::Fine)
    }

    fn fetch(
        &self,
        reader: &mut dyn Reader,
        ctx: &Ctx,
        page: &Page,
        segment: &str,
        relation: Relation,
    ) -> Result<Option<Expansion>> {
        let Relation { target, via, shape } = relation;
        let catalog = reader.catalog().clone();
        let gate = self.gate(&catalog, &target, ctx, target.rules.view.as_deref());
        // A rule that is closed or does not compile shows nothing.
        let Some(rule) = gate.ok().and_then(|gate| gate.filter().ok()) else { return Ok(None) };
        let wanted = wanted(page, &via);
        let ids = unique(&wanted);
        let filters: Vec<_> = rule.iter().collect();
        let (restrict, limit) = match via {
            Via::Forward(_) => (Restrict::Ids(&ids), -1),
            Via::Back(field) => (
                Restrict::Refers { field, ids: &ids },
                i64::try_from(MAX_BACK.saturating_mul(page.items.len())).unwrap_or(i64::MAX),
            ),
        };
        let select = Select { restrict, filters: &filters, limit, ..Select::of(&target) };
        let rows = reader.query(&select.rows(Dialect::Sqlite))?;
        let target_page = self.page(reader, ctx, &target, Items::Rows(Arc::new(rows)), Emails::AsAllowed)?;
        let links = match via {
            Via::Forward(_) => forward_links(&wanted, &target_page),
            Via::Back(field) => back_links(&wanted, &target_page, field),
        };
        Ok(Some(Expansion { key: segment.to_string(), shape, target: target_page, links }))
    }
}

/// Per record of the page: the ids its relation holds, or its own id for a back-relation.
fn wanted(page: &Page, via: &Via) -> Vec<Vec<String>> {
    let position = match via {
        Via::Forward(field) => *field,
        Via::Back(_) => page.collection.position("id").unwrap_or(usize::MAX),
    };
    let field = page.collection.fields.get(position);
    (0..page.items.len())
        .map(|index| page.items.with(index, |row| field.map(|field| ids(field, row, position)).unwrap_or_default()))
        .collect()
}

/// The ids a relation (or the id field itself) holds.
fn ids(field: &Field, row: &dyn Row, position: usize) -> Vec<String> {
    field.items(row.value(position)).map(|id| id.into_owned()).collect()
}

fn unique(wanted: &[Vec<String>]) -> Vec<String> {
    let mut ids: Vec<String> = wanted.iter().flatten().cloned().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// In the order of the stored ids; those that are gone or not visible are skipped.
fn forward_links(wanted: &[Vec<String>], target: &Page) -> Vec<Vec<usize>> {
    let id = target.collection.position("id").unwrap_or(usize::MAX);
    let found: HashMap<String, usize> = (0..target.items.len())
        .map(|index| (target.items.with(index, |row| row.value(id).text().to_string()), index))
        .collect();
    wanted.iter().map(|ids| ids.iter().filter_map(|id| found.get(id).copied()).collect()).collect()
}

fn back_links(wanted: &[Vec<String>], target: &Page, field: usize) -> Vec<Vec<usize>> {
    let Some(kind) = target.collection.fields.get(field) else { return Vec::new() };
    let mut by_id: HashMap<String, Vec<usize>> = HashMap::new();
    for index in 0..target.items.len() {
        for id in target.items.with(index, |row| ids(kind, row, field)) {
            let linked = by_id.entry(id).or_default();
            if linked.len() < MAX_BACK {
                linked.push(index);
            }
        }
    }
    wanted.iter().map(|ids| ids.first().and_then(|id| by_id.get(id)).cloned().unwrap_or_default()).collect()
}

/// What a segment names. Hidden relations do not exist for those who cannot see them.
fn resolve(catalog: &Catalog, collection: &Arc<Collection>, segment: &str, ctx: &Ctx) -> Option<Relation> {
    let sees = |hidden: bool| !hidden || ctx.caller.is_superuser();
    if let Some((position, field)) = collection.field(segment) {
        let target = catalog.by_id(field.relation()?)?.clone();
        let shape = if field.is_multiple() { Shape::List } else { Shape::Object };
        return sees(field.hidden).then_some(Relation { target, via: Via::Forward(position), shape });
    }
    let (name, field_name) = back_relation(segment)?;
    let target = catalog.find(name)?.clone();
    let (position, field) = target.field(field_name)?;
    if field.relation() != Some(collection.id.as_str()) || !sees(field.hidden) {
        return None;
    }
    let one = !field.is_multiple() && target.has_unique_index(field_name);
    let shape = if one { Shape::Object } else { Shape::List };
    Some(Relation { target: target.clone(), via: Via::Back(position), shape })
}

/// `coll_via_field`, or the older `coll(field)`.
fn back_relation(segment: &str) -> Option<(&str, &str)> {
    segment.split_once("_via_").or_else(|| segment.strip_suffix(')')?.split_once('('))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_share_a_beginning_are_merged() {
        let paths = Paths::parse(" author , author.team,.tags., ,a.b.c.d.e.f.g");
        assert_eq!(
            paths.0.iter().map(|(name, rest)| (name.as_str(), rest.0.len())).collect::<Vec<_>>(),
            [("author", 1), ("tags", 0), ("a", 1)]
        );
        let mut depth = 0;
        let mut level = &paths.0[2].1;
        while let Some((_, next)) = level.0.first() {
            depth += 1;
            level = next;
        }
        assert_eq!(depth, MAX_DEPTH - 1);
    }
}
