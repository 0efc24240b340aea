//! All SQL over notices, what was chosen about them, and push subscriptions.

/// The notice in a row that has more than it.
macro_rules! notice_of {
    ($row:ident) => {
        $crate::notices::notice::Notice {
            id: $row.id,
            account_id: $row.account_id,
            kind: $row.kind,
            subject: $row.subject,
            details: $row.details,
            happened_at: $row.happened_at,
            is_read: $row.is_read,
        }
    };
}

pub(super) mod choices;
pub(super) mod due;
pub(super) mod keys;
pub(super) mod mail;
pub(super) mod notices;
pub(super) mod subscriptions;
