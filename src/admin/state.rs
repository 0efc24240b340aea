//! Shared state of the handlers; each takes the part it needs (`FromRef`).

use axum::extract::FromRef;
use sqlx::PgPool;

use crate::{accounts::AccessEvents, products::ProductEvents, web::ShellSource};

#[derive(Clone, FromRef)]
pub struct State {
    pub db: PgPool,
    pub access: AccessEvents,
    pub product_events: ProductEvents,
    pub shell: ShellSource,
}
