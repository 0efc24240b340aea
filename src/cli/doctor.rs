//! `haggle doctor`: consistency checks of database and photos; repairs the search index.

use anyhow::{Context, bail};
use sqlx::PgPool;

use super::open_database::open_unmigrated;
use crate::{
    chat,
    config::Config,
    db,
    products::{self, photos::Uploads},
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
    // What is counted over all conversations takes longer than a page may.
    let db = &db::pool_unlimited(pool).await?;
    let folder = config.uploads()?;
    std::fs::create_dir_all(&folder)
        .and_then(|()| try_writing(&folder))
        .with_context(|| format!("photos can't be written to {}", folder.display()))?;
    println!("Photos can be written to {}.", folder.display());
    let uploads = Uploads::new(folder);
    let of_products = products::missing_photos(db, &uploads).await?;
    let of_rooms = chat::missing_photos(db, &uploads).await?;
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
    println!("Every conversation is numbered without holes and counted right.");
    match mended? {
        0 => println!("Every message can be found by searching."),
        mended => println!("{mended} messages could not be found by searching; now they can."),
    }
    Ok(())
}

fn try_writing(folder: &std::path::Path) -> std::io::Result<()> {
    let probe = folder.join(".doctor");
    std::fs::write(&probe, b"")?;
    std::fs::remove_file(probe)
}
