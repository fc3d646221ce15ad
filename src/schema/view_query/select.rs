//! The shape of a SELECT: its parts, their items and tables. Unknown shapes come out empty, never wrong.

use crate::schema::sql_text::{Kind, Token};

/// One SELECT of a compound.
pub(super) struct Arm<'a> {
    pub items: Vec<Item<'a>>,
    pub tables: Vec<Table>,
}

/// An element of the select list without its alias.
pub(super) struct Item<'a> {
    pub tokens: &'a [Token<'a>],
}

/// A table of FROM or JOIN.
pub(super) struct Table {
    /// `None` for a sub-select or a name that WITH defines.
    pub name: Option<String>,
    /// The name it goes by.
    pub alias: String,
}

/// Words that end a select list or a table list.
const CLAUSES: [&str; 9] = ["from", "where", "group", "having", "window", "order", "limit", "offset", "union"];
const COMPOUNDS: [&str; 3] = ["union", "intersect", "except"];
/// Words behind a table that are not its alias.
const NOT_AN_ALIAS: [&str; 12] =
    ["left", "right", "full", "inner", "outer", "cross", "natural", "join", "on", "using", "indexed", "not"];

/// The SELECTs of a query, in order.
pub(super) fn arms<'a>(tokens: &'a [Token<'a>]) -> Vec<Arm<'a>> {
    let (defined, body) = after_with(strip_parentheses(tokens));
    split(body, &|token| COMPOUNDS.iter().any(|word| token.is(word)))
        .into_iter()
        .filter_map(|part| arm(part, &defined))
        .collect()
}

/// The select items of every SELECT at any depth, each with its alias still on it.
pub(super) fn all_items<'a>(tokens: &'a [Token<'a>]) -> Vec<&'a [Token<'a>]> {
    let starts = tokens.iter().enumerate().filter(|(_, token)| token.is("select"));
    starts.flat_map(|(at, _)| list(tokens.get(at + 1..).unwrap_or_default()).0).collect()
}

fn strip_parentheses<'a>(tokens: &'a [Token<'a>]) -> &'a [Token<'a>] {
    match tokens {
        [open, inner @ .., close] if open.is_symbol('(') && close.is_symbol(')') && closes_at_end(tokens) => {
            strip_parentheses(inner)
        }
        _ => tokens,
    }
}

fn closes_at_end(tokens: &[Token]) -> bool {
    let mut depth = 0;
    let end = tokens.iter().position(|token| {
        depth += step(token);
        depth == 0
    });
    end == Some(tokens.len() - 1)
}

/// How a token changes the depth of parentheses.
fn step(token: &Token) -> i32 {
    i32::from(token.is_symbol('(')) - i32::from(token.is_symbol(')'))
}

/// The names a leading WITH defines, and what follows it.
fn after_with<'a>(tokens: &'a [Token<'a>]) -> (Vec<String>, &'a [Token<'a>]) {
    if !tokens.first().is_some_and(|token| token.is("with")) {
        return (Vec::new(), tokens);
    }
    let (mut depth, mut names) = (0, Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        depth += step(token);
        if depth == 0 && token.is("select") {
            return (names, tokens.get(at..).unwrap_or_default());
        }
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let opens = before.is_some_and(|before| before.is("with") || before.is("recursive") || before.is_symbol(','));
        if depth == 0 && opens {
            names.extend(token.name());
        }
    }
    (names, &[])
}

/// The parts between top-level tokens that part them.
fn split<'a>(tokens: &'a [Token<'a>], parts: &dyn Fn(&Token) -> bool) -> Vec<&'a [Token<'a>]> {
    let mut depth = 0;
    let at_top = |token: &Token| {
        depth += step(token);
        depth == 0 && parts(token)
    };
    tokens.split(at_top).collect()
}

fn arm<'a>(tokens: &'a [Token<'a>], defined: &[String]) -> Option<Arm<'a>> {
    // Behind UNION an ALL may stand.
    let start = tokens.iter().position(|token| token.is("select")).filter(|at| *at <= 1)?;
    let (items, rest) = list(tokens.get(start + 1..)?);
    let items = items.into_iter().map(|tokens| Item { tokens: without_alias(tokens) }).collect();
    let tables = match rest.split_first() {
        Some((from, rest)) if from.is("from") => tables(rest, defined),
        Some(_) | None => Vec::new(),
    };
    Some(Arm { items, tables })
}

/// The elements of a select list and what follows it.
fn list<'a>(tokens: &'a [Token<'a>]) -> (Vec<&'a [Token<'a>]>, &'a [Token<'a>]) {
    let tokens = match tokens.split_first() {
        Some((first, rest)) if first.is("distinct") || first.is("all") => rest,
        Some(_) | None => tokens,
    };
    let mut depth = 0;
    let end = tokens.iter().position(|token| {
        depth += step(token);
        // A closing parenthesis below zero ends the sub-select the list stands in.
        depth < 0 || (depth == 0 && (ends_list(token) || token.is_symbol(';')))
    });
    let (list, rest) = tokens.split_at(end.unwrap_or(tokens.len()));
    (split(list, &|token| token.is_symbol(',')), rest)
}

fn ends_list(token: &Token) -> bool {
    CLAUSES.iter().chain(&COMPOUNDS).any(|word| token.is(word))
}

/// Drops `AS alias` or a bare alias behind an expression.
fn without_alias<'a>(tokens: &'a [Token<'a>]) -> &'a [Token<'a>] {
    match tokens {
        [expression @ .., keyword, _] if keyword.is("as") && !expression.is_empty() => expression,
        [expression @ .., alias] if alias.kind != Kind::Symbol && alias.kind != Kind::Number => {
            let ends = |last: &Token| last.kind != Kind::Symbol || last.is_symbol(')');
            if expression.last().is_some_and(ends) && !alias.is("end") { expression } else { tokens }
        }
        _ => tokens,
    }
}

fn tables(tokens: &[Token], defined: &[String]) -> Vec<Table> {
    let mut depth = 0;
    let end = tokens.iter().position(|token| {
        depth += step(token);
        depth < 0 || (depth == 0 && ends_list(token))
    });
    let list = tokens.get(..end.unwrap_or(tokens.len())).unwrap_or_default();
    let parts = split(list, &|token| token.is_symbol(',') || token.is("join"));
    parts.into_iter().filter_map(|part| table(part, defined)).collect()
}

/// `name [[AS] alias]`, `schema.name …` or `(…) [AS] alias`, then whatever a join says.
fn table(tokens: &[Token], defined: &[String]) -> Option<Table> {
    let first = tokens.first()?;
    let (name, rest) = if first.is_symbol('(') {
        let mut depth = 0;
        let close = tokens.iter().position(|token| {
            depth += step(token);
            depth == 0
        })?;
        (None, tokens.get(close + 1..)?)
    } else if tokens.get(1).is_some_and(|dot| dot.is_symbol('.')) {
        (tokens.get(2)?.name(), tokens.get(3..)?)
    } else {
        (first.name().filter(|name| !defined.iter().any(|cte| cte.eq_ignore_ascii_case(name))), tokens.get(1..)?)
    };
    let alias = match rest {
        [keyword, alias, ..] if keyword.is("as") => alias.name(),
        [alias, ..] if !NOT_AN_ALIAS.iter().any(|word| alias.is(word)) => alias.name(),
        _ => None,
    };
    let alias = alias.or_else(|| name.clone()).or_else(|| first.name()).unwrap_or_default();
    Some(Table { name, alias })
}
