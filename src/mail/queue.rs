//! The queue: bounded, a few mails at a time, several attempts; what still fails is logged.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinHandle, JoinSet};

use super::{Mail, Undelivered, transport};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::id::Ids;
use crate::settings::Live;

/// Mails that may wait.
const QUEUE: usize = 1000;
/// Conversations at a time.
const AT_ONCE: usize = 4;
/// Seconds before each further attempt.
const AGAIN: [u64; 4] = [1, 5, 25, 120];

/// Sends mails; cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    post: Arc<Post>,
    queue: Sender<Option<Letter>>,
    worker: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// A mail, and what to do when it is given up.
struct Letter {
    mail: Mail,
    lost: Box<dyn FnOnce() + Send>,
}

/// What sending takes.
struct Post {
    settings: Live,
    ids: Arc<Ids>,
    clock: Clock,
    dev: Dev,
    stopping: AtomicBool,
    figures: Figures,
}

/// What is counted about mails on the queue since the start.
#[derive(Debug, Default)]
pub struct Figures {
    pub sent: AtomicU64,
    /// Those that were given up.
    pub lost: AtomicU64,
    /// Attempts that failed, and were followed by another.
    pub repeated: AtomicU64,
}

/// Whether mails are shown in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dev {
    /// They are; and sent only when an SMTP server is set.
    On,
    Off,
}

impl Mailer {
    /// Starts the worker on the current runtime.
    pub fn start(settings: Live, ids: Arc<Ids>, clock: Clock, dev: Dev) -> Self {
        let post =
            Arc::new(Post { settings, ids, clock, dev, stopping: AtomicBool::new(false), figures: Figures::default() });
        let (queue, inbox) = channel(QUEUE);
        let worker = tokio::spawn(serve(Arc::clone(&post), inbox));
        Mailer { post, queue, worker: Arc::new(Mutex::new(Some(worker))) }
    }

    /// Whether mails are shown in the log.
    pub fn is_dev(&self) -> bool {
        self.post.dev == Dev::On
    }

    /// Puts a mail on the queue; 503 when it is full.
    pub fn post(&self, mail: Mail) -> Result<()> {
        self.post_or(mail, || {})
    }

    /// As [`Mailer::post`]; `lost` is called when the mail is given up, be it at once or after the last attempt.
    pub fn post_or(&self, mail: Mail, lost: impl FnOnce() + Send + 'static) -> Result<()> {
        self.queue.try_send(Some(Letter { mail, lost: Box::new(lost) })).map_err(|refused| {
            if let TrySendError::Full(Some(letter)) | TrySendError::Closed(Some(letter)) = refused {
                (letter.lost)();
            }
            let message = "Too many mails are waiting, please try again later.".into();
            Error::Unavailable { message, retry_after_s: 30 }
        })
    }

    /// Mails that wait for a conversation with the server to begin.
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// What is counted since the start.
    pub fn figures(&self) -> &Figures {
        &self.post.figures
    }

    /// Sends a mail now, once, and says what became of it.
    pub async fn deliver(&self, mail: &Mail) -> Result<(), Undelivered> {
        self.post.deliver(mail).await
    }

    /// Sends what is queued, without further attempts, for at most `within`.
    pub async fn close(&self, within: Duration) {
        self.post.stopping.store(true, Ordering::Relaxed);
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut worker) = worker else { return };
        let finish = async {
            let _ = self.queue.send(None).await;
            let _ = (&mut worker).await;
        };
        if tokio::time::timeout(within, finish).await.is_err() {
            tracing::warn!("mails that were still waiting are lost");
            worker.abort();
        }
    }
}

async fn serve(post: Arc<Post>, mut inbox: Receiver<Option<Letter>>) {
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            mail = inbox.recv(), if under_way.len() < AT_ONCE => match mail.flatten() {
                Some(letter) => {
                    let post = Arc::clone(&post);
                    under_way.spawn(async move { post.persist(letter).await });
                }
                None => break,
            },
            Some(_) = under_way.join_next(), if !under_way.is_empty() => {}
        }
    }
    while under_way.join_next().await.is_some() {}
}

impl Post {
    async fn persist(&self, Letter { mail, lost }: Letter) {
        let mut pauses = AGAIN.iter();
        loop {
            let error = match self.deliver(&mail).await {
                Ok(()) => {
                    self.figures.sent.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                Err(error) => error,
            };
            let pause = match &error {
                Undelivered::Failed(_) if !self.stopping.load(Ordering::Relaxed) => pauses.next(),
                Undelivered::Failed(_) | Undelivered::Refused(_) => None,
            };
            let Some(pause) = pause else {
                self.figures.lost.fetch_add(1, Ordering::Relaxed);
                tracing::error!(to = %mail.to, %error, "a mail was not sent");
                return lost();
            };
            self.figures.repeated.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(to = %mail.to, %error, "a mail was not sent yet");
            tokio::time::sleep(Duration::from_secs(*pause)).await;
        }
    }

    async fn deliver(&self, mail: &Mail) -> Result<(), Undelivered> {
        let settings = self.settings.load();
        let message = mail.message(&settings.meta, &self.ids, self.clock.now())?;
        if self.dev == Dev::On {
            tracing::info!(to = %mail.to, subject = %mail.subject, "mail\n{}", mail.text());
            if !settings.smtp.enabled {
                return Ok(());
            }
        }
        transport::send(&settings.smtp, message).await
    }
}
