//! Photos.

use std::{path::Path, sync::Arc};

#[derive(Clone, Debug)]
pub struct Uploads(Arc<Path>);

impl Uploads {
    pub fn new(folder: impl AsRef<Path>) -> Self {
        Uploads(folder.as_ref().into())
    }
}
