//! Mails about accounts: the templates of their collection, filled.

use crate::error::{Errors, FieldError, Result};
use crate::mail::template::{self, Filling};
use crate::mail::{Mail, Undelivered};
use crate::schema::auth_options::{AuthOptions, Template};
use crate::schema::{Field, FieldKind, Record, SUPERUSERS_ID};
use crate::settings::Settings;
use crate::value::{Object, Row as _, Value, ValueRef};

use super::tokens::{self, Claims, Kind};
use super::{Auth, forms};

/// What one kind of mail adds to the placeholders of all, by name without braces.
pub(super) type Extra<'a> = &'a [(&'a str, &'a str)];

const TEST_FAILED: &str = "Failed to send the test email.";

/// The template filled for `account`.
fn letter(settings: &Settings, template: &Template, account: &Record, extra: Extra) -> Mail {
    let lookup = |name: &str| {
        if let Some((_, text)) = extra.iter().find(|(known, _)| *known == name) {
            return Some(Filling::Plain((*text).to_string()));
        }
        match name {
            "APP_NAME" => Some(Filling::Plain(settings.meta.app_name.clone())),
            "APP_URL" => Some(Filling::Plain(settings.meta.app_url.trim_end_matches('/').to_string())),
            _ => name.strip_prefix("RECORD:").and_then(|field| field_text(account, field)).map(Filling::Plain),
        }
    };
    Mail {
        to: account.get("email").text().to_string(),
        subject: template::line(&template.subject, &lookup),
        body: template::html(&template.body, &lookup),
    }
}

/// A field's value for people; hidden fields do not exist here.
fn field_text(account: &Record, name: &str) -> Option<String> {
    let (position, field) = account.collection.field(name).filter(|(_, field)| !field.hidden)?;
    let value = account.values.value(position);
    Some(match (&field.kind, value) {
        (FieldKind::Bool, value) => value.is_true().to_string(),
        (_, ValueRef::Null) => String::new(),
        (_, ValueRef::Int(n)) => n.to_string(),
        (_, ValueRef::Real(n)) => n.to_string(),
        (_, ValueRef::Text(text)) => text.to_string(),
    })
}

impl Auth {
    /// A mail to `account`.
    pub(super) fn letter_to(&self, account: &Record, template: &Template, extra: Extra) -> Mail {
        letter(&self.records.settings.load(), template, account, extra)
    }

    /// Puts a mail to `account` on the queue.
    pub(super) fn write_to(&self, account: &Record, template: &Template, extra: Extra) -> Result<()> {
        self.mailer.post(self.letter_to(account, template, extra))
    }

    /// A token about `account` for a link in a mail, with what `about` adds to its claims.
    pub(super) fn link_token(
        &self,
        account: &Record,
        kind: Kind,
        about: impl FnOnce(Claims) -> Claims,
    ) -> Result<String> {
        let claims = Claims::of(account, kind, self.records.clock.now())?;
        tokens::sign_for(account, &about(Claims { email: Some(account.get("email").text().to_string()), ..claims }))
    }

    /// Sends the template a superuser asks for and waits for the mail server's answer; 400 with its reason.
    pub async fn test_mail(&self, body: &Object) -> Result<()> {
        let [to, template, collection] = ["email", "template", "collection"].map(|key| forms::text(body, key));
        let (to, template, collection) = (to?, template?, collection?);
        let catalog = self.records.store.catalog();
        let named = if collection.is_empty() { SUPERUSERS_ID } else { &collection };
        let found = catalog.find(named).filter(|collection| collection.is_auth());
        let mut errors = Errors::default();
        forms::email(&mut errors, "email", &to);
        if template.is_empty() {
            errors.add("template", FieldError::required());
        } else if sample(&template).is_none() {
            errors.add("template", FieldError::new("validation_in_invalid", "Must be a valid value."));
        }
        if found.is_none() {
            let message = "Must be a valid auth collection id or name.";
            errors.add("collection", FieldError::new("validation_invalid_auth_collection", message));
        }
        errors.into_result(TEST_FAILED)?;
        let (Some(collection), Some(sample)) = (found, sample(&template)) else { return Ok(()) };
        let Some(options) = collection.auth() else { return Ok(()) };
        let values = collection.fields.iter().map(placeholder).collect();
        let mut nobody = Record { collection: collection.clone(), values };
        nobody.set("email", to);
        nobody.set("tokenKey", self.records.ids.secret(50));
        let token = match sample.link {
            Some(kind) => self.link_token(&nobody, kind, |claims| claims)?,
            None => String::new(),
        };
        let info = format!("{} - 127.0.0.1 Test browser", self.records.clock.now());
        let extra = [("TOKEN", token.as_str()), ("OTP", "123456"), ("OTP_ID", "test"), ("ALERT_INFO", info.as_str())];
        let mail = self.letter_to(&nobody, (sample.template)(options), &extra);
        self.mailer.deliver(&mail).await.map_err(|error| {
            let (Undelivered::Refused(why) | Undelivered::Failed(why)) = error;
            crate::error::Error::bad_request(format!("{TEST_FAILED} Raw error: \n{why}"))
        })
    }
}

/// A kind of mail that can be tried out.
struct Sample {
    template: fn(&AuthOptions) -> &Template,
    /// The token its link needs.
    link: Option<Kind>,
}

fn sample(name: &str) -> Option<Sample> {
    let (template, link): (fn(&AuthOptions) -> &Template, _) = match name {
        "verification" => (|options| &options.verification_template, Some(Kind::Verification)),
        "password-reset" => (|options| &options.reset_password_template, Some(Kind::PasswordReset)),
        "email-change" => (|options| &options.confirm_email_change_template, Some(Kind::EmailChange)),
        "otp" => (|options| &options.otp.email_template, None),
        "login-alert" => (|options| &options.auth_alert.email_template, None),
        _ => return None,
    };
    Some(Sample { template, link })
}

/// Something to show in the place of a value.
fn placeholder(field: &Field) -> Value {
    match &field.kind {
        FieldKind::Text { .. } | FieldKind::Editor { .. } => Value::Text(format!("[{}]", field.name)),
        _ => field.zero(),
    }
}
