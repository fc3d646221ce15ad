//! The wording of mails an auth collection starts with; placeholders are filled in when a mail is sent.

use super::auth_options::Template;

const SIGNATURE: &str = "<p>Kind regards,<br/>\nthe {APP_NAME} team</p>";

/// After sign-up: proves the address.
pub(super) fn verification() -> Template {
    let intro = "<p>welcome to {APP_NAME}! Please confirm that this e-mail address is yours.</p>";
    let note = "<p>If you did not create an account, no action is needed.</p>";
    template("Confirm your {APP_NAME} e-mail address", &link(intro, "confirm-verification", "Confirm address", note))
}

/// On a forgotten password.
pub(super) fn reset_password() -> Template {
    let intro = "<p>someone, hopefully you, asked for a new {APP_NAME} password.</p>";
    let note = "<p>If it was not you, ignore this mail: your password stays as it is.</p>";
    template("Choose a new {APP_NAME} password", &link(intro, "confirm-password-reset", "Choose a password", note))
}

/// To the new address of an account.
pub(super) fn confirm_email_change() -> Template {
    let intro = "<p>please confirm that your {APP_NAME} account shall use this e-mail address from now on.</p>";
    let note = "<p>If you did not ask for this change, ignore this mail.</p>";
    template(
        "Confirm your new {APP_NAME} e-mail address",
        &link(intro, "confirm-email-change", "Confirm address", note),
    )
}

/// A one-time password.
pub(super) fn otp() -> Template {
    let body =
        "<p>your one-time password is <strong>{OTP}</strong></p>\n<p>If you did not ask for it, ignore this mail.</p>";
    template("{OTP} is your {APP_NAME} one-time password", body)
}

/// A sign-in from a place never seen before.
pub(super) fn auth_alert() -> Template {
    let body = "<p>your {APP_NAME} account was used to sign in from a new place:</p>\n<p><em>{ALERT_INFO}</em></p>\n\
        <p>If it was you, all is well. <strong>If not, change your {APP_NAME} password now:</strong> it signs out every other place.</p>";
    template("New sign-in to your {APP_NAME} account", body)
}

fn template(subject: &str, body: &str) -> Template {
    Template { subject: subject.to_string(), body: format!("<p>Hello,</p>\n{body}\n{SIGNATURE}") }
}

fn link(intro: &str, page: &str, label: &str, note: &str) -> String {
    let href = format!("{{APP_URL}}/_/#/auth/{page}/{{TOKEN}}");
    format!("{intro}\n<p><a class=\"btn\" href=\"{href}\" target=\"_blank\" rel=\"noopener\">{label}</a></p>\n{note}")
}
