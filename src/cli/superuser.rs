//! `cratebase superuser …`: accounts, through the same rules and checks as the API.

use clap::Subcommand;

use super::{Failed, say};
use crate::app::{self, World};
use crate::auth::otp::Printed;
use crate::auth::superusers::Wish;
use crate::config::Loaded;
use crate::error::{Error, Errors, Problem};
use crate::value::Object;

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
    /// Let superusers in from these addresses only; from all when none are given
    Ips {
        /// Addresses or subnets, such as 10.0.0.1 or 10.0.0.0/8
        addresses: Vec<String>,
    },
}

pub async fn run(loaded: &Loaded, command: Superuser) -> Result<(), Failed> {
    let (wish, email, password) = match command {
        Superuser::Create { email, password } => (Wish::Create, email, password),
        Superuser::Update { email, password } => (Wish::Update, email, password),
        Superuser::Upsert { email, password } => (Wish::Upsert, email, password),
        Superuser::Delete { email } => return delete(loaded, &email).await,
        Superuser::Otp { email } => return otp(loaded, &email).await,
        Superuser::Ips { addresses } => return ips(loaded, addresses).await,
    };
    let services = app::open(&loaded.config, World::default()).await?;
    services.auth.save_superuser(wish, &email, &password).await.map_err(|e| explain(&e))?;
    say(&format!("Saved superuser {email}.\n"))
}

async fn delete(loaded: &Loaded, email: &str) -> Result<(), Failed> {
    let services = app::open(&loaded.config, World::default()).await?;
    let deleted = services.auth.delete_superuser(email).await.map_err(|e| explain(&e))?;
    say(&if deleted { format!("Deleted superuser {email}.\n") } else { format!("There is no superuser {email}.\n") })
}

async fn otp(loaded: &Loaded, email: &str) -> Result<(), Failed> {
    let services = app::open(&loaded.config, World::default()).await?;
    let Printed { id, code, seconds } = services.auth.superuser_otp(email).await.map_err(|e| explain(&e))?;
    say(&format!("One-time code of {email}, for {seconds} seconds:\n  id    {id}\n  code  {code}\n"))
}

async fn ips(loaded: &Loaded, addresses: Vec<String>) -> Result<(), Failed> {
    let services = app::open(&loaded.config, World::default()).await?;
    let said = match addresses.as_slice() {
        [] => "Superusers may come from everywhere.\n".to_string(),
        some => format!("Superusers may come from {} only.\n", some.join(", ")),
    };
    let changes = Object::from_iter([("superuserIPs".to_string(), addresses.into())]);
    services.save_settings(changes).await.map_err(|e| explain(&e))?;
    say(&said)
}

/// The first thing wrong, as a sentence: `email: Must be a valid email address.`
fn explain(error: &Error) -> Failed {
    let first = match error {
        Error::Invalid { errors, .. } => first(errors),
        _ => None,
    };
    Failed(first.unwrap_or_else(|| crate::error::sentence(&error.to_string())))
}

fn first(errors: &Errors) -> Option<String> {
    errors.0.iter().find_map(|(key, problem)| match problem {
        Problem::Leaf(leaf) => Some(format!("{key}: {}", crate::error::sentence(&leaf.message))),
        Problem::Nested(errors) => first(errors).map(|inner| format!("{key}.{inner}")),
        Problem::Json(_) => None,
    })
}
