//! `POST /account/privacy`: whether visitors see who sells.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use crate::accounts::sentences;
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
        true => sentences::ONLY_PEOPLE_WHO_ARE_SIGNED_IN_SEE_YOUR_NAME,
        false => sentences::EVERYBODY_SEES_YOUR_NAME_NOW,
    };
    saved(&session, sentence).await
}
