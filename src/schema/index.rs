//! `CREATE INDEX` texts: read, rebuilt in normal form, asked for uniqueness (contract: collections, indexes).

use super::Collection;
use super::sql_text::{self, Kind, Token, quote};

/// How the names of indexes begin that the server makes for itself.
pub const OWN_INDEX: &str = "__rel_";

/// A parsed index statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Index {
    pub unique: bool,
    /// `IF NOT EXISTS`.
    pub optional: bool,
    /// `""` when the name is not qualified.
    pub schema: String,
    pub name: String,
    pub table: String,
    pub columns: Vec<IndexColumn>,
    /// What follows `WHERE`, verbatim; `""` = none.
    pub filter: String,
}

/// One part of an index.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexColumn {
    pub on: Indexed,
    /// `""` = the column's own.
    pub collation: String,
    /// `ASC`, `DESC` or `""`.
    pub order: String,
}

/// What is indexed.
#[derive(Clone, Debug, PartialEq)]
pub enum Indexed {
    Column(String),
    /// Verbatim.
    Expression(String),
}

impl Index {
    /// `None` for anything but one `CREATE INDEX` statement with a name and at least one column.
    pub fn parse(text: &str) -> Option<Index> {
        let tokens = sql_text::tokens(text)?;
        let mut reader = Reader { tokens: &tokens };
        let mut index = Index::default();
        reader.keyword("create")?;
        index.unique = reader.keyword("unique").is_some();
        reader.keyword("index")?;
        if reader.keyword("if").is_some() {
            reader.keyword("not")?;
            reader.keyword("exists")?;
            index.optional = true;
        }
        (index.schema, index.name) = reader.qualified()?;
        reader.keyword("on")?;
        // An empty table name occurs in scaffolds.
        index.table = reader.qualified()?.1;
        index.columns = reader.columns(text)?;
        match reader.tokens.first() {
            Some(token) if token.is("where") => {
                index.filter = text.get(token.end()..)?.trim().to_string();
                let statement_ends = reader.tokens.iter().position(|token| token.is_symbol(';'));
                let behind = statement_ends.map_or(0, |at| reader.tokens.len() - at - 1);
                (reader.tokens.len() > 1 && behind == 0).then_some(index)
            }
            Some(_) => None,
            None => Some(index),
        }
        .filter(|index| !index.name.is_empty())
    }

    /// The statement in normal form: names in backticks, one column inline, several one per line.
    pub fn build(&self) -> String {
        let mut text = String::from(if self.unique { "CREATE UNIQUE INDEX " } else { "CREATE INDEX " });
        if self.optional {
            text.push_str("IF NOT EXISTS ");
        }
        if !self.schema.is_empty() {
            text.push_str(&quote(&self.schema));
            text.push('.');
        }
        let columns: Vec<String> = self.columns.iter().map(IndexColumn::build).collect();
        let columns = match columns.as_slice() {
            [one] => one.clone(),
            several => format!("\n  {}\n", several.join(",\n  ")),
        };
        text.push_str(&format!("{} ON {} ({columns})", quote(&self.name), quote(&self.table)));
        if !self.filter.is_empty() {
            text.push_str(" WHERE ");
            text.push_str(&self.filter);
        }
        text
    }

    /// The column when it is the only one and not an expression.
    pub fn single_column(&self) -> Option<&str> {
        match self.columns.as_slice() {
            [only] => only.on.column(),
            _ => None,
        }
    }

    /// The plain column it begins with.
    pub fn first_column(&self) -> Option<&str> {
        self.columns.first().and_then(|column| column.on.column())
    }

    /// A column of this name occurs in it.
    pub fn mentions(&self, column: &str) -> bool {
        let in_text = |text: &str| {
            let found = std::cell::Cell::new(false);
            let look = |name: &str| -> Option<String> {
                found.set(found.get() || name.eq_ignore_ascii_case(column));
                None
            };
            sql_text::rename_columns(text, &look);
            found.get()
        };
        let on = |part: &IndexColumn| match &part.on {
            Indexed::Column(name) => name.eq_ignore_ascii_case(column),
            Indexed::Expression(text) => in_text(text),
        };
        self.columns.iter().any(on) || in_text(&self.filter)
    }

    /// Lookups through it ignore case.
    pub fn ignores_case(&self) -> bool {
        self.columns.first().is_some_and(|column| column.collation.eq_ignore_ascii_case("nocase"))
    }

    /// The same index after columns got the names `new_name` has for them.
    #[must_use]
    pub fn rename_columns(mut self, new_name: &dyn Fn(&str) -> Option<String>) -> Index {
        for column in &mut self.columns {
            match &mut column.on {
                Indexed::Column(name) => *name = new_name(name).unwrap_or_else(|| std::mem::take(name)),
                Indexed::Expression(text) => *text = sql_text::rename_columns(text, new_name),
            }
        }
        self.filter = sql_text::rename_columns(&self.filter, new_name);
        self
    }
}

impl Indexed {
    /// The column; `None` for an expression.
    pub fn column(&self) -> Option<&str> {
        match self {
            Indexed::Column(name) => Some(name),
            Indexed::Expression(_) => None,
        }
    }
}

impl IndexColumn {
    fn build(&self) -> String {
        let mut text = match &self.on {
            Indexed::Column(name) => quote(name),
            Indexed::Expression(text) => text.clone(),
        };
        if !self.collation.is_empty() {
            text.push_str(" COLLATE ");
            text.push_str(&self.collation);
        }
        if !self.order.is_empty() {
            text.push(' ');
            text.push_str(&self.order);
        }
        text
    }
}

impl Collection {
    /// A UNIQUE index over this column alone exists; its WHERE and collation do not matter.
    pub fn has_unique_index(&self, field: &str) -> bool {
        self.unique_index(field).is_some()
    }

    /// The first UNIQUE index over this column alone.
    pub fn unique_index(&self, field: &str) -> Option<Index> {
        let on_field = |index: &Index| {
            index.unique && index.single_column().is_some_and(|column| column.eq_ignore_ascii_case(field))
        };
        self.indexes.iter().filter_map(|text| Index::parse(text)).find(on_field)
    }
}

/// The tokens not read yet.
struct Reader<'a> {
    tokens: &'a [Token<'a>],
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(*first)
    }

    /// Takes this keyword, or nothing.
    fn keyword(&mut self, keyword: &str) -> Option<()> {
        self.tokens.first().filter(|token| token.is(keyword))?;
        self.next().map(|_| ())
    }

    /// `name` or `schema.name`.
    fn qualified(&mut self) -> Option<(String, String)> {
        // Unquoted, ON in place of a name means that the name is missing.
        let first = self.next().filter(|token| !token.is("on"))?.name()?;
        if self.tokens.first().is_some_and(|token| token.is_symbol('.')) {
            self.next();
            return Some((first, self.next()?.name()?));
        }
        Some((String::new(), first))
    }

    /// The list in parentheses.
    fn columns(&mut self, text: &str) -> Option<Vec<IndexColumn>> {
        self.next().filter(|token| token.is_symbol('('))?;
        let mut columns = Vec::new();
        let (mut depth, mut start) = (0, 0);
        let list = self.tokens;
        for (at, token) in list.iter().enumerate() {
            let ends_list = depth == 0 && token.is_symbol(')');
            if ends_list || (depth == 0 && token.is_symbol(',')) {
                columns.push(column(text, list.get(start..at)?)?);
                start = at + 1;
            }
            if ends_list {
                self.tokens = list.get(at + 1..)?;
                return Some(columns);
            }
            depth += i32::from(token.is_symbol('(')) - i32::from(token.is_symbol(')'));
        }
        None
    }
}

/// One element of the list: `name-or-expression [COLLATE x] [ASC|DESC]`.
fn column(text: &str, mut tokens: &[Token]) -> Option<IndexColumn> {
    let (mut order, mut collation) = (String::new(), String::new());
    if let [rest @ .., last] = tokens
        && !rest.is_empty()
        && (last.is("asc") || last.is("desc"))
    {
        order = last.text.to_ascii_uppercase();
        tokens = rest;
    }
    if let [rest @ .., keyword, name] = tokens
        && !rest.is_empty()
        && keyword.is("collate")
    {
        collation = name.name()?;
        tokens = rest;
    }
    let (first, last) = (tokens.first()?, tokens.last()?);
    let on = match (first.name(), tokens.len()) {
        (Some(name), 1) if !name.is_empty() => Indexed::Column(name),
        (None, 1) if first.kind == Kind::Symbol => return None,
        _ => Indexed::Expression(text.get(first.start..last.end())?.to_string()),
    };
    Some(IndexColumn { on, collation, order })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_rebuilt_in_normal_form() {
        let table = [
            ("create  unique index i1 on kit(title)", "CREATE UNIQUE INDEX `i1` ON `kit` (`title`)"),
            (
                "CREATE INDEX IF NOT EXISTS \"i2\" on [Kit] ( title collate nocase desc, b ) where title != ''",
                "CREATE INDEX IF NOT EXISTS `i2` ON `Kit` (\n  `title` COLLATE nocase DESC,\n  `b`\n) WHERE title != ''",
            ),
            (
                "CREATE INDEX main.`i3` on o ( [title], lower(title) collate rtrim asc, (b+1)) WHERE b > 1  ;",
                "CREATE INDEX `main`.`i3` ON `o` (\n  `title`,\n  lower(title) COLLATE rtrim ASC,\n  (b+1)\n) WHERE b > 1  ;",
            ),
            ("create index 'i5' on 'x'('b')", "CREATE INDEX `i5` ON `x` (`b`)"),
            ("CREATE INDEX i6 ON x (b) where title = 'a;b' ", "CREATE INDEX `i6` ON `x` (`b`) WHERE title = 'a;b'"),
            ("CREATE UNIQUE INDEX `i` ON `` (`tokenKey`)", "CREATE UNIQUE INDEX `i` ON `` (`tokenKey`)"),
        ];
        for (text, normal) in table {
            assert_eq!(Index::parse(text).expect(text).build(), normal);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "foo",
            "create index a on t",
            "create index on t (a)",
            "create index a on t ()",
            "create index a on t (b,)",
            "create index a on t (b) garbage",
            "create index a on t (b",
            "create index a on t (b) where",
            "create index a on t (b) where b > 1; drop table t",
            "create index a on t (b);",
            "create index a on t (b); drop table t",
            "create table a (b)",
        ] {
            assert_eq!(Index::parse(text), None, "{text}");
        }
    }

    #[test]
    fn columns_are_renamed_wherever_they_stand() {
        let rename = |name: &str| (name == "a").then(|| "z".to_string());
        let index = Index::parse("create index i on t (a, lower(a), b) where a != 'a'").expect("valid");
        let renamed = "CREATE INDEX `i` ON `t` (\n  `z`,\n  lower(`z`),\n  `b`\n) WHERE `z` != 'a'";
        assert_eq!(index.rename_columns(&rename).build(), renamed);
    }
}
