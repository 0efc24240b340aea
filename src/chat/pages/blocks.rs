//! Blocking a person, from their room or their public page, and `/account/blocks`, where it is undone: whatever became of
//! the room and the product.

use axum::{extract::State, response::Redirect};
use sqlx::PgPool;
use tower_sessions::Session;

use crate::chat::sentences;
use crate::{
    accounts::{self, CurrentUser, SellerCard},
    chat::{access::RoomMember, domain::side::Side, pages::views::BlocksPage, write::blocks::BlockParts},
    safety::{self, BlockOutcome},
    web::{Error, Form, Path, Result, ReturnForm, Shell, flash},
};

/// `POST /rooms/{room}/block`
pub async fn block_in_room(
    State(parts): State<BlockParts>,
    member: RoomMember,
    session: Session,
    Form(back): Form<ReturnForm>,
) -> Result<Redirect> {
    let other = member.side.other();
    let blocked = member.participants.account(other);
    let name = member.other_name();
    block(&parts, &session, &member.user, blocked, other == Side::Seller, name).await?;
    Ok(Redirect::to(back.next.or(&format!("/rooms/{}", member.room))))
}

/// `POST /sellers/{id}/block`
pub async fn block_seller(
    State(parts): State<BlockParts>,
    user: CurrentUser,
    session: Session,
    Path(id): Path<i64>,
    Form(back): Form<ReturnForm>,
) -> Result<Redirect> {
    let seller = blockable(&parts.db, &user, id).await?;
    block(&parts, &session, &user, seller.account_id, true, &seller.shop_name).await?;
    Ok(Redirect::to(back.next.or(&format!("/sellers/{id}"))))
}

/// A seller whom this person could talk to.
pub async fn blockable(db: &PgPool, user: &CurrentUser, seller_id: i64) -> Result<SellerCard> {
    let seller = accounts::seller_card(db, seller_id).await?.ok_or(Error::NotFound)?;
    if user.buyer_id.is_none() || seller.account_id == user.account_id {
        return Err(Error::Forbidden(sentences::YOU_CAN_BLOCK_PEOPLE_WHOM_YOU_COULD_TALK_TO));
    }
    Ok(seller)
}

async fn block(
    parts: &BlockParts,
    session: &Session,
    user: &CurrentUser,
    blocked: i64,
    as_seller: bool,
    name: &str,
) -> Result<()> {
    match parts.block(user.account_id, blocked, as_seller).await? {
        BlockOutcome::Blocked => {
            let sentence = sentences::you_blocked(name);
            flash::success(session, sentence).await
        }
        BlockOutcome::TooMany => {
            let most = safety::MAX_BLOCKS;
            flash::error(session, sentences::you_block_people_already(most)).await
        }
    }
}

/// `GET /account/blocks`
pub async fn list(State(db): State<PgPool>, user: CurrentUser, shell: Shell) -> Result<BlocksPage> {
    Ok(BlocksPage { shell, people: safety::blocks_of(&db, user.account_id).await? })
}

/// `POST /account/blocks/{id}/remove`
pub async fn remove(
    State(parts): State<BlockParts>,
    user: CurrentUser,
    session: Session,
    Path(id): Path<i64>,
    Form(back): Form<ReturnForm>,
) -> Result<Redirect> {
    let blocked = safety::blocked_by(&parts.db, user.account_id, id).await?.ok_or(Error::NotFound)?;
    parts.unblock(user.account_id, blocked).await?;
    let sentence = sentences::YOU_CAN_WRITE_TO_EACH_OTHER_AGAIN;
    flash::success(&session, sentence).await?;
    Ok(Redirect::to(back.next.or("/account/blocks")))
}
