//! Both readers of predicates against each other and against what is known of the language, in a real database.

mod client;
mod corpus;
mod errors;
mod kinds;
mod library;
mod model;
mod plans;
mod rules;
mod sort;
mod world;
