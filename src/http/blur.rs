//! Guessing by filters at what a rule hides is made slow and uneven.

use std::time::Duration;

use actix_web::HttpRequest;

use super::ask::Ask;
use crate::limits::Quota;

/// How a page without records ends.
const EMPTY: &[u8] = b"\"items\":[]}";
/// Filtered lists that may find nothing before they take a random time, per collection and address.
const GUESSES: Quota = Quota { max: 3, window_ms: 3000 };
const LONGEST_BLUR_MS: usize = 500;

/// Holds an answer up when a client asks again and again for what is not there, so that how long a filter takes tells
/// nothing about the rows that a rule keeps from it.
pub async fn blur(ask: &Ask, request: &HttpRequest, collection: &str, page: &[u8]) {
    let catalog = ask.store.catalog();
    let guess = page.ends_with(EMPTY) && ask.ctx.query("filter").is_some() && !ask.ctx.caller.is_superuser();
    let Some(collection) = catalog.find(collection).filter(|_| guess) else { return };
    if collection.rules.list.as_deref().is_none_or(str::is_empty) {
        return;
    }
    let key = ("guesses", &collection.id, ask.real_ip(request));
    if ask.limits.take(key, GUESSES, ask.clock.now()).is_err() {
        let wait_ms = ask.records.ids.below(LONGEST_BLUR_MS);
        tokio::time::sleep(Duration::from_millis(u64::try_from(wait_ms).unwrap_or_default())).await;
    }
}
