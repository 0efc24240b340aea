//! By which state products are listed for their seller and for staff.

use serde::Deserialize;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateFilter {
    ForSale,
    Reserved,
    Sold,
    Hidden,
    Deleted,
    #[default]
    #[serde(other)]
    All,
}

impl StateFilter {
    /// What a seller chooses from; the deleted are gone for them.
    pub const FOR_SELLER: [(Self, &'static str); 5] = [
        (Self::All, "All products"),
        (Self::ForSale, "For sale"),
        (Self::Reserved, "Reserved"),
        (Self::Sold, "Sold"),
        (Self::Hidden, "Hidden"),
    ];

    pub const FOR_STAFF: [(Self, &'static str); 6] = [
        (Self::All, "All products"),
        (Self::ForSale, "For sale"),
        (Self::Reserved, "Reserved"),
        (Self::Sold, "Sold"),
        (Self::Hidden, "Hidden"),
        (Self::Deleted, "Deleted"),
    ];

    /// In addresses and in SQL.
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "",
            Self::ForSale => "for_sale",
            Self::Reserved => "reserved",
            Self::Sold => "sold",
            Self::Hidden => "hidden",
            Self::Deleted => "deleted",
        }
    }
}
