//! `cratebase openapi`: the API description on stdout, as superusers see it.

use super::{Failed, say};
use crate::app::{self, World};
use crate::config::Loaded;
use crate::http::openapi::{Audience, render};
use crate::schema::Catalog;

pub async fn run(loaded: &Loaded) -> Result<(), Failed> {
    let document = crate::http::document();
    // Without data there is still an API; looking at it must not create any.
    let text = if loaded.config.data_dir.is_dir() {
        let services = app::open(&loaded.config, World::default()).await?;
        render(&document, &services.store.catalog(), Audience::Superuser)?
    } else {
        render(&document, &Catalog::default(), Audience::Superuser)?
    };
    say(&format!("{}\n", String::from_utf8_lossy(&text)))
}
