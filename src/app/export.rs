//! Makes a copy of all of one person's data: a zip with their rows as JSON, their pictures, and a page to read it by.
//!
//! Own rows only: of a conversation what they wrote, not what they were told. Written to a nameless file first, so that
//! it costs memory for one picture at a time.

use std::{
    fs::File,
    io::{ErrorKind, Read as _, Seek as _, Write as _},
};

use askama::Template;
use futures_util::TryStreamExt as _;
use serde_json::Value;
use sqlx::PgPool;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{
    accounts, chat,
    jobs::Job,
    products::{self, photos::Uploads},
    web::ShellSource,
};

/// Pictures in it, in bytes; of those beyond, the names are in the JSON.
const MAX_PICTURE_BYTES: u64 = 200 * 1024 * 1024;

#[derive(Template)]
#[template(path = "accounts/export_index.html")]
struct IndexPage<'a> {
    marketplace: &'a str,
    account: &'a Value,
    products: usize,
    messages: usize,
    pictures: usize,
}

/// The handler of [`accounts::EXPORT`]; idempotent.
pub(super) async fn make_export(
    db: &PgPool,
    uploads: &Uploads,
    shell: &ShellSource,
    job: &Job,
) -> anyhow::Result<()> {
    let Some(account_id) = job.payload["account_id"].as_i64() else { return Ok(()) };
    let Some(account) = accounts::export_account(db, account_id).await? else { return Ok(()) };
    let mut zip = Archive::new()?;
    zip.add("account.json", &serde_json::to_vec_pretty(&account)?)?;
    let products = products::export_of(db, account_id).await?;
    zip.add("products.json", &serde_json::to_vec_pretty(&products)?)?;
    let mut pictures = Pictures { left: MAX_PICTURE_BYTES, added: 0 };
    pictures.add(&mut zip, uploads, "profile", "", &account["photo"]).await?;
    for product in &products {
        for key in product["photos"].as_array().into_iter().flatten() {
            pictures.add(&mut zip, uploads, "products", "", key).await?;
        }
    }
    // One message a line.
    zip.begin("messages.jsonl")?;
    let (mut messages, mut in_rooms) = (0, Vec::new());
    let mut own = chat::own_messages(db, account_id);
    while let Some(message) = own.try_next().await? {
        writeln!(zip.0, "{message}")?;
        messages += 1;
        if message["picture"].is_string() && in_rooms.len() < 10_000 {
            in_rooms
                .push((message["room"].as_str().unwrap_or_default().to_owned(), message["picture"].clone()));
        }
    }
    for (room, key) in in_rooms {
        pictures.add(&mut zip, uploads, "messages", &format!("rooms/{room}/"), &key).await?;
    }
    let name = shell.0.marketplace().name.clone();
    let (products, pictures) = (products.len(), pictures.added);
    let index = IndexPage { marketplace: &name, account: &account, products, messages, pictures };
    zip.add("index.html", index.render()?.as_bytes())?;
    let file = zip.finish()?;
    let mut tx = db.begin().await?;
    accounts::store_export(&mut tx, account_id, file).await?;
    Ok(tx.commit().await?)
}

struct Pictures {
    left: u64,
    added: usize,
}

impl Pictures {
    /// Leaves out what isn't there any more, and what is too much. Where the store can't be read the job fails, and is tried
    /// again: a copy with holes that nobody knows of is none.
    async fn add(
        &mut self,
        zip: &mut Archive,
        uploads: &Uploads,
        folder: &str,
        stored_in: &str,
        key: &Value,
    ) -> anyhow::Result<()> {
        let Some(key) = key.as_str() else { return Ok(()) };
        let name = format!("{stored_in}{}/{key}/large.webp", key.get(..2).unwrap_or_default());
        let mut stored = match uploads.read(&name).await {
            Ok(stored) => stored,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        if stored.size > self.left {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(stored.size as usize);
        stored.data.read_to_end(&mut bytes)?;
        zip.add(&format!("{folder}/{key}.webp"), &bytes)?;
        self.left -= stored.size;
        self.added += 1;
        Ok(())
    }
}

/// What is in it is text that is small or pictures that are compressed already.
struct Archive(ZipWriter<File>);

impl Archive {
    fn new() -> anyhow::Result<Self> {
        Ok(Archive(ZipWriter::new(tempfile::tempfile()?)))
    }

    fn begin(&mut self, name: &str) -> anyhow::Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        Ok(self.0.start_file(name, options)?)
    }

    fn add(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.begin(name)?;
        Ok(self.0.write_all(bytes)?)
    }

    fn finish(self) -> anyhow::Result<File> {
        let mut file = self.0.finish()?;
        file.rewind()?;
        Ok(file)
    }
}
