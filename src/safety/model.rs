//! The values of blocks, openings and cases, which the store makes and the rest reads.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use super::shield;

/// Somebody whom an account has blocked.
#[derive(Clone, Debug)]
pub struct BlockedPerson {
    /// Of the block.
    pub id: i64,
    /// As the blocker knew them: their shop's, or their own.
    pub name: String,
    /// Their public page, where they were known as a seller.
    pub seller_id: Option<i64>,
    pub since: OffsetDateTime,
}

/// What an account has begun so far.
#[derive(Clone, Copy, Debug)]
pub struct Opened {
    pub account_since: OffsetDateTime,
    pub last_day: i64,
    /// The first of those: a day later there is room for one more.
    pub day_began: Option<OffsetDateTime>,
}

/// A conversation that somebody begins, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    pub account_id: i64,
    pub room_id: i64,
    pub author: String,
    pub text: String,
}

impl Opening {
    pub(super) fn text_hash(&self) -> Option<i64> {
        shield::text_hash(&self.text)
    }
}

/// Pieces of a conversation: the one that is reported, and as many around it as its reporter chose.
pub const MAX_EXCERPT: usize = 6;

/// What is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectKind {
    Message,
    Product,
    Person,
}

impl SubjectKind {
    pub fn code(self) -> &'static str {
        match self {
            SubjectKind::Message => "message",
            SubjectKind::Product => "product",
            SubjectKind::Person => "person",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        [SubjectKind::Message, SubjectKind::Product, SubjectKind::Person]
            .into_iter()
            .find(|it| it.code() == code)
    }
}

/// Why, as reporters choose from. A code of another version reads as itself.
pub const REASONS: [(&str, &str); 6] = [
    ("fraud", "Fraud, or somebody who pretends to be somebody else"),
    ("harassment", "Insults, threats or harassment"),
    ("forbidden", "Something that may not be sold"),
    ("counterfeit", "A copy sold as the real thing"),
    ("spam", "Advertising, or the same again and again"),
    ("other", "Something else"),
];

pub fn reason_label(code: &str) -> &str {
    match code {
        "same_text" => "The same text to many people (noticed by the program)",
        code => REASONS.iter().find(|(known, _)| *known == code).map_or(code, |(_, label)| label),
    }
}

/// A piece of what is reported, as it was when it was reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExcerptPart {
    pub author: String,
    pub body: String,
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    pub is_reported: bool,
    pub sha256: String,
}

impl ExcerptPart {
    pub fn new(author: &str, body: &str, at: OffsetDateTime, is_reported: bool) -> Self {
        let at = at.replace_nanosecond(at.microsecond() * 1000).unwrap_or(at);
        let sha256 = digest(author, body, at);
        ExcerptPart { author: author.to_owned(), body: body.to_owned(), at, is_reported, sha256 }
    }

    /// Whether it is still what it was.
    pub fn is_intact(&self) -> bool {
        self.sha256 == digest(&self.author, &self.body, self.at)
    }
}

fn digest(author: &str, body: &str, at: OffsetDateTime) -> String {
    let text = format!("{author}\n{}\n{body}", at.unix_timestamp_nanos());
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub struct NewCase {
    pub kind: SubjectKind,
    /// `message 12 3`, `product 5`, `person 9`: the same for all reports of one thing.
    pub subject: String,
    pub accused_id: i64,
    /// None: the program noticed it.
    pub reporter_id: Option<i64>,
    pub reason: String,
    pub words: String,
    pub excerpt: Vec<ExcerptPart>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportOutcome {
    /// A new case, or that of this reporter which is open already.
    Open(i64),
    /// The day's reports are used up.
    TooMany,
}

#[derive(Clone, Debug)]
pub struct Case {
    pub id: i64,
    pub kind: String,
    pub subject: String,
    pub accused_id: i64,
    pub accused_name: String,
    /// Their public page, if they sell.
    pub accused_seller_id: Option<i64>,
    pub is_accused_suspended: bool,
    pub reporter_id: Option<i64>,
    pub reason: String,
    pub words: String,
    pub excerpt: sqlx::types::Json<Vec<ExcerptPart>>,
    pub key: Uuid,
    pub opened_at: OffsetDateTime,
    pub decided_by: Option<i64>,
    pub decided_at: Option<OffsetDateTime>,
    pub decision: Option<String>,
    pub decision_words: Option<String>,
    pub appealed_by: Option<i64>,
    pub appealed_at: Option<OffsetDateTime>,
    pub appeal_words: Option<String>,
    pub appeal_decided_at: Option<OffsetDateTime>,
    pub appeal_decision: Option<String>,
    pub appeal_reply: Option<String>,
}

/// Who looks at a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    Reporter,
    /// Sees nothing before it was decided against them, and never who reported.
    Accused,
}

impl Case {
    pub fn reason_label(&self) -> &str {
        reason_label(&self.reason)
    }

    pub fn is_upheld(&self) -> bool {
        matches!(self.decision.as_deref(), Some("upheld" | "fraud"))
    }

    pub fn is_fraud(&self) -> bool {
        self.decision.as_deref() == Some("fraud")
    }

    pub fn is_reversed(&self) -> bool {
        self.appeal_decision.as_deref() == Some("reversed")
    }

    /// What this account is to it; nothing for whom it doesn't exist.
    pub fn party(&self, account_id: i64) -> Option<Party> {
        if self.reporter_id == Some(account_id) {
            Some(Party::Reporter)
        } else if self.accused_id == account_id && self.is_upheld() {
            Some(Party::Accused)
        } else {
            None
        }
    }

    /// Whether the decision went against them, and nobody has appealed yet.
    pub fn may_appeal(&self, party: &Party) -> bool {
        let is_against = match party {
            Party::Reporter => self.decision.as_deref() == Some("dismissed"),
            Party::Accused => self.is_upheld(),
        };
        is_against && self.appealed_at.is_none()
    }

    /// What is shown of the reported things to whom they are about.
    pub fn reported_parts(&self) -> impl Iterator<Item = &ExcerptPart> {
        self.excerpt.iter().filter(|part| part.is_reported)
    }
}

/// How a case ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Dismissed,
    Upheld,
    /// Upheld, and the account is removed: whoever wrote with it is warned.
    Fraud,
}

impl Decision {
    pub fn parse(code: &str) -> Option<Self> {
        [Decision::Dismissed, Decision::Upheld, Decision::Fraud].into_iter().find(|it| it.code() == code)
    }

    pub fn code(self) -> &'static str {
        match self {
            Decision::Dismissed => "dismissed",
            Decision::Upheld => "upheld",
            Decision::Fraud => "fraud",
        }
    }
}

/// A line of the queue: one subject, however many reported it.
#[derive(Clone, Debug)]
pub struct QueueLine {
    /// Of the oldest report.
    pub id: i64,
    pub kind: String,
    pub accused_name: String,
    pub reason: String,
    pub reports: i64,
    pub is_appeal: bool,
    pub since: OffsetDateTime,
}

impl QueueLine {
    pub fn reason_label(&self) -> &str {
        reason_label(&self.reason)
    }
}

/// Of the last 90 days, and what is open.
#[derive(Clone, Copy, Debug)]
pub struct CaseFigures {
    pub open: i64,
    pub oldest_at: Option<OffsetDateTime>,
    pub decided: i64,
    pub upheld: i64,
    pub appealed: i64,
    pub reversed: i64,
    pub median_hours: Option<f64>,
}

/// A case of somebody's, in their list.
#[derive(Clone, Debug)]
pub struct CaseLine {
    pub id: i64,
    pub kind: String,
    pub reason: String,
    pub is_reporter: bool,
    pub opened_at: OffsetDateTime,
    pub is_decided: bool,
}

impl CaseLine {
    pub fn reason_label(&self) -> &str {
        reason_label(&self.reason)
    }
}

/// One of the reports that were decided together.
#[derive(Clone, Copy, Debug)]
pub struct DecidedCase {
    pub id: i64,
    /// None: the program noticed it.
    pub reporter_id: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_piece_is_noticed() {
        let part = ExcerptPart::new("Ana", "Give me your code", OffsetDateTime::UNIX_EPOCH, true);
        let json = serde_json::to_string(&part).unwrap();
        let back: ExcerptPart = serde_json::from_str(&json).unwrap();
        assert!(back.is_intact());
        for changed in [
            ExcerptPart { body: "Hello".into(), ..part.clone() },
            ExcerptPart { author: "Bo".into(), ..part.clone() },
            ExcerptPart { at: OffsetDateTime::now_utc(), ..part },
        ] {
            assert!(!changed.is_intact());
        }
    }
}
