//! Backup and restore, as the real program: all of it or nothing, and nobody else's to read (C1–C3, H4, M7, M9, L14).

use std::{
    io::Read as _,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use haggle::db::MIGRATIONS;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::{PgPool, migrate::Migrator};
use tempfile::TempDir;

use crate::support::{Product, TestApp, TestDatabase, eventually, room};

/// Pages' time limits, so short that whoever works under them meets them here: 300 ms a statement.
const SHORT_LIMITS: &str = "0.02";

/// Runs a command; what it printed, with what it complained of as an error.
async fn haggle(database: &str, data: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_haggle"));
    command.args(arguments).env("DATABASE_URL", database).env("HAGGLE_DATA", data).env_remove("RUST_LOG");
    command.env("HAGGLE_TEST_TIMEOUT_SCALE", SHORT_LIMITS);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    if output.status.success() { Ok(text) } else { Err(text) }
}

/// A marketplace with a conversation and a photo, and a backup of it.
struct BackedUp {
    app: TestApp,
    data: TempDir,
    file: PathBuf,
}

impl BackedUp {
    async fn make() -> Self {
        let (app, data) = (TestApp::start().await, tempfile::tempdir().unwrap());
        let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
        Product::new("Lamp").create(&app, &tomas).await;
        ana.sends(&room(&ana, &tomas), "Hello").await;
        app.token(&ana, &["profile"]).await;
        let photo = data.path().join("uploads/aa").join("a".repeat(32));
        std::fs::create_dir_all(&photo).unwrap();
        std::fs::write(photo.join("large.webp"), b"a picture").unwrap();
        let file = data.path().join("everything.tar");
        haggle(&app.database_url(), data.path(), &["backup", file.to_str().unwrap()]).await.unwrap();
        Self { app, data, file }
    }

    /// The same file with its members changed, in their order.
    fn changed(&self, name: &str, change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> PathBuf {
        let mut members = Vec::new();
        let mut tar = tar::Archive::new(std::fs::File::open(&self.file).unwrap());
        for entry in tar.entries().unwrap() {
            let mut entry = entry.unwrap();
            let (path, mut bytes) = (entry.path().unwrap().to_str().unwrap().to_owned(), Vec::new());
            entry.read_to_end(&mut bytes).unwrap();
            members.push((path, bytes));
        }
        change(&mut members);
        let path = self.data.path().join(name);
        let mut tar = tar::Builder::new(std::fs::File::create(&path).unwrap());
        for (name, bytes) in members {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            tar.append_data(&mut header, name, &bytes[..]).unwrap();
        }
        tar.finish().unwrap();
        path
    }
}

/// Neither sessions nor tokens; the apps that an admin added stay.
#[tokio::test]
async fn what_signs_somebody_in_is_in_no_backup() {
    let backup = BackedUp::make().await;
    backup.changed("same.tar", |members| {
        let has = |table: &str| members.iter().any(|(name, _)| *name == format!("tables/{table}"));
        assert!(has("accounts") && has("oauth_clients"));
        for table in ["sessions", "access_tokens", "refresh_tokens", "oauth_codes"] {
            assert!(!has(table), "{table}");
        }
    });
}

fn member<'a>(members: &'a mut [(String, Vec<u8>)], name: &str) -> &'a mut Vec<u8> {
    &mut members.iter_mut().find(|(it, _)| it == name).unwrap().1
}

/// Everything below a folder that isn't a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

async fn has_table(db: &PgPool, table: &str) -> bool {
    sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(table).fetch_one(db).await.unwrap()
}

#[tokio::test]
async fn a_backup_that_is_not_whole_is_refused_and_its_member_named() {
    let backup = BackedUp::make().await;
    let cut_at = |share: f64, name: &str| {
        let bytes = std::fs::read(&backup.file).unwrap();
        let path = backup.data.path().join(name);
        std::fs::write(&path, &bytes[..(bytes.len() as f64 * share) as usize / 512 * 512]).unwrap();
        path
    };
    let cases: [(PathBuf, &str); 6] = [
        (
            backup.changed("gone.tar", |all| all.retain(|(name, _)| name != "tables/messages")),
            "tables/messages is missing",
        ),
        (
            backup.changed("changed.tar", |all| member(all, "tables/accounts")[40] ^= 1),
            "tables/accounts was changed",
        ),
        (
            backup.changed("more.tar", |all| all.insert(1, ("uploads/x".into(), vec![1]))),
            "uploads/x doesn't belong",
        ),
        (backup.changed("manifest.tar", |all| all.truncate(1)), "closing member is missing"),
        (backup.changed("open.tar", |all| drop(all.pop())), "closing member is missing"),
        (cut_at(0.5, "cut.tar"), "cut"),
    ];
    for (file, complaint) in cases {
        let (empty, elsewhere) = (TestDatabase::bare().await, tempfile::tempdir().unwrap());
        let path = file.to_str().unwrap();
        for command in [&["restore", path][..], &["backup", "--verify", path]] {
            let refused = haggle(&empty.url(), elsewhere.path(), command).await.unwrap_err();
            assert!(refused.contains(complaint), "{}: {refused}", file.display());
        }
        assert!(!has_table(&empty.pool().await, "accounts").await, "nothing was touched");
        assert_eq!(files(elsewhere.path()), Vec::<PathBuf>::new());
    }
    let whole = backup.file.to_str().unwrap();
    let said =
        haggle("postgres://nowhere", backup.data.path(), &["backup", "--verify", whole]).await.unwrap();
    assert!(said.contains("accounts: 2 rows") && said.contains("is whole"), "{said}");
}

#[tokio::test]
async fn a_restore_that_fails_leaves_nothing_behind() {
    let backup = BackedUp::make().await;
    // A file that is whole, with a row that no table takes.
    let file = backup.changed("wrong.tar", |all| {
        member(all, "tables/rooms").extend(b"nonsense\n");
        let rooms = member(all, "tables/rooms").clone();
        let sha256: String = Sha256::digest(&rooms).iter().map(|byte| format!("{byte:02x}")).collect();
        let contents = member(all, "contents.jsonl");
        let lines = std::str::from_utf8(contents).unwrap().lines().map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            match &line["name"] {
                name if name == "tables/rooms" => {
                    json!({ "name": name, "rows": 2, "bytes": rooms.len(), "sha256": sha256 })
                }
                _ => line,
            }
        });
        *contents = lines.map(|line| format!("{line}\n")).collect::<String>().into_bytes();
    });
    let (empty, elsewhere) = (TestDatabase::bare().await, tempfile::tempdir().unwrap());
    haggle(&empty.url(), elsewhere.path(), &["restore", file.to_str().unwrap()]).await.unwrap_err();
    let accounts: i64 =
        sqlx::query_scalar("SELECT count(*) FROM accounts").fetch_one(&empty.pool().await).await.unwrap();
    assert_eq!(accounts, 0);
    assert_eq!(files(&elsewhere.path().join("uploads")), Vec::<PathBuf>::new());
    // And the right one goes in.
    haggle(&empty.url(), elsewhere.path(), &["restore", backup.file.to_str().unwrap()]).await.unwrap();
    haggle(&empty.url(), elsewhere.path(), &["doctor"]).await.unwrap();
    assert_eq!(files(&elsewhere.path().join("uploads")).len(), 1);
}

#[tokio::test]
async fn a_backup_of_the_first_format_is_restored() {
    let backup = BackedUp::make().await;
    let file = backup.changed("old.tar", |all| {
        all.pop();
        let manifest: Value = serde_json::from_slice(member(all, "manifest.json")).unwrap();
        *member(all, "manifest.json") = serde_json::to_vec(&json!({ "schema": manifest["schema"] })).unwrap();
    });
    let (empty, elsewhere) = (TestDatabase::bare().await, tempfile::tempdir().unwrap());
    let said = haggle(&empty.url(), elsewhere.path(), &["restore", file.to_str().unwrap()]).await.unwrap();
    assert!(said.contains("older format"), "{said}");
    let said = sqlx::query_scalar("SELECT body FROM messages").fetch_one(&empty.pool().await).await;
    assert_eq!(said.ok(), Some("Hello".to_owned()));
}

#[tokio::test]
async fn backup_and_restore_outlast_the_time_limits_of_pages() {
    let backup = BackedUp::make().await;
    let database = TestDatabase::new().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let again = backup.data.path().join("again.tar");
    let cases = [
        (
            backup.app.database_url(),
            backup.app.db.clone(),
            "messages",
            vec!["backup", again.to_str().unwrap()],
        ),
        (database.url(), database.pool().await, "accounts", vec!["restore", backup.file.to_str().unwrap()]),
    ];
    for (url, db, table, command) in cases {
        let mut lock = db.begin().await.unwrap();
        let sql = format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *lock).await.unwrap();
        let run = haggle(&url, elsewhere.path(), &command);
        let release = async {
            eventually("it to wait longer than a page may", async || {
                let waits: bool = sqlx::query_scalar(
                    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                                    AND wait_event_type = 'Lock' AND query_start < clock_timestamp() - interval '500 ms')",
                )
                .fetch_one(&db)
                .await
                .unwrap();
                waits.then_some(())
            })
            .await;
            lock.rollback().await.unwrap();
        };
        let (said, ()) = tokio::join!(run, release);
        said.unwrap();
    }
}

#[tokio::test]
async fn a_backup_is_its_owners_alone_and_replaces_nothing_unasked() {
    let backup = BackedUp::make().await;
    let (url, folder) = (backup.app.database_url(), backup.data.path());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&backup.file), 0o600);

    let secret = folder.join("secret");
    std::fs::write(&secret, b"somebody else's").unwrap();
    for planted in ["next.tar.part", "next.tar.spool", "next.part", "uploads/aa/link.webp"] {
        symlink(&secret, folder.join(planted)).unwrap();
    }
    let next = folder.join("next.tar");
    haggle(&url, folder, &["backup", next.to_str().unwrap()]).await.unwrap();
    assert_eq!(std::fs::read(&secret).unwrap(), b"somebody else's");
    let bytes = std::fs::read(&next).unwrap();
    assert!(!bytes.windows(8).any(|it| it == b"somebody"), "no link is followed");

    let refused = haggle(&url, folder, &["backup", next.to_str().unwrap()]).await.unwrap_err();
    assert!(refused.contains("exists; --overwrite replaces it"), "{refused}");
    assert_eq!(std::fs::read(&next).unwrap(), bytes);
    haggle(&url, folder, &["backup", "--overwrite", next.to_str().unwrap()]).await.unwrap();
    let left: Vec<_> =
        files(folder).into_iter().filter(|it| it.to_string_lossy().contains(".haggle-backup")).collect();
    assert_eq!(left, Vec::<PathBuf>::new());
}

#[tokio::test]
async fn neither_backup_nor_doctor_migrates() {
    let database = TestDatabase::bare().await;
    let pool = database.pool().await;
    let newest = MIGRATIONS.iter().map(|step| step.version).max().unwrap();
    let older = MIGRATIONS.iter().filter(|step| step.version < newest).cloned().collect();
    Migrator::with_migrations(older).run(&pool).await.unwrap();
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("before.tar");
    haggle(&database.url(), data.path(), &["backup", file.to_str().unwrap()]).await.unwrap();
    let said = haggle(&database.url(), data.path(), &["doctor"]).await.unwrap_err();
    assert!(said.contains("1 steps behind"), "{said}");
    let there: i64 =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(&pool).await.unwrap();
    assert!(there < newest);
}
