//! `haggle bounces`: a mail server's pipe. It reads one letter from standard input, and marks the address that it says can't
//! be reached, if it is about a letter of this marketplace.

use std::io::Read as _;

use anyhow::Context as _;

use super::{
    open_database::open_unmigrated,
    secret_key::{letter_ids, sealing_key},
};
use crate::{config::Config, mail::Bounce};

/// The report stands at the beginning; what it returns is ours, and small.
const MAX_LETTER: u64 = 1024 * 1024;

/// Whatever isn't a bounce is no error: a server would send it back.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    let ids = letter_ids(&sealing_key(config, &config.data)?);
    let mut raw = Vec::new();
    std::io::stdin().take(MAX_LETTER).read_to_end(&mut raw).context("standard input")?;
    let Some(bounce) = Bounce::parse(&raw, &ids) else {
        println!(
            "This isn't about a letter of this marketplace that can't be delivered. Nothing is changed."
        );
        return Ok(());
    };
    let database = open_unmigrated(config).await?;
    let marked = bounce.mark(&database.pool).await;
    database.close().await;
    marked?;
    println!("Nothing more is sent to {}: {}", bounce.email, bounce.answer);
    Ok(())
}
