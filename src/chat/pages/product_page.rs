//! `/products/{id}`: a product with the buyer's chat in it. The mission's `product_page()`.
//!
//! `{id}` is the number, or the number and the title's words; with other words it leads to the right ones.

use axum::{
    extract::State,
    http::Uri,
    response::{IntoResponse as _, Redirect, Response},
};
use sqlx::PgPool;
use tower_sessions::Session;

use super::{
    kept_draft,
    panel::ChatPanel,
    timeline::{self, HistoryRange},
    views::{ProductPage, ProductSidePanel},
};
use crate::{
    accounts::MaybeUser,
    chat::{access::RoomMember, live::screen::Screen, store},
    products::{self, Looker, ProductFragment, ProductLink, VersionedCache, ViewCounter},
    web::{ClientAddr, Path, Result, Shell},
};

type ProductCache = VersionedCache<ProductFragment>;

pub async fn show(
    (State(db), State(screen), State(cache)): (State<PgPool>, State<Screen>, State<ProductCache>),
    (State(views), ClientAddr(addr)): (State<ViewCounter>, ClientAddr),
    (Path(link), uri): (Path<ProductLink>, Uri),
    MaybeUser(user): MaybeUser,
    (session, shell): (Session, Shell),
) -> Result<Response> {
    let id = link.id;
    let product = products::page_from_cache(&db, &cache, &shell.marketplace, (id, user.as_deref())).await?;
    if !link.is_right_for(&product.title) {
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        return Ok(Redirect::permanent(&format!("{}{query}", product.path())).into_response());
    }
    if !product.is_own() {
        views.record(
            id,
            user.as_deref().map_or(Looker::Network(addr), |user| Looker::Account(user.account_id)),
        );
    }
    let panel = match user {
        None => ProductSidePanel::Visitor {
            draft: kept_draft::take_kept_draft(&session, &format!("/products/{id}")).await?,
        },
        Some(_) if product.is_own() => {
            ProductSidePanel::Own { conversations: store::inbox::conversations_about(&db, id).await? }
        }
        Some(user) => match RoomMember::as_buyer_with_room(&db, &user, product.seller_id).await? {
            Some(room) => {
                ProductSidePanel::Chat(Box::new(chat(&db, &screen, &room, &product, &session).await?))
            }
            None => ProductSidePanel::None,
        },
    };
    Ok(ProductPage { shell, product, panel }.into_response())
}

/// The whole room, with the composer set to this product.
async fn chat(
    db: &PgPool,
    screen: &Screen,
    (member, exists): &(RoomMember, bool),
    product: &ProductFragment,
    session: &Session,
) -> Result<ChatPanel> {
    let (page, unread) = match exists {
        true => {
            let page = timeline::load(db, member, HistoryRange::Latest, 50).await?;
            (page, store::read_marks::first_unread(db, member.room, member.side).await?)
        }
        false => (timeline::empty(db, member).await?, None),
    };
    let path = format!("/products/{}", product.id);
    Ok(ChatPanel {
        action: format!("{path}/messages"),
        about: Some(product.summary()),
        draft: kept_draft::take_kept_draft(session, &path).await?,
        unread,
        ..ChatPanel::new(member, &page, screen)
    })
}
