//! The store's tests alone, until there is one integration binary.

mod store;
