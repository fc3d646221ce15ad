//! Tokens to a tree of comparisons.
//!
//! ```text
//! filter     = expr { join expr } ;              join = "&&" | "||" ;     && binds tighter than ||
//! expr       = comparison | "(" filter ")" ;
//! comparison = operand sign operand ;
//! operand    = identifier | number | text | name "(" [ operand { "," operand } [","] ] ")" ;
//! ```
//! A group right after an operand or group needs no join: it is joined as the one before it was, at first with `&&`.
//! Parentheses nest without limit, on a stack of our own; what stays of them is at most as deep as there are
//! comparisons (200), so everything after the parser may recurse.

use super::error::ExprError;
use super::token::{Sign, Token, TokenKind, Tokens};

/// Comparisons in one expression.
pub const MAX_COMPARISONS: usize = 200;
/// Functions inside functions.
const MAX_FUNCTION_DEPTH: usize = 3;

/// A parsed expression: names are not looked up yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr(pub(crate) Branch);

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Branch {
    And(Vec<Branch>),
    Or(Vec<Branch>),
    Comparison(Box<Comparison>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Comparison {
    pub left: Term,
    pub sign: Sign,
    pub right: Term,
    /// Where it ends in the text; it starts where its left operand does.
    pub end: usize,
}

/// An operand as written, and where it starts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    pub kind: TermKind,
    pub at: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TermKind {
    Identifier(String),
    Number(f64),
    Text(String),
    Call { name: String, arguments: Vec<Term> },
}

/// Parses an expression; blank text is an error, as an empty filter is no filter.
pub fn parse(text: &str) -> Result<Expr, ExprError> {
    let mut tokens = Tokens::new(text);
    let ahead = tokens.next()?;
    Parser { tokens, ahead, taken: 0, comparisons: 0 }.expression().map(Expr)
}

const OPERAND: &str = "an identifier, a number or a text";

struct Parser<'a> {
    tokens: Tokens<'a>,
    ahead: Token<'a>,
    /// Where the last token taken ends.
    taken: usize,
    comparisons: usize,
}

/// An open group: finished alternatives, the conjunction being read, and how the last two terms were joined.
struct Group {
    alternatives: Vec<Branch>,
    conjunction: Vec<Branch>,
    join: Join,
}

#[derive(Clone, Copy)]
enum Join {
    And,
    Or,
}

impl Group {
    fn new() -> Self {
        Group { alternatives: Vec::new(), conjunction: Vec::new(), join: Join::And }
    }

    fn join(&mut self, join: Join) {
        self.join = join;
        if let Join::Or = join {
            let conjunction = std::mem::take(&mut self.conjunction);
            self.alternatives.push(Branch::all(conjunction));
        }
    }

    fn close(mut self) -> Branch {
        self.alternatives.push(Branch::all(self.conjunction));
        match self.alternatives.pop() {
            Some(only) if self.alternatives.is_empty() => only,
            Some(last) => {
                self.alternatives.push(last);
                Branch::Or(self.alternatives)
            }
            None => Branch::Or(Vec::new()),
        }
    }
}

impl Branch {
    fn all(mut branches: Vec<Branch>) -> Branch {
        match branches.pop() {
            Some(only) if branches.is_empty() => only,
            Some(last) => {
                branches.push(last);
                Branch::And(branches)
            }
            None => Branch::And(Vec::new()),
        }
    }
}

impl<'a> Parser<'a> {
    /// Takes the token ahead and reads the next one.
    fn take(&mut self) -> Result<Token<'a>, ExprError> {
        let next = self.tokens.next()?;
        self.taken = self.ahead.end;
        Ok(std::mem::replace(&mut self.ahead, next))
    }

    fn refuse(&self, expected: &'static str) -> ExprError {
        ExprError::syntax(self.ahead.start, expected, &self.ahead.kind.name())
    }

    fn expression(&mut self) -> Result<Branch, ExprError> {
        let mut outer: Vec<Group> = Vec::new();
        let mut group = Group::new();
        loop {
            // Here a comparison or a group starts.
            if self.ahead.kind == TokenKind::Open {
                self.take()?;
                outer.push(std::mem::replace(&mut group, Group::new()));
                continue;
            }
            let comparison = self.comparison()?;
            group.conjunction.push(Branch::Comparison(Box::new(comparison)));
            // Here one has just ended.
            while self.ahead.kind == TokenKind::Close {
                let enclosing = outer.pop().ok_or_else(|| self.refuse("`&&`, `||` or the end"))?;
                self.take()?;
                let inner = std::mem::replace(&mut group, enclosing).close();
                group.conjunction.push(inner);
            }
            match self.ahead.kind {
                TokenKind::And => group.join(Join::And),
                TokenKind::Or => group.join(Join::Or),
                // Not taken: the group opens above.
                TokenKind::Open => {
                    group.join(group.join);
                    continue;
                }
                TokenKind::End if outer.is_empty() => return Ok(group.close()),
                TokenKind::End => return Err(self.refuse("`&&`, `||` or `)`")),
                _ => return Err(self.refuse("`&&` or `||`")),
            }
            self.take()?;
        }
    }

    fn comparison(&mut self) -> Result<Comparison, ExprError> {
        self.comparisons += 1;
        if self.comparisons > MAX_COMPARISONS {
            return Err(ExprError::limit(self.ahead.start, format!("more than {MAX_COMPARISONS} comparisons")));
        }
        let left = self.operand(0)?;
        let TokenKind::Sign(sign) = self.ahead.kind else {
            return Err(self.refuse("a comparison sign"));
        };
        self.take()?;
        let right = self.operand(0)?;
        Ok(Comparison { left, sign, right, end: self.taken })
    }

    fn operand(&mut self, depth: usize) -> Result<Term, ExprError> {
        let token = self.take_if_operand()?;
        let at = token.start;
        let kind = match token.kind {
            TokenKind::Number(n) => TermKind::Number(n),
            TokenKind::Text(text) => TermKind::Text(text),
            // A function's parenthesis follows its name directly; apart from it, a parenthesis opens a group.
            TokenKind::Identifier(name) if self.ahead.kind == TokenKind::Open && self.ahead.start == token.end => {
                if depth == MAX_FUNCTION_DEPTH {
                    return Err(ExprError::limit(at, format!("functions nested deeper than {MAX_FUNCTION_DEPTH}")));
                }
                TermKind::Call { name: name.to_string(), arguments: self.arguments(depth + 1)? }
            }
            TokenKind::Identifier(name) => TermKind::Identifier(name.to_string()),
            other => return Err(ExprError::syntax(at, OPERAND, &other.name())),
        };
        Ok(Term { kind, at })
    }

    fn take_if_operand(&mut self) -> Result<Token<'a>, ExprError> {
        match self.ahead.kind {
            TokenKind::Identifier(_) | TokenKind::Number(_) | TokenKind::Text(_) => self.take(),
            _ => Err(self.refuse(OPERAND)),
        }
    }

    /// A function's arguments with their parentheses; a trailing comma is fine.
    fn arguments(&mut self, depth: usize) -> Result<Vec<Term>, ExprError> {
        let mut arguments = Vec::new();
        loop {
            // Past `(` or `,`.
            self.take()?;
            if self.ahead.kind == TokenKind::Close {
                break;
            }
            arguments.push(self.operand(depth)?);
            match self.ahead.kind {
                TokenKind::Comma => {}
                TokenKind::Close => break,
                _ => return Err(self.refuse("`,` or `)`")),
            }
        }
        self.take()?;
        Ok(arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree with its joins spelt out, `x` for each comparison by the name on its left.
    fn shape(branch: &Branch) -> String {
        let list = |branches: &[Branch], join| branches.iter().map(shape).collect::<Vec<_>>().join(join);
        match branch {
            Branch::And(branches) => format!("({})", list(branches, " && ")),
            Branch::Or(branches) => format!("({})", list(branches, " || ")),
            Branch::Comparison(comparison) => match &comparison.left.kind {
                TermKind::Identifier(name) => name.clone(),
                other => format!("{other:?}"),
            },
        }
    }

    #[test]
    fn and_binds_tighter_and_parentheses_override() {
        for (text, tree) in [
            ("a=1", "a"),
            ("a=1 || b=2 && c=3", "(a || (b && c))"),
            ("(a=1 || b=2) && c=3", "((a || b) && c)"),
            ("((((a=1))))", "a"),
            ("a=1 && (b=1 && (c=1))", "(a && (b && c))"),
            ("a=1 (b=1)", "(a && b)"),
            ("a=1 || b=1 (c=1)", "(a || b || c)"),
            ("a=1 || b=1 (c=1) && d=1", "(a || b || (c && d))"),
            ("(a=1)(b=1)", "(a && b)"),
            ("a=1 || (b=1 (c=1))", "(a || (b && c))"),
            ("a=x (b=1)", "(a && b)"),
        ] {
            assert_eq!(parse(text).map(|expr| shape(&expr.0)), Ok(tree.to_string()), "{text}");
        }
    }

    #[test]
    fn functions_take_terms() {
        let Ok(Expr(Branch::Comparison(comparison))) = parse("f(a, 'b', -1, g(h()),) = 1") else { panic!() };
        let TermKind::Call { name, arguments } = comparison.left.kind else { panic!() };
        assert_eq!((name.as_str(), arguments.len()), ("f", 4));
        assert!(parse("a(b(c(1))) = 1").is_ok());
        assert!(parse("a(b(c(d(1)))) = 1").is_err());
        for text in ["f(=1", "f(a b)=1", "f(,)=1", "f(a,,b)=1", "f((a))=1", "f (a)=1", "f(a=1)=1"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn broken_expressions_are_refused() {
        for text in [
            "",
            " ",
            "// only",
            "n",
            "n=",
            "=1",
            "n==1",
            "n=1 &&",
            "n=1 && && n=2",
            "&& n=1",
            "()",
            "n=1 && ()",
            "(n=1",
            "n=1)",
            "(n=1))",
            "n=1 and n=2",
            "n=1 n=2",
            "(n=1) n=2",
            "!(n=1)",
            "n=(1)",
            "n=1;",
            "n=1,",
            "t='x\\'",
            "n=1 | n=2",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn comparisons_are_counted_and_parentheses_are_not() {
        let many = |n: usize| vec!["a=1"; n].join("||");
        assert!(parse(&many(200)).is_ok());
        assert!(parse(&many(201)).is_err());
        let deep = format!("{}a=1{}", "(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(parse(&deep).map(|expr| shape(&expr.0)), Ok("a".to_string()));
        let open = "(".repeat(100_000);
        assert!(parse(&open).is_err());
    }

    #[test]
    fn errors_say_what_was_expected_where() {
        let error = parse("a = 1 && b").unwrap_err();
        assert_eq!((error.at, error.expected), (10, "a comparison sign"));
        assert_eq!(error.to_string(), "expected a comparison sign, found the end of the expression at byte 10");
    }
}
