//! `cratebase superuser …`: accounts, under the same checks as through the API.

use clap::Subcommand;

use super::{Failed, say};
use crate::app::{self, World};
use crate::auth::superusers::Wish;
use crate::config::Loaded;
use crate::error::{Error, Problem, sentence};

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
    match command {
        Superuser::Create { email, password } => save(loaded, Wish::Create, &email, &password).await,
        Superuser::Update { email, password } => save(loaded, Wish::Update, &email, &password).await,
        Superuser::Upsert { email, password } => save(loaded, Wish::Upsert, &email, &password).await,
        Superuser::Delete { email } => {
            let services = app::open(&loaded.config, World::default()).await?;
            match services.auth.delete_superuser(&email).await.map_err(|e| explain(&e))? {
                true => say(&format!("Deleted superuser {email}.\n")),
                false => say(&format!("There is no superuser {email}.\n")),
            }
        }
        Superuser::Otp { .. } => {
            Err(Failed("One-time codes are not possible yet: this build has no one-time passwords.".into()))
        }
    }
}

async fn save(loaded: &Loaded, wish: Wish, email: &str, password: &str) -> Result<(), Failed> {
    let services = app::open(&loaded.config, World::default()).await?;
    services.auth.save_superuser(wish, email, password).await.map_err(|e| explain(&e))?;
    say(&format!("Saved superuser {email}.\n"))
}

/// The first thing wrong, as a sentence: `email: Must be a valid email address.`
fn explain(error: &Error) -> Failed {
    if let Error::Invalid { errors, .. } = error {
        let leaf = errors.0.iter().find_map(|(key, problem)| match problem {
            Problem::Leaf(leaf) => Some(format!("{key}: {}", sentence(&leaf.message))),
            Problem::Nested(_) | Problem::Json(_) => None,
        });
        if let Some(leaf) = leaf {
            return Failed(leaf);
        }
    }
    Failed(sentence(&error.to_string()))
}
