//! Blocks and reports.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{
    accounts::CurrentUser,
    api::{
        access::Member,
        error::{ApiError, Result},
        json::{Body, Id},
        paging::Page,
        sentences,
    },
    chat::{self, BlockParts, Report, ReportTarget, Side},
    safety::{self, BlockOutcome, ReportOutcome},
    web::{Error, Path},
};

/// Somebody whom one has blocked.
#[derive(Serialize, ToSchema)]
pub struct Block {
    id: Id,
    name: String,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

#[utoipa::path(get, path = "/blocks", tag = "Be safe", operation_id = "listBlocks", summary = "Whom one has blocked.", responses((status = 200, body = Page<Block>)))]
pub async fn list(State(state): State<chat::State>, user: CurrentUser) -> Result<Json<Page<Block>>> {
    let people = safety::blocks_of(&state.db, user.account_id).await?;
    let blocks = people.into_iter().map(|person| Block {
        id: Id(person.id),
        name: person.name,
        created_at: person.since,
    });
    Ok(Json(Page::whole(blocks.collect())))
}

async fn block(parts: &BlockParts, user: &CurrentUser, blocked: i64, as_seller: bool) -> Result<StatusCode> {
    match parts.block(user.account_id, blocked, as_seller).await? {
        BlockOutcome::Blocked => Ok(StatusCode::NO_CONTENT),
        BlockOutcome::TooMany => Err(too_many()),
    }
}

fn too_many() -> ApiError {
    ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many", sentences::VERY_MANY_TODAY)
}

/// The other one in a room. They aren't told; nothing they write arrives any more (idempotent).
#[utoipa::path(put, path = "/rooms/{room}/block", tag = "Be safe", operation_id = "blockInRoom", summary = "Blocks the other one in a room.", params(("room" = String, Path)), responses((status = 204)))]
pub async fn block_in_room(State(state): State<chat::State>, Member(member): Member) -> Result<StatusCode> {
    let other = member.side.other();
    let blocked = member.participants.account(other);
    block(&state.block, &member.user, blocked, other == Side::Seller).await
}

/// A seller (idempotent).
#[utoipa::path(put, path = "/sellers/{id}/block", tag = "Be safe", operation_id = "blockSeller", summary = "Blocks a seller.", params(("id" = Id, Path)), responses((status = 204)))]
pub async fn block_seller(
    State(state): State<chat::State>,
    user: CurrentUser,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    let seller = chat::blockable(&state.db, &user, id).await?;
    block(&state.block, &user, seller.account_id, true).await
}

#[utoipa::path(delete, path = "/blocks/{id}", tag = "Be safe", operation_id = "unblock", summary = "Undoes a block.", params(("id" = Id, Path)), responses((status = 204)))]
pub async fn unblock(
    State(state): State<chat::State>,
    user: CurrentUser,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    let blocked = safety::blocked_by(&state.db, user.account_id, id).await?.ok_or(Error::NotFound)?;
    state.block.unblock(user.account_id, blocked).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A report to whoever runs the marketplace. Of a conversation they see what is handed over with it, and nothing else.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReport {
    subject: ReportSubject,
    /// `fraud`, `harassment`, `forbidden`, `counterfeit`, `spam`, `other`. Others may come.
    reason: String,
    #[serde(default)]
    #[schema(max_length = 1000)]
    words: String,
    /// Of the messages around the reported one, those that are handed over with it.
    #[serde(default)]
    #[schema(max_items = 5)]
    context: Vec<i64>,
}

/// What is reported.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum ReportSubject {
    Message {
        room: String,
        seq: i64,
    },
    Product {
        id: Id,
    },
    /// Whoever is the other one in a room.
    Person {
        room: String,
    },
    Seller {
        id: Id,
    },
}

impl From<ReportSubject> for ReportTarget {
    fn from(subject: ReportSubject) -> Self {
        let target = |subject: &str| ReportTarget { subject: subject.to_owned(), ..ReportTarget::default() };
        match subject {
            ReportSubject::Message { room, seq } => {
                ReportTarget { room, seq: seq.to_string(), ..target("message") }
            }
            ReportSubject::Product { id } => {
                ReportTarget { product_id: id.0.to_string(), ..target("product") }
            }
            ReportSubject::Person { room } => ReportTarget { room, ..target("person") },
            ReportSubject::Seller { id } => ReportTarget { seller_id: id.0.to_string(), ..target("person") },
        }
    }
}

/// What became of it stands on its page.
#[derive(Serialize, ToSchema)]
pub struct CaseLink {
    id: Id,
    #[schema(format = "uri-reference")]
    url: String,
}

#[utoipa::path(post, path = "/reports", tag = "Be safe", operation_id = "report", summary = "Reports a message, a product or a person.", request_body = NewReport, responses((status = 201, body = CaseLink)))]
pub async fn report(
    State(state): State<chat::State>,
    user: CurrentUser,
    Body(new): Body<NewReport>,
) -> Result<Response> {
    let target = ReportTarget::from(new.subject);
    let report = Report { reason: new.reason, words: new.words, context: new.context };
    let outcome = chat::report(&state.db, &user, &target, &report).await?;
    match outcome.map_err(|errors| ApiError::from_form(&errors, |field| format!("/{field}")))? {
        ReportOutcome::Open(id) => {
            let case = CaseLink { id: Id(id), url: format!("/cases/{id}") };
            Ok((StatusCode::CREATED, Json(case)).into_response())
        }
        ReportOutcome::TooMany => Err(too_many()),
    }
}
