//! The mailer: hands a letter to an SMTP server, or, without one, writes it to a file.
//!
//! Every step has a time limit. An answer is about the address (it bounces), or about anything else: then the job that
//! sends is tried again, also for what a server calls permanent, because a wrong password or a greylisting relay is
//! mended by somebody, and no reader's address is to blame.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    transport::smtp::{Error as SmtpError, PoolConfig},
};
use time::{OffsetDateTime, macros::format_description};

use super::{ids::LetterIds, letter::Letter};

/// For one command and its answer, and for a letter in all.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(20);
const LETTER_TIMEOUT: Duration = Duration::from_secs(60);
/// Open at once to the server, of one node.
const MAX_CONNECTIONS: u32 = 4;
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// Of the letters that are files, the newest are kept.
const MAX_FILES: usize = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The server says that there is no such mailbox, or that it takes nothing.
    #[error("the address bounces: {0}")]
    Bounced(String),
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

#[derive(Clone)]
pub struct Mailer {
    inner: Option<Arc<Inner>>,
    ids: LetterIds,
}

/// The address that letters come from, and how they go.
struct Inner {
    from: Address,
    transport: Transport,
}

enum Transport {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

impl Mailer {
    /// Within a runtime, which the pool of connections needs. `smtp://host:25`, `smtp://user:password@host:587?tls=required` (STARTTLS), `smtps://…:465`. Errors never repeat
    /// the address: it may hold a password.
    pub fn smtp(url: &str, from: &str) -> anyhow::Result<Self> {
        const WANTED: &str = "SMTP_URL must look like smtps://user:password@mail.example, \
                              smtp://user:password@mail.example?tls=required or smtp://localhost:25";
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).ok().context(WANTED)?;
        let pool = PoolConfig::new().max_size(MAX_CONNECTIONS).idle_timeout(IDLE_TIMEOUT);
        let transport = transport.timeout(Some(COMMAND_TIMEOUT)).pool_config(pool).build();
        Self::new(from, Transport::Smtp(transport))
    }

    /// Until the program is told how mail goes: nothing is written.
    pub fn nowhere() -> Self {
        Mailer { inner: None, ids: LetterIds::new([0; 32]) }
    }

    /// By which bounces are known; of letters before that, none is.
    pub fn with_ids(self, ids: LetterIds) -> Self {
        Mailer { ids, ..self }
    }

    /// Letters are files of this folder.
    pub fn folder(folder: impl Into<PathBuf>, from: &str) -> anyhow::Result<Self> {
        Self::new(from, Transport::Folder(folder.into()))
    }

    fn new(from: &str, transport: Transport) -> anyhow::Result<Self> {
        let from = from.parse().context("HAGGLE_MAIL_FROM must be an address like market@example.com")?;
        let ids = LetterIds::new(rand::random());
        Ok(Mailer { inner: Some(Arc::new(Inner { from, transport })), ids })
    }

    /// Whether letters reach anybody: where they don't, nothing waits for an answer to one.
    pub fn reaches_people(&self) -> bool {
        self.inner.as_ref().is_some_and(|inner| matches!(inner.transport, Transport::Smtp(_)))
    }

    /// Hands it over, at once. For handlers of jobs: it may take a minute.
    pub async fn deliver(&self, letter: &Letter) -> Result<(), DeliveryError> {
        let Some(inner) = &self.inner else { return Ok(()) };
        let message = letter.message(&inner.from, &self.ids)?;
        match &inner.transport {
            Transport::Smtp(transport) => {
                match tokio::time::timeout(LETTER_TIMEOUT, transport.send(message)).await {
                    Ok(Ok(_)) => Ok(()),
                    Ok(Err(error)) => Err(classify(&error)),
                    Err(_) => Err(anyhow::anyhow!("the mail server took more than a minute").into()),
                }
            }
            Transport::Folder(folder) => {
                let (folder, key) = (folder.clone(), letter.key.clone());
                let written = tokio::task::spawn_blocking(move || write_file(&folder, &key, &message));
                Ok(written
                    .await
                    .context("a letter's file")?
                    .context("a letter can't be written to its file")?)
            }
        }
    }
}

fn classify(error: &SmtpError) -> DeliveryError {
    let text = full_text(error);
    let code = error.status().map(|code| code.to_string());
    match code {
        Some(code) if error.is_permanent() && is_about_the_address(&code, &text) => {
            DeliveryError::Bounced(text)
        }
        _ => DeliveryError::Failed(anyhow::anyhow!("{text}")),
    }
}

fn full_text(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let more = cause.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        source = cause.source();
    }
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect()
}

/// By the enhanced status (RFC 3463) where there is one: 5.1.x and 5.2.x are about the mailbox, but 5.1.7 and 5.1.8,
/// which are about the sender's. Without one by the codes that are only given for a mailbox.
pub(super) fn is_about_the_address(code: &str, text: &str) -> bool {
    let enhanced = text.split(|c: char| !c.is_ascii_digit() && c != '.').find_map(|word| {
        let mut parts = word.split('.').map(|part| part.parse::<u16>().ok());
        match (parts.next()??, parts.next()??, parts.next()??, parts.next()) {
            (5, subject, detail, None) => Some((subject, detail)),
            _ => None,
        }
    });
    match enhanced {
        Some((1, detail)) => !matches!(detail, 7 | 8),
        Some((2, _)) => true,
        Some(_) => false,
        None => matches!(code, "550" | "551" | "553" | "556"),
    }
}

/// A file for each, named by its time; over [`MAX_FILES`] the oldest goes.
fn write_file(folder: &Path, key: &str, message: &Message) -> anyhow::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let format = format_description!("[year]-[month]-[day]T[hour]-[minute]-[second]-[subsecond digits:6]");
    let now = OffsetDateTime::now_utc().format(format)?;
    let name: String =
        key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(60).collect();
    let file = folder.join(format!("{now}-{name}.eml"));
    let mut options = fs::OpenOptions::new();
    let half = file.with_extension("half");
    let mut out = options.write(true).create_new(true).mode(0o600).open(&half)?;
    out.write_all(&message.formatted())?;
    fs::rename(&half, &file)?;
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    if files.len() > MAX_FILES {
        files.sort();
        let old = files.len() - MAX_FILES;
        files[..old].iter().for_each(|file| drop(fs::remove_file(file)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_about_the_address_marks_it() {
        for (code, text, is_about_it) in [
            ("550", "permanent error (550): 5.1.1 no such user", true),
            ("550", "permanent error (550): no such user here", true),
            ("552", "permanent error (552): 5.2.2 mailbox full", true),
            ("553", "permanent error (553): 5.1.8 sender's domain does not exist", false),
            ("550", "permanent error (550): 5.7.1 relaying denied", false),
            ("535", "permanent error (535): 5.7.8 wrong password", false),
            ("535", "permanent error (535): wrong password", false),
            ("554", "permanent error (554): no SMTP service here", false),
            ("550", "permanent error (550): 10.0.0.1 5.1.1 no", true),
        ] {
            assert_eq!(is_about_the_address(code, text), is_about_it, "{text}");
        }
    }

    /// The pool of connections is a task.
    #[tokio::test]
    async fn a_wrong_url_is_said_to_be_one_without_its_password() {
        for wrong in
            ["", "mail.example", "http://mail.example", "smtp://", "smtp://me:secret@mail.example?tls=no"]
        {
            let refused = Mailer::smtp(wrong, "market@example.com").err().expect(wrong).to_string();
            assert!(
                refused.starts_with("SMTP_URL must look like") && !refused.contains("secret"),
                "{refused}"
            );
        }
        for good in
            ["smtp://localhost:2525", "smtps://me:a%40b@mail.example", "smtp://mail.example?tls=required"]
        {
            assert!(Mailer::smtp(good, "market@example.com").is_ok(), "{good}");
        }
        assert!(Mailer::smtp("smtp://localhost", "nobody").is_err());
    }
}
