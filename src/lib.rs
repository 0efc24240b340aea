//! Haggle: a second-hand marketplace where buyer and seller talk directly. This page is the map.
//!
//! One program serves Askama pages with axum, upgrades `/ws/buyer_<id>_seller_<id>` to a WebSocket
//! room, and keeps everything in PostgreSQL. Every form also works as a plain POST.
//!
//! # Where things are
//!
//! One word, four places: `chat` is `src/chat/`, `templates/chat/`, `static/js/chat/`,
//! `tests/it/chat/`. Each feature has the same files: `mod.rs` (its story, and what others may use),
//! `state.rs` (what its handlers share), `routes.rs` (its URLs, `router(state)`), `model.rs` (values that
//! can't be wrong), `store` (all of its SQL), `pages` (handlers), `views.rs` (template structs).
//! `tests/it/architecture/` holds the arrows, inside chat too, without exceptions, and that no two files name
//! each other in a circle:
//!
//! ```text
//! main → cli → app                    app builds every feature's State and is the only one that knows all
//!      api   admin   dashboard       JSON for programs; staff's and seller's view over the rest
//!               ↘  ↓  ↙
//!               chat                  two people, one room
//!                ↓
//!             catalog                 many products: home, lists and search, feeds, sitemaps
//!                ↓
//!             products                what is for sale; photos, prices
//!                ↓
//!              safety                 blocks, reports, budgets of first contact, warnings
//!                ↓
//!             webhooks                whose servers are told of products and rooms: an outbox
//!                ↓
//!             notices                 what somebody is told of: bell, push and mail are its readers
//!                ↓
//!             accounts                people, sessions, Buyer and Customer profiles
//!                ↓
//!              mail                   letters: an outbox, and the mailer
//!        settings → legal             what an admin sets of the marketplace; imprint, privacy, terms, rules
//!                ↓
//!            web  jobs                the kit: errors, forms, shell, headers, assets; supervised tasks
//!                ↓
//!           db  telemetry             pools and limits, migrations, error classes; the log, the names of metrics
//! ```
//!
//! Outside of it all is `clients/`: the API's document, and a client made from it (`clients/typescript/`).
//!
//! Inside chat: `domain` (values) → `store` (SQL) → `access` (who may be here) → `live` (who listens on this
//! node) → `write` (the one way to write) → `sockets`, `cluster`, `search`, `attachments`, `pages`.
//!
//! The feature document's names, and ours:
//!
//! | there | here |
//! | --- | --- |
//! | `room()` | `src/chat/pages/room.rs`, `templates/chat/room.html`, `GET /rooms/{room}` |
//! | `product_page()` | `src/chat/pages/product_page.rs`, `templates/chat/product_page.html`, `GET /products/{id}` |
//! | `seller_dashboard()` | [`dashboard`], `templates/dashboard/`, `GET /seller/dashboard` |
//! | `submain.html` | `templates/layouts/_nav.html` |
//! | `ChatConsumer` (`consumers.py`) | `src/chat/sockets/room/`, with `write/` and `live/` behind it |
//! | `index.js` | `static/js/chat/` (`room.js` wires it together) |
//! | `Message`, `PostMessage` | tables `messages`, `post_messages`, read through the view `room_entries` |
//! | `Buyer`, `Customer` | tables `buyers`, `customers`; people read "seller" for a `Customer` |
//!
//! # A request
//!
//! From the outside in (`app::router`): request id, log, metrics, headers (a strict Content-Security-Policy), compression,
//! error pages, time-out, panics, body limit, forgery check, session, gate, asking again, handler. A handler's parameters
//! are proofs: [`accounts::CurrentUser`], [`accounts::Seller`], [`accounts::Admin`], and chat's
//! `RoomMember`, which only the database makes. Whatever isn't its page it returns as [`web::Error`]; the
//! outermost layer makes a page or JSON of it. A refused form comes back filled in, as 422.
//!
//! # A message
//!
//! Seven stops and four types: `MessageDraft` → `NewEntry` → `Entry` → `LazyFrame`.
//!
//! ```text
//! 1  access.rs             RoomMember: session → account → this room's buyer or seller, else 404
//! 2  sockets/room/incoming, pages/send      text → Body → MessageDraft { client_id, content, product_id }
//! 3  write/mod.rs          MessageWriter: rate limit, byte permit (back-pressure), shard by hash of the room
//! 4  write/writer.rs       takes up to 512 waiting drafts; write/plan.rs numbers them in memory → NewEntry
//! 5  store/insert.rs       one statement: compare-and-set of last_seq, two INSERTs, commit (or lock and read first)
//! 6  live/publish.rs       Entry → RoomEvent (frame rendered once, lazily), InboxEvent ×2, ClusterEvent, index hint
//! 7  live/rooms.rs         SeqCheck: Next → broadcast · Duplicate → drop · Gap → backfill queue
//!    sockets/room/outgoing up to 16 events in one write; for the sender this is the acknowledgement
//!    cluster/              other nodes: NOTIFY or NATS → apply → backfill reads the rows → their live/rooms
//! ```
//!
//! What goes to the other nodes are hints; a room with a local listener is compared with its row every two
//! seconds anyhow (reconciliation). Behind the writer, `chat::search` copies every entry's words to a table of
//! its own: the tables that people write into carry no index over text.
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
//! - No handler, page or query of [`admin`] touches a message's text, but the copy that a reporter handed over.
//!
//! # Decisions
//!
//! - **What is said to people has a place**: templates, a feature's `letters.rs`, and its `sentences.rs` for all else, where
//!   a translator finds it. Programs tell errors apart by codes, which never change.
//! - **Group commit from the start.** A transaction per message and a group commit need the
//!   same statements; the group needs them once for many. A writer for two cores, each with its own rooms:
//!   a room's entries are told in the order of their numbers without any sorting. Each has a connection
//!   of its own (`write/connection.rs`), whose plans don't depend on how full the tables were when they were made.
//!   A batch is handed over as arrays of rows (`migrations/0016_journal_rows.sql`): what a statement costs,
//!   beside the rows, is most of what a lone message costs.
//! - **What may wait for a writer is bounded in bytes**, and a socket sends what there is before it takes in
//!   more. While nobody waits for room, what one socket sends lies together in a batch, and what its room is
//!   told of it goes out in one piece.
//! - **Who may write is said by the `RoomMember`**: a room's two people never change, so under the lock only the
//!   product is asked about, and whether one has blocked the other. Access that ends closes the sockets.
//! - **A block is silent.** What the blocked writes is stored under its `seq` and acknowledged, and the other side gets the
//!   number alone. Totals and ordinals count what the other side may see, so that no reader of them has to know
//!   about blocks; what isn't in them is counted beside (`rooms.buyer_withheld`). Writers compare a room's blocks with
//!   its number, so that the path without a lock decides by them too.
//! - **A duplicate is told to a room that hasn't been told**: after an answer that was lost, the second try is the
//!   first time that anybody hears of it.
//! - **Duplicates are looked for when the unique index has met one.** Most messages are new; a batch that isn't
//!   is written a second time, knowing what is stored already.
//! - **A room's row changes no index** but once a minute and at the first unread or last read message
//!   (`migrations/0013_hot_rooms.sql`): a busy room stays as quick to find as a quiet one.
//! - **Pages render entries to text first** (`live/render.rs`), by the function that makes
//!   a socket frame's `html`: they can't differ.
//! - **One hash over all static files** is in their URLs instead of one for each: modules and style sheets
//!   name each other by relative paths, and nothing has to be rewritten.
//! - **Search folds text in the program**, not in the database: what is stored, what is asked and what is marked
//!   go through one function, and no server's locale or dictionary changes what is found. Any language is
//!   searched by parts of words, which needs no stemming.
//! - **Lists and products are kept by version, not by time** (`products/versioned_cache.rs`): a trigger tells every node that
//!   something for sale changed, and what was made before is never found again. Nothing of a reader is in what is kept;
//!   sellers' own products and admins' lists are made for them. Sessions aren't kept: whoever was signed out is out.
//! - **Each node has an index of its own, and it is a cache** (`catalog/index/`): no second server to run, nothing to keep in
//!   step but one table of changes, read in an order that late commits can't upset (`feed.rs`). Whoever shows what it found
//!   reads the rows, so what was hidden a moment ago never shows. Where nothing selects, PostgreSQL's B-trees answer
//!   (`catalog/find.rs`): there an index of words would walk over everything.
//! - **A hit's worth doesn't depend on what else is for sale** (`catalog/index/plan.rs`), as it does in BM25: so a cursor can
//!   name a place in a list, and the list stays as it was while things are added.
//! - **Layers lie around the router, not around its routes** (`web/around.rs`): axum would clone everything inside each
//!   layer for each layer outside it, for every request.
//! - **The worker keeps pages, not data.** Offline, a conversation is its page as it was, with the scripts of its version: no
//!   second way to draw one. One worker script at the root, its parts one after the other (`web/service_worker.rs`); answers
//!   name their account (`Haggle-Account`), so that it knows whose what it keeps is.
//! - **No htmx.** Every page is a page; what is live is the chat and the inbox, and these have modules
//!   of their own. A library for the rest would have had nothing to do.
//! - **The default categories are in a migration**, so that an empty marketplace can take its first
//!   product; an admin edits them.
//! - **A picture in a conversation is its room's**: its files lie in a folder of that room's own, so who
//!   may see it is said by the `RoomMember` and the path alone, without a query, and `/media` can't reach it. It
//!   is posted by the form, also by the script: sockets carry small frames only. Its files are stored
//!   before the message that names them, and taken away if that is refused; where nobody knows, the entries
//!   are asked a day later (`attachments/photos.rs`).
//! - **A product's number is its address, words are added** (`products/slug.rs`): scripts, programs, letters and old links know
//!   the number, which answers as it always did; pages and search engines are shown the address with words.
//! - **A sitemap's part is a range of numbers** (`catalog/pages/sitemap.rs`), so that nothing is counted and no cursor is held.
//! - **What is in the photo store is written down before it is there** (`products/stored_photos.rs`): a bucket has no
//!   transactions, no renames and no cheap listing, so that what became of a photo is said by its row alone. The same rows
//!   know how many bytes an account has stored.
//! - **Pictures in a bucket go through the program**, not by signed addresses: who may see one changes within half a
//!   second, and an address that was given away opens it for as long as it is valid.
//! - **Without JavaScript, reading is a picture**: the room's last element is a one-pixel image inside
//!   `<noscript>`, loaded lazily, that moves the read mark when the end of the timeline comes into view.
//! - **Settings are polled, not told**: each node reads one row's revision twice a second. That alone reaches every node
//!   within a second, and there is no hint to be lost; the marketplace lies in one cell (`web::LiveMarketplace`), of which
//!   a page takes one value. What the row leaves open is as the program was started.
//! - **Whoever waits for approval is a visitor**: one place (`accounts/extract.rs`) says who is signed in, so that no page and
//!   no socket has to think of people who may not take part yet; a banner tells them.
//! - **A first product that waits is hidden** (`products.review` says why), so that every list, page and photo that leaves out
//!   hidden ones leaves it out, also on a node of the version before.
//! - **The first admin is made by whoever reads the program's output**: a key that each start makes anew opens `/setup` until
//!   there is an admin. A page that whoever comes first could open would be a stranger's.
//! - **With NATS, the database still carries what must not be lost** (access that ended, a node that
//!   begins) and everything while NATS is away for one of the nodes: each listens to both. Ten lines, and no second way
//!   to be told that somebody may not be here any longer.
//! - **A grant is a session**: what ends sessions, closes sockets and lists them knows apps and scripts by the same row, and no second
//!   list has to be remembered. Its `id_hash` is a hash of nothing, so that no cookie opens it.
//! - **A refresh token's rotation is repeatable**: the next pair is derived from the token and a salt, so that an answer that a phone lost
//!   is given again, and two refreshes of the same moment agree, without a token being stored (`accounts/oauth/refresh.rs`).
//! - **A registration with a taken address** is refused in words that a stranger gets as well as its
//!   owner. Without a letter to confirm an address, that it is taken can't be kept wholly secret; the
//!   limit on attempts from one address bounds what can be learnt.
//!
//! # Glossary
//!
//! | our word | the usual word, and what it means here | where |
//! | --- | --- | --- |
//! | room | conversation, channel: one buyer and one seller | `chat/domain/room_key.rs` |
//! | entry | message of either side, in a room's timeline | `chat/domain/entry.rs` |
//! | side | role in a room: buyer or seller | `chat/domain/side.rs` |
//! | `RoomMember` | membership, proved by the database | `chat/access.rs` |
//! | `seq` | sequence number and version of a room; compared and set (optimistic concurrency) | `chat/write/`, `store/insert.rs` |
//! | `rev` | version of a room's changed entries | `chat/store/changes.rs` |
//! | `client_id` | idempotency key: the same one twice is one message | `chat/store/duplicates.rs` |
//! | shard | partition of rooms over batch writers; group commit | `chat/write/queue.rs` |
//! | permit | semaphore permit: back-pressure in bytes, quota of sockets, concurrency limit | `write/queue.rs`, `live/quota.rs`, `web/concurrency_limit.rs` |
//! | publish | fan-out to sockets, inboxes, other nodes, search | `chat/live/publish.rs` |
//! | proof, asking again | re-authentication, "sudo mode": who is there, at most ten minutes ago | `accounts/reauthentication.rs` |
//! | grant | what an app or a script may do for somebody: a row of `sessions` that only tokens open | `accounts/tokens/`, `accounts/oauth/` |
//! | access token, refresh token, personal token | OAuth's: an hour; gets the next one, rotated; of a script, made on a page | `accounts/tokens/`, `oauth/refresh.rs` |
//! | scope | what a token is good for | `accounts/scopes.rs` |
//! | challenge, relying party | WebAuthn's: what a passkey signs, and who asks | `accounts/passkeys/` |
//! | grant, token, scope | OAuth's: a session that no cookie opens, what opens it, and what for | `accounts/tokens/`, `api/access.rs` |
//! | problem, keyset, replayed | problem details (RFC 9457), pages by where the last one ended, an answer kept under an Idempotency-Key | [`api`] |
//! | delivery, tail | outbox of webhooks' calls; change data capture by polling, for rooms | [`webhooks`], `chat/webhook_tail.rs` |
//! | gap, backfill | out-of-order delivery, and reading the rows in between | `live/room.rs`, `cluster/backfill.rs` |
//! | block, withheld | muting: what somebody wrote whom the other had blocked; a tombstone with a number | `safety/blocks.rs`, `chat/write/blocks.rs`, `chat/domain/batch.rs` |
//! | opening | first contact: somebody begins a conversation; has a budget | `safety/openings.rs` |
//! | case, excerpt | moderation ticket, and its evidence: a copy that never changes | `safety/cases.rs` |
//! | shield, screen | scam heuristics: warnings for the recipient of a first message | `safety/shield/`, `chat/live/screen.rs` |
//! | hint | best-effort notification; the rows are the truth | `chat/live/event.rs` |
//! | stale, resync | cache invalidation of a whole node, of one page | `live/staleness.rs`, `sockets/` |
//! | revision, poll | change detection of the settings, by node | `settings/live.rs` |
//! | admission, review | approval queue: of people, of first products | `accounts/admission.rs`, `products/model.rs` |
//! | heartbeat, membership, eviction | failure detection between nodes | `cluster/heartbeat.rs` |
//! | reconciliation | anti-entropy: comparing rooms with their rows | `cluster/reconcile.rs` |
//! | keep-alive | ping and idle time-out of a socket | `sockets/ws_io.rs` |
//! | sweep | periodic clean-up, or the search for what hints lost | `search/indexer.rs`, `products/stored_photos.rs` |
//! | stored photo | intent log: a row for what is in the photo store, from before it is written until it is gone | `products/stored_photos.rs` |
//! | supervisor | restarts tasks with back-off and jitter; `/up` names those that are down | [`jobs`] |
//! | job, lease, dead letter | durable work in PostgreSQL: claimed with SKIP LOCKED, at least once, retried with back-off | [`jobs`] |
//! | fencing token | the number of a job's claim: who holds an older one is no longer listened to | `jobs/store.rs` |
//! | letter, mailer | transactional outbox of mail, and what hands it to an SMTP server | [`mail`] |
//! | suppression list | addresses that a mail server refused for good: nothing more is sent | `mail/outbox.rs` |
//! | slot | the run of a schedule: once across all nodes | `jobs/worker.rs` |
//! | roll-up | counts kept by a job, so that a page counts nothing that grows | `admin/stats.rs` |
//! | catalogue, version | cache invalidation of what is for sale | `products/catalogue.rs` |
//! | change, mark, feed | change data capture: a row for every change of a product, and how far an index has read | `catalog/index/feed.rs` |
//! | form, worth | analysed token, and the score of a hit by it | `catalog/index/words.rs`, `plan.rs` |
//! | window | the newest part of very many hits, ranked before the rest | `catalog/index/search.rs` |
//! | cursor | keyset pagination | `catalog/index/collect.rs` |
//! | slug | permalink's readable tail: a title in ASCII; the number before it decides | `products/slug.rs` |
//! | listed, state | what browse shows; draft, listed, reserved, sold, paused, hidden, deleted | `products/lifecycle.rs` |
//! | notice | notification: a row by account, kind and subject; bell, push and mail read it | [`notices`] |
//! | kind | strategy: a feature's words and delays for its notices | `notices/kind.rs` |
//! | tail | change data capture by polling: unread rooms become notices, beside the writing path | `chat/notices/tail.rs` |
//! | shown mark | how far a visible page has shown a room, read or not: nothing of that is pushed | `chat/store/read_marks.rs` |
//! | error class | rejected, retry, internal: by variant and SQLSTATE | [`db::ErrorClass`] |
//! | shell | layout: name, badge, flash around every page | `web/shell.rs` |

pub mod accounts;
pub mod admin;
pub mod api;
pub mod app;
pub mod catalog;
pub mod chat;
pub mod cli;
pub mod config;
pub mod dashboard;
pub mod db;
pub mod jobs;
pub mod legal;
pub mod mail;
pub mod notices;
pub mod products;
pub mod safety;
pub mod settings;
pub mod telemetry;
pub mod web;
pub mod webhooks;
