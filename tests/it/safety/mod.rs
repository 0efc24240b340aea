//! Trust. The files are those of `src/safety/`.

mod blocks;
mod cases;
mod openings;
mod privacy;
mod shield;
