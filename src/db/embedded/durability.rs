//! Durability: whether commits are forced to the disk.

/// What the data is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// People's data: on the disk before it is acknowledged.
    Safe,
    /// A test's: thrown away after the run, so never forced to the disk.
    Throwaway,
}

impl Durability {
    pub(super) fn pick<T>(self, safe: T, throwaway: T) -> T {
        match self {
            Self::Safe => safe,
            Self::Throwaway => throwaway,
        }
    }
}
