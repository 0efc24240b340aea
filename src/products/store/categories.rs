use sqlx::PgExecutor;

use super::super::Category;

pub(in super::super) async fn all(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Category>> {
    sqlx::query_as!(Category, "SELECT id, slug, name, icon FROM categories ORDER BY position, id")
        .fetch_all(db)
        .await
}

pub(in super::super) async fn insert(
    db: impl PgExecutor<'_>,
    slug: &str,
    name: &str,
    icon: &str,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "INSERT INTO categories (slug, name, icon, position)
         VALUES ($1, $2, $3, (SELECT coalesce(max(position), 0) + 1 FROM categories)) RETURNING id",
        slug,
        name,
        icon
    )
    .fetch_one(db)
    .await
}

/// Whether there was such a one.
pub(in super::super) async fn update(
    db: impl PgExecutor<'_>,
    id: i64,
    name: &str,
    icon: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!("UPDATE categories SET name = $2, icon = $3 WHERE id = $1", id, name, icon)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives the category and the next one up or down each other's position; all are numbered anew,
/// so that equal positions don't matter.
pub(in super::super) async fn swap(db: impl PgExecutor<'_>, id: i64, up: bool) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH numbered AS (
             SELECT id, row_number() OVER (ORDER BY position, id)::integer AS place FROM categories
         ), moved AS (
             SELECT place AS here, place + CASE WHEN $2 THEN -1 ELSE 1 END AS there
             FROM numbered WHERE id = $1
         )
         UPDATE categories c SET position = CASE n.place
             WHEN m.here THEN least(greatest(m.there, 1), (SELECT count(*)::integer FROM categories))
             WHEN m.there THEN m.here ELSE n.place END
         FROM numbered n, moved m WHERE n.id = c.id",
        id,
        up
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether there was such a one.
pub(in super::super) async fn delete(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM categories WHERE id = $1", id).execute(db).await?;
    Ok(done.rows_affected() == 1)
}
