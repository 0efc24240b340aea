//! An error as a page.

use askama::Template;
use askama_web::WebTemplate;

use super::{error::ErrorPage, shell::Shell};

/// An [`ErrorPage`] in the layout.
#[derive(Template, WebTemplate)]
#[template(path = "errors/error.html")]
pub struct ErrorTemplate {
    pub shell: Shell,
    pub page: ErrorPage,
}
