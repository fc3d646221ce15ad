//! The collection scenarios alone, until one integration binary runs them all.

mod collections;
