//! Bounces that come back as letters (RFC 3464): what a mail server accepted, and another one refused later.
//!
//! Anybody can write such a letter. Invariant: an address is marked only by what knows the Message-ID of a letter of ours
//! to that very address, which nobody but us and its readers can make ([`LetterIds`](super::ids::LetterIds)).

use mail_parser::{Message, MessageParser, MimeHeaders as _, PartType};
use sqlx::PgPool;

use super::{ids::LetterIds, mailer::is_about_the_address, store};

/// Of a field; more says nothing new.
const MAX_ANSWER: usize = 500;
/// Recipients of one report. Our letters have one.
const MAX_RECIPIENTS: usize = 10;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    pub email: String,
    /// What the other server said.
    pub answer: String,
}

impl Bounce {
    /// None for whatever isn't the report that a letter of ours can't be delivered, ever.
    pub fn parse(raw: &[u8], ids: &LetterIds) -> Option<Self> {
        let report = MessageParser::default().parse(raw)?;
        let returned = returned(&report)?;
        let id = returned.message_id()?.to_owned();
        let addressee = returned.to().and_then(|to| to.first()).and_then(|to| to.address());
        let status = report.parts.iter().find(|part| is_type(part, "message", "delivery-status"))?;
        let status = String::from_utf8_lossy(status.contents()).replace("\r\n", "\n");
        // The first block is about the report, each of the others about one recipient.
        for block in status.split("\n\n").take(MAX_RECIPIENTS + 1) {
            let failed = field(block, "Action").is_some_and(|action| action.eq_ignore_ascii_case("failed"));
            let code = field(block, "Status").unwrap_or_default();
            let answer = field(block, "Diagnostic-Code").unwrap_or_default();
            let answer: String = format!("{code} {answer}").trim().chars().take(MAX_ANSWER).collect();
            if !failed || !code.starts_with("5.") || !is_about_the_address("550", &answer) {
                continue;
            }
            let named = ["Original-Recipient", "Final-Recipient"].map(|name| field(block, name));
            let named = named.iter().flatten().filter_map(|value| Some(value.split_once(';')?.1.trim()));
            // A mailbox that forwards is refused by the name of another.
            let email = named.chain(addressee).find(|email| ids.is_to(&id, email))?.to_lowercase();
            return Some(Bounce { email, answer });
        }
        None
    }

    /// Nothing more is sent there until its owner asks for it.
    pub async fn mark(&self, db: &PgPool) -> sqlx::Result<()> {
        store::insert_bounced(db, &self.email, &self.answer).await
    }
}

/// The letter that comes back, or its headers.
fn returned<'a>(report: &'a Message<'_>) -> Option<Message<'a>> {
    report.parts.iter().find_map(|part| match &part.body {
        PartType::Message(letter) => Some(letter.clone()),
        _ if is_type(part, "text", "rfc822-headers") => MessageParser::default().parse(part.contents()),
        _ => None,
    })
}

fn is_type(part: &mail_parser::MessagePart<'_>, main: &str, sub: &str) -> bool {
    part.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case(main)
            && kind.subtype().is_some_and(|found| found.eq_ignore_ascii_case(sub))
    })
}

/// A field's value in one line.
fn field(block: &str, name: &str) -> Option<String> {
    let unfolded = block.replace("\n ", " ").replace("\n\t", " ");
    let found = unfolded.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    });
    let is_gap = |c: char| c.is_whitespace() || c.is_control();
    found.map(|value| value.split(is_gap).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO: &str = "ana@example.com";

    fn ids() -> LetterIds {
        LetterIds::new([7; 32])
    }

    /// As Postfix writes it, with what is to be different.
    fn report(id: &str, action: &str, status: &str, to: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example.net\r\nTo: market@example.com\r\nSubject: Undelivered Mail\r\n\
             MIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nI'm sorry.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; mx.example.net\r\nArrival-Date: Sun, 29 Nov 2026 10:00:00 +0000\r\n\r\n\
             Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\n\
             Diagnostic-Code: smtp; 550 {status} <{to}>:\r\n    Recipient address rejected\r\n\r\n\
             --b\r\nContent-Type: message/rfc822\r\n\r\n\
             From: Haggle <market@example.com>\r\nTo: {TO}\r\nMessage-ID: {id}\r\nSubject: Hello\r\n\r\nHello\r\n\
             --b--\r\n"
        )
    }

    #[test]
    fn a_report_of_a_letter_of_ours_counts_and_no_other() {
        let id = ids().message_id("notice-1", TO, "example.com");
        let accepted = |raw: &str| Bounce::parse(raw.as_bytes(), &ids()).map(|bounce| bounce.email);
        let good = report(&id, "failed", "5.1.1", TO);
        assert_eq!(accepted(&good).as_deref(), Some(TO));
        let answer = Bounce::parse(good.as_bytes(), &ids()).unwrap().answer;
        assert_eq!(answer, "5.1.1 smtp; 550 5.1.1 <ana@example.com>: Recipient address rejected");
        let forwarded = report(&id, "failed", "5.2.1", "ana@elsewhere.example");
        assert_eq!(accepted(&forwarded).as_deref(), Some(TO), "ours to hers");
        let headers = good.replace("message/rfc822", "text/rfc822-headers");
        assert_eq!(accepted(&headers).as_deref(), Some(TO));

        let bos = ids().message_id("notice-1", "bo@example.com", "example.com");
        let others = LetterIds::new([8; 32]).message_id("notice-1", TO, "example.com");
        for (refused, raw) in [
            ("another's letter", report(&bos, "failed", "5.1.1", TO)),
            ("made elsewhere", report(&others, "failed", "5.1.1", TO)),
            ("guessed", report("<0123@example.com>", "failed", "5.1.1", TO)),
            ("late, not lost", report(&id, "delayed", "4.4.1", TO)),
            ("delivered", report(&id, "delivered", "2.0.0", TO)),
            ("a policy", report(&id, "failed", "5.7.1", TO)),
            ("a temporary failure", report(&id, "failed", "4.2.2", TO)),
            ("a letter", format!("From: {TO}\r\nSubject: Hi\r\nMessage-ID: {id}\r\n\r\nAction: failed\r\n")),
            ("nothing", String::new()),
        ] {
            assert_eq!(accepted(&raw), None, "{refused}");
        }
    }
}
