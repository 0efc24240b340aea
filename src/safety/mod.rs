//! Trust: who hears nothing from whom, how many conversations one may begin, what a first message gives reason to be
//! careful about, and what people report.
//!
//! ```text
//! chat/write/blocks   ── in one transaction ─→ blocks (here) and the rooms between the two (chat's)
//! chat/write/writer   ── under the rooms' locks ─→ openings: the day's budget, the same words to many → cases
//! chat/live/screen    ── a text ─→ shield: warnings for its recipient
//! chat/pages/report   ── a copy of what is reported ─→ cases ←─ admin/cases: decision, appeal
//! ```
//!
//! Invariants: a block is a row here and a flag on each room of the two, and both change in one transaction; a report's
//! copy never changes, and is all that staff sees.

mod blocks;
mod cases;
mod figures;
mod model;
mod openings;
mod pages;
mod routes;
mod sentences;
mod shield;
mod state;
mod store;
mod views;

pub use blocks::{BlockOutcome, MAX_BLOCKS, block, blocked_by, blocks_of, find_block, unblock};
pub use cases::{
    case_figures, case_queue, decide, decide_appeal, find_case, is_removed_for_fraud, open_case,
    other_reports, standing,
};
pub use model::{
    BlockedPerson, Case, CaseFigures, DecidedCase, Decision, ExcerptPart, MAX_EXCERPT, NewCase, Opened,
    Opening, QueueLine, REASONS, ReportOutcome, SubjectKind,
};
pub use openings::{NewRoomQuota, NewRoomsUsedUp, opened, record_openings, sweep_openings, text_hash};
pub use routes::router;
pub use shield::{FIRST_MESSAGES, OwnNames, Warning, warnings};
pub use state::State;
