//! Trust. The files are those of `src/safety/`.

mod blocks;
mod shield;
