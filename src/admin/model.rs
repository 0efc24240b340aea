//! What admins choose from and what they do: the values that handlers, SQL and templates share.

use serde::Deserialize;

use crate::admin::sentences;
use crate::{
    accounts::{
        MAX_DAYS, MAX_USES, NewInvitation,
        oauth::{NewApp, RedirectUri},
        tokens::MAX_NAME,
    },
    web::{FieldErrors, form},
};

/// Something an admin can do, or whoever has the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditAction {
    SuspendPerson,
    RestorePerson,
    HideProduct,
    ShowProduct,
    TakeDownPhoto,
    CreateCategory,
    ChangeCategory,
    MoveCategory,
    DeleteCategory,
    SendJobAgain,
    DemoteAdmin,
    RemoveSecondFactor,
    SetPassword,
    ChangeSettings,
    ChangeLogo,
    PublishLegal,
    CreateInvitation,
    RevokeInvitation,
    AdmitPerson,
    RefusePerson,
    ApproveProduct,
    RefuseProduct,
    DecideCase,
    DecideAppeal,
    AddApp,
    ChangeSynonyms,
    RemoveApp,
    AddWebhook,
    RemoveWebhook,
    EnableWebhook,
}

impl AuditAction {
    const ALL: [Self; 30] = [
        Self::SuspendPerson,
        Self::RestorePerson,
        Self::HideProduct,
        Self::ShowProduct,
        Self::TakeDownPhoto,
        Self::CreateCategory,
        Self::ChangeCategory,
        Self::MoveCategory,
        Self::DeleteCategory,
        Self::SendJobAgain,
        Self::DemoteAdmin,
        Self::RemoveSecondFactor,
        Self::SetPassword,
        Self::ChangeSettings,
        Self::ChangeLogo,
        Self::PublishLegal,
        Self::CreateInvitation,
        Self::RevokeInvitation,
        Self::AdmitPerson,
        Self::RefusePerson,
        Self::ApproveProduct,
        Self::RefuseProduct,
        Self::DecideCase,
        Self::DecideAppeal,
        Self::AddApp,
        Self::ChangeSynonyms,
        Self::RemoveApp,
        Self::AddWebhook,
        Self::RemoveWebhook,
        Self::EnableWebhook,
    ];

    /// As it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::SuspendPerson => "person.suspend",
            Self::RestorePerson => "person.restore",
            Self::HideProduct => "product.hide",
            Self::ShowProduct => "product.show",
            Self::TakeDownPhoto => "photo.take_down",
            Self::CreateCategory => "category.create",
            Self::ChangeCategory => "category.change",
            Self::MoveCategory => "category.move",
            Self::DeleteCategory => "category.delete",
            Self::SendJobAgain => "job.send_again",
            Self::DemoteAdmin => "admin.demote",
            Self::RemoveSecondFactor => "person.remove_second_factor",
            Self::SetPassword => "person.set_password",
            Self::ChangeSettings => "settings.change",
            Self::ChangeLogo => "settings.logo",
            Self::PublishLegal => "legal.publish",
            Self::CreateInvitation => "invitation.create",
            Self::RevokeInvitation => "invitation.revoke",
            Self::AdmitPerson => "person.admit",
            Self::RefusePerson => "person.refuse",
            Self::ApproveProduct => "product.approve",
            Self::RefuseProduct => "product.refuse",
            Self::DecideCase => "case.decide",
            Self::DecideAppeal => "case.decide_appeal",
            Self::AddApp => "app.add",
            Self::ChangeSynonyms => "synonyms.change",
            Self::RemoveApp => "app.remove",
            Self::AddWebhook => "webhook.add",
            Self::RemoveWebhook => "webhook.remove",
            Self::EnableWebhook => "webhook.enable",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::SuspendPerson => "Suspended a person",
            Self::RestorePerson => "Restored a person",
            Self::HideProduct => "Hid a product",
            Self::ShowProduct => "Showed a product again",
            Self::TakeDownPhoto => "Took down a photo",
            Self::CreateCategory => "Added a category",
            Self::ChangeCategory => "Changed a category",
            Self::MoveCategory => "Moved a category",
            Self::DeleteCategory => "Removed a category",
            Self::SendJobAgain => "Sent a job again",
            Self::DemoteAdmin => "Made an ordinary person of an admin",
            Self::RemoveSecondFactor => "Took away a second factor",
            Self::SetPassword => "Set a password",
            Self::ChangeSettings => "Changed the settings",
            Self::ChangeLogo => "Changed the logo",
            Self::PublishLegal => "Published a legal page",
            Self::CreateInvitation => "Made an invitation",
            Self::RevokeInvitation => "Revoked an invitation",
            Self::AdmitPerson => "Approved a person",
            Self::RefusePerson => "Refused a person",
            Self::ApproveProduct => "Approved a first product",
            Self::RefuseProduct => "Refused a first product",
            Self::DecideCase => "Decided a report",
            Self::DecideAppeal => "Decided an appeal",
            Self::AddApp => "Added an app",
            Self::ChangeSynonyms => "Changed which words mean the same",
            Self::RemoveApp => "Removed an app",
            Self::AddWebhook => "Added a webhook",
            Self::RemoveWebhook => "Removed a webhook",
            Self::EnableWebhook => "Switched on a webhook",
        }
    }

    /// As people read it; a code of another version reads as itself.
    pub fn label_of(code: &str) -> &str {
        Self::ALL.into_iter().find(|action| action.code() == code).map_or(code, |action| action.label())
    }
}

/// Whom an admin wants to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PeopleFilter {
    Buyer,
    Seller,
    Admin,
    Suspended,
    #[default]
    #[serde(other)]
    Everyone,
}

impl PeopleFilter {
    pub const CHOICES: [(Self, &'static str); 5] = [
        (Self::Everyone, "Everyone"),
        (Self::Seller, "Sellers"),
        (Self::Buyer, "Only buyers"),
        (Self::Admin, "Admins"),
        (Self::Suspended, "Suspended"),
    ];

    /// In addresses and in SQL.
    pub fn code(self) -> &'static str {
        match self {
            Self::Everyone => "",
            Self::Buyer => "buyer",
            Self::Seller => "seller",
            Self::Admin => "admin",
            Self::Suspended => "suspended",
        }
    }
}

/// An invitation as it is typed.
#[derive(Clone, Deserialize)]
pub(super) struct InvitationInput {
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub uses: String,
    #[serde(default)]
    pub days: String,
}

impl Default for InvitationInput {
    fn default() -> Self {
        InvitationInput { note: String::new(), uses: "1".to_owned(), days: "14".to_owned() }
    }
}

impl InvitationInput {
    pub fn parse(&self, errors: &mut FieldErrors) -> Option<NewInvitation> {
        let note = errors.check("note", form::optional_line(&self.note, 80));
        let uses: Option<i32> = self.uses.trim().parse().ok().filter(|uses| (1..=MAX_USES).contains(uses));
        let days: Option<i64> = self.days.trim().parse().ok().filter(|days| (1..=MAX_DAYS).contains(days));
        if uses.is_none() {
            errors.add("uses", sentences::from_1_to_people(MAX_USES));
        }
        if days.is_none() {
            errors.add("days", sentences::from_1_to_days(MAX_DAYS));
        }
        Some(NewInvitation { note: note?, uses: uses?, days: days? })
    }
}

/// An app as it is typed.
#[derive(Clone, Default, Deserialize)]
pub(super) struct AppInput {
    #[serde(default)]
    pub name: String,
    /// One a line.
    #[serde(default)]
    pub redirect_uris: String,
}

impl AppInput {
    const MAX_URIS: usize = 10;

    pub fn parse(&self, errors: &mut FieldErrors) -> Option<NewApp> {
        let name = errors.check("name", form::line(&self.name, MAX_NAME));
        let lines: Vec<&str> = self.redirect_uris.split_whitespace().collect();
        let uris: Result<Vec<RedirectUri>, _> = lines.iter().map(|line| line.parse()).collect();
        let uris = uris.ok().filter(|uris| (1..=Self::MAX_URIS).contains(&uris.len()));
        if uris.is_none() {
            errors.add("redirect_uris", sentences::one_to_addresses_of_these_kinds(Self::MAX_URIS));
        }
        Some(NewApp { name: name?, redirect_uris: uris? })
    }
}
