//! `POST /account/privacy`: whether visitors see who sells.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use crate::{
    accounts::{extract::Seller, pages::profile::saved, store},
    web::{Form, Result},
};

#[derive(Deserialize)]
pub(in crate::accounts) struct PrivacyForm {
    /// A checkbox: there if it is checked.
    hides_from_visitors: Option<String>,
}

pub(in crate::accounts) async fn update(
    State(db): State<PgPool>,
    session: Session,
    seller: Seller,
    Form(typed): Form<PrivacyForm>,
) -> Result<Response> {
    let hides = typed.hides_from_visitors.is_some();
    store::profiles::set_hides_from_visitors(&db, seller.user.account_id, hides).await?;
    let sentence = match hides {
        true => "Only people who are signed in see your name now.",
        false => "Everybody sees your name now.",
    };
    saved(&session, sentence).await
}
