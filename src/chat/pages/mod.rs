//! What a browser or a program asks over HTTP: one file per page or form.

pub mod blocks;
pub mod history;
pub mod inbox;
mod kept_draft;
mod panel;
pub mod product_page;
pub mod read_pixel;
pub mod remove_photo;
pub mod report;
pub mod report_target;
pub mod room;
pub mod search;
pub mod send;
pub mod send_form;
pub mod timeline;
mod views;
