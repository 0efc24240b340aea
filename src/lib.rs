//! Haggle: a second-hand marketplace where buyer and seller talk directly. This page is the map.
//!
//! One program serves Askama pages with axum, upgrades `/ws/buyer_<id>_seller_<id>` to a WebSocket
//! room, and keeps everything in PostgreSQL. Every form also works as a plain POST.
//!
//! # Where things are
//!
//! One word, four places: `chat` is `src/chat/`, `templates/chat/`, `static/js/chat/`,
//! `tests/it/chat/`. Each feature has the same files: `mod.rs` (its story, and what others may use),
//! `routes.rs` (its URLs), `model.rs` (values that can't be wrong), `store` (all of its SQL),
//! `pages.rs` (handlers; chat has one file per page), `views.rs` (template structs), and
//! `service.rs` where several callers share a write. Arrows point down only, and
//! `tests/it/architecture.rs` holds them:
//!
//! ```text
//! main → cli → app
//!          admin   dashboard         staff's and seller's view over the rest
//!               ↘  ↙
//!               chat                 rooms, journal, hub, sockets, inbox
//!                ↓
//!             products               what is for sale; photos, prices, browse
//!                ↓
//!             accounts               people, sessions, Buyer and Customer profiles
//!                ↓
//!            web  jobs               the kit: errors, forms, shell, sessions' store, headers, assets;
//!                                    supervised tasks
//!          (config, db, telemetry: cli and app only)
//! ```
//!
//! The feature document's names, and ours:
//!
//! | there | here |
//! | --- | --- |
//! | `room()` | `src/chat/room.rs`, `templates/chat/room.html`, `GET /rooms/{room}` |
//! | `product_page()` | `src/chat/product_page.rs`, `templates/chat/product_page.html`, `GET /products/{id}` |
//! | `seller_dashboard()` | [`dashboard`], `templates/dashboard/`, `GET /seller/dashboard` |
//! | `submain.html` | `templates/layouts/_nav.html` |
//! | `ChatConsumer` (`consumers.py`) | `src/chat/socket.rs`, with `journal.rs` and `hub.rs` behind it |
//! | `index.js` | `static/js/chat/` (`room.js` wires it together) |
//! | `Message`, `PostMessage` | tables `messages`, `post_messages` |
//! | `Buyer`, `Customer` | tables `buyers`, `customers`; people read "seller" for a `Customer` |
//!
//! # A request
//!
//! From the outside in (`app::router`): log, headers (a strict Content-Security-Policy), compression,
//! error pages, time-out, panics, body limit, forgery check, session, handler. A handler's parameters
//! are proofs: [`accounts::CurrentUser`], [`accounts::Seller`], [`accounts::Admin`], and chat's
//! `Seat`, which only the database makes. Whatever isn't its page it returns as [`web::Error`]; the
//! outermost layer makes a page or JSON of it. A refused form comes back filled in, as 422.
//!
//! # A message
//!
//! ```text
//! chat::socket / chat::forms       parse and check once: Seat, Body
//!         ↓
//! chat::service  say()             the one way to write, whatever the transport
//!         ↓
//! chat::journal                    collects what arrives while the last commit runs; many in one transaction:
//!         ↓                        number in memory (journal::plan); one statement locks the rooms in id order,
//! PostgreSQL                       compares, inserts, updates (or lock and read first: journal::writer)
//!         ↓
//! chat::hub                        room → tokio broadcast channel; inboxes of both people
//!         ↓
//! every socket in the room         in `seq` order, without holes, or `resync`
//! ```
//!
//! The hub's news go to the other nodes by `chat::backplane`: notifications of PostgreSQL, or NATS. They
//! are hints; a room that somebody listens to is compared with its row every two seconds anyhow. Behind the
//! journal, `chat::search` copies every entry's words to a table of its own: the tables that people write
//! into carry no index over text.
//!
//! Invariants, each held by tests; what rows can show, `haggle doctor` asks of every one of them:
//!
//! - An entry is stored before it is told. What a sender hears back is the stored entry.
//! - `seq` is 1, 2, 3 … in each room, shared by both tables, given under the room's row lock.
//! - The same `client_id` from the same side stores once, by socket, by form, by both.
//! - A picture of a conversation is served to its two people; to everybody else it doesn't exist.
//! - A search reads entries of the asker's own rooms only. It finds what was said seconds ago; while very
//!   much is being said, later.
//! - Unread = the other side's total − how many of theirs stand at or before my read mark; all of it is
//!   decided under the same lock, so it equals what a count of the rows gives.
//! - No handler, page or query of [`admin`] touches a message's text.
//!
//! # Decisions
//!
//! - **The journal groups from the start.** A transaction per message and a group commit need the
//!   same statements; the group needs them once for many. A writer for two cores, each with its own rooms:
//!   a room's entries are told in the order of their numbers without any sorting. Each has a connection
//!   of its own (`journal::line`), whose plans don't depend on how full the tables were when they were made.
//!   A batch is handed over as arrays of rows (`migrations/0016_journal_rows.sql`): what a statement costs,
//!   beside the rows, is most of what a lone message costs.
//! - **What may wait for a writer is bounded in bytes**, and a socket sends what there is before it takes in
//!   more. While nobody waits for room, what one socket sends lies together in a batch, and what its room is
//!   told of it goes out in one piece.
//! - **Who may write is said by the `Seat`**: a room's two people never change, so under the lock only the
//!   product is asked about. Access that ends closes the sockets; blocking somebody isn't there yet.
//! - **A repeat is told to a room that hasn't been told**: after an answer that was lost, the second try is the
//!   first time that anybody hears of it.
//! - **Repeats are looked for when the unique index has met one.** Most messages are new; a batch that isn't
//!   is written a second time, knowing what is stored already.
//! - **A room's row changes no index** but once a minute and at the first unread or last read message
//!   (`migrations/0013_hot_rooms.sql`): a busy room stays as quick to find as a quiet one.
//! - **Pages render entries to text first** (`chat::history::Page::html`), by the function that makes
//!   a socket frame's `html`: they can't differ.
//! - **One hash over all static files** is in their URLs instead of one for each: modules and style sheets
//!   name each other by relative paths, and nothing has to be rewritten.
//! - **Search folds text in the program**, not in the database: what is stored, what is asked and what is marked
//!   go through one function, and no server's locale or dictionary changes what is found. Any language is
//!   searched by parts of words, which needs no stemming.
//! - **No htmx.** Every page is a page; what is live is the chat and the inbox, and these have modules
//!   of their own. A library for the rest would have had nothing to do.
//! - **The default categories are in a migration**, so that an empty marketplace can take its first
//!   product; an admin edits them.
//! - **A picture in a conversation is its room's**: its files lie in a folder of that room's own, so who
//!   may see it is said by the `Seat` and the path alone, without a query, and `/media` can't reach it. It
//!   is posted by the form, also by the script: sockets carry small frames only. Its files are stored
//!   before the message that names them, and taken away if that is refused; where nobody knows, the entries
//!   are asked a day later (`chat::photos::sweep`).
//! - **Without JavaScript, reading is a picture**: the room's last element is a one-pixel image inside
//!   `<noscript>`, loaded lazily, that moves the read mark when the end of the timeline comes into view.
//! - **With NATS, the database still carries what must not be lost** (access that ended, a node that
//!   begins) and everything while NATS is away for one of the nodes: each listens to both. Ten lines, and no second way
//!   to be told that somebody may not be here any longer.
//! - **A registration with a taken address** is refused in words that a stranger gets as well as its
//!   owner. Without a letter to confirm an address, that it is taken can't be kept wholly secret; the
//!   limit on attempts from one address bounds what can be learnt.

pub mod accounts;
pub mod admin;
pub mod app;
pub mod chat;
pub mod cli;
pub mod config;
pub mod dashboard;
pub mod db;
pub mod jobs;
pub mod products;
pub mod telemetry;
pub mod web;
