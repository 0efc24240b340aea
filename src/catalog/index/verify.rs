//! An index compared with the table, product by product.

use std::collections::HashMap;

use sqlx::PgPool;
use tantivy::Index;
use tokio::task::spawn_blocking;

use super::{IndexHome, mark::Mark, opened::Opened, schema::micros, words::Language};
use crate::catalog::store;

/// Products that are read together.
const BATCH: i64 = 20_000;

/// How an index differs from the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// How many products are in it.
    pub indexed: u64,
    /// Listed, and not in it.
    pub missing: u64,
    /// In it, and not listed.
    pub surplus: u64,
    /// In it, as they were before.
    pub stale: u64,
}

impl Differences {
    pub fn any(&self) -> bool {
        self.missing + self.surplus + self.stale > 0
    }
}

/// The index in use in a folder; none if there is none. It may be in use by a program that runs.
pub async fn verify(db: &PgPool, home: &IndexHome) -> anyhow::Result<Option<Differences>> {
    let home = home.clone();
    let Some(index) = spawn_blocking(move || home.open()).await?? else { return Ok(None) };
    anyhow::ensure!(Mark::read(index.load_metas()?.payload.as_deref()).is_some(), "it has no mark");
    Ok(Some(compare(db, index).await?))
}

async fn compare(db: &PgPool, index: Index) -> anyhow::Result<Differences> {
    let mut indexed = spawn_blocking(move || read(index)).await??;
    let mut differences = Differences { indexed: indexed.len() as u64, ..Differences::default() };
    let mut last = 0;
    loop {
        let products = store::changes::all_after(db, last, BATCH).await?;
        let Some(product) = products.last() else { break };
        last = product.id;
        for product in products {
            let now = (product.price_minor, micros(product.created_at), product.category_id as u64);
            match indexed.remove(&(product.id as u64)) {
                None => differences.missing += 1,
                Some(known) if known != now => differences.stale += 1,
                Some(_) => {}
            }
        }
    }
    differences.surplus = indexed.len() as u64;
    Ok(differences)
}

/// By number: price, time and category.
fn read(index: Index) -> tantivy::Result<HashMap<u64, (i64, i64, u64)>> {
    let opened = Opened::new(index, Language::of_country(None))?;
    let mut all = HashMap::new();
    for segment in opened.searcher().segment_readers() {
        let fast = segment.fast_fields();
        let (ids, prices) = (fast.u64("id")?, fast.i64("price")?);
        let (times, categories) = (fast.i64("created_at")?, fast.u64("category")?);
        for doc in segment.doc_ids_alive() {
            let of = (
                prices.first(doc).unwrap_or_default(),
                times.first(doc).unwrap_or_default(),
                categories.first(doc).unwrap_or_default(),
            );
            all.insert(ids.first(doc).unwrap_or_default(), of);
        }
    }
    Ok(all)
}
