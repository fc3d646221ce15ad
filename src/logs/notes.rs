//! What the server itself reports goes to the log as well: a listener to its own events.

use std::fmt;
use std::sync::{Arc, OnceLock};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::Logs;
use super::entry::{DEBUG, ERROR, Entry, INFO, Note, WARN, What};
use crate::value::{Json, Object};

/// Hears the events of this crate; passes them on as soon as there is a log.
#[derive(Clone, Default)]
pub struct Listener(Arc<OnceLock<Logs>>);

impl Listener {
    /// From now on events go to `logs`.
    pub fn tell(&self, logs: Logs) {
        let _ = self.0.set(logs);
    }
}

impl<S: Subscriber> Layer<S> for Listener {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let (level, target) = (level(event.metadata().level()), event.metadata().target());
        // What the log says of itself would never end; a failed request has its entry already.
        let heard = target.starts_with("cratebase") && !target.contains("::logs") && !target.contains("::shell");
        let Some(logs) = self.0.get().filter(|_| heard) else { return };
        let keep = logs.0.keeper.parts.settings.logs();
        if level < keep.min_level || keep.max_days <= 0 {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let what = What::Note(Note { message: fields.message, data: fields.data });
        logs.push(Entry { at: logs.0.keeper.parts.clock.now(), level, what });
    }
}

fn level(level: &Level) -> i64 {
    match *level {
        Level::ERROR => ERROR,
        Level::WARN => WARN,
        Level::INFO => INFO,
        Level::DEBUG | Level::TRACE => DEBUG,
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    data: Object,
}

impl Fields {
    fn put(&mut self, field: &Field, value: Json) {
        self.data.insert(field.name().to_string(), value);
    }
}

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        match field.name() {
            "message" => self.message = text,
            _ => self.put(field, text.into()),
        }
    }
}
