//! What admins choose from and what they do: the values that handlers, SQL and templates share.

use serde::Deserialize;

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
}

impl AuditAction {
    const ALL: [Self; 13] = [
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
