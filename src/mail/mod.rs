//! Mail: a transactional outbox of letters, and the mailer that hands them to an SMTP server.
//!
//! ```text
//! cause's transaction: enqueue → row in letters + job mail.send ─ commit ─→ worker → Mailer → SMTP, or a file
//!                                                              250 → the row goes
//!                                            5xx about the address → the address is on the suppression list
//!                 accepted, and refused by another server later: `haggle bounces` → the same (bounces.rs)
//!                                   4xx, network, everything else → the job is tried again for a day, then dead
//! ```
//!
//! Nobody waits for a mail server: requests enqueue, a worker of its own sends. Delivery is at least once; a letter has
//! the same Message-ID at every try. A letter that holds a secret (a link that opens something) is never stored:
//! whoever makes the secret does it in a job of their own and calls [`Mailer::deliver`] there.
//!
//! Invariants: nothing is sent to an address on the suppression list but what asks for it to be confirmed anew; links
//! are made from the public address, never from a request.

mod bounces;
mod ids;
mod letter;
mod mailer;
mod outbox;
mod store;
mod words;

pub use bounces::Bounce;
pub use ids::LetterIds;
pub use letter::Letter;
pub use mailer::{DeliveryError, Mailer};
pub use outbox::{SEND, allow_again, deliver_or_note, enqueue, is_bounced, run_job, sweep};
pub use words::{Button, Words};
