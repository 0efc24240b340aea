//! `haggle doctor`: looks for what should never be.

use anyhow::{Context, bail};

use crate::{chat, config::Config};

pub async fn run(config: &Config) -> anyhow::Result<()> {
    let database = super::database(config).await?;
    println!("The database answers and its schema is up to date.");
    let uploads = config.uploads()?;
    std::fs::create_dir_all(&uploads)
        .and_then(|()| try_writing(&uploads))
        .with_context(|| format!("photos can't be written to {}", uploads.display()))?;
    println!("Photos can be written to {}.", uploads.display());
    let wrong = chat::recount(&database.pool).await?;
    let mended = chat::mend_search(&database.pool).await;
    database.close().await;
    for discrepancy in &wrong {
        println!("{}: {}", discrepancy.room, discrepancy.what);
    }
    if !wrong.is_empty() {
        bail!("{} conversations are counted wrongly", wrong.len());
    }
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
