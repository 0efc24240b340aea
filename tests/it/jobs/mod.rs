//! Work that goes on by itself.

mod supervisor;
