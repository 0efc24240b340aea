//! L7: neither the database's superuser nor root is needed for serving.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, postgres::PgConnectOptions};

use crate::support::{Process, Product, TestApp, TestDatabase, room};

const ROLE: &str = "haggle_test_serve";

/// As `docs/operations/database-role.sql` makes it.
async fn make_role(database: &TestDatabase) -> String {
    let sql = include_str!("../../docs/operations/database-role.sql").replace("haggle_serve", ROLE);
    database.pool().await.execute(AssertSqlSafe(sql)).await.expect("the role's SQL");
    let owner: PgConnectOptions = database.url().parse().unwrap();
    owner.username(ROLE).to_url_lossy().to_string()
}

#[tokio::test]
async fn a_role_that_owns_nothing_serves() {
    let database = TestDatabase::new().await;
    let url = make_role(&database).await;
    // The start brings nothing up to date, and isn't in anybody's way.
    let process = Process::start(&url, &[]).await;
    let app = TestApp::outside(process.addr, database.pool().await);
    let (ana, tomas) = (app.register_buyer("Ana").await, app.register_seller("Tomas").await);
    tomas.on_another_device(&app).await.get("/account").await.ok();
    let page = tomas.get("/seller/products/new").await.ok();
    assert!(page.has("form[action='/seller/products']"));
    let lamp = Product::new("A lamp").create(&app, &tomas).await;
    tomas.post(&format!("/seller/products/{lamp}/sold"), &[]).await.expect(303);
    tomas.post(&format!("/seller/products/{lamp}/available"), &[]).await.expect(303);
    ana.get(&format!("/products/{lamp}")).await.ok();
    ana.messages_about(lamp, "Is it still there?").await;
    let mut socket = tomas.socket(&format!("/ws/{}", room(&ana, &tomas))).await;
    socket.expect("hello").await;
    ana.messages_about(lamp, "Hello?").await;
    socket.expect("message").await;
    tomas.get("/messages").await.ok();
    tomas.get("/seller/dashboard").await.ok();
    app.admin("Root").await.get("/admin").await.ok();
    assert!(!process.log().contains("permission denied"), "{}", process.log());

    // And it can change no table, nor what was migrated.
    let role = sqlx::PgPool::connect(&url).await.unwrap();
    for forbidden in [
        "CREATE TABLE mine ()",
        "DROP TABLE messages",
        "DELETE FROM _sqlx_migrations",
        "COPY messages TO PROGRAM 'id'",
    ] {
        let refused = role.execute(forbidden).await.unwrap_err();
        let code =
            refused.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned();
        assert_eq!(code, "42501", "{forbidden}");
    }
}

#[tokio::test]
async fn a_role_that_may_not_migrate_says_who_has_to() {
    let database = TestDatabase::new().await;
    let url = make_role(&database).await;
    let db = database.pool().await;
    db.execute("DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)")
        .await
        .unwrap();
    let role = sqlx::PgPool::connect(&url).await.unwrap();
    let refused = haggle::db::migrate(&role).await.unwrap_err().to_string();
    assert!(refused.contains("1 steps behind") && refused.contains("haggle migrate"), "{refused}");
}

/// Only root can become somebody else; whoever else runs this is nobody's danger.
#[tokio::test]
async fn root_becomes_an_account_of_its_own() {
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return;
    }
    let database = TestDatabase::new().await;
    // The socket of the tests' PostgreSQL is for its own account alone.
    let url = database.url();
    let options: PgConnectOptions = url.parse().unwrap();
    let socket = options.get_socket().expect("a socket");
    let uid = std::fs::metadata(socket).unwrap().uid();
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap();
    let mut accounts = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let account = accounts.find(|fields| fields[2] == uid.to_string()).expect("its account")[0].to_owned();

    let process = Process::start(&url, &[("HAGGLE_ACCOUNT", &account)]).await;
    assert_eq!(process.status("Uid"), [uid; 4].map(|uid| uid.to_string()).join(" "));
    assert!(process.status("CapEff").chars().all(|c| c == '0'), "it can do what root can");
    assert!(!process.status("Groups").split(' ').any(|group| group == "0"), "it is in root's group");
    let data = std::fs::metadata(process.data()).unwrap();
    assert_eq!((data.uid(), data.permissions().mode() & 0o777), (uid, 0o711));
    let app = TestApp::outside(process.addr, database.pool().await);
    let tomas = app.register_seller("Tomas").await;
    Product::new("A lamp").photos(1).create(&app, &tomas).await;

    // Nothing that is somebody else's is touched.
    let unknown = Process::start(&url, &[("HAGGLE_ACCOUNT", "no-such-account")]).await;
    assert!(
        unknown.status("Uid").starts_with('0') && unknown.log().contains("Runs as root. With an account")
    );
}
