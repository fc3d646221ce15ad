//! Printers of the statements that write one record, or ask whether it is there. The text depends only on the collection (and, for an update, on
//! which fields changed), never on values, so that prepared statements are found again.

use crate::schema::Collection;

use super::quote;

/// Appends an INSERT with one placeholder per field, in field order.
pub fn insert(out: &mut String, collection: &Collection) {
    out.push_str("INSERT INTO ");
    quote(out, &collection.name);
    out.push_str(" (");
    list(out, collection.fields.iter().map(|field| field.name.as_str()), quote);
    out.push_str(") VALUES (");
    list(out, collection.fields.iter(), |out, _| out.push('?'));
    out.push(')');
}

/// Appends an UPDATE of the fields at `changed`, one placeholder each in that order and then one for the id.
pub fn update(out: &mut String, collection: &Collection, changed: &[usize]) {
    out.push_str("UPDATE ");
    quote(out, &collection.name);
    out.push_str(" SET ");
    list(out, changed.iter().filter_map(|index| collection.fields.get(*index)), |out, field| {
        quote(out, &field.name);
        out.push_str("=?");
    });
    out.push_str(BY_ID);
}

/// Appends a DELETE with one placeholder, the id.
pub fn delete(out: &mut String, collection: &Collection) {
    out.push_str("DELETE FROM ");
    quote(out, &collection.name);
    out.push_str(BY_ID);
}

/// Appends a SELECT that finds something when there is such a record, with one placeholder, the id.
pub fn probe(out: &mut String, collection: &Collection) {
    out.push_str("SELECT 1 FROM ");
    quote(out, &collection.name);
    out.push_str(BY_ID);
}

const BY_ID: &str = r#" WHERE "id"=?"#;

fn list<T>(out: &mut String, items: impl Iterator<Item = T>, print: impl Fn(&mut String, T)) {
    for (i, item) in items.enumerate() {
        if i > 0 {
            out.push(',');
        }
        print(out, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{CollectionKind, Field, FieldKind, RuleSet};

    fn posts() -> Collection {
        let field = |name: &str| Field {
            id: String::new(),
            name: name.into(),
            system: false,
            hidden: false,
            presentable: false,
            required: false,
            help: String::new(),
            kind: FieldKind::Bool,
        };
        Collection {
            id: "p".into(),
            name: "posts".into(),
            system: false,
            kind: CollectionKind::Base,
            fields: vec![field("id"), field("order"), field("odd\"name")],
            indexes: vec![],
            rules: RuleSet::default(),
            created: String::new(),
            updated: String::new(),
            history_days: None,
        }
    }

    fn text(print: impl Fn(&mut String, &Collection)) -> String {
        let mut out = String::new();
        print(&mut out, &posts());
        out
    }

    #[test]
    fn an_insert_names_every_field() {
        assert_eq!(text(insert), r#"INSERT INTO "posts" ("id","order","odd""name") VALUES (?,?,?)"#);
    }

    #[test]
    fn an_update_names_what_changed() {
        assert_eq!(text(|out, c| update(out, c, &[1])), r#"UPDATE "posts" SET "order"=? WHERE "id"=?"#);
        assert_eq!(
            text(|out, c| update(out, c, &[1, 2])),
            r#"UPDATE "posts" SET "order"=?,"odd""name"=? WHERE "id"=?"#
        );
    }

    #[test]
    fn a_delete_is_by_id() {
        assert_eq!(text(delete), r#"DELETE FROM "posts" WHERE "id"=?"#);
    }
}
