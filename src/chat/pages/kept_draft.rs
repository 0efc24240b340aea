//! A text that was written signed out, kept in the session over the sign-in.

use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::chat::sentences;
use crate::{
    chat::{domain::body::Body, pages::send_form::SendForm},
    web::{Result, flash, return_to},
};

/// A text that was written signed-out, waiting for its page.
#[derive(Serialize, Deserialize)]
struct KeptDraft {
    path: String,
    body: String,
}

const SESSION_KEY: &str = "draft";

pub async fn keep_draft_and_sign_in(
    session: &Session,
    path: String,
    form: SendForm,
    fragment: &str,
) -> Result<Response> {
    let to = return_to::login_path(&format!("{path}{fragment}"));
    // A session can't hold NUL, nor can a message.
    let body = form.body.chars().filter(|c| *c != '\0').take(Body::MAX).collect();
    session.insert(SESSION_KEY, KeptDraft { path, body }).await?;
    let sentence = match form.photo {
        None => sentences::SIGN_IN_OR_REGISTER_TO_SEND_YOUR_MESSAGE,
        Some(_) => sentences::SIGN_IN_OR_REGISTER_AND_CHOOSE_THE_PICTURE_AGAIN,
    };
    flash::success(session, sentence).await?;
    Ok(Redirect::to(&to).into_response())
}

/// The text that was kept for this page; given out once.
pub async fn take_kept_draft(session: &Session, path: &str) -> Result<String> {
    match session.get::<KeptDraft>(SESSION_KEY).await {
        Ok(Some(kept)) if kept.path == path => {
            session.remove_value(SESSION_KEY).await?;
            Ok(kept.body)
        }
        _ => Ok(String::new()),
    }
}
