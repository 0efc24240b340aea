//! Reporting a message, a product or a person: `GET /reports` shows what will be handed over, `POST` hands it over.
//!
//! Of a conversation that is the message and at most five around it, chosen by its reporter, as they are now.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use sqlx::PgPool;
use tower_sessions::Session;

use crate::chat::sentences;
use crate::{
    accounts::{self, CurrentUser},
    chat::{
        access::RoomMember,
        domain::{content::Content, entry::Entry, room_key::RoomKey},
        pages::{
            report_target::{ReportTarget, Subject},
            views::ReportPage,
        },
        store,
    },
    products,
    safety::{self, ExcerptPart, MAX_EXCERPT, NewCase, ReportOutcome, SubjectKind},
    web::{Error, FieldErrors, Query, Result, Shell, ShellSource, flash, form, multipart::FormBody},
};

/// Entries before and after the reported one that its reporter may choose from.
const AROUND: i64 = 6;
const MAX_WORDS: usize = 1000;

pub async fn show(
    State(db): State<PgPool>,
    user: CurrentUser,
    shell: Shell,
    Query(asked): Query<ReportTarget>,
) -> Result<ReportPage> {
    let subject = find(&db, &user, &asked).await?;
    Ok(ReportPage {
        shell,
        errors: FieldErrors::default(),
        asked,
        subject,
        reason: String::new(),
        words: String::new(),
        chosen: Vec::new(),
    })
}

pub async fn send(
    (State(db), State(shells)): (State<PgPool>, State<ShellSource>),
    user: CurrentUser,
    session: Session,
    request: Request,
) -> Result<Response> {
    let (mut asked, mut reason, mut words, mut chosen) =
        (ReportTarget::default(), String::new(), String::new(), Vec::new());
    let FormBody::Fields(fields) = FormBody::read(request).await? else {
        return Err(Error::BadRequest(sentences::A_REPORT_HAS_NO_FILES.to_owned()));
    };
    for (name, value) in fields {
        match &*name {
            "subject" => asked.subject = value,
            "room" => asked.room = value,
            "seq" => asked.seq = value,
            "product_id" => asked.product_id = value,
            "seller_id" => asked.seller_id = value,
            "reason" => reason = value,
            "words" => words = value,
            "context" => chosen.extend(value.parse::<i64>().ok()),
            _ => {}
        }
    }
    let subject = find(&db, &user, &asked).await?;
    let report = Report { reason, words, context: chosen };
    let errors = match submit(&db, &user, &asked, &subject, &report).await? {
        Ok(ReportOutcome::Open(id)) => {
            let sentence = sentences::THANK_YOU_WHOEVER_RUNS_THIS_MARKETPLACE_LOOKS_AT_IT;
            flash::success(&session, sentence).await?;
            return Ok(Redirect::to(&format!("/cases/{id}")).into_response());
        }
        Ok(ReportOutcome::TooMany) => {
            flash::error(&session, sentences::YOU_HAVE_REPORTED_VERY_MUCH_TODAY).await?;
            return Ok(Redirect::to(&subject.back).into_response());
        }
        Err(errors) => errors,
    };
    let shell = shells.offline(Some(&user.name), "/reports");
    let Report { reason, words, context: chosen } = report;
    let page = ReportPage { shell, errors, asked, subject, reason, words, chosen };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// What somebody says about what they report.
#[derive(Debug)]
pub struct Report {
    /// One of `safety::REASONS`.
    pub reason: String,
    pub words: String,
    /// The messages around the reported one that are handed over with it.
    pub context: Vec<i64>,
}

/// A program's report.
pub async fn report(
    db: &PgPool,
    user: &CurrentUser,
    asked: &ReportTarget,
    report: &Report,
) -> Result<Result<ReportOutcome, FieldErrors>> {
    let subject = find(db, user, asked).await?;
    submit(db, user, asked, &subject, report).await
}

async fn submit(
    db: &PgPool,
    user: &CurrentUser,
    asked: &ReportTarget,
    subject: &Subject,
    report: &Report,
) -> Result<Result<ReportOutcome, FieldErrors>> {
    let mut errors = FieldErrors::default();
    if !safety::REASONS.iter().any(|(code, _)| *code == report.reason) {
        errors.add("reason", sentences::CHOOSE_WHAT_IS_WRONG_WITH_IT);
    }
    if report.context.len() >= MAX_EXCERPT {
        errors.add("context", sentences::CHOOSE_FIVE_MESSAGES_AT_MOST);
    }
    let words = errors.check("words", form::lines(&report.words, MAX_WORDS));
    let (true, Some(words)) = (errors.is_empty(), words) else { return Ok(Err(errors)) };
    let chosen = subject.around.iter().filter(|(seq, _)| report.context.contains(seq));
    let mut excerpt: Vec<(i64, ExcerptPart)> = chosen.cloned().collect();
    excerpt.push((asked.seq.parse().unwrap_or_default(), subject.reported.clone()));
    excerpt.sort_by_key(|(seq, _)| *seq);
    let case = NewCase {
        kind: subject.kind,
        subject: subject.key.clone(),
        accused_id: subject.accused_id,
        reporter_id: Some(user.account_id),
        reason: report.reason.clone(),
        words,
        excerpt: excerpt.into_iter().map(|(_, part)| part).collect(),
    };
    let mut tx = db.begin().await?;
    let outcome = safety::open_case(&mut tx, &case).await?;
    tx.commit().await?;
    Ok(Ok(outcome))
}

/// What this person may report, as it is now; 404 for what they can't see.
async fn find(db: &PgPool, user: &CurrentUser, asked: &ReportTarget) -> Result<Subject> {
    let number = |text: &str| text.parse::<i64>().map_err(|_| Error::NotFound);
    match SubjectKind::parse(&asked.subject).ok_or(Error::NotFound)? {
        SubjectKind::Message => message(db, user, &asked.room, number(&asked.seq)?).await,
        SubjectKind::Product => product(db, user, number(&asked.product_id)?).await,
        SubjectKind::Person if !asked.room.is_empty() => other_in_room(db, user, &asked.room).await,
        SubjectKind::Person => seller(db, user, number(&asked.seller_id)?).await,
    }
}

async fn member(db: &PgPool, user: &CurrentUser, room: &str) -> Result<RoomMember> {
    let room: RoomKey = room.parse().map_err(|_| Error::NotFound)?;
    RoomMember::find(db, room, user).await?.ok_or(Error::NotFound)
}

async fn message(db: &PgPool, user: &CurrentUser, room: &str, seq: i64) -> Result<Subject> {
    let member = member(db, user, room).await?;
    let (after, before) = (seq.saturating_sub(AROUND), seq.saturating_add(AROUND));
    let entries = store::entries::history(db, member.room, after, before, true, 2 * AROUND).await?;
    let part = |entry: &Entry| {
        let body = match &entry.content {
            Content::Photo { caption, .. } => format!("[picture] {caption}"),
            content => content.body().to_owned(),
        };
        ExcerptPart::new(member.participants.name(entry.from), body.trim(), entry.sent_at, entry.seq == seq)
    };
    let shown: Vec<Entry> = entries.into_iter().filter(|entry| entry.is_shown_to(member.side)).collect();
    let reported = shown.iter().find(|entry| entry.seq == seq && entry.from != member.side);
    let reported = reported.map(part).ok_or(Error::NotFound)?;
    let other = member.side.other();
    Ok(Subject {
        kind: SubjectKind::Message,
        key: format!("message {} {seq}", member.room),
        accused_id: member.participants.account(other),
        accused_name: member.other_name().to_owned(),
        reported,
        around: shown.iter().filter(|entry| entry.seq != seq).map(|entry| (entry.seq, part(entry))).collect(),
        back: format!("/rooms/{}", member.room),
    })
}

async fn product(db: &PgPool, user: &CurrentUser, id: i64) -> Result<Subject> {
    let product = products::page(db, id, Some(user)).await?;
    if product.is_own() {
        return Err(Error::NotFound);
    }
    let body = format!("{}\n{}\n\n{}", product.title, product.price, product.description);
    Ok(Subject {
        kind: SubjectKind::Product,
        key: format!("product {id}"),
        accused_id: product.seller.account_id,
        accused_name: product.seller.shop_name.clone(),
        reported: ExcerptPart::new(&product.seller.shop_name, &body, product.updated_at, true),
        around: Vec::new(),
        back: format!("/products/{id}"),
    })
}

async fn other_in_room(db: &PgPool, user: &CurrentUser, room: &str) -> Result<Subject> {
    let member = member(db, user, room).await?;
    let accused_id = member.participants.account(member.side.other());
    let back = format!("/rooms/{}", member.room);
    Ok(person(accused_id, member.other_name(), member.other_name().to_owned(), back))
}

async fn seller(db: &PgPool, user: &CurrentUser, id: i64) -> Result<Subject> {
    let seller = accounts::seller_card(db, id).await?.filter(|seller| !seller.suspended);
    let seller = seller.filter(|seller| seller.account_id != user.account_id).ok_or(Error::NotFound)?;
    let body = format!("{}\n{}\n\n{}", seller.shop_name, seller.place, seller.about);
    Ok(person(seller.account_id, &seller.shop_name, body, format!("/sellers/{id}")))
}

fn person(accused_id: i64, name: &str, body: String, back: String) -> Subject {
    Subject {
        kind: SubjectKind::Person,
        key: format!("person {accused_id}"),
        accused_id,
        accused_name: name.to_owned(),
        reported: ExcerptPart::new(name, body.trim(), time::OffsetDateTime::now_utc(), true),
        around: Vec::new(),
        back,
    }
}
