//! A mail server that keeps what it gets: just enough SMTP on a thread of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{SUPERUSER, TestApp};

/// Mails as they arrive.
pub struct Mailbox {
    address: SocketAddr,
    letters: UnboundedReceiver<Letter>,
}

/// A mail that arrived, decoded.
#[derive(Debug)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    /// Headers and both parts.
    pub text: String,
    /// The lines of the conversation before the mail, as they came.
    pub said: Vec<String>,
}

impl Letter {
    /// The token of the link in the mail.
    #[track_caller]
    pub fn token(&self) -> String {
        let (_, rest) = self.text.split_once("/_/#/auth/").expect("a link");
        let (_, token) = rest.split_once('/').expect("a page");
        token.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect()
    }

    /// The one-time code in the subject.
    #[track_caller]
    pub fn code(&self) -> String {
        let code: String = self.subject.chars().take_while(char::is_ascii_digit).collect();
        assert!(!code.is_empty(), "no code in {:?}", self.subject);
        code
    }
}

impl Mailbox {
    /// Opens one on a free port, that answers the first `refusals` mails with `refusal`.
    fn open(refusals: usize, refusal: &'static str) -> Self {
        let refusals = Arc::new(AtomicUsize::new(refusals));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (post, letters) = unbounded_channel();
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                let (socket, post, refusals) = (socket.unwrap(), post.clone(), refusals.clone());
                // A client that goes in the middle of a sentence is no mail.
                std::thread::spawn(move || serve(socket, &post, (&refusals, refusal)).unwrap_or_default());
            }
        });
        Mailbox { address, letters }
    }

    /// Opens one and has `app` send its mails there.
    pub async fn of(app: &TestApp) -> Self {
        Self::reluctant(app, 0).await
    }

    /// As [`Mailbox::of`], but puts off the first `refusals` mails.
    pub async fn reluctant(app: &TestApp, refusals: usize) -> Self {
        Self::open(refusals, "451 later").serving(app).await
    }

    /// As [`Mailbox::of`], but refuses the first `refusals` mails for good.
    pub async fn refusing(app: &TestApp, refusals: usize) -> Self {
        Self::open(refusals, "550 no").serving(app).await
    }

    async fn serving(self, app: &TestApp) -> Self {
        let mailbox = self;
        let smtp = json!({"smtp": {"enabled": true, "host": "127.0.0.1", "port": mailbox.address.port()}});
        app.call(SUPERUSER, "PATCH /api/settings").json(smtp).await.is(200);
        mailbox
    }

    /// The next mail.
    #[track_caller]
    pub fn next(&mut self) -> impl Future<Output = Letter> {
        let letter = tokio::time::timeout(Duration::from_secs(20), self.letters.recv());
        async { letter.await.expect("no mail came").expect("the mailbox is open") }
    }

    /// A mail that has come already.
    pub fn arrived(&mut self) -> Option<Letter> {
        self.letters.try_recv().ok()
    }

    /// Stops `app`, which sends what it still has to, and hands over what was not taken yet.
    pub fn rest_of(mut self, app: TestApp) -> Vec<Letter> {
        drop(app);
        std::iter::from_fn(|| self.letters.try_recv().ok()).collect()
    }
}

fn serve(
    socket: TcpStream,
    post: &UnboundedSender<Letter>,
    (refusals, refusal): (&AtomicUsize, &str),
) -> std::io::Result<()> {
    let mut lines = BufReader::new(socket.try_clone()?).lines();
    let say = |text: &str| (&socket).write_all(format!("{text}\r\n").as_bytes());
    let (mut to, mut said) = (String::new(), Vec::new());
    say("220 mailbox")?;
    while let Some(line) = lines.next() {
        let line = line?;
        said.push(line.clone());
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "MAIL" if refusals.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok() => say(refusal)?,
            "EHLO" => say("250-mailbox\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME")?,
            "AUTH" => {
                // By LOGIN the name and the password are asked for.
                let questions = ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"];
                for question in questions.into_iter().filter(|_| line == "AUTH LOGIN") {
                    say(question)?;
                    said.extend(lines.next().transpose()?);
                }
                say("235 ok")?;
            }
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_string();
                say("250 ok")?;
            }
            "DATA" => {
                say("354 go on")?;
                let mut raw = Vec::new();
                for line in lines.by_ref() {
                    let line = line?;
                    if line == "." {
                        break;
                    }
                    raw.push(line);
                }
                let _ = post.send(letter((to.clone(), said.clone()), &raw.join("\n")));
                say("250 ok")?;
            }
            "QUIT" => return say("221 bye"),
            _ => say("250 ok")?,
        }
    }
    Ok(())
}

fn letter((to, said): (String, Vec<String>), raw: &str) -> Letter {
    let head = raw.split("\n\n").next().unwrap_or_default().replace("\n ", " ");
    let subject = head.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap_or_default().to_string();
    Letter { to, subject, text: decoded(raw), said }
}

/// Quoted-printable undone.
fn decoded(text: &str) -> String {
    let joined = text.replace("=\n", "");
    let mut parts = joined.split('=');
    let mut out = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                out.extend(&part.as_bytes()[2..]);
            }
            None => {
                out.push(b'=');
                out.extend(part.as_bytes());
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
