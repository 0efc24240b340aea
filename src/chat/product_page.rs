//! `/products/{id}`: a product with the buyer's chat in it. The mission's `product_page()`.

use axum::extract::State;
use sqlx::PgPool;
use tower_sessions::Session;

use super::{
    forms,
    history::{self, Span},
    seat::Seat,
    store,
    views::{Chat, Panel, ProductPage},
};
use crate::{
    accounts::MaybeUser,
    products::{self, ProductFragment},
    web::{Path, Result, Shell},
};

pub(super) async fn show(
    State(db): State<PgPool>,
    Path(id): Path<i64>,
    MaybeUser(user): MaybeUser,
    (session, shell): (Session, Shell),
) -> Result<ProductPage> {
    let product = products::page(&db, id, user.as_deref()).await?;
    let panel = match user {
        None => Panel::Visitor { draft: forms::take_draft(&session, &format!("/products/{id}")).await? },
        Some(_) if product.is_own() => {
            Panel::Own { conversations: store::conversations_about(&db, id).await? }
        }
        Some(user) => match Seat::of_buyer(&db, &user, product.seller_id).await? {
            Some(seat) => Panel::Chat(Box::new(chat(&db, &seat, &product, &session).await?)),
            None => Panel::None,
        },
    };
    products::record_view(&db, &product).await?;
    Ok(ProductPage { shell, product, panel })
}

/// The whole room, with the composer set to this product.
async fn chat(db: &PgPool, seat: &Seat, product: &ProductFragment, session: &Session) -> Result<Chat> {
    let page = history::load(db, seat, Span::Latest, 50).await?;
    let path = format!("/products/{}", product.id);
    Ok(Chat {
        action: format!("{path}/messages"),
        about: Some(product.summary()),
        draft: forms::take_draft(session, &path).await?,
        unread: store::first_unread(db, seat.room, seat.side).await?,
        ..Chat::new(seat, &page)
    })
}
