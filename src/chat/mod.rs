//! Two people, one room: the reason Haggle exists.
//!
//! A room is one buyer talking to one seller. Whoever holds a [`RoomMember`](access::RoomMember) has proved
//! that they are one of the two. A message travels one way, whatever brought it:
//!
//! ```text
//! sockets/ · pages/send     parse and check once: RoomMember, Body → MessageDraft
//!         ↓
//! write/                    back-pressure, group commit, optimistic concurrency → NewEntry → Entry
//!         ↓
//! live/                     fan-out: the room's sockets in `seq` order, both people's inboxes → LazyFrame
//!         ↓
//! cluster/                  the other nodes, if there are any: hints, backfill, reconciliation
//! search/                   makes it findable, behind everything else
//! ```
//!
//! Arrows between the folders point down only, and `tests/it/architecture.rs` holds them: domain → store →
//! access → live → write → sockets, cluster, search, attachments, pages → state → routes.
//!
//! The invariant: every entry is stored before it is published, and numbered by compare-and-set on its room's
//! row, so both sides see the same timeline, without gaps.

mod access;
mod attachments;
mod cluster;
mod domain;
mod live;
mod notices;
mod pages;
mod routes;
mod search;
mod sentences;
mod sockets;
mod state;
mod store;
mod summary;
mod webhook_tail;
mod write;

pub(crate) use access::RoomMember;
pub use attachments::photos::{missing as missing_photos, sweep as sweep_photos};
pub use domain::{
    body::Body,
    conversation::{Conversation, InboxRow},
    discrepancy::Discrepancy,
    outcome::{SendError, SendOutcome},
    position::ReadMarks,
    room_key::RoomKey,
    side::Side,
};
pub use live::{
    frames::{ChangedFrame, ClientFrame, EntryFrame, ServerFrame},
    screen::Screen,
};
pub use notices::{kind::MessageKind, product_talk::tell_product_moved, tail::Tail};
pub use pages::{
    blocks::blockable,
    history::changes_since,
    report::{Report, report},
    report_target::ReportTarget,
    search::{PER_PAGE as HITS_PER_PAGE, search_messages},
    send::{SendParts, sent_frame},
    send_form::MAX_FORM_BYTES,
    timeline::{HistoryQuery, HistoryRange, TimelinePage, load as load_timeline},
};
pub use routes::router;
pub use search::indexer::reindex;
pub use sockets::{parts::SocketParts, program as program_sockets, ws_io::KeepAlive};
pub use state::{Dependencies, State};
pub use store::search_query::Hit;
pub use summary::{conversations_before, count_answer_times, latest_for_seller, own_messages, verify};
pub use webhook_tail::WebhookTail;
pub use write::{blocks::BlockParts, limits::MessageLimits, read_marks::mark_read};

/// Joins the other nodes on the same database. `servers`: of NATS, if it shall carry their events.
pub async fn join_cluster(
    state: &State,
    servers: Vec<async_nats::ServerAddr>,
    supervisor: &crate::jobs::Supervisor,
) -> anyhow::Result<()> {
    cluster::join(state.cluster_parts(), servers, supervisor).await
}
