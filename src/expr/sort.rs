//! `sort=-created,rel.name`: the operands to order by, with the same names and the same limits as in filters.

use std::sync::{Arc, LazyLock};

use crate::context::Ctx;
use crate::schema::{Collection, CollectionKind, RuleSet};

use super::bind::Bound;
use super::check::Checker;
use super::error::{ExprError, ExprErrorKind, RESERVED, forbidden};
use super::predicate::{JoinId, Operand, Predicate};
use super::quantify::{Tree, flatten, lineage};
use super::scope::{Access, Scope};
use super::token::{TokenKind, Tokens};

const MAX_ITEMS: usize = 8;
const MAX_ITEM_BYTES: usize = 255;

/// A checked sort.
#[derive(Debug)]
pub struct Sort {
    /// Holds the joins of the terms; what it says is that their rows may be listed.
    pub(crate) predicate: Arc<Predicate>,
    pub(crate) terms: Vec<Term>,
    /// Tells the sorts of all collections apart.
    pub(crate) signature: u32,
}

#[derive(Debug)]
pub(crate) struct Term {
    pub key: SortKey,
    pub direction: Direction,
}

#[derive(Debug)]
pub(crate) enum SortKey {
    Random,
    /// The order of insertion.
    RowId,
    Operand {
        operand: Operand,
        /// Those that reach several rows: the lowest value counts, in descending order the highest.
        joins: Vec<JoinId>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Ascending,
    Descending,
}

/// A sort in one request.
#[derive(Clone, Debug)]
pub struct BoundSort {
    pub(crate) sort: Arc<Sort>,
    pub(crate) guard: Bound,
}

impl BoundSort {
    /// The order of insertion, of any collection.
    pub fn insertion() -> &'static BoundSort {
        // It says nothing about records, so whose they are does not matter.
        static INSERTION: LazyLock<BoundSort> = LazyLock::new(|| {
            let (nodes, top) = flatten(Tree::And(Vec::new()));
            let (joins, slots, comparisons, guards) = Default::default();
            let predicate = Predicate { root: nowhere(), joins, slots, comparisons, guards, nodes, top };
            let sort = Arc::new(Sort { predicate: Arc::new(predicate), terms: Vec::new(), signature: 0 });
            sort.bind(&Ctx::default())
        });
        &INSERTION
    }
}

/// A collection of nothing.
fn nowhere() -> Arc<Collection> {
    Arc::new(Collection {
        id: String::new(),
        name: String::new(),
        system: false,
        kind: CollectionKind::Base,
        fields: Vec::new(),
        indexes: Vec::new(),
        rules: RuleSet::default(),
        created: String::new(),
        updated: String::new(),
        history_days: None,
    })
}

impl Sort {
    /// Checks the value of a `sort` parameter; `""` is the order of insertion.
    pub fn compile(text: &str, scope: &Scope<'_>) -> Result<Arc<Sort>, ExprError> {
        Sort::check(text, scope).map_err(|error| ExprError { code: "validation_invalid_sort", ..error })
    }

    fn check(text: &str, scope: &Scope<'_>) -> Result<Arc<Sort>, ExprError> {
        let mut checker = Checker::new(*scope);
        let mut terms = Vec::new();
        let mut at = 0;
        let items = if text.is_empty() { None } else { Some(text.split(',')) };
        for item in items.into_iter().flatten() {
            let start = at + (item.len() - item.trim_start().len());
            at += item.len() + 1;
            if terms.len() == MAX_ITEMS {
                return Err(ExprError::limit(start, format!("more than {MAX_ITEMS} items")));
            }
            terms.push(checker.sort_term(item.trim(), start)?);
        }
        let predicate = checker.finish(Tree::And(Vec::new()))?;
        let signature = crc32fast::hash(format!("{}\n{text}", scope.root.id).as_bytes());
        Ok(Arc::new(Sort { predicate, terms, signature }))
    }

    /// The sort in a request.
    pub fn bind(self: &Arc<Self>, ctx: &Ctx) -> BoundSort {
        BoundSort { sort: Arc::clone(self), guard: self.predicate.bind(ctx) }
    }

    /// Rows can be counted on to come in the same order next time, so that a cursor means something.
    pub fn is_repeatable(&self) -> bool {
        !self.terms.iter().any(|term| matches!(term.key, SortKey::Random))
    }
}

impl Checker<'_> {
    fn sort_term(&mut self, item: &str, at: usize) -> Result<Term, ExprError> {
        let (direction, name) = match (item.strip_prefix('-'), item.strip_prefix('+')) {
            (Some(name), _) => (Direction::Descending, name),
            (None, Some(name)) => (Direction::Ascending, name),
            (None, None) => (Direction::Ascending, item),
        };
        if name.len() > MAX_ITEM_BYTES {
            return Err(ExprError::limit(at, format!("an item of more than {MAX_ITEM_BYTES} bytes")));
        }
        let at = at + (item.len() - name.len());
        let key = match name {
            "@random" => SortKey::Random,
            "@rowid" if self.scope.root.is_view() => {
                return Err(ExprError::misuse(at, "records of a view have no order of insertion"));
            }
            "@rowid" => SortKey::RowId,
            name => self.sort_operand(name, at)?,
        };
        Ok(Term { key, direction })
    }

    fn sort_operand(&mut self, name: &str, at: usize) -> Result<SortKey, ExprError> {
        let token = Tokens::new(name).next().map_err(|error| ExprError { at: at + error.at, ..error })?;
        if !matches!(token.kind, TokenKind::Identifier(whole) if whole.len() == name.len()) {
            return Err(ExprError::syntax(at, "a field to sort by", &format!("`{name}`")));
        }
        if self.scope.access == Access::Client
            && let Some(prefix) = RESERVED.iter().find(|prefix| name.starts_with(**prefix))
        {
            return Err(forbidden(prefix, at));
        }
        let operand = match self.identifier(name, at)? {
            Operand::Const(_) | Operand::NoJson | Operand::Slot(_) | Operand::Changed { .. } => {
                return Err(ExprError::new(ExprErrorKind::Misuse, at, format!("`{name}` is nothing to sort by")));
            }
            operand => operand,
        };
        // Where an address is not shown it must not show in the order either.
        let operand = match (self.take_email(), operand) {
            (None, operand) => operand,
            (Some(email), Operand::Lower(_)) => Operand::Lower(Box::new(email.shown())),
            (Some(email), _) => email.shown(),
        };
        let mut joins = Vec::new();
        operand.joins().into_iter().for_each(|join| lineage(join, self.joins(), &mut joins));
        joins.sort_unstable();
        joins.dedup();
        Ok(SortKey::Operand { operand, joins })
    }
}
