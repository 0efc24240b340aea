//! A letter, and the message (RFC 5322) that is made of it: plain text and HTML, and headers that no name can break.

use anyhow::Context as _;
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::ids::{LetterIds, thread_id};

/// One person gets it. Never holds a secret where it is stored.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Letter {
    /// What it is about: of two unsent letters with the same one there is one, and the Message-ID is made of it.
    pub key: String,
    /// What the sender is called; its address is the mailer's.
    pub from_name: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Letters with the same one stand together in mail programs.
    #[serde(default)]
    pub thread: Option<String>,
    /// Where it is turned off by one POST, without a sign-in (RFC 8058).
    #[serde(default)]
    pub unsubscribe_url: Option<String>,
    /// Not sent any more after it.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub not_after: Option<OffsetDateTime>,
    /// Also to an address that bounced: its owner asked to try again.
    #[serde(default)]
    pub even_if_bounced: bool,
}

impl Letter {
    /// `from`: the marketplace's address, whose domain the ids are of.
    pub(super) fn message(&self, from: &Address, ids: &LetterIds) -> anyhow::Result<Message> {
        let to: Address = self.to.parse().context("no address that mail can be sent to")?;
        let mut builder = Message::builder()
            .from(Mailbox::new(Some(one_line(&self.from_name)), from.clone()))
            .to(Mailbox::new(None, to))
            .subject(one_line(&self.subject))
            .message_id(Some(ids.message_id(&self.key, &self.to, from.domain())))
            .raw_header(header("Auto-Submitted", "auto-generated"));
        if let Some(thread) = &self.thread {
            let id = thread_id(thread, from.domain());
            builder = builder.in_reply_to(id.clone()).references(id);
        }
        if let Some(url) = self.unsubscribe_url.as_deref().filter(|url| !url.contains(['<', '>', '\r', '\n']))
        {
            builder = builder
                .raw_header(header("List-Unsubscribe", &format!("<{url}>")))
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }
        Ok(builder.multipart(MultiPart::alternative_plain_html(self.text.clone(), self.html.clone()))?)
    }
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Without line breaks, and without what turns the direction of the text around it.
fn one_line(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids() -> LetterIds {
        LetterIds::new([7; 32])
    }

    fn formatted(letter: &Letter) -> String {
        let message = letter.message(&"market@example.com".parse().unwrap(), &ids()).unwrap();
        String::from_utf8(message.formatted()).unwrap()
    }

    /// The names of the headers, in order; what is folded belongs to the header above it.
    fn header_names(message: &str) -> Vec<&str> {
        let (head, _) = message.split_once("\r\n\r\n").unwrap();
        let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        lines.map(|line| line.split_once(':').unwrap_or_else(|| panic!("{line}")).0).collect()
    }

    #[test]
    fn it_is_threaded_automatic_and_can_be_turned_off() {
        let letter = Letter {
            key: "notice-1".into(),
            to: "ana@example.com".into(),
            thread: Some("room-7".into()),
            unsubscribe_url: Some("https://market.example/u/token".into()),
            ..Letter::default()
        };
        let message = formatted(&letter);
        for line in [
            "Auto-Submitted: auto-generated",
            "List-Unsubscribe: <https://market.example/u/token>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ] {
            assert!(message.contains(&format!("\r\n{line}\r\n")), "{line} in\n{message}");
        }
        let line = |name: &str| {
            let start = format!("{name}: ");
            message.lines().find_map(|line| line.strip_prefix(&*start)).map(str::to_owned)
        };
        assert_eq!(line("Message-ID"), Some(ids().message_id("notice-1", "ana@example.com", "example.com")));
        assert_eq!(line("In-Reply-To"), Some(thread_id("room-7", "example.com")));
        assert_eq!(line("References"), line("In-Reply-To"));
        assert!(message.contains("multipart/alternative"));
        assert_eq!(
            line("Message-ID"),
            formatted(&letter).lines().find_map(|it| { it.strip_prefix("Message-ID: ").map(str::to_owned) }),
            "the same at every try"
        );
    }

    proptest! {
        /// Names, subjects and texts of strangers.
        #[test]
        fn nothing_in_a_letter_makes_a_header(
            name in any::<String>(),
            subject in "(\r\n|\n|\r|\u{202e}|Bcc: x@example.com|[^a]){0,40}",
            text in "(\r\n|\n|\r|\\.|[^a]){0,40}",
        ) {
            let letter = Letter {
                key: subject.clone(),
                from_name: name,
                to: "ana@example.com".into(),
                subject,
                html: text.clone(),
                text,
                ..Letter::default()
            };
            let message = formatted(&letter);
            let names = header_names(&message);
            let expected =
                ["From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Date", "Content-Type"];
            prop_assert!(names.iter().all(|name| expected.contains(name)), "{names:?}");
            prop_assert_eq!(names.len(), expected.len());
            let (head, _) = message.split_once("\r\n\r\n").unwrap();
            prop_assert!(head.is_ascii() && !head.replace("\r\n", "").contains(['\r', '\n', '\0']));
        }
    }
}
