//! What safety's handlers share.

use axum::extract::FromRef;
use sqlx::PgPool;

use super::figures::PublicFigures;
use crate::web::ShellSource;

#[derive(Clone, FromRef)]
pub struct State {
    pub db: PgPool,
    pub figures: PublicFigures,
    pub shell: ShellSource,
}
