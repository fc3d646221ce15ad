//! Where "some row satisfies" goes. Joined rows are shared by a whole expression, so in the beginning all quantifiers
//! stand in front of it; here each moves as far inside as it can.
//!
//! "Some" moves over `||` freely. Over `&&` it moves into the one term that needs its rows; terms that share rows stay
//! together under one quantifier. So each becomes one EXISTS, nothing multiplies the records that are listed, and terms
//! that touch only the record itself stay outside where they can be answered from an index or from memory.

use super::predicate::{Certain, Join, JoinId, Many, Node, NodeId};

/// An expression whose names are looked up; comparisons and guards by index.
#[derive(Debug)]
pub(super) enum Tree {
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Holds(usize),
    Violates(usize),
    Guard(usize),
    Some { joins: Vec<JoinId>, body: Box<Tree> },
    Nothing { joins: Vec<JoinId>, body: Box<Tree> },
}

/// The joins that each comparison and each guard reads.
pub(super) struct Reads {
    pub comparisons: Vec<Vec<JoinId>>,
    pub guards: Vec<JoinId>,
}

/// Places the quantifiers of all joins that are not `bound` outside already.
pub(super) fn place(tree: Tree, bound: &[JoinId], joins: &[Join], reads: &Reads) -> Tree {
    match tree {
        Tree::Or(terms) => Tree::Or(terms.into_iter().map(|term| place(term, bound, joins, reads)).collect()),
        Tree::And(terms) => {
            let groups = groups(terms, bound, joins, reads);
            Tree::And(groups.into_iter().map(|group| group.place(bound, joins, reads)).collect())
        }
        leaf => {
            let free = free(&leaf, bound, joins, reads);
            some(free, leaf)
        }
    }
}

fn some(joins: Vec<JoinId>, body: Tree) -> Tree {
    if joins.is_empty() { body } else { Tree::Some { joins, body: Box::new(body) } }
}

/// Terms of a conjunction that are connected by joins.
struct Group {
    terms: Vec<(Tree, Vec<JoinId>)>,
}

impl Group {
    fn place(self, bound: &[JoinId], joins: &[Join], reads: &Reads) -> Tree {
        let uses = |join: &JoinId| self.terms.iter().filter(|(_, free)| free.contains(join)).count();
        let mut shared: Vec<JoinId> = self.terms.iter().flat_map(|(_, free)| free).copied().collect();
        shared.retain(|join| uses(join) > 1);
        shared.sort_unstable();
        shared.dedup();
        let inside: Vec<JoinId> = bound.iter().chain(&shared).copied().collect();
        let mut terms: Vec<Tree> = self.terms.into_iter().map(|(term, _)| place(term, &inside, joins, reads)).collect();
        match (terms.pop(), terms.is_empty()) {
            (Some(only), true) => some(shared, only),
            (last, _) => {
                terms.extend(last);
                some(shared, Tree::And(terms))
            }
        }
    }
}

/// Groups terms that share a join, directly or through others.
fn groups(terms: Vec<Tree>, bound: &[JoinId], joins: &[Join], reads: &Reads) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for term in flat(terms) {
        let free = free(&term, bound, joins, reads);
        let touches = |group: &Group| group.terms.iter().any(|(_, other)| other.iter().any(|join| free.contains(join)));
        let (mut connected, apart): (Vec<Group>, Vec<Group>) = groups.into_iter().partition(touches);
        let mut terms: Vec<(Tree, Vec<JoinId>)> =
            connected.iter_mut().flat_map(|group| group.terms.drain(..)).collect();
        terms.push((term, free));
        groups = apart;
        groups.push(Group { terms });
    }
    groups
}

/// Conjunctions inside a conjunction dissolve.
fn flat(terms: Vec<Tree>) -> Vec<Tree> {
    let mut out = Vec::with_capacity(terms.len());
    for term in terms {
        match term {
            Tree::And(inner) => out.extend(flat(inner)),
            other => out.push(other),
        }
    }
    out
}

/// The joins under a tree that can reach several rows and that nothing quantifies yet.
fn free(tree: &Tree, bound: &[JoinId], joins: &[Join], reads: &Reads) -> Vec<JoinId> {
    let mut found = Vec::new();
    collect(tree, joins, reads, &mut found);
    found.retain(|join| !bound.contains(join));
    found.sort_unstable();
    found.dedup();
    found
}

fn collect(tree: &Tree, joins: &[Join], reads: &Reads, found: &mut Vec<JoinId>) {
    match tree {
        Tree::And(terms) | Tree::Or(terms) => terms.iter().for_each(|term| collect(term, joins, reads, found)),
        Tree::Holds(comparison) | Tree::Violates(comparison) => {
            reads.comparisons.get(*comparison).into_iter().flatten().for_each(|join| lineage(*join, joins, found));
        }
        Tree::Guard(guard) => reads.guards.get(*guard).into_iter().for_each(|join| lineage(*join, joins, found)),
        Tree::Some { joins: own, body } | Tree::Nothing { joins: own, body } => {
            let mut inner = Vec::new();
            collect(body, joins, reads, &mut inner);
            found.extend(inner.into_iter().filter(|join| !own.contains(join)));
        }
    }
}

/// A join and those it starts from, as far as they reach several rows.
pub(super) fn lineage(join: JoinId, joins: &[Join], found: &mut Vec<JoinId>) {
    let mut next = Some(join);
    while let Some(id) = next {
        let Some(join) = joins.get(id) else { return };
        if join.many != Many::No {
            found.push(id);
        }
        next = join.parent();
    }
}

/// The tree as a list, children before parents, and where its top is.
pub(super) fn flatten(tree: Tree) -> (Vec<Node>, NodeId) {
    let mut nodes = Vec::new();
    let top = add(tree, &mut nodes);
    (nodes, top)
}

fn add(tree: Tree, nodes: &mut Vec<Node>) -> NodeId {
    let node = match tree {
        Tree::And(terms) => match list(terms, nodes) {
            Children::None => Node::Const(Certain::True),
            Children::One(only) => return only,
            Children::Many(ids) => Node::And(ids),
        },
        Tree::Or(terms) => match list(terms, nodes) {
            Children::None => Node::Const(Certain::False),
            Children::One(only) => return only,
            Children::Many(ids) => Node::Or(ids),
        },
        Tree::Holds(comparison) => Node::Holds(comparison),
        Tree::Violates(comparison) => Node::Violates(comparison),
        Tree::Guard(guard) => Node::Guard(guard),
        Tree::Some { joins, body } => Node::Some { joins, body: add(*body, nodes) },
        Tree::Nothing { joins, body } => Node::Nothing { joins, body: add(*body, nodes) },
    };
    nodes.push(node);
    nodes.len() - 1
}

enum Children {
    None,
    One(NodeId),
    Many(Vec<NodeId>),
}

fn list(terms: Vec<Tree>, nodes: &mut Vec<Node>) -> Children {
    let ids: Vec<NodeId> = terms.into_iter().map(|term| add(term, nodes)).collect();
    match ids.as_slice() {
        [] => Children::None,
        [only] => Children::One(*only),
        _ => Children::Many(ids),
    }
}
