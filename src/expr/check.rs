//! Looks up every name of a parsed expression and makes a predicate of it.

use std::sync::Arc;

use crate::schema::Collection;
use crate::value::Value;

use super::error::{ExprError, RESERVED, forbidden};
use super::macros::Macro;
use super::mention::Mention;
use super::parse::{Branch, Comparison, Expr, Term, TermKind};
use super::predicate::{Compare, From, Guard, Join, JoinId, Many, Operand, Part, Predicate};
use super::quantify::{Tree, flatten, place};
use super::scope::{Access, Scope};
use super::slot::{Class, Shape, Slot, Source};
use super::token::{Op, Quantity};

/// What has been found while looking up names: the parts of the predicate to be.
pub(crate) struct Checker<'a> {
    pub(super) scope: Scope<'a>,
    joins: Vec<Join>,
    slots: Vec<Slot>,
    comparisons: Vec<Compare>,
    guards: Vec<Guard>,
    /// `email` columns that the operands read since the last look, with their `emailVisibility`.
    emails: Vec<Email>,
    mentions: Vec<Mention>,
}

/// An e-mail column that is comparable only where its owner shows it.
#[derive(Clone, Copy)]
pub(super) struct Email {
    pub from: From,
    pub column: usize,
    pub flag: usize,
}

impl Email {
    /// The address where it is shown, else `''`.
    pub(super) fn shown(self) -> Operand {
        Operand::Shown { from: self.from, column: self.column, flag: self.flag }
    }
}

/// Checks a parsed expression; it is about records of `scope.root`.
pub fn check(expr: &Expr, scope: &Scope<'_>) -> Result<Arc<Predicate>, ExprError> {
    let mut checker = Checker::new(*scope);
    let tree = checker.expression(expr)?;
    checker.finish(tree)
}

impl<'a> Checker<'a> {
    pub(super) fn new(scope: Scope<'a>) -> Self {
        Checker {
            scope,
            joins: Vec::new(),
            slots: Vec::new(),
            comparisons: Vec::new(),
            guards: Vec::new(),
            emails: Vec::new(),
            mentions: Vec::new(),
        }
    }

    pub(super) fn expression(&mut self, expr: &Expr) -> Result<Tree, ExprError> {
        if self.scope.access == Access::Client {
            RESERVED.iter().try_for_each(|prefix| refuse_forbidden(&expr.0, prefix))?;
        }
        self.branch(&expr.0)
    }

    /// The predicate of a tree: quantifiers placed, and every joined row guarded.
    pub(super) fn finish(mut self, tree: Tree) -> Result<Arc<Predicate>, ExprError> {
        let tree = self.guarded(tree)?;
        let placed = place(tree, &[], &self.joins, &self.reads());
        let (nodes, top) = flatten(placed);
        Ok(Arc::new(Predicate {
            root: Arc::clone(self.scope.root),
            joins: self.joins,
            slots: self.slots,
            comparisons: self.comparisons,
            guards: self.guards,
            nodes,
            top,
        }))
    }

    pub(super) fn mentions(self) -> Vec<Mention> {
        self.mentions
    }

    pub(super) fn take_email(&mut self) -> Option<Email> {
        self.emails.pop()
    }

    pub(super) fn joins(&self) -> &[Join] {
        &self.joins
    }

    fn reads(&self) -> super::quantify::Reads {
        super::quantify::Reads {
            comparisons: self.comparisons.iter().map(|c| [c.left.joins(), c.right.joins()].concat()).collect(),
            guards: self.guards.iter().map(|guard| guard.join).collect(),
        }
    }

    /// Adds the list rules of all joined collections, as conditions of the whole.
    fn guarded(&mut self, tree: Tree) -> Result<Tree, ExprError> {
        if self.scope.access != Access::Client {
            return Ok(tree);
        }
        let mut all = vec![tree];
        // Those copied into violations have theirs there already.
        let guarded: Vec<JoinId> = self.guards.iter().map(|guard| guard.join).collect();
        for join in 0..self.joins.len() {
            if !guarded.contains(&join) {
                all.extend(self.guard(join)?);
            }
        }
        Ok(Tree::And(all))
    }

    /// The condition that rows of a join may be listed by the caller.
    fn guard(&mut self, join: JoinId) -> Result<Option<Tree>, ExprError> {
        let Some(target) = self.joins.get(join).and_then(|join| join.collection.as_ref()).map(Arc::clone) else {
            return Ok(None);
        };
        let Some(rule) = target.rules.list.as_deref().filter(|rule| !rule.is_empty()) else { return Ok(None) };
        let known =
            self.guards.iter().find(|guard| guard.rule.root.id == target.id).map(|guard| Arc::clone(&guard.rule));
        let rule = match known {
            Some(rule) => rule,
            // What is wrong with a stored rule is none of the caller's business.
            None => super::compile(rule, &self.scope.rule_of(&target)).map_err(|_| {
                ExprError::misuse(0, format!("records of `{}` cannot be listed at present", target.name))
            })?,
        };
        self.guards.push(Guard { join, rule });
        Ok(Some(Tree::Guard(self.guards.len() - 1)))
    }

    fn branch(&mut self, branch: &Branch) -> Result<Tree, ExprError> {
        Ok(match branch {
            Branch::And(branches) => Tree::And(self.branches(branches)?),
            Branch::Or(branches) => Tree::Or(self.branches(branches)?),
            Branch::Comparison(comparison) => self.comparison(comparison)?,
        })
    }

    fn branches(&mut self, branches: &[Branch]) -> Result<Vec<Tree>, ExprError> {
        branches.iter().map(|branch| self.branch(branch)).collect()
    }

    fn comparison(&mut self, comparison: &Comparison) -> Result<Tree, ExprError> {
        let left = self.operand(&comparison.left)?;
        let right = self.operand(&comparison.right)?;
        let emails = std::mem::take(&mut self.emails);
        let op = comparison.sign.op;
        let every = |operand: &Operand| comparison.sign.quantity == Quantity::Every && self.is_multi_valued(operand);
        let (every_left, every_right) = (every(&left), every(&right));
        let tree = if every_left || every_right {
            let mut copied = Vec::new();
            let left_copy = if every_left { self.copy(&left, &mut copied) } else { left.clone() };
            let right_copy = if every_right { self.copy(&right, &mut copied) } else { right.clone() };
            let some = self.compare(Compare { left, op, right, part: Part::Some });
            let violation = Compare { left: left_copy, op, right: right_copy, part: Part::Violation };
            Tree::And(vec![Tree::Holds(some), self.nothing(violation, &copied, &emails)?])
        } else {
            Tree::Holds(self.compare(Compare { left, op, right, part: Part::Whole }))
        };
        let mut all = vec![tree];
        for email in emails {
            all.push(self.shown(email));
        }
        Ok(Tree::And(all))
    }

    /// "No row that the caller may see violates it", over joins of its own.
    fn nothing(&mut self, violation: Compare, copied: &[Copy], emails: &[Email]) -> Result<Tree, ExprError> {
        let mut body = vec![Tree::Violates(self.compare(violation))];
        if self.scope.access == Access::Client {
            for copy in copied {
                body.extend(self.guard(copy.new)?);
            }
            for email in emails {
                let copies = copied.iter().filter(|copy| email.from == From::Join(copy.old));
                for from in copies.map(|copy| From::Join(copy.new)).collect::<Vec<_>>() {
                    body.push(self.shown(Email { from, ..*email }));
                }
            }
        }
        let many = copied
            .iter()
            .map(|copy| copy.new)
            .filter(|join| self.joins.get(*join).is_some_and(|join| join.many != Many::No));
        Ok(Tree::Nothing { joins: many.collect(), body: Box::new(Tree::And(body)) })
    }

    /// The operand over copies of its joins, from the first that reaches many rows on.
    fn copy(&mut self, operand: &Operand, copied: &mut Vec<Copy>) -> Operand {
        let mut chain = Vec::new();
        for join in operand.joins() {
            self.ancestry(join, &mut chain);
        }
        chain.sort_unstable();
        chain.dedup();
        let mut copies: Vec<Copy> = Vec::new();
        for old in chain {
            let Some(join) = self.joins.get(old) else { continue };
            let parent = join.parent().and_then(|parent| copies.iter().find(|copy| copy.old == parent));
            if join.many == Many::No && parent.is_none() {
                continue;
            }
            let join = join.with_parent(parent.map(|copy| copy.new));
            self.joins.push(join);
            copies.push(Copy { old, new: self.joins.len() - 1 });
        }
        let new = operand.remap(&|old| copies.iter().find(|copy| copy.old == old).map_or(old, |copy| copy.new));
        copied.extend(copies);
        new
    }

    fn ancestry(&self, join: JoinId, chain: &mut Vec<JoinId>) {
        let mut next = Some(join);
        while let Some(join) = next {
            chain.push(join);
            next = self.joins.get(join).and_then(Join::parent);
        }
    }

    /// All values of the operand have to comply, not just one. Distances have always been content with one.
    fn is_multi_valued(&self, operand: &Operand) -> bool {
        if matches!(operand, Operand::GeoDistance(_)) {
            return false;
        }
        let mut chain = Vec::new();
        operand.joins().into_iter().for_each(|join| self.ancestry(join, &mut chain));
        chain.into_iter().any(|join| self.joins.get(join).is_some_and(|join| join.many == Many::Yes))
    }

    fn shown(&mut self, email: Email) -> Tree {
        let left = Operand::Column(email.from, email.flag);
        let right = Operand::Const(Value::Int(1));
        Tree::Holds(self.compare(Compare { left, op: Op::Eq, right, part: Part::Whole }))
    }

    fn compare(&mut self, compare: Compare) -> usize {
        self.comparisons.push(compare);
        self.comparisons.len() - 1
    }

    fn operand(&mut self, term: &Term) -> Result<Operand, ExprError> {
        match &term.kind {
            TermKind::Number(n) => Ok(Operand::Const(Value::Real(*n))),
            TermKind::Text(text) => Ok(Operand::Const(Value::from(text.as_str()))),
            TermKind::Identifier(name) => self.identifier(name, term.at),
            TermKind::Call { name, arguments } if name == "geoDistance" => self.geo_distance(arguments, term.at),
            TermKind::Call { name, arguments } if name == "strftime" => self.strftime(arguments, term.at),
            TermKind::Call { name, .. } => {
                Err(ExprError::unknown(term.at, "function", name, ["geoDistance", "strftime"].into_iter()))
            }
        }
    }

    fn geo_distance(&mut self, arguments: &[Term], at: usize) -> Result<Operand, ExprError> {
        let [lon_a, lat_a, lon_b, lat_b] = arguments else {
            return Err(ExprError::misuse(at, "geoDistance takes 4 arguments: lonA, latA, lonB, latB"));
        };
        let mut number = |term: &Term| match &term.kind {
            TermKind::Number(_) | TermKind::Identifier(_) => self.operand(term),
            TermKind::Text(_) | TermKind::Call { .. } => {
                Err(ExprError::misuse(term.at, "geoDistance takes numbers and identifiers"))
            }
        };
        Ok(Operand::GeoDistance(Box::new([number(lon_a)?, number(lat_a)?, number(lon_b)?, number(lat_b)?])))
    }

    fn strftime(&mut self, arguments: &[Term], at: usize) -> Result<Operand, ExprError> {
        let mut text = |term: &Term| match &term.kind {
            TermKind::Text(text) => Ok(Operand::Const(Value::from(text.as_str()))),
            TermKind::Number(_) | TermKind::Identifier(_) | TermKind::Call { .. } => Err(ExprError::misuse(
                term.at,
                "strftime takes a format, a time and modifiers, all but the time as texts",
            )),
        };
        let (format, rest) = match arguments {
            [format, rest @ ..] if arguments.len() <= 10 => (text(format)?, rest),
            _ => return Err(ExprError::misuse(at, "strftime takes 1 to 10 arguments")),
        };
        let (time, modifiers) = match rest {
            [] => (None, rest),
            [time, modifiers @ ..] => (Some(time), modifiers),
        };
        let modifiers = modifiers.iter().map(&mut text).collect::<Result<Vec<_>, _>>()?;
        let time = match time.map(|time| &time.kind) {
            // The request's own clock, not the database's.
            None => self.slot(Source::Macro(Macro::Now), Shape::Plain, Class::Literal),
            Some(TermKind::Text(text)) if text.eq_ignore_ascii_case("now") => {
                self.slot(Source::Macro(Macro::Now), Shape::Plain, Class::Literal)
            }
            Some(TermKind::Call { .. }) => return Err(ExprError::misuse(at, "strftime takes no function as its time")),
            Some(TermKind::Text(_) | TermKind::Number(_) | TermKind::Identifier(_)) => {
                time.map_or(Ok(Operand::NoJson), |time| self.operand(time))?
            }
        };
        Ok(Operand::Strftime([format, time].into_iter().chain(modifiers).collect()))
    }

    /// A join to the same rows, made when there is none yet.
    pub(super) fn join(&mut self, join: Join) -> JoinId {
        match self.joins.iter().position(|known| known.is_same(&join)) {
            Some(id) => id,
            None => {
                self.joins.push(join);
                self.joins.len() - 1
            }
        }
    }

    pub(super) fn slot_id(&mut self, slot: Slot) -> usize {
        match self.slots.iter().position(|known| *known == slot) {
            Some(id) => id,
            None => {
                self.slots.push(slot);
                self.slots.len() - 1
            }
        }
    }

    pub(super) fn mention(&mut self, mention: Mention) {
        self.mentions.push(mention);
    }

    /// Remembers that a client compares the e-mail of an auth record.
    pub(super) fn note_email(&mut self, from: From, collection: &Collection, column: usize) {
        let is_email = collection.fields.get(column).is_some_and(|field| field.name == "email");
        if self.scope.access == Access::Client && collection.is_auth() && is_email {
            let flag = collection.position("emailVisibility").unwrap_or(column);
            self.emails.push(Email { from, column, flag });
        }
    }
}

/// A join and its copy inside a violation.
pub(super) struct Copy {
    old: JoinId,
    new: JoinId,
}

/// Forbidden comes before unknown: a client learns nothing else from an expression it may not use.
fn refuse_forbidden(branch: &Branch, prefix: &str) -> Result<(), ExprError> {
    match branch {
        Branch::And(branches) | Branch::Or(branches) => {
            branches.iter().try_for_each(|branch| refuse_forbidden(branch, prefix))
        }
        Branch::Comparison(comparison) => {
            refuse_forbidden_term(&comparison.left, prefix)?;
            refuse_forbidden_term(&comparison.right, prefix)
        }
    }
}

fn refuse_forbidden_term(term: &Term, prefix: &str) -> Result<(), ExprError> {
    match &term.kind {
        TermKind::Identifier(name) if name.starts_with(prefix) => Err(forbidden(prefix, term.at)),
        TermKind::Call { arguments, .. } => {
            arguments.iter().try_for_each(|argument| refuse_forbidden_term(argument, prefix))
        }
        TermKind::Identifier(_) | TermKind::Number(_) | TermKind::Text(_) => Ok(()),
    }
}
