//! Safety's templates.

use askama::Template;
use askama_web::WebTemplate;

use super::model::{Case, CaseFigures, CaseLine, Party};
use crate::web::{FieldErrors, Shell, filters};

#[derive(Template, WebTemplate)]
#[template(path = "safety/cases.html")]
pub(super) struct CasesPage {
    pub shell: Shell,
    pub cases: Vec<CaseLine>,
}

#[derive(Template, WebTemplate)]
#[template(path = "safety/figures.html")]
pub(super) struct FiguresPage {
    pub shell: Shell,
    pub figures: CaseFigures,
}

#[derive(Template, WebTemplate)]
#[template(path = "safety/case.html")]
pub(super) struct CasePage {
    pub shell: Shell,
    pub case: Case,
    pub party: Party,
    /// That opened it, or empty.
    pub key: String,
    pub words: String,
    pub errors: FieldErrors,
}
