//! Why a program doesn't get what it asked for: [`web::Error`](crate::web::Error), or a refusal that names the parts of
//! the request. Either becomes problem details in `app.rs`.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::web::{Error, FieldErrors, FieldProblem, error::ErrorPage};

pub type Result<T, E = ApiError> = std::result::Result<T, E>;

#[derive(Debug)]
pub enum ApiError {
    Web(Error),
    Refused(Box<ErrorPage>),
}

impl ApiError {
    pub fn new(status: StatusCode, code: &'static str, sentence: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Refused");
        ApiError::Refused(Box::new(ErrorPage {
            status,
            code,
            title,
            sentence: sentence.into(),
            request_id: None,
            fields: Vec::new(),
        }))
    }

    /// The body is well-formed and can't be used.
    pub fn invalid(fields: Vec<FieldProblem>) -> Self {
        let sentence = fields.first().map_or_else(String::new, |field| field.message.clone());
        let mut error = ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", sentence);
        if let ApiError::Refused(page) = &mut error {
            page.fields = fields;
        }
        error
    }

    /// A form's errors; `pointer`: where a field of the form stands in the body.
    pub fn from_form(errors: &FieldErrors, pointer: impl Fn(&str) -> String) -> Self {
        let fields = errors.iter().map(|(field, sentence)| FieldProblem::in_body(pointer(field), sentence));
        ApiError::invalid(fields.collect())
    }

    /// The same of an address's parameters.
    pub fn from_query(errors: &FieldErrors) -> Self {
        let fields = errors.iter().map(|(field, sentence)| FieldProblem::in_query(field, sentence));
        ApiError::invalid(fields.collect())
    }
}

impl<E: Into<Error>> From<E> for ApiError {
    fn from(error: E) -> Self {
        ApiError::Web(error.into())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match self {
            ApiError::Web(error) => error.into_response(),
            ApiError::Refused(page) => {
                let mut response = page.status.into_response();
                response.extensions_mut().insert(*page);
                response
            }
        }
    }
}
