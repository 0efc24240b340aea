//! What the handlers share; each takes the part it needs.

use axum::extract::FromRef;
use sqlx::PgPool;

use super::{limits::PhotoLimits, photos::Uploads};
use crate::web::ShellSource;

#[derive(Clone, FromRef)]
pub struct State {
    pub db: PgPool,
    pub uploads: Uploads,
    pub photo_limits: PhotoLimits,
    pub shell: ShellSource,
}
