//! A backup's photos on their way into the store, a folder or a bucket, and out of it again if the restore fails.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, Read},
    path::Component,
};

use anyhow::{Context, ensure};
use futures_util::TryStreamExt as _;
use tokio::task::JoinSet;

use super::progress::Progress;
use crate::products::photos::Uploads;

/// Files on their way at a time.
const MAX_PUTTING: usize = 16;
/// In an empty marketplace's store may be what a killed restore left, and not another marketplace's photos.
const MOST_THERE: usize = 5_000_000;

/// What is in the store before: names and sizes.
pub(super) async fn already_there(uploads: &Uploads) -> anyhow::Result<HashMap<String, u64>> {
    let mut there = HashMap::new();
    let mut listed = uploads.list();
    while let Some((name, bytes)) =
        listed.try_next().await.with_context(|| format!("{uploads} can't be listed"))?
    {
        ensure!(there.len() < MOST_THERE, "{uploads} is full of other photos");
        there.insert(name, bytes);
    }
    Ok(there)
}

/// What a name stands for never changes: a file that is there already, as large as the backup's, is the same one, put
/// there by a restore that was killed. Any other that is in the way stays, and nothing is restored.
pub(super) async fn put(
    tar: &mut File,
    uploads: &Uploads,
    there: &HashMap<String, u64>,
    total: u64,
) -> anyhow::Result<()> {
    let mut putting = JoinSet::new();
    let put = put_each(tar, uploads, there, total, &mut putting).await;
    // Whoever takes them back comes after the last of them.
    let rest = putting.join_all().await;
    put?;
    rest.into_iter().collect()
}

async fn put_each(
    tar: &mut File,
    uploads: &Uploads,
    there: &HashMap<String, u64>,
    total: u64,
    putting: &mut JoinSet<anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let mut progress = Progress::new("Photos", total);
    let mut tar = tar::Archive::new(BufReader::with_capacity(1 << 20, tar));
    for entry in tar.entries()? {
        let mut entry = entry?;
        let Some(name) = photo_name(&entry)? else { continue };
        let size = entry.size();
        progress.add(size);
        if let Some(&bytes) = there.get(&name) {
            ensure!(bytes == size, "{name} is there already");
            continue;
        }
        let mut bytes = Vec::with_capacity(size as usize);
        entry.read_to_end(&mut bytes)?;
        if putting.len() == MAX_PUTTING
            && let Some(put) = putting.join_next().await
        {
            put??;
        }
        let uploads = uploads.clone();
        putting.spawn(async move {
            let put = uploads.put(&name, bytes.into()).await;
            put.with_context(|| format!("{name} can't be written to {uploads}"))
        });
    }
    Ok(())
}

/// Removes what [`put`] has put, as far as it came.
pub(super) async fn take_back(tar: &mut File, uploads: &Uploads, there: &HashMap<String, u64>) {
    let taken = async {
        let mut tar = tar::Archive::new(BufReader::with_capacity(1 << 20, tar));
        for entry in tar.entries()? {
            if let Some(name) = photo_name(&entry?)?.filter(|name| !there.contains_key(name)) {
                uploads.remove_file(&name).await?;
            }
        }
        anyhow::Ok(())
    };
    if let Err(error) = taken.await {
        // The reason why they have to go again is the one that is reported.
        tracing::warn!("photos of the backup stay in {uploads}: {error:#}");
    }
}

/// The name in the store, of a photo's file.
fn photo_name<R: Read>(entry: &tar::Entry<'_, R>) -> anyhow::Result<Option<String>> {
    let path = entry.path()?;
    let Ok(inside) = path.strip_prefix("uploads") else { return Ok(None) };
    if !entry.header().entry_type().is_file() {
        return Ok(None);
    }
    let leads_out = inside.components().any(|part| !matches!(part, Component::Normal(_)));
    ensure!(!leads_out, "it holds a path that leads out: {}", path.display());
    let name = inside.to_str().with_context(|| format!("{} is no text", path.display()))?;
    Ok(Some(name.to_owned()))
}
