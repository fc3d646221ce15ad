//! The `[oauth2]` section of the configuration.

use serde::{Deserialize, Serialize};

/// Limits of conversations with providers; every key is explained in config.toml.example.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub timeout_s: u64,
    pub id_token_leeway_s: i64,
    pub private_avatars: bool,
}
