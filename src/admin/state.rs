//! Shared state of the handlers; each takes the part it needs (`FromRef`).

use axum::extract::FromRef;
use sqlx::PgPool;

use super::setup::SetupKey;
use crate::{
    accounts::AccessEvents,
    products::{Catalogue, ProductEvents, photos::Uploads},
    settings::LiveSettings,
    web::ShellSource,
    webhooks,
};

#[derive(Clone, FromRef)]
pub struct State {
    pub db: PgPool,
    pub access: AccessEvents,
    pub product_events: ProductEvents,
    pub catalogue: Catalogue,
    pub setup_key: SetupKey,
    pub settings: LiveSettings,
    pub uploads: Uploads,
    pub webhooks: webhooks::State,
    pub shell: ShellSource,
}
