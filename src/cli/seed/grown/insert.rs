//! All of a grown marketplace, in one transaction.

use std::collections::{HashMap, HashSet};

use sqlx::{Executor as _, PgConnection, PgPool};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    GrownSize,
    copy::CopyRows,
    dialogue::{self, GrownDialogue, MEAN_ENTRIES},
    person, product,
};
use crate::{
    cli::seed::{error::SeedError, insert::insert_demo},
    db::{BulkLoad, UNLIMITED},
};

/// Everything that is filled here.
const TABLES: &[&str] =
    &["accounts", "buyers", "customers", "products", "rooms", "messages", "post_messages"];
/// What an inbox shows of the last message.
const PREVIEW_CHARS: usize = 200;

/// What there is, beside the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrownSummary {
    pub people: u64,
    pub products: u64,
    pub rooms: u64,
    pub messages: u64,
}

/// The first ids after the demo's.
struct FirstIds {
    account: i64,
    buyer: i64,
    seller: i64,
    product: i64,
    room: i64,
}

/// Fills an empty marketplace with the demo and with so much beside it. `progress` hears what is being done.
pub async fn insert(
    db: &PgPool,
    size: &GrownSize,
    mut progress: impl FnMut(&str),
) -> Result<GrownSummary, SeedError> {
    let mut tx = db.begin().await?;
    insert_demo(&mut tx).await?;
    let hash: String =
        sqlx::query_scalar("SELECT password_hash FROM accounts LIMIT 1").fetch_one(&mut *tx).await?;
    let bulk = BulkLoad::begin(&mut tx, TABLES).await?;
    let first = first_ids(&mut tx).await?;
    let now = OffsetDateTime::now_utc();
    progress("People …");
    people(&mut tx, size, &first, now, &hash).await?;
    progress("Products …");
    products(&mut tx, size, &first, now).await?;
    progress("Conversations …");
    let (rooms, messages) = conversations(&mut tx, size, &first, now).await?;
    progress("Indexes …");
    bulk.finish(&mut tx).await?;
    for (table, next) in
        [("accounts", "id"), ("buyers", "id"), ("customers", "id"), ("products", "id"), ("rooms", "id")]
    {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{next}'), (SELECT max(id) FROM {table}))"
        )))
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    sqlx::query("ANALYZE").execute(&mut *unlimited(db).await?).await?;
    Ok(GrownSummary { people: size.people, products: size.products, rooms, messages })
}

/// A connection without the pages' time limit.
async fn unlimited(db: &PgPool) -> sqlx::Result<sqlx::pool::PoolConnection<sqlx::Postgres>> {
    let mut conn = db.acquire().await?;
    conn.close_on_drop();
    conn.execute(UNLIMITED).await?;
    Ok(conn)
}

async fn first_ids(tx: &mut PgConnection) -> sqlx::Result<FirstIds> {
    let (account, buyer, seller, product, room): (i64, i64, i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT coalesce(max(id), 0) + 1 FROM accounts), (SELECT coalesce(max(id), 0) + 1 FROM buyers),
                (SELECT coalesce(max(id), 0) + 1 FROM customers), (SELECT coalesce(max(id), 0) + 1 FROM products),
                (SELECT coalesce(max(id), 0) + 1 FROM rooms)",
    )
    .fetch_one(tx)
    .await?;
    Ok(FirstIds { account, buyer, seller, product, room })
}

fn at(now: OffsetDateTime, days_ago: f64) -> String {
    let time = now - Duration::seconds_f64(days_ago * 86_400.0);
    time.format(&Rfc3339).unwrap_or_default()
}

async fn people(
    tx: &mut PgConnection,
    size: &GrownSize,
    first: &FirstIds,
    now: OffsetDateTime,
    hash: &str,
) -> sqlx::Result<()> {
    let mut accounts = CopyRows::begin(tx, "accounts (id, email, password_hash, name, created_at)").await?;
    for n in 0..size.people {
        let person = person::person(size.seed, n);
        accounts
            .push(|row| {
                row.plain(first.account + n as i64).text(&person.email).text(hash).text(&person.name);
                row.plain(at(now, person.days_ago));
            })
            .await?;
    }
    accounts.finish().await?;
    let mut buyers = CopyRows::begin(tx, "buyers (id, account_id)").await?;
    for n in 0..size.people as i64 {
        buyers
            .push(|row| {
                row.plain(first.buyer + n).plain(first.account + n);
            })
            .await?;
    }
    buyers.finish().await?;
    let mut sellers = CopyRows::begin(tx, "customers (id, account_id, shop_name, place, created_at)").await?;
    for n in 0..size.sellers() {
        let person = person::person(size.seed, n);
        sellers
            .push(|row| {
                row.plain(first.seller + n as i64).plain(first.account + n as i64).text(&person.shop_name);
                row.text(person.place).plain(at(now, person.days_ago));
            })
            .await?;
    }
    sellers.finish().await?;
    Ok(())
}

async fn products(
    tx: &mut PgConnection,
    size: &GrownSize,
    first: &FirstIds,
    now: OffsetDateTime,
) -> sqlx::Result<()> {
    let categories: Vec<(String, i64)> =
        sqlx::query_as("SELECT slug, id FROM categories ORDER BY position").fetch_all(&mut *tx).await?;
    // An admin may have taken a category away.
    let other = categories.first().map_or(0, |(_, id)| *id);
    let categories: HashMap<String, i64> = categories.into_iter().collect();
    let columns = "products (id, seller_id, category_id, title, description, price_minor, currency, condition, place, \
                   views, created_at, updated_at, sold_at, reserved_at, hidden_at, deleted_at)";
    let mut rows = CopyRows::begin(tx, columns).await?;
    for n in 0..size.products {
        let product = product::product(size.seed, n, size.sellers());
        let state = product.state;
        let changed = [state.sold, state.reserved, state.hidden, state.deleted].into_iter().flatten().next();
        let when = |days: Option<f64>| days.map(|days| at(now, days));
        rows.push(|row| {
            row.plain(first.product + n as i64).plain(first.seller + product.seller as i64);
            row.plain(categories.get(product.category).copied().unwrap_or(other));
            row.text(&product.title).text(&product.description).plain(product.price_minor);
            row.plain(product.currency).plain(product.condition).text(product.place).plain(product.views);
            row.plain(at(now, product.days_ago)).plain(at(now, changed.unwrap_or(product.days_ago)));
            row.maybe(when(state.sold)).maybe(when(state.reserved)).maybe(when(state.hidden));
            row.maybe(when(state.deleted));
        })
        .await?;
    }
    rows.finish().await?;
    Ok(())
}

/// Rooms and messages made.
async fn conversations(
    tx: &mut PgConnection,
    size: &GrownSize,
    first: &FirstIds,
    now: OffsetDateTime,
) -> sqlx::Result<(u64, u64)> {
    let numbers = chosen(size);
    let columns = "rooms (id, buyer_id, seller_id, last_seq, buyer_total, seller_total, buyer_read_seq, seller_read_seq, \
                   buyer_seen, seller_seen, last_product_id, last_from, last_body, last_at, created_at)";
    let mut rooms = CopyRows::begin(tx, columns).await?;
    for (n, &number) in numbers.iter().enumerate() {
        let talk = dialogue::dialogue(size, number);
        let room = RoomTotals::of(&talk);
        let (Some(opening), Some(last)) = (talk.entries.first(), talk.entries.last()) else { continue };
        rooms
            .push(|row| {
                row.plain(first.room + n as i64).plain(first.buyer + talk.buyer as i64);
                row.plain(first.seller + talk.about.seller as i64).plain(talk.entries.len());
                row.plain(room.buyer_total).plain(room.seller_total);
                row.plain(room.buyer_read).plain(room.seller_read);
                row.plain(room.buyer_seen).plain(room.seller_seen);
                row.plain(first.product + talk.product as i64);
                row.plain(if last.from_buyer { "buyer" } else { "seller" });
                let preview: String = last.body.chars().take(PREVIEW_CHARS).collect();
                row.text(&preview).plain(at(now, last.days_ago)).plain(at(now, opening.days_ago));
            })
            .await?;
    }
    rooms.finish().await?;
    let mut messages = 0;
    for (table, of_buyers) in [("messages", true), ("post_messages", false)] {
        let columns = format!(
            "{table} (room_id, seq, ordinal, client_id, body, product_id, starts_product, product_title, \
             product_price_minor, product_currency, sent_at)"
        );
        let mut rows = CopyRows::begin(tx, &columns).await?;
        for (n, &number) in numbers.iter().enumerate() {
            let talk = dialogue::dialogue(size, number);
            let mine = talk.entries.iter().enumerate().filter(|(_, entry)| entry.from_buyer == of_buyers);
            for (ordinal, (seq, entry)) in mine.enumerate() {
                let opens = seq == 0;
                rows.push(|row| {
                    row.plain(first.room + n as i64).plain(seq + 1).plain(ordinal + 1).plain(entry.client_id);
                    row.text(entry.body).plain(first.product + talk.product as i64).plain(opens);
                    if opens {
                        row.text(&talk.about.title).plain(talk.about.price_minor).plain(talk.about.currency);
                    } else {
                        row.null().null().null();
                    }
                    row.plain(at(now, entry.days_ago));
                })
                .await?;
            }
        }
        messages += rows.finish().await?;
    }
    Ok((numbers.len() as u64, messages))
}

/// The numbers of conversations between people who don't talk yet, until there are messages enough.
fn chosen(size: &GrownSize) -> Vec<u64> {
    let (mut pairs, mut numbers, mut messages) = (HashSet::new(), Vec::new(), 0);
    // Few people can't have any number of conversations.
    let tries = 4 * size.messages / MEAN_ENTRIES + 4;
    for number in 0..tries {
        if messages >= size.messages || size.products == 0 {
            break;
        }
        let talk = dialogue::dialogue(size, number);
        if pairs.insert((talk.buyer, talk.about.seller)) {
            messages += talk.entries.len() as u64;
            numbers.push(number);
        }
    }
    numbers
}

/// A room's counters, as the writer keeps them.
struct RoomTotals {
    buyer_total: usize,
    seller_total: usize,
    buyer_read: usize,
    seller_read: usize,
    buyer_seen: usize,
    seller_seen: usize,
}

impl RoomTotals {
    fn of(talk: &GrownDialogue) -> Self {
        let count = |of_buyer: bool, up_to: usize| {
            talk.entries.iter().take(up_to).filter(|entry| entry.from_buyer == of_buyer).count()
        };
        let all = talk.entries.len();
        let (read, last_from_buyer) =
            (all - talk.unread, talk.entries.last().is_some_and(|entry| entry.from_buyer));
        let (buyer_read, seller_read) = if last_from_buyer { (all, read) } else { (read, all) };
        RoomTotals {
            buyer_total: count(true, all),
            seller_total: count(false, all),
            buyer_read,
            seller_read,
            buyer_seen: count(false, buyer_read),
            seller_seen: count(true, seller_read),
        }
    }
}
