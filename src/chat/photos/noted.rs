//! Pictures that no message is known to show: each noted by an empty file, `rooms/.noted/<room>.<key>`.
//!
//! The note is there before the picture's files are, and gone when it is known what became of its message.
//! One that stays was left by a program that was killed, or by a database that didn't answer.

use std::{
    io::{self, ErrorKind},
    path::PathBuf,
    time::Duration,
};

use tokio::fs;

use crate::chat::{
    domain::room_key::RoomKey,
    photos::{PhotoKey, Uploads},
};

const FOLDER: &str = "rooms/.noted";
/// No message is on its way for so long.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);

fn path(uploads: &Uploads, room: RoomKey, key: &PhotoKey) -> PathBuf {
    uploads.beside(FOLDER).join(format!("{room}.{key}"))
}

pub async fn note(uploads: &Uploads, room: RoomKey, key: &PhotoKey) -> io::Result<()> {
    fs::create_dir_all(uploads.beside(FOLDER)).await?;
    fs::write(path(uploads, room, key), b"").await
}

pub async fn forget(uploads: &Uploads, room: RoomKey, key: &PhotoKey) -> io::Result<()> {
    match fs::remove_file(path(uploads, room, key)).await {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Those that were noted more than a day ago.
pub async fn left(uploads: &Uploads) -> io::Result<Vec<(RoomKey, PhotoKey)>> {
    let mut files = match fs::read_dir(uploads.beside(FOLDER)).await {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        files => files?,
    };
    let mut left = Vec::new();
    while let Some(file) = files.next_entry().await? {
        // What is gone by now was settled just now.
        let Ok(noted) = file.metadata().await.and_then(|file| file.modified()) else { continue };
        let is_old = noted.elapsed().is_ok_and(|age| age > LONG);
        if let Some(of) = file.file_name().to_str().filter(|_| is_old).and_then(parse) {
            left.push(of);
        }
    }
    Ok(left)
}

fn parse(name: &str) -> Option<(RoomKey, PhotoKey)> {
    let (room, key) = name.split_once('.')?;
    Some((room.parse().ok()?, key.parse().ok()?))
}
