//! One's address: `/account/email` asks for another one, the pages that links in letters lead to act on it.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use super::profile::{account_page, saved};
use crate::accounts::sentences;
use crate::{
    accounts::{
        access::AccessEvents,
        confirmation::{self, LinkUse},
        current_user::CurrentUser,
        limits::SignInLimits,
        link::Purpose,
        links,
        mail_jobs::LinkLetter,
        model::Email,
        views::LinkPage,
    },
    web::{Error, FieldErrors, Form, Query, Result, Shell, flash},
};

const LETTERS_USED_UP: Error = Error::TooMany(sentences::SEVERAL_LETTERS_ARE_ON_THEIR_WAY_ALREADY);
const LINK_OVER: Error = Error::Gone(sentences::THIS_LINK_DOESNT_WORK_ANY_MORE);
const ADDRESS_TAKEN: Error = Error::Gone(sentences::THIS_ADDRESS_BELONGS_TO_ANOTHER_ACCOUNT_BY_NOW);

/// `POST /account/email/confirm`: the letter once more.
pub(in crate::accounts) async fn send_again(
    (State(db), State(limits)): (State<PgPool>, State<SignInLimits>),
    session: Session,
    user: CurrentUser,
) -> Result<Response> {
    if !user.email_confirmed || user.email_bounced {
        if !limits.try_letter(&user.email) {
            return Err(LETTERS_USED_UP);
        }
        LinkLetter::Confirm { account_id: user.account_id }.enqueue(&db).await?;
    }
    saved(&session, &sentences::a_letter_is_on_its_way_to(user.email)).await
}

#[derive(Deserialize)]
pub(in crate::accounts) struct EmailForm {
    #[serde(default)]
    email: String,
}

/// `POST /account/email`, with a fresh proof: a letter to the new address. Whether it has an account already is said there, not here.
pub(in crate::accounts) async fn change(
    (State(db), State(limits)): (State<PgPool>, State<SignInLimits>),
    (session, shell): (Session, Shell),
    user: CurrentUser,
    Form(typed): Form<EmailForm>,
) -> Result<Response> {
    let mut errors = FieldErrors::default();
    if let Some(email) = errors.check("email", Email::parse(&typed.email)) {
        if email.as_str() == user.email {
            errors.add("email", sentences::THIS_IS_YOUR_ADDRESS_ALREADY);
        } else if !limits.try_letter(&format!("change {}", user.account_id)) {
            return Err(LETTERS_USED_UP);
        } else {
            let email = email.as_str().to_owned();
            let sentence = sentences::a_letter_is_on_its_way_to_your_address(&email);
            LinkLetter::Change { account_id: user.account_id, email }.enqueue(&db).await?;
            return saved(&session, &sentence).await;
        }
    }
    let mut page = account_page(&db, shell, user).await?;
    page.new_email = typed.email;
    page.errors = errors;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

#[derive(Deserialize)]
pub(in crate::accounts) struct Token {
    #[serde(default)]
    token: String,
}

/// What the page with the button says, and what pressing it does.
async fn link_page(
    db: &PgPool,
    shell: Shell,
    purpose: Purpose,
    token: String,
    (title, text, label): (&'static str, &'static str, &'static str),
) -> Result<LinkPage> {
    let link = links::find(db, purpose, &token).await?.ok_or(LINK_OVER)?;
    Ok(LinkPage {
        shell,
        title,
        text,
        label,
        path: purpose.path("").replace("?token=", ""),
        email: link.email,
        token,
    })
}

pub(in crate::accounts) async fn confirm_page(
    State(db): State<PgPool>,
    shell: Shell,
    Query(Token { token }): Query<Token>,
) -> Result<LinkPage> {
    let words = ("Confirm your address", "Letters of this marketplace will reach you here:", "Confirm");
    link_page(&db, shell, Purpose::Confirm, token, words).await
}

pub(in crate::accounts) async fn change_page(
    State(db): State<PgPool>,
    shell: Shell,
    Query(Token { token }): Query<Token>,
) -> Result<LinkPage> {
    let words =
        ("Your new address", "Your account gets this address, and you sign in with it:", "Use this address");
    link_page(&db, shell, Purpose::Change, token, words).await
}

pub(in crate::accounts) async fn undo_page(
    State(db): State<PgPool>,
    shell: Shell,
    Query(Token { token }): Query<Token>,
) -> Result<LinkPage> {
    let words = (
        "Take your account back",
        "Everybody is signed out of your account, a letter brings you a new password, and its address is again:",
        "Put my address back",
    );
    link_page(&db, shell, Purpose::Undo, token, words).await
}

pub(in crate::accounts) async fn confirm(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    session: Session,
    Form(Token { token }): Form<Token>,
) -> Result<Redirect> {
    let done = confirmation::confirm(&db, &events, &token).await?;
    then(done, &session, sentences::YOUR_ADDRESS_IS_CONFIRMED, "/").await
}

pub(in crate::accounts) async fn change_confirmed(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    session: Session,
    Form(Token { token }): Form<Token>,
) -> Result<Redirect> {
    let done = confirmation::change(&db, &events, &token).await?;
    then(done, &session, sentences::YOUR_ACCOUNT_HAS_ITS_NEW_ADDRESS, "/account").await
}

pub(in crate::accounts) async fn undo(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    session: Session,
    Form(Token { token }): Form<Token>,
) -> Result<Redirect> {
    let done = confirmation::undo(&db, &events, &token).await?;
    let sentence = sentences::YOUR_ADDRESS_IS_BACK;
    then(done, &session, sentence, "/login").await
}

async fn then(done: LinkUse, session: &Session, sentence: &str, to: &str) -> Result<Redirect> {
    match done {
        LinkUse::Done => {
            flash::success(session, sentence).await?;
            Ok(Redirect::to(to))
        }
        LinkUse::Over => Err(LINK_OVER),
        LinkUse::Taken => Err(ADDRESS_TAKEN),
    }
}
