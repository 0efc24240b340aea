//! What reaches those who are there.

mod ordering;
mod presence;
mod recovery;
