//! Whether a backup is whole: every member is there, and as it was written.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, BufWriter, Read, Seek as _, Write},
    path::Path,
};

use anyhow::{Context, bail, ensure};

use super::{
    format::{CONTENTS, Checksum, FORMAT, MANIFEST, Manifest, Member},
    progress::{Progress, size},
};

/// `haggle backup --verify FILE`
pub async fn verify(file: &Path) -> anyhow::Result<()> {
    let mut tar = File::open(file).with_context(|| format!("{} can't be opened", file.display()))?;
    let found = check(&mut tar).with_context(|| format!("{} is not a whole backup", file.display()))?;
    for (table, rows) in &found.tables {
        println!("{table}: {rows} rows");
    }
    println!("photos: {} files, {}", found.photos, size(found.photo_bytes));
    if found.manifest.format >= 2 {
        println!("{} is whole.", file.display());
    } else {
        println!("{} can be read. It is of an older format: what is missing can't be seen.", file.display());
    }
    Ok(())
}

pub(super) struct Found {
    pub manifest: Manifest,
    pub tables: Vec<(String, u64)>,
    pub table_bytes: u64,
    pub photos: u64,
    pub photo_bytes: u64,
}

impl Found {
    fn add(&mut self, member: &Member) {
        if let (Some(table), Some(rows)) = (member.name.strip_prefix("tables/"), member.rows) {
            self.tables.push((table.to_owned(), rows));
            self.table_bytes += member.bytes;
        } else if member.name.starts_with("uploads/") {
            self.photos += 1;
            self.photo_bytes += member.bytes;
        }
    }
}

/// Reads all of it, and leaves it at its beginning.
pub(super) fn check(file: &mut File) -> anyhow::Result<Found> {
    let mut progress = Progress::new("Checking", file.metadata()?.len());
    let mut tar = tar::Archive::new(BufReader::with_capacity(1 << 20, &mut *file));
    let mut entries = tar.entries().context("it can't be read")?;
    let first = entries.next().context("it is empty")?.context("it is no backup of Haggle")?;
    ensure!(first.path()?.as_os_str() == MANIFEST, "it is no backup of Haggle");
    let (mut sum, mut manifest) = (Checksum::default(), Vec::new());
    read_whole(first, &mut sum, &mut manifest)?;
    let manifest: Manifest = serde_json::from_slice(&manifest).context("manifest.json can't be read")?;
    ensure!(manifest.format <= FORMAT, "it was made by a newer version of Haggle");
    let mut found = Found { manifest, tables: Vec::new(), table_bytes: 0, photos: 0, photo_bytes: 0 };
    // What is there, as the closing member would say it: in files, because there may be a million photos.
    let (mut there, mut closing) = (BufWriter::new(tempfile::tempfile()?), None);
    there.write_all(sum.member(MANIFEST).line().as_bytes())?;
    let mut last = MANIFEST.to_owned();
    for entry in entries {
        let entry = entry.with_context(|| format!("it is cut or damaged after {last}"))?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = entry.path()?.to_str().context("a member's name is no text")?.to_owned();
        ensure!(closing.is_none(), "{name} stands behind its end");
        let mut sum = Checksum::default();
        let damaged = || format!("it is cut or damaged in {name}");
        if name == CONTENTS {
            let mut contents = BufWriter::new(tempfile::tempfile()?);
            read_whole(entry, &mut sum, &mut contents).with_context(damaged)?;
            closing = Some(contents);
        } else {
            read_whole(entry, &mut sum, &mut io::sink()).with_context(damaged)?;
            progress.add(sum.bytes);
            let member = sum.member(&name);
            there.write_all(member.line().as_bytes())?;
            found.add(&member);
        }
        last = name;
    }
    drop(tar);
    file.rewind()?;
    if found.manifest.format >= 2 {
        compare(closing.context("it is cut: its closing member is missing")?, there)?;
    }
    Ok(found)
}

fn read_whole(mut entry: impl Read, sum: &mut Checksum, to: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match entry.read(&mut buffer)? {
            0 => return Ok(()),
            read => {
                sum.update(&buffer[..read]);
                to.write_all(&buffer[..read])?;
            }
        }
    }
}

/// Both name the same members in the same order.
fn compare(wanted: BufWriter<File>, there: BufWriter<File>) -> anyhow::Result<()> {
    let (mut wanted, mut there) = (members(wanted)?, members(there)?);
    loop {
        match (wanted.next().transpose()?, there.next().transpose()?) {
            (None, None) => return Ok(()),
            (Some(one), Some(other)) if one == other => {}
            (Some(one), Some(other)) if one.name == other.name => bail!("{} was changed", one.name),
            (Some(one), Some(other)) => {
                // Which of the two is wrong here, the rest of the list says.
                let belongs = wanted.any(|member| member.is_ok_and(|member| member.name == other.name));
                bail!(if belongs {
                    format!("{} is missing", one.name)
                } else {
                    format!("{} doesn't belong to it", other.name)
                })
            }
            (Some(missing), None) => bail!("{} is missing", missing.name),
            (None, Some(strange)) => bail!("{} doesn't belong to it", strange.name),
        }
    }
}

fn members(list: BufWriter<File>) -> anyhow::Result<impl Iterator<Item = anyhow::Result<Member>>> {
    let mut list = list.into_inner().map_err(io::IntoInnerError::into_error)?;
    list.rewind()?;
    let lines = BufReader::new(list).lines();
    Ok(lines.map(|line| serde_json::from_str(&line?).context("contents.jsonl can't be read")))
}
