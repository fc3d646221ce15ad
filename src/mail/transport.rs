//! The way out: an SMTP server, or the machine's own sendmail when none is set.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::Undelivered;
use crate::settings::Smtp;

/// What one step of the conversation may take.
const STEP: Duration = Duration::from_secs(15);
/// What all of it may take.
const WHOLE: Duration = Duration::from_secs(60);

/// Hands `message` to the next server.
pub async fn send(smtp: &Smtp, message: Message) -> Result<(), Undelivered> {
    let sending =
        async { if smtp.enabled { by_smtp(smtp, message).await } else { by_sendmail(&message.formatted()).await } };
    let late = |_| Err(Undelivered::Failed(format!("no answer within {} seconds", WHOLE.as_secs())));
    tokio::time::timeout(WHOLE, sending).await.unwrap_or_else(late)
}

/// Whether the server of the settings takes us, or the machine has a sendmail: nothing is sent.
pub async fn greet(smtp: &Smtp) -> Result<(), Undelivered> {
    if !smtp.enabled {
        return sendmail().map(|_| ()).ok_or_else(no_sendmail);
    }
    let transport = builder(smtp)?.build::<Tokio1Executor>();
    let late = |_| Undelivered::Failed(format!("no answer within {} seconds", STEP.as_secs()));
    match tokio::time::timeout(STEP, transport.test_connection()).await.map_err(late)? {
        Ok(true) => Ok(()),
        Ok(false) => Err(Undelivered::Failed("it hangs up".into())),
        Err(error) => Err(undelivered(&error)),
    }
}

fn undelivered(error: &lettre::transport::smtp::Error) -> Undelivered {
    let text = match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    if error.is_permanent() { Undelivered::Refused(text) } else { Undelivered::Failed(text) }
}

async fn by_smtp(smtp: &Smtp, message: Message) -> Result<(), Undelivered> {
    let transport = builder(smtp)?.build::<Tokio1Executor>();
    transport.send(message).await.map(|_| ()).map_err(|error| undelivered(&error))
}

fn builder(smtp: &Smtp) -> Result<AsyncSmtpTransportBuilder, Undelivered> {
    let refused = |why: String| Undelivered::Refused(why);
    let port = u16::try_from(smtp.port).map_err(|_| refused(format!("{} is no port", smtp.port)))?;
    let tls = TlsParameters::new(smtp.host.clone()).map_err(|error| refused(error.to_string()))?;
    let signs_in = !smtp.username.is_empty() || !smtp.password.is_empty();
    // A password never travels in the clear, except on this machine.
    let tls = match (smtp.tls, signs_in && !is_local(&smtp.host)) {
        (true, _) => Tls::Wrapper(tls),
        (false, true) => Tls::Required(tls),
        (false, false) => Tls::Opportunistic(tls),
    };
    let name = if smtp.local_name.is_empty() { "localhost" } else { &smtp.local_name };
    let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(smtp.host.clone())
        .port(port)
        .tls(tls)
        .timeout(Some(STEP))
        .hello_name(ClientId::Domain(name.to_string()));
    if !signs_in {
        return Ok(builder);
    }
    let mechanism = if smtp.auth_method == "LOGIN" { Mechanism::Login } else { Mechanism::Plain };
    let credentials = Credentials::new(smtp.username.clone(), smtp.password.clone());
    Ok(builder.credentials(credentials).authentication(vec![mechanism]))
}

fn is_local(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

async fn by_sendmail(message: &[u8]) -> Result<(), Undelivered> {
    let program = sendmail().ok_or_else(no_sendmail)?;
    let failed = |error: std::io::Error| Undelivered::Failed(format!("sendmail: {error}"));
    let mut child = Command::new(program)
        .args(["-i", "-t"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(message).await.map_err(failed)?;
    }
    let status = child.wait().await.map_err(failed)?;
    if status.success() { Ok(()) } else { Err(Undelivered::Failed(format!("sendmail ended with {status}"))) }
}

fn no_sendmail() -> Undelivered {
    Undelivered::Refused("failed to locate a sendmail executable path".into())
}

fn sendmail() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/sbin", "/usr/bin", "/usr/lib"].map(PathBuf::from);
    let mut places = usual.into_iter().chain(std::env::split_paths(&path));
    places.find_map(|dir| Some(dir.join("sendmail")).filter(|program: &PathBuf| Path::is_file(program)))
}
