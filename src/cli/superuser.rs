//! `cratebase superuser …`: accounts, through the same rules and checks as the API.

use clap::Subcommand;

use super::{Failed, say};
use crate::app::{self, World, installer, operator};
use crate::config::Loaded;
use crate::context::Ctx;
use crate::error::{Error, Problem};
use crate::http::Services;
use crate::records::Body;
use crate::schema::SUPERUSERS;
use crate::value::{Object, json};

#[derive(Subcommand)]
pub enum Superuser {
    /// Make an account; fails when there is one with this e-mail
    Create { email: String, password: String },
    /// Set the password of an account
    Update { email: String, password: String },
    /// Make an account or set its password
    Upsert { email: String, password: String },
    /// Delete an account
    Delete { email: String },
    /// Make a one-time sign-in code
    Otp { email: String },
}

pub async fn run(loaded: &Loaded, command: Superuser) -> Result<(), Failed> {
    if let Superuser::Otp { .. } = command {
        return Err(Failed("One-time codes are not possible yet: this build has no one-time passwords.".into()));
    }
    let services = app::open(&loaded.config, World::default()).await?;
    let ctx = operator(&services)?;
    match command {
        Superuser::Create { email, password } => create(&services, ctx, email, password).await,
        Superuser::Update { email, password } => match known(&services, &ctx, &email).await? {
            Some(id) => update(&services, ctx, (&id, &email), password).await,
            None => Err(Failed(format!("There is no superuser {email}."))),
        },
        Superuser::Upsert { email, password } => match known(&services, &ctx, &email).await? {
            Some(id) => update(&services, ctx, (&id, &email), password).await,
            None => create(&services, ctx, email, password).await,
        },
        Superuser::Delete { email } => match known(&services, &ctx, &email).await? {
            Some(id) => {
                services.records.delete(&ctx, SUPERUSERS, &id).await?;
                say(&format!("Deleted superuser {email}.\n"))
            }
            None => say(&format!("There is no superuser {email}.\n")),
        },
        Superuser::Otp { .. } => Ok(()),
    }
}

async fn known(services: &Services, ctx: &Ctx, email: &str) -> Result<Option<String>, Failed> {
    // As a literal of the filter language: JSON quoting is its quoting.
    let mut quoted = Vec::new();
    json::write_str(&mut quoted, email);
    let filter = format!("email = {}", String::from_utf8_lossy(&quoted));
    Ok(installer::find(services, ctx, &filter).await?.into_iter().next())
}

async fn create(services: &Services, ctx: Ctx, email: String, password: String) -> Result<(), Failed> {
    let mut fields = passwords(password);
    fields.insert("email".into(), email.clone().into());
    let made = services.records.create(ctx, SUPERUSERS, Body { fields, uploads: Vec::new() }).await;
    made.map_err(|e| explain(&e))?;
    say(&format!("Created superuser {email}.\n"))
}

async fn update(services: &Services, ctx: Ctx, (id, email): (&str, &str), password: String) -> Result<(), Failed> {
    let body = Body { fields: passwords(password), uploads: Vec::new() };
    services.records.update(ctx, SUPERUSERS, id, body).await.map_err(|e| explain(&e))?;
    say(&format!("Updated superuser {email}.\n"))
}

fn passwords(password: String) -> Object {
    let mut fields = Object::new();
    fields.insert("password".into(), password.clone().into());
    fields.insert("passwordConfirm".into(), password.into());
    fields
}

/// The first thing wrong, as a sentence: `email: Must be a valid email address.`
fn explain(error: &Error) -> Failed {
    if let Error::Invalid { errors, .. } = error {
        let leaf = errors.0.iter().find_map(|(key, problem)| match problem {
            Problem::Leaf(leaf) => Some(format!("{key}: {}", crate::error::sentence(&leaf.message))),
            Problem::Nested(_) | Problem::Json(_) => None,
        });
        if let Some(leaf) = leaf {
            return Failed(leaf);
        }
    }
    Failed(crate::error::sentence(&error.to_string()))
}
