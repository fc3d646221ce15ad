//! A mail, and its form on the wire.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Message;
use lettre::message::{Mailbox, MultiPart};

use super::{Undelivered, page, text};
use crate::clock::Timestamp;
use crate::id::Ids;
use crate::settings::Meta;
use crate::value::net::email_domain;

/// Something to send to one address.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    /// The inner HTML; the page around it is the same for all.
    pub body: String,
}

/// Bodies hold codes and tokens.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("to", &self.to).finish_non_exhaustive()
    }
}

impl Mail {
    /// What people without HTML read.
    pub fn text(&self) -> String {
        text::from_html(&self.body)
    }

    /// From the application's sender, as text and HTML.
    pub(super) fn message(&self, from: &Meta, ids: &Ids, now: Timestamp) -> Result<Message, Undelivered> {
        let wrong = |error: &dyn std::fmt::Display| Undelivered::Refused(error.to_string());
        let mailbox = |name: &str, address: &str| {
            let address = address.parse().map_err(|e: lettre::address::AddressError| wrong(&e))?;
            Ok::<_, Undelivered>(Mailbox::new(Some(name.to_string()).filter(|name| !name.is_empty()), address))
        };
        let sent = UNIX_EPOCH + Duration::from_millis(u64::try_from(now.0).unwrap_or_default());
        let id = format!("<{}@{}>", ids.random(), email_domain(&from.sender_address));
        Message::builder()
            .from(mailbox(&from.sender_name, &from.sender_address)?)
            .to(mailbox("", &self.to)?)
            .subject(self.subject.clone())
            .message_id(Some(id))
            .date(sent)
            .multipart(MultiPart::alternative_plain_html(self.text(), page::around(&self.body)))
            .map_err(|error| wrong(&error))
    }
}
