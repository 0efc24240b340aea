//! Work that goes on by itself.

mod queue;
mod supervisor;
