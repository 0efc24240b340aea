//! Pending attachments: photos that no message is known to show, each marked by an empty file,
//! `rooms/.noted/<room>.<key>`.
//!
//! The mark is there before the picture's files are, and gone when it is known what became of its message.
//! One that stays was left by a program that was killed, or by a database that didn't answer.

use std::{
    io::{self, ErrorKind},
    path::PathBuf,
    time::Duration,
};

use tokio::fs;

use crate::{
    chat::domain::room_key::RoomKey,
    products::photos::{PhotoKey, Uploads},
};

const FOLDER: &str = "rooms/.noted";
/// No message is on its way for so long.
const PENDING_TTL: Duration = Duration::from_secs(24 * 60 * 60);

fn path(uploads: &Uploads, room: RoomKey, key: &PhotoKey) -> PathBuf {
    uploads.sibling_path(FOLDER).join(format!("{room}.{key}"))
}

pub async fn mark_pending(uploads: &Uploads, room: RoomKey, key: &PhotoKey) -> io::Result<()> {
    fs::create_dir_all(uploads.sibling_path(FOLDER)).await?;
    fs::write(path(uploads, room, key), b"").await
}

pub async fn clear_pending(uploads: &Uploads, room: RoomKey, key: &PhotoKey) -> io::Result<()> {
    match fs::remove_file(path(uploads, room, key)).await {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Those that were marked more than a day ago.
pub async fn stale_pending(uploads: &Uploads) -> io::Result<Vec<(RoomKey, PhotoKey)>> {
    let mut files = match fs::read_dir(uploads.sibling_path(FOLDER)).await {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        files => files?,
    };
    let mut stale = Vec::new();
    while let Some(file) = files.next_entry().await? {
        // What is gone by now was settled just now.
        let Ok(marked) = file.metadata().await.and_then(|file| file.modified()) else { continue };
        let is_old = marked.elapsed().is_ok_and(|age| age > PENDING_TTL);
        if let Some(of) = file.file_name().to_str().filter(|_| is_old).and_then(parse) {
            stale.push(of);
        }
    }
    Ok(stale)
}

fn parse(name: &str) -> Option<(RoomKey, PhotoKey)> {
    let (room, key) = name.split_once('.')?;
    Some((room.parse().ok()?, key.parse().ok()?))
}
