//! Both readers of predicates against each other and against what is known of the language, in a real database.

mod client;
mod corpus;
mod errors;
mod kinds;
mod library;
mod model;
mod plans;
mod random;
mod rules;
mod sort;
mod world;

use super::Sql;

#[test]
fn identifiers_are_quoted_whatever_they_hold() {
    for (name, quoted) in [
        ("t", r#""t""#),
        ("select", r#""select""#),
        (r#"a"b"#, r#""a""b""#),
        (r#"""#, r#""""""#),
        (r#"x" OR 1=1 --"#, r#""x"" OR 1=1 --""#),
        ("é'`[]", r#""é'`[]""#),
        ("", r#""""#),
    ] {
        assert_eq!(Sql::new().ident(name).text, quoted);
    }
}
