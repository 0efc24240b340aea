//! Membership of the cluster: heartbeats, and notifications between nodes.

use std::{collections::HashMap, time::Duration};

use sqlx::{PgConnection, PgExecutor, types::Uuid};

/// The channel on which nodes tell each other.
pub(in crate::chat) const CHANNEL: &str = "haggle";

/// Says that the node lives; true if the others didn't know, or had given it up.
pub(in crate::chat) async fn heartbeat(
    db: impl PgExecutor<'_>,
    node: Uuid,
    hears_nats: bool,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"INSERT INTO nodes (id, hears_nats) VALUES ($1, $2)
           ON CONFLICT ON CONSTRAINT nodes_pkey DO UPDATE SET seen_at = now(), hears_nats = $2
           RETURNING xmax = 0 AS "new!""#,
        node,
        hears_nats
    )
    .fetch_one(db)
    .await
}

/// A name for this database that no other has, as far as one server or its copies can be told apart.
pub(in crate::chat) async fn database_name(db: impl PgExecutor<'_>) -> sqlx::Result<String> {
    sqlx::query_scalar!(
        r#"SELECT s.system_identifier || '-' || d.oid AS "name!"
           FROM pg_control_system() s, pg_database d WHERE d.datname = current_database()"#
    )
    .fetch_one(db)
    .await
}

/// Those that said within three beats that they live, and whether each hears NATS; older ones are forgotten.
pub(in crate::chat) async fn other_nodes(
    db: &mut PgConnection,
    node: Uuid,
) -> sqlx::Result<HashMap<Uuid, bool>> {
    sqlx::query!("DELETE FROM nodes WHERE id <> $1 AND seen_at < now() - interval '6 seconds'", node)
        .execute(&mut *db)
        .await?;
    let rows = sqlx::query!("SELECT id, hears_nats FROM nodes WHERE id <> $1", node).fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.hears_nats)).collect())
}

/// Says that the node lives that much longer, and no more.
pub(in crate::chat) async fn final_heartbeat(
    db: impl PgExecutor<'_>,
    node: Uuid,
    lives: Duration,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE nodes SET seen_at = now() - interval '6 seconds' + make_interval(secs => $2) WHERE id = $1",
        node,
        lives.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Tells every listening node.
pub(in crate::chat) async fn notify(db: impl PgExecutor<'_>, payloads: &[String]) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload", CHANNEL, payloads)
        .execute(db)
        .await?;
    Ok(())
}
