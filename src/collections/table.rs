//! The table of a collection and its indexes, brought in line with its fields.

use super::columns::new_name;
use super::refuse::Fault;
use super::views::Views;
use crate::error::{Errors, FieldError};
use crate::schema::{Collection, Index};
use crate::sql::ddl;
use crate::store::Tx;

/// Makes the table and its indexes.
pub(super) fn create(tx: &mut Tx, new: &Collection) -> Result<(), Fault> {
    tx.execute(&ddl::create_table(new))?;
    for (_, sql) in ddl::own_indexes(new) {
        tx.execute(&sql)?;
    }
    create_indexes(tx, new, &[])
}

/// Turns the table of `old` into that of `new`.
pub(super) fn alter(tx: &mut Tx, views: &Views, old: &Collection, new: &Collection) -> Result<(), Fault> {
    let kept = drop_stale_indexes(tx, old, new)?;
    let steps = ddl::alter_table(old, new);
    if !steps.is_empty() {
        let aside = views.step_aside(tx, old, new)?;
        for step in steps {
            tx.execute(&step)?;
        }
        aside.come_back(tx)?;
    }
    for (_, sql) in ddl::own_indexes(new) {
        tx.execute(&sql)?;
    }
    create_indexes(tx, new, &kept)
}

/// Drops the indexes that are not wanted as they are; the normal forms of those that stay.
fn drop_stale_indexes(tx: &mut Tx, old: &Collection, new: &Collection) -> Result<Vec<String>, Fault> {
    let own: Vec<String> = ddl::own_indexes(new).into_iter().map(|(name, _)| name).collect();
    for (name, _) in ddl::own_indexes(old).into_iter().filter(|(name, _)| !own.contains(name)) {
        tx.execute(&ddl::drop_index(&name))?;
    }
    let wanted: Vec<String> =
        new.indexes.iter().filter_map(|text| Index::parse(text)).map(|index| index.build()).collect();
    // A column that goes would take its indexes into the failure; one that is converted would write them twice.
    let moved: Vec<&str> =
        old.fields.iter().filter(|field| moves(field, new)).map(|field| field.name.as_str()).collect();
    let mut kept = Vec::new();
    for index in old.indexes.iter().filter_map(|text| Index::parse(text)) {
        let touched = moved.iter().any(|column| index.mentions(column));
        let mut now = index.clone().rename_columns(&|name| new_name(old, new, name));
        now.table.clone_from(&new.name);
        let text = now.build();
        if touched || !wanted.contains(&text) {
            tx.execute(&ddl::drop_index(&index.name))?;
        } else {
            kept.push(text);
        }
    }
    Ok(kept)
}

/// The column goes, or its values change between one and many.
fn moves(field: &crate::schema::Field, new: &Collection) -> bool {
    let now = new.fields.iter().find(|other| other.id == field.id);
    now.is_none_or(|now| now.is_multiple() != field.is_multiple())
}

/// Makes the owner's indexes but those that are `there`, and collects every failure.
fn create_indexes(tx: &mut Tx, new: &Collection, there: &[String]) -> Result<(), Fault> {
    let mut failed = Errors::default();
    for (at, text) in new.indexes.iter().enumerate() {
        let Some(index) = Index::parse(text) else {
            failed.add(at.to_string(), invalid("Invalid CREATE INDEX expression."));
            continue;
        };
        if there.contains(&index.build()) {
            continue;
        }
        match tx.execute(&ddl::create_index(&index)).map_err(Fault::from) {
            Ok(_) => {}
            Err(Fault::Raw(reason)) => {
                failed.add(at.to_string(), invalid(&format!("Failed to create index {} - {reason}.", index.name)));
            }
            Err(fault) => return Err(fault),
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    let mut errors = Errors::default();
    errors.add("indexes", failed);
    Err(Fault::Indexes(errors))
}

fn invalid(message: &str) -> FieldError {
    FieldError::new("validation_invalid_index_expression", message)
}
