//! `haggle doctor`: consistency checks of database and photos; repairs the search index.

use std::time::Duration;

use anyhow::{Context, bail};
use sqlx::PgPool;

use super::{open_database::open_unmigrated, open_uploads::open_uploads};
use crate::{
    catalog::{IndexHome, verify_index as verify},
    chat,
    config::Config,
    db,
    products::{self, photos::Inventory},
    settings,
};

pub async fn run(config: &Config) -> anyhow::Result<()> {
    let database = open_unmigrated(config).await?;
    let checked = check(&database.pool, config).await;
    database.close().await;
    checked
}

async fn check(pool: &PgPool, config: &Config) -> anyhow::Result<()> {
    match db::pending_migrations(pool).await? {
        0 => println!("The database answers and its schema is up to date."),
        steps => bail!(
            "the schema is {steps} steps behind this program: a check changes nothing, run `haggle migrate`"
        ),
    }
    if let Some(hint) = contact_hint(pool, config).await? {
        println!("{hint}");
    }
    // What is counted over all conversations takes longer than a page may.
    let db = &db::pool_unlimited(pool).await?;
    let uploads = open_uploads(config)?;
    uploads.try_writing().await.with_context(|| format!("photos can't be written to {uploads}"))?;
    println!("Photos can be written to {uploads}.");
    let index = check_index(db, config).await;
    let inventory = Inventory::take(&uploads).await.with_context(|| format!("{uploads} can't be listed"))?;
    let of_products = products::missing_photos(db, &inventory).await?;
    let of_rooms = chat::missing_photos(db, &inventory).await?;
    let unknown = products::stored_photos::note_unknown(db, &inventory).await?;
    drop(inventory);
    let wrong = chat::verify(db).await?;
    let mended = chat::reindex(db).await;
    for product in &of_products {
        println!("product {product}: a photo has no files");
    }
    for chat::Discrepancy { room, what } in of_rooms.iter().chain(&wrong) {
        println!("{room}: {what}");
    }
    if !wrong.is_empty() {
        bail!("{} conversations are counted wrongly", wrong.len());
    }
    let missing = of_products.len() + of_rooms.len();
    if missing > 0 {
        bail!("{missing} photos have no files");
    }
    println!("Every photo has its files.");
    if unknown > 0 {
        println!("{unknown} photos in the store weren't known; what nothing names is removed in a day.");
    }
    println!("Every conversation is numbered without holes and counted right.");
    match mended? {
        0 => println!("Every message can be found by searching."),
        mended => println!("{mended} messages could not be found by searching; now they can."),
    }
    index
}

/// This node's search index against the table. A program that runs is at most a second behind.
async fn check_index(db: &PgPool, config: &Config) -> anyhow::Result<()> {
    let advice = "the search index can't be used: make room and rights in the folder search of HAGGLE_DATA, then run `haggle reindex`";
    let folder = config.data.join("search");
    if folder.exists() {
        tempfile::tempfile_in(&folder)
            .with_context(|| format!("{} can't be written to: {advice}", folder.display()))?;
    }
    let mut found = verify(db, &IndexHome::of(&config.data)).await.context(advice)?;
    if found.is_some_and(|found| found.any()) {
        // What changed a moment ago is on its way.
        tokio::time::sleep(Duration::from_secs(3)).await;
        found = verify(db, &IndexHome::of(&config.data)).await.context(advice)?;
    }
    match found {
        None => println!("There is no search index yet: it is built when the marketplace runs."),
        Some(found) if found.any() => bail!(
            "the search index differs from the table ({} products missing, {} too many, {} as they were): run `haggle reindex`",
            found.missing,
            found.surplus,
            found.stale
        ),
        Some(found) => println!("The search index has all {} products that are listed.", found.indexed),
    }
    Ok(())
}

/// Push services and people want somebody to write to (RFC 8292's subject).
async fn contact_hint(pool: &PgPool, config: &Config) -> anyhow::Result<Option<&'static str>> {
    if config.contact.is_some() {
        return Ok(None);
    }
    let is_https = config.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
    if !is_https {
        return Ok(Some(
            "HAGGLE_CONTACT isn't set and the public address isn't https: some push services refuse, having nobody to write to.",
        ));
    }
    let is_set = settings::load(pool).await?.contact.is_some();
    Ok((!is_set).then_some(
        "No contact is set, on the settings page or by HAGGLE_CONTACT: nobody knows whom to write to.",
    ))
}
