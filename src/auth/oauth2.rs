//! Sign-in by OAuth2: a code is exchanged at its provider for a person, the person for an account.

pub mod provider;
