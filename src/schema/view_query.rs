//! The fields of a view, told from the text of its SELECT (contract: collections, view collections). Only shapes are
//! read here; whether the statement runs and what its result columns are called, the database says.

mod select;

use self::select::{Arm, Item, arms};
use super::field::DEFAULT_ID_PATTERN;
use super::ids::field_id;
use super::sql_text::{Kind, Token, tokens};
use super::{Catalog, Field, FieldKind};
use crate::id::Ids;

/// Where a column of a view comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub collection_id: String,
    /// A field of that collection.
    pub field: String,
}

/// What a select item is, as far as fields are concerned.
#[derive(Clone, Debug, PartialEq)]
enum Column {
    From(Origin),
    Integer,
    Number,
    Text,
    Bool,
    /// Anything else.
    Any,
}

/// The query without the semicolons at its end. Fails when something follows them or a quote is not closed.
pub fn statement(query: &str) -> Result<&str, String> {
    let unclosed = || "a quote or a comment is not closed".to_string();
    let tokens = tokens(query).ok_or_else(unclosed)?;
    let Some(end) = tokens.iter().position(|token| token.is_symbol(';')) else { return Ok(query.trim()) };
    if tokens.iter().skip(end).any(|token| !token.is_symbol(';')) {
        return Err("multiple statements are not supported".to_string());
    }
    let end = tokens.get(end).map_or(query.len(), |token| token.start);
    Ok(query.get(..end).unwrap_or_default().trim())
}

/// What a query says about the view it makes.
#[derive(Clone, Debug)]
pub struct Inferred {
    pub fields: Vec<Field>,
    /// The `id` column is text by itself.
    pub text_id: bool,
}

/// The fields of a view whose query has these result columns.
///
/// Fails with what to tell the owner when columns are not named one by one.
pub fn fields(query: &str, columns: &[String], catalog: &Catalog, ids: &Ids) -> Result<Inferred, String> {
    let kinds = kinds(query, columns.len(), catalog)?;
    let mut inferred = Inferred { fields: Vec::with_capacity(columns.len()), text_id: false };
    for (name, kind) in columns.iter().zip(kinds) {
        inferred.text_id |= name == "id" && is_text(&kind, catalog);
        let field = field(name, kind, catalog, &inferred.fields, ids);
        inferred.fields.push(field);
    }
    Ok(inferred)
}

fn is_text(column: &Column, catalog: &Catalog) -> bool {
    match column {
        Column::From(origin) => {
            let field = catalog.by_id(&origin.collection_id).and_then(|collection| collection.field(&origin.field));
            field.is_some_and(|(_, field)| !field.is_numeric() && !matches!(field.kind, FieldKind::Json { .. }))
        }
        Column::Text => true,
        Column::Integer | Column::Number | Column::Bool | Column::Any => false,
    }
}

/// Where the `index`-th result column of a query comes from, when it is a plain column of a known collection.
pub fn origin(query: &str, index: usize, catalog: &Catalog) -> Option<Origin> {
    let tokens = tokens(query)?;
    let items = arms(&tokens).first()?.items.len();
    match kinds(query, items, catalog).ok()?.into_iter().nth(index)? {
        Column::From(origin) => Some(origin),
        Column::Integer | Column::Number | Column::Text | Column::Bool | Column::Any => None,
    }
}

/// The query with an alias behind every select item that is a bare column of one of these names, at any depth: when
/// the column is renamed, the result keeps its shape.
pub fn pin_names(query: &str, renamed: &dyn Fn(&str) -> bool) -> String {
    let Some(tokens) = tokens(query) else { return query.to_string() };
    let mut pins: Vec<(usize, String)> = Vec::new();
    for item in select::all_items(&tokens) {
        let last = match item {
            [column] => column,
            [_, dot, column] if dot.is_symbol('.') => column,
            _ => continue,
        };
        if let Some(name) = last.name().filter(|name| last.kind != Kind::Text && renamed(name)) {
            pins.push((last.end(), format!(" AS \"{}\"", name.replace('"', "\"\""))));
        }
    }
    let mut text = query.to_string();
    pins.sort();
    for (at, pin) in pins.into_iter().rev() {
        text.insert_str(at, &pin);
    }
    text
}

/// The query mentions this table or view, as far as one can tell from its words.
pub fn mentions(query: &str, table: &str) -> bool {
    let same = |token: &Token| token.name().is_some_and(|name| name.eq_ignore_ascii_case(table));
    tokens(query).is_none_or(|tokens| tokens.iter().any(same))
}

/// One kind per result column; of the parts of a compound SELECT only what they agree in.
fn kinds(query: &str, count: usize, catalog: &Catalog) -> Result<Vec<Column>, String> {
    let tokens = tokens(query).unwrap_or_default();
    let mut found: Option<Vec<Column>> = None;
    for arm in arms(&tokens) {
        if arm.items.iter().any(|item| item.tokens.last().is_some_and(|last| last.is_symbol('*'))) {
            return Err("wildcard columns (*) are not supported, name each column that the view shall have".to_string());
        }
        let kinds: Vec<Column> = arm.items.iter().map(|item| kind(item, &arm, catalog)).collect();
        found = Some(match found {
            None => kinds,
            Some(earlier) => {
                let agree = |(a, b): (Column, Column)| if a == b { a } else { Column::Any };
                earlier.into_iter().zip(kinds).map(agree).collect()
            }
        });
    }
    // What could not be read is not guessed.
    Ok(found.filter(|kinds| kinds.len() == count).unwrap_or_else(|| vec![Column::Any; count]))
}

fn kind(item: &Item, arm: &Arm, catalog: &Catalog) -> Column {
    let calls = |name: &str| match item.tokens {
        [function, open, ..] => function.is(name) && open.is_symbol('('),
        _ => false,
    };
    match item.tokens {
        [column] if column.kind != Kind::Text => {
            let table = arm.tables.first().and_then(|table| table.name.as_deref());
            from(table, column, catalog)
        }
        [qualifier, dot, column] if dot.is_symbol('.') => {
            let alias = qualifier.name().unwrap_or_default();
            let table = arm.tables.iter().find(|table| table.alias.eq_ignore_ascii_case(&alias));
            from(table.and_then(|table| table.name.as_deref()), column, catalog)
        }
        _ if calls("count") => Column::Integer,
        _ if calls("total") => Column::Number,
        _ if calls("cast") => cast(item.tokens),
        _ => Column::Any,
    }
}

fn from(table: Option<&str>, column: &Token, catalog: &Catalog) -> Column {
    let Some(collection) = table.and_then(|table| catalog.by_name(table)) else { return Column::Any };
    let name = column.name().unwrap_or_default();
    match collection.fields.iter().find(|field| field.name.eq_ignore_ascii_case(&name)) {
        Some(field) => Column::From(Origin { collection_id: collection.id.clone(), field: field.name.clone() }),
        None => Column::Any,
    }
}

/// `CAST(… AS type)` and nothing behind it.
fn cast(tokens: &[Token]) -> Column {
    let [.., keyword, name, close] = tokens else { return Column::Any };
    let mut depth = 0;
    let closes = tokens.iter().position(|token| {
        depth += i32::from(token.is_symbol('(')) - i32::from(token.is_symbol(')'));
        depth == 0 && token.is_symbol(')')
    });
    if !keyword.is("as") || !close.is_symbol(')') || closes != Some(tokens.len() - 1) {
        return Column::Any;
    }
    match name.text.to_ascii_lowercase().as_str() {
        "real" | "decimal" | "numeric" => Column::Number,
        "int" | "integer" => Column::Integer,
        "text" => Column::Text,
        "bool" | "boolean" => Column::Bool,
        _ => Column::Any,
    }
}

fn field(name: &str, column: Column, catalog: &Catalog, earlier: &[Field], ids: &Ids) -> Field {
    let text = |primary_key, pattern: &str| FieldKind::Text {
        min: 0,
        max: 0,
        pattern: pattern.to_string(),
        autogenerate: String::new(),
        primary_key,
    };
    let number = |only_int| FieldKind::Number { min: None, max: None, only_int };
    let is_id = name == "id";
    let kind = match column {
        _ if is_id => text(true, DEFAULT_ID_PATTERN),
        Column::From(origin) if origin.field == "id" => FieldKind::Relation {
            collection_id: origin.collection_id,
            cascade_delete: false,
            min_select: 0,
            max_select: 1,
        },
        Column::From(origin) => match cloned(name, &origin, catalog, earlier, ids) {
            Some(field) => return field,
            None => FieldKind::Json { max_size: 1 },
        },
        Column::Integer => number(true),
        Column::Number => number(false),
        Column::Text => text(false, ""),
        Column::Bool => FieldKind::Bool,
        Column::Any => FieldKind::Json { max_size: 1 },
    };
    Field {
        id: field_id(kind.type_name(), name, earlier),
        name: name.to_string(),
        system: is_id,
        hidden: false,
        presentable: false,
        required: is_id,
        help: String::new(),
        kind,
    }
}

/// A field of another collection under the name of the column, with an id of its own.
fn cloned(name: &str, origin: &Origin, catalog: &Catalog, earlier: &[Field], ids: &Ids) -> Option<Field> {
    let (_, field) = catalog.by_id(&origin.collection_id)?.field(&origin.field)?;
    let id = loop {
        let id = format!("_clone_{}", ids.secret(4));
        if earlier.iter().all(|field| field.id != id) {
            break id;
        }
    };
    Some(Field { id, name: name.to_string(), ..field.clone() })
}

#[cfg(test)]
mod tests;
