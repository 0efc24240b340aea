//! The admin's SQL. It reads over all tables, counts messages without looking at what they say, and
//! writes nothing but the audit log.

pub(super) mod audit;
pub(super) mod categories;
pub(super) mod overview;
pub(super) mod people;
pub(super) mod products;
