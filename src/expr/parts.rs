//! An expression taken apart, so that each part can be asked on its own: which one said no.

use super::error::ExprError;
use super::parse::{Branch, Expr, parse};

/// An expression or a part of one.
#[derive(Clone, Debug)]
pub struct Part {
    /// As written; of joined parts, with the parentheses that are needed.
    pub text: String,
    pub expr: Expr,
    pub join: Option<Join>,
    /// What is joined; empty for a comparison.
    pub parts: Vec<Part>,
}

/// How parts make the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    And,
    Or,
}

impl Join {
    pub fn sign(self) -> &'static str {
        match self {
            Join::And => "&&",
            Join::Or => "||",
        }
    }
}

/// The parts of `text`.
pub fn parts(text: &str) -> Result<Part, ExprError> {
    Ok(part(text, parse(text)?.0))
}

fn part(text: &str, branch: Branch) -> Part {
    let expr = Expr(branch.clone());
    match branch {
        Branch::Comparison(comparison) => {
            let own = text.get(comparison.left.at..comparison.end).unwrap_or_default();
            Part { text: own.to_string(), expr, join: None, parts: Vec::new() }
        }
        Branch::And(branches) => joined(text, expr, Join::And, branches),
        Branch::Or(branches) => joined(text, expr, Join::Or, branches),
    }
}

fn joined(text: &str, expr: Expr, join: Join, branches: Vec<Branch>) -> Part {
    let parts: Vec<Part> = branches.into_iter().map(|branch| part(text, branch)).collect();
    let own = |part: &Part| match part.join {
        Some(inner) if inner != join => format!("({})", part.text),
        Some(_) | None => part.text.clone(),
    };
    let texts: Vec<String> = parts.iter().map(own).collect();
    Part { text: texts.join(&format!(" {} ", join.sign())), expr, join: Some(join), parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(part: &Part) -> Vec<String> {
        std::iter::once(part.text.clone()).chain(part.parts.iter().flat_map(texts)).collect()
    }

    #[test]
    fn parts_are_as_written() {
        let all = |text| parts(text).map(|part| texts(&part));
        assert_eq!(all("a = 1 // why\n"), Ok(vec!["a = 1".into()]));
        assert_eq!(
            all("(a='x)' || strftime('%Y', b)  >  '2')&&c?=@request.auth.id"),
            Ok([
                "(a='x)' || strftime('%Y', b)  >  '2') && c?=@request.auth.id",
                "a='x)' || strftime('%Y', b)  >  '2'",
                "a='x)'",
                "strftime('%Y', b)  >  '2'",
                "c?=@request.auth.id"
            ]
            .map(String::from)
            .to_vec())
        );
    }
}
