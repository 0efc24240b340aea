//! The templates of notices.

use askama::Template;
use askama_web::WebTemplate;

use super::{
    choices::{MAIL, PUSH, QuietHours, Settings},
    kind::Words,
    notice::Notice,
};
use crate::web::{FieldErrors, Pager, Shell, filters};

#[derive(Template, WebTemplate)]
#[template(path = "notices/list.html")]
pub(super) struct NoticesPage {
    pub shell: Shell,
    pub notices: Vec<(Notice, Words)>,
    pub pager: Pager,
}

#[derive(Template, WebTemplate)]
#[template(path = "notices/unsubscribe.html")]
pub(super) struct UnsubscribePage {
    pub shell: Shell,
    pub labels: Vec<&'static str>,
    pub token: String,
    pub is_done: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "notices/choices.html")]
pub(super) struct ChoicesPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub rows: Vec<KindRow>,
    pub settings: Settings,
    /// Nothing was ever chosen: the browser's own time zone is proposed.
    pub is_unset: bool,
    pub time_zones: Vec<String>,
    /// Whether a browser of theirs is told by push.
    pub has_browsers: bool,
    /// Whether they have had something that is worth asking to be pushed for.
    pub invites_push: bool,
    /// For `applicationServerKey`.
    pub key: String,
}

/// A kind's row of the table.
pub(super) struct KindRow {
    pub code: &'static str,
    pub label: &'static str,
    pub switches: [Switch; 3],
}

pub(super) struct Switch {
    pub channel: &'static str,
    pub exists: bool,
    pub can_be_chosen: bool,
    pub is_on: bool,
}

impl Switch {
    pub fn label(&self) -> &'static str {
        match self.channel {
            PUSH => "Push",
            MAIL => "Email",
            _ => "Bell",
        }
    }
}

impl ChoicesPage {
    pub fn quiet_from(&self) -> String {
        self.settings.quiet.map_or("22:00".to_owned(), |quiet| QuietHours::show_time(quiet.from))
    }

    pub fn quiet_to(&self) -> String {
        self.settings.quiet.map_or("07:00".to_owned(), |quiet| QuietHours::show_time(quiet.to))
    }
}
