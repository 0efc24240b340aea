//! Which PostgreSQL is needed.

/// The oldest server whose SQL we keep to.
pub const OLDEST_MAJOR: u32 = 15;
